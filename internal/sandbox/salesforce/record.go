package salesforce

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// recordWriter writes one row as the JSON of a record.
type recordWriter struct {
	out   *bytes.Buffer
	in    *input
	query *soql.Query
	row   []string
	nulls []bool
	wrong []bool // columns that are sent with a wrong type; nil for none
}

// record writes a record with its parents' records in it; a parent that is not there is null.
func (w *recordWriter) record(r *soql.Record) {
	if r.ID >= 0 && w.nulls[r.ID] {
		w.out.WriteString("null")
		return
	}
	if w.query.Aggregate {
		w.out.WriteString(`{"attributes":{"type":"AggregateResult"}`)
	} else {
		w.out.WriteString(`{"attributes":{"type":"` + r.Object + `","url":"` + w.in.url("/sobjects/"+r.Object+"/"+w.row[r.ID]) + `"}`)
	}
	for _, m := range r.Members {
		w.out.WriteString(`,"` + m.Name + `":`)
		switch {
		case m.Parent != nil:
			w.record(m.Parent)
		case m.Children != nil:
			w.children(m)
		default:
			w.value(m.Column)
		}
	}
	w.out.WriteByte('}')
}

// children writes the records of a subquery as a result of their own; null when there is none.
func (w *recordWriter) children(m soql.Member) {
	var rows [][]*string
	if w.nulls[m.Column] || json.Unmarshal([]byte(w.row[m.Column]), &rows) != nil {
		w.out.WriteString("null")
		return
	}
	w.out.WriteString(`{"totalSize":` + itoa(len(rows)) + `,"done":true,"records":[`)
	for i, row := range rows {
		if i > 0 {
			w.out.WriteByte(',')
		}
		child := recordWriter{out: w.out, in: w.in, query: m.Children, row: make([]string, len(row)), nulls: make([]bool, len(row))}
		for k, v := range row {
			if child.nulls[k] = v == nil; v != nil {
				child.row[k] = *v
			}
		}
		child.record(m.Children.Record)
	}
	w.out.WriteString("]}")
}

func (w *recordWriter) value(i int) {
	if w.nulls[i] {
		w.out.WriteString("null")
		return
	}
	switch t := w.query.Columns[i].Type; {
	case w.wrong != nil && w.wrong[i]:
		w.out.WriteString(`{"unexpected":true}`)
	case t == sobject.Boolean || t == sobject.Int:
		w.out.WriteString(w.row[i])
	case t.Decimal():
		w.out.WriteString(double(w.row[i]))
	default:
		enc := json.NewEncoder(w.out)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(w.row[i]) // of a text, into memory
		w.out.Truncate(w.out.Len() - 1)
	}
}

// double writes a decimal number as Java writes a double, with all its digits: 15000.0, 1.234E7
// (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html).
func double(text string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	digits, point := significand(text)
	switch {
	case digits == "":
		return "0.0"
	case point > 7 || point < -2:
		fraction := digits[1:]
		if fraction == "" {
			fraction = "0"
		}
		return sign + digits[:1] + "." + fraction + "E" + itoa(point-1)
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case len(digits) <= point:
		return sign + digits + strings.Repeat("0", point-len(digits)) + ".0"
	}
	return sign + digits[:point] + "." + digits[point:]
}

// significand takes a number apart: 0.digits times ten to the power of point.
func significand(text string) (digits string, point int) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	point = len(whole) + atoi(exponent)
	digits = whole + fraction
	trimmed := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	return strings.TrimRight(trimmed, "0"), point
}
