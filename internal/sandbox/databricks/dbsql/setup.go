package dbsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Setup returns the statements that a DuckDB database needs, once, before it runs compiled texts. They are DuckDB settings and macros
// named db_…, and create nothing else. The ICU and JSON extensions must be built in.
func Setup() []string {
	out := []string{"SET TimeZone = 'UTC'"}
	for _, m := range macros {
		out = append(out, "CREATE OR REPLACE MACRO "+strings.TrimSpace(m))
	}
	return out
}

var macroWeights = sqltree.Weigh(macros)

// Errors are raised by casts of a marked text, which DuckDB evaluates only where it is reached; error() is volatile and would keep
// filters from being pushed. What the cast is to be of another type is cast to it again, by VARCHAR.
var macros = []string{
	`db_raise(c, s, m) AS CAST('WDB|' || c || '|' || s || '|' || m || '|BDW' AS INTEGER)`,
	`db_raise_text(c, s, m) AS CAST(db_raise(c, s, m) AS VARCHAR)`,
	`db_raise_user(m) AS CASE WHEN m IS NOT NULL THEN db_raise('USER_RAISED_EXCEPTION', 'P0001', m) END`,
	`db_zero() AS db_raise('DIVIDE_BY_ZERO', '22012', 'Division by zero. Use ''try_divide'' to tolerate divisor being 0 and return NULL instead. If necessary set "ansi_mode" to "false" to bypass this error.')`,
	`db_no_remainder() AS db_raise('REMAINDER_BY_ZERO', '22012', 'Remainder by zero. Use ''try_mod'' to tolerate divisor being 0 and return NULL instead. If necessary set "ansi_mode" to "false" to bypass this error.')`,
	`db_overflow() AS db_raise('ARITHMETIC_OVERFLOW', '22003', 'long overflow. If necessary set "ansi_mode" to "false" to bypass this error.')`,

	// Division and remainder (functions/slashsign, -div, -percentsign): by zero raises.
	`db_fdiv(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(db_zero() AS DOUBLE) ELSE a / b END`,
	`db_div(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN db_zero() ELSE a // b END`,
	`db_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN db_no_remainder() ELSE a % b END`,
	`db_pmod(r, b) AS CASE WHEN r < 0 THEN (r + b) % b ELSE r END`,
	`db_half_up(a, b) AS CAST((a * 2) // b AS DECIMAL(38,0)) * CAST('0.5' AS DECIMAL(2,1))`,
	`db_quotient(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL THEN CAST(db_zero() AS DECIMAL(38,1)) ELSE db_half_up(a, b) END`,
	`db_scaled(n, t) AS (CAST(n AS DECIMAL(38,0)) * t)`,
	`db_floor_div(a, b) AS (a // b - CASE WHEN a % b < 0 THEN 1 ELSE 0 END)`,
	`db_not_nan(x) AS CASE WHEN isnan(x) THEN NULL ELSE x END`,

	// Strings (functions/substr, -left, -locate, -split_part, -lpad, -chr).
	`db_substr(x, p) AS CASE WHEN p > 0 THEN substr(x, p) WHEN p = 0 OR -p >= length(x) THEN x ELSE right(x, -p) END`,
	`db_from(x, p) AS CASE WHEN p > 0 THEN p - 1 WHEN p = 0 THEN 0 ELSE length(x) + p END`,
	`db_window(x, f, n) AS CASE WHEN f + n <= 0 OR n <= 0 THEN CASE WHEN x IS NOT NULL AND f IS NOT NULL AND n IS NOT NULL THEN '' END
		ELSE substr(x, greatest(f, 0) + 1, f + n - greatest(f, 0)) END`,
	`db_substr3(x, p, n) AS db_window(x, db_from(x, p), n)`,
	`db_locate(a, x, p) AS CASE WHEN p < 1 THEN CASE WHEN a IS NOT NULL AND x IS NOT NULL THEN 0 END WHEN p > length(x) + 1 THEN CASE WHEN a IS NOT NULL THEN 0 END
		WHEN a = '' THEN p WHEN instr(substr(x, p), a) = 0 THEN 0 ELSE instr(substr(x, p), a) + p - 1 END`,
	`db_split_part(x, d, n) AS CASE WHEN n = 0 THEN db_raise_text('INVALID_INDEX_OF_ZERO', '22003', 'The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).')
		WHEN d = '' THEN CASE WHEN n IN (-1, 1) THEN x WHEN x IS NOT NULL AND n IS NOT NULL THEN '' END ELSE split_part(x, d, n) END`,
	`db_lpad(x, n, p) AS CASE WHEN n <= 0 THEN CASE WHEN x IS NOT NULL AND p IS NOT NULL THEN '' END WHEN p = '' THEN left(x, n) ELSE lpad(x, CAST(n AS INTEGER), p) END`,
	`db_rpad(x, n, p) AS CASE WHEN n <= 0 THEN CASE WHEN x IS NOT NULL AND p IS NOT NULL THEN '' END WHEN p = '' THEN left(x, n) ELSE rpad(x, CAST(n AS INTEGER), p) END`,
	`db_chr(n) AS CASE WHEN n < 0 THEN '' ELSE chr(CAST(n % 256 AS INTEGER)) END`,
	`db_initcap(x) AS array_to_string(list_transform(range(1, length(x) + 1), lambda i:
		CASE WHEN i = 1 OR substr(x, i - 1, 1) = ' ' THEN upper(substr(x, i, 1)) ELSE lower(substr(x, i, 1)) END), '')`,
	`db_hex(n) AS CASE WHEN n < 0 THEN upper(printf('%x', CAST(CAST(n AS HUGEINT) + 18446744073709551616 AS UBIGINT))) ELSE upper(printf('%x', n)) END`,
	`db_is_hex(x) AS regexp_full_match(x, '[0-9a-fA-F]*')`,
	`db_unhex(x) AS CASE WHEN db_is_hex(x) THEN unhex(CASE WHEN length(x) % 2 = 1 THEN '0' || x ELSE x END) END`,
	`db_sha2(x, n) AS CASE WHEN n IN (0, 256) THEN sha256(x) WHEN n IS NOT NULL AND x IS NOT NULL THEN db_raise_text('UNSUPPORTED_FEATURE', '0A000', 'The feature is not supported: sha2 of this length.') END`,
	`db_join(l, s) AS CASE WHEN s IS NOT NULL AND l IS NOT NULL THEN array_to_string(list_filter(l, lambda e: e IS NOT NULL), s) END`,
	`db_json(x, p) AS CASE WHEN json_valid(x) THEN json_extract_string(CAST(x AS JSON), p) END`,

	// Strings to other types (functions/cast): what is not read is CAST_INVALID_INPUT, what does not fit an overflow.
	`db_trim(x) AS trim(x, chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' ')`,
	`db_bad(x, t) AS db_raise_text('CAST_INVALID_INPUT', '22018', 'The value ''' || x || ''' of the type "STRING" cannot be cast to "' || t ||
		'" because it is malformed. Correct the value as per the syntax, or change its target type. Use ''try_cast'' to tolerate malformed input and return NULL instead.')`,
	`db_is_integer(x) AS regexp_full_match(db_trim(x), '[+-]?[0-9]+')`,
	`db_is_decimal(x) AS regexp_full_match(db_trim(x), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')`,
	`db_is_double(x) AS (db_is_decimal(x) OR regexp_full_match(lower(db_trim(x)), '[+-]?(inf|infinity)|nan'))`,
	`db_to_integer(x, v, t) AS CASE WHEN x IS NULL OR db_is_integer(x) AND v IS NOT NULL THEN v ELSE CAST(db_bad(x, t) AS INTEGER) END`,
	`db_to_decimal(x, v, t) AS CASE WHEN x IS NULL OR db_is_decimal(x) AND v IS NOT NULL THEN v WHEN db_is_decimal(x) THEN
		db_raise('NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION', '22003', 'The value ' || x || ' cannot be represented as "' || t || '".') ELSE CAST(db_bad(x, t) AS INTEGER) END`,
	`db_to_double(x, v, t) AS CASE WHEN x IS NULL OR db_is_double(x) AND v IS NOT NULL THEN v ELSE CAST(db_bad(x, t) AS DOUBLE) END`,
	`db_try_to_integer(x, v) AS CASE WHEN db_is_integer(x) THEN v END`,
	`db_try_to_decimal(x, v) AS CASE WHEN db_is_decimal(x) THEN v END`,
	`db_try_to_double(x, v) AS CASE WHEN db_is_double(x) THEN v END`,
	`db_try_to_boolean(x) AS CASE WHEN lower(db_trim(x)) IN ('true', 't', 'yes', 'y', '1') THEN TRUE WHEN lower(db_trim(x)) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END`,
	`db_to_boolean(x) AS CASE WHEN db_try_to_boolean(x) IS NULL AND x IS NOT NULL THEN CAST(db_bad(x, 'BOOLEAN') AS BOOLEAN) ELSE db_try_to_boolean(x) END`,

	// Dates and timestamps (sql-ref-datatype-rules, data-types/timestamp-type#literals): ISO forms alone.
	`db_day(x) AS regexp_extract(db_trim(x), '^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})([T ].*)?$', 1)`,
	`db_try_to_date(x) AS TRY_CAST(db_day(x) AS DATE)`,
	`db_to_date(x) AS CASE WHEN db_try_to_date(x) IS NULL AND x IS NOT NULL THEN CAST(db_bad(x, 'DATE') AS DATE) ELSE db_try_to_date(x) END`,
	`db_zoned(x) AS regexp_extract(db_trim(x), '^([0-9].*[0-9]) ?(Z|UTC|[+-][0-9]{2}:[0-9]{2})$', 2)`,
	`db_unzoned(x) AS CASE WHEN db_zoned(x) = '' THEN db_trim(x) ELSE regexp_extract(db_trim(x), '^([0-9].*[0-9]) ?(Z|UTC|[+-][0-9]{2}:[0-9]{2})$', 1) END`,
	`db_is_timestamp(x) AS regexp_full_match(x, '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?')`,
	`db_parse(x) AS CASE WHEN db_is_timestamp(x) THEN TRY_CAST(x AS TIMESTAMP) END`,
	`db_minutes(z) AS CASE WHEN z IN ('Z', 'UTC') THEN 0 ELSE (CAST(substr(z, 2, 2) AS INTEGER) * 60 + CAST(right(z, 2) AS INTEGER)) * CASE WHEN left(z, 1) = '-' THEN -1 ELSE 1 END END`,
	`db_try_to_timestamp_ntz(x) AS db_parse(db_unzoned(x))`,
	`db_to_timestamp_ntz(x) AS CASE WHEN db_try_to_timestamp_ntz(x) IS NULL AND x IS NOT NULL THEN CAST(db_bad(x, 'TIMESTAMP_NTZ') AS TIMESTAMP) ELSE db_try_to_timestamp_ntz(x) END`,
	`db_try_to_timestamp(x, z) AS CASE WHEN db_zoned(x) = '' THEN timezone(z, db_parse(db_trim(x))) ELSE timezone('UTC', db_parse(db_unzoned(x)) - to_minutes(db_minutes(db_zoned(x)))) END`,
	`db_to_timestamp(x, z) AS CASE WHEN db_try_to_timestamp(x, z) IS NULL AND x IS NOT NULL THEN timezone('UTC', CAST(db_bad(x, 'TIMESTAMP') AS TIMESTAMP)) ELSE db_try_to_timestamp(x, z) END`,
	`db_timestamp_text(t) AS regexp_replace(strftime(t, '%Y-%m-%d %H:%M:%S.%f'), '[.]?0*$', '')`,
	`db_no_date(y, m, d) AS CAST(db_raise_text('DATETIME_FIELD_OUT_OF_BOUNDS', '22023', 'Invalid date ' || y || '-' || m || '-' || d || '. If necessary set "ansi_mode" to "false" to bypass this error.') AS DATE)`,
	`db_make_date(y, m, d) AS CASE WHEN TRY(make_date(y, m, d)) IS NULL AND y IS NOT NULL AND m IS NOT NULL AND d IS NOT NULL THEN db_no_date(y, m, d) ELSE TRY(make_date(y, m, d)) END`,
	`db_since_month(t) AS (t - date_trunc('month', t))`,
	`db_month(t) AS (year(t) * 12 + month(t))`,
	`db_months(a, b) AS (db_month(b) - db_month(a) - CASE WHEN db_month(b) > db_month(a) AND db_since_month(b) < db_since_month(a) THEN 1
		WHEN db_month(b) < db_month(a) AND db_since_month(b) > db_since_month(a) THEN -1 ELSE 0 END)`,
	`db_last(t) AS (CAST(t AS DATE) = last_day(CAST(t AS DATE)))`,
	`db_of_day(t) AS (day(t) + epoch_us(t - date_trunc('day', t)) / 86400000000)`,
	`db_months_between(a, b) AS (CASE WHEN day(a) = day(b) OR db_last(a) AND db_last(b) THEN CAST((year(a) - year(b)) * 12 + month(a) - month(b) AS DOUBLE)
		ELSE round((year(a) - year(b)) * 12 + month(a) - month(b) + (db_of_day(a) - db_of_day(b)) / 31, 8) END)`,

	// Arrays.
	`db_array_contains(l, v) AS CASE WHEN l IS NULL OR v IS NULL THEN NULL WHEN list_contains(l, v) THEN TRUE WHEN list_contains(list_transform(l, lambda e: e IS NULL), TRUE) THEN NULL ELSE FALSE END`,
	`db_outside(i, n) AS CAST(db_raise_text('INVALID_ARRAY_INDEX', '22003', 'The index ' || i || ' is out of bounds. The array has ' || n || ' elements.') AS BIGINT)`,
	`db_at(l, i) AS l[i]`,
	`db_index(l, i, t) AS CASE WHEN l IS NULL OR i IS NULL THEN t ELSE db_at(l, CASE WHEN i < 0 OR i >= len(l) THEN db_outside(i, len(l)) ELSE i + 1 END) END`,
	`db_element(l, i, t) AS CASE WHEN l IS NULL OR i IS NULL THEN t ELSE db_at(l, CASE WHEN i = 0 OR abs(i) > len(l) THEN db_outside(i, len(l)) ELSE i END) END`,
}
