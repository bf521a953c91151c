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

-- The message, marked, as what the engine could not convert (duckdb_errors.py shows it alone). Unlike error(), which has no
-- type but may not stand within try(), it fails where it is evaluated.
CREATE MACRO trino_failed(message) AS CAST(CAST('trino: ' || message AS BIGINT) AS VARCHAR);

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
CREATE MACRO trino_valid(document) AS CASE WHEN json_valid(document) THEN document END;
CREATE MACRO json_size(document, path) AS
    CASE json_type(trino_valid(document), path)
        WHEN 'ARRAY' THEN json_array_length(trino_valid(document), path)
        WHEN 'OBJECT' THEN len(json_keys(trino_valid(document), path))
        ELSE CASE WHEN json_exists(trino_valid(document), path) THEN 0 END
    END;
CREATE MACRO trino_json_array_length(document) AS
    CASE WHEN json_type(trino_valid(document)) = 'ARRAY' THEN json_array_length(trino_valid(document)) END;

-- No match is NULL, not ''.
CREATE MACRO trino_regexp_extract(text, pattern, capture) AS
    CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, capture) END;
CREATE MACRO trino_split_part(text, delimiter, part) AS
    CASE WHEN part > 0 THEN str_split(text, delimiter)[part]
         WHEN part IS NOT NULL THEN trino_failed('Index must be greater than zero') END;
-- Nothing stands at 0, or before the beginning.
CREATE MACRO trino_substr(text, first) AS
    CASE WHEN first = 0 OR first < -length(text) THEN left(text, 0) ELSE substr(text, first) END,
(text, first, length) AS
    CASE WHEN first = 0 OR first < -length(text) OR length <= 0 THEN left(text, 0) ELSE substr(text, first, length) END;
-- All that Java takes for white space, not the blank alone.
CREATE MACRO trino_blanks() AS
    chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31) || ' ' || chr(5760)
    || ' ' || chr(8232) || chr(8233) || chr(8287) || chr(12288);
CREATE MACRO trino_trim(text) AS trim(text, trino_blanks());
CREATE MACRO trino_ltrim(text) AS ltrim(text, trino_blanks());
CREATE MACRO trino_rtrim(text) AS rtrim(text, trino_blanks());
-- By code points; DuckDB keeps an accent with its letter.
CREATE MACRO trino_reverse(text) AS array_to_string(list_reverse(regexp_extract_all(text, '(?s).')), '');

-- What is cast to a whole number, as text: digits and nothing else ('1.5' and ' 1' fail), halves rounded away from zero.
CREATE MACRO trino_whole(value) AS
    CASE typeof(value)
        WHEN 'VARCHAR' THEN
            CASE WHEN regexp_full_match(CAST(value AS VARCHAR), '[+-]?[0-9]+')
                    OR TRY_CAST(CAST(value AS VARCHAR) AS DOUBLE) IS NULL
                THEN CAST(value AS VARCHAR)
                ELSE 'trino: Cannot cast ''' || CAST(value AS VARCHAR) || ''' to a whole number' END
        WHEN 'DOUBLE' THEN CAST(round(TRY_CAST(CAST(value AS VARCHAR) AS DOUBLE)) AS VARCHAR)
        WHEN 'FLOAT' THEN CAST(round(TRY_CAST(CAST(value AS VARCHAR) AS DOUBLE)) AS VARCHAR)
        WHEN 'BOOLEAN' THEN if(CAST(value AS VARCHAR) = 'true', '1', '0')
        ELSE CAST(value AS VARCHAR)
    END;

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
    CASE WHEN first = 0 THEN error('SQL array indices start at 1')
         WHEN first > 0 THEN list_slice(list, first, first + length - 1)
         WHEN first < -len(list) THEN []
         ELSE list_slice(list, len(list) + first + 1, len(list) + first + length) END;
CREATE MACRO arrays_overlap(a, b) AS list_has_any(a, b);
-- What is first in the array stays first; DuckDB's list_distinct has no order.
CREATE MACRO trino_distinct(list) AS list_filter(list, LAMBDA x, i : list_position(list, x) = i);
CREATE MACRO array_union(a, b) AS trino_distinct(a || b);
CREATE MACRO trino_except(a, b) AS
    CASE WHEN b IS NOT NULL THEN list_filter(trino_distinct(a), LAMBDA x : list_position(b, x) IS NULL) END;
CREATE MACRO trino_array_position(list, element) AS
    CASE WHEN list IS NOT NULL AND element IS NOT NULL THEN coalesce(list_position(list, element), 0) END;

-- The first value of a key is kept; DuckDB's own map would refuse the second.
CREATE MACRO map_agg(key, value) AS
    map(
        list_distinct(list(key)),
        list_transform(list_distinct(list(key)), LAMBDA k : list(value)[list_position(list(key), k)])
    );

-- A part that is not there is ''; what is no URL (Java's URI) has no parts. Groups: scheme, authority, path, query.
CREATE MACRO trino_url_part(url, part) AS
    CASE WHEN regexp_full_match(url, '(?:[^\x00-\x20"<>\\^`{|}%\[\]]|%[0-9A-Fa-f]{2})*')
        AND NOT regexp_full_match(url, '(?:[^:/?#]+:)?(?://)?') OR url = ''
    THEN regexp_extract(url, '^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?', part) END;
CREATE MACRO url_extract_protocol(url) AS trino_url_part(url, 1);
CREATE MACRO url_extract_host(url) AS regexp_replace(trino_url_part(url, 2), '^.*@|:[0-9]*$', '', 'g');
CREATE MACRO url_extract_path(url) AS url_decode(trino_url_part(url, 3));
CREATE MACRO url_extract_query(url) AS url_decode(trino_url_part(url, 4));
CREATE MACRO url_extract_parameter(url, name) AS
    CASE WHEN regexp_matches(url, '[?&]' || regexp_escape(name) || '=')
    THEN url_decode(regexp_extract(url, '[?&]' || regexp_escape(name) || '=([^&#]*)', 1)) END;
-- As forms are encoded: a blank is +.
CREATE MACRO trino_url_encode(text) AS replace(replace(replace(url_encode(text), '%20', '+'), '~', '%7E'), '%2A', '*');
CREATE MACRO trino_url_decode(text) AS
    CASE WHEN regexp_full_match(text, '(?s)(?:[^%]|%[0-9A-Fa-f]{2})*') THEN url_decode(replace(text, '+', ' '))
         WHEN text IS NOT NULL THEN trino_failed('Illegal hex characters in escape (%) pattern') END;
CREATE MACRO codepoint(character) AS unicode(character);
