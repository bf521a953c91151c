"""https://trino.io/docs/current/functions/json.html"""

from queries.embedded.casts import NoCastError, cast
from queries.embedded.forms import Call, Form
from queries.embedded.functions.json_paths import Path, PathError, items, old_path, read_path
from queries.embedded.values import Value, failed, null, with_names
from queries.trino.types import BOOLEAN, VARCHAR, Type

_REMEDY = "Write members and elements alone, as lax $.a.b[0]."


def path_of(call: Call) -> Path:
    """The constant path of json_value and its kin. Raises `NotTranslatableError`."""
    try:
        return read_path(call.text(1, "a path"))
    except PathError as error:
        raise call.refused(f"{error}, which is not supported", _REMEDY) from error


def json_exists(call: Call) -> Value:
    """False where the document is none, or the path does not fit it."""
    path = path_of(call)

    def body(values: list[Value]) -> str:
        [found] = values
        wrong = f"OR len(list_filter({found.sql}, LAMBDA item: item IS NULL)) > 0" if path.strict else ""
        return f"CASE WHEN {found.sql} IS NULL {wrong} THEN false ELSE len({found.sql}) > 0 END"

    document = call.arguments[0]
    answer = with_names([Value(_items(document, path), BOOLEAN)], lambda values: body(list(values)))
    return _unless_null(document, answer, BOOLEAN)


def _items(document: Value, path: Path) -> str:
    return with_names([_valid(document)], lambda values: items(values[0].sql, path))


def _unless_null(document: Value, sql: str, type_: Type) -> Value:
    return Value(f"CASE WHEN {document.sql} IS NOT NULL THEN {sql} END", type_)


def json_value(call: Call, wanted: Type, on_empty: str, on_error: str) -> Value:
    """A scalar, as text unless `wanted` says otherwise; the others are SQL of what it is where there is none, and where
    there is an error."""
    path = path_of(call)
    text = "json_extract_string({}[1], '$')"

    def body(values: list[Value]) -> str:
        [found] = values
        one = text.format(found.sql)
        tried = one if wanted.name == "varchar" else cast(Value(one, VARCHAR), wanted, safe=True).sql
        shown = tried if wanted.name == "varchar" else f"coalesce({tried}, {on_error})"
        wrong = f"{found.sql} IS NULL OR len({found.sql}) > 1 OR (len({found.sql}) = 1 AND {found.sql}[1] IS NULL)"
        kind = f"json_type({found.sql}[1])"
        nothing = f"WHEN len({found.sql}) = 0 THEN {on_empty}"
        no_scalar = f"WHEN {kind} IN ('OBJECT', 'ARRAY') THEN {on_error} WHEN {kind} = 'NULL' THEN {null(wanted)}"
        return f"CASE WHEN {wrong} THEN {on_error} {nothing} {no_scalar} ELSE {shown} END"

    try:
        answer = with_names([Value(_items(call.arguments[0], path), BOOLEAN)], lambda values: body(list(values)))
    except NoCastError as error:
        raise call.refused(f"json_value gives no {wanted}", str(error)) from error
    return _unless_null(call.arguments[0], answer, wanted)


def json_query(call: Call, wrapper: str, *, keeps_quotes: bool) -> Value:
    """An item as text. `wrapper`: "" for none, "always", or "conditional": where it is not one array or object."""
    path = path_of(call)

    def body(values: list[Value]) -> str:
        [found] = values
        one = f"CAST({found.sql}[1] AS VARCHAR)"
        if not keeps_quotes:
            one = (
                f"CASE json_type({found.sql}[1]) WHEN 'VARCHAR' THEN json_extract_string({found.sql}[1], "
                f"'$') ELSE {one} END"
            )
        wrapped = f"'[' || array_to_string(CAST({found.sql} AS VARCHAR[]), ',') || ']'"
        single = f"len({found.sql}) = 1 AND json_type({found.sql}[1]) IN ('OBJECT', 'ARRAY')"
        shown = {
            "": f"CASE WHEN len({found.sql}) = 1 THEN {one} END",
            "always": wrapped,
            "conditional": f"CASE WHEN {single} THEN {one} ELSE {wrapped} END",
        }[wrapper]
        wrong = f"len(list_filter({found.sql}, LAMBDA item: item IS NULL)) > 0"
        return f"CASE WHEN len({found.sql}) > 0 AND NOT {wrong} THEN {shown} END"

    return Value(
        with_names([Value(_items(call.arguments[0], path), BOOLEAN)], lambda values: body(list(values))), VARCHAR
    )


