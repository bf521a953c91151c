"""Queries: SELECT, set operations, VALUES, and what stands after FROM.

https://trino.io/docs/current/sql/select.html
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast as known_as

from sqlglot import exp

from queries.embedded.casts import coerced
from queries.embedded.expressions import Expressions
from queries.embedded.refusals import check_form, refused
from queries.embedded.scope import Column, Scope
from queries.embedded.values import Value, field_names, name_of
from queries.errors import QueryError, SyntaxFaultError
from queries.positions import position_of
from queries.trino.types import BIGINT, Type, common

_OPERATIONS: Mapping[type[exp.Expr], str] = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}
_NOTHING = Scope()


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement in DuckDB's SQL, and the columns of its result as Trino has them."""

    sql: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class _Relation:
    """What stands after FROM: its SQL with its alias, and its columns."""

    sql: str
    columns: tuple[Column, ...]


@dataclass(slots=True)
class Statements:
    """Translates one statement. `tables` are the columns of the base tables; `views` the CTEs that compose.py made."""

    tables: Mapping[str, Sequence[tuple[str, Type]]]
    views: frozenset[str] = frozenset()
    _used: set[str] = field(default_factory=set)
    _ctes: dict[str, tuple[str, Sequence[Column]]] = field(default_factory=dict)

    def translated(self, query: exp.Query) -> Translated:
        """Raises `QueryError`."""
        self._used |= set(self.tables)
        sql, columns = self.table(query, _NOTHING)
        return Translated(sql, tuple(columns))

    def table(self, query: exp.Expr, outer: Scope) -> tuple[str, Sequence[Column]]:
        """A query's SQL and its columns, each named in it as `Column.sql` says."""
        check_form(query)
        before = dict(self._ctes)
        with_ = self._with(query.args.get("with_"))
        match query:
            case exp.Select():
                sql, columns = self._select(query, outer)
            case exp.SetOperation():
                sql, columns = self._operation(query, outer)
            case exp.Values():
                sql, columns = self._values(query, outer)
            case exp.Subquery() | exp.Paren():
                sql, columns = self.table(query.this, outer)
            case _:
                raise refused(query, "a query is wanted here")
        self._ctes = before
        return f"{with_}{sql}", columns

    # ── WITH ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _with(self, with_: exp.Expr | None) -> str:
        if with_ is None:
            return ""
        check_form(with_)
        parts = [self._cte(cte) for cte in with_.expressions]
        return f"WITH {', '.join(parts)} "

    def _cte(self, cte: exp.Expr) -> str:
        check_form(cte)
        name = cte.alias
        sql, columns = self._in_view(name, cte.this) if name in self.views else self.table(cte.this, _NOTHING)
        columns = _renamed(cte, columns, cte.args["alias"])
        physical = self._unique(name)
        self._ctes[name] = (physical, columns)
        kept = "NOT MATERIALIZED " if cte.args.get("materialized") is False else ""
        return f"{name_of(physical)} AS {kept}({sql})"

    def _in_view(self, name: str, query: exp.Expr) -> tuple[str, Sequence[Column]]:
        """Its places are those of the view's text, not of the statement's."""
        try:
            return self.table(query, _NOTHING)
        except QueryError as error:
            raise type(error)(f"in the view {name}, {error.problem}", remedy=error.remedy) from error

    def _unique(self, name: str) -> str:
        found, number = name, 1
        while found in self._used:
            number += 1
            found = f"{name}_{number}"
        self._used.add(found)
        return found

    # ── SELECT ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _select(self, query: exp.Select, outer: Scope) -> tuple[str, Sequence[Column]]:
        relation = self._from(query, outer)
        scope = Scope(relation.columns if relation else (), outer if outer is not _NOTHING else None)
        windows = {each.name: each for each in known_as(list[exp.Window], query.args.get("windows") or [])}
        place = Expressions(scope, self, windows)
        items = [item for each in query.expressions for item in self._items(each, place)]
        items = self._with_sorted_maps(query, place, items)
        if not items:
            raise refused(query, "SELECT needs something to select")
        columns = _named(items)
        sql = "SELECT " + ("DISTINCT " if self._is_distinct(query, items) else "")
        sql += ", ".join(f"{value.sql} AS {column.sql}" for (_, value), column in zip(items, columns, strict=True))
        sql += f" FROM {relation.sql}" if relation else ""
        sql += self._conditions(query, place, items)
        return self._ordered(query, sql, place, items, columns), columns

    def _with_sorted_maps(
        self, query: exp.Select, place: Expressions, items: list[tuple[str, Value]]
    ) -> list[tuple[str, Value]]:
        """Maps of the same entries are the same group, in whatever order the entries were written."""
        group = query.args.get("group")
        keys = [each for each in group.expressions if isinstance(each, exp.Column | exp.Dot)] if group else []
        sorted_ = {value.sql for value in map(place.value, keys) if value.type.name == "map"}
        distinct = bool(query.args.get("distinct"))
        return [
            (name, _sorted_map(value) if value.type.name == "map" and (distinct or value.sql in sorted_) else value)
            for name, value in items
        ]

    def _is_distinct(self, query: exp.Select, items: Sequence[tuple[str, Value]]) -> bool:
        distinct = query.args.get("distinct")
        if not distinct:
            return False
        if distinct.args.get("on"):
            raise refused(query, "DISTINCT ON is not supported here", "Write max_by(x, y) with GROUP BY.")
        for name, value in items:
            if not value.type.is_comparable and value.type.name != "map":
                raise refused(query, f"DISTINCT of {name or 'a column'}: {value.type} is not compared")
        return True

    def _items(self, node: exp.Expr, place: Expressions) -> Iterable[tuple[str, Value]]:
        """A column of the result, or those that a star stands for."""
        check_form(node)
        if isinstance(node, exp.Star):
            return [(each.name, Value(each.sql, each.type)) for each in place.scope.columns if not each.hidden]
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            check_form(node.this)
            columns = place.scope.relation(node.table)
            if not columns:
                raise refused(node, f"there is no table {node.table} here")
            return [(each.name, Value(each.sql, each.type)) for each in columns]
        if isinstance(node, exp.Alias):
            return [(node.alias, place.value(node.this))]
        value = place.value(node)
        return [(value.field if isinstance(node, exp.Column | exp.Dot) else "", value)]

    def _conditions(self, query: exp.Select, place: Expressions, items: Sequence[tuple[str, Value]]) -> str:
        """WHERE, GROUP BY and HAVING: a SELECT's own names are not known in them."""
        where, group, having = (query.args.get(part) for part in ("where", "group", "having"))
        sql = f" WHERE {place.condition(where.this)}" if where else ""
        if group:
            check_form(group)
            sql += f" GROUP BY {', '.join(self._grouped(each, place, items) for each in group.expressions)}"
        return sql + (f" HAVING {place.condition(having.this)}" if having else "")

    def _grouped(self, node: exp.Expr, place: Expressions, items: Sequence[tuple[str, Value]]) -> str:
        for kind, words in ((exp.GroupingSets, "GROUPING SETS"), (exp.Cube, "CUBE"), (exp.Rollup, "ROLLUP")):
            if isinstance(node, kind):
                check_form(node)
                return f"{words} ({', '.join(self._grouped(each, place, items) for each in node.expressions)})"
        if isinstance(node, exp.Tuple):
            return f"({', '.join(self._grouped(each, place, items) for each in node.expressions)})"
        if isinstance(node, exp.Literal) and node.is_int:
            return str(_place(node, items))
        value = place.value(node)
        if value.type.name == "map":
            return _sorted_map(value).sql
        if not value.type.is_comparable:
            raise refused(node, f"GROUP BY of {value.type} is not supported: it is not compared")
        return f"({value.sql})" if value.sql.lstrip("-").isdecimal() else value.sql

    def _ordered(
        self,
        query: exp.Expr,
        sql: str,
        place: Expressions,
        items: Sequence[tuple[str, Value]],
        columns: Sequence[Column],
    ) -> str:
        """ORDER BY, where a SELECT's own names come first, with LIMIT and OFFSET."""
        keys = self._keys(query, place, items)
        fetch = query.args.get("limit")
        if (
            isinstance(fetch, exp.Fetch)
            and (options := fetch.args.get("limit_options"))
            and options.args.get("with_ties")
        ):
            return self._with_ties(query, sql, keys, columns)
        order = f" ORDER BY {', '.join(keys)}" if keys else ""
        return f"{sql}{order}{_limit(query)}"

    def _keys(self, query: exp.Expr, place: Expressions, items: Sequence[tuple[str, Value]]) -> list[str]:
        order = query.args.get("order")
        if order is None:
            return []
        named: dict[str, Value] = {}
        for name, value in items:
            named.setdefault(name, value)
        named.pop("", None)
        inside = place.within(replace(place.scope, values=named))
        return [self._key(each, inside, items, distinct=bool(query.args.get("distinct"))) for each in order.expressions]

    def _key(self, ordered: exp.Expr, place: Expressions, items: Sequence[tuple[str, Value]], *, distinct: bool) -> str:
        node = ordered.this
        if isinstance(node, exp.Literal) and node.is_int:
            number = _place(node, items)
            return place.sorted_by(ordered, Value(str(number), items[number - 1][1].type))
        value = place.value(node)
        for number, (_, item) in enumerate(items, 1):
            if item.sql == value.sql:
                return place.sorted_by(ordered, Value(str(number), item.type))
        if distinct:
            raise refused(node, "with SELECT DISTINCT, what ORDER BY names has to be selected")
        if value.sql.lstrip("-").isdecimal():
            value = replace(value, sql=f"({value.sql})")
        return place.sorted_by(ordered, value)

    def _with_ties(self, query: exp.Expr, sql: str, keys: Sequence[str], columns: Sequence[Column]) -> str:
        """Rows that are as far as the last one are taken too: their rank among all is known first."""
        if not keys or query.args.get("offset"):
            raise refused(query, "WITH TIES needs an ORDER BY, and no OFFSET")
        inner = self._unique("q")
        named = [f"{inner}.{column.sql}" for column in columns]
        by_name = [_by_name(key, columns) for key in keys]
        if any(key is None for key in by_name):
            raise refused(query, "with WITH TIES, what ORDER BY names has to be selected")
        order = ", ".join(str(key) for key in by_name)
        ranked = f'SELECT *, rank() OVER (ORDER BY {order}) AS "·rank" FROM ({sql}) AS {name_of(inner)}'  # noqa: S608
        count = _number(query.args["limit"].args["count"])
        return f'SELECT {", ".join(named)} FROM ({ranked}) AS {inner} WHERE "·rank" <= {count} ORDER BY {order}'  # noqa: S608

    # ── set operations and VALUES ─────────────────────────────────────────────────────────────────────────────────

    def _operation(self, query: exp.SetOperation, outer: Scope) -> tuple[str, Sequence[Column]]:
        """A chain of them from the left, however long."""
        chain: list[exp.Expr] = []
        first: exp.Expr = query
        while isinstance(first, exp.SetOperation) and (first is query or not _has_modifiers(first)):
            check_form(first)
            chain.append(first)
            first = first.this
        tables = [self.table(first, outer), *(self.table(each.expression, outer) for each in reversed(chain))]
        columns = self._together(query, [columns for _, columns in tables])
        sql = _as_columns(*tables[0], columns)
        for each, table in zip(reversed(chain), tables[1:], strict=True):
            all_ = "" if each.args.get("distinct") else " ALL"
            sql += f" {_OPERATIONS[type(each)]}{all_} {_as_columns(*table, columns)}"
        if not any(query.args.get(part) for part in ("order", "limit", "offset")):
            return sql, columns
        inner = name_of(self._unique("q"))
        items = [(column.name, Value(f"{inner}.{column.sql}", column.type)) for column in columns]
        scope = Scope(tuple(replace(column, sql=f"{inner}.{column.sql}") for column in columns))
        whole = f"SELECT * FROM ({sql}) AS {inner}"  # noqa: S608  # nothing of an analyst's is in it
        return self._ordered(query, whole, Expressions(scope, self), items, columns), columns

    def _together(self, query: exp.Expr, tables: Sequence[Sequence[Column]]) -> Sequence[Column]:
        """The first one's names, and types that all become."""
        first, *others = tables
        found = list(first)
        for other in others:
            if len(other) != len(found):
                raise refused(query, f"the queries have {len(found)} and {len(other)} columns")
            for index, (mine, theirs) in enumerate(zip(found, other, strict=True)):
                type_ = common(mine.type, theirs.type)
                if type_ is None:
                    raise refused(query, f"column {index + 1} is {mine.type} in one query and {theirs.type} in another")
                found[index] = replace(mine, type=type_)
        return found

    def _values(self, query: exp.Values, outer: Scope) -> tuple[str, Sequence[Column]]:
        place = Expressions(outer, self)
        rows = [
            [place.value(each) for each in (row.expressions if isinstance(row, exp.Tuple) else [row])]
            for row in query.expressions
        ]
        kinds = [[Column("", value.type, f'"c{index}"') for index, value in enumerate(row)] for row in rows]
        columns = self._together(query, kinds)
        listed = ", ".join(
            f"({', '.join(coerced(value, column.type) for value, column in zip(row, columns, strict=True))})"
            for row in rows
        )
        inner = name_of(self._unique("v"))
        sql = f"SELECT * FROM (VALUES {listed}) AS {inner} ({', '.join(column.sql for column in columns)})"  # noqa: S608
        items = [("", Value(f"{inner}.{column.sql}", column.type)) for column in columns]
        return self._ordered(query, sql, place, items, columns), columns

    # ── FROM ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _from(self, query: exp.Select, outer: Scope) -> _Relation | None:
        from_ = query.args.get("from_")
        if from_ is None:
            return None
        found = self._source(from_.this, (), outer)
        for join in query.args.get("joins") or ():
            found = self._joined(found, join, outer)
        return found

    def _source(self, node: exp.Expr, before: tuple[Column, ...], outer: Scope) -> _Relation:
        """A table, a query, VALUES or UNNEST; the last of them, and LATERAL, may name what stands before it."""
        check_form(node)
        inner = Scope(before, outer if outer is not _NOTHING else None)
        match node:
            case exp.Table():
                return self._table(node)
            case exp.Unnest():
                return self._unnested(node, inner)
            case exp.Lateral() if isinstance(node.this, exp.Subquery) and not node.args.get("view"):
                return self._aliased(node, *self.table(node.this.this, inner), "LATERAL ")
            case exp.Subquery():
                return self._aliased(node, *self.table(node.this, outer))
            case exp.Values():
                return self._aliased(node, *self._values(node, outer))
        raise refused(
            node,
            f"{type(node).__name__.upper()} cannot stand after FROM here",
            "Write CROSS JOIN UNNEST(array) AS t (x).",
        )

    def _table(self, node: exp.Table) -> _Relation:
        name = node.name
        if name in self._ctes:
            physical, columns = self._ctes[name]
        elif name in self.tables and isinstance(node.this, exp.Identifier):
            physical, columns = name, [Column(each, type_, name_of(each)) for each, type_ in self.tables[name]]
        else:
            raise refused(node, f"there is no table or view {node.sql(dialect='trino')}")
        return self._named_relation(node, name_of(physical), columns, node.alias or name)

    def _aliased(self, node: exp.Expr, sql: str, columns: Sequence[Column], before: str = "") -> _Relation:
        return self._named_relation(node, f"{before}({sql})", columns, node.alias)

    def _named_relation(self, node: exp.Expr, sql: str, columns: Sequence[Column], name: str) -> _Relation:
        columns = _renamed(node, columns, node.args.get("alias"))
        physical = name_of(self._unique(name or "q"))
        seen = tuple(replace(column, sql=f"{physical}.{column.sql}", relation=name, hidden=False) for column in columns)
        return _Relation(f"{sql} AS {physical}", seen)

    def _unnested(self, node: exp.Unnest, scope: Scope) -> _Relation:
        """By the types: a map gives two columns, an array of rows one for each field, several are zipped."""
        place = Expressions(scope, self)
        parts: list[str] = []
        lengths: list[str] = []
        types: list[Type] = []
        for index, each in enumerate(node.expressions):
            value = place.value(each)
            if value.type.name not in ("array", "map"):
                raise refused(each, f"UNNEST is of arrays and maps, this is {value.type}")
            made, kinds = _unnest_one(value, f"u{index}")
            parts.extend(made)
            types.extend(kinds)
            lengths.append(f"coalesce(len({value.sql if value.type.name == 'array' else f'map_keys({value.sql})'}), 0)")
        alias = node.args.get("alias")
        names = [each.name for each in alias.columns] if alias else []
        if ordinality := node.args.get("offset"):
            longest = f"greatest({', '.join(lengths)})" if len(lengths) > 1 else lengths[0]
            parts.append(f"unnest(generate_series(1, {longest})) AS u")
            types.append(BIGINT)
            names += [ordinality.name] if isinstance(ordinality, exp.Identifier) and names else []
        if names and len(names) != len(types):
            raise refused(node, f"UNNEST gives {len(types)} columns, and {len(names)} are named")
        return self._spread(node, parts, types, names)

    def _spread(self, node: exp.Unnest, parts: Sequence[str], types: Sequence[Type], names: Sequence[str]) -> _Relation:
        """Rows within an array are spread by a second SELECT."""
        inner, outer = name_of(self._unique("u")), name_of(self._unique(node.alias or "u"))
        columns, shown = [], []
        flat = iter(range(len(types)))
        for part in parts:
            alias = part.rpartition(" AS ")[2]
            fields = alias.partition("·")[2].split("·") if "·" in alias else [""]
            for name in fields:
                index = next(flat)
                source = f"{inner}.{name_of(alias)}" if "·" in alias else f"{inner}.{alias}"
                shown.append(f"{f'struct_extract({source}, {chr(39)}{name}{chr(39)})' if name else source} AS c{index}")
                columns.append(Column(names[index] if names else "", types[index], f"{outer}.c{index}", node.alias))
        quoted = ", ".join(_quoted_alias(part) for part in parts)
        sql = f"(SELECT {', '.join(shown)} FROM (SELECT {quoted}) AS {inner}) AS {outer}"  # noqa: S608
        return _Relation(sql, tuple(columns))

    def _joined(self, left: _Relation, join: exp.Expr, outer: Scope) -> _Relation:
        check_form(join)
        kind, side = join.text("kind").upper(), join.text("side").upper()
        if join.args.get("method") or kind not in ("", "INNER", "CROSS", "OUTER"):
            raise refused(join, f"{join.text('method') or kind} JOIN is not supported here", "Write JOIN … ON ….")
        right = self._source(join.this, left.columns, outer)
        both = (*left.columns, *right.columns)
        if twice := {each.relation for each in left.columns} & {each.relation for each in right.columns} - {""}:
            raise SyntaxFaultError(f"the alias {min(twice)} is used twice", position=position_of(join.this))
        if using := join.args.get("using"):
            return self._using(left, right, side, [each.name for each in using], join)
        on = join.args.get("on")
        if on is None:
            if side or kind == "INNER":
                raise refused(join, "a join needs ON or USING", "Write JOIN t ON t.id = s.id.")
            return _Relation(f"{left.sql} CROSS JOIN {right.sql}", both)
        if isinstance(join.this, exp.Unnest) and not (isinstance(on, exp.Boolean) and on.this):
            raise refused(join, "a join with UNNEST is ON TRUE", "Put the condition into WHERE.")
        place = Expressions(Scope(both, outer if outer is not _NOTHING else None), self)
        return _Relation(f"{left.sql} {side} JOIN {right.sql} ON {place.condition(on)}", both)

    def _using(self, left: _Relation, right: _Relation, side: str, names: Sequence[str], join: exp.Expr) -> _Relation:
        """Each of the columns once, of whichever side has it; it comes first."""
        place = Expressions(_NOTHING, self)
        conditions, shared = [], []
        for name in names:
            sides = [Scope(relation.columns).find([name]) for relation in (left, right)]
            if not all(sides):
                raise refused(join, f"USING names {name}, which is not in both tables")
            one, other = (found[0] for found in sides if found)
            conditions.append(place.comparison(join, "=", one, other).sql)
            type_ = common(one.type, other.type) or one.type
            merged = f"coalesce({coerced(one, type_)}, {coerced(other, type_)})"
            shared.append(Column(name, type_, merged))
        others = [replace(each, hidden=each.hidden or each.name in names) for each in (*left.columns, *right.columns)]
        return _Relation(f"{left.sql} {side} JOIN {right.sql} ON {' AND '.join(conditions)}", (*shared, *others))


