package main

import "github.com/waggle-sql/waggle/internal/pgcat"

// kinds are the types of generated expressions, each with values that lie at its edges.
var kinds = []struct {
	oid    uint32
	name   string
	values []string
}{
	{pgcat.Bool, "boolean", []string{"t", "f"}},
	{pgcat.Int2, "smallint", []string{"0", "1", "-1", "7", "32767", "-32768"}},
	{pgcat.Int4, "integer", []string{"0", "1", "-1", "2", "3", "10", "100", "-7", "2147483647", "-2147483648"}},
	{pgcat.Int8, "bigint", []string{"0", "1", "-1", "5", "1000", "9223372036854775807", "-9223372036854775808", "4294967296"}},
	{pgcat.Float4, "real", []string{"0", "1.5", "-2.25", "0.1", "3.4e38", "1e-40", "NaN", "Infinity", "-Infinity", "-0"}},
	{pgcat.Float8, "double precision", []string{"0", "1.5", "-2.5", "0.1", "1e300", "5e-324", "NaN", "Infinity", "-Infinity", "-0", "100", "3"}},
	{pgcat.Numeric, "numeric", []string{"0", "1", "-1.50", "2.50", "0.001", "12345678901234567890.123", "1e-20", "NaN", "Infinity", "-Infinity", "99.995", "10", "3"}},
	{pgcat.Text, "text", []string{"", "a", "abc", "ABC", "héllo", "  pad ", "a%b_c", "12", "-3.5", "x,y,z", "2024-01-15", "日本語"}},
	{pgcat.Varchar, "varchar", []string{"", "v", "abc", "Änd"}},
	{pgcat.Bytea, "bytea", []string{`\x`, `\x00`, `\x6162`, `\xff01fe`}},
	{pgcat.Date, "date", []string{"2024-02-29", "1999-12-31", "2000-01-01", "1970-01-01", "2024-12-30", "infinity", "-infinity", "0044-03-15 BC", "9999-12-31"}},
	{pgcat.Time, "time", []string{"00:00", "12:34:56.789", "23:59:59.999999", "24:00"}},
	{pgcat.Timestamp, "timestamp", []string{"2024-02-29 13:14:15.123456", "1999-12-31 23:59:59.999999", "2000-01-01", "1970-01-01", "infinity", "-infinity", "0001-01-01", "2024-03-31 02:30"}},
	{pgcat.TimestampTZ, "timestamptz", []string{"2024-02-29 13:14:15.123456+00", "2024-03-10 09:59:59+02", "2000-01-01", "infinity", "1883-11-18 12:00+00", "2024-11-03 05:30+00"}},
	{pgcat.Interval, "interval", []string{"0", "1 day", "-1 day", "1 month", "1 year 2 mons 3 days 04:05:06.789", "24 hours", "30 days", "-5 hours", "100 years"}},
	{pgcat.UUID, "uuid", []string{"a1b2c3d4-e5f6-7890-abcd-ef0123456789", "00000000-0000-0000-0000-000000000000"}},
	{pgcat.JSONB, "jsonb", []string{`{"a": 1, "b": [1, 2, {"c": null}]}`, `[]`, `null`, `"x"`, `1.50`, `{}`, `[1, "a", true]`}},
	{pgcat.Int4Array, "integer[]", []string{"{}", "{1,2,3}", "{NULL,5}", "{7}", "{1,2,3,4}"}},
	{pgcat.TextArray, "text[]", []string{"{}", "{a,b}", "{NULL,x}", `{"a b",""}`}},
}

func typeName(oid uint32) string {
	for _, k := range kinds {
		if k.oid == oid {
			return k.name
		}
	}
	return ""
}
