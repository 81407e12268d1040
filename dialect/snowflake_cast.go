package dialect

import "github.com/waggle-sql/waggle/internal/pgcat"

// snowCasts are the conversions without arguments.
var snowCasts = map[[2]uint32]string{
	{pgcat.Date, pgcat.Timestamp}: "$1::TIMESTAMP_NTZ",
	{pgcat.Timestamp, pgcat.Date}: "$1::DATE",
	{pgcat.Timestamp, pgcat.Time}: "$1::TIME",
	{pgcat.Bool, pgcat.Int4}:      "IFF($1, 1, IFF($1 IS NULL, NULL, 0))",
	{pgcat.Int2, pgcat.Text}:      "TO_VARCHAR($1)",
	{pgcat.Int4, pgcat.Text}:      "TO_VARCHAR($1)",
	{pgcat.Int8, pgcat.Text}:      "TO_VARCHAR($1)",
	{pgcat.Bool, pgcat.Text}:      "IFF($1, 'true', IFF($1 IS NULL, NULL, 'false'))",
	{pgcat.Date, pgcat.Text}:      "TO_VARCHAR($1, 'YYYY-MM-DD')",
}

// snowZoned are those that go through the session's zone, which is ours when the asking session is in UTC.
var snowZoned = map[[2]uint32]string{
	{pgcat.Date, pgcat.TimestampTZ}:      "$1::TIMESTAMP_LTZ",
	{pgcat.Timestamp, pgcat.TimestampTZ}: "$1::TIMESTAMP_LTZ",
	{pgcat.TimestampTZ, pgcat.Date}:      "$1::DATE",
	{pgcat.TimestampTZ, pgcat.Timestamp}: "$1::TIMESTAMP_NTZ",
	{pgcat.TimestampTZ, pgcat.Time}:      "$1::TIME",
}