# ── names, places and modifiers ──────────────────────────────────────────────────────────────────────────────────────


def _named(items: Sequence[tuple[str, Value]]) -> list[Column]:
    """The columns of a SELECT, each under a name of its own in DuckDB's SQL."""
    used: set[str] = set()
    columns = []
    for index, (name, value) in enumerate(items):
        wanted = found = name or f"_col{index}"
        number = 1
        while found in used:
            number += 1
            found = f"{wanted}·{number}"
        used.add(found)
        columns.append(Column(name, value.type, name_of(found)))
    return columns


def _renamed(node: exp.Expr, columns: Sequence[Column], alias: exp.Expr | None) -> Sequence[Column]:
    """As `AS t (a, b)` names them."""
    names = [each.name for each in alias.args.get("columns") or ()] if alias else []
    if alias:
        check_form(alias)
    if not names:
        return columns
    if len(names) != len(columns):
        raise SyntaxFaultError(
            f"there are {len(columns)} columns, and {len(names)} are named", position=position_of(node)
        )
    return [replace(column, name=name) for column, name in zip(columns, names, strict=True)]


def _sorted_map(value: Value) -> Value:
    return replace(value, sql=f"map_from_entries(list_sort(map_entries({value.sql})))")


def _as_columns(sql: str, given: Sequence[Column], wanted: Sequence[Column]) -> str:
    """A query with its columns of the types that a set operation has."""
    if all(mine.type == theirs.type for mine, theirs in zip(given, wanted, strict=True)):
        return f"({sql})"
    cast = [
        f"{coerced(Value(f'q.{mine.sql}', mine.type), theirs.type)} AS {theirs.sql}"
        for mine, theirs in zip(given, wanted, strict=True)
    ]
    return f"(SELECT {', '.join(cast)} FROM ({sql}) AS q)"  # noqa: S608  # nothing of an analyst's is in it


