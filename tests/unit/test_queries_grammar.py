"""What is sent to Athena is Trino's SQL, by Trino's own grammar (release 422), of which its parser is made.

sqlglot reads and writes the statements, and would overlook what only it takes for Athena SQL.
Source: https://github.com/trinodb/trino/blob/422/core/trino-parser/src/main/antlr4/io/trino/sql/parser/SqlBase.g4
"""

from datetime import UTC, datetime

import pytest
from trino_query_parser import TrinoSyntaxError, parse_statement

from queries.catalogue.entries import Catalogue
from queries.compose import compose
from queries.resolve import entry_tree
from queries.statement import DIALECT
from tests.unit.test_queries_functions import CONTAINERS, DATA, JSON, NUMBERS, TEXTS, TIMES, UNNESTED
from transformer.schema import TABLES

EXPRESSIONS = [each for table in (NUMBERS, TEXTS, JSON, TIMES, CONTAINERS) for each in table]
pytestmark = pytest.mark.slow
SHIPPED = Catalogue.shipped()


@pytest.mark.parametrize("name", SHIPPED.entries)
def test_a_shipped_question_is_trinos_sql_as_it_is_written_but_for_its_parameters(name: str) -> None:
    sql = SHIPPED.entries[name].sql
    for parameter in SHIPPED.entries[name].parameters:
        sql = sql.replace(f":{parameter.name}", "?")
    parse_statement(sql)


@pytest.mark.parametrize("name", SHIPPED.entries)
def test_a_shipped_question_is_trinos_sql_as_it_is_sent(name: str) -> None:
    entry = SHIPPED.entries[name]
    given = {each.name: each.read(each.default or "x") for each in entry.parameters}
    now = datetime(2026, 7, 1, tzinfo=UTC)
    parse_statement(compose(entry_tree(entry), SHIPPED, TABLES, given, now, entry.parameters).tree.sql(DIALECT))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_whose_value_is_tested_is_trinos(expression: str) -> None:
    parse_statement(f"SELECT {expression} {DATA}")


@pytest.mark.parametrize("sql", UNNESTED)
def test_an_unnest_whose_rows_are_tested_is_trinos(sql: str) -> None:
    parse_statement(sql.replace(":rows", "?"))


@pytest.mark.parametrize(
    "sql", ["SELECT 1::bigint", "SELECT a FROM t LIMIT 1 OFFSET 1", "SELECT a -> 1 FROM t QUALIFY a"]
)
def test_what_only_duckdb_understands_is_told_apart(sql: str) -> None:
    with pytest.raises(TrinoSyntaxError):
        parse_statement(sql)
