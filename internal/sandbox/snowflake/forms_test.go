package snowflake

import (
	"fmt"
	"testing"
)

func TestFormsOfExpressions(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	for text, want := range map[string]string{
		"1::TINYINT":                    "FIXED int8 1",
		"-40000":                        "FIXED int32 -40000",
		"12345678901.5":                 "FIXED int64 123456789015",
		"'x' || 'y'":                    "TEXT utf8 xy",
		"PARSE_JSON('{\"a\": [1, 2]}')": "VARIANT utf8 {\n  \"a\": [\n    1,\n    2\n  ]\n}",
		"ARRAY_CONSTRUCT(1, 'x')":       "ARRAY utf8 [\n  1,\n  \"x\"\n]",
		"OBJECT_CONSTRUCT('k', 1)":      "OBJECT utf8 {\n  \"k\": 1\n}",
		"'2026-01-02 03:04:05.678 +0130'::TIMESTAMP_TZ": `TIMESTAMP_TZ struct<epoch: int64, fraction: int32, timezone: int32> {"epoch":1767317645,"fraction":678000000,"timezone":1530}`,
		"'2026-01-02 03:04:05'::TIMESTAMP_NTZ(0)":       "TIMESTAMP_NTZ int64 1767323045",
		"'2026-01-02 03:04:05'::TIMESTAMP_LTZ(3)":       "TIMESTAMP_LTZ int64 1767351845000",
		"'03:04:05'::TIME(0)":                           "TIME int32 11045",
		"TO_BINARY('AB', 'HEX')":                        "BINARY binary qw==",
		"1::FLOAT / 3":                                  "REAL float64 0.3333333333333333",
	} {
		b := stream(t, db, "SELECT "+text+" AS V")[0]
		f := b.Schema().Field(0)
		logical, _ := f.Metadata.GetValue("logicalType")
		if got := fmt.Sprintf("%s %s %s", logical, f.Type, b.Column(0).ValueStr(0)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
