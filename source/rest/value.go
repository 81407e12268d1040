package rest

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// errKind says that a JSON value is none of the type that its column declares.
var errKind = errors.New("another type")

// value reads a decoded JSON value as a PostgreSQL type. A value of another kind is errKind: nothing is converted that the
// definition does not declare, and no number goes through a float64 but a float8.
func value(t plan.Type, v any) (datum.Value, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case misfit:
		return nil, errKind
	case bool:
		if t.OID == pgcat.Bool {
			return datum.Bool(v), nil
		}
	case json.Number:
		if out, ok, err := numberValue(t, string(v)); ok || err != nil {
			return out, err
		}
	case string:
		if out, ok, err := textValue(t, v); ok || err != nil {
			return out, err
		}
	}
	if t.OID == pgcat.JSONB {
		return documentValue(v)
	}
	return nil, errKind
}

var intBits = map[uint32]int{pgcat.Int2: 16, pgcat.Int4: 32, pgcat.Int8: 64}

func numberValue(t plan.Type, text string) (datum.Value, bool, error) {
	if bits := intBits[t.OID]; bits > 0 {
		whole, fraction, _ := strings.Cut(text, ".")
		if strings.Trim(fraction, "0") != "" {
			return nil, false, nil
		}
		n, err := strconv.ParseInt(whole, 10, bits)
		if err != nil {
			return nil, false, nil
		}
		return datum.Int(n), true, nil
	}
	switch t.OID {
	case pgcat.Float8:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, false, pgerr.New(pgerr.NumericOutOfRange, "a number is out of range for type double precision")
		}
		return datum.Float(f), true, nil
	case pgcat.Numeric:
		v, err := datum.In(t.OID, t.Mod, text, nil)
		if err != nil || t.Mod < 0 {
			return v, err == nil, err
		}
		whole, err := datum.In(t.OID, -1, text, nil) // digits beyond the declared scale are no rounding's business
		return v, err == nil && datum.Compare(t.OID, v, whole) == 0, err
	}
	return nil, false, nil
}

func textValue(t plan.Type, text string) (datum.Value, bool, error) {
	switch t.OID {
	case pgcat.Text:
		if strings.IndexByte(text, 0) >= 0 {
			return nil, false, pgerr.New(pgerr.UntranslatableCharacter, "a text holds the character U+0000, which PostgreSQL's text cannot")
		}
		return datum.Text(text), true, nil
	case pgcat.TimestampTZ:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, false, nil
		}
		// A year of four digits is within int64 microseconds.
		return datum.Timestamp(at.Round(time.Microsecond).UnixMicro()), true, nil
	case pgcat.Date:
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, false, nil
		}
		return datum.Date(at.Unix() / 86400), true, nil
	}
	return nil, false, nil
}

func documentValue(v any) (datum.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, errKind
	}
	return datum.In(pgcat.JSONB, -1, string(text), nil)
}

// scope is what a row's columns are read from.
type scope struct {
	row, record any
	bound       map[string]string
}

// read returns the column's value in a row.
func (c *column) read(s scope) (datum.Value, error) { return value(c.typ, c.raw(s)) }

func (c *column) raw(s scope) any {
	if c.bind != "" {
		return s.bound[c.bind]
	}
	p, root := c.path, s.row
	if c.record != nil {
		p, root = c.record, s.record
	}
	switch c.fold {
	case "exists":
		v := p.first(root)
		if v == (misfit{}) {
			return v
		}
		return v != nil
	case "sum":
		return sum(p, root)
	}
	if v := p.first(root); v != nil {
		return v
	}
	return c.standing
}

// sum adds whole numbers: null where the array itself is missing, and what is no sum for errKind to be found.
func sum(p path, root any) any {
	var total int64
	var odd any
	p.each(root, func(v any) bool {
		if v == nil {
			return true
		}
		n, ok := v.(json.Number)
		i, err := strconv.ParseInt(string(n), 10, 64)
		if !ok || err != nil || i > 0 && total > math.MaxInt64-i || i < 0 && total < math.MinInt64-i {
			odd = v
			if ok {
				odd = string(n)
			}
			return false
		}
		total += i
		return true
	})
	switch {
	case odd != nil:
		return odd
	case !present(p, root):
		return nil
	}
	return json.Number(strconv.FormatInt(total, 10))
}

// present reports whether the array that a path's first [*] enters is there.
func present(p path, root any) bool {
	for i, s := range p {
		if s.name == "" {
			return p[:i].first(root) != nil
		}
	}
	return p.first(root) != nil
}
