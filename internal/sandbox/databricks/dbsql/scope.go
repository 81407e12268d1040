package dbsql

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// compiler turns one statement's tree into DuckDB text.
type compiler struct {
	env   *Env
	text  string
	ids   int
	spent int // bytes of text made so far

	specials map[string]special
	raws     map[string]raw
}

func (c *compiler) id(prefix string) string {
	c.ids++
	return prefix + strconv.Itoa(c.ids)
}

// source is the text of an expression as the statement has it.
func (c *compiler) source(x sqltree.Expr) string {
	from, to := x.Pos()
	return c.text[min(from, len(c.text)):min(to, len(c.text))]
}

// value is a compiled expression: DuckDB text of exactly the type typ.inner(). A constant literal is kept as lit.
type value struct {
	sql      string
	typ      Type
	nullable bool
	lit      *string
}

// field is a column that a scope can see. A column merged by USING is visible without a qualifier only, what it was merged from with
// a qualifier only.
type field struct {
	name      string
	qualifier []string
	hidden    bool // only a qualifier finds it
	value
}

// nest is a subquery's view of the query around it: references that it makes there.
type nest struct {
	outer *scope
	deep  bool // a derived table or set operand of the subquery: correlation from there is refused
	refs  int
}

// ctes is a chain of WITH names.
type ctes struct {
	parent *ctes
	name   string
	table  *table
	sql    string
}

func (w *ctes) find(name string) *ctes {
	for ; w != nil; w = w.parent {
		if strings.EqualFold(w.name, name) {
			return w
		}
	}
	return nil
}

// scope is where an expression stands: the columns it sees and what its clause allows.
type scope struct {
	c       *compiler
	fields  []field
	nest    *nest
	with    *ctes
	aliases map[string]sqltree.Expr // by lower-case name
	busy    []string                // aliases under substitution
	clause  string
	grouped *keys // not nil: only group keys and aggregates may be said
	aggs    bool  // aggregates are allowed
	windows bool
	lambda  map[string]value // parameters of the lambdas around, by lower-case name
}

// keys are GROUP BY expressions by their text, and the shapes of their trees.
type keys struct {
	texts  map[string]bool
	shapes map[string]bool
}

// in returns a copy of s for a clause.
func (s *scope) in(clause string) *scope {
	t := *s
	t.clause = clause
	return &t
}

// rows returns a copy of s in which neither groups, aggregates nor window functions stand.
func (s *scope) rows() *scope {
	t := *s
	t.grouped, t.aggs, t.windows = nil, false, false
	return &t
}

func (f *field) matches(parts []sqltree.Name) bool {
	last := len(parts) - 1
	if !strings.EqualFold(f.name, parts[last].Text) || last == 0 && f.hidden || last > len(f.qualifier) {
		return false
	}
	for i, q := range f.qualifier[len(f.qualifier)-last:] {
		if !strings.EqualFold(q, parts[i].Text) {
			return false
		}
	}
	return true
}

func (s *scope) find(parts []sqltree.Name) (*field, *Error) {
	var found *field
	for i := range s.fields {
		if f := &s.fields[i]; f.matches(parts) {
			if found != nil {
				return nil, failure("AMBIGUOUS_REFERENCE", "Reference %s is ambiguous, could be: [%s, %s].", shown(parts), found.shown(), f.shown())
			}
			found = f
		}
	}
	return found, nil
}

func (f *field) shown() string {
	return ticked(append(slices.Clone(f.qualifier[max(0, len(f.qualifier)-1):]), f.name)...)
}

func shown(parts []sqltree.Name) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Text
	}
	return ticked(texts...)
}

