"""A person in the embedded store: conversations, messages, turns, contacts, held messages, wake-ups, the outbox.

What is deleted is overwritten, the write-ahead log is emptied and the file is packed, so that no byte of it is left.
Sources: https://www.sqlite.org/pragma.html#pragma_secure_delete, https://www.sqlite.org/lang_vacuum.html
"""

import sqlite3

import msgspec

from infra.operating.erasure.person import Person, key_of
from infra.operating.erasure.report import Report
from orchestrator.model import Conversation, Held, InboundMessage, Turn
from orchestrator.stores.sqlite.database import Database

# What goes, by the ids that have been learned.
_KEYS = "SELECT value FROM json_each(:keys)"
_TURNS = "SELECT value FROM json_each(:turns)"
_MESSAGES = "SELECT value FROM json_each(:messages)"
THEIRS = {
    "conversations": f"key IN ({_KEYS})",
    "messages": f"key IN ({_KEYS})",
    "turns": f"turn_id IN ({_TURNS})",
    "held": f"message_id IN ({_MESSAGES})",
    "wakeups": f"key IN ({_KEYS})",
    "contacts": "key IN (SELECT value FROM json_each(:contacts))",
    "sent": "contact_key IN (SELECT value FROM json_each(:contacts))",
    "outbox": f"turn_id IN ({_TURNS}) OR message_id IN ({_MESSAGES})",
}


def our_addresses(database: Database) -> set[str]:
    """Those that people have written to."""
    bodies = database.connection().execute("SELECT body FROM messages")
    return {msgspec.json.decode(body, type=InboundMessage).our_address for (body,) in bodies}


def learn_from(database: Database, person: Person) -> None:
    """Take every id that leads to this person, and to nobody else."""
    connection = database.connection()
    for learn in (_from_conversations, _from_messages, _from_held, _from_turns, _from_outbox):
        learn(connection, person)


def erase_from(database: Database, person: Person, report: Report, *, dry_run: bool = False) -> None:
    """Delete what is the person's, take the address out of the rest. One transaction; packing repeats at will."""
    connection = database.connection()
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _delete(connection, person, report)
        _forget(connection, person, report)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("ROLLBACK" if dry_run else "COMMIT")
    if not dry_run:
        pack(connection)


def pack(connection: sqlite3.Connection) -> None:
    """Leave nothing in free pages, nor in the log: also what was deleted long before."""
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
        row = connection.execute(statement).fetchone()
        if row and row[0]:
            raise sqlite3.OperationalError("another process has the database open: stop it, and erase again")


def _from_conversations(connection: sqlite3.Connection, person: Person) -> None:
    for (body,) in connection.execute("SELECT body FROM conversations"):
        conversation = msgspec.json.decode(body, type=Conversation)
        if person.has(conversation.their_address):
            person.ids.keys.add(conversation.key)
            person.ids.contacts.add(conversation.contact_key)
            if conversation.turn:
                _learn_turn(person, conversation.turn)


def _from_messages(connection: sqlite3.Connection, person: Person) -> None:
    for key, contact_key, body in connection.execute("SELECT key, contact_key, body FROM messages"):
        message = msgspec.json.decode(body, type=InboundMessage)
        if person.has(message.their_address):
            person.ids.keys.add(key)
            person.ids.contacts.add(contact_key)
            person.learn(messages=[message.message_id])


def _from_held(connection: sqlite3.Connection, person: Person) -> None:
    for (body,) in connection.execute("SELECT body FROM held"):
        held = msgspec.json.decode(body, type=Held)
        if person.has(held.their_address) or person.named_in(held.original):
            person.learn(messages=[held.message_id])


def _from_turns(connection: sqlite3.Connection, person: Person) -> None:
    for conversation_id, body in connection.execute("SELECT conversation_id, body FROM turns"):
        if key_of(conversation_id) in person.ids.keys:
            _learn_turn(person, msgspec.json.decode(body, type=Turn))


def _from_outbox(connection: sqlite3.Connection, person: Person) -> None:
    for destination, turn_id, message_id in connection.execute("SELECT destination, turn_id, message_id FROM outbox"):
        if person.has(destination) or turn_id in person.ids.turns:
            person.learn(turn=turn_id, messages=[message_id])


def _learn_turn(person: Person, turn: Turn) -> None:
    ids = [*(message.message_id for message in turn.messages), *(part.message_id for part in turn.parts)]
    person.learn(turn=turn.turn_id, conversation=turn.conversation_id, messages=ids)


def _delete(connection: sqlite3.Connection, person: Person, report: Report) -> None:
    ids = person.ids
    lists = {"keys": ids.keys, "contacts": ids.contacts, "turns": ids.turns, "messages": ids.messages}
    parameters = {name: msgspec.json.encode(sorted(each)).decode() for name, each in lists.items()}
    for table, condition in THEIRS.items():
        gone = connection.execute(f"DELETE FROM {table} WHERE {condition}", parameters).rowcount  # noqa: S608 - constants
        report.count(f"store: {table}", removed=gone)


def _forget(connection: sqlite3.Connection, person: Person, report: Report) -> None:
    """Whatever else the database keeps, in whatever table: somebody else's words that name the person."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():  # noqa: S608
                clean = _without(person, value)
                if clean != value:
                    change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - names of the schema
                    report.count(f"store: {table}", rewritten=connection.execute(change, (clean, value)).rowcount)


def _without(person: Person, value: object) -> object:
    if isinstance(value, str):
        return person.forgotten(value)
    if isinstance(value, bytes) and person.named_in(value, layers=0):
        return person.forgotten(value.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return value
