package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type windowFunction = duckselect.WindowFunction[Type]

// windowFunctions follow sql-reference/functions-window; each function's page has its name.
var windowFunctions = map[string]windowFunction{
	"ROW_NUMBER":   {Ranked: true, Type: intType, Form: "row_number()"},
	"RANK":         {Ranked: true, Type: intType, Form: "rank()"},
	"DENSE_RANK":   {Ranked: true, Type: intType, Form: "dense_rank()"},
	"PERCENT_RANK": {Ranked: true, Type: of(Float), Form: "percent_rank()"},
	"CUME_DIST":    {Ranked: true, Type: of(Float), Form: "cume_dist()"},
	"NTILE":        {Lo: 1, Hi: 1, Ranked: true, Type: intType, Form: "ntile($1)"},
	"LAG":          {Lo: 1, Hi: 3, Ranked: true, Form: "lag"},
	"LEAD":         {Lo: 1, Hi: 3, Ranked: true, Form: "lead"},
	"FIRST_VALUE":  {Lo: 1, Hi: 1, Form: "first_value"},
	"LAST_VALUE":   {Lo: 1, Hi: 1, Form: "last_value"},
	"NTH_VALUE":    {Lo: 2, Hi: 2, Form: "nth_value"},
}

func isWindowOnly(name string) bool {
	_, ok := windowFunctions[name]
	return ok || name == "RATIO_TO_REPORT"
}

// windowOnly compiles a ranking or value function over a window.
func (a *aggregation) windowOnly(inner *scope) (value, *Error) {
	if a.X.Name == "RATIO_TO_REPORT" {
		var err *Error
		if a.Over, err = inner.over(a.X, ""); err != nil {
			return value{}, err
		}
		return a.apply(aggregates[a.X.Name])
	}
	w, ok := windowFunctions[a.X.Name]
	if !ok {
		return value{}, compilation(2140, "42601", "Unknown function %s", a.X.Name)
	}
	if err := a.s.arity(a.X, w.Lo, w.Hi); err != nil {
		return value{}, err
	}
	if a.Distinct != "" {
		return value{}, unsupported("DISTINCT in %s", a.X.Name)
	}
	if len(a.X.Over.Order) == 0 && (w.Ranked || a.X.Name != "RANK" && w.Type.Kind == Null) {
		return value{}, compilation(2303, "42601", "Window function type [%s] requires ORDER BY in window specification", a.X.Name)
	}
	if w.Ranked && a.X.Over.Frame != nil {
		return value{}, compilation(2303, "0A000", "Window frame unsupported for function %s", a.X.Name)
	}
	preset := ""
	if !w.Ranked {
		preset = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
	}
	over, err := inner.over(a.X, preset)
	if err != nil {
		return value{}, err
	}
	form, t, err := a.windowForm(w)
	if err != nil {
		return value{}, err
	}
	out := value{SQL: form + over, Type: t, Nullable: w.Type.Kind == Null}
	if t.Kind == Number {
		out.SQL = castTo(out.SQL, t)
	}
	return out, nil
}

// windowForm is the function with its arguments, and its type.
func (a *aggregation) windowForm(w windowFunction) (string, Type, *Error) {
	if len(a.Args) == 0 {
		return w.Form, w.Type, nil
	}
	if a.X.Name == "NTILE" {
		n, ok := bigint(a.Args[0])
		if !ok {
			return "", Type{}, invalidTypes(a.X.Name, a.Args)
		}
		return sqltree.Fill(w.Form, []string{n.SQL}), w.Type, nil
	}
	t := a.Args[0].Type
	texts := []string{a.Args[0].SQL}
	if len(a.Args) > 1 {
		n, ok := constInt(a.Args[1])
		if !ok {
			return "", t, unsupported("%s with an offset that is not a literal", a.X.Name)
		}
		texts = append(texts, itoa(n))
	}
	if len(a.Args) == 3 {
		var err *Error
		if t, _, err = a.s.c.Common(a.X.Name, []value{a.Args[0], a.Args[2]}); err != nil {
			return "", t, err
		}
		texts[0] = a.s.c.Convert(a.Args[0], t).SQL
		texts = append(texts, a.s.c.Convert(a.Args[2], t).SQL)
	}
	nulls := ""
	if a.X.Nulls == "IGNORE" {
		nulls = " IGNORE NULLS"
	}
	return fmt.Sprintf("%s(%s%s)", w.Form, strings.Join(texts, ", "), nulls), t, nil
}

// over compiles an OVER clause. An aggregate's frame with ORDER BY and none of its own is RANGE BETWEEN UNBOUNDED PRECEDING AND
// CURRENT ROW (sql-reference/functions-window-syntax); preset is the frame of functions that have another.
func (s *scope) over(x *sqltree.Call, preset string) (string, *Error) {
	return s.Over(x, func(x *sqltree.Call) (string, *Error) { return frameText(x, preset) })
}

func frameText(x *sqltree.Call, preset string) (string, *Error) {
	f := x.Over.Frame
	switch {
	case f == nil && preset != "":
		return preset, nil
	case f == nil && len(x.Over.Order) > 0 && isAggregate(x.Name):
		return "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", nil
	case f == nil:
		return "", nil
	case len(x.Over.Order) == 0:
		return "", compilation(2303, "42601", "Window frame of function [%s] requires ORDER BY in window specification", x.Name)
	case f.Unit == "RANGE" && f.Lo.N+f.Hi.N != "":
		return "", unsupported("RANGE frame with an offset")
	case duckselect.Backwards(f):
		return "", compilation(2303, "42601", "Invalid window frame of function [%s]", x.Name)
	}
	return duckselect.FrameText(f), nil
}
