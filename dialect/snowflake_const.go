package dialect

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// snowTypes are the types by which values of PostgreSQL's types are computed in Snowflake; a number has a scale of its own.
var snowTypes = map[uint32]string{
	pgcat.Bool: "BOOLEAN", pgcat.Int2: "NUMBER(38, 0)", pgcat.Int4: "NUMBER(38, 0)", pgcat.Int8: "NUMBER(38, 0)",
	pgcat.Numeric: "NUMBER(38, 0)", pgcat.Float8: "FLOAT", pgcat.Float4: "FLOAT", pgcat.Text: "VARCHAR", pgcat.Varchar: "VARCHAR",
	pgcat.Bpchar: "VARCHAR", pgcat.Bytea: "BINARY", pgcat.Date: "DATE", pgcat.Time: "TIME",
	pgcat.Timestamp: "TIMESTAMP_NTZ", pgcat.TimestampTZ: "TIMESTAMP_LTZ",
}

// snowLiteral is a literal whose type Snowflake reads off it.
func snowLiteral(v datum.Value, oid uint32) sx {
	switch v := v.(type) {
	case datum.Bool:
		return sx{text: strings.ToUpper(strconv.FormatBool(bool(v)))}
	case datum.Int:
		if widest[oid] > 0 {
			return sx{text: signed(strconv.FormatInt(int64(v), 10)), p: 38, mag: max(math.Abs(float64(v)), 1)}
		}
	case datum.Float:
		if oid == pgcat.Float8 {
			return sx{text: snowFloat(float64(v))}
		}
	case *datum.Numeric:
		if text, _, s, ok := fixedPoint(v); ok {
			return sx{text: signed(text), p: 38, s: s}
		}
	case datum.Text:
		if snowComparable[oid] && strings.IndexByte(string(v), 0) < 0 {
			return sx{text: snowText(string(v))}
		}
	case datum.Bytes:
		return sx{text: "TO_BINARY('" + strings.ToUpper(hex.EncodeToString(v)) + "', 'HEX')"}
	default:
		return sx{text: snowMoment(v, oid)}
	}
	return sx{}
}

func snowFloat(f float64) string { return "'" + floatText(f, "inf") + "'::FLOAT" }
