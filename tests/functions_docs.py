"""What docs/sql-functions.md shows: every function of the embedded engine, by the page that documents it."""

from collections.abc import Sequence

from queries.embedded.forms import Form
from queries.embedded.listed import PAGES
from queries.trino.examples import examples, examples_of_each
from tests.docs import table

_PAGE = "https://trino.io/docs/current/functions/"


def functions() -> str:
    """A table for each page; a function with all its forms, and how many of its examples are tested."""
    return "\n\n".join(_page(name, forms) for name, forms in PAGES.items())


def counted() -> str:
    """How many there are."""
    names = {form.name for forms in PAGES.values() for form in forms}
    total = sum(len(forms) for forms in PAGES.values())
    return f"{len(names)} functions in {total} forms, held to {len(examples())} examples."


def _page(name: str, forms: Sequence[Form]) -> str:
    tested = examples_of_each()
    by_name: dict[str, list[str]] = {}
    for form in forms:
        by_name.setdefault(form.name, []).append(f"`{form.text}`")
    rows = [(f"`{each}`", "<br>".join(texts), str(tested.get(each, 0))) for each, texts in sorted(by_name.items())]
    return f"### [{name}]({_PAGE}{name}.html)\n\n{table(('function', 'forms', 'examples'), rows)}"
