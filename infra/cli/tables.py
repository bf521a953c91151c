"""Prints tables a person can read, or JSON a program can."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.cli.harmless import harmless_json

WIDE = 1000  # characters of a line where no terminal says how many it has: a row stays a line, for grep
FOLDED = 24  # characters that the widest column needs at least,
NARROW = 15  # and every other; none is narrower than its longest word

Rows = Sequence[Mapping[str, object]]


def table(
    rows: Rows, format_: str, *, empty: str, left_out_if_empty: Sequence[str] = (), broken: Sequence[str] = ()
) -> None:
    """`rows` as a table on the terminal, or as one JSON array. Text in cells is text: no markup, no control codes.

    A table wider than the terminal is shown as a block for each row, a line for each value. `broken` are columns whose
    words may be broken to fit.
    """
    if format_ == "json":
        document(rows)
        return
    if not rows:
        click.echo(empty, err=True)
        return
    needless = {name for name in left_out_if_empty if not any(row[name] for row in rows)}
    rows = [{name: value for name, value in row.items() if name not in needless} for row in rows]
    console = Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=WIDE)
    console.print(_across(rows, broken) if _fits(rows, console.width, broken) else _down(rows))


def document(value: object) -> None:
    """`value` as one JSON document, on a line."""
    click.echo(harmless_json(msgspec.json.encode(value, enc_hook=str)))


def cell(value: object) -> str:
    """A value on one line; control characters, which could drive a terminal, made visible."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def lines(text: str) -> str:
    """Text of several lines, each of them as in `cell`."""
    return "\n".join(map(cell, text.split("\n")))


class Visible:
    """A terminal that is written to as to a file: whole lines, as in `lines`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, content: bytes) -> int:
        return self._file.write(lines(content.decode()).encode())


def _fits(rows: Rows, width: int, broken: Sequence[str]) -> bool:
    """Whether the columns stand side by side, folded between words if need be, none of them too narrow to read."""
    needed = []
    for name in rows[0]:
        texts = [cell(row[name]) for row in rows]
        shown = cell(name)
        widest = max(len(shown), *map(len, texts))
        word = 0 if name in broken else max(len(each) for text in (shown, *texts) for each in text.split() or [""])
        needed.append((widest, min(widest, max(word, NARROW))))
    needed.sort()
    last, least = needed.pop()
    return sum(each for _, each in needed) + max(least, min(last, FOLDED)) + 2 * len(needed) <= width


def _across(rows: Rows, broken: Sequence[str]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name, first in rows[0].items():
        numeric = isinstance(first, int | float) and not isinstance(first, bool)
        whole = name not in broken and not any(" " in cell(row[name]) for row in rows)  # words of names stay whole
        shown.add_column(Text(cell(name)), overflow="fold", no_wrap=whole, justify="right" if numeric else "left")
    for row in rows:
        shown.add_row(*(Text(cell(value)) for value in row.values()))
    return shown


def _down(rows: Rows) -> Table:
    shown = Table.grid(padding=(0, 2))
    for number, row in enumerate(rows, 1):
        shown.add_row(Text(f"─ {number}", style="dim"), "")
        for name, value in row.items():
            shown.add_row(Text(cell(name), style="bold"), Text(cell(value)))
    return shown
