"""Expressions: each node that is here is supported, and with no other arguments than are named here.

https://trino.io/docs/current/sql/select.html, https://trino.io/docs/current/functions.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlglot import exp

from queries.embedded import arithmetic
from queries.embedded.calls import called, lambda_of
from queries.embedded.casts import NoCastError, cast, coerced
from queries.embedded.forms import Around, Call
from queries.embedded.functions import documents
from queries.embedded.functions.times import date_parse
from queries.embedded.refusals import check_form, no_column, refused
from queries.embedded.scope import AmbiguousError, Column, Scope
from queries.embedded.values import Value, field_names, literal, null, packed, physical, with_names
from queries.errors import SyntaxFaultError
from queries.positions import position_of
from queries.trino import types
from queries.trino.types import BOOLEAN, VARCHAR, Type, common, common_of

_LARGEST_INTEGER = 2**31
_LARGEST_BIGINT = 2**63
_ARITHMETIC: Mapping[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_COMPARED: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_CONNECTED: Mapping[type[exp.Expr], str] = {exp.And: "AND", exp.Or: "OR"}


class Queries(Protocol):
    """What translates a query within an expression."""

    def table(self, query: exp.Expr, outer: Scope) -> tuple[str, Sequence[Column]]:
        """Its SQL, and its columns, each named in it as `Column.sql` says."""
        ...


@dataclass(frozen=True, slots=True)
class Expressions:
    """At one place of a statement. `windows` are those that the SELECT names."""

    scope: Scope
    queries: Queries
    windows: Mapping[str, exp.Window] = field(default_factory=dict)

    def value(self, node: exp.Expr) -> Value:
        """Raises `QueryError`."""
        rule = _RULES.get(type(node))
        if rule is None:
            raise refused(node, f"{_written(node)} is not supported here")
        check_form(node)
        return rule(self, node)

    def within(self, scope: Scope) -> "Expressions":
        """The same with other names."""
        return replace(self, scope=scope)

    def condition(self, node: exp.Expr) -> str:
        """What is true or false. Raises `NotTranslatableError` for what is neither."""
        value = self.value(node)
        if value.type.name not in ("boolean", "unknown"):
            raise refused(node, f"a condition is wanted here, this is {_article(value.type)}")
        return coerced(value, BOOLEAN)

    def sorted_by(self, ordered: exp.Expr, value: Value) -> str:
        """A key of ORDER BY: NULL comes last, whichever way it goes."""
        check_form(ordered)
        if not value.type.is_orderable:
            raise refused(ordered, f"{_article(value.type)} has no order")
        way = " DESC" if ordered.args.get("desc") else ""
        return f"{value.sql}{way} NULLS {'FIRST' if ordered.args.get('nulls_first') else 'LAST'}"

    def ordered(self, order: exp.Expr | None) -> str:
        """` ORDER BY …`, "" without one."""
        if order is None:
            return ""
        keys = ", ".join(self.sorted_by(key, self.value(key.this)) for key in order.expressions)
        return f" ORDER BY {keys}"

    # ── constants and names ───────────────────────────────────────────────────────────────────────────────────────

    def literal(self, node: exp.Expr) -> Value:
        text = node.name
        if node.args.get("is_string"):
            return Value(literal(text), VARCHAR, text)
        if "e" in text.lower():
            return Value(f"CAST({text} AS DOUBLE)", types.DOUBLE)
        if "." in text:
            whole, _, fraction = text.partition(".")
            type_ = types.decimal(len(whole.lstrip("0")) + len(fraction), len(fraction))
            return Value(f"CAST({text} AS {physical(type_)})", type_)
        if int(text) >= _LARGEST_BIGINT:
            raise refused(node, f"the number {text} is larger than a bigint")
        return Value(text, types.INTEGER if int(text) < _LARGEST_INTEGER else types.BIGINT)

    def boolean(self, node: exp.Expr) -> Value:
        return Value("true" if node.this else "false", BOOLEAN)

    def nothing(self, _: exp.Expr) -> Value:
        return Value("NULL", types.UNKNOWN)

    def bytes(self, node: exp.Expr) -> Value:
        return Value(f"unhex({literal(node.name)})", types.VARBINARY)

    def column(self, node: exp.Expr) -> Value:
        parts = [part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name]
        return self._named(node, parts)

    def _named(self, node: exp.Expr, parts: Sequence[str]) -> Value:
        try:
            found = self.scope.find(parts)
        except AmbiguousError as error:
            raise SyntaxFaultError(
                f"the column {parts[-1]} is in several of the tables",
                position=position_of(node),
                remedy="Write its table before it.",
            ) from error
        if found is None:
            raise no_column(node, parts, self.scope)
        value, rest = found
        for name in rest:
            value = self._field(node, value, name)
        return value

    def dot(self, node: exp.Expr) -> Value:
        """A row's field. Within a lambda its parameter is no column: `x.a` comes as this too."""
        return self._field(node, self.value(node.this), node.expression.name)

    def _field(self, node: exp.Expr, value: Value, name: str) -> Value:
        if value.type.name != "row":
            raise refused(node, f"{name} is asked of {_article(value.type)}, which has no fields")
        if name not in value.type.fields:
            known = ", ".join(each for each in value.type.fields if each) or "none has a name"
            raise refused(node, f"the row has no field {name}", f"Its fields: {known}.")
        index = value.type.fields.index(name)
        physical_name = field_names(value.type)[index]
        return Value(f"struct_extract({value.sql}, {literal(physical_name)})", value.type.inner[index], field=name)

    def paren(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        return value if value.is_simple else replace(value, sql=f"({value.sql})")

    # ── operators ─────────────────────────────────────────────────────────────────────────────────────────────────

    def arithmetic(self, node: exp.Expr) -> Value:
        """A chain of them from the left, however long."""
        chain: list[exp.Expr] = []
        first: exp.Expr = node
        while type(first) in _ARITHMETIC:
            check_form(first)
            chain.append(first)
            first = first.this
        result = self.value(first)
        for link in reversed(chain):
            result = self._computed(link, result, self.value(link.expression))
        return result

    def _computed(self, node: exp.Expr, one: Value, other: Value) -> Value:
        try:
            return arithmetic.computed(_ARITHMETIC[type(node)], one, other)
        except arithmetic.NoOperatorError as error:
            operator = _ARITHMETIC[type(node)]
            raise refused(node, f"there is no {one.type} {operator} {other.type}", str(error)) from error

    def negative(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        try:
            return arithmetic.negative(value)
        except arithmetic.NoOperatorError as error:
            raise refused(node, f"there is no negative {value.type}") from error

    def joined(self, node: exp.Expr) -> Value:
        """`||` of texts, bytes, arrays, or an array and an element."""
        operands: list[exp.Expr] = []
        first: exp.Expr = node
        while isinstance(first, exp.DPipe):
            operands.append(first.expression)
            first = first.this
        result = self.value(first)
        for operand in reversed(operands):
            result = self._joined(operand, result, self.value(operand))
        return result

    def _joined(self, node: exp.Expr, one: Value, other: Value) -> Value:
        type_ = common(one.type, other.type)
        if type_ and type_.name in ("varchar", "varbinary"):
            type_ = replace(type_, digits=())
            return Value(f"({coerced(one, type_)} || {coerced(other, type_)})", type_)
        for array, element in ((one, other), (other, one)):
            if array.type.name == "array" and element.type.name != "array":
                element_type = common(array.type.inner[0], element.type)
                if element_type:
                    listed = Value(f"[{coerced(element, element_type)}]", types.array(element_type))
                    return self._joined(node, *((array, listed) if array is one else (listed, array)))
        if type_ and type_.name == "array":
            joined = f"list_concat({coerced(one, type_)}, {coerced(other, type_)})"
            nothing = f"{one.sql} IS NULL OR {other.sql} IS NULL"
            return Value(f"CASE WHEN {nothing} THEN NULL ELSE {joined} END", type_)
        raise refused(node, f"there is no {one.type} || {other.type}", "Cast both to varchar: CAST(x AS varchar).")

    def connected(self, node: exp.Expr) -> Value:
        operator = _CONNECTED[type(node)]
        operands = list(node.flatten(unnest=False))
        return Value(f"({f' {operator} '.join(f'({self.condition(each)})' for each in operands)})", BOOLEAN)

    def negated(self, node: exp.Expr) -> Value:
        return Value(f"(NOT ({self.condition(node.this)}))", BOOLEAN)

    def compared(self, node: exp.Expr) -> Value:
        """`=`, `<` and their kin; also of all or any rows of a query."""
        operator = _COMPARED[type(node)]
        if isinstance(node.expression, exp.All | exp.Any):
            return self._compared_with_rows(node, operator)
        return self.comparison(node, operator, self.value(node.this), self.value(node.expression))

    def comparison(self, node: exp.Expr, operator: str, one: Value, other: Value) -> Value:
        """Of what has a common type: nothing is cast unasked. Moments are compared whatever their zones."""
        one, other = _in_utc(one), _in_utc(other)
        type_ = common(one.type, other.type)
        if type_ is None:
            remedy = "Athena casts neither to the other: write CAST(x AS …)."
            raise refused(node, f"{_article(one.type)} is compared with {_article(other.type)}", remedy)
        needs_order = operator not in ("=", "<>")
        if not (type_.is_orderable and type_.name != "row" if needs_order else type_.is_comparable):
            raise refused(node, f"there is no {type_} {operator} {type_}")
        left, right = (Value(coerced(value, type_), type_) for value in (one, other))
        if type_.inner:
            same = _same(left, right)
            return Value(same if operator == "=" else f"(NOT {same})", BOOLEAN)
        return Value(f"({left.sql} {operator} {right.sql})", BOOLEAN)

    def _compared_with_rows(self, node: exp.Expr, operator: str) -> Value:
        query = node.expression.this
        sql, column = self._one_column(query.unnest() if isinstance(query, exp.Paren) else query)
        value = _in_utc(self.value(node.this))
        type_ = common(value.type, _in_utc(column).type)
        if type_ is None or not type_.is_orderable or type_.name == "row":
            raise refused(node, f"{_article(value.type)} is compared with {_article(column.type)}")
        which = "ALL" if isinstance(node.expression, exp.All) else "ANY"
        rows = f"SELECT {coerced(column, type_)} FROM ({sql}) AS q"  # noqa: S608  # nothing of an analyst's is in it
        return Value(f"({coerced(value, type_)} {operator} {which} ({rows}))", BOOLEAN)

    def distinct_from(self, node: exp.Expr) -> Value:
        one, other = _in_utc(self.value(node.this)), _in_utc(self.value(node.expression))
        type_ = common(one.type, other.type)
        if type_ is None or not type_.is_comparable:
            raise refused(node, f"{_article(one.type)} is compared with {_article(other.type)}")
        word = "NOT DISTINCT" if isinstance(node, exp.NullSafeEQ) else "DISTINCT"
        return Value(f"({coerced(one, type_)} IS {word} FROM {coerced(other, type_)})", BOOLEAN)

    def is_null(self, node: exp.Expr) -> Value:
        if not isinstance(node.expression, exp.Null):
            raise refused(node, "IS is followed by NULL alone", "Write x = true, or NOT x.")
        return Value(f"({self.value(node.this).sql} IS NULL)", BOOLEAN)

    def between(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        low = self.comparison(node, ">=", value, self.value(node.args["low"]))
        high = self.comparison(node, "<=", value, self.value(node.args["high"]))
        return Value(f"({low.sql} AND {high.sql})", BOOLEAN)

    def one_of(self, node: exp.Expr) -> Value:
        value = _in_utc(self.value(node.this))
        if query := node.args.get("query"):
            sql, column = self._one_column(query.unnest() if isinstance(query, exp.Subquery) else query)
            column = _in_utc(column)
            type_ = common(value.type, column.type)
            if type_ is None or not type_.is_comparable or type_.inner:
                raise refused(node, f"{_article(value.type)} is looked for among {column.type}")
            rows = f"SELECT {coerced(column, type_)} FROM ({sql}) AS q"  # noqa: S608  # nothing of an analyst's is in it
            return Value(f"({coerced(value, type_)} IN ({rows}))", BOOLEAN)
        given = [_in_utc(self.value(each)) for each in node.expressions]
        type_ = common_of([value.type, *(each.type for each in given)])
        if type_ is None or not type_.is_comparable:
            others = ", ".join(dict.fromkeys(str(each.type) for each in given))
            raise refused(node, f"{_article(value.type)} is looked for among {others}")
        if type_.inner:
            equal = [self.comparison(node, "=", value, each).sql for each in given]
            return Value(f"({' OR '.join(equal)})", BOOLEAN)
        return Value(f"({coerced(value, type_)} IN ({', '.join(coerced(each, type_) for each in given)}))", BOOLEAN)

    def like(self, node: exp.Expr) -> Value:
        return self._like(node, "")

    def escaped(self, node: exp.Expr) -> Value:
        if not isinstance(node.this, exp.Like):
            raise refused(node, "ESCAPE stands after LIKE alone")
        return self._like(node.this, f" ESCAPE {self._text(node.expression, 'the escape').sql}")

    def _like(self, node: exp.Expr, escape: str) -> Value:
        check_form(node)
        text, pattern = self._text(node.this, "LIKE's text"), self._text(node.expression, "LIKE's pattern")
        negated = "NOT " if node.args.get("negate") else ""
        return Value(f"({text.sql} {negated}LIKE {pattern.sql}{escape})", BOOLEAN)

    def _text(self, node: exp.Expr, what: str) -> Value:
        value = self.value(node)
        if not types.becomes(value.type, VARCHAR):
            raise refused(node, f"{what} is {_article(value.type)}, and not a text", "Write CAST(x AS varchar).")
        return replace(value, sql=coerced(value, VARCHAR))

    # ── choices ───────────────────────────────────────────────────────────────────────────────────────────────────

    def case(self, node: exp.Expr) -> Value:
        operand = self.value(node.this) if node.this else None
        conditions = [self._when(operand, each.this) for each in node.args["ifs"]]
        for each in node.args["ifs"]:
            check_form(each)
        default = node.args.get("default")
        results = [each.args["true"] for each in node.args["ifs"]] + ([default] if default else [])
        return self._chosen(node, conditions, results)

    def _when(self, operand: Value | None, node: exp.Expr) -> str:
        return self.condition(node) if operand is None else self.comparison(node, "=", operand, self.value(node)).sql

    def chosen(self, node: exp.Expr) -> Value:
        """IF(condition, this, that)."""
        results = [node.args["true"], *([node.args["false"]] if node.args.get("false") else [])]
        return self._chosen(node, [self.condition(node.this)], results)

    def _chosen(self, node: exp.Expr, conditions: Sequence[str], results: Sequence[exp.Expr]) -> Value:
        values = [self.value(each) for each in results]
        type_ = common_of(value.type for value in values)
        if type_ is None:
            told = ", ".join(dict.fromkeys(str(value.type) for value in values))
            raise refused(node, f"its results are of different types: {told}", "Cast them to one.")
        whens = [
            f"WHEN {condition} THEN {coerced(value, type_)}"
            for condition, value in zip(conditions, values, strict=False)
        ]
        otherwise = coerced(values[-1], type_) if len(values) > len(conditions) else null(type_)
        return Value(f"CASE {' '.join(whens)} ELSE {otherwise} END", type_)

    # ── types ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def cast(self, node: exp.Expr) -> Value:
        wanted = types.read_type(node.args["to"])
        if wanted is None:
            raise refused(node, f"the type {node.args['to'].sql(dialect='trino').lower()} is not supported here")
        return self._cast(node, self.value(node.this), wanted, safe=isinstance(node, exp.TryCast))

    def _cast(self, node: exp.Expr, value: Value, wanted: Type, *, safe: bool) -> Value:
        try:
            return cast(value, wanted, safe=safe)
        except NoCastError as error:
            raise refused(node, f"{_article(value.type)} cannot be cast to {wanted}", str(error)) from error

    def json_literal(self, node: exp.Expr) -> Value:
        call = exp.Anonymous(this="json_parse", expressions=[node.this])
        return called(self, call, Around())

    def array(self, node: exp.Expr) -> Value:
        values = [self.value(each) for each in node.expressions]
        type_ = common_of(value.type for value in values)
        if type_ is None:
            told = ", ".join(dict.fromkeys(str(value.type) for value in values))
            raise refused(node, f"an array's elements are of different types: {told}", "Cast them to one.")
        listed = f"[{', '.join(coerced(value, type_) for value in values)}]"
        return Value(f"CAST({listed} AS {physical(types.array(type_))})" if not values else listed, types.array(type_))

    def row(self, node: exp.Expr) -> Value:
        values = [self.value(each) for each in node.expressions]
        type_ = types.row([""] * len(values), [value.type for value in values])
        sqls = [coerced(value, value.type) for value in values]
        return Value(packed(field_names(type_), sqls), type_)

    def subscript(self, node: exp.Expr) -> Value:
        """Fails where nothing is there; element_at gives NULL, and so does what the sample's statements write."""
        [key] = node.expressions
        container = self.value(node.this)
        # sqlglot counts a written position from 0
        index = Value(str(key.to_py() + 1), types.INTEGER) if key.is_int else self.value(key)
        name = "element_at" if node.args.get("safe") else "[]"
        if container.type.name == "map":
            return self._of_map(node, container, index, safe=name == "element_at")
        if container.type.name != "array" or not types.becomes(index.type, types.BIGINT):
            raise refused(node, f"there is no {container.type}[{index.type}]")
        return self._of_array(container, index, safe=name == "element_at")

    def _of_map(self, node: exp.Expr, container: Value, key: Value, *, safe: bool) -> Value:
        key_type, value_type = container.type.inner
        if not types.becomes(key.type, key_type):
            raise refused(node, f"the map's keys are {key_type}, and this is {_article(key.type)}")

        def body(values: Sequence[Value]) -> str:
            map_, wanted = values[0].sql, values[1].sql
            found = f"list_extract(map_values({map_}), list_position(map_keys({map_}), {wanted}))"
            if safe:
                return found
            message = f"'Key not present in map: ' || left(CAST({wanted} AS VARCHAR), 200)"
            fails = _failed(message, value_type)
            missing = f"list_position(map_keys({map_}), {wanted}) IS NULL"
            return (
                f"CASE WHEN {map_} IS NULL OR {wanted} IS NULL THEN NULL WHEN {missing} THEN {fails} ELSE {found} END"
            )

        return Value(with_names([container, Value(coerced(key, key_type), key_type)], body), value_type)

    def _of_array(self, container: Value, index: Value, *, safe: bool) -> Value:
        element = container.type.inner[0]

        def body(values: Sequence[Value]) -> str:
            array, place = values[0].sql, values[1].sql
            if safe:
                return f"list_extract({array}, {place})"
            fails = _failed(f"'Array has no element ' || CAST({place} AS VARCHAR)", element)
            return (
                f"CASE WHEN {place} BETWEEN 1 AND len({array}) THEN list_extract({array}, {place}) "
                f"WHEN {array} IS NOT NULL AND {place} IS NOT NULL THEN {fails} END"
            )

        return Value(with_names([container, index], body), element)

    # ── queries ───────────────────────────────────────────────────────────────────────────────────────────────────

    def subquery(self, node: exp.Expr) -> Value:
        """One row's one column; a row of them where there are several."""
        sql, columns = self.queries.table(node, self.scope)
        if len(columns) == 1:
            column = columns[0]
            return Value(f"({sql})", column.type, field=column.name)
        type_ = types.row([column.name for column in columns], [column.type for column in columns])
        made = packed(field_names(type_), [f"q.{column.sql}" for column in columns])
        return Value(f"(SELECT {made} FROM ({sql}) AS q)", type_)  # noqa: S608  # nothing of an analyst's is in it

    def _one_column(self, query: exp.Expr) -> tuple[str, Value]:
        sql, columns = self.queries.table(query, self.scope)
        if len(columns) != 1:
            raise refused(query, f"a query of one column is wanted here, this has {len(columns)}")
        return sql, Value(f"q.{columns[0].sql}", columns[0].type)

    def exists(self, node: exp.Expr) -> Value:
        sql, _ = self.queries.table(node.this, self.scope)
        return Value(f"EXISTS ({sql})", BOOLEAN)

    # ── functions with a grammar of their own ─────────────────────────────────────────────────────────────────────

    def function(self, node: exp.Expr) -> Value:
        name = node.name.lower()
        if name == "row":
            return self.row(node)
        if name == "try":
            return self._tried(node)
        return called(self, node, Around())

    def _tried(self, node: exp.Expr) -> Value:
        if len(node.expressions) != 1:
            raise refused(node, "try takes one expression", "Write try(expression).")
        inner = node.expressions[0]
        if isinstance(inner, exp.Anonymous) and inner.name.lower() == "date_parse" and len(inner.expressions) == 2:
            arguments = [self._text(each, "date_parse's argument") for each in inner.expressions]
            return date_parse(Call(inner, "date_parse", arguments, types.TIMESTAMP), safe=True)
        value = self.value(inner)
        return Value(f"TRY({value.sql})", value.type)

    def aggregated(self, node: exp.Expr) -> Value:
        """FILTER without OVER."""
        return self._around(node, Around())

    def windowed(self, node: exp.Expr) -> Value:
        return self._around(node.this, Around(over=f" OVER ({self._window(node)})"))

    def _around(self, node: exp.Expr, around: Around) -> Value:
        if isinstance(node, exp.Filter):
            check_form(node)
            return self._around(node.this, replace(around, where=self.condition(node.expression.this)))
        if isinstance(node, exp.IgnoreNulls | exp.RespectNulls):
            nulls = " IGNORE NULLS" if isinstance(node, exp.IgnoreNulls) else ""
            return self._around(node.this, replace(around, nulls=nulls))
        if isinstance(node, exp.GroupConcat):
            return self._listagg(node, around)
        if not isinstance(node, exp.Anonymous):
            raise refused(node, f"{_written(node)} is not supported with OVER or FILTER")
        return called(self, node, around)

    def _window(self, node: exp.Expr) -> str:
        check_form(node)
        if alias := node.args.get("alias"):
            named = self.windows.get(alias.name)
            if named is None or node.args.get("partition_by") or node.args.get("order"):
                raise refused(node, f"there is no window {alias.name} here", "Write OVER (PARTITION BY … ORDER BY …).")
            return self._window(named)
        keys = [self.value(each) for each in node.args.get("partition_by") or ()]
        partition = f"PARTITION BY {', '.join(key.sql for key in keys)}" if keys else ""
        return f"{partition}{self.ordered(node.args.get('order'))}{self._frame(node.args.get('spec'))}"

    def _frame(self, spec: exp.Expr | None) -> str:
        if spec is None:
            return ""
        check_form(spec)
        start = self._bound(spec, "start")
        end = self._bound(spec, "end") if spec.args.get("end") else "CURRENT ROW"
        return f" {spec.text('kind').upper()} BETWEEN {start} AND {end}"

    def _bound(self, spec: exp.Expr, which: str) -> str:
        bound, side = spec.args[which], (spec.text(f"{which}_side") or "").upper()
        if isinstance(bound, str):
            return f"{bound.upper()} {side}".strip()
        if spec.text("kind").upper() == "RANGE" or not bound.is_int:
            raise refused(bound, "a window's frame is of ROWS by a number that is written out, or UNBOUNDED")
        return f"{bound.name} {side}"

    def listagg(self, node: exp.Expr) -> Value:
        return self._listagg(node, Around())

    def _listagg(self, node: exp.Expr, around: Around) -> Value:
        check_form(node)
        ordered = node.this
        if not isinstance(ordered, exp.Order):
            raise refused(node, "listagg needs its order", "Write listagg(x, ',') WITHIN GROUP (ORDER BY x).")
        separator = node.args.get("separator") or exp.Literal.string("")
        call = exp.Anonymous(this="listagg", expressions=[ordered.this, separator])
        call.meta.update(node.meta)
        return called(self, call, replace(around, order=self.ordered(ordered)))

    def extract(self, node: exp.Expr) -> Value:
        call = exp.Anonymous(this=node.name.lower(), expressions=[node.expression])
        call.meta.update(node.meta)
        return called(self, call, Around())

    def at_time_zone(self, node: exp.Expr) -> Value:
        return called(self, _calling(node, "at_timezone", node.this, node.args["zone"]), Around())

    def position(self, node: exp.Expr) -> Value:
        return called(self, _calling(node, "strpos", node.this, node.args["substr"]), Around())

    def substring(self, node: exp.Expr) -> Value:
        arguments = [node.this, node.args["start"], *([node.args["length"]] if node.args.get("length") else [])]
        return called(self, _calling(node, "substring", *arguments), Around())

    def trim(self, node: exp.Expr) -> Value:
        """Of white space, unless the statement names the characters."""
        name = {"": "trim", "BOTH": "trim", "LEADING": "ltrim", "TRAILING": "rtrim"}[node.text("position").upper()]
        if not node.expression:
            return called(self, _calling(node, name, node.this), Around())
        text, letters = self._text(node.this, "TRIM's text"), self._text(node.expression, "TRIM's characters")
        return Value(f"{name}({text.sql}, {letters.sql})", VARCHAR)

    def interval(self, node: exp.Expr) -> Value:
        if not isinstance(node.this, exp.Literal) or not isinstance(node.args.get("unit"), exp.Var):
            raise refused(node, "this interval is not supported", "Write INTERVAL '2' DAY.")
        try:
            return arithmetic.interval(node.this.name, node.args["unit"].name.lower())
        except arithmetic.NoOperatorError as error:
            raise refused(node, "this interval is not supported", str(error)) from error

    def json_value(self, node: exp.Expr) -> Value:
        returning = node.args.get("returning")
        wanted = types.read_type(returning) if returning else VARCHAR
        if wanted is None:
            raise refused(node, "json_value gives no such type", "It gives texts, numbers, booleans and times.")
        conditions = node.args.get("on_condition")
        empty, error = (self._on(node, conditions, which, wanted) for which in ("empty", "error"))
        return documents.json_value(self._document(node, node.args["path"]), wanted, empty, error)

    def _on(self, node: exp.Expr, conditions: exp.Expr | None, which: str, wanted: Type) -> str:
        """What stands before ON EMPTY or ON ERROR."""
        said = conditions.args.get(which) if conditions else None
        match said:
            case None | "NULL ON EMPTY" | "NULL ON ERROR":
                return null(wanted)
            case "ERROR ON EMPTY" | "ERROR ON ERROR":
                return documents.error_of(f"JSON path found {'no items' if which == 'empty' else 'an error'}", wanted)
            case exp.Expr():
                default = self.value(said)
                if not types.becomes(default.type, wanted):
                    raise refused(node, f"the default is {_article(default.type)}, and {wanted} is wanted")
                return coerced(default, wanted)
        raise refused(node, f"{said} is not supported here")

    def json_query(self, node: exp.Expr) -> Value:
        option, quote, condition = node.args.get("option"), node.args.get("quote"), node.args.get("on_condition")
        if not node.args.get("json_query"):
            raise refused(node, f"{_written(node)} is not supported here")
        words = set(option.name.upper().split()) if option else set()
        wrapper = "" if not words or "WITHOUT" in words else "conditional" if "CONDITIONAL" in words else "always"
        if condition and any(each and not str(each).startswith("NULL ") for each in condition.args.values()):
            raise refused(node, "json_query is supported with NULL ON EMPTY and NULL ON ERROR alone")
        keeps = not quote or quote.args.get("option") == "KEEP"
        return documents.json_query(self._document(node, node.expression), wrapper, keeps_quotes=keeps)

    def _document(self, node: exp.Expr, path: exp.Expr) -> Call:
        document, written = self.value(node.this), self.value(path)
        if document.type.name not in ("varchar", "json", "unknown"):
            raise refused(node, f"a document is a text, this is {_article(document.type)}")
        name = "json_value" if isinstance(node, exp.JSONValue) else "json_query"
        return Call(node, name, [replace(document, sql=coerced(document, VARCHAR)), written], VARCHAR)

    def function_parameter(self, node: exp.Expr, given: Sequence[Type], *, of_map: bool) -> tuple[str, Value]:
        """A lambda's SQL around its body, and its body. See calls.py."""
        return lambda_of(self, node, given, of_map=of_map)


def _calling(node: exp.Expr, name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """What has a grammar of its own as a call; the arguments keep their places in the tree."""
    call = exp.Anonymous(this=name)
    call.args["expressions"] = list(arguments)
    call.meta.update(node.meta)
    return call


def _in_utc(value: Value) -> Value:
    """Moments are the same moments in any zone."""
    return replace(value, type=replace(value.type, zone="UTC")) if value.type.is_moment else value


def _same(one: Value, other: Value) -> str:
    """Whether two rows or arrays are equal: unknown where a part is."""

    def body(values: Sequence[Value]) -> str:
        a, b = (value.sql for value in values)
        if one.type.name == "row":
            parts = zip(field_names(one.type), one.type.inner, strict=True)
            equal = [_part_same(f'{a}."{name}"', f'{b}."{name}"', type_) for name, type_ in parts]
            return f"({' AND '.join(equal)})"
        pair = _part_same("pair[1]", "pair[2]", one.type.inner[0])
        tests = f"list_transform(list_zip({a}, {b}), LAMBDA pair: {pair})"
        unknown = f"len(list_filter({tests}, LAMBDA test: test IS NULL)) > 0"
        return (
            f"CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN len({a}) <> len({b}) THEN false "
            f"WHEN list_contains({tests}, false) THEN false WHEN {unknown} THEN NULL ELSE true END"
        )

    return f"({with_names([one, other], body)})"


def _part_same(one: str, other: str, type_: Type) -> str:
    return _same(Value(one, type_), Value(other, type_)) if type_.inner else f"{one} = {other}"


def _failed(message: str, type_: Type) -> str:
    return f"CAST(CAST(CAST('trino: ' || {message} AS BIGINT) AS VARCHAR) AS {physical(type_)})"


def _article(type_: Type) -> str:
    name = "NULL" if type_.name == "unknown" else str(type_)
    return name if name == "NULL" else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _written(node: exp.Expr) -> str:
    """A part of a statement by what it begins with."""
    return type(node).__name__.upper()


Rule = Callable[[Expressions, exp.Expr], Value]
_RULES: Mapping[type[exp.Expr], Rule] = {
    exp.Literal: Expressions.literal,
    exp.Boolean: Expressions.boolean,
    exp.Null: Expressions.nothing,
    exp.HexString: Expressions.bytes,
    exp.Column: Expressions.column,
    exp.Identifier: Expressions.column,
    exp.Dot: Expressions.dot,
    exp.Paren: Expressions.paren,
    **dict.fromkeys(_ARITHMETIC, Expressions.arithmetic),
    **dict.fromkeys(_COMPARED, Expressions.compared),
    **dict.fromkeys(_CONNECTED, Expressions.connected),
    exp.Neg: Expressions.negative,
    exp.DPipe: Expressions.joined,
    exp.Not: Expressions.negated,
    exp.NullSafeEQ: Expressions.distinct_from,
    exp.NullSafeNEQ: Expressions.distinct_from,
    exp.Is: Expressions.is_null,
    exp.Between: Expressions.between,
    exp.In: Expressions.one_of,
    exp.Like: Expressions.like,
    exp.Escape: Expressions.escaped,
    exp.Case: Expressions.case,
    exp.If: Expressions.chosen,
    exp.Cast: Expressions.cast,
    exp.TryCast: Expressions.cast,
    exp.ParseJSON: Expressions.json_literal,
    exp.Array: Expressions.array,
    exp.Tuple: Expressions.row,
    exp.Bracket: Expressions.subscript,
    exp.Subquery: Expressions.subquery,
    exp.Exists: Expressions.exists,
    exp.Anonymous: Expressions.function,
    exp.Filter: Expressions.aggregated,
    exp.Window: Expressions.windowed,
    exp.GroupConcat: Expressions.listagg,
    exp.Extract: Expressions.extract,
    exp.AtTimeZone: Expressions.at_time_zone,
    exp.StrPosition: Expressions.position,
    exp.Substring: Expressions.substring,
    exp.Trim: Expressions.trim,
    exp.Interval: Expressions.interval,
    exp.JSONValue: Expressions.json_value,
    exp.JSONExtract: Expressions.json_query,
}
