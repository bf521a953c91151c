"""The data dictionary, made of what defines the data: the schema, the headers of views and reports, the engine."""

from collections.abc import Mapping

from queries.catalogue.entries import Catalogue, Entry, Kind
from queries.catalogue.scans import Scan
from queries.compose import PARTITION
from queries.published.columns import column_types
from tests.docs import table
from transformer.schema import TABLES, Privacy

PRIVACY: Mapping[Privacy, str] = {
    "": "",
    "text": "words",
    "address": "address",
    "id": "message id",
    "raw": "provider's text",
}


def tables() -> str:
    """Every table of the lake."""
    return "\n\n".join(
        f"### `{each.name}`\n\n{each.meaning}\n\n"
        + table(
            ("column", "type", "meaning", "personal"),
            [
                *(
                    (f"`{column.name}`", f"`{column.type}`", column.meaning, PRIVACY[column.privacy])
                    for column in each.columns
                ),
                (f"`{PARTITION}`", "`string`", "when the row arrived: yyyy/MM/dd/HH, UTC; the partition", ""),
            ],
        )
        for each in TABLES.values()
    )


def entries(kind: Kind) -> str:
    """Every view, or every report, with what it is asked with and what it gives."""
    found = [entry for entry in Catalogue.shipped().entries.values() if entry.kind == kind]
    types = column_types(found)
    return "\n\n".join(_entry(entry, types[entry.name]) for entry in sorted(found, key=lambda each: each.name))


def _entry(entry: Entry, types: Mapping[str, str]) -> str:
    columns = table(
        ("column", "type", "meaning"),
        [(f"`{name}`", f"`{type_}`", entry.columns[name]) for name, type_ in types.items()],
    )
    return f"### `{entry.name}`\n\n**{entry.title}.** {entry.description}\n\n{_asked(entry)}{columns}"


def _asked(entry: Entry) -> str:
    """The parameters but for the hours, which all have, and the hours that are read."""
    rows = [
        (f"`{each.name}`", f"`{each.type}`", "needed" if each.default is None else f"`{each.default}`", each.meaning)
        for each in entry.parameters
        if each.type != "hour"
    ]
    parameters = f"{table(('parameter', 'type', 'default', 'meaning'), rows)}\n\n" if rows else ""
    reads = f"Reads {'; '.join(_scan(scan) for scan in entry.scans)}.\n\n" if entry.scans else ""
    return reads + parameters


def _scan(scan: Scan) -> str:
    before = f" from {_span(scan.before.total_seconds())} before" if scan.before else ""
    after = f" to {_span(scan.after.total_seconds())} after" if scan.after else ""
    return f"`{scan.table}`{before}{after}"


def _span(seconds: float) -> str:
    hours = int(seconds // 3600)
    count, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
    return f"{count} {unit}{'s' if count > 1 else ''}"
