package dbsql

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type (
	value = duckselect.Value[Type]
	field = duckselect.Field[Type]
	table = duckselect.Table[Type]
	col   = duckselect.Col[Type]

	scopeOf = duckselect.Scope[Type]
)

// compiler turns one statement's tree into DuckDB text; it is the statement's duckselect.Language.
type compiler struct {
	duckselect.Compiler[Type]
	env      *Env
	specials map[string]special
	raws     map[string]raw
}

// scope is where an expression stands.
type scope struct {
	scopeOf
	c *compiler
}

func (c *compiler) scope(s *scopeOf) *scope { return &scope{*s, c} }

// rows returns a copy of s in which neither groups, aggregates nor window functions stand.
func (s *scope) rows() *scope { return s.c.scope(s.Rows()) }

// Expr compiles an expression that is this language's own.
func (c *compiler) Expr(s *scopeOf, x sqltree.Expr) (value, *Error) {
	return c.scope(s).expr(x)
}

// Condition compiles a BOOLEAN expression.
func (c *compiler) Condition(s *scopeOf, x sqltree.Expr) (value, *Error) {
	return c.scope(s).condition(x)
}

// statement compiles the outermost query. Arrays leave it as text.
func (c *compiler) statement(q *sqltree.Query) (*Query, *Error) {
	t, err := c.Query(q, nil, nil)
	if err != nil {
		return nil, err
	}
	out := &Query{Kind: Select, SQL: t.SQL}
	items, printed := make([]string, len(t.Cols)), false
	for i, col := range t.Cols {
		out.Columns = append(out.Columns, Column{col.Name, col.Type, col.Nullable})
		items[i] = col.Alias
		switch col.Type.Kind {
		case Array:
			items[i], printed = "CAST(to_json("+col.Alias+") AS VARCHAR) AS "+col.Alias, true
		case Interval:
			return nil, unsupported("an interval as a result")
		}
	}
	if printed {
		out.SQL = "SELECT " + strings.Join(items, ", ") + " FROM (" + t.SQL + ")"
	}
	if len(out.SQL) > 64<<20 || strings.Contains(out.SQL, "db_") && macroWeights.TooWide(out.SQL) {
		return nil, tooComplex()
	}
	return out, nil
}

// castTo wraps DuckDB text in a cast.
func castTo(sql string, t Type) string { return "CAST(" + sql + " AS " + t.inner() + ")" }

func shown(parts []sqltree.Name) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Text
	}
	return ticked(texts...)
}

// place is a column as messages name it.
func place(f *field) string {
	return ticked(append(slices.Clone(f.Qualifier[max(0, len(f.Qualifier)-1):]), f.Name)...)
}
