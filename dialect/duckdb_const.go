package dialect

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

const (
	numericOID      = pgcat.Numeric
	numericArrayOID = pgcat.NumericArray
	bpcharOID       = pgcat.Bpchar
)

// constant prints a literal with its type said.
func (p *duck) constant(c *plan.Const) sx {
	x := p.literal(c.Value, c.T.OID, c.At)
	x.oid = c.T.OID
	if c.T.OID == bpcharOID && c.T.Mod > 4 {
		x.pad = c.T.Mod - 4
	}
	return x
}

func (p *duck) literal(v datum.Value, oid uint32, at int) sx {
	t := WorkspaceType(oid)
	switch v := v.(type) {
	case nil:
		if oid == numericOID {
			return sx{text: "NULL::DECIMAL(1,0)", p: 1, null: true}
		}
		return sx{text: "NULL::" + t, null: true}
	case datum.Bool:
		return sx{text: strconv.FormatBool(bool(v))}
	case datum.Int:
		return sx{text: "(" + strconv.FormatInt(int64(v), 10) + ")::" + t}
	case datum.Float:
		return sx{text: floatLiteral(float64(v), oid)}
	case *datum.Numeric:
		return numericLiteral(v)
	case datum.Text:
		if strings.IndexByte(string(v), 0) >= 0 {
			return p.unsupported(at, "a zero character")
		}
		return sx{text: quote(string(v)) + "::" + t}
	case datum.Bytes:
		return sx{text: blobLiteral(v)}
	case *datum.Array:
		return p.arrayLiteral(v, oid, at)
	case datum.Record:
		return p.unsupported(at, "a row value here")
	}
	if ts, ok := v.(datum.Timestamp); ok {
		return sx{text: timestampLiteral(ts, oid)}
	}
	return momentLiteral(v)
}

func floatLiteral(f float64, oid uint32) string {
	t, bits := "DOUBLE", 64
	if oid == pgcat.Float4 {
		t, bits = "FLOAT", 32
	}
	text := strconv.FormatFloat(f, 'g', -1, bits)
	switch {
	case math.IsInf(f, 1):
		text = "Infinity"
	case math.IsInf(f, -1):
		text = "-Infinity"
	}
	return "'" + text + "'::" + t
}

// numericLiteral is a DECIMAL with the literal's own precision and scale, or text beyond 38 digits.
func numericLiteral(n *datum.Numeric) sx {
	text := string(datum.AppendNumeric(nil, n))
	digits := strings.TrimPrefix(text, "-")
	if digits[0] < '0' || digits[0] > '9' { // NaN and the infinities
		return sx{text: quote(text) + "::VARCHAR"}
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	scale := int32(len(fraction))
	q := max(int32(len(whole)), 1) + scale
	if q > 38 {
		return sx{text: quote(text) + "::VARCHAR"}
	}
	return sx{text: "'" + text + "'::DECIMAL(" + itoa(q) + "," + itoa(scale) + ")", p: q, s: scale}
}

func blobLiteral(b []byte) string {
	var s strings.Builder
	s.WriteString("'")
	for _, c := range b {
		s.WriteString(`\x` + strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	s.WriteString("'::BLOB")
	return s.String()
}

func (p *duck) arrayLiteral(a *datum.Array, oid uint32, at int) sx {
	if len(a.Dims) > 1 || len(a.Dims) == 1 && a.Dims[0].Lower != FirstIndex(oid) {
		return p.unsupported(at, "an array with several dimensions or another lower bound here")
	}
	items := make([]string, len(a.Items))
	for i, v := range a.Items {
		items[i] = p.asElement(p.literal(v, a.Elem, at), a.Elem)
	}
	return sx{text: "[" + strings.Join(items, ", ") + "]::" + WorkspaceType(oid)}
}

// asElement is an item of a list: numerics in lists are text.
func (p *duck) asElement(x sx, elem uint32) string {
	x.oid = elem
	if elem == numericOID {
		return p.asText(x).text
	}
	return x.text
}

// ElementOID is the element type of an array type, of int2vector and of oidvector.
func ElementOID(oid uint32) (uint32, bool) {
	switch oid {
	case pgcat.Int2Vector:
		return pgcat.Int2, true
	case pgcat.OIDVector:
		return pgcat.OID, true
	}
	t, ok := pgcat.TypeByOID(oid)
	if !ok || !t.IsArray() {
		return 0, false
	}
	return t.Elem, true
}

// FirstIndex is the lower bound of an array type's values: int2vector and oidvector count from 0.
func FirstIndex(oid uint32) int32 {
	if oid == pgcat.Int2Vector || oid == pgcat.OIDVector {
		return 0
	}
	return 1
}

func momentLiteral(v datum.Value) sx {
	switch v := v.(type) {
	case datum.Date:
		switch v {
		case datum.MaxDate:
			return sx{text: "'infinity'::DATE"}
		case datum.MinDate:
			return sx{text: "'-infinity'::DATE"}
		}
		return sx{text: "(DATE '1970-01-01' + (" + itoa(int32(v)) + ")::INTEGER)"}
	case datum.Time:
		return sx{text: timeLiteral(v)}
	case datum.TimeTZ:
		return sx{text: "{'time': " + timeLiteral(v.Time) + ", 'offset': (" + itoa(v.Offset) + ")::INTEGER}"}
	case datum.UUID:
		return sx{text: "'" + string(datum.AppendUUID(nil, v)) + "'::UUID"}
	case datum.Interval:
		return sx{text: intervalLiteral(v)}
	}
	return sx{text: "NULL"}
}

func timeLiteral(t datum.Time) string {
	s := int64(t) / 1e6
	two := func(n int64) string { return strconv.FormatInt(100+n, 10)[1:] }
	micros := strconv.FormatInt(1e6+int64(t)%1e6, 10)[1:]
	return "'" + two(s/3600) + ":" + two(s/60%60) + ":" + two(s%60) + "." + micros + "'::TIME"
}

func intervalLiteral(v datum.Interval) string {
	micros := v.Micros
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		micros /= 1000
	}
	return "(to_months((" + itoa(v.Months) + ")::INTEGER) + to_days((" + itoa(v.Days) + ")::INTEGER) + to_microseconds((" +
		strconv.FormatInt(micros, 10) + ")::BIGINT))"
}

// timestampLiteral needs the type: the value is the same for both kinds.
func timestampLiteral(v datum.Timestamp, oid uint32) string {
	t, f := "TIMESTAMP", "make_timestamp"
	if oid == pgcat.TimestampTZ {
		t, f = "TIMESTAMPTZ", "make_timestamptz"
	}
	switch v {
	case datum.MaxTimestamp:
		return "'infinity'::" + t
	case datum.MinTimestamp:
		return "'-infinity'::" + t
	}
	return f + "((" + strconv.FormatInt(int64(v), 10) + ")::BIGINT)"
}

// markedError is an error as it travels inside DuckDB's texts.
func markedError(e *pgerr.Error) string {
	b, err := json.Marshal(struct {
		C string `json:"c"`
		M string `json:"m"`
		D string `json:"d,omitempty"`
		H string `json:"h,omitempty"`
		P int    `json:"p,omitempty"`
	}{e.Code, e.Message, e.Detail, e.Hint, e.Position})
	if err != nil {
		return "internal error"
	}
	return ErrorMark + string(b)
}
