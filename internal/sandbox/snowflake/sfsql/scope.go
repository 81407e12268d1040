package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// compiler turns one statement's tree into DuckDB text.
type compiler struct {
	env      *Env
	text     string
	ids      int
	spent    int // bytes of text made so far
	specials map[string]special
	dates    map[string]dateFunction
}

func (c *compiler) id(prefix string) string {
	c.ids++
	return prefix + itoa(c.ids)
}

// source is the text of an expression as the statement has it.
func (c *compiler) source(x sqltree.Expr) string {
	from, to := x.Pos()
	return c.text[min(from, len(c.text)):min(to, len(c.text))]
}

// value is a compiled expression: DuckDB text of exactly the type typ.DuckDB(). A constant literal is kept as lit.
type value struct {
	sql      string
	typ      Type
	nullable bool
	lit      *string
}

// field is a column that a scope can see. A column merged by USING is visible without a qualifier only, what it was merged
// from with a qualifier only.
type field struct {
	name      string
	qualifier []string
	bare      bool // no qualifier finds it
	hidden    bool // only a qualifier finds it
	value
}

// nest is a subquery's view of the query around it.
type nest struct {
	outer *scope
	deep  bool // a derived table of the subquery: Snowflake evaluates no reference from there
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
		if w.name == name {
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
	aliases map[string]sqltree.Expr
	busy    map[string]bool // aliases under substitution
	clause  string
	grouped *keys // not nil: only group keys and aggregates may be said
	aggs    bool  // aggregates are allowed
	windows bool
	serial  string // a GENERATOR's row number, from 0
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
	if f.name != parts[last].Text || last == 0 && f.hidden || last > 0 && f.bare || last > len(f.qualifier) {
		return false
	}
	of := f.qualifier[len(f.qualifier)-last:]
	for i, q := range of {
		if q != parts[i].Text {
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
				return nil, s.c.at(parts[0].At, 2028, "42601", "ambiguous column name '%s'", shown(parts))
			}
			found = f
		}
	}
	return found, nil
}

func shown(parts []sqltree.Name) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Text
		if strings.ToUpper(p.Text) != p.Text || strings.ContainsAny(p.Text, " .\"") {
			texts[i] = sqltree.Quote(p.Text)
		}
	}
	return strings.Join(texts, ".")
}

// resolve finds a reference: in the scope's own relations, then among the select list's aliases, then in the query around
// a subquery (user-guide/querying-subqueries: one level only).
func (s *scope) resolve(r *sqltree.Reference) (value, *Error) {
	f, err := s.find(r.Parts)
	if err != nil {
		return value{}, err
	}
	if f != nil {
		if s.grouped != nil && !s.grouped.texts[f.sql] {
			return value{}, compilation(979, "42601", "'[%s]' is not a valid group by expression", shown(r.Parts))
		}
		return f.value, nil
	}
	if len(r.Parts) == 1 {
		if x, ok := s.aliases[r.Parts[0].Text]; ok && !s.busy[r.Parts[0].Text] {
			return s.aliased(r.Parts[0].Text, x)
		}
	}
	return s.resolveOuter(r)
}

func (s *scope) aliased(name string, x sqltree.Expr) (value, *Error) {
	t := *s
	t.busy = map[string]bool{name: true}
	for k := range s.busy {
		t.busy[k] = true
	}
	return t.expr(x)
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
			return value{}, unsupportedSubquery()
		}
		n.refs++
		return f.value, nil
	}
	from, _ := r.Pos()
	return value{}, s.c.at(from, 904, "42000", "invalid identifier '%s'", shown(r.Parts))
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

// statement compiles the outermost query.
func (c *compiler) statement(q *sqltree.Query) (*Query, *Error) {
	t, err := c.query(q, nil, nil)
	if err != nil {
		return nil, err
	}
	out := &Query{Kind: Select, SQL: t.sql}
	for _, col := range t.cols {
		out.Columns = append(out.Columns, Column{col.name, col.typ, col.nullable})
	}
	if len(out.SQL) > 16*language.MaxText || strings.Contains(out.SQL, "sf_") && macroWeights.TooWide(out.SQL) {
		return nil, tooComplex()
	}
	return out, nil
}

// castTo wraps DuckDB text in a cast.
func castTo(sql string, t Type) string { return fmt.Sprintf("CAST(%s AS %s)", sql, t.DuckDB()) }
