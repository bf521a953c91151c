"""Templates: what they may say, what they may not, and what their errors tell."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from jinja2 import nodes

from transformer import explain
from transformer.compiler import compile_expression
from transformer.filters import FILTERS
from transformer.json_text import Json
from transformer.render import RenderError, Template, TemplateError, compile_template
from transformer.sandbox import Names
from transformer.schema import Column, Table

TABLE = Table(
    "events",
    "for these tests",
    (
        Column("name", "string", ""),
        Column("count", "bigint", ""),
        Column("tags", "map<string,string>", ""),
        Column("event_id", "string", ""),
    ),
    filled=frozenset(["event_id"]),
)


def template(name: str = "event.name", count: str = "0", tags: str = "{}") -> Template:
    return compile_template("demo", f'# a comment\n{{\n"name": {name},\n"count": {count},\n"tags": {tags},\n}}', TABLE)


def render(event: Any, **columns: str) -> dict[str, Any]:
    names = {"event": event, "part": event, "envelope": {"occurred_at": 1}}
    return dict(template(**columns).render(names, {"event_id": "id"}))


def test_a_template_looks_like_its_row() -> None:
    row = render({"name": 'Zoë "Z" \\ \n 📦', "n": 3}, count="event.n", tags='{"A": event.name} | to_map')
    assert row == {"name": 'Zoë "Z" \\ \n 📦', "count": 3, "tags": {"a": 'Zoë "Z" \\ \n 📦'}, "event_id": "id"}


@pytest.mark.parametrize("path", ["event.a.b or event.a[0]", "event.a[0] or event.a.b"])
@pytest.mark.parametrize("event", [{"a": {"b": "x"}}, {"a": ["x"]}])
def test_one_path_is_read_as_an_object_and_as_an_array(path: str, event: Any) -> None:
    row = render(event, name=path, tags='{"object": event.a.b, "array": event.a[0]} | to_map')
    assert row["name"] == "x"
    assert row["tags"] == {("object" if isinstance(event["a"], dict) else "array"): "x"}


@pytest.mark.parametrize(
    ("event", "columns", "reason"),
    [
        ({}, {}, "demo.jinja:3 name: event.name is missing"),
        ({"name": None}, {}, "demo.jinja:3 name: event.name is missing"),
        ({}, {"name": "event.a.b or event.c[0]"}, "demo.jinja:3 name: event.a.b or event.c[0] is missing"),
        (
            {},
            {"name": "event.a | optional", "count": "event.at | parse_time"},
            "demo.jinja:4 count: event.at is missing",
        ),
        ({"at": "x"}, {"name": '""', "count": "event.at | parse_time"}, "demo.jinja:4 count: event.at is not a time"),
        ({"name": 7}, {}, "demo.jinja:3 name is int, not string"),
        (
            {"name": "x", "n": 1 << 63},
            {"count": "event.n"},
            "demo.jinja:4 count holds something else than its type says",
        ),
        ({"name": "x"}, {"tags": '{"a": 1}'}, "demo.jinja:5 tags holds something else than its type says"),
        ({}, {"name": "event.a | parse_text | to_phone"}, "demo.jinja:3 name: event.a is missing"),
        ({"b": 0}, {"name": "event.a | optional if event.b else event.c"}, "demo.jinja:3 name: event.c is missing"),
    ],
)
def test_an_error_names_file_line_column_and_field(event: Any, columns: dict[str, str], reason: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(event, **columns)
    assert str(caught.value) == reason


def test_what_explains_an_error_is_compiled_for_the_first_row_that_fails_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[object] = []

    def counting(expression: nodes.Expr) -> Callable[[Names], object]:
        compiled.append(expression)
        return compile_expression(expression)

    monkeypatch.setattr(explain, "compile_expression", counting)
    demo = template()
    numbers_compiled = []
    events: list[Json] = [{"name": "a"}, {}, {"name": None}, {}]
    for event in events:
        with suppress(RenderError):
            demo.render({"event": event, "part": None, "envelope": None}, {"event_id": "id"})
        numbers_compiled.append(len(compiled))
    assert numbers_compiled == [0, 3, 3, 3]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "demo.jinja:1 "),
        ("[]", "demo.jinja:1 a template is a dictionary"),
        ('{"name": ""} {}', "demo.jinja:1 something follows"),
        ('{"name": ""}', "demo.jinja:1 count, tags is missing"),
        ('{"name": "", "name": ""}', "demo.jinja:1 name is there twice"),
        ('{\n"event_id": ""}', "demo.jinja:2 event_id is there twice, or no column to fill"),
        ('{"name": evnt.name}', "demo.jinja:1 evnt is no name that a template knows"),
        ('{event.x: ""}', "demo.jinja:1 a column's name is a text in quotes"),
        (
            '{"name": event.x | upper, "count": 0, "tags": {}}',
            "demo.jinja:1 no filter is named upper; there are optional, ",
        ),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_template("demo", text, TABLE)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    "expression",
    [
        "event.__class__.__name__",
        "event.name.upper()",
        "event['__class__'].__mro__",
        "event.items()",
        "event.name * 1000000000",
        "9 ** 9 ** 9",
        "'%s' % event.name",
        "''.join.__globals__",
        "event.name.format",
        "event.name ~ event.name",
        "[event] | map('x')",
    ],
)
def test_the_sandbox_gives_data_and_nothing_else(expression: str) -> None:
    with pytest.raises((RenderError, TemplateError)):
        render({"name": "x"}, name=expression)


def test_a_field_named_like_a_method_is_a_field() -> None:
    assert render({"items": "a", "name": "b"}, name="event.items")["name"] == "a"


def test_the_version_changes_with_the_text() -> None:
    assert template().version != template(name="event.other").version
    assert template().version == template().version


@pytest.mark.parametrize(
    ("name", "value", "arguments", "expected"),
    [
        ("optional", None, (), ""),
        ("optional", "x", (), "x"),
        ("translate", "a", ({"a": "b"},), "b"),
        ("translate", "z", ({"a": "b"}, "?"), "?"),
        ("translate", None, ({"a": "b"}, "?"), "?"),
        ("parse_time", "2026-03-01T10:20:03.476795989Z", (), 1772360403477),
        ("parse_time", "2026-03-01T10:20:03", (), 1772360403000),
        ("parse_time", "1772360403", (), 1772360403000),
        ("parse_time", 1772360403, (), 1772360403000),
        ("parse_time", 1772360403470, (), 1772360403470),
        ("parse_text", "x", (), "x"),
        ("to_text", 1.5, (), "1.5"),
        ("to_text", True, (), "true"),
        ("to_text", {"a": [1]}, (), '{"a":[1]}'),
        ("to_text", None, (), ""),
        ("to_json", {"a": "é"}, (), '{"a":"é"}'),
        ("to_json", None, (), ""),
        ("to_number", 5, (), 5),
        ("to_number", True, (), 0),
        ("to_number", None, (), 0),
        ("to_time", 1772360403470, (), 1772360403470),
        ("to_time", "2026-03-01T10:20:03.470Z", (), 1772360403470),
        ("to_time", "soon", (), None),
        ("to_time", None, (), None),
        ("to_array", ["a", 1, None, ""], (), ["a", "1"]),
        ("to_array", "a", (), ["a"]),
        ("to_array", None, (), []),
        ("to_map", {"A": ["x", "y"], "b": 1, "c": None, "d": []}, (), {"a": "x", "b": "1"}),
        ("to_map", None, (), {}),
        ("to_phone", "1 425-555-0182", (), "+14255550182"),
        ("to_phone", "+14255550182", (), "+14255550182"),
        ("to_phone", "SENDERID", (), "SENDERID"),
        ("to_phone", None, (), ""),
        ("to_prefix", "TEXT_DELIVERED", ("_",), "TEXT"),
        ("to_suffix", "TEXT_CARRIER_BLOCKED", ("_",), "CARRIER_BLOCKED"),
        ("to_suffix", "TEXT", ("_",), ""),
    ],
)
def test_a_filter_does_what_it_says(name: str, value: object, arguments: tuple[object, ...], expected: object) -> None:
    assert FILTERS[name](value, *arguments) == expected


@pytest.mark.parametrize("value", [None, "soon", True, -1, [], 1e300, "9" * 400])
def test_parse_time_fails_loudly(value: object) -> None:
    with pytest.raises(ValueError, match="is "):
        FILTERS["parse_time"](value)


@pytest.mark.parametrize("value", [None, "", 7])
def test_parse_text_fails_loudly(value: object) -> None:
    with pytest.raises(ValueError, match="is "):
        FILTERS["parse_text"](value)


@pytest.mark.parametrize("name", [name for name in FILTERS if name.startswith("to_")])
@pytest.mark.parametrize("value", [None, "", 7, 1.5, True, [], [None], {}, {"a": {"b": None}}])
def test_a_to_filter_never_fails(name: str, value: object) -> None:
    FILTERS[name](value, *(["_"] if name in ("to_prefix", "to_suffix") else []))


def test_every_filter_is_documented_and_of_a_family() -> None:
    assert all(function.__doc__ for function in FILTERS.values())
    assert {name for name in FILTERS if not name.startswith(("to_", "parse_"))} == {"optional", "translate"}