// resolve finds a reference (sql-ref-name-resolution): a lambda's parameter, a column of the relations, an alias of the select list,
// a column of the query around a subquery.
func (s *scope) resolve(r *sqltree.Reference) (value, *Error) {
	key := strings.ToLower(r.Parts[0].Text)
	if v, ok := s.lambda[key]; ok && len(r.Parts) == 1 {
		return v, nil
	}
	f, err := s.find(r.Parts)
	if err != nil {
		return value{}, err
	}
	x, aliased := s.aliases[key]
	aliased = aliased && len(r.Parts) == 1 && !slices.Contains(s.busy, key)
	if f != nil {
		if aliased && (s.clause == "HAVING" || s.clause == "QUALIFY" || s.clause == "ORDER BY") && !s.same(x, f) {
			return value{}, unsupported("the name %s of both a column and an alias in %s", shown(r.Parts), s.clause)
		}
		if s.grouped != nil && !s.grouped.texts[f.sql] {
			return value{}, failure("MISSING_AGGREGATION", "The non-aggregating expression \"%s\" is based on columns which are not participating "+
				"in the GROUP BY clause. Add the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value(%s)\" "+
				"if you do not care which of the values within a group is returned.", r.Parts[len(r.Parts)-1].Text, r.Parts[len(r.Parts)-1].Text)
		}
		return f.value, nil
	}
	if aliased {
		t := *s
		t.busy = append(slices.Clone(s.busy), key)
		return t.expr(x)
	}
	return s.resolveOuter(r)
}

// same says whether an alias names the very column.
func (s *scope) same(x sqltree.Expr, f *field) bool {
	r, ok := x.(*sqltree.Reference)
	if !ok {
		return false
	}
	g, err := s.find(r.Parts)
	return err == nil && g == f
}

func (s *scope) resolveOuter(r *sqltree.Reference) (value, *Error) {
	for n, level := s.nest, 0; n != nil; n, level = n.outer.nest, level+1 {
		f, err := n.outer.find(r.Parts)
		if err != nil {
			return value{}, err
		}
		if f == nil {
			continue
		}
		if level > 0 || s.nest.deep {
			return value{}, unsupportedSubquery("UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE", "a reference to %s from there", shown(r.Parts))
		}
		n.refs++
		return f.value, nil
	}
	return value{}, s.unresolved(shown(r.Parts))
}

// unresolved names columns that exist, as Databricks does.
func (s *scope) unresolved(name string) *Error {
	var near []string
	for i := range s.fields {
		near = append(near, s.fields[i].shown())
	}
	sort.Strings(near)
	if len(near) == 0 {
		return failure("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "A column, variable, or function parameter with name %s cannot be resolved.", name)
	}
	return failure("UNRESOLVED_COLUMN.WITH_SUGGESTION", "A column, variable, or function parameter with name %s cannot be resolved. "+
		"Did you mean one of the following? [%s].", name, strings.Join(near[:min(5, len(near))], ", "))
}

// table is a compiled query: DuckDB text and the columns it yields, each under the DuckDB name in alias.
type table struct {
	sql  string
	cols []tableCol
}

type tableCol struct {
	name     string
	alias    string
	typ      Type
	nullable bool
}

// statement compiles the outermost query. Arrays and intervals leave it as text.
func (c *compiler) statement(q *sqltree.Query) (*Query, *Error) {
	t, err := c.query(q, nil, nil)
	if err != nil {
		return nil, err
	}
	out := &Query{Kind: Select, SQL: t.sql}
	items, printed := make([]string, len(t.cols)), false
	for i, col := range t.cols {
		out.Columns = append(out.Columns, Column{col.name, col.typ, col.nullable})
		items[i] = col.alias
		switch col.typ.Kind {
		case Array:
			items[i], printed = "CAST(to_json("+col.alias+") AS VARCHAR) AS "+col.alias, true
		case Interval:
			return nil, unsupported("an interval as a result")
		}
	}
	if printed {
		out.SQL = "SELECT " + strings.Join(items, ", ") + " FROM (" + t.sql + ")"
	}
	if len(out.SQL) > 64<<20 || strings.Contains(out.SQL, "db_") && macroWeights.TooWide(out.SQL) {
		return nil, tooComplex()
	}
	return out, nil
}

// castTo wraps DuckDB text in a cast.
func castTo(sql string, t Type) string { return fmt.Sprintf("CAST(%s AS %s)", sql, t.inner()) }
