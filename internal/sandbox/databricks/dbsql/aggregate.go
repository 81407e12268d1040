package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// aggregate is an aggregate function by argument letters (see function). In the form $D is "DISTINCT " or nothing, $O the FILTER and
// OVER clauses or nothing. The vendor page is functions/ and the name.
type aggregate struct {
	args string
	typ  Type
	of   func([]value) Type
	form string
}

var aggregates = map[string]aggregate{
	"COUNT_IF":       {args: "b", typ: of(Bigint), form: "COALESCE(count_if($1)$O, 0)"},
	"BOOL_AND":       {args: "b", typ: of(Boolean), form: "bool_and($1)$O"},
	"EVERY":          {args: "b", typ: of(Boolean), form: "bool_and($1)$O"},
	"BOOL_OR":        {args: "b", typ: of(Boolean), form: "bool_or($1)$O"},
	"ANY":            {args: "b", typ: of(Boolean), form: "bool_or($1)$O"},
	"SOME":           {args: "b", typ: of(Boolean), form: "bool_or($1)$O"},
	"BIT_AND":        {args: "n", of: first, form: "bit_and($1)$O"},
	"BIT_OR":         {args: "n", of: first, form: "bit_or($1)$O"},
	"BIT_XOR":        {args: "n", of: first, form: "bit_xor($D$1)$O"},
	"ANY_VALUE":      {args: "x", of: first, form: "first($1)$O"},
	"FIRST":          {args: "x", of: first, form: "first($1)$O"},
	"STDDEV":         {args: "f", typ: of(Double), form: "stddev_samp($D$1)$O"},
	"STD":            {args: "f", typ: of(Double), form: "stddev_samp($D$1)$O"},
	"STDDEV_SAMP":    {args: "f", typ: of(Double), form: "stddev_samp($D$1)$O"},
	"STDDEV_POP":     {args: "f", typ: of(Double), form: "stddev_pop($D$1)$O"},
	"VARIANCE":       {args: "f", typ: of(Double), form: "var_samp($D$1)$O"},
	"VAR_SAMP":       {args: "f", typ: of(Double), form: "var_samp($D$1)$O"},
	"VAR_POP":        {args: "f", typ: of(Double), form: "var_pop($D$1)$O"},
	"CORR":           {args: "ff", typ: of(Double), form: "db_not_nan(corr($1, $2)$O)"},
	"COVAR_POP":      {args: "ff", typ: of(Double), form: "covar_pop($1, $2)$O"},
	"COVAR_SAMP":     {args: "ff", typ: of(Double), form: "covar_samp($1, $2)$O"},
	"REGR_AVGX":      {args: "ff", typ: of(Double), form: "regr_avgx($1, $2)$O"},
	"REGR_AVGY":      {args: "ff", typ: of(Double), form: "regr_avgy($1, $2)$O"},
	"REGR_COUNT":     {args: "ff", typ: of(Bigint), form: "regr_count($1, $2)$O"},
	"REGR_INTERCEPT": {args: "ff", typ: of(Double), form: "db_not_nan(regr_intercept($1, $2)$O)"},
	"REGR_R2":        {args: "ff", typ: of(Double), form: "db_not_nan(regr_r2($1, $2)$O)"},
	"REGR_SLOPE":     {args: "ff", typ: of(Double), form: "db_not_nan(regr_slope($1, $2)$O)"},
	"REGR_SXX":       {args: "ff", typ: of(Double), form: "regr_sxx($1, $2)$O"},
	"REGR_SXY":       {args: "ff", typ: of(Double), form: "regr_sxy($1, $2)$O"},
	"REGR_SYY":       {args: "ff", typ: of(Double), form: "regr_syy($1, $2)$O"},
	"MEDIAN":         {args: "f", typ: of(Double), form: "quantile_cont($1, 0.5)$O"},
	"MAX_BY":         {args: "xx", of: first, form: "arg_max_null($1, $2)$O"},
	"MIN_BY":         {args: "xx", of: first, form: "arg_min_null($1, $2)$O"},
	"GROUPING":       {args: "x", typ: of(Tinyint), form: "grouping($1)"},
	"GROUPING_ID":    {args: "x*", typ: of(Bigint), form: "grouping($*)"},
	"COLLECT_LIST":   {args: "x", of: arrayOfFirst, form: "COALESCE(list($D$1) FILTER ($1 IS NOT NULL), [])"},
	"ARRAY_AGG":      {args: "x", of: arrayOfFirst, form: "COALESCE(list($D$1) FILTER ($1 IS NOT NULL), [])"},
	"COLLECT_SET":    {args: "x", of: arrayOfFirst, form: "COALESCE(list(DISTINCT $1) FILTER ($1 IS NOT NULL), [])"},
}

