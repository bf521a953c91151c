"""https://trino.io/docs/current/functions/string.html, …/binary.html, …/url.html"""

from queries.embedded.forms import Call, Form
from queries.embedded.values import Value

# All that Java takes for white space, not the blank alone.
_BLANKS = (
    "'\t\n\v\f\r\x1c\x1d\x1e\x1f "
    "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000'"
)
_PADS = "CASE WHEN {1} < 0 THEN {fail} WHEN {2} = '' THEN {fail} ELSE "
_PAD_FAILS = "'Target length must not be negative, and the padding not be empty'"
_URL = '(?:[^\\x00-\\x20"<>\\\\^`{|}%\\[\\]]|%[0-9A-Fa-f][0-9A-Fa-f])*'
_URL_PARTS = r"^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
_SPLIT_PAIRS = "list_transform(str_split({0}, {1}), LAMBDA pair: str_split(pair, {2}))"


def _url_part(part: int, decoded: str = "{}") -> str:
    """A part that is not there is ''; what is no URL (Java's URI) has no parts."""
    found = decoded.format(f"regexp_extract({{0}}, '{_URL_PARTS}', {part})")
    whole = (
        f"(regexp_full_match({{0}}, '{_URL}') AND NOT regexp_full_match({{0}}, '(?:[^:/?#]+:)?(?://)?') OR {{0}} = '')"
    )
    return f"CASE WHEN {whole} THEN {found} END"


def _trim_sides(name: str) -> Form:
    """The sides' names are strings.py's own: TRIM(LEADING x FROM y) comes as ltrim(y, x)."""
    return Form(f"{name}(varchar) -> varchar", f"{name}({{0}}, {_BLANKS})")


def _concatenated(call: Call) -> Value:
    return Value(f"({' || '.join(value.sql for value in call.arguments)})", call.result)


STRINGS = (
    Form("chr(bigint) -> varchar", "chr(CAST({0} AS INTEGER))"),
    Form(
        "codepoint(varchar) -> integer",
        "CASE WHEN length({0}) = 1 THEN unicode({0}) WHEN {0} IS NOT NULL THEN {fail} END",
        "'Input string must be a single character string'",
    ),
    Form("concat(varchar, varchar...) -> varchar", _concatenated),
    Form(
        "concat(array(T), array(T)...) -> array(T)",
        "CASE WHEN list_contains([x IS NULL FOR x IN [{*}]], true) THEN NULL ELSE flatten([{*}]) END",
    ),
    Form(
        "concat_ws(varchar, array(varchar)) -> varchar",
        (
            "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN array_to_string(list_filter({1}, "
            "LAMBDA part: part IS NOT NULL), {0}) END"
        ),
    ),
    Form(
        "concat_ws(varchar, varchar...) -> varchar",
        lambda call: Value(f"concat_ws({', '.join(value.sql for value in call.arguments)})", call.result),
    ),
    Form("ends_with(varchar, varchar) -> boolean", "suffix({0}, {1})"),
    Form(
        "hamming_distance(varchar, varchar) -> bigint",
        (
            "CASE WHEN length({0}) = length({1}) THEN list_sum(list_transform(list_zip(str_split({0}, "
            "''), str_split({1}, '')), LAMBDA pair: CASE WHEN pair[1] <> pair[2] THEN 1 ELSE 0 "
            "END))::BIGINT WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN {fail} END"
        ),
        "'The input strings to hamming_distance function must have the same length'",
    ),
    Form("length(varchar) -> bigint", "length({0})"),
    Form("length(varbinary) -> bigint", "octet_length({0})"),
    Form("lower(varchar) -> varchar", "lower({0})"),
    Form("upper(varchar) -> varchar", "upper({0})"),
    Form("lpad(varchar, bigint, varchar) -> varchar", _PADS + "lpad({0}, CAST({1} AS INTEGER), {2}) END", _PAD_FAILS),
    Form("rpad(varchar, bigint, varchar) -> varchar", _PADS + "rpad({0}, CAST({1} AS INTEGER), {2}) END", _PAD_FAILS),
    _trim_sides("trim"),
    _trim_sides("ltrim"),
    _trim_sides("rtrim"),
    Form("replace(varchar, varchar) -> varchar", "CASE WHEN {1} = '' THEN {0} ELSE replace({0}, {1}, '') END"),
    Form(
        "replace(varchar, varchar, varchar) -> varchar",
        (
            "CASE WHEN {1} = '' THEN {2} || array_to_string(list_transform(str_split({0}, ''), LAMBDA "
            "letter: letter || {2}), '') ELSE replace({0}, {1}, {2}) END"
        ),
    ),
    Form(
        "reverse(varchar) -> varchar", "array_to_string(list_reverse(regexp_extract_all({0}, '(?s).')), '')"
    ),  # by code points; DuckDB keeps an accent with its letter
    Form(
        "split(varchar, varchar) -> array(varchar)",
        "CASE WHEN {1} = '' THEN {fail} ELSE str_split({0}, {1}) END",
        "'The delimiter may not be the empty string'",
    ),
    Form(
        "split(varchar, varchar, bigint) -> array(varchar)",
        (
            "CASE WHEN {1} = '' OR {2} <= 0 THEN {fail} WHEN len(str_split({0}, {1})) <= {2} THEN "
            "str_split({0}, {1}) ELSE list_append(str_split({0}, {1})[:{2} - 1], "
            "array_to_string(str_split({0}, {1})[{2}:], {1})) END"
        ),
        "'The delimiter may not be empty, and the limit must be positive'",
    ),
    Form(
        "split_part(varchar, varchar, bigint) -> varchar",
        "CASE WHEN {2} > 0 THEN str_split({0}, {1})[{2}] WHEN {2} IS NOT NULL THEN {fail} END",
        "'Index must be greater than zero'",
    ),
    Form(
        "split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)",
        (
            f"CASE WHEN list_bool_or(list_transform({_SPLIT_PAIRS}, LAMBDA pair: len(pair) <> 2)) THEN "
            f"{{fail}} WHEN len(list_distinct(list_transform({_SPLIT_PAIRS}, LAMBDA pair: pair[1]))) < "
            f"len({_SPLIT_PAIRS}) THEN {{fail}} ELSE map_from_entries(list_transform({_SPLIT_PAIRS}, "
            f"LAMBDA pair: struct_pack(k := pair[1], v := pair[2]))) END"
        ),
        "'Each entry needs one delimiter between its key and its value, and each key stands once'",
    ),
    Form("strpos(varchar, varchar) -> bigint", "CAST(instr({0}, {1}) AS BIGINT)"),
    Form("starts_with(varchar, varchar) -> boolean", "starts_with({0}, {1})"),
    *(
        form
        for name in ("substr", "substring")
        for form in (
            # Nothing stands at 0, or before the beginning.
            Form(
                f"{name}(varchar, bigint) -> varchar",
                "CASE WHEN {1} = 0 OR {1} < -length({0}) THEN left({0}, 0) ELSE substr({0}, {1}) END",
            ),
            Form(
                f"{name}(varchar, bigint, bigint) -> varchar",
                "CASE WHEN {1} = 0 OR {1} < -length({0}) OR {2} <= 0 THEN left({0}, 0) ELSE substr({0}, {1}, {2}) END",
            ),
        )
    ),
    Form("translate(varchar, varchar, varchar) -> varchar", "translate({0}, {1}, {2})"),
    Form("to_utf8(varchar) -> varbinary", "encode({0})"),
    Form("from_utf8(varbinary) -> varchar", "decode({0})"),
)

