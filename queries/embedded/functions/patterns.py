"""https://trino.io/docs/current/functions/regexp.html

Trino's patterns are Java's, DuckDB's are RE2's: a pattern has to be written out, so that what only one of them
understands, or what they understand differently, is refused. https://github.com/google/re2/wiki/Syntax
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from queries.embedded.forms import Call, Form
from queries.embedded.values import Value, failed, literal

_ONLY_JAVA = re.compile(r"\(\?(?:=|!|<=|<!|>|[a-z]*[dux])|[*+?}]\+|\\[GZXRhHVkQEc]|\\[1-9]|\\p\{(?:In|Is|java)")
_ESCAPED = re.compile(r"\\.", re.DOTALL)


def pattern_of(call: Call, index: int = 1) -> str:
    """A constant pattern that both understand alike, as a text of SQL. Raises `NotTranslatableError`."""
    written = call.text(index, "a pattern")
    if found := _ONLY_JAVA.search(written):
        raise call.refused(f"the pattern has {found[0]}, which is supported on Athena alone")
    if any("[" in inside or "&&" in inside for inside in _classes(written)):
        raise call.refused("the pattern has a class within a class, which is supported on Athena alone")
    return literal(re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", _white_space, written, flags=re.DOTALL))


def _white_space(match: re.Match[str]) -> str:
    """Java's \\s has the vertical tab, RE2's has not."""
    if match[0] in ("\\s", "\\S"):
        return "[\\s\\x0b]" if match[0] == "\\s" else "[^\\s\\x0b]"
    return match[0].replace("\\s", "\\s\\x0b") if match[0].startswith("[") else match[0]


def _classes(pattern: str) -> Iterator[str]:
    """What stands within brackets, unescaped; [:alpha:] is one."""
    plain = _ESCAPED.sub("..", pattern)
    for match in re.finditer(r"\[\^?\]?([^\]]*)\]", plain):
        yield match[1]


def _group(call: Call) -> str:
    """A capturing group's number, which has to be there and to take part in every match: RE2 gives '' where Java
    gives NULL."""
    if len(call.arguments) < 3:
        return "0"
    number = call.number(2, "its group's number")
    optional = _optional_groups(call.text(1, "a pattern"))
    if not 0 <= number <= len(optional):
        raise call.refused(f"the pattern has {len(optional)} groups, and none with the number {number}")
    if number and optional[number - 1]:
        raise call.refused("the group may be left out of a match", "Write a group that is in every match.")
    return str(number)


@dataclass
class _Open:
    """An open parenthesis: the capturing groups within it, itself first where it is one."""

    groups: list[int]
    own: int
    has_alternatives: bool = False


def _optional_groups(pattern: str) -> list[bool]:
    """Of each capturing group: whether a match may do without it (a ?, a * or a {0 behind it, or a | beside it)."""
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", _ESCAPED.sub("..", pattern))
    optional: list[bool] = []
    opened = [_Open([], 0)]
    for index, letter in enumerate(plain):
        if letter == "(":
            captures = not plain.startswith("(?", index) or re.match(r"\(\?P?<[^=!]", plain[index:]) is not None
            opened.append(_Open([len(optional)] if captures else [], int(captures)))
            optional.extend([False] * captures)
        elif letter == "|":
            opened[-1].has_alternatives = True
        elif letter == ")" and len(opened) > 1:
            closed = opened.pop()
            _mark(closed, optional, may_miss=plain.startswith(("?", "*", "{0"), index + 1))
            opened[-1].groups.extend(closed.groups)
    _mark(opened[0], optional, may_miss=False)
    return optional


def _mark(closed: _Open, optional: list[bool], *, may_miss: bool) -> None:
    missed = closed.groups if may_miss else closed.groups[closed.own :] if closed.has_alternatives else []
    for group in missed:
        optional[group] = True


def _replace(call: Call) -> Value:
    text, pattern = call.arguments[0].sql, pattern_of(call)
    if len(call.arguments) < 3:
        return Value(f"regexp_replace({text}, {pattern}, '', 'g')", call.result)
    written = call.arguments[2].text
    with_ = literal(_references(call, written)) if written is not None else _computed(call.arguments[2])
    return Value(f"regexp_replace({text}, {pattern}, {with_}, 'g')", call.result)


def _references(call: Call, written: str) -> str:
    """`$1` as RE2's `\\1`, `\\$` as `$`."""

    def one(match: re.Match[str]) -> str:
        escaped, digit, other = match.groups()
        if other:
            raise call.refused(f"the replacement has {other}, which is not supported", "Write $1 to $9, and \\$ for $.")
        return f"\\{digit}" if digit else escaped.replace("\\", "\\\\")

    return re.sub(r"\\(.)|\$([0-9])(?![0-9])|(\$\{?\w*\}?|\\)", one, written, flags=re.DOTALL)


def _computed(value: Value) -> str:
    """The same of a text that is not known beforehand: what it may not hold fails."""
    fails = failed("'The replacement may hold $1 to $9, and no other $ and no backslash'", value.type)
    plain = f"regexp_full_match({value.sql}, '(?s)(?:[^$\\\\]|\\$[0-9])*')"
    return (
        f"CASE WHEN {plain} THEN regexp_replace({value.sql}, '\\$([0-9])', '\\\\\\1', 'g') WHEN "
        f"{value.sql} IS NOT NULL THEN {fails} END"
    )


def _extract(call: Call) -> Value:
    """No match is NULL, not ''."""
    text, pattern = call.arguments[0].sql, pattern_of(call)
    found = f"list_extract(regexp_extract_all({text}, {pattern}, {_group(call)}), 1)"
    return Value(found, call.result)


PATTERNS = (
    Form(
        "regexp_count(varchar, varchar) -> bigint",
        lambda call: Value(
            f"CAST(len(regexp_extract_all({call.arguments[0].sql}, {pattern_of(call)})) AS BIGINT)", call.result
        ),
    ),
    Form("regexp_extract(varchar, varchar) -> varchar", _extract),
    Form("regexp_extract(varchar, varchar, bigint) -> varchar", _extract),
    Form(
        "regexp_extract_all(varchar, varchar) -> array(varchar)",
        lambda call: Value(f"regexp_extract_all({call.arguments[0].sql}, {pattern_of(call)})", call.result),
    ),
    Form(
        "regexp_extract_all(varchar, varchar, bigint) -> array(varchar)",
        lambda call: Value(
            f"regexp_extract_all({call.arguments[0].sql}, {pattern_of(call)}, {_group(call)})", call.result
        ),
    ),
    Form(
        "regexp_like(varchar, varchar) -> boolean",
        lambda call: Value(f"regexp_matches({call.arguments[0].sql}, {pattern_of(call)})", call.result),
    ),
    Form("regexp_replace(varchar, varchar) -> varchar", _replace),
    Form("regexp_replace(varchar, varchar, varchar) -> varchar", _replace),
    Form(
        "regexp_split(varchar, varchar) -> array(varchar)",
        lambda call: Value(f"regexp_split_to_array({call.arguments[0].sql}, {pattern_of(call)})", call.result),
    ),
)
