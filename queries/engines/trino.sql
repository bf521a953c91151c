-- Trino's functions and operators for DuckDB, where the two differ. The translation (translate.py) calls those that begin
-- with trino_; the others have Trino's own name. Meanings: https://trino.io/docs/current/functions.html

-- a / b. Integers divide to an integer, cut towards zero (`integer_division` is on). A decimal quotient has the larger
-- scale of its operands, as in https://trino.io/docs/current/functions/decimal.html; 400 digits leave a double alone.
CREATE MACRO trino_scale(type) AS
    CASE WHEN type LIKE 'DECIMAL%' THEN CAST(regexp_extract(type, ',\s*(\d+)\)', 1) AS INTEGER) ELSE 0 END;
CREATE MACRO trino_divide(a, b) AS
    round(a / b, CASE
        WHEN typeof(a) IN ('DOUBLE', 'FLOAT') OR typeof(b) IN ('DOUBLE', 'FLOAT') THEN 400
        ELSE greatest(trino_scale(typeof(a)), trino_scale(typeof(b)))
    END);

-- m['key'] and a[1] fail on what is not there. element_at, which DuckDB's own brackets are equal to, gives NULL.
CREATE MACRO trino_subscript(container, key VARCHAR) AS
    CASE
        WHEN map_contains(container, key) THEN container[key]
        WHEN container IS NOT NULL AND key IS NOT NULL THEN error('Key not present in map: ' || key)
    END,
(container, key BIGINT) AS
    CASE
        WHEN key BETWEEN 1 AND len(container) THEN container[key]
        WHEN container IS NOT NULL AND key IS NOT NULL THEN error('Array has no element ' || key)
    END;

-- Malformed documents have no values; objects and arrays are not scalars.
CREATE MACRO trino_json_extract(document, path) AS
    CASE WHEN json_valid(document) THEN json_extract(document, path) END;
CREATE MACRO trino_json_extract_scalar(document, path) AS
    CASE
        WHEN json_valid(document) AND json_type(document, path) NOT IN ('OBJECT', 'ARRAY')
        THEN json_extract_string(document, path)
    END;
CREATE MACRO trino_json_text(document) AS json_extract_string(document, '$');
CREATE MACRO json_size(document, path) AS
    CASE json_type(document, path)
        WHEN 'ARRAY' THEN json_array_length(document, path)
        WHEN 'OBJECT' THEN len(json_keys(document, path))
        ELSE 0
    END;

-- No match is NULL, not ''.
CREATE MACRO trino_regexp_extract(text, pattern, capture) AS
    CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, capture) END;
CREATE MACRO trino_split_part(text, delimiter, part) AS str_split(text, delimiter)[part];

-- Whole units that have passed, not boundaries that were crossed. The session's zone is UTC.
CREATE MACRO trino_date_diff(unit, a, b) AS date_sub(unit, CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP));
-- A date plus days is a date.
CREATE MACRO trino_shift(moment DATE, step INTERVAL) AS CAST(moment + step AS DATE),
    (moment TIMESTAMP, step INTERVAL) AS moment + step,
    (moment TIMESTAMPTZ, step INTERVAL) AS moment + step;
CREATE MACRO trino_date_trunc(unit, moment DATE) AS CAST(date_trunc(unit, moment) AS DATE),
    (unit, moment TIMESTAMP) AS date_trunc(unit, moment),
    (unit, moment TIMESTAMPTZ) AS date_trunc(unit, moment);
CREATE MACRO at_timezone(moment, zone) AS timezone(zone, CAST(moment AS TIMESTAMPTZ));
CREATE MACRO with_timezone(moment, zone) AS timezone(zone, CAST(moment AS TIMESTAMP));
CREATE MACRO to_iso8601(moment DATE) AS strftime(moment, '%Y-%m-%d'),
    (moment TIMESTAMP) AS strftime(moment, '%Y-%m-%dT%H:%M:%S.%g'),
    (moment TIMESTAMPTZ) AS strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ');

-- Both ends belong to it; it runs downwards where the end is the smaller.
CREATE MACRO trino_sequence(first BIGINT, last BIGINT) AS
    generate_series(first, last, CASE WHEN first <= last THEN 1 ELSE -1 END),
    (first DATE, last DATE) AS
    CAST(generate_series(first, last, CASE WHEN first <= last THEN INTERVAL 1 DAY ELSE INTERVAL (-1) DAY END) AS DATE[]);
CREATE MACRO trino_sequence_by(first BIGINT, last BIGINT, step BIGINT) AS generate_series(first, last, step),
    (first DATE, last DATE, step INTERVAL) AS CAST(generate_series(first, last, step) AS DATE[]),
    (first TIMESTAMP, last TIMESTAMP, step INTERVAL) AS generate_series(first, last, step),
    (first TIMESTAMPTZ, last TIMESTAMPTZ, step INTERVAL) AS generate_series(first, last, step);

-- Trino's slice has a length, DuckDB's an end.
CREATE MACRO trino_slice(list, first, length) AS
    CASE WHEN first > 0 THEN list_slice(list, first, first + length - 1)
         ELSE list_slice(list, len(list) + first + 1, len(list) + first + length) END;
CREATE MACRO arrays_overlap(a, b) AS list_has_any(a, b);
CREATE MACRO array_union(a, b) AS list_distinct(list_concat(a, b));
CREATE MACRO array_except(a, b) AS list_filter(list_distinct(a), LAMBDA x : NOT list_contains(b, x));

-- The first value of a key is kept; DuckDB's own map would refuse the second.
CREATE MACRO map_agg(key, value) AS
    map(
        list_distinct(list(key)),
        list_transform(list_distinct(list(key)), LAMBDA k : list(value)[list_position(list(key), k)])
    );

CREATE MACRO url_extract_protocol(url) AS nullif(regexp_extract(url, '^([A-Za-z][A-Za-z0-9+.-]*):', 1), '');
CREATE MACRO url_extract_host(url) AS nullif(regexp_extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)', 1), '');
CREATE MACRO url_extract_path(url) AS regexp_extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^?#]*)', 1);
CREATE MACRO url_extract_parameter(url, name) AS
    CASE WHEN regexp_matches(url, '[?&]' || regexp_escape(name) || '=')
    THEN url_decode(regexp_extract(url, '[?&]' || regexp_escape(name) || '=([^&#]*)', 1)) END;
