package dialect

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// widest is how far an integer may be from zero.
var widest = map[uint32]float64{pgcat.Int2: 1 << 15, pgcat.Int4: 1 << 31, pgcat.Int8: 1 << 63}

// snowTypes are the types by which values of PostgreSQL's types are computed in Snowflake; a number has a scale of its own.
var snowTypes = map[uint32]string{
	pgcat.Bool: "BOOLEAN", pgcat.Int2: "NUMBER(38, 0)", pgcat.Int4: "NUMBER(38, 0)", pgcat.Int8: "NUMBER(38, 0)",
	pgcat.Numeric: "NUMBER(38, 0)", pgcat.Float8: "FLOAT", pgcat.Float4: "FLOAT", pgcat.Text: "VARCHAR", pgcat.Varchar: "VARCHAR",
	pgcat.Bpchar: "VARCHAR", pgcat.Bytea: "BINARY", pgcat.Date: "DATE", pgcat.Time: "TIME",
	pgcat.Timestamp: "TIMESTAMP_NTZ", pgcat.TimestampTZ: "TIMESTAMP_LTZ",
}

// null is a NULL of a type. That of a number has no scale, which would become the scale of the values beside it.
func (p *snow) null(t plan.Type, at int) sx {
	text, ok := snowTypes[t.OID]
	if !ok {
		return p.unsupported(at, "a value of this type")
	}
	x := p.stand("NULL::"+text, t)
	x.null = true
	return x
}

// constant prints a literal whose type Snowflake reads off it, so that a list of them stays one of constants.
func (p *snow) constant(e *plan.Const) sx {
	if e.Value == nil {
		return p.null(e.T, e.At)
	}
	x := p.literal(e.Value, e.T.OID, e.At)
	x.oid = e.T.OID
	if p.mask {
		x.text = "$"
	}
	return x
}

func (p *snow) literal(v datum.Value, oid uint32, at int) sx {
	switch v := v.(type) {
	case datum.Bool:
		return sx{text: strings.ToUpper(strconv.FormatBool(bool(v)))}
	case datum.Int:
		if widest[oid] == 0 {
			break
		}
		return sx{text: signed(strconv.FormatInt(int64(v), 10)), p: 38, mag: max(math.Abs(float64(v)), 1)}
	case datum.Float:
		if oid == pgcat.Float8 {
			return sx{text: snowFloat(float64(v))}
		}
	case *datum.Numeric:
		if x, ok := snowNumber(v); ok {
			return x
		}
	case datum.Text:
		if oid == pgcat.Bpchar { // blanks at its end do not count
			v = datum.Text(strings.TrimRight(string(v), " "))
		}
		if snowComparable[oid] && strings.IndexByte(string(v), 0) < 0 {
			return sx{text: snowText(string(v))}
		}
	case datum.Bytes:
		return sx{text: "TO_BINARY('" + strings.ToUpper(hex.EncodeToString(v)) + "', 'HEX')"}
	default:
		if text, ok := snowMoment(v, oid); ok {
			return sx{text: text}
		}
	}
	return p.unsupported(at, "this value")
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return paren(text)
	}
	return text
}

// snowText doubles quotes and backslashes, which are both special in Snowflake's strings.
func snowText(s string) string { return quote(strings.ReplaceAll(s, `\`, `\\`)) }

func snowFloat(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	switch {
	case math.IsNaN(f):
		text = "NaN"
	case math.IsInf(f, 1):
		text = "inf"
	case math.IsInf(f, -1):
		text = "-inf"
	}
	return "'" + text + "'::FLOAT"
}

// snowNumber is a fixed-point literal; its scale is the display scale.
func snowNumber(v *datum.Numeric) (sx, bool) {
	text := string(datum.AppendNumeric(nil, v))
	whole, frac, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if strings.Trim(whole, "0123456789") != "" || len(whole)+len(frac) > 38 || len(frac) > 37 {
		return sx{}, false
	}
	return sx{text: signed(text), p: 38, s: int32(len(frac))}, true
}

// Snowflake's calendar as far as it is documented to be exact.
const (
	firstSnowDay = datum.Date(-141427) // 1582-10-15
	lastSnowDay  = datum.Date(2932896) // 9999-12-31
	dayMicros    = int64(86_400_000_000)
)

func snowMoment(v datum.Value, oid uint32) (string, bool) {
	text := "'" + string(datum.AppendText(nil, oid, v, &datum.Env{})) + "'"
	switch v := v.(type) {
	case datum.Date:
		return text + "::DATE", v >= firstSnowDay && v <= lastSnowDay
	case datum.Time:
		return text + "::TIME", int64(v) < dayMicros
	case datum.Timestamp:
		if int64(v) < int64(firstSnowDay)*dayMicros || int64(v) >= int64(lastSnowDay+1)*dayMicros {
			return "", false
		}
		if oid == pgcat.TimestampTZ {
			return snowInstant(text), true
		}
		return text + "::TIMESTAMP_NTZ", oid == pgcat.Timestamp
	}
	return "", false
}

// snowInstant turns PostgreSQL's +00 into an offset that Snowflake reads.
func snowInstant(quoted string) string {
	return strings.TrimSuffix(quoted, "+00'") + " +00:00'::TIMESTAMP_LTZ"
}
