package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// aggregates are aggregate functions, by argument letters (see function). In the form $D is "DISTINCT " or nothing, $O the FILTER and
// OVER clauses or nothing. The vendor page is functions/ and the name.
var aggregates = map[string]function{
	"COUNT_IF":       {Args: "b", Type: of(Bigint), Form: "COALESCE(count_if($1)$O, 0)"},
	"BOOL_AND":       {Args: "b", Type: of(Boolean), Form: "bool_and($1)$O"},
	"EVERY":          {Args: "b", Type: of(Boolean), Form: "bool_and($1)$O"},
	"BOOL_OR":        {Args: "b", Type: of(Boolean), Form: "bool_or($1)$O"},
	"ANY":            {Args: "b", Type: of(Boolean), Form: "bool_or($1)$O"},
	"SOME":           {Args: "b", Type: of(Boolean), Form: "bool_or($1)$O"},
	"BIT_AND":        {Args: "n", Of: first, Form: "bit_and($1)$O"},
	"BIT_OR":         {Args: "n", Of: first, Form: "bit_or($1)$O"},
	"BIT_XOR":        {Args: "n", Of: first, Form: "bit_xor($D$1)$O"},
	"ANY_VALUE":      {Args: "x", Of: first, Form: "first($1)$O"},
	"FIRST":          {Args: "x", Of: first, Form: "first($1)$O"},
	"STDDEV":         {Args: "f", Type: of(Double), Form: "stddev_samp($D$1)$O"},
	"STD":            {Args: "f", Type: of(Double), Form: "stddev_samp($D$1)$O"},
	"STDDEV_SAMP":    {Args: "f", Type: of(Double), Form: "stddev_samp($D$1)$O"},
	"STDDEV_POP":     {Args: "f", Type: of(Double), Form: "stddev_pop($D$1)$O"},
	"VARIANCE":       {Args: "f", Type: of(Double), Form: "var_samp($D$1)$O"},
	"VAR_SAMP":       {Args: "f", Type: of(Double), Form: "var_samp($D$1)$O"},
	"VAR_POP":        {Args: "f", Type: of(Double), Form: "var_pop($D$1)$O"},
	"CORR":           {Args: "ff", Type: of(Double), Form: "db_not_nan(corr($1, $2)$O)"},
	"COVAR_POP":      {Args: "ff", Type: of(Double), Form: "covar_pop($1, $2)$O"},
	"COVAR_SAMP":     {Args: "ff", Type: of(Double), Form: "covar_samp($1, $2)$O"},
	"REGR_AVGX":      {Args: "ff", Type: of(Double), Form: "regr_avgx($1, $2)$O"},
	"REGR_AVGY":      {Args: "ff", Type: of(Double), Form: "regr_avgy($1, $2)$O"},
	"REGR_COUNT":     {Args: "ff", Type: of(Bigint), Form: "regr_count($1, $2)$O"},
	"REGR_INTERCEPT": {Args: "ff", Type: of(Double), Form: "db_not_nan(regr_intercept($1, $2)$O)"},
	"REGR_R2":        {Args: "ff", Type: of(Double), Form: "db_not_nan(regr_r2($1, $2)$O)"},
	"REGR_SLOPE":     {Args: "ff", Type: of(Double), Form: "db_not_nan(regr_slope($1, $2)$O)"},
	"REGR_SXX":       {Args: "ff", Type: of(Double), Form: "regr_sxx($1, $2)$O"},
	"REGR_SXY":       {Args: "ff", Type: of(Double), Form: "regr_sxy($1, $2)$O"},
	"REGR_SYY":       {Args: "ff", Type: of(Double), Form: "regr_syy($1, $2)$O"},
	"MEDIAN":         {Args: "f", Type: of(Double), Form: "quantile_cont($1, 0.5)$O"},
	"MAX_BY":         {Args: "xx", Of: first, Form: "arg_max_null($1, $2)$O"},
	"MIN_BY":         {Args: "xx", Of: first, Form: "arg_min_null($1, $2)$O"},
	"GROUPING":       {Args: "x", Type: of(Tinyint), Form: "grouping($1)"},
	"GROUPING_ID":    {Args: "x*", Type: of(Bigint), Form: "grouping($*)"},
	"COLLECT_LIST":   {Args: "x", Of: arrayOfFirst, Form: "COALESCE(list($D$1) FILTER ($1 IS NOT NULL), [])"},
	"ARRAY_AGG":      {Args: "x", Of: arrayOfFirst, Form: "COALESCE(list($D$1) FILTER ($1 IS NOT NULL), [])"},
	"COLLECT_SET":    {Args: "x", Of: arrayOfFirst, Form: "COALESCE(list(DISTINCT $1) FILTER ($1 IS NOT NULL), [])"},
}

