package dialect

import (
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// brickInt is an integer; the smallest one has no literal.
func brickInt(n int64, oid uint32) string {
	text := strconv.FormatInt(n, 10)
	switch {
	case n == math.MinInt64:
		return "CAST('" + text + "' AS BIGINT)"
	case n == math.MinInt32 && oid == pgcat.Int4:
		return "CAST('" + text + "' AS INT)"
	case oid == pgcat.Int8:
		text += "L"
	}
	return signed(text)
}

// brickText escapes quotes and backslashes, which are both special in Databricks's strings.
func brickText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func brickFloat(f float64) string { return "CAST('" + floatText(f, "Infinity") + "' AS DOUBLE)" }

func brickMoment(v datum.Value, oid uint32) string {
	text, ok := momentText(v, oid, firstBrickDay)
	switch {
	case !ok:
		return ""
	case oid == pgcat.TimestampTZ:
		text = strings.TrimSuffix(text, "+00") + "+00:00"
	}
	return brickTypes[oid] + text + "'"
}
