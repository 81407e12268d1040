package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// aggregates follow sql-reference/functions-aggregation, by argument letters (see function; F is FLOAT alone); each function's page has its
// name. In the form $D is "DISTINCT " or nothing, $O the OVER clause or nothing.
var aggregates = map[string]function{
	"COUNT_IF":        {Args: "b", Type: intType, Form: "COALESCE(count_if($1)$O, 0)"},
	"BOOLAND_AGG":     {Args: "b", Type: boolType, Form: "bool_and($1)$O"},
	"BOOLOR_AGG":      {Args: "b", Type: boolType, Form: "bool_or($1)$O"},
	"BOOLXOR_AGG":     {Args: "b", Type: boolType, Form: "(CASE WHEN count($1)$O = 0 THEN NULL ELSE count_if($1)$O = 1 END)"},
	"BITAND_AGG":      {Args: "i", Type: number(38, 0), Form: "bit_and($1)$O"},
	"BITOR_AGG":       {Args: "i", Type: number(38, 0), Form: "bit_or($1)$O"},
	"BITXOR_AGG":      {Args: "i", Type: number(38, 0), Form: "bit_xor($D$1)$O"},
	"ANY_VALUE":       {Args: "x", Of: first, Form: "first($1)$O"},
	"STDDEV":          {Args: "F", Type: floatType, Form: "stddev_samp($D$1)$O"},
	"STDDEV_SAMP":     {Args: "F", Type: floatType, Form: "stddev_samp($D$1)$O"},
	"STDDEV_POP":      {Args: "F", Type: floatType, Form: "stddev_pop($D$1)$O"},
	"VARIANCE":        {Args: "F", Type: floatType, Form: "var_samp($D$1)$O"},
	"VARIANCE_SAMP":   {Args: "F", Type: floatType, Form: "var_samp($D$1)$O"},
	"VAR_SAMP":        {Args: "F", Type: floatType, Form: "var_samp($D$1)$O"},
	"VARIANCE_POP":    {Args: "F", Type: floatType, Form: "var_pop($D$1)$O"},
	"VAR_POP":         {Args: "F", Type: floatType, Form: "var_pop($D$1)$O"},
	"CORR":            {Args: "ff", Type: floatType, Form: "sf_not_nan(corr($1, $2)$O)"},
	"COVAR_POP":       {Args: "ff", Type: floatType, Form: "covar_pop($1, $2)$O"},
	"COVAR_SAMP":      {Args: "ff", Type: floatType, Form: "covar_samp($1, $2)$O"},
	"REGR_AVGX":       {Args: "ff", Type: floatType, Form: "regr_avgx($1, $2)$O"},
	"REGR_AVGY":       {Args: "ff", Type: floatType, Form: "regr_avgy($1, $2)$O"},
	"REGR_COUNT":      {Args: "ff", Type: intType, Form: "regr_count($1, $2)$O"},
	"REGR_INTERCEPT":  {Args: "ff", Type: floatType, Form: "sf_not_nan(regr_intercept($1, $2)$O)"},
	"REGR_R2":         {Args: "ff", Type: floatType, Form: "sf_not_nan(regr_r2($1, $2)$O)"},
	"REGR_SLOPE":      {Args: "ff", Type: floatType, Form: "sf_not_nan(regr_slope($1, $2)$O)"},
	"REGR_SXX":        {Args: "ff", Type: floatType, Form: "regr_sxx($1, $2)$O"},
	"REGR_SXY":        {Args: "ff", Type: floatType, Form: "regr_sxy($1, $2)$O"},
	"REGR_SYY":        {Args: "ff", Type: floatType, Form: "regr_syy($1, $2)$O"},
	"MEDIAN":          {Args: "F", Type: floatType, Form: "quantile_cont($1, 0.5)$O"},
	"GROUPING":        {Args: "x*", Type: intType, Form: "grouping($*)"},
	"GROUPING_ID":     {Args: "x*", Type: intType, Form: "grouping($*)"},
	"RATIO_TO_REPORT": {Args: "F", Type: floatType, Form: "sf_fdiv($1, sum($1)$O)"},
}

// builtAggregates need more than letters.
var builtAggregates = sqltree.WordSet("COUNT SUM AVG MIN MAX MODE LISTAGG ARRAY_AGG PERCENTILE_CONT PERCENTILE_DISC")