// builtAggregates need more than letters.
var builtAggregates = sqltree.WordSet("COUNT SUM AVG MEAN MIN MAX LISTAGG STRING_AGG PERCENTILE_CONT PERCENTILE_DISC PERCENTILE")

func (a *aggregation) built() (value, *Error) {
	switch a.X.Name {
	case "COUNT":
		return countCall(a)
	case "SUM":
		return sumCall(a)
	case "AVG", "MEAN":
		return avgCall(a)
	case "LISTAGG", "STRING_AGG":
		return listAgg(a)
	case "PERCENTILE":
		return percentileCall(a)
	case "PERCENTILE_CONT", "PERCENTILE_DISC":
		return percentile(a)
	}
	return extremeCall(a)
}

func isAggregate(name string) bool {
	_, ok := aggregates[name]
	return ok || builtAggregates[name]
}

func arrayOfFirst(a []value) Type { return Type{Kind: Array, Elem: a[0].Type.Kind} }

// aggregation is one call of an aggregate function while it is compiled.
type aggregation struct {
	s *scope
	duckselect.Aggregation[Type]
}

// aggregate compiles an aggregate function, or any function with OVER.
func (s *scope) aggregate(x *sqltree.Call) (value, *Error) {
	if x.Over != nil && !s.Windows {
		return value{}, unsupported("the window function %s in %s", s.c.Source(x), s.Clause)
	}
	if x.Over == nil && !s.Aggregates {
		switch s.Clause {
		case "WHERE":
			return value{}, failure("INVALID_WHERE_CONDITION", "The WHERE condition \"%s\" contains invalid expressions: %s. Rewrite the "+
				"query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.",
				s.c.Source(x), s.c.Source(x))
		case "GROUP BY":
			return value{}, failure("GROUP_BY_AGGREGATE", "Aggregate functions are not allowed in GROUP BY, but found %s.", s.c.Source(x))
		}
		return value{}, unsupported("the aggregate function %s in %s", s.c.Source(x), s.Clause)
	}
	a := &aggregation{s: s}
	a.X = x
	inner := s.c.scope(s.Inside(x))
	if err := a.prepare(inner); err != nil {
		return value{}, err
	}
	if _, only := windowFunctions[x.Name]; only {
		return a.windowOnly(inner)
	}
	if x.Over != nil {
		if !isAggregate(x.Name) || len(a.Order) > 0 {
			return value{}, failure("UNSUPPORTED_EXPR_FOR_WINDOW", "Expression \"%s\" not supported within a window function.", s.c.Source(x))
		}
		over, err := inner.over(x)
		if err != nil {
			return value{}, err
		}
		a.Over += over
	}
	if builtAggregates[x.Name] {
		return a.built()
	}
	return a.apply(aggregates[x.Name])
}

