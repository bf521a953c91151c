"""The mutants that mutmut makes of a file, each as a change of one function.

What is not counted, for no test should pin it: text written for people. So a change of a string of several words, of
what is logged, and of an error's message makes no candidate; that an error is raised, its class and its other arguments
do. mutmut itself leaves out docstrings, annotations, `len`, `isinstance`, and whatever stands outside of functions.
Source: https://mutmut.readthedocs.io/
"""

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

_COPY = re.compile(r"(?P<function>x.+)__mutmut_(?P<which>orig|\d+)")
_BETWEEN_NAMES = "ǁ"
_LOGS = {"log", "logger"}


@dataclass(frozen=True)
class Mutant:
    """`name` is mutmut's. `change` is the lines that went, after `-`, and those that came, after `+`."""

    name: str
    path: Path
    function: str  # with its class
    line: int
    change: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Those of one file, relative to the folder in which mutmut is configured."""
    source = path.read_text()
    made = mutate_file_contents(str(path), source)
    copies = {node.name: node for node in ast.walk(ast.parse(made.code)) if isinstance(node, ast.FunctionDef)}
    lines = made.code.splitlines()
    where = _functions(ast.parse(source))
    without_words = {name: _without_words(copy) for name, copy in copies.items()}
    for name in made.mutant_names:
        match = _COPY.fullmatch(name)
        assert match, name
        original = f"{match['function']}__mutmut_orig"
        if without_words[original] == without_words[name]:
            continue
        function = _qualified(match["function"])
        before, after = (lines[copies[each].lineno : copies[each].end_lineno] for each in (original, name))
        first, change = _change(before, after)
        yield Mutant(get_mutant_name(path, name), path, function, where[function] + 1 + first, change)


def _qualified(mangled: str) -> str:
    """`x_reads` is reads, `xǁStoreǁload` is Store.load."""
    if mangled.startswith(f"x{_BETWEEN_NAMES}"):
        return mangled[2:].replace(_BETWEEN_NAMES, ".")
    return mangled.removeprefix("x_")


def _functions(tree: ast.Module) -> dict[str, int]:
    """The line of each function's `def`."""
    found = {node.name: node.lineno for node in tree.body if isinstance(node, ast.FunctionDef)}
    for each in tree.body:
        if isinstance(each, ast.ClassDef):
            methods = (node for node in each.body if isinstance(node, ast.FunctionDef))
            found.update({f"{each.name}.{node.name}": node.lineno for node in methods})
    return found


def _change(before: list[str], after: list[str]) -> tuple[int, str]:
    """The index of the first line that differs, and what differs."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    told = []
    for _, start, end, start_after, end_after in changes:
        told += [f"- {line.strip()}" for line in before[start:end]]
        told += [f"+ {line.strip()}" for line in after[start_after:end_after]]
    return (changes[0][1] if changes else 0), "\n".join(told)


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _without_words(function: ast.FunctionDef) -> str:
    """The function's body without the text it has for people."""
    return "\n".join([ast.dump(_Wordless().visit(statement)) for statement in function.body])


class _Wordless(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        return ast.Pass() if _is_log(node.value) else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.exc, ast.Call):
            node.exc.args = [argument for argument in node.exc.args if not _is_message(argument)]
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        node.values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and " " in node.value.strip():
            return ast.Constant("words")
        return node


def _is_log(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in _LOGS
    )


def _is_message(node: ast.expr) -> bool:
    """Of an error: a text, or nothing, or another error's text."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "str"
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | None))
