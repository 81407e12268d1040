package sfsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Setup returns the statements that a DuckDB database needs, once, before it runs compiled texts. They are DuckDB settings and
// macros named sf_…, and create nothing else. The ICU and JSON extensions must be built in.
func Setup() []string {
	out := []string{"SET TimeZone = 'UTC'", "SET default_null_order = 'nulls_last_on_asc_first_on_desc'"}
	for _, m := range macros {
		out = append(out, "CREATE OR REPLACE MACRO "+strings.TrimSpace(m))
	}
	return out
}

var macroWeights = sqltree.Weigh(macros)

// Errors are raised by casts of a marked text, which DuckDB evaluates only where it is reached; error() is volatile and would keep
// filters from being pushed.
var macros = []string{
	`sf_raise(n, s, m) AS 'WSF|' || n || '|' || s || '|' || m || '|FSW'`,

	// Division and remainder (sql-reference/operators-arithmetic): rounded half away from zero; by zero is error 100051.
	`sf_zero() AS sf_raise('100051', '22012', 'Division by zero')`,
	`sf_quotient(a, b) AS CAST(CAST((a * 2) // b AS DECIMAL(38,0)) * CAST('0.5' AS DECIMAL(2,1)) AS DECIMAL(38,0))`,
	`sf_div(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(sf_zero() AS DECIMAL(38,0)) ELSE sf_quotient(a, b) END`,
	`sf_fdiv(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(sf_zero() AS DOUBLE) ELSE a / b END`,
	`sf_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(sf_zero() AS INTEGER) ELSE a % b END`,
	`sf_fmod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(sf_zero() AS DOUBLE) ELSE a % b END`,
	`sf_float_error(m) AS CAST(sf_raise('100132', '22023', 'Invalid floating point operation: ' || m) AS DOUBLE)`,
	`sf_finite(x, m) AS CASE WHEN isinf(x) THEN sf_float_error(m) ELSE x END`,
	`sf_power(a, b) AS CASE WHEN isnan(power(a, b)) AND NOT isnan(a) AND NOT isnan(b) THEN sf_float_error('pow') ELSE sf_finite(power(a, b), 'pow') END`,
	`sf_acos(x) AS CASE WHEN abs(x) > 1 THEN sf_float_error('acos') ELSE acos(x) END`,
	`sf_asin(x) AS CASE WHEN abs(x) > 1 THEN sf_float_error('asin') ELSE asin(x) END`,
	`sf_not_nan(x) AS CASE WHEN isnan(x) THEN NULL ELSE x END`,
	`sf_factorial(n) AS CASE WHEN n < 0 OR n > 33 THEN CAST(sf_raise('100046', '22003', 'Number out of representable range') AS HUGEINT) ELSE factorial(CAST(n AS INTEGER)) END`,

	// Strings (sql-reference/functions-string).
	`sf_substr(x, p, n) AS CASE WHEN n <= 0 OR -p > length(x) THEN CASE WHEN x IS NOT NULL AND p IS NOT NULL AND n IS NOT NULL THEN '' END
		WHEN p = 0 THEN substr(x, 1, n) ELSE substr(x, p, n) END`,
	`sf_lpad(x, n, p) AS CASE WHEN n <= 0 THEN CASE WHEN x IS NOT NULL AND p IS NOT NULL THEN '' END WHEN p = '' THEN left(x, n) ELSE lpad(x, CAST(n AS INTEGER), p) END`,
	`sf_rpad(x, n, p) AS CASE WHEN n <= 0 THEN CASE WHEN x IS NOT NULL AND p IS NOT NULL THEN '' END WHEN p = '' THEN left(x, n) ELSE rpad(x, CAST(n AS INTEGER), p) END`,
	`sf_position(a, x, p) AS CASE WHEN p < 1 THEN CAST(sf_raise('100183', 'P0000', 'Position must be positive') AS BIGINT)
		WHEN instr(substr(x, p), a) = 0 THEN 0 ELSE instr(substr(x, p), a) + p - 1 END`,
	`sf_split_part(x, d, n) AS CASE WHEN d = '' THEN CASE WHEN n IN (-1, 0, 1) THEN x WHEN x IS NOT NULL AND n IS NOT NULL THEN '' END
		ELSE split_part(x, d, CASE WHEN n = 0 THEN 1 ELSE n END) END`,
	`sf_chr(n) AS CASE WHEN n <= 0 OR n > 1114111 THEN CAST(CAST(sf_raise('100188', '22023', 'Invalid character code in chr input ' || n) AS INTEGER) AS VARCHAR)
		ELSE chr(CAST(n AS INTEGER)) END`,
	`sf_insert(x, p, n, y) AS CASE WHEN p < 1 OR n < 0 THEN CAST(CAST(sf_raise('100183', 'P0000', 'Invalid parameter of INSERT') AS INTEGER) AS VARCHAR)
		ELSE substr(x, 1, p - 1) || y || substr(x, p + n) END`,
	`sf_sha2(x, n) AS CASE WHEN n = 256 THEN sha256(x) WHEN x IS NOT NULL AND n IS NOT NULL THEN CAST(CAST(sf_raise('2', '0A000', 'Unsupported digest size') AS INTEGER) AS VARCHAR) END`,
	`sf_initcap(x, d) AS array_to_string(list_transform(range(1, length(x) + 1), lambda i:
		CASE WHEN i = 1 OR contains(d, substr(x, i - 1, 1)) THEN upper(substr(x, i, 1)) ELSE lower(substr(x, i, 1)) END), '')`,
	`sf_regex_options(o) AS translate(o, 'e', '')`,

	// Strings to other types (sql-reference/functions/to_decimal, to_double, to_boolean, to_binary).
	`sf_is_number(x) AS regexp_full_match(trim(x, ' '), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')`,
	`sf_to_number(x) AS CASE WHEN sf_is_number(x) THEN trim(x, ' ') WHEN x IS NOT NULL THEN
		CAST(CAST(sf_raise('100038', '22018', 'Numeric value ''' || x || ''' is not recognized') AS INTEGER) AS VARCHAR) END`,
	`sf_try_to_number(x) AS CASE WHEN sf_is_number(x) THEN trim(x, ' ') END`,
	`sf_is_double(x) AS (sf_is_number(x) OR lower(trim(x, ' ')) IN ('nan', 'inf', '-inf', 'infinity', '-infinity'))`,
	`sf_to_double(x) AS CASE WHEN sf_is_double(x) THEN CAST(x AS DOUBLE) WHEN x IS NOT NULL THEN
		CAST(sf_raise('100038', '22018', 'Numeric value ''' || x || ''' is not recognized') AS DOUBLE) END`,
	`sf_try_to_double(x) AS CASE WHEN sf_is_double(x) THEN TRY_CAST(x AS DOUBLE) END`,
	`sf_try_to_boolean(x) AS CASE WHEN lower(x) IN ('true', 't', 'yes', 'y', 'on', '1') THEN TRUE WHEN lower(x) IN ('false', 'f', 'no', 'n', 'off', '0') THEN FALSE END`,
	`sf_to_boolean(x) AS CASE WHEN sf_try_to_boolean(x) IS NULL AND x IS NOT NULL THEN
		CAST(sf_raise('100037', '22018', 'Boolean value ''' || x || ''' is not recognized') AS BOOLEAN) ELSE sf_try_to_boolean(x) END`,
	`sf_is_hex(x) AS regexp_full_match(x, '([0-9a-fA-F]{2})*')`,
	`sf_to_binary(x) AS CASE WHEN sf_is_hex(x) THEN unhex(x) WHEN x IS NOT NULL THEN
		unhex(CAST(CAST(sf_raise('100115', '22000', 'The following string is not a legal hex-encoded value: ''' || x || '''') AS INTEGER) AS VARCHAR)) END`,
	`sf_try_to_binary(x) AS CASE WHEN sf_is_hex(x) THEN unhex(x) END`,
	`sf_to_binary_as(x, f) AS CASE upper(f) WHEN 'HEX' THEN sf_to_binary(x) WHEN 'UTF-8' THEN encode(x) WHEN 'UTF8' THEN encode(x) WHEN 'BASE64' THEN from_base64(x)
		ELSE unhex(CAST(CAST(sf_raise('2', '0A000', 'Unsupported binary format') AS INTEGER) AS VARCHAR)) END`,

	// Dates (sql-reference/date-time-input-output): ISO forms alone.
	`sf_is_date(x) AS (regexp_full_match(x, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}') AND TRY_CAST(x AS DATE) IS NOT NULL)`,
	`sf_is_timestamp(x) AS (regexp_full_match(x, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?') AND TRY_CAST(x AS TIMESTAMP) IS NOT NULL)`,
	`sf_try_to_date(x) AS CASE WHEN sf_is_date(x) THEN CAST(x AS DATE) WHEN sf_is_timestamp(x) THEN CAST(CAST(x AS TIMESTAMP) AS DATE) END`,
	`sf_to_date(x) AS CASE WHEN sf_try_to_date(x) IS NULL AND x IS NOT NULL THEN CAST(sf_raise('100040', '22007', 'Date ''' || x || ''' is not recognized') AS DATE)
		ELSE sf_try_to_date(x) END`,
	`sf_is_time(x) AS (regexp_full_match(x, '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?') AND TRY_CAST(x AS TIME) IS NOT NULL)`,
	`sf_try_to_time(x) AS CASE WHEN sf_is_time(x) THEN CAST(x AS TIME) END`,
	`sf_to_time(x) AS CASE WHEN sf_try_to_time(x) IS NULL AND x IS NOT NULL THEN CAST(sf_raise('100108', '22007', 'Time ''' || x || ''' is not recognized') AS TIME)
		ELSE sf_try_to_time(x) END`,
	`sf_try_to_timestamp(x) AS CASE WHEN sf_is_timestamp(x) THEN CAST(x AS TIMESTAMP) END`,
	`sf_bad_date(x) AS CAST(sf_raise('100040', '22007', 'Date ''' || x || ''' is not recognized') AS TIMESTAMP)`,
	`sf_bad_time(x) AS CAST(sf_raise('100108', '22007', 'Time ''' || x || ''' is not recognized') AS TIMESTAMP)`,
	`sf_floor_div(a, b) AS (a // b - CASE WHEN a % b < 0 THEN 1 ELSE 0 END)`,
	`sf_bad_timestamp(x) AS CAST(sf_raise('100035', '22007', 'Timestamp ''' || x || ''' is not recognized') AS TIMESTAMP)`,
	`sf_to_timestamp(x) AS CASE WHEN sf_try_to_timestamp(x) IS NULL AND x IS NOT NULL THEN sf_bad_timestamp(x) ELSE sf_try_to_timestamp(x) END`,
	`sf_zoned(x) AS regexp_extract(x, '^(.*[0-9]) ?(Z|[+-][0-9]{2}:?[0-9]{2})$', 2)`,
	`sf_unzoned(x) AS CASE WHEN sf_zoned(x) = '' THEN x ELSE regexp_extract(x, '^(.*[0-9]) ?(Z|[+-][0-9]{2}:?[0-9]{2})$', 1) END`,
	`sf_minutes(z) AS CASE WHEN z = 'Z' THEN 0 ELSE (CAST(substr(z, 2, 2) AS INTEGER) * 60 + CAST(right(z, 2) AS INTEGER)) * CASE WHEN left(z, 1) = '-' THEN -1 ELSE 1 END END`,
	`sf_instant(x, zone) AS CASE WHEN sf_zoned(x) = '' THEN timezone(zone, sf_try_to_timestamp(x))
		ELSE timezone('UTC', sf_try_to_timestamp(sf_unzoned(x)) - to_minutes(sf_minutes(sf_zoned(x)))) END`,
	`sf_try_to_timestamp_ltz(x, zone) AS sf_instant(x, zone)`,
	`sf_to_timestamp_ltz(x, zone) AS CASE WHEN sf_instant(x, zone) IS NULL AND x IS NOT NULL THEN timezone('UTC', sf_bad_timestamp(x)) ELSE sf_instant(x, zone) END`,
	`sf_offset(t, zone) AS CAST(date_diff('minute', timezone('UTC', t), timezone(zone, t)) AS INTEGER)`,
	`sf_tz(t, zone) AS CASE WHEN t IS NOT NULL THEN {u: timezone('UTC', t), o: sf_offset(t, zone)} END`,
	`sf_tz_local(v) AS (v).u + to_minutes((v).o)`,
	`sf_to_timestamp_tz(x, zone) AS CASE WHEN x IS NULL THEN NULL WHEN sf_zoned(x) = '' THEN sf_tz(sf_to_timestamp_ltz(x, zone), zone)
		ELSE {u: timezone('UTC', sf_to_timestamp_ltz(x, zone)), o: CAST(sf_minutes(sf_zoned(x)) AS INTEGER)} END`,
	`sf_try_to_timestamp_tz(x, zone) AS CASE WHEN sf_instant(x, zone) IS NOT NULL THEN sf_to_timestamp_tz(x, zone) END`,
	`sf_parse(x, re, f) AS CASE WHEN regexp_full_match(x, re) THEN try_strptime(x, f) END`,
	`sf_offset_text(o) AS CASE WHEN o < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(o) // 60 AS VARCHAR), 2, '0') || lpad(CAST(abs(o) % 60 AS VARCHAR), 2, '0')`,

	// Semi-structured data (sql-reference/data-types-semistructured). DuckDB reads fractional numbers as doubles; longer ones are refused.
	`sf_long_decimal(x) AS len(list_filter(regexp_extract_all(x, '(?:^|[\[:,])\s*-?([0-9]+[.][0-9]+)', 1), lambda n: length(n) > 16)) > 0`,
	`sf_parse_json(x) AS CASE WHEN json_valid(x) AND sf_long_decimal(x) THEN
		CAST(CAST(CAST(sf_raise('2', '0A000', 'Unsupported feature ''fractional number of more than 15 digits in JSON''.') AS INTEGER) AS VARCHAR) AS JSON) WHEN json_valid(x) THEN CAST(x AS JSON) WHEN trim(x, ' ') = '' THEN NULL WHEN x IS NOT NULL THEN
		CAST(CAST(CAST(sf_raise('100069', '22P02', 'Error parsing JSON: ' || x) AS INTEGER) AS VARCHAR) AS JSON) END`,
	`sf_try_parse_json(x) AS CASE WHEN json_valid(x) THEN sf_parse_json(x) END`,
	`sf_variant_text(v) AS CASE json_type(v) WHEN 'NULL' THEN NULL WHEN 'VARCHAR' THEN json_extract_string(v, '$') ELSE CAST(v AS VARCHAR) END`,
	`sf_variant_array(v) AS CASE json_type(v) WHEN 'ARRAY' THEN v WHEN 'NULL' THEN NULL ELSE json_array(v) END`,
	`sf_variant_object(v) AS CASE json_type(v) WHEN 'OBJECT' THEN v WHEN 'NULL' THEN NULL ELSE
		CAST(CAST(CAST(sf_raise('100071', '22000', 'Failed to cast variant value ' || v || ' to OBJECT') AS INTEGER) AS VARCHAR) AS JSON) END`,
	`sf_typeof(v) AS CASE json_type(v) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'HUGEINT' THEN 'INTEGER'
		WHEN 'DOUBLE' THEN 'DECIMAL' ELSE json_type(v) END`,
	`sf_strip_null(v) AS CASE WHEN json_type(v) <> 'NULL' THEN v END`,
	`sf_array_size(v) AS CASE WHEN json_type(v) = 'ARRAY' THEN json_array_length(v) END`,
	`sf_array_to_string(v, d) AS CASE WHEN d IS NOT NULL THEN array_to_string(list_transform(CAST(v AS JSON[]), lambda e: COALESCE(sf_variant_text(e), '')), d) END`,
	`sf_array_contains(e, v) AS CASE WHEN json_type(v) = 'ARRAY' THEN list_contains(list_transform(CAST(v AS JSON[]), lambda y: CAST(y AS VARCHAR)), CAST(e AS VARCHAR)) END`,
	`sf_elements(v) AS CASE json_type(v) WHEN 'ARRAY' THEN CAST(v AS JSON[]) WHEN 'OBJECT' THEN list_transform(json_keys(v), lambda k: json_extract(v, '$."' || k || '"')) ELSE CAST([] AS JSON[]) END`,
	`sf_keys(v) AS CASE json_type(v) WHEN 'OBJECT' THEN json_keys(v) ELSE CAST([] AS VARCHAR[]) END`,
}