func (a *aggregation) built() (value, *Error) {
	switch a.X.Name {
	case "COUNT":
		return countCall(a)
	case "SUM":
		return sumCall(a)
	case "AVG":
		return avgCall(a)
	case "LISTAGG":
		return listAgg(a)
	case "ARRAY_AGG":
		return arrayAgg(a)
	case "PERCENTILE_CONT", "PERCENTILE_DISC":
		return percentile(a, strings.ToLower(strings.TrimPrefix(a.X.Name, "PERCENTILE_")))
	}
	return extremeCall(a, strings.ToLower(a.X.Name))
}

func isAggregate(name string) bool {
	_, ok := aggregates[name]
	return (ok || builtAggregates[name]) && name != "RATIO_TO_REPORT"
}

// aggregation is one call of an aggregate function while it is compiled.
type aggregation struct {
	s *scope
	duckselect.Aggregation[Type]
}

// aggregate compiles an aggregate function, or any function with OVER.
func (s *scope) aggregate(x *sqltree.Call) (value, *Error) {
	if x.Over != nil && !s.Windows {
		return value{}, compilation(2303, "42601", "Window function [%s] appears outside of SELECT, QUALIFY, and ORDER BY clauses.",
			s.c.Source(x))
	}
	if x.Over == nil && !s.Aggregates {
		return value{}, compilation(2035, "42601", "Invalid aggregate function in %s clause [%s]", strings.ToLower(s.Clause),
			s.c.Source(x))
	}
	a := &aggregation{s: s}
	a.X = x
	inner := s.c.scope(s.Inside(x))
	if err := a.prepare(inner); err != nil {
		return value{}, err
	}
	if x.Over != nil && !isAggregate(x.Name) {
		return a.windowOnly(inner)
	}
	if x.Over != nil {
		var err *Error
		if a.Over, err = inner.over(x, ""); err != nil {
			return value{}, err
		}
	}
	if builtAggregates[x.Name] {
		return a.built()
	}
	return a.apply(aggregates[x.Name])
}

func (a *aggregation) prepare(inner *scope) (err *Error) {
	if a.X.Named != nil {
		return unsupported("named arguments of %s", a.X.Name)
	}
	if a.X.Star && a.X.Name != "COUNT" || a.X.Nulls != "" && isAggregate(a.X.Name) {
		return syntaxError(a.s.c.Text, a.X.From, a.X.Name)
	}
	if a.Args, err = inner.Exprs(a.X.Args); err != nil {
		return err
	}
	if a.X.Distinct {
		a.Distinct = "DISTINCT "
		if a.X.Over != nil && (len(a.X.Over.Order) > 0 || a.X.Over.Frame != nil) {
			return unsupported("DISTINCT in a window with ORDER BY")
		}
		if err := a.KeyArgs(&rules); err != nil {
			return err
		}
	}
	if a.X.Within == nil {
		return nil
	}
	if n := a.X.Name; n != "LISTAGG" && n != "ARRAY_AGG" && !strings.HasPrefix(n, "PERCENTILE_") {
		return syntaxError(a.s.c.Text, a.X.From, a.X.Name)
	}
	order, err := inner.SortKeys(a.X.Within)
	a.Order = " " + order
	return err
}

func (a *aggregation) apply(f function) (value, *Error) {
	letters := f.Args
	if letters == "F" {
		letters = "f"
		if len(a.Args) == 1 && a.Args[0].Type.Kind == Number {
			return value{}, unsupported("%s of a NUMBER, whose result type is not documented", a.X.Name)
		}
	}
	if letters == "b" && len(a.Args) == 1 && a.Args[0].Type.Kind == Number {
		a.Args[0] = a.s.c.Convert(a.Args[0], of(Boolean))
	}
	args, ok := a.s.c.fit(letters, a.Args)
	if !ok {
		n := len(strings.TrimSuffix(letters, "*"))
		if err := a.s.arity(a.X, n, n); err != nil {
			return value{}, err
		}
		return value{}, invalidTypes(a.X.Name, a.Args)
	}
	f.Form = a.Filled(f.Form)
	out := a.s.c.Apply(&f, args)
	out.Nullable = true
	return out, nil
}

// countCall compiles COUNT(*), COUNT(x, …) and COUNT(DISTINCT x, …): rows in which no argument is NULL (functions/count).
func countCall(a *aggregation) (value, *Error) {
	if !a.X.Star && len(a.Args) == 0 {
		return value{}, a.s.arity(a.X, 1, -1)
	}
	return value{SQL: castTo(a.Count(), intType), Type: intType}, nil
}

