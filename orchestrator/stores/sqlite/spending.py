"""What all people together have spent, in SQLite: model tokens by the hour, of two days."""

import sqlite3
from datetime import datetime

from orchestrator.keys import epoch_day, epoch_hour
from orchestrator.model import ContactChange, Spent

SCHEMA = "CREATE TABLE IF NOT EXISTS spending (hour INTEGER PRIMARY KEY, tokens INTEGER NOT NULL);"
THEIRS = {"spending": "0"}  # no row is anybody's: none names a person
_KEPT_HOURS = 48


def spend(connection: sqlite3.Connection, change: ContactChange) -> None:
    """Count the tokens of a change, within the transaction of `connection`."""
    if not change.tokens:
        return
    hour = epoch_hour(change.at)
    connection.execute(
        "INSERT INTO spending VALUES (?, ?) ON CONFLICT (hour) DO UPDATE SET tokens = tokens + excluded.tokens",
        (hour, change.tokens),
    )
    connection.execute("DELETE FROM spending WHERE hour < ?", (hour - _KEPT_HOURS,))


def spent_by_all(connection: sqlite3.Connection, now: datetime) -> Spent:
    hour, first = epoch_hour(now), epoch_day(now) * 24
    row = connection.execute(
        "SELECT COALESCE(SUM(tokens) FILTER (WHERE hour = ?), 0), COALESCE(SUM(tokens), 0) FROM spending"
        " WHERE hour BETWEEN ? AND ?",
        (hour, first, hour),
    ).fetchone()
    return Spent(*row)
