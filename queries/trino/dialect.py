"""How Athena SQL is read: as Trino's, each function call as the analyst wrote it.

sqlglot knows many functions and rewrites them between dialects, overlooking at times an argument or a name. Here a call
stays a name and its arguments, so that what is not known by name is told, and Athena is sent what was written.
Athena's engine is Trino: https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html
"""

import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

_KEYWORD_CALLS = (
    *("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING"),
    *("JSON_QUERY", "JSON_VALUE", "JSON_OBJECT", "LISTAGG"),
)  # those whose arguments are not all parted by commas


class AnalystParser(TrinoParser):
    """Every part of the tree says where it stands: `meta` has the line and the column of its first token."""

    FUNCTIONS: ClassVar[Any] = {}
    FUNCTION_PARSERS: ClassVar[Any] = {name: TrinoParser.FUNCTION_PARSERS[name] for name in _KEYWORD_CALLS}
    # Not `::`, `->` and `?`, which are other engines'.
    COLUMN_OPERATORS: ClassVar[Any] = {TokenType.DOT: TrinoParser.COLUMN_OPERATORS[TokenType.DOT]}
    TYPE_LITERAL_PARSERS: ClassVar[Any] = {
        **TrinoParser.TYPE_LITERAL_PARSERS,
        exp.DType.DECIMAL: lambda _, this, __: _decimal(this),
    }

    def _parse_function_call(self, *args: Any, **options: Any) -> Any:
        node = self._placed(super()._parse_function_call, *args, **options)
        if (
            isinstance(node, exp.Anonymous)
            and node.name.upper() == "ALL"
            and isinstance(node.expressions[0], exp.Query | exp.Values)
        ):
            return exp.All(this=node.expressions[0])  # sqlglot knows ALL (SELECT …), and not ALL (VALUES …)
        return node

    def _parse_primary(self) -> Any:
        return self._placed(super()._parse_primary)

    def _parse_unary(self) -> Any:
        return self._placed(super()._parse_unary)

    def _placed(self, parse: Any, *args: Any, **options: Any) -> Any:
        token = self._curr
        node = parse(*args, **options)
        if isinstance(node, exp.Expr) and "line" not in node.meta and token:
            node.update_positions(token)
        return node


def _decimal(literal: exp.Expr) -> exp.Cast:
    """DECIMAL '0123.40' is of the digits that are written: https://trino.io/docs/current/functions/decimal.html"""
    digits = re.sub(r"\D", "", literal.name)
    scale = len(literal.name.partition(".")[2])
    return exp.cast(literal, exp.DataType.build(f"decimal({max(len(digits), 1)}, {scale})"), dialect=Trino)


class AnalystSql(Trino):
    """The dialect, to read with and to write for Athena."""

    Parser = AnalystParser
