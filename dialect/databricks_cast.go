package dialect

import "github.com/waggle-sql/waggle/internal/pgcat"

// brickCasts are the conversions without arguments. A double rounds half to even; one that no integer holds fails.
var brickCasts = map[[2]uint32]string{
	{pgcat.Date, pgcat.Timestamp}: "CAST($1 AS TIMESTAMP_NTZ)",
	{pgcat.Timestamp, pgcat.Date}: "CAST($1 AS DATE)",
	{pgcat.Bool, pgcat.Int4}:      "CAST($1 AS INT)",
	{pgcat.Int4, pgcat.Bool}:      "$1 <> 0",
	{pgcat.Int2, pgcat.Text}:      "CAST($1 AS STRING)",
	{pgcat.Int4, pgcat.Text}:      "CAST($1 AS STRING)",
	{pgcat.Int8, pgcat.Text}:      "CAST($1 AS STRING)",
	{pgcat.Bool, pgcat.Text}:      "CAST($1 AS STRING)",
	{pgcat.Date, pgcat.Text}:      "CAST($1 AS STRING)",
	{pgcat.Timestamp, pgcat.Text}: "CAST($1 AS STRING)",
	{pgcat.Float8, pgcat.Int2}:    "CAST(BROUND($1) AS SMALLINT)",
	{pgcat.Float8, pgcat.Int4}:    "CAST(BROUND($1) AS INT)",
	{pgcat.Float8, pgcat.Int8}:    "CAST(IF($1 < CAST('9223372036854775807' AS DOUBLE), BROUND($1), CAST('Infinity' AS DOUBLE)) AS BIGINT)",
}

// brickZoned are those that go through the session's zone, which is ours when the asking session is in UTC.
var brickZoned = map[[2]uint32]string{
	{pgcat.Date, pgcat.TimestampTZ}:      "CAST($1 AS TIMESTAMP)",
	{pgcat.Timestamp, pgcat.TimestampTZ}: "CAST($1 AS TIMESTAMP)",
	{pgcat.TimestampTZ, pgcat.Date}:      "CAST($1 AS DATE)",
	{pgcat.TimestampTZ, pgcat.Timestamp}: "CAST($1 AS TIMESTAMP_NTZ)",
}
