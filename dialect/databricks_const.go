package dialect

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// brickLiteral is a literal whose type Databricks reads off it.
func brickLiteral(v datum.Value, oid uint32) sx {
	switch v := v.(type) {
	case datum.Bool:
		return sx{text: strings.ToUpper(strconv.FormatBool(bool(v)))}
	case datum.Int:
		return sx{text: brickInt(int64(v), oid)}
	case datum.Float:
		if oid == pgcat.Float8 {
			return sx{text: brickFloat(float64(v))}
		}
	case *datum.Numeric:
		if text, q, s, ok := fixedPoint(v); ok {
			return sx{text: signed(text + "BD"), p: q, s: s}
		}
	case datum.Text:
		if brickComparable[oid] && strings.IndexByte(string(v), 0) < 0 {
			return sx{text: brickText(string(v))}
		}
	case datum.Bytes:
		return sx{text: "X'" + strings.ToUpper(hex.EncodeToString(v)) + "'"}
	default:
		return sx{text: brickMoment(v, oid)}
	}
	return sx{}
}

// brickInt is an integer; the smallest one has no literal.
func brickInt(n int64, oid uint32) string {
	text := strconv.FormatInt(n, 10)
	switch {
	case widest[oid] == 0:
		return ""
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
	case !ok || brickTypes[oid] == "":
		return ""
	case oid == pgcat.TimestampTZ:
		text = strings.TrimSuffix(text, "+00") + "+00:00"
	}
	return brickTypes[oid] + text + "'"
}