// builtAggregates need more than letters.
var builtAggregates = sqltree.WordSet("COUNT SUM AVG MEAN MIN MAX LISTAGG STRING_AGG PERCENTILE_CONT PERCENTILE_DISC PERCENTILE")

func (a *aggregation) built() (value, *Error) {
	switch a.x.Name {
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
	s        *scope
	x        *sqltree.Call
	args     []value
	distinct string
	over     string // FILTER and OVER
	order    string // WITHIN GROUP's keys
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
	if _, only := windowFunctions[x.Name]; only {
		return a.windowOnly(inner)
	}
	if x.Over != nil {
		if !isAggregate(x.Name) || len(a.order) > 0 {
			return value{}, failure("UNSUPPORTED_EXPR_FOR_WINDOW", "Expression \"%s\" not supported within a window function.", s.c.Source(x))
		}
		over, err := inner.over(x)
		if err != nil {
			return value{}, err
		}
		a.over += over
	}
	if builtAggregates[x.Name] {
		return a.built()
	}
	return a.apply(aggregates[x.Name])
}

func (a *aggregation) prepare(inner *scope) (err *Error) {
	n := a.x.Name
	if a.x.Named != nil || a.x.Star && n != "COUNT" || a.x.Nulls == "IGNORE" && isAggregate(n) ||
		a.x.Within != nil && n != "LISTAGG" && n != "STRING_AGG" && !strings.HasPrefix(n, "PERCENTILE_") {
		return unsupported("%s in this form", a.s.c.Source(a.x))
	}
	if a.args, err = inner.Exprs(a.x.Args); err != nil {
		return err
	}
	if a.x.Filter != nil {
		v, err := a.s.c.Condition(a.s.Rows().In("FILTER"), a.x.Filter)
		if err != nil {
			return err
		}
		a.over = " FILTER (WHERE " + v.SQL + ")"
	}
	if a.x.Distinct {
		a.distinct = "DISTINCT "
		if a.x.Over != nil {
			return failure("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "Distinct window functions are not supported: \"%s\".", a.s.c.Source(a.x))
		}
		for _, v := range a.args {
			if err := keyable(v.Type); err != nil {
				return err
			}
		}
	}
	if a.x.Within != nil {
		if a.order, err = inner.SortKeys(a.x.Within); a.order != "" {
			a.order = " " + a.order
		}
	}
	return err
}

func (a *aggregation) apply(f aggregate) (value, *Error) {
	args, ok := a.s.c.fit(f.args, a.args)
	if !ok {
		if err := a.s.arity(a.x, len(strings.TrimSuffix(f.args, "*")), len(f.args)); err != nil {
			return value{}, err
		}
		return value{}, mismatch(a.s.c.Source(a.x), a.args)
	}
	if a.distinct != "" && !strings.Contains(f.form, "$D") && strings.HasPrefix(a.x.Name, "COUNT_IF") || strings.Contains(f.form, " FILTER ") && a.over != "" {
		return value{}, unsupported("%s in this form", a.s.c.Source(a.x))
	}
	out := a.s.c.Apply(&function{Type: f.typ, Of: f.of, Form: a.text(f.form)}, args)
	if out.Type.Kind == Array && (args[0].Type.Kind == Decimal || args[0].Type.Kind == Array) {
		return value{}, unsupported("an array of %s", args[0].Type)
	}
	out.Nullable = true
	return out, nil
}

// text fills $D and $O of a form.
func (a *aggregation) text(form string) string {
	return strings.NewReplacer("$D", a.distinct, "$O", a.over).Replace(form)
}

// countCall compiles count(*), count(x, …) and count(DISTINCT x, …): rows in which no argument is NULL (functions/count).
func countCall(a *aggregation) (value, *Error) {
	out := value{Type: of(Bigint)}
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
		out.SQL = fmt.Sprintf("count(%sCASE WHEN %s THEN {%s} END)%s", a.distinct, strings.Join(tests, " AND "), strings.Join(fields, ", "), a.over)
	}
	return out, nil
}