func (a *aggregation) prepare(inner *scope) (err *Error) {
	n := a.X.Name
	if a.X.Named != nil || a.X.Star && n != "COUNT" || a.X.Nulls == "IGNORE" && isAggregate(n) ||
		a.X.Within != nil && n != "LISTAGG" && n != "STRING_AGG" && !strings.HasPrefix(n, "PERCENTILE_") {
		return unsupported("%s in this form", a.s.c.Source(a.X))
	}
	if a.Args, err = inner.Exprs(a.X.Args); err != nil {
		return err
	}
	if a.X.Filter != nil {
		v, err := a.s.c.Condition(a.s.Rows().In("FILTER"), a.X.Filter)
		if err != nil {
			return err
		}
		a.Over = " FILTER (WHERE " + v.SQL + ")"
	}
	if a.X.Distinct {
		a.Distinct = "DISTINCT "
		if a.X.Over != nil {
			return failure("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "Distinct window functions are not supported: \"%s\".", a.s.c.Source(a.X))
		}
		if err := a.KeyArgs(&rules); err != nil {
			return err
		}
	}
	if a.X.Within != nil {
		if a.Order, err = inner.SortKeys(a.X.Within); a.Order != "" {
			a.Order = " " + a.Order
		}
	}
	return err
}

func (a *aggregation) apply(f function) (value, *Error) {
	args, ok := a.s.c.fit(f.Args, a.Args)
	if !ok {
		if err := a.s.arity(a.X, len(strings.TrimSuffix(f.Args, "*")), len(f.Args)); err != nil {
			return value{}, err
		}
		return value{}, mismatch(a.s.c.Source(a.X), a.Args)
	}
	if a.Distinct != "" && !strings.Contains(f.Form, "$D") && strings.HasPrefix(a.X.Name, "COUNT_IF") || strings.Contains(f.Form, " FILTER ") && a.Over != "" {
		return value{}, unsupported("%s in this form", a.s.c.Source(a.X))
	}
	f.Form = a.Filled(f.Form)
	out := a.s.c.Apply(&f, args)
	if out.Type.Kind == Array && (args[0].Type.Kind == Decimal || args[0].Type.Kind == Array) {
		return value{}, unsupported("an array of %s", args[0].Type)
	}
	out.Nullable = true
	return out, nil
}

// countCall compiles count(*), count(x, …) and count(DISTINCT x, …): rows in which no argument is NULL (functions/count).
func countCall(a *aggregation) (value, *Error) {
	if !a.X.Star && len(a.Args) == 0 {
		return value{}, a.s.arity(a.X, 1, -1)
	}
	return value{SQL: a.Count(), Type: of(Bigint)}, nil
}

// sumCall: integers make a BIGINT, DECIMAL(p,s) a DECIMAL(p+10,s), others a DOUBLE (functions/sum).
func sumCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	v := a.Args[0]
	if v.Type.Kind == String || v.Type.Kind == Float || v.Type.Kind == Void {
		v = a.s.c.Convert(v, of(Double))
	}
	t := of(Double)
	switch {
	case v.Type.isInteger():
		t = of(Bigint)
	case v.Type.Kind == Decimal:
		t = decimal(min(v.Type.Precision+10, maxPrecision), v.Type.Scale)
	case v.Type.Kind != Double:
		return value{}, mismatch(a.s.c.Source(a.X), a.Args)
	}
	sql := a.Of("sum", v.SQL)
	if t.isExact() {
		sql = castTo(sql, t)
	}
	return value{SQL: sql, Type: t, Nullable: true}, nil
}

// avgCall: DECIMAL(p,s) makes a DECIMAL(p+4,s+4), others a DOUBLE (functions/avg).
func avgCall(a *aggregation) (value, *Error) {
	sum, err := sumCall(a)
	if err != nil {
		return value{}, err
	}
	v := a.Args[0]
	if sum.Type.Kind != Decimal {
		d, _ := a.s.c.fitOne('f', v)
		return value{SQL: a.Of("avg", d.SQL), Type: of(Double), Nullable: true}, nil
	}
	t := adjusted(v.Type.Precision+4, v.Type.Scale+4)
	n := value{SQL: castTo("nullif("+a.Of("count", v.SQL)+", 0)", decimal(20, 0)), Type: decimal(20, 0)}
	return value{SQL: castTo(quotient(sum, n, t.Scale), t), Type: t, Nullable: true}, nil
}

func extremeCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	v := a.Args[0]
	if err := keyable(v.Type); err != nil {
		return value{}, err
	}
	return value{SQL: strings.ToLower(a.X.Name) + "(" + v.SQL + ")" + a.Over, Type: v.Type, Nullable: true}, nil
}

// foreign is a column of WITHIN GROUP's keys that the first argument does not refer to; "" when there is none.
func (a *aggregation) foreign() string {
	own := map[string]bool{}
	columns(a.X.Args[0], func(r *sqltree.Reference) { own[strings.ToLower(r.Parts[len(r.Parts)-1].Text)] = true })
	name := ""
	for _, o := range a.X.Within {
		columns(o.X, func(r *sqltree.Reference) {
			if last := r.Parts[len(r.Parts)-1].Text; !own[strings.ToLower(last)] {
				name = last
			}
		})
	}
	return name
}

// columns visits the references in an expression.
func columns(x sqltree.Expr, visit func(*sqltree.Reference)) {
	if r, ok := x.(*sqltree.Reference); ok {
		visit(r)
	}
	for _, y := range sqltree.Children(x) {
		if y != nil {
			columns(y, visit)
		}
	}
}

// listAgg: no rows make NULL; the sort keys refer to columns of the argument alone (functions/listagg).
func listAgg(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 2); err != nil {
		return value{}, err
	}
	sep := "''"
	if len(a.Args) == 2 {
		t, ok := constText(a.Args[1])
		if !ok {
			return value{}, unsupported("%s with a delimiter that is not a literal", a.X.Name)
		}
		sep = sqltree.Text(t)
	}
	v, ok := a.s.c.fitOne('t', a.Args[0])
	if !ok {
		return value{}, mismatch(a.s.c.Source(a.X), a.Args)
	}
	if a.Mismatched(v) {
		return value{}, failure("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "Invalid function %s with WITHIN GROUP. "+
			"The function is invoked with DISTINCT and WITHIN GROUP but expressions and ordering do not match.", strings.ToLower(a.X.Name))
	}
	if name := a.foreign(); name != "" {
		return value{}, failure("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "Invalid function %s with WITHIN GROUP. "+
			"The sort key's column %s is not in the expression.", strings.ToLower(a.X.Name), ticked(name))
	}
	return value{SQL: a.Of("string_agg", v.SQL+", "+sep+a.Order), Type: of(String), Nullable: true}, nil
}

// percentile compiles percentile_cont and percentile_disc(literal) WITHIN GROUP (ORDER BY x): a DOUBLE
// (functions/percentile_cont, -percentile_disc).
func percentile(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 1, 1); err != nil {
		return value{}, err
	}
	p := a.Args[0]
	if len(a.X.Within) != 1 || p.Lit == nil || !p.Type.isNumeric() || a.Distinct != "" {
		return value{}, unsupported("%s in this form", a.s.c.Source(a.X))
	}
	v, err := a.s.rows().Expr(a.X.Within[0].X)
	if err != nil {
		return value{}, err
	}
	kind := strings.ToLower(strings.TrimPrefix(a.X.Name, "PERCENTILE_"))
	if !v.Type.isNumeric() {
		return value{}, mismatch(a.s.c.Source(a.X), []value{v})
	}
	v = a.s.c.Convert(v, of(Double))
	return value{SQL: fmt.Sprintf("percentile_%s(%s) WITHIN GROUP (ORDER BY %s %s)%s", kind, *p.Lit, v.SQL, a.X.Within[0].Direction(), a.Over), Type: v.Type, Nullable: true}, nil
}

// percentileCall compiles percentile(x, literal): a DOUBLE (functions/percentile).
func percentileCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.X, 2, 2); err != nil {
		return value{}, err
	}
	v, ok := a.s.c.fitOne('f', a.Args[0])
	if !ok || a.Args[1].Lit == nil || !a.Args[1].Type.isNumeric() {
		return value{}, mismatch(a.s.c.Source(a.X), a.Args)
	}
	return value{SQL: a.Of("quantile_cont", v.SQL+", "+*a.Args[1].Lit), Type: of(Double), Nullable: true}, nil
}
