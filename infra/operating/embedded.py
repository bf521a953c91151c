"""The embedded deployment, operated: a data folder on this machine."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from functools import cached_property
from typing import TYPE_CHECKING

from infra.operating.operated import ITS_OWN, AskedOf, NotHereError
from orchestrator.errors import ConfigurationError

if TYPE_CHECKING:  # a question is to begin before the hub is imported, where none is needed
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from infra.local.deployment import Deployment
    from infra.local.ingest import Ingested
    from infra.operating.erasure.report import Report
    from infra.operating.redriving import DeadLetters, Queue
    from infra.operating.replay.originals import Original
    from infra.operating.replay.targets import EmbeddedTarget
    from orchestrator.model import Conversation, Held
    from orchestrator.stores.sqlite.store import SqliteStore
    from queries.asking import Engine
    from transformer.lake.folder import Folder
    from transformer.overrides import Overrides


class Embedded:
    """Fills `Operated`. Calls `open_` when it is first asked for what only an open deployment has.

    Who gives `open_` closes what that has opened, and after it this. `mail` is where received mails lie, if elsewhere
    than in the data folder.
    """

    def __init__(self, data: Path, open_: Callable[[], Deployment], mail: Path | None = None) -> None:
        self._data = data
        self._open = open_
        self._mail = mail or data / "mail"
        self._held = ExitStack()

    def close(self) -> None:
        """Let a server run on the data folder again."""
        self._held.close()

    @cached_property
    def deployment(self) -> Deployment:
        return self._open()

    @property
    def store(self) -> SqliteStore:
        return self.deployment.store

    def latest(self, limit: int) -> list[Conversation]:
        return self.store.conversations.conversations(limit)

    def release(self, held: Held) -> Ingested:
        """It is answered at once."""
        from infra.local.ingest import Ingest  # noqa: PLC0415

        return Ingest(self.deployment).released(held)

    def engine(self, asked_of: AskedOf = ITS_OWN) -> Engine:
        """Of the data folder, into whose lake everything that waits is written when it is closed."""
        from queries.compatibility.views import ViewFolder  # noqa: PLC0415

        views = self._data / "views"
        if asked_of.engine == "athena":
            from infra.operating.athena import athena  # noqa: PLC0415

            return athena(asked_of, views)
        if "deployment" in vars(self) or _waits(self._data / "parley.sqlite3"):
            return self.deployment.engine(ViewFolder(views))
        from queries.engines.duckdb import DuckDbEngine  # noqa: PLC0415

        return DuckDbEngine(self._data / "lake", views=ViewFolder(views))

    def lake(self) -> Folder:
        from transformer.lake.folder import Folder  # noqa: PLC0415

        return Folder(self._data / "lake", self.deployment.journal.batches)

    def templates(self) -> Overrides:
        from transformer.overrides import Overrides  # noqa: PLC0415
        from transformer.template_stores import FolderStore  # noqa: PLC0415

        return Overrides(FolderStore(self._data / "templates"))

    def rejected(self, since: datetime) -> Sequence[Original]:
        from infra.operating.replay.originals import of_lake  # noqa: PLC0415

        return of_lake(self.deployment.engine(), since, self.deployment.settings.records.account_id)

    def target(self) -> EmbeddedTarget:
        from infra.operating.replay.targets import EmbeddedTarget  # noqa: PLC0415

        return EmbeddedTarget(self.deployment)

    def dead_letters(self, queue: Queue) -> DeadLetters:
        raise NotHereError(f"nothing is kept of {queue} here: the hub on one machine ends each turn by itself")

    def forget(self, address: str, *, dry_run: bool = False) -> Report:
        """From the first call on, no server can be started on the data folder."""
        from infra.operating.erasure import erasing  # noqa: PLC0415

        self._stay_alone()
        return erasing.erase(self.deployment, address, self._mail, dry_run=dry_run)

    @cached_property
    def _alone(self) -> bool:
        from infra.local.deployment import alone  # noqa: PLC0415

        return self._held.enter_context(alone(self._data))

    def _stay_alone(self) -> None:
        if not self._alone:
            raise ConfigurationError(f"a server is running on {self._data}: stop it first")


def _waits(database: Path) -> bool:
    """Whether anything is recorded that the lake still lacks. Only then the whole deployment has to be opened."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (waits,) = connection.execute("SELECT EXISTS (SELECT 1 FROM journal)").fetchone()
    except sqlite3.OperationalError:  # of another version, or it cannot be read so: opening it will tell
        return True
    return bool(waits)
