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

// null is a NULL of a type. That of a number has no scale, which would become the scale of the values beside it.
func (p *warehouse) null(t plan.Type, at int) sx {
	text, ok := p.lang.types[t.OID]
	if !ok {
		return p.unsupported(at, "a value of this type")
	}
	x := p.stand(p.lang.convert("NULL", text), t)
	x.null = true
	return x
}

// constant prints a literal whose type is read off it, so that a list of them stays one of constants.
func (p *warehouse) constant(e *plan.Const) sx {
	if e.Value == nil {
		return p.null(e.T, e.At)
	}
	if t, ok := e.Value.(datum.Text); ok && e.T.OID == pgcat.Bpchar { // blanks at its end do not count
		e = &plan.Const{Base: e.Base, Value: datum.Text(strings.TrimRight(string(t), " "))}
	}
	x := p.lang.literalOf(e.Value, e.T.OID)
	if x.text == "" {
		return p.unsupported(e.At, "this value")
	}
	x.oid = e.T.OID
	if p.mask {
		x.text = "$"
	}
	return x
}

// literalOf is a constant; no text for what cannot be said.
func (d *idiom) literalOf(v datum.Value, oid uint32) sx {
	switch v := v.(type) {
	case datum.Bool:
		return sx{text: strings.ToUpper(strconv.FormatBool(bool(v)))}
	case datum.Int:
		if widest[oid] > 0 {
			return sx{text: d.int(int64(v), oid), p: 38, mag: max(math.Abs(float64(v)), 1)}
		}
	case datum.Float:
		if oid == pgcat.Float8 {
			return sx{text: d.float(float64(v))}
		}
	case *datum.Numeric:
		if text, q, s, ok := fixedPoint(v); ok {
			return d.fixed(text, q, s)
		}
	case datum.Text:
		if d.comparable[oid] && strings.IndexByte(string(v), 0) < 0 {
			return sx{text: d.quote(string(v))}
		}
	case datum.Bytes:
		return sx{text: strings.ReplaceAll(d.bytes, "$1", strings.ToUpper(hex.EncodeToString(v)))}
	default:
		if d.types[oid] != "" {
			return sx{text: d.moment(v, oid)}
		}
	}
	return sx{}
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return paren(text)
	}
	return text
}

// floatText is a double's shortest text.
func floatText(f float64, infinity string) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return infinity
	case math.IsInf(f, -1):
		return "-" + infinity
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// fixedPoint is a numeric as digits with a point, its scale the display scale; false for what 38 digits do not hold.
func fixedPoint(v *datum.Numeric) (text string, digits, scale int32, ok bool) {
	text = string(datum.AppendNumeric(nil, v))
	whole, frac, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	ok = strings.Trim(whole, "0123456789") == "" && len(whole)+len(frac) <= 38 && len(frac) <= 37
	return text, int32(len(whole) + len(frac)), int32(len(frac)), ok
}

const (
	lastDay   = datum.Date(2932896) // 9999-12-31
	dayMicros = int64(86_400_000_000)
)

// momentText begins a literal of a date or a time: a quote and PostgreSQL's text; false for what is outside of the calendar.
func momentText(v datum.Value, oid uint32, first datum.Date) (string, bool) {
	ok := false
	switch v := v.(type) {
	case datum.Date:
		ok = v >= first && v <= lastDay
	case datum.Time:
		ok = int64(v) < dayMicros
	case datum.Timestamp:
		ok = int64(v) >= int64(first)*dayMicros && int64(v) < int64(lastDay+1)*dayMicros && (oid == pgcat.Timestamp || oid == pgcat.TimestampTZ)
	}
	if !ok {
		return "", false
	}
	return "'" + string(datum.AppendText(nil, oid, v, &datum.Env{})), true
}
