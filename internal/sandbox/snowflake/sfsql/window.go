package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// windowFunction is a function that stands with OVER alone. Ranked ones need ORDER BY and take no frame.
type windowFunction struct {
	lo, hi int
	ranked bool
	typ    Type // the zero Type: the first argument's
	form   string
}

// windowFunctions follow sql-reference/functions-window; each function's page has its name.
var windowFunctions = map[string]windowFunction{
	"ROW_NUMBER":   {ranked: true, typ: intType, form: "row_number()"},
	"RANK":         {ranked: true, typ: intType, form: "rank()"},
	"DENSE_RANK":   {ranked: true, typ: intType, form: "dense_rank()"},
	"PERCENT_RANK": {ranked: true, typ: of(Float), form: "percent_rank()"},
	"CUME_DIST":    {ranked: true, typ: of(Float), form: "cume_dist()"},
	"NTILE":        {lo: 1, hi: 1, ranked: true, typ: intType, form: "ntile($1)"},
	"LAG":          {lo: 1, hi: 3, ranked: true, form: "lag"},
	"LEAD":         {lo: 1, hi: 3, ranked: true, form: "lead"},
	"FIRST_VALUE":  {lo: 1, hi: 1, form: "first_value"},
	"LAST_VALUE":   {lo: 1, hi: 1, form: "last_value"},
	"NTH_VALUE":    {lo: 2, hi: 2, form: "nth_value"},
}

func isWindowOnly(name string) bool {
	_, ok := windowFunctions[name]
	return ok || name == "RATIO_TO_REPORT"
}

// windowOnly compiles a ranking or value function over a window.
func (a *aggregation) windowOnly(inner *scope) (value, *Error) {
	if a.x.Name == "RATIO_TO_REPORT" {
		var err *Error
		if a.over, err = inner.over(a.x, ""); err != nil {
			return value{}, err
		}
		return a.apply(aggregates[a.x.Name])
	}
	w, ok := windowFunctions[a.x.Name]
	if !ok {
		return value{}, compilation(2140, "42601", "Unknown function %s", a.x.Name)
	}
	if err := a.s.arity(a.x, w.lo, w.hi); err != nil {
		return value{}, err
	}
	if a.distinct != "" {
		return value{}, unsupported("DISTINCT in %s", a.x.Name)
	}
	if len(a.x.Over.Order) == 0 && (w.ranked || a.x.Name != "RANK" && w.typ.Kind == Null) {
		return value{}, compilation(2303, "42601", "Window function type [%s] requires ORDER BY in window specification", a.x.Name)
	}
	if w.ranked && a.x.Over.Frame != nil {
		return value{}, compilation(2303, "0A000", "Window frame unsupported for function %s", a.x.Name)
	}
	preset := ""
	if !w.ranked {
		preset = " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
	}
	over, err := inner.over(a.x, preset)
	if err != nil {
		return value{}, err
	}
	form, t, err := a.windowForm(w)
	if err != nil {
		return value{}, err
	}
	out := value{SQL: form + over, Type: t, Nullable: w.typ.Kind == Null}
	if t.Kind == Number {
		out.SQL = castTo(out.SQL, t)
	}
	return out, nil
}

// windowForm is the function with its arguments, and its type.
func (a *aggregation) windowForm(w windowFunction) (string, Type, *Error) {
	if len(a.args) == 0 {
		return w.form, w.typ, nil
	}
	if a.x.Name == "NTILE" {
		n, ok := bigint(a.args[0])
		if !ok {
			return "", Type{}, invalidTypes(a.x.Name, a.args)
		}
		return sqltree.Fill(w.form, []string{n.SQL}), w.typ, nil
	}
	t := a.args[0].Type
	texts := []string{a.args[0].SQL}
	if len(a.args) > 1 {
		n, ok := constInt(a.args[1])
		if !ok {
			return "", t, unsupported("%s with an offset that is not a literal", a.x.Name)
		}
		texts = append(texts, itoa(n))
	}
	if len(a.args) == 3 {
		var err *Error
		if t, _, err = a.s.c.Common(a.x.Name, []value{a.args[0], a.args[2]}); err != nil {
			return "", t, err
		}
		texts[0] = a.s.c.convert(a.args[0], t).SQL
		texts = append(texts, a.s.c.convert(a.args[2], t).SQL)
	}
	nulls := ""
	if a.x.Nulls == "IGNORE" {
		nulls = " IGNORE NULLS"
	}
	return fmt.Sprintf("%s(%s%s)", w.form, strings.Join(texts, ", "), nulls), t, nil
}

// over compiles an OVER clause. An aggregate's frame with ORDER BY and none of its own is RANGE BETWEEN UNBOUNDED PRECEDING AND
// CURRENT ROW (sql-reference/functions-window-syntax); preset is the frame of functions that have another.
func (s *scope) over(x *sqltree.Call, preset string) (string, *Error) {
	partition, err := s.PartitionBy(x.Over.Partition)
	if err != nil {
		return "", err
	}
	order, err := s.SortKeys(x.Over.Order)
	if err != nil {
		return "", err
	}
	f, err := frameText(x, preset)
	if err != nil {
		return "", err
	}
	return " OVER (" + strings.TrimSpace(strings.TrimSpace(partition+" "+order)+f) + ")", nil
}

var boundRank = map[string]int{"UNBOUNDED PRECEDING": 0, "n PRECEDING": 1, "CURRENT ROW": 2, "n FOLLOWING": 3, "UNBOUNDED FOLLOWING": 4}

func frameText(x *sqltree.Call, preset string) (string, *Error) {
	f := x.Over.Frame
	switch {
	case f == nil && preset != "":
		return preset, nil
	case f == nil && len(x.Over.Order) > 0 && isAggregate(x.Name):
		return " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", nil
	case f == nil:
		return "", nil
	case len(x.Over.Order) == 0:
		return "", compilation(2303, "42601", "Window frame of function [%s] requires ORDER BY in window specification", x.Name)
	case f.Unit == "RANGE" && f.Lo.N+f.Hi.N != "":
		return "", unsupported("RANGE frame with an offset")
	case boundRank[f.Lo.Kind] > boundRank[f.Hi.Kind], f.Lo.Kind == "UNBOUNDED FOLLOWING", f.Hi.Kind == "UNBOUNDED PRECEDING":
		return "", compilation(2303, "42601", "Invalid window frame of function [%s]", x.Name)
	}
	b := func(b sqltree.Bound) string { return strings.Replace(b.Kind, "n ", b.N+" ", 1) }
	return fmt.Sprintf(" %s BETWEEN %s AND %s", f.Unit, b(f.Lo), b(f.Hi)), nil
}
