package duckselect

import (
	"slices"
	"strconv"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Compiler turns one statement's tree into DuckDB text.
type Compiler[T comparable] struct {
	L     Language[T]
	Rules *Rules[T]
	Text  string
	ids   int
	spent int // bytes of text made so far
}

// ID is a name of DuckDB's that nothing else in the statement has.
func (c *Compiler[T]) ID(prefix string) string {
	c.ids++
	return prefix + strconv.Itoa(c.ids)
}

// Source is the text of an expression as the statement has it.
func (c *Compiler[T]) Source(x sqltree.Expr) string {
	from, to := x.Pos()
	return c.Text[min(from, len(c.Text)):min(to, len(c.Text))]
}

// Value is a compiled expression: DuckDB text of exactly the DuckDB type of its type. A constant literal is kept as Lit.
type Value[T comparable] struct {
	SQL      string
	Type     T
	Nullable bool
	Lit      *string
}

// Field is a column that a scope can see. What a column merged by USING was merged from is Hidden: only a qualifier finds it.
type Field[T comparable] struct {
	Name      string
	Qualifier []string
	Hidden    bool
	Value[T]
}

// Nest is a subquery's view of the query around it, with the number of references that it makes there. From a derived table or set
// operand of the subquery, which is Deep, references are refused.
type Nest[T comparable] struct {
	Outer *Scope[T]
	Deep  bool
	Refs  int
}

func (n *Nest[T]) deeper() *Nest[T] {
	if n == nil {
		return nil
	}
	return &Nest[T]{Outer: n.Outer, Deep: true}
}

// CTEs is a chain of WITH names.
type CTEs[T comparable] struct {
	parent *CTEs[T]
	name   string // folded
	table  *Table[T]
	sql    string
}

func (w *CTEs[T]) find(name string) *CTEs[T] {
	for ; w != nil; w = w.parent {
		if w.name == name {
			return w
		}
	}
	return nil
}

// Scope is where an expression stands: the columns it sees and what its clause allows.
type Scope[T comparable] struct {
	C          *Compiler[T]
	Fields     []Field[T]
	Nest       *Nest[T]
	With       *CTEs[T]
	Clause     string
	Grouped    *Keys               // not nil: only group keys and aggregates may be said
	Aggregates bool                // aggregates are allowed
	Windows    bool                // window functions are allowed
	Serial     string              // what a function in FROM leaves for the expressions: a row number
	Locals     map[string]Value[T] // parameters of the lambdas around, by folded name
	aliases    map[string]sqltree.Expr
	busy       []string // aliases under substitution
}

// Keys are GROUP BY expressions by their text, and the shapes of their trees.
type Keys struct {
	texts  map[string]bool
	shapes map[string]bool
}

// In returns a copy of s for a clause.
func (s *Scope[T]) In(clause string) *Scope[T] {
	t := *s
	t.Clause = clause
	return &t
}

// Rows returns a copy of s in which neither groups, aggregates nor window functions stand.
func (s *Scope[T]) Rows() *Scope[T] {
	t := *s
	t.Grouped, t.Aggregates, t.Windows = nil, false, false
	return &t
}

func (s *Scope[T]) fold(name string) string { return s.C.Rules.Fold(name) }

func (s *Scope[T]) matches(f *Field[T], parts []sqltree.Name) bool {
	last := len(parts) - 1
	if s.fold(f.Name) != s.fold(parts[last].Text) || last == 0 && f.Hidden || last > len(f.Qualifier) {
		return false
	}
	for i, q := range f.Qualifier[len(f.Qualifier)-last:] {
		if s.fold(q) != s.fold(parts[i].Text) {
			return false
		}
	}
	return true
}

// Find is the column of the relations that a name means, or nil.
func (s *Scope[T]) Find(parts []sqltree.Name) (*Field[T], *sqltree.Error) {
	var found *Field[T]
	for i := range s.Fields {
		if f := &s.Fields[i]; s.matches(f, parts) {
			if found != nil {
				return nil, s.C.Rules.Ambiguous(s, parts, found, f)
			}
			found = f
		}
	}
	return found, nil
}

// resolve finds a reference: among the parameters of lambdas, in the scope's own relations, among the select list's aliases, then in the
// query around a subquery, one level out.
func (s *Scope[T]) resolve(r *sqltree.Reference) (Value[T], *sqltree.Error) {
	key := s.fold(r.Parts[0].Text)
	if v, ok := s.Locals[key]; ok && len(r.Parts) == 1 {
		return v, nil
	}
	f, err := s.Find(r.Parts)
	if err != nil {
		return Value[T]{}, err
	}
	x, aliased := s.aliases[key]
	aliased = aliased && len(r.Parts) == 1 && !slices.Contains(s.busy, key)
	if f != nil {
		if aliased && s.C.Rules.Shadows[s.Clause] && !s.same(x, f) {
			return Value[T]{}, s.C.Rules.Shadowed(s, r.Parts)
		}
		if s.Grouped != nil && !s.Grouped.texts[f.SQL] {
			return Value[T]{}, s.C.Rules.NotGrouped(r.Parts)
		}
		return f.Value, nil
	}
	if aliased {
		t := *s
		t.busy = append(slices.Clone(s.busy), key)
		return t.Expr(x)
	}
	return s.resolveOuter(r)
}

// same says whether an alias names the very column.
func (s *Scope[T]) same(x sqltree.Expr, f *Field[T]) bool {
	r, ok := x.(*sqltree.Reference)
	if !ok {
		return false
	}
	g, err := s.Find(r.Parts)
	return err == nil && g == f
}

func (s *Scope[T]) resolveOuter(r *sqltree.Reference) (Value[T], *sqltree.Error) {
	for n, level := s.Nest, 0; n != nil; n, level = n.Outer.Nest, level+1 {
		f, err := n.Outer.Find(r.Parts)
		if err != nil {
			return Value[T]{}, err
		}
		if f == nil {
			continue
		}
		if level > 0 || s.Nest.Deep {
			return Value[T]{}, s.C.Rules.Correlated(r.Parts)
		}
		n.Refs++
		return f.Value, nil
	}
	return Value[T]{}, s.C.Rules.Unresolved(s, r.Parts)
}

// Table is a compiled query: DuckDB text and the columns it yields.
type Table[T comparable] struct {
	SQL  string
	Cols []Col[T]
}

// Col is a column of a table; Alias is its DuckDB name.
type Col[T comparable] struct {
	Name     string
	Alias    string
	Type     T
	Nullable bool
}

func (c *Compiler[T]) castTo(sql string, t T) string {
	return "CAST(" + sql + " AS " + c.Rules.DuckDB(t) + ")"
}