def _place(node: exp.Literal, items: Sequence[object]) -> int:
    number = int(node.name)
    if not 1 <= number <= len(items):
        raise refused(node, f"there is no column {number}: there are {len(items)}")
    return number


def _by_name(key: str, columns: Sequence[Column]) -> str | None:
    """A key that is a column's number, by the column's name."""
    number, _, rest = key.partition(" ")
    return f"{columns[int(number) - 1].sql} {rest}" if number.isdecimal() else None


def _limit(query: exp.Expr) -> str:
    """LIMIT n, FETCH FIRST n ROWS ONLY, OFFSET n."""
    limit, offset = query.args.get("limit"), query.args.get("offset")
    sql = ""
    if limit is not None:
        check_form(limit)
        count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
        if not (isinstance(count, exp.Var) and count.name.upper() == "ALL"):
            sql += f" LIMIT {_number(count) if count is not None else 1}"
    if offset is not None:
        check_form(offset)
        sql += f" OFFSET {_number(offset.expression)}"
    return sql


def _number(node: exp.Expr) -> int:
    plain = node.unnest()
    if not isinstance(plain, exp.Literal) or not plain.is_int:
        raise refused(node, "LIMIT and OFFSET take a number that is written out, or a parameter")
    return int(plain.name)


def _has_modifiers(query: exp.Expr) -> bool:
    return any(query.args.get(part) for part in ("with_", "order", "limit", "offset"))


def _unnest_one(value: Value, alias: str) -> tuple[list[str], Sequence[Type]]:
    """`unnest(…) AS u0`, twice for a map; of rows the alias tells their fields: `u0·a·b`."""
    if value.type.name == "map":
        return [
            f"unnest(map_keys({value.sql})) AS {alias}k",
            f"unnest(map_values({value.sql})) AS {alias}v",
        ], value.type.inner
    element = value.type.inner[0]
    if element.name == "row":
        return [f"unnest({value.sql}) AS {'·'.join([alias, *field_names(element)])}"], element.inner
    return [f"unnest({value.sql}) AS {alias}"], [element]


def _quoted_alias(part: str) -> str:
    sql, _, alias = part.rpartition(" AS ")
    return f"{sql} AS {name_of(alias)}"
