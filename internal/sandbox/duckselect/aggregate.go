package duckselect

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Aggregation is one call of an aggregate function while it is compiled.
type Aggregation[T comparable] struct {
	X        *sqltree.Call
	Args     []Value[T]
	Distinct string // "DISTINCT " or nothing
	Over     string // the FILTER and OVER clauses, with a blank before, or nothing
	Order    string // the keys of WITHIN GROUP, with a blank before, or nothing
}

// Inside is where an aggregate's arguments stand: over rows, or over groups when a window is around it.
func (s *Scope[T]) Inside(x *sqltree.Call) *Scope[T] {
	if x.Over == nil && !strings.HasPrefix(x.Name, "GROUPING") {
		return s.Rows()
	}
	t := *s
	t.Windows, t.Aggregates = false, s.Grouped != nil
	return &t
}

// Filled is a form in which $D is DISTINCT or nothing and $O the FILTER and OVER clauses or nothing.
func (a *Aggregation[T]) Filled(form string) string {
	return strings.NewReplacer("$D", a.Distinct, "$O", a.Over).Replace(form)
}

// Of is the call of a DuckDB aggregate.
func (a *Aggregation[T]) Of(name, args string) string {
	return name + "(" + a.Distinct + args + ")" + a.Over
}

// Count is count(*), count(x, …) or count(DISTINCT x, …): of the rows in which no argument is NULL.
func (a *Aggregation[T]) Count() string {
	switch {
	case a.X.Star:
		return "count(*)" + a.Over
	case len(a.Args) == 1:
		return a.Of("count", a.Args[0].SQL)
	}
	var tests, fields []string
	for i, v := range a.Args {
		tests = append(tests, v.SQL+" IS NOT NULL")
		fields = append(fields, fmt.Sprintf("f%d: %s", i, v.SQL))
	}
	return a.Of("count", "CASE WHEN "+strings.Join(tests, " AND ")+" THEN {"+strings.Join(fields, ", ")+"} END")
}

// KeyArgs refuses arguments of DISTINCT whose equality is not known.
func (a *Aggregation[T]) KeyArgs(rules *Rules[T]) *sqltree.Error {
	for _, v := range a.Args {
		if err := rules.Key(v.Type); err != nil {
			return err
		}
	}
	return nil
}

// Mismatched says whether DISTINCT values are ordered by something else than themselves.
func (a *Aggregation[T]) Mismatched(v Value[T]) bool {
	return a.Distinct != "" && a.Order != "" && !strings.HasPrefix(a.Order, " ORDER BY "+v.SQL+" ")
}