// sumCall: the sum of a NUMBER(p,s) is NUMBER(38,s).
func sumCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	v := a.Args[0]
	switch v.Type.Kind {
	case Number:
		t := number(maxPrecision, v.Type.Scale)
		return value{SQL: castTo(a.Of("sum", v.SQL), t), Type: t, Nullable: true}, nil
	case Float:
		return value{SQL: a.Of("sum", v.SQL), Type: v.Type, Nullable: true}, nil
	}
	return value{}, invalidTypes("SUM", a.Args)
}

// avgCall: the average of a NUMBER is SUM / COUNT by the rules of division.
func avgCall(a *aggregation) (value, *Error) {
	sum, err := sumCall(a)
	if err != nil {
		return value{}, err
	}
	v := a.Args[0].SQL
	if sum.Type.Kind == Float {
		return value{SQL: a.Of("avg", v), Type: sum.Type, Nullable: true}, nil
	}
	n := value{SQL: castTo("nullif("+a.Of("count", v)+", 0)", intType), Type: intType, Nullable: true}
	out, err := a.s.c.arithmetic("/", sum, n)
	out.Nullable = true
	return out, err
}

func extremeCall(a *aggregation, name string) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	v := a.Args[0]
	if v.Type.isSemi() || v.Type.Kind == TimestampTZ || v.Type.Kind == Boolean || v.Type.Kind == Null {
		return value{}, invalidTypes(a.X.Name, a.Args)
	}
	return value{SQL: name + "(" + v.SQL + ")" + a.Over, Type: v.Type, Nullable: true}, nil
}

// listAgg: no rows make an empty string and not NULL (functions/listagg).
func listAgg(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 2); err != nil {
		return value{}, err
	}
	sep := "''"
	if len(a.Args) == 2 {
		if a.Args[1].Lit == nil || a.Args[1].Type.Kind != Varchar {
			return value{}, unsupported("LISTAGG with a delimiter that is not a literal")
		}
		sep = a.Args[1].SQL
	}
	v := a.Args[0]
	if v.Type.Kind != Varchar {
		return value{}, invalidTypes("LISTAGG", a.Args)
	}
	if a.Mismatched(v) {
		return value{}, unsupported("LISTAGG(DISTINCT) ordered by something else")
	}
	return value{SQL: "COALESCE(" + a.Of("string_agg", v.SQL+", "+sep+a.Order) + ", '')", Type: of(Varchar)}, nil
}

// arrayAgg leaves NULLs out; no rows make [] (functions/array_agg).
func arrayAgg(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	if a.Distinct != "" {
		return value{}, unsupported("ARRAY_AGG(DISTINCT)")
	}
	v, ok := a.s.c.conversion(a.Args[0], of(Variant), false)
	if !ok {
		return value{}, invalidTypes("ARRAY_AGG", a.Args)
	}
	return value{SQL: fmt.Sprintf("COALESCE(to_json(list(%s%s) FILTER (%s IS NOT NULL)%s), CAST('[]' AS JSON))", v.SQL, a.Order,
		a.Args[0].SQL, a.Over), Type: of(Array)}, nil
}

// percentile compiles PERCENTILE_CONT and PERCENTILE_DISC(literal) WITHIN GROUP (ORDER BY x).
func percentile(a *aggregation, kind string) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	p := a.Args[0]
	if len(a.X.Within) != 1 || p.Lit == nil || p.Type.Kind != Number || a.Over != "" && a.X.Within[0].Desc {
		return value{}, unsupported("%s in this form", a.X.Name)
	}
	v, err := a.s.rows().Expr(a.X.Within[0].X)
	if err != nil {
		return value{}, err
	}
	switch {
	case kind == "cont" && v.Type.Kind != Float:
		return value{}, unsupported("%s of %s, whose result type is not documented", a.X.Name, v.Type)
	case v.Type.isSemi() || v.Type.Kind == TimestampTZ:
		return value{}, invalidTypes(a.X.Name, []value{v})
	}
	sql := fmt.Sprintf("percentile_%s(%s) WITHIN GROUP (ORDER BY %s %s)", kind, *p.Lit, v.SQL, a.X.Within[0].Direction())
	if a.Over != "" {
		sql = fmt.Sprintf("quantile_%s(%s, %s)%s", kind, v.SQL, *p.Lit, a.Over)
	}
	return value{SQL: sql, Type: v.Type, Nullable: true}, nil
}
