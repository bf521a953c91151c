"""Every function that the embedded engine has, by its name."""

import functools
from collections.abc import Mapping

from queries.embedded.forms import Form
from queries.embedded.functions.aggregates import AGGREGATES, LISTAGG, WINDOWS
from queries.embedded.functions.containers import ARRAYS, MAPS
from queries.embedded.functions.documents import DOCUMENTS
from queries.embedded.functions.numbers import NUMBERS
from queries.embedded.functions.patterns import PATTERNS
from queries.embedded.functions.strings import BINARY, STRINGS, URLS
from queries.embedded.functions.times import TIMES

# Each with its page of https://trino.io/docs/current/functions.html
PAGES: Mapping[str, tuple[Form, ...]] = {
    "string": STRINGS,
    "binary": BINARY,
    "url": URLS,
    "regexp": PATTERNS,
    "math": NUMBERS,
    "datetime": TIMES,
    "array": ARRAYS,
    "map": MAPS,
    "json": DOCUMENTS,
    "aggregate": (*AGGREGATES, LISTAGG),
    "window": WINDOWS,
}


@functools.cache
def forms() -> Mapping[str, tuple[Form, ...]]:
    """All forms of each function."""
    found: dict[str, list[Form]] = {}
    for page in PAGES.values():
        for form in page:
            found.setdefault(form.name, []).append(form)
    return {name: tuple(each) for name, each in found.items()}
