package sourcetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// data is rows of datums, nil for NULL.
type data struct {
	rows   [][]datum.Value
	report source.Report
}

// bag counts equal rows.
type bag map[string]int

// add appends a batch, whose columns must have the types that the one table gives them.
func (d *data) add(batch arrow.RecordBatch, names []string, types map[string]plan.Type) error {
	if int(batch.NumCols()) != len(names) {
		return fmt.Errorf("a batch has %d columns, not %d", batch.NumCols(), len(names))
	}
	for j, name := range names {
		if have, want := batch.Column(j).DataType(), plan.ArrowType(types[name]); !arrow.TypeEqual(have, want) {
			return fmt.Errorf("column %s comes as %s, not %s", name, have, want)
		}
	}
	for i := range int(batch.NumRows()) {
		row := make([]datum.Value, len(names))
		for j, name := range names {
			row[j] = plan.ArrowValue(batch.Column(j), i, types[name])
		}
		d.rows = append(d.rows, row)
	}
	return nil
}

func (d *data) pick(order []int) *data {
	out := &data{}
	for _, row := range d.rows {
		picked := make([]datum.Value, len(order))
		for i, c := range order {
			picked[i] = row[c]
		}
		out.rows = append(out.rows, picked)
	}
	return out
}

func (d *data) bag(columns []source.Column) bag {
	b := bag{}
	for _, row := range d.rows {
		b[line(row, columns)]++
	}
	return b
}

// line prints a row so that different rows differ.
func line(row []datum.Value, columns []source.Column) string {
	var out strings.Builder
	for i, v := range row {
		if v == nil {
			out.WriteString("NULL|")
			continue
		}
		fmt.Fprintf(&out, "%q|", datum.AppendText(nil, columns[i].Type.OID, v, nil))
	}
	return out.String()
}

// term is a filter with the values that it was given.
type term struct {
	sink   *dialect.Sink
	column int
	oid    uint32
	values []datum.Value
	texts  []string
}

// term makes a filter of values that the column has, of neighbours of these, and of values that it has nowhere.
func (p *proof) term(s *dialect.Sink) term {
	t := term{sink: s, column: -1}
	for i, c := range p.schema.Columns {
		if c.Name == s.Column {
			t.column, t.oid = i, c.Type.OID
		}
	}
	if t.column < 0 {
		p.fail("the sink %s is of %s, which is no column", s.Name, s.Column)
		return t
	}
	n := 1
	if s.Op == "in" {
		n = 1 + p.rand.IntN(max(2*s.MaxValues, 4))
	}
	seen := map[string]bool{}
	for range n {
		v := p.sample(t.column)
		text := string(datum.AppendText(nil, p.schema.Columns[t.column].Type.OID, v, nil))
		if !seen[text] {
			seen[text] = true
			t.values, t.texts = append(t.values, v), append(t.texts, text)
		}
	}
	return t
}

// strange are texts that meet what a request is made of.
var strange = []datum.Text{"", " ", "0", "'", `"`, `\`, "../x", "a/b?c=d&e#f", "%2F", "{id}", "ä\n☃", "9999999999999999999999"}

// sample returns a value of the column, one near it, or a strange one.
func (p *proof) sample(column int) datum.Value {
	values := p.values(column)
	if len(values) == 0 {
		return p.standIn(column)
	}
	v := values[p.rand.IntN(len(values))]
	near := [...]time.Duration{0, 0, time.Microsecond, -time.Microsecond, time.Second, -time.Second, 500 * time.Millisecond, 36 * time.Hour, -36 * time.Hour}
	step := near[p.rand.IntN(len(near))]
	switch v := v.(type) {
	case datum.Timestamp:
		return v + datum.Timestamp(step.Microseconds())
	case datum.Date:
		return v + datum.Date(p.rand.IntN(5)-2)
	case datum.Text:
		if p.rand.IntN(5) == 0 {
			return strange[p.rand.IntN(len(strange))]
		}
		return v
	case datum.Int:
		return v + datum.Int(p.rand.IntN(3)-1)
	}
	return v
}

// values are the column's values that are not NULL.
func (p *proof) values(column int) []datum.Value {
	var out []datum.Value
	for _, row := range p.whole.rows {
		if row[column] != nil {
			out = append(out, row[column])
		}
	}
	return out
}

// standIn is a value for a column that has none.
func (p *proof) standIn(column int) datum.Value {
	v, err := datum.In(p.schema.Columns[column].Type.OID, -1, "2026-01-01", nil)
	if err != nil {
		return datum.Text("x")
	}
	return v
}

// keeps is PostgreSQL's comparison of a row's value with the filter's; NULL keeps nothing.
func (t *term) keeps(row []datum.Value) bool {
	if t.column < 0 {
		return false
	}
	v := row[t.column]
	if v == nil {
		return false
	}
	for _, w := range t.values {
		if holds(t.sink.Op, datum.Compare(t.oid, v, w)) {
			return true
		}
	}
	return false
}

func holds(op string, order int) bool {
	switch op {
	case "=", "in":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return false
}
