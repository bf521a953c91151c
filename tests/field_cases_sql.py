"""A folder's SQL cases: `<case>.sql`, and what it should give, from the table of its README or from expected.json.

    | `f01_max_by_null_winner.sql` | `parley query - < …` | m1, NULL (the latest row has no code) | source |

Expected values of f01 to f20 are held here, cell by cell, as JSON has them. Of other cases the table's words before a
parenthesis are compared with the cells, row by row; where it says that a refusal is right, a refusal is.
"""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

from queries.engines.duckdb import DuckDbEngine
from queries.errors import QueryError
from queries.result import Cell

# As JSON; a text that begins with "refused: " is what a refusal has to say.
EXPECTED: dict[str, object] = {
    "f01_max_by_null_winner": [["m1", None]],
    "f02_sequence_month_end": [["2026-01-31"], ["2026-02-28"], ["2026-03-31"], ["2026-04-30"], ["2026-05-31"]],
    "f03_json_lax_paths": [["x", "[1,2]", True]],
    "f04_from_unixtime_zone": [[19, "2025-12-31"]],
    "f05_zone_lost_in_arithmetic": [[1.7672256e9, True, 0]],
    "f06_fetch_with_ties": [[2], [2]],
    "f07_split_limit": [[["k", "v=w"], "v=w"]],
    "f08_regexp_replace_computed": [["07/2026", "ba"]],
    "f09_cast_text_as_json": [['"1"', None]],
    "f10_varchar_n": [["Where is"]],
    "f11_extract_dow_sunday": [[7, 7]],
    "f12_millisecond": [[234]],
    "f13_repeat": [["###", 2]],
    "f14_iso_text_cast": [[None, None]],
    "f15_unnest_rows_of_a_column": [["A1", 2], ["B9", 1]],
    "f16_map_agg_filter": [[{"b": 2}]],
    "f17_map_integer_key": [[2]],
    "f18_iso_week_label": [["2026-53"]],
    "f19_row_subquery": [[2026]],
    "f20_split_to_map": [["sms"]],
}
_LINE = re.compile(r"^\|(?P<names>[^|]*)\|[^|]*\|(?P<value>[^|]*)\|", re.MULTILINE)


class Checked(TypedDict):
    """One case. `expected` and `got` are JSON, or a table's words."""

    case: str
    expected: str
    got: str
    right: bool


def run(path: Path) -> Checked:
    """The case at `path`, on an empty lake."""
    name, got = path.stem, _asked(path.read_text(encoding="utf-8"))
    known = EXPECTED.get(name, _from_json(path))
    if known is not None:
        right = (
            got.removeprefix("refused: ") == str(known).removeprefix("refused: ")
            if isinstance(known, str)
            else got == _json(known)
        )
        return Checked(case=name, expected=_json(known), got=got, right=right)
    words = _from_readme(path)
    return Checked(case=name, expected=words, got=got, right=_matches(got, words))


def _asked(sql: str) -> str:
    try:
        rows = DuckDbEngine(Path("no lake")).query(sql).rows
    except QueryError as error:
        return f"refused: {error}"
    return _json([[shown(cell) for cell in row] for row in rows])


def shown(cell: Cell) -> object:
    """A cell as JSON, and so examples.tsv, writes it."""
    match cell:
        case Decimal() | timedelta():
            return str(cell)
        case datetime() | date():
            return cell.isoformat()
        case bytes():
            return cell.hex()
        case list():
            return [shown(each) for each in cell]
        case dict():
            return {str(key): shown(value) for key, value in cell.items()}
    return cell


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _from_json(path: Path) -> object:
    """expected.json beside it: {"<case>": [[cell, …], …]}; None without one."""
    file = path.with_name("expected.json")
    if not file.exists():
        return None
    return json.loads(file.read_text(encoding="utf-8")).get(path.stem)


def _from_readme(path: Path) -> str:
    """The value's words in the table of the folder's README; "" where it is not there."""
    file = path.with_name("README.md")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = (match for match in _LINE.finditer(text) if path.name in match["names"])
    return next((match["value"].strip() for match in lines), "")


def _matches(got: str, words: str) -> bool:
    """Each cell in the words, in order; a refusal where they speak of one."""
    if not words:
        return False
    if got.startswith("refused: "):
        return "refus" in words or "error" in words
    rows: Sequence[Sequence[object]] = json.loads(got)
    place = 0
    for cell in (cell for row in rows for cell in row):
        places = [found for text in _spellings(cell) if (found := words.find(text, place)) >= 0]
        if not places:
            return False
        place = min(places)
    return bool(rows)


def _spellings(cell: object) -> list[str]:
    """How a table may write a cell: as JSON has it, as Athena shows it, as Java writes a large number."""
    match cell:
        case None:
            return ["NULL"]
        case bool():
            return [str(cell).lower()]
        case float():
            mantissa, _, exponent = f"{cell:.16e}".partition("e")
            return [str(cell), f"{mantissa.rstrip('0')}E{int(exponent)}"]
        case list():
            return [_json(cell), f"[{', '.join(_spellings(each)[0] for each in cell)}]"]
        case dict():
            return [_json(cell), f"{{{', '.join(f'{key}={_spellings(each)[0]}' for key, each in cell.items())}}}"]
    return [str(cell)]
