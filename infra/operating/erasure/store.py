"""A person in the embedded store: every subject tells what it knows of them, then all forget in one transaction.

What is deleted is overwritten, the write-ahead log is emptied and the file is packed, so that no byte of it is left.
Sources: https://www.sqlite.org/pragma.html#pragma_secure_delete, https://www.sqlite.org/lang_vacuum.html
"""

import sqlite3
from collections.abc import Sequence

from infra.operating.erasure.person import Person
from infra.operating.erasure.report import Report
from orchestrator.errors import ConfigurationError
from orchestrator.stores.sqlite.database import Database
from orchestrator.stores.sqlite.forgetting import Keeper


def learn_from(database: Database, keepers: Sequence[Keeper], person: Person) -> None:
    """Take every id that leads to this person, and to nobody else; again while they lead to further ones.

    Raises `ConfigurationError` for a table that no keeper owns: what nobody knows, nobody would forget.
    """
    connection = database.connection()
    if strange := tables_of(connection) - {table for keeper in keepers for table in keeper.tables}:
        raise ConfigurationError(f"nothing knows how to forget a person in the table {', '.join(sorted(strange))}")
    known = -1
    while known < len(person.ids):
        known = len(person.ids)
        for keeper in keepers:
            keeper.learn(connection, person)


def erase_from(
    database: Database, keepers: Sequence[Keeper], person: Person, report: Report, *, dry_run: bool = False
) -> None:
    """Delete what is the person's, take the address out of the rest. One transaction; packing repeats at will."""
    connection = database.connection()
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("BEGIN IMMEDIATE")
    try:
        _forget(connection, keepers, person, report)
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


def tables_of(connection: sqlite3.Connection) -> set[str]:
    """Every table of a database, but SQLite's own."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name for (name,) in found}


def _forget(connection: sqlite3.Connection, keepers: Sequence[Keeper], person: Person, report: Report) -> None:
    for keeper in keepers:
        for table, removed, rewritten in keeper.forget(connection, person):
            report.count(f"store: {table}", removed, rewritten)
