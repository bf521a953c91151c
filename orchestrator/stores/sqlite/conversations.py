"""Conversations in SQLite: messages, and the turns they become."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from orchestrator.errors import SupersededError
from orchestrator.keys import key_of
from orchestrator.model import ContactChange, Conversation, InboundMessage, Quota, Record, Turn
from orchestrator.stores.ports import WAITS_TOO_LONG, Committed, Person, Snapshot, sent_in_thread
from orchestrator.stores.sqlite.contacts import change_contact, contact_of, take_quota
from orchestrator.stores.sqlite.forgetting import CONTACTS, KEYS, TURNS, Forgotten, forget_in
from orchestrator.stores.sqlite.journal import SqliteJournal

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, due_at REAL, answered_at REAL, body BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unfinished ON conversations (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT, message_id TEXT, key TEXT NOT NULL, contact_key TEXT NOT NULL, occurred_at REAL NOT NULL,
    committed_at REAL NOT NULL, turn_id TEXT, body BLOB NOT NULL, PRIMARY KEY (channel, message_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON messages (key, occurred_at, message_id) WHERE turn_id IS NULL;
CREATE TABLE IF NOT EXISTS turns (
    turn_id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, finished_at REAL NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS turns_of ON turns (conversation_id, finished_at);
CREATE TABLE IF NOT EXISTS sent (
    contact_key TEXT, message_id TEXT, thread TEXT NOT NULL, PRIMARY KEY (contact_key, message_id)
) WITHOUT ROWID;
"""
THEIRS = {
    "conversations": f"key IN {KEYS}",
    "messages": f"key IN {KEYS}",
    "turns": f"turn_id IN {TURNS}",
    "sent": f"contact_key IN {CONTACTS}",
}

_conversation = msgspec.json.Decoder(Conversation)
_message = msgspec.json.Decoder(InboundMessage)
_turn = msgspec.json.Decoder(Turn)
_encode = msgspec.json.Encoder().encode