// sumCall: integers make a BIGINT, DECIMAL(p,s) a DECIMAL(p+10,s), others a DOUBLE (functions/sum).
func sumCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	v := a.args[0]
	if v.Type.Kind == String || v.Type.Kind == Float || v.Type.Kind == Void {
		v = a.s.c.convert(v, of(Double))
	}
	t := of(Double)
	switch {
	case v.Type.isInteger():
		t = of(Bigint)
	case v.Type.Kind == Decimal:
		t = decimal(min(v.Type.Precision+10, maxPrecision), v.Type.Scale)
	case v.Type.Kind != Double:
		return value{}, mismatch(a.s.c.Source(a.x), a.args)
	}
	sql := fmt.Sprintf("sum(%s%s)%s", a.distinct, v.SQL, a.over)
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
	v := a.args[0]
	if sum.Type.Kind != Decimal {
		d, _ := a.s.c.fitOne('f', v)
		return value{SQL: fmt.Sprintf("avg(%s%s)%s", a.distinct, d.SQL, a.over), Type: of(Double), Nullable: true}, nil
	}
	t := adjusted(v.Type.Precision+4, v.Type.Scale+4)
	n := value{SQL: castTo(fmt.Sprintf("nullif(count(%s%s)%s, 0)", a.distinct, v.SQL, a.over), decimal(20, 0)), Type: decimal(20, 0)}
	return value{SQL: castTo(quotient(sum, n, t.Scale), t), Type: t, Nullable: true}, nil
}

func extremeCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	v := a.args[0]
	if err := keyable(v.Type); err != nil {
		return value{}, err
	}
	return value{SQL: strings.ToLower(a.x.Name) + "(" + v.SQL + ")" + a.over, Type: v.Type, Nullable: true}, nil
}

// foreign is a column of WITHIN GROUP's keys that the first argument does not refer to; "" when there is none.
func (a *aggregation) foreign() string {
	own := map[string]bool{}
	columns(a.x.Args[0], func(r *sqltree.Reference) { own[strings.ToLower(r.Parts[len(r.Parts)-1].Text)] = true })
	name := ""
	for _, o := range a.x.Within {
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
	if err := a.s.arity(a.x, 1, 2); err != nil {
		return value{}, err
	}
	sep := "''"
	if len(a.args) == 2 {
		t, ok := constText(a.args[1])
		if !ok {
			return value{}, unsupported("%s with a delimiter that is not a literal", a.x.Name)
		}
		sep = sqltree.Text(t)
	}
	v, ok := a.s.c.fitOne('t', a.args[0])
	if !ok {
		return value{}, mismatch(a.s.c.Source(a.x), a.args)
	}
	if a.distinct != "" && a.order != "" && !strings.HasPrefix(a.order, " ORDER BY "+v.SQL+" ") {
		return value{}, failure("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "Invalid function %s with WITHIN GROUP. "+
			"The function is invoked with DISTINCT and WITHIN GROUP but expressions and ordering do not match.", strings.ToLower(a.x.Name))
	}
	if name := a.foreign(); name != "" {
		return value{}, failure("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "Invalid function %s with WITHIN GROUP. "+
			"The sort key's column %s is not in the expression.", strings.ToLower(a.x.Name), ticked(name))
	}
	return value{SQL: fmt.Sprintf("string_agg(%s%s, %s%s)%s", a.distinct, v.SQL, sep, a.order, a.over), Type: of(String), Nullable: true}, nil
}

// percentile compiles percentile_cont and percentile_disc(literal) WITHIN GROUP (ORDER BY x): a DOUBLE
// (functions/percentile_cont, -percentile_disc).
func percentile(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 1, 1); err != nil {
		return value{}, err
	}
	p := a.args[0]
	if len(a.x.Within) != 1 || p.Lit == nil || !p.Type.isNumeric() || a.distinct != "" {
		return value{}, unsupported("%s in this form", a.s.c.Source(a.x))
	}
	v, err := a.s.rows().expr(a.x.Within[0].X)
	if err != nil {
		return value{}, err
	}
	kind := strings.ToLower(strings.TrimPrefix(a.x.Name, "PERCENTILE_"))
	if !v.Type.isNumeric() {
		return value{}, mismatch(a.s.c.Source(a.x), []value{v})
	}
	v = a.s.c.convert(v, of(Double))
	dir := "ASC"
	if a.x.Within[0].Desc {
		dir = "DESC"
	}
	return value{SQL: fmt.Sprintf("percentile_%s(%s) WITHIN GROUP (ORDER BY %s %s)%s", kind, *p.Lit, v.SQL, dir, a.over), Type: v.Type, Nullable: true}, nil
}

// percentileCall compiles percentile(x, literal): a DOUBLE (functions/percentile).
func percentileCall(a *aggregation) (value, *Error) {
	if err := a.s.arity(a.x, 2, 2); err != nil {
		return value{}, err
	}
	v, ok := a.s.c.fitOne('f', a.args[0])
	if !ok || a.args[1].Lit == nil || !a.args[1].Type.isNumeric() {
		return value{}, mismatch(a.s.c.Source(a.x), a.args)
	}
	return value{SQL: fmt.Sprintf("quantile_cont(%s%s, %s)%s", a.distinct, v.SQL, *a.args[1].Lit, a.over), Type: of(Double), Nullable: true}, nil
}
