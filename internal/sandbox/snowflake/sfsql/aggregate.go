package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// aggregate is an aggregate function by argument letters (see function; F is FLOAT alone). In the form $D is "DISTINCT " or nothing,
// $O the OVER clause or nothing.
type aggregate struct {
	args string
	typ  Type
	of   func([]value) Type
	form string
}

// aggregates follow sql-reference/functions-aggregation; each function's page has its name.
var aggregates = map[string]aggregate{
	"COUNT_IF":        {args: "b", typ: intType, form: "COALESCE(count_if($1)$O, 0)"},
	"BOOLAND_AGG":     {args: "b", typ: boolType, form: "bool_and($1)$O"},
	"BOOLOR_AGG":      {args: "b", typ: boolType, form: "bool_or($1)$O"},
	"BOOLXOR_AGG":     {args: "b", typ: boolType, form: "(CASE WHEN count($1)$O = 0 THEN NULL ELSE count_if($1)$O = 1 END)"},
	"BITAND_AGG":      {args: "i", typ: number(38, 0), form: "bit_and($1)$O"},
	"BITOR_AGG":       {args: "i", typ: number(38, 0), form: "bit_or($1)$O"},
	"BITXOR_AGG":      {args: "i", typ: number(38, 0), form: "bit_xor($D$1)$O"},
	"ANY_VALUE":       {args: "x", of: first, form: "first($1)$O"},
	"STDDEV":          {args: "F", typ: floatType, form: "stddev_samp($D$1)$O"},
	"STDDEV_SAMP":     {args: "F", typ: floatType, form: "stddev_samp($D$1)$O"},
	"STDDEV_POP":      {args: "F", typ: floatType, form: "stddev_pop($D$1)$O"},
	"VARIANCE":        {args: "F", typ: floatType, form: "var_samp($D$1)$O"},
	"VARIANCE_SAMP":   {args: "F", typ: floatType, form: "var_samp($D$1)$O"},
	"VAR_SAMP":        {args: "F", typ: floatType, form: "var_samp($D$1)$O"},
	"VARIANCE_POP":    {args: "F", typ: floatType, form: "var_pop($D$1)$O"},
	"VAR_POP":         {args: "F", typ: floatType, form: "var_pop($D$1)$O"},
	"CORR":            {args: "ff", typ: floatType, form: "sf_not_nan(corr($1, $2)$O)"},
	"COVAR_POP":       {args: "ff", typ: floatType, form: "covar_pop($1, $2)$O"},
	"COVAR_SAMP":      {args: "ff", typ: floatType, form: "covar_samp($1, $2)$O"},
	"REGR_AVGX":       {args: "ff", typ: floatType, form: "regr_avgx($1, $2)$O"},
	"REGR_AVGY":       {args: "ff", typ: floatType, form: "regr_avgy($1, $2)$O"},
	"REGR_COUNT":      {args: "ff", typ: intType, form: "regr_count($1, $2)$O"},
	"REGR_INTERCEPT":  {args: "ff", typ: floatType, form: "sf_not_nan(regr_intercept($1, $2)$O)"},
	"REGR_R2":         {args: "ff", typ: floatType, form: "sf_not_nan(regr_r2($1, $2)$O)"},
	"REGR_SLOPE":      {args: "ff", typ: floatType, form: "sf_not_nan(regr_slope($1, $2)$O)"},
	"REGR_SXX":        {args: "ff", typ: floatType, form: "regr_sxx($1, $2)$O"},
	"REGR_SXY":        {args: "ff", typ: floatType, form: "regr_sxy($1, $2)$O"},
	"REGR_SYY":        {args: "ff", typ: floatType, form: "regr_syy($1, $2)$O"},
	"MEDIAN":          {args: "F", typ: floatType, form: "quantile_cont($1, 0.5)$O"},
	"GROUPING":        {args: "x*", typ: intType, form: "grouping($*)"},
	"GROUPING_ID":     {args: "x*", typ: intType, form: "grouping($*)"},
	"RATIO_TO_REPORT": {args: "F", typ: floatType, form: "sf_fdiv($1, sum($1)$O)"},
}

// builtAggregates need more than letters.
var builtAggregates = sqltree.WordSet("COUNT SUM AVG MIN MAX MODE LISTAGG ARRAY_AGG PERCENTILE_CONT PERCENTILE_DISC")

func (a *aggregation) built() (value, *Error) {
	switch a.x.Name {
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
		return percentile(a, strings.ToLower(strings.TrimPrefix(a.x.Name, "PERCENTILE_")))
	}
	return extremeCall(a, strings.ToLower(a.x.Name))
}