BINARY = (
    Form("from_base64(varchar) -> varbinary", "from_base64({0})"),
    Form("to_base64(varbinary) -> varchar", "to_base64({0})"),
    Form("from_hex(varchar) -> varbinary", "unhex({0})"),
    Form("to_hex(varbinary) -> varchar", "hex({0})"),
    Form("md5(varbinary) -> varbinary", "unhex(md5({0}))"),
    Form("sha1(varbinary) -> varbinary", "unhex(sha1({0}))"),
    Form("sha256(varbinary) -> varbinary", "unhex(sha256({0}))"),
)

URLS = (
    Form("url_extract_protocol(varchar) -> varchar", _url_part(1)),
    Form("url_extract_host(varchar) -> varchar", _url_part(2, "regexp_replace({}, '^.*@|:[0-9]*$', '', 'g')")),
    Form(
        "url_extract_port(varchar) -> bigint", _url_part(2, "TRY_CAST(regexp_extract({}, ':([0-9]+)$', 1) AS BIGINT)")
    ),
    Form("url_extract_path(varchar) -> varchar", _url_part(3, "url_decode({})")),
    Form("url_extract_query(varchar) -> varchar", _url_part(4, "url_decode({})")),
    Form("url_extract_fragment(varchar) -> varchar", _url_part(5, "url_decode({})")),
    Form(
        "url_extract_parameter(varchar, varchar) -> varchar",
        (
            "CASE WHEN regexp_matches({0}, '[?&]' || regexp_escape({1}) || '=') THEN "
            "url_decode(replace(regexp_extract({0}, '[?&]' || regexp_escape({1}) || '=([^&#]*)', 1), "
            "'+', ' ')) END"
        ),
    ),
    # As forms are encoded: a blank is +.
    Form(
        "url_encode(varchar) -> varchar",
        "replace(replace(replace(url_encode({0}), '%20', '+'), '~', '%7E'), '%2A', '*')",
    ),
    Form(
        "url_decode(varchar) -> varchar",
        (
            "CASE WHEN regexp_full_match({0}, '(?s)(?:[^%]|%[0-9A-Fa-f][0-9A-Fa-f])*') THEN "
            "url_decode(replace({0}, '+', ' ')) WHEN {0} IS NOT NULL THEN {fail} END"
        ),
        "'Illegal hex characters in escape (%) pattern'",
    ),
)
