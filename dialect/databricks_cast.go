package dialect

import "github.com/waggle-sql/waggle/internal/pgcat"

// brickCasts are the conversions without arguments that Databricks says in its own way. A double rounds half to even; one that no
// integer holds fails.
var brickCasts = map[[2]uint32]string{
	{pgcat.Bool, pgcat.Int4}:   "CAST($1 AS INT)",
	{pgcat.Int4, pgcat.Bool}:   "$1 <> 0",
	{pgcat.Bool, pgcat.Text}:   "CAST($1 AS STRING)",
	{pgcat.Float8, pgcat.Int2}: "CAST(BROUND($1) AS SMALLINT)",
	{pgcat.Float8, pgcat.Int4}: "CAST(BROUND($1) AS INT)",
	{pgcat.Float8, pgcat.Int8}: "CAST(IF($1 < CAST('9223372036854775807' AS DOUBLE), BROUND($1), CAST('Infinity' AS DOUBLE)) AS BIGINT)",
}

// brickDated: years of more digits begin with a plus there, and years are counted on below 1.
var brickDated = map[uint32]dated{
	pgcat.Date:      {"CAST($1 AS STRING)", "DATE'0001-01-01'", "DATE'9999-12-31'"},
	pgcat.Timestamp: {"CAST($1 AS STRING)", "TIMESTAMP_NTZ'0001-01-01 00:00:00'", "TIMESTAMP_NTZ'9999-12-31 23:59:59.999999'"},
}