func isAggregate(name string) bool {
	_, ok := aggregates[name]
	return (ok || builtAggregates[name]) && name != "RATIO_TO_REPORT"
}

// aggregation is one call of an aggregate function while it is compiled.
type aggregation struct {
	s        *scope
	x        *sqltree.Call
	args     []value
	distinct string
	over     string
	order    string // WITHIN GROUP's keys
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
	a := &aggregation{s: s, x: x}
	inner := s.rows()
	if x.Over != nil || strings.HasPrefix(x.Name, "GROUPING") {
		t := *s
		t.Windows = false
		t.Aggregates = s.Grouped != nil
		inner = &t
	}
	if err := a.prepare(inner); err != nil {
		return value{}, err
	}
	if x.Over != nil && !isAggregate(x.Name) {
		return a.windowOnly(inner)
	}
	if x.Over != nil {
		var err *Error
		if a.over, err = inner.over(x, ""); err != nil {
			return value{}, err
		}
	}
	if builtAggregates[x.Name] {
		return a.built()
	}
	return a.apply(aggregates[x.Name])
}

func (a *aggregation) prepare(inner *scope) (err *Error) {
	if a.x.Named != nil {
		return unsupported("named arguments of %s", a.x.Name)
	}
	if a.x.Star && a.x.Name != "COUNT" || a.x.Nulls != "" && isAggregate(a.x.Name) {
		return syntaxError(a.s.c.Text, a.x.From, a.x.Name)
	}
	if a.args, err = inner.Exprs(a.x.Args); err != nil {
		return err
	}
	if a.x.Distinct {
		a.distinct = "DISTINCT "
		if a.x.Over != nil && (len(a.x.Over.Order) > 0 || a.x.Over.Frame != nil) {
			return unsupported("DISTINCT in a window with ORDER BY")
		}
		for _, v := range a.args {
			if err := keyable(v.Type); err != nil {
				return err
			}
		}
	}
	if a.x.Within == nil {
		return nil
	}
	if n := a.x.Name; n != "LISTAGG" && n != "ARRAY_AGG" && !strings.HasPrefix(n, "PERCENTILE_") {
		return syntaxError(a.s.c.Text, a.x.From, a.x.Name)
	}
	order, err := inner.SortKeys(a.x.Within)
	a.order = " " + order
	return err
}

func (a *aggregation) apply(f aggregate) (value, *Error) {
	letters := f.args
	if letters == "F" {
		letters = "f"
		if len(a.args) == 1 && a.args[0].Type.Kind == Number {
			return value{}, unsupported("%s of a NUMBER, whose result type is not documented", a.x.Name)
		}
	}
	if letters == "b" && len(a.args) == 1 && a.args[0].Type.Kind == Number {
		a.args[0] = a.s.c.convert(a.args[0], of(Boolean))
	}
	args, ok := a.s.c.fit(letters, a.args)
	if !ok {
		n := len(strings.TrimSuffix(letters, "*"))
		if err := a.s.arity(a.x, n, n); err != nil {
			return value{}, err
		}
		return value{}, invalidTypes(a.x.Name, a.args)
	}
	out := a.s.c.Apply(&function{Type: f.typ, Of: f.of, Form: a.text(f.form)}, args)
	out.Nullable = true
	return out, nil
}

// text fills $D and $O of a form.
func (a *aggregation) text(form string) string {
	return strings.NewReplacer("$D", a.distinct, "$O", a.over).Replace(form)
}

// countCall compiles COUNT(*), COUNT(x, …) and COUNT(DISTINCT x, …): rows in which no argument is NULL (functions/count).
func countCall(a *aggregation) (value, *Error) {
	out := value{Type: intType}
	switch {
	case a.x.Star:
		out.SQL = a.text("count(*)$O")
	case len(a.args) == 0:
		return out, a.s.arity(a.x, 1, -1)
	case len(a.args) == 1:
		out.SQL = a.text("count($D") + a.args[0].SQL + a.text(")$O")
	default:
		var tests, fields []string
		for i, v := range a.args {
			tests = append(tests, v.SQL+" IS NOT NULL")
			fields = append(fields, fmt.Sprintf("f%d: %s", i, v.SQL))
		}
		out.SQL = fmt.Sprintf("count(%sCASE WHEN %s THEN {%s} END)%s", a.distinct, strings.Join(tests, " AND "),
			strings.Join(fields, ", "), a.over)
	}
	out.SQL = castTo(out.SQL, out.Type)
	return out, nil
}