def error_of(message: str, wanted: Type) -> str:
    """For ERROR ON ERROR and ERROR ON EMPTY."""
    return failed(f"'{message}'", wanted)


def _extract(call: Call) -> Value:
    """A malformed document has no values."""
    return Value(_extracted(call, "json_extract({}, {})"), call.result)


def _extracted(call: Call, found: str) -> str:
    try:
        path = old_path(call.text(1, "a path"))
    except PathError as error:
        raise call.refused(f"{error}, which is not supported", "Write it as $.a[0].b.") from error

    return with_names([_valid(call.arguments[0])], lambda values: found.format(values[0].sql, path))


def _valid(document: Value) -> Value:
    """NULL for a text that is no document: DuckDB's functions fail by it wherever they stand."""
    if document.type.name == "json":
        return document
    valid = with_names([document], lambda values: f"CASE WHEN json_valid({values[0].sql}) THEN {values[0].sql} END")
    return Value(valid, document.type)


def _extract_scalar(call: Call) -> Value:
    """Objects and arrays are no scalars."""
    scalar = "CASE WHEN json_type({0}, {1}) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string({0}, {1}) END"
    return Value(_extracted(call, scalar), call.result)


_VALID = "CASE WHEN json_valid({0}) THEN {0} END"
_SIZE = """CASE json_type({0}, {1}) WHEN 'ARRAY' THEN CAST(json_array_length({0}, {1}) AS BIGINT)
    WHEN 'OBJECT' THEN CAST(len(json_keys({0}, {1})) AS BIGINT)
    ELSE CASE WHEN json_exists({0}, {1}) THEN 0 END END"""


def _size(call: Call) -> Value:
    return Value(_extracted(call, _SIZE), call.result)


_CONTAINS = (
    "CASE WHEN json_valid({0}) AND json_type({0}) = 'ARRAY' THEN "
    "list_bool_or(list_transform(CAST({0} AS JSON[]), LAMBDA item: coalesce(%s, false))) END"
)

_OF_BOTH = tuple(
    form
    for type_ in ("varchar", "json")
    for form in (
        Form(f"json_extract({type_}, varchar) -> json", _extract),
        Form(f"json_extract_scalar({type_}, varchar) -> varchar", _extract_scalar),
        Form(
            f"json_array_length({type_}) -> bigint",
            (
                f"CASE WHEN json_valid({{0}}) AND json_type({_VALID}) = 'ARRAY' THEN "
                f"CAST(json_array_length({_VALID}) AS BIGINT) END"
            ),
        ),
        Form(f"json_size({type_}, varchar) -> bigint", _size),
        Form(f"is_json_scalar({type_}) -> boolean", f"json_type({_VALID}) NOT IN ('OBJECT', 'ARRAY')"),
    )
)
DOCUMENTS = (
    *_OF_BOTH,
    Form("json_format(json) -> varchar", "CAST({0} AS VARCHAR)"),
    Form(
        "json_parse(varchar) -> json",
        "CASE WHEN json_valid({0}) THEN CAST({0} AS JSON) WHEN {0} IS NOT NULL THEN {fail} END",
        "'Cannot convert value to JSON: ''' || left({0}, 200) || ''''",
    ),
    Form("json_exists(varchar, varchar) -> boolean", json_exists),
    Form(
        "json_array_contains(varchar, varchar) -> boolean",
        _CONTAINS % "json_type(item) = 'VARCHAR' AND json_extract_string(item, '$') = {1}",
    ),
    Form(
        "json_array_contains(varchar, bigint) -> boolean",
        _CONTAINS
        % "json_type(item) IN ('BIGINT', 'UBIGINT') AND TRY_CAST(json_extract_string(item, '$') AS BIGINT) = {1}",
    ),
    Form(
        "json_array_contains(varchar, boolean) -> boolean",
        _CONTAINS % "json_type(item) = 'BOOLEAN' AND (json_extract_string(item, '$') = 'true') = {1}",
    ),
)