class SqliteConversations:
    """Fills `Conversations`, and answers what the command line and the page ask about the past."""

    tables = tuple(THEIRS)

    def __init__(self, journal: SqliteJournal, clock: Callable[[], datetime]) -> None:
        self._database = journal.database
        self._journal = journal
        self._clock = clock

    def commit(self, key: str, contact_key: str, message: InboundMessage, records: Sequence[Record]) -> Committed:
        now = self._clock()
        with self._database.transaction() as connection:
            kept = connection.execute(
                "SELECT turn_id FROM messages WHERE channel = ? AND message_id = ?",
                (message.channel, message.message_id),
            ).fetchone()
            if kept:
                return Committed.WAITING if kept[0] is None else Committed.TAKEN
            connection.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
                (
                    message.channel,
                    message.message_id,
                    key,
                    contact_key,
                    message.occurred_at.timestamp(),
                    now.timestamp(),
                    _encode(message),
                ),
            )
            self._journal.append(connection, records)
        return Committed.NEW

    def thread_of(self, contact_key: str, message_id: str) -> str | None:
        row = (
            self._database.connection()
            .execute("SELECT thread FROM sent WHERE contact_key = ? AND message_id = ?", (contact_key, message_id))
            .fetchone()
        )
        return row[0] if row else None

    def load(self, key: str) -> Snapshot:
        connection = self._database.connection()
        row = connection.execute("SELECT body FROM conversations WHERE key = ?", (key,)).fetchone()
        waiting = connection.execute(
            "SELECT body, contact_key FROM messages WHERE key = ? AND turn_id IS NULL ORDER BY occurred_at, message_id",
            (key,),
        ).fetchall()
        conversation = _conversation.decode(row[0]) if row else None
        contact_key = conversation.contact_key if conversation else waiting[0][1] if waiting else key
        return Snapshot(
            conversation=conversation,
            contact=contact_of(connection, contact_key),
            waiting=tuple(_message.decode(body) for body, _ in waiting),
        )

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[Record] = (),
        quotas: Sequence[Quota] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        written = msgspec.structs.replace(conversation, version=conversation.version + 1)
        with self._database.transaction() as connection:
            self._write_head(connection, written, due_at)
            for quota in quotas:
                take_quota(connection, quota)
            turn_id = written.turn.turn_id if written.turn else None
            connection.executemany(
                "UPDATE messages SET turn_id = ? WHERE channel = ? AND message_id = ?",
                [(turn_id, message.channel, message.message_id) for message in taken],
            )
            connection.executemany(
                "INSERT INTO sent VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(written.contact_key, message_id, written.thread) for message_id in sent_in_thread(written, finished)],
            )
            if finished:
                connection.execute(
                    "INSERT INTO turns VALUES (?, ?, ?, ?)",
                    (finished.turn_id, finished.conversation_id, _seconds(finished.finished_at), _encode(finished)),
                )
            if change:
                change_contact(connection, conversation.contact_key, change)
            self._journal.append(connection, records)
        return written

    def due(self, now: datetime, limit: int) -> list[str]:
        found = self._database.connection().execute(
            "SELECT key FROM conversations WHERE due_at <= ? "
            "UNION SELECT key FROM messages WHERE turn_id IS NULL AND committed_at <= ? LIMIT ?",
            (now.timestamp(), (now - WAITS_TOO_LONG).timestamp(), limit),
        )
        return [key for (key,) in found]

    # ── what people ask about the past ─────────────────────────────────────────────────────────────────────────────

    def conversations(self, limit: int = 50) -> list[Conversation]:
        """The conversations, the latest first."""
        found = self._database.connection().execute(
            "SELECT body FROM conversations ORDER BY COALESCE(answered_at, due_at) DESC LIMIT ?", (limit,)
        )
        return [_conversation.decode(body) for (body,) in found]

    def turns(self, conversation: str) -> list[Turn]:
        """The finished turns of a conversation id, or of every generation of a key, in order."""
        found = self._database.connection().execute(
            "SELECT body FROM turns WHERE conversation_id = :id OR conversation_id GLOB :id || '-[0-9]*' "
            "ORDER BY finished_at",
            {"id": conversation},
        )
        return [_turn.decode(body) for (body,) in found]

    def turn_of(self, channel: str, message_id: str) -> Turn | None:
        """The finished turn that answered a message; None while there is none."""
        row = (
            self._database.connection()
            .execute(
                "SELECT turns.body FROM turns JOIN messages USING (turn_id) WHERE channel = ? AND message_id = ?",
                (channel, message_id),
            )
            .fetchone()
        )
        return _turn.decode(row[0]) if row else None

    def counts(self) -> dict[str, int]:
        """How much there is: messages, waiting, unfinished, turns."""
        connection = self._database.connection()
        return {
            name: connection.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0]  # noqa: S608 - constants below
            for name, what in (
                ("messages", "messages"),
                ("waiting", "messages WHERE turn_id IS NULL"),
                ("unfinished", "conversations WHERE due_at IS NOT NULL"),
                ("turns", "turns"),
            )
        }

    def forget_claims(self) -> int:
        """After a restart: no worker of before is alive, so that every unfinished turn may be resumed at once.

        Only a process that knows itself to be alone may call this. Returns how many turns it freed.
        """
        freed = 0
        for key in self.due(datetime.max.replace(tzinfo=UTC), 1_000_000):
            conversation = self.load(key).conversation
            if conversation and conversation.turn and conversation.turn.claimed_until:
                turn = msgspec.structs.replace(conversation.turn, claimed_until=self._clock())
                self.save(msgspec.structs.replace(conversation, turn=turn), due_at=self._clock())
                freed += 1
        return freed

    # ── forgetting a person ────────────────────────────────────────────────────────────────────────────────────────

    def our_addresses(self) -> set[str]:
        """Those that people have written to."""
        bodies = self._database.connection().execute("SELECT body FROM messages")
        return {_message.decode(body).our_address for (body,) in bodies}

    def learn(self, connection: sqlite3.Connection, person: Person) -> None:
        """Turns last: they are found by the keys that the others have told."""
        for (body,) in connection.execute("SELECT body FROM conversations"):
            conversation = _conversation.decode(body)
            if person.has(conversation.their_address):
                person.ids.keys.add(conversation.key)
                person.ids.contacts.add(conversation.contact_key)
                if conversation.turn:
                    person.learn_turn(conversation.turn)
        for key, contact_key, body in connection.execute("SELECT key, contact_key, body FROM messages"):
            _learn_message(person, key, contact_key, _message.decode(body))
        for conversation_id, body in connection.execute("SELECT conversation_id, body FROM turns"):
            if key_of(conversation_id) in person.ids.keys:
                person.learn_turn(_turn.decode(body))

    def forget(self, connection: sqlite3.Connection, person: Person) -> list[Forgotten]:
        return forget_in(connection, person, THEIRS)

    # ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _write_head(self, connection: sqlite3.Connection, written: Conversation, due_at: datetime | None) -> None:
        values = (
            written.version,
            _seconds(due_at),
            _seconds(written.answered_at),
            _encode(written),
            written.key,
            written.version - 1,
        )
        changed = connection.execute(
            "UPDATE conversations SET version = ?, due_at = ?, answered_at = ?, body = ? WHERE key = ? AND version = ?",
            values,
        ).rowcount
        if not changed and written.version == 1:
            changed = connection.execute(
                "INSERT INTO conversations (version, due_at, answered_at, body, key) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                values[:-1],
            ).rowcount
        if not changed:
            raise SupersededError(f"{written.key} has moved on from version {written.version - 1}")


def _learn_message(person: Person, key: str, contact_key: str, message: InboundMessage) -> None:
    """A conversation in which somebody wrote and had another one answered goes with either of them."""
    if person.has(message.their_address):
        person.ids.contacts.add(contact_key)
    if person.has(message.their_address) or person.has(message.written_by):
        person.ids.keys.add(key)
        person.learn(messages=[message.message_id])


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None
