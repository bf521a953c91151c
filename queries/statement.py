"""From what an analyst typed to a checked syntax tree: one statement, and only a question.

Athena's engine is Trino, whose SQL is read as trino/dialect.py says.
Source: https://docs.aws.amazon.com/athena/latest/ug/select.html
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from queries.errors import NotAQuestionError, Position, SyntaxFaultError
from queries.trino.dialect import AnalystSql
from queries.trino.limits import check_length, check_levels, check_tokens

DIALECT = AnalystSql
_CHANGES = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Alter, exp.Drop)
_DIRECTIVE = re.compile(
    r"\s*(?:(?P<explain>EXPLAIN(?:\s+ANALYZE)?)\b"
    r"|(?P<tables>SHOW\s+(?:TABLES|VIEWS))\s*;?\s*$"
    r"|(?:DESCRIBE|DESC|SHOW\s+COLUMNS\s+(?:FROM|IN))\s+(?P<table>\w+)\s*;?\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A SELECT. With EXPLAIN or EXPLAIN ANALYZE in `prefix`, the plan is wanted and not the answer."""

    tree: exp.Query
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ShowTables:
    """Which tables and views there are."""


@dataclass(frozen=True, slots=True)
class ShowColumns:
    """Which columns one of them has."""

    table: str


@dataclass(frozen=True, slots=True)
class CreateView:
    """A view to be kept: the names as SQL compares them, in lower case. `database` is "" where it names none."""

    database: str
    name: str
    tree: exp.Query
    sql: str
    replaces: bool


Statement: TypeAlias = Question | CreateView | ShowTables | ShowColumns


def read(sql: str) -> Statement:
    """Raises `SyntaxFaultError` or `NotAQuestionError`; nothing is run."""
    directive = _DIRECTIVE.match(sql)
    if directive and directive["tables"]:
        return ShowTables()
    if directive and directive["table"]:
        return ShowColumns(directive["table"].lower())
    if directive:
        prefix = directive["explain"]
        spaces = re.sub(r"\S", " ", prefix)  # so that places in the SQL stay what they are
        return Question(_select(sql.replace(prefix, spaces, 1)), " ".join(prefix.upper().split()))
    tree = _only_statement(sql)
    return _view(tree, sql) if isinstance(tree, exp.Create) and tree.kind == "VIEW" else Question(_question(tree))


def _select(sql: str) -> exp.Query:
    return _question(_only_statement(sql))


def _only_statement(sql: str) -> exp.Expr:
    check_length(sql)
    dialect = DIALECT()
    try:
        tokens = dialect.tokenize(sql)
        check_tokens(tokens)
        statements = [statement for statement in dialect.parser().parse(tokens, sql) if statement is not None]
    except ParseError as exc:
        raise _syntax_fault(exc) from exc
    except TokenError as exc:
        raise SyntaxFaultError("a quoted text or name, or a comment, is not closed") from exc
    except RecursionError as exc:  # by what no count of tokens tells: the stack may be deep already
        raise SyntaxFaultError("it is nested too deep", remedy="Use WITH for its parts.") from exc
    if len(statements) != 1:
        raise NotAQuestionError(f"one statement is expected, there are {len(statements)}", remedy="Nothing was run.")
    check_levels(statements[0])
    return statements[0]


def _question(tree: exp.Expr | None) -> exp.Query:
    if not isinstance(tree, exp.Query) or tree.find(*_CHANGES):
        raise NotAQuestionError("only questions are run: SELECT, or WITH … SELECT", remedy="Nothing was run.")
    return tree


def _view(tree: exp.Create, sql: str) -> CreateView:
    """Athena's own form and no other: https://docs.aws.amazon.com/athena/latest/ug/create-view.html"""
    named = tree.this
    said = {name for name, value in tree.args.items() if value} - {"this", "kind", "replace", "expression"}
    if said or not isinstance(named, exp.Table) or named.catalog:
        raise NotAQuestionError(
            "a view is made by CREATE [OR REPLACE] VIEW name AS SELECT …", remedy="Nothing was run."
        )
    query = _question(tree.expression)
    return CreateView(named.db.lower(), named.name.lower(), query, sql, replaces=bool(tree.args.get("replace")))


def _syntax_fault(exc: ParseError) -> SyntaxFaultError:
    """sqlglot's columns are those of a token's last character."""
    first = exc.errors[0]
    token = str(first["highlight"])
    position = Position(int(first["line"]), max(1, int(first["col"]) - len(token) + 1))
    return SyntaxFaultError(f"this is not Athena SQL, near {token!r}", position=position)
