package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type windowFunction = duckselect.WindowFunction[Type]

// windowFunctions follow sql-ref-functions-builtin#ranking-window-functions and #analytic-window-functions; each function's page has
// its name below functions/.
var windowFunctions = map[string]windowFunction{
	"ROW_NUMBER":   {Ranked: true, Type: of(Int), Form: "row_number()"},
	"RANK":         {Ranked: true, Type: of(Int), Form: "rank()"},
	"DENSE_RANK":   {Ranked: true, Type: of(Int), Form: "dense_rank()"},
	"PERCENT_RANK": {Ranked: true, Type: of(Double), Form: "percent_rank()"},
	"CUME_DIST":    {Ranked: true, Type: of(Double), Form: "cume_dist()"},
	"NTILE":        {Lo: 1, Hi: 1, Ranked: true, Type: of(Int), Form: "ntile"},
	"LAG":          {Lo: 1, Hi: 3, Ranked: true, Form: "lag"},
	"LEAD":         {Lo: 1, Hi: 3, Ranked: true, Form: "lead"},
	"FIRST_VALUE":  {Lo: 1, Hi: 1, Form: "first_value"},
	"LAST_VALUE":   {Lo: 1, Hi: 1, Form: "last_value"},
	"NTH_VALUE":    {Lo: 2, Hi: 2, Form: "nth_value"},
}

// windowOnly compiles a ranking or value function over a window.
func (a *aggregation) windowOnly(inner *scope) (value, *Error) {
	w := windowFunctions[a.X.Name]
	if err := a.s.arity(a.X, w.Lo, w.Hi); err != nil {
		return value{}, err
	}
	if a.Distinct != "" || a.X.Filter != nil {
		return value{}, unsupported("DISTINCT or FILTER in %s", a.X.Name)
	}
	if w.Ranked && len(a.X.Over.Order) == 0 {
		return value{}, failure("WINDOW_FUNCTION_WITHOUT_ORDER_BY", "Window function %s requires window to be ordered, please add ORDER "+
			"BY clause.", strings.ToLower(a.X.Name))
	}
	if w.Ranked && a.X.Over.Frame != nil {
		return value{}, failure("WINDOW_FUNCTION_AND_FRAME_MISMATCH", "%s function can only be evaluated in an ordered row-based window "+
			"frame with a single offset.", strings.ToLower(a.X.Name))
	}
	over, err := inner.over(a.X)
	if err != nil {
		return value{}, err
	}
	form, t, err := a.windowForm(w)
	if err != nil {
		return value{}, err
	}
	out := value{SQL: form + over, Type: t, Nullable: w.Type.Kind == Void}
	if w.Type.Kind != Void {
		out.SQL = castTo(out.SQL, t)
	}
	return out, nil
}

// windowForm is the function with its arguments, and its type.
func (a *aggregation) windowForm(w windowFunction) (string, Type, *Error) {
	if len(a.Args) == 0 {
		return w.Form, w.Type, nil
	}
	t := a.Args[0].Type
	texts := []string{a.Args[0].SQL}
	if a.X.Name == "NTILE" {
		t, texts = w.Type, nil
		a.Args = append([]value{{}}, a.Args...)
	}
	if len(a.Args) > 1 {
		n, ok := constInt(a.Args[1])
		if !ok || a.X.Name == "NTILE" && n < 1 || a.X.Name == "NTH_VALUE" && n < 1 {
			return "", t, failure("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "Cannot resolve \"%s\" due to data type mismatch: the input "+
				"offset should be a foldable \"INT\" expression.", a.s.c.Source(a.X))
		}
		texts = append(texts, fmt.Sprint(n))
	}
	if len(a.Args) == 3 {
		to, ok := coerced(t, a.Args[2].Type)
		if !ok || to != t {
			return "", t, mismatch(a.s.c.Source(a.X), a.Args)
		}
		texts = append(texts, a.s.c.Convert(a.Args[2], t).SQL)
	}
	nulls := ""
	if a.X.Nulls == "IGNORE" {
		nulls = " IGNORE NULLS"
	}
	return fmt.Sprintf("%s(%s%s)", w.Form, strings.Join(texts, ", "), nulls), t, nil
}

// over compiles an OVER clause (sql-ref-window-functions, sql-ref-window-functions-frame): the frame that is not given is RANGE BETWEEN
// UNBOUNDED PRECEDING AND CURRENT ROW with ORDER BY, all rows without.
func (s *scope) over(x *sqltree.Call) (string, *Error) {
	return s.Over(x, s.frame)
}

func (s *scope) frame(x *sqltree.Call) (string, *Error) {
	f := x.Over.Frame
	switch {
	case f == nil && len(x.Over.Order) > 0 && !windowFunctions[x.Name].Ranked:
		return "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", nil
	case f == nil:
		return "", nil
	case f.Unit == "RANGE" && f.Lo.N+f.Hi.N != "":
		return "", unsupported("a RANGE frame with an offset")
	case f.Unit == "RANGE" && len(x.Over.Order) == 0 && (f.Lo.Kind == "CURRENT ROW" || f.Hi.Kind == "CURRENT ROW"):
		return "", failure("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", "Cannot resolve \"%s\" due to data type mismatch: a range "+
			"window frame cannot be used in an unordered window specification.", s.c.Source(x))
	case duckselect.Backwards(f):
		return "", failure("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "Cannot resolve \"%s\" due to data type mismatch: "+
			"the lower bound of a window frame must be less than or equal to the upper bound.", s.c.Source(x))
	}
	return duckselect.FrameText(f), nil
}
