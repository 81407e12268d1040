package dbsql

import (
	"fmt"
	"slices"
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

// windowFunctions follow sql-ref-functions-builtin#ranking-window-functions and #analytic-window-functions; each function's page has
// its name below functions/.
var windowFunctions = map[string]windowFunction{
	"ROW_NUMBER":   {ranked: true, typ: of(Int), form: "row_number()"},
	"RANK":         {ranked: true, typ: of(Int), form: "rank()"},
	"DENSE_RANK":   {ranked: true, typ: of(Int), form: "dense_rank()"},
	"PERCENT_RANK": {ranked: true, typ: of(Double), form: "percent_rank()"},
	"CUME_DIST":    {ranked: true, typ: of(Double), form: "cume_dist()"},
	"NTILE":        {lo: 1, hi: 1, ranked: true, typ: of(Int), form: "ntile"},
	"LAG":          {lo: 1, hi: 3, ranked: true, form: "lag"},
	"LEAD":         {lo: 1, hi: 3, ranked: true, form: "lead"},
	"FIRST_VALUE":  {lo: 1, hi: 1, form: "first_value"},
	"LAST_VALUE":   {lo: 1, hi: 1, form: "last_value"},
	"NTH_VALUE":    {lo: 2, hi: 2, form: "nth_value"},
}

// windowOnly compiles a ranking or value function over a window.
func (a *aggregation) windowOnly(inner *scope) (value, *Error) {
	w := windowFunctions[a.x.Name]
	if err := a.s.arity(a.x, w.lo, w.hi); err != nil {
		return value{}, err
	}
	if a.distinct != "" || a.x.Filter != nil {
		return value{}, unsupported("DISTINCT or FILTER in %s", a.x.Name)
	}
	if w.ranked && len(a.x.Over.Order) == 0 {
		return value{}, failure("WINDOW_FUNCTION_WITHOUT_ORDER_BY", "Window function %s requires window to be ordered, please add ORDER "+
			"BY clause.", strings.ToLower(a.x.Name))
	}
	if w.ranked && a.x.Over.Frame != nil {
		return value{}, failure("WINDOW_FUNCTION_AND_FRAME_MISMATCH", "%s function can only be evaluated in an ordered row-based window "+
			"frame with a single offset.", strings.ToLower(a.x.Name))
	}
	over, err := inner.over(a.x)
	if err != nil {
		return value{}, err
	}
	form, t, err := a.windowForm(w)
	if err != nil {
		return value{}, err
	}
	out := value{SQL: form + over, Type: t, Nullable: w.typ.Kind == Void}
	if w.typ.Kind != Void {
		out.SQL = castTo(out.SQL, t)
	}
	return out, nil
}

// windowForm is the function with its arguments, and its type.
func (a *aggregation) windowForm(w windowFunction) (string, Type, *Error) {
	if len(a.args) == 0 {
		return w.form, w.typ, nil
	}
	t := a.args[0].Type
	texts := []string{a.args[0].SQL}
	if a.x.Name == "NTILE" {
		t, texts = w.typ, nil
		a.args = append([]value{{}}, a.args...)
	}
	if len(a.args) > 1 {
		n, ok := constInt(a.args[1])
		if !ok || a.x.Name == "NTILE" && n < 1 || a.x.Name == "NTH_VALUE" && n < 1 {
			return "", t, failure("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "Cannot resolve \"%s\" due to data type mismatch: the input "+
				"offset should be a foldable \"INT\" expression.", a.s.c.Source(a.x))
		}
		texts = append(texts, fmt.Sprint(n))
	}
	if len(a.args) == 3 {
		to, ok := coerced(t, a.args[2].Type)
		if !ok || to != t {
			return "", t, mismatch(a.s.c.Source(a.x), a.args)
		}
		texts = append(texts, a.s.c.convert(a.args[2], t).SQL)
	}
	nulls := ""
	if a.x.Nulls == "IGNORE" {
		nulls = " IGNORE NULLS"
	}
	return fmt.Sprintf("%s(%s%s)", w.form, strings.Join(texts, ", "), nulls), t, nil
}

// over compiles an OVER clause (sql-ref-window-functions, sql-ref-window-functions-frame): the frame that is not given is RANGE BETWEEN
// UNBOUNDED PRECEDING AND CURRENT ROW with ORDER BY, all rows without.
func (s *scope) over(x *sqltree.Call) (string, *Error) {
	partition, err := s.PartitionBy(x.Over.Partition)
	if err != nil {
		return "", err
	}
	order, err := s.SortKeys(x.Over.Order)
	if err != nil {
		return "", err
	}
	frame, err := s.frame(x)
	if err != nil {
		return "", err
	}
	parts := slices.DeleteFunc([]string{partition, order, frame}, func(p string) bool { return p == "" })
	return " OVER (" + strings.Join(parts, " ") + ")", nil
}

var boundRank = map[string]int{"UNBOUNDED PRECEDING": 0, "n PRECEDING": 1, "CURRENT ROW": 2, "n FOLLOWING": 3, "UNBOUNDED FOLLOWING": 4}

func (s *scope) frame(x *sqltree.Call) (string, *Error) {
	f := x.Over.Frame
	switch {
	case f == nil && len(x.Over.Order) > 0 && !windowFunctions[x.Name].ranked:
		return "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", nil
	case f == nil:
		return "", nil
	case f.Unit == "RANGE" && f.Lo.N+f.Hi.N != "":
		return "", unsupported("a RANGE frame with an offset")
	case f.Unit == "RANGE" && len(x.Over.Order) == 0 && (f.Lo.Kind == "CURRENT ROW" || f.Hi.Kind == "CURRENT ROW"):
		return "", failure("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", "Cannot resolve \"%s\" due to data type mismatch: a range "+
			"window frame cannot be used in an unordered window specification.", s.c.Source(x))
	case boundRank[f.Lo.Kind] > boundRank[f.Hi.Kind], f.Lo.Kind == "UNBOUNDED FOLLOWING", f.Hi.Kind == "UNBOUNDED PRECEDING":
		return "", failure("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "Cannot resolve \"%s\" due to data type mismatch: "+
			"the lower bound of a window frame must be less than or equal to the upper bound.", s.c.Source(x))
	}
	b := func(b sqltree.Bound) string { return strings.Replace(b.Kind, "n ", b.N+" ", 1) }
	return fmt.Sprintf("%s BETWEEN %s AND %s", f.Unit, b(f.Lo), b(f.Hi)), nil
}
