"""Asking on the command line: what there is to ask, parameters from words, errors shown in the analyst's own lines."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import cast, get_args

import click

from queries.catalogue.entries import Catalogue
from queries.catalogue.parameters import Parameter, ParameterType, Value
from queries.embedded.listed import forms
from queries.errors import QueryError
from queries.trino.examples import examples_of_each
from transformer.schema import TABLES

PERIOD = ("from_hour", "until_hour")  # which every report takes
_PARAMETER = re.compile(rf"(?P<name>\w+)(?::(?P<type>{'|'.join(get_args(ParameterType))}))?=(?P<value>.*)", re.DOTALL)


def list_questions(catalogue: Catalogue, *, unsaid: Sequence[str] = ()) -> Sequence[Mapping[str, object]]:
    """Every table, view and report, with what it answers and what can be set but for the `unsaid`."""
    tables = [{"name": name, "kind": "table", "answers": table.meaning, "set": ""} for name, table in TABLES.items()]
    entries = [
        {
            "name": entry.name,
            "kind": entry.kind,
            "answers": entry.title,
            "set": " ".join(parameter.name for parameter in entry.parameters if parameter.name not in unsaid),
        }
        for entry in sorted(catalogue.entries.values(), key=lambda entry: (entry.kind, entry.name))
    ]
    return [*tables, *entries]


def list_functions() -> Sequence[Mapping[str, object]]:
    """Every function that the embedded engine has: its forms, and how many of its documented examples are tested."""
    counted = examples_of_each()
    return [
        {"name": name, "forms": [form.text for form in found], "tested": counted.get(name, 0)}
        for name, found in sorted(forms().items())
    ]


def parameter(words: str) -> tuple[str, Value]:
    """NAME=VALUE or NAME:TYPE=VALUE. Raises `ParameterError` when the value is not of the type."""
    if not (match := _PARAMETER.fullmatch(words)):
        types = "|".join(get_args(ParameterType))
        raise click.BadParameter(f"{words!r} is not NAME=VALUE or NAME:{types}=VALUE", param_hint="-p")
    name, type_, value = match["name"], match["type"], match["value"]
    return name, Parameter(name, cast(ParameterType, type_), None, "").read(value) if type_ else value


def placed(error: QueryError, text: str, catalogue: Catalogue) -> str:
    """The error, and below it the line of the analyst's SQL with a mark where it is."""
    word = text.strip().lower()
    if re.fullmatch(r"\w+", word) and word not in catalogue.entries and word not in TABLES:
        near = get_close_matches(word, [*TABLES, *catalogue.entries])
        remedy = f"Did you mean {' or '.join(near)}?" if near else "`parley query` lists what there is to ask."
        return f"there is no question named {word}. {remedy}"
    if error.position is None or word in catalogue.entries:
        return str(error)
    from infra.cli.tables import cell  # noqa: PLC0415  # rich, only where something is wrong

    line = text.splitlines()[error.position.line - 1]
    before = cell(line[: error.position.column - 1])
    return f"{error}\n  {cell(line)}\n  {' ' * len(before)}^"
