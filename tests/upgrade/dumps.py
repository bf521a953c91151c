"""A data folder, and a DynamoDB table's items, as JSON that a person can read and git can compare; and back.

Nothing here uses Parley's own code: what is rebuilt is what was there, whatever the program has become since.

    <folder>/files.json       files kept as they are, by their path
    <folder>/<name>.sqlite3.json   schema, rows and `user_version` of a database
    <folder>/lake.json        Parquet files by their path: columns with their types, and rows
    <folder>/table.json       the items of a DynamoDB table, in its own JSON
"""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DATA = "{DATA}"  # stands for the data folder's own path, which the index of documents keeps
_TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int64": pa.int64(),
    "list": pa.list_(pa.string()),
    "map": pa.map_(pa.string(), pa.string()),
}


def dump_folder(data: Path, to: Path) -> None:
    """`data` has no open connection. Locks are left out."""
    files, lake = {}, {}
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        name = path.relative_to(data).as_posix()
        if path.suffix == ".sqlite3":
            _write(to / f"{name}.json", _database(path, str(data)))
        elif path.suffix == ".parquet":
            lake[name] = _parquet(path)
        elif "lock" not in path.name and "sqlite3" not in path.name:
            files[name] = path.read_text()
    _write(to / "files.json", files)
    _write(to / "lake.json", lake)


def rebuild_folder(of: Path, data: Path) -> None:
    """Make `data` as it was."""
    for name, text in _read(of / "files.json").items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text)
    for name, file in _read(of / "lake.json").items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        _rebuild_parquet(file, data / name)
    for dump in of.glob("*.sqlite3.json"):
        _rebuild_database(_read(dump), data / dump.stem, str(data))


def dump_items(items: Sequence[Mapping[str, Any]], to: Path) -> None:
    """Items as boto3's client gives them; of a binary attribute, what zlib has packed into it."""
    ordered = sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    _write(to / "table.json", [{name: _attribute(value) for name, value in item.items()} for item in ordered])


def items_of(of: Path) -> Iterator[dict[str, Any]]:
    """The items, as boto3's client takes them."""
    for item in _read(of / "table.json"):
        yield {
            name: {"B": zlib.compress(value["zlib"].encode(), 1)} if "zlib" in value else value
            for name, value in item.items()
        }


# ── SQLite ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _database(path: Path, data: str) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as connection:
        kinds = {name: kind for _, name, kind, *_ in connection.execute("PRAGMA table_list")}
        schema = [
            sql
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            if kinds.get(name) != "shadow" and not name.startswith("sqlite_")
        ]
        read = [
            name
            for name, kind in sorted(kinds.items())
            if (kind == "table" or (kind == "virtual" and not name.startswith("vocabulary_")))
            and not name.startswith(("sqlite_schema", "sqlite_temp", "sqlite_stat"))
        ]
        tables = {name: _rows(connection, name, data, virtual=kinds[name] == "virtual") for name in read}
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return {"user_version": version, "schema": schema, "tables": tables}


def _rows(connection: sqlite3.Connection, table: str, data: str, *, virtual: bool) -> dict[str, Any]:
    found = connection.execute(f"SELECT {'rowid, *' if virtual else '*'} FROM {table}")  # noqa: S608 - of the schema
    columns = [column for column, *_ in found.description]
    return {"columns": columns, "rows": [[_cell(value, data) for value in row] for row in found]}


def _cell(value: object, data: str) -> object:
    if isinstance(value, bytes):
        try:
            return {"utf8": value.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(value).decode()}
    return value.replace(data, DATA) if isinstance(value, str) else value


def _rebuild_database(dump: Mapping[str, Any], path: Path, data: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")  # as all of Parley's are
        for statement in dump["schema"]:
            connection.execute(statement)
        for name, table in dump["tables"].items():
            marks = ", ".join("?" * len(table["columns"]))
            into = f"INSERT INTO {name} ({', '.join(table['columns'])}) VALUES ({marks})"  # noqa: S608 - of the schema
            connection.executemany(into, [[_value(cell, data) for cell in row] for row in table["rows"]])
        connection.execute(f"PRAGMA user_version = {dump['user_version']}")


def _value(cell: Any, data: str) -> object:
    if isinstance(cell, dict):
        return cell["utf8"].encode() if "utf8" in cell else base64.b64decode(cell["base64"])
    return cell.replace(DATA, data) if isinstance(cell, str) else cell


# ── Parquet ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _parquet(path: Path) -> dict[str, Any]:
    table = pq.read_table(path)
    columns = {field.name: str(field.type).partition("<")[0] for field in table.schema}
    rows = [
        [dict(cell) if columns[name] == "map" and cell is not None else cell for name, cell in row.items()]
        for row in table.to_pylist()
    ]
    return {"columns": columns, "rows": rows}


def _rebuild_parquet(file: Mapping[str, Any], path: Path) -> None:
    schema = pa.schema([(name, _TYPES[kind]) for name, kind in file["columns"].items()])
    columns = [
        pa.array([list(cell.items()) if isinstance(cell, dict) else cell for cell in column], field.type)
        for field, column in zip(schema, zip(*file["rows"], strict=True), strict=True)
    ]
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), path)


# ── JSON ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _attribute(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"zlib": zlib.decompress(bytes(value["B"])).decode()} if "B" in value else value


def _read(path: Path) -> Any:
    return json.loads(path.read_text())


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
