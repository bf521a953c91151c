"""The embedded store: conversations, messages, turns and contacts in SQLite."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from orchestrator.errors import SupersededError
from orchestrator.model import Contact, ContactChange, Conversation, Held, InboundMessage, Turn
from orchestrator.stores.ports import Committed, Snapshot
from orchestrator.stores.sqlite.database import Database

WAITS_TOO_LONG = timedelta(minutes=1)  # after which the sweeper wakes a message that no turn has taken

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
CREATE TABLE IF NOT EXISTS held (
    channel TEXT, message_id TEXT, held_at REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY (channel, message_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contacts (
    key TEXT PRIMARY KEY, consent TEXT, hour INTEGER NOT NULL DEFAULT 0, day INTEGER NOT NULL DEFAULT 0,
    turns_this_hour INTEGER NOT NULL DEFAULT 0, turns_today INTEGER NOT NULL DEFAULT 0,
    tokens_today INTEGER NOT NULL DEFAULT 0, notified_hour INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""

CHANGE_CONTACT = """
INSERT INTO contacts (key, consent, hour, day, turns_this_hour, turns_today, tokens_today, notified_hour)
VALUES (:key, :consent, :hour, :day, :turns, :turns, :tokens, :notified)
ON CONFLICT (key) DO UPDATE SET
    consent = COALESCE(excluded.consent, consent),
    turns_this_hour = excluded.turns_this_hour + IIF(hour = excluded.hour, turns_this_hour, 0),
    turns_today = excluded.turns_today + IIF(day = excluded.day, turns_today, 0),
    tokens_today = excluded.tokens_today + IIF(day = excluded.day, tokens_today, 0),
    notified_hour = MAX(excluded.notified_hour, notified_hour),
    hour = excluded.hour,
    day = excluded.day
"""

# Within the step's transaction, hands its records to whatever will bring them to the lake.
Journal = Callable[[sqlite3.Connection, datetime, Sequence[bytes]], None]

_conversation = msgspec.json.Decoder(Conversation)
_message = msgspec.json.Decoder(InboundMessage)
_turn = msgspec.json.Decoder(Turn)
_held = msgspec.json.Decoder(Held)
_encode = msgspec.json.Encoder().encode


class SqliteStore:
    """Fills `Store`, and answers what the command line and the page ask about the past."""

    def __init__(self, path: Path, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.database = Database(path, SCHEMA)
        self._journal = journal
        self._clock = clock

    def commit(self, key: str, contact_key: str, message: InboundMessage, records: Sequence[bytes]) -> Committed:
        now = self._clock()
        with self.database.transaction() as connection:
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
            self._journal(connection, now, records)
        return Committed.NEW

    def load(self, key: str) -> Snapshot:
        connection = self.database.connection()
        row = connection.execute("SELECT body FROM conversations WHERE key = ?", (key,)).fetchone()
        waiting = connection.execute(
            "SELECT body, contact_key FROM messages WHERE key = ? AND turn_id IS NULL ORDER BY occurred_at, message_id",
            (key,),
        ).fetchall()
        conversation = _conversation.decode(row[0]) if row else None
        contact_key = conversation.contact_key if conversation else waiting[0][1] if waiting else key
        return Snapshot(
            conversation=conversation,
            contact=self._contact(connection, contact_key),
            waiting=tuple(_message.decode(body) for body, _ in waiting),
        )

    def save(
        self,
        conversation: Conversation,
        *,
        taken: Sequence[InboundMessage] = (),
        finished: Turn | None = None,
        change: ContactChange | None = None,
        records: Sequence[bytes] = (),
        due_at: datetime | None = None,
    ) -> Conversation:
        written = msgspec.structs.replace(conversation, version=conversation.version + 1)
        with self.database.transaction() as connection:
            self._write_head(connection, written, due_at)
            turn_id = written.turn.turn_id if written.turn else None
            connection.executemany(
                "UPDATE messages SET turn_id = ? WHERE channel = ? AND message_id = ?",
                [(turn_id, message.channel, message.message_id) for message in taken],
            )
            if finished:
                connection.execute(
                    "INSERT INTO turns VALUES (?, ?, ?, ?)",
                    (finished.turn_id, finished.conversation_id, _seconds(finished.finished_at), _encode(finished)),
                )
            if change:
                connection.execute(CHANGE_CONTACT, _change_parameters(conversation.contact_key, change))
            self._journal(connection, self._clock(), records)
        return written

    def record(self, records: Sequence[bytes], *, contact_key: str = "", change: ContactChange | None = None) -> None:
        with self.database.transaction() as connection:
            if change:
                connection.execute(CHANGE_CONTACT, _change_parameters(contact_key, change))
            self._journal(connection, self._clock(), records)

    def hold(self, held: Held) -> None:
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO held VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (held.channel, held.message_id, held.held_at.timestamp(), _encode(held)),
            )

    def held(self) -> list[Held]:
        found = self.database.connection().execute("SELECT body FROM held ORDER BY held_at, message_id")
        return [_held.decode(body) for (body,) in found]

    def let_go(self, held: Held) -> None:
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM held WHERE channel = ? AND message_id = ?", (held.channel, held.message_id))

    def due(self, now: datetime, limit: int) -> list[str]:
        found = self.database.connection().execute(
            "SELECT key FROM conversations WHERE due_at <= ? "
            "UNION SELECT key FROM messages WHERE turn_id IS NULL AND committed_at <= ? LIMIT ?",
            (now.timestamp(), (now - WAITS_TOO_LONG).timestamp(), limit),
        )
        return [key for (key,) in found]

    # ── what people ask about the past ─────────────────────────────────────────────────────────────────────────────

    def conversations(self, limit: int = 50) -> list[Conversation]:
        """The conversations, the latest first."""
        found = self.database.connection().execute(
            "SELECT body FROM conversations ORDER BY COALESCE(answered_at, due_at) DESC LIMIT ?", (limit,)
        )
        return [_conversation.decode(body) for (body,) in found]

    def turns(self, conversation: str) -> list[Turn]:
        """The finished turns of a conversation id, or of every generation of a key, in order."""
        found = self.database.connection().execute(
            "SELECT body FROM turns WHERE conversation_id = :id OR conversation_id GLOB :id || '-[0-9]*' "
            "ORDER BY finished_at",
            {"id": conversation},
        )
        return [_turn.decode(body) for (body,) in found]

    def turn_of(self, channel: str, message_id: str) -> Turn | None:
        """The finished turn that answered a message; None while there is none."""
        row = (
            self.database.connection()
            .execute(
                "SELECT turns.body FROM turns JOIN messages USING (turn_id) WHERE channel = ? AND message_id = ?",
                (channel, message_id),
            )
            .fetchone()
        )
        return _turn.decode(row[0]) if row else None

    def counts(self) -> dict[str, int]:
        """How much there is: messages, waiting, unfinished, turns."""
        connection = self.database.connection()
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

    # ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _contact(self, connection: sqlite3.Connection, key: str) -> Contact:
        row = connection.execute("SELECT * FROM contacts WHERE key = ?", (key,)).fetchone()
        return Contact(*row) if row else Contact(key)

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


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _change_parameters(key: str, change: ContactChange) -> dict[str, object]:
    seconds = int(change.at.timestamp())
    return {
        "key": key,
        "consent": change.consent,
        "hour": seconds // 3600,
        "day": seconds // 86400,
        "turns": change.turns,
        "tokens": change.tokens,
        "notified": seconds // 3600 if change.notified else 0,
    }
