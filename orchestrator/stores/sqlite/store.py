"""The embedded store: every subject in one SQLite file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from orchestrator.stores.sqlite import contacts, conversations, quarantine, sends
from orchestrator.stores.sqlite.contacts import SqliteContacts
from orchestrator.stores.sqlite.conversations import SqliteConversations
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import Keeper
from orchestrator.stores.sqlite.journal import Append, SqliteJournal
from orchestrator.stores.sqlite.quarantine import SqliteQuarantine
from orchestrator.stores.sqlite.sends import SqliteSends


class SqliteStore:
    """Fills `Store` with the database at `path`; `append` takes the records that go to the lake."""

    def __init__(self, path: Path, append: Append, clock: Callable[[], datetime]) -> None:
        self.database = Database(path, conversations.SCHEMA, contacts.SCHEMA, quarantine.SCHEMA, sends.SCHEMA)
        self.journal = SqliteJournal(self.database, append, clock)
        self.conversations = SqliteConversations(self.journal, clock)
        self.contacts = SqliteContacts(self.journal)
        self.quarantine = SqliteQuarantine(self.database)
        self.sends = SqliteSends(self.journal, clock)

    @property
    def keepers(self) -> tuple[Keeper, ...]:
        """The subjects that have tables here; the journal's table is the lake's."""
        return self.conversations, self.contacts, self.quarantine, self.sends