// sumCall: the sum of a NUMBER(p,s) is NUMBER(38,s).
func sumCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	v := a.args[0]
	switch v.Type.Kind {
	case Number:
		t := number(maxPrecision, v.Type.Scale)
		return value{SQL: castTo(fmt.Sprintf("sum(%s%s)%s", a.distinct, v.SQL, a.over), t), Type: t, Nullable: true}, nil
	case Float:
		return value{SQL: fmt.Sprintf("sum(%s%s)%s", a.distinct, v.SQL, a.over), Type: v.Type, Nullable: true}, nil
	}
	return value{}, invalidTypes("SUM", a.args)
}

// avgCall: the average of a NUMBER is SUM / COUNT by the rules of division.
func avgCall(a *aggregation) (value, *Error) {
	sum, err := sumCall(a)
	if err != nil {
		return value{}, err
	}
	v := a.args[0].SQL
	if sum.Type.Kind == Float {
		return value{SQL: fmt.Sprintf("avg(%s%s)%s", a.distinct, v, a.over), Type: sum.Type, Nullable: true}, nil
	}
	n := value{SQL: castTo(fmt.Sprintf("nullif(count(%s%s)%s, 0)", a.distinct, v, a.over), intType), Type: intType, Nullable: true}
	out, err := a.s.c.arithmetic("/", sum, n)
	out.Nullable = true
	return out, err
}

func extremeCall(a *aggregation, name string) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	v := a.args[0]
	if v.Type.isSemi() || v.Type.Kind == TimestampTZ || v.Type.Kind == Boolean || v.Type.Kind == Null {
		return value{}, invalidTypes(a.x.Name, a.args)
	}
	return value{SQL: name + "(" + v.SQL + ")" + a.over, Type: v.Type, Nullable: true}, nil
}

// listAgg: no rows make an empty string and not NULL (functions/listagg).
func listAgg(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 2); err != nil {
		return value{}, err
	}
	sep := "''"
	if len(a.args) == 2 {
		if a.args[1].Lit == nil || a.args[1].Type.Kind != Varchar {
			return value{}, unsupported("LISTAGG with a delimiter that is not a literal")
		}
		sep = a.args[1].SQL
	}
	v := a.args[0]
	if v.Type.Kind != Varchar {
		return value{}, invalidTypes("LISTAGG", a.args)
	}
	if a.distinct != "" && a.order != "" && !strings.HasPrefix(a.order, " ORDER BY "+v.SQL+" ") {
		return value{}, unsupported("LISTAGG(DISTINCT) ordered by something else")
	}
	return value{SQL: fmt.Sprintf("COALESCE(string_agg(%s%s, %s%s)%s, '')", a.distinct, v.SQL, sep, a.order, a.over), Type: of(Varchar)}, nil
}

// arrayAgg leaves NULLs out; no rows make [] (functions/array_agg).
func arrayAgg(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	if a.distinct != "" {
		return value{}, unsupported("ARRAY_AGG(DISTINCT)")
	}
	v, ok := a.s.c.conversion(a.args[0], of(Variant), false)
	if !ok {
		return value{}, invalidTypes("ARRAY_AGG", a.args)
	}
	return value{SQL: fmt.Sprintf("COALESCE(to_json(list(%s%s) FILTER (%s IS NOT NULL)%s), CAST('[]' AS JSON))", v.SQL, a.order,
		a.args[0].SQL, a.over), Type: of(Array)}, nil
}

// percentile compiles PERCENTILE_CONT and PERCENTILE_DISC(literal) WITHIN GROUP (ORDER BY x).
func percentile(a *aggregation, kind string) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	p := a.args[0]
	if len(a.x.Within) != 1 || p.Lit == nil || p.Type.Kind != Number || a.over != "" && a.x.Within[0].Desc {
		return value{}, unsupported("%s in this form", a.x.Name)
	}
	v, err := a.s.rows().expr(a.x.Within[0].X)
	if err != nil {
		return value{}, err
	}
	switch {
	case kind == "cont" && v.Type.Kind != Float:
		return value{}, unsupported("%s of %s, whose result type is not documented", a.x.Name, v.Type)
	case v.Type.isSemi() || v.Type.Kind == TimestampTZ:
		return value{}, invalidTypes(a.x.Name, []value{v})
	}
	dir := "ASC"
	if a.x.Within[0].Desc {
		dir = "DESC"
	}
	sql := fmt.Sprintf("percentile_%s(%s) WITHIN GROUP (ORDER BY %s %s)", kind, *p.Lit, v.SQL, dir)
	if a.over != "" {
		sql = fmt.Sprintf("quantile_%s(%s, %s)%s", kind, v.SQL, *p.Lit, a.over)
	}
	return value{SQL: sql, Type: v.Type, Nullable: true}, nil
}
