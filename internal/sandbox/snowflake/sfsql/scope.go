package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

type (
	value   = duckselect.Value[Type]
	field   = duckselect.Field[Type]
	table   = duckselect.Table[Type]
	col     = duckselect.Col[Type]
	scopeOf = duckselect.Scope[Type]
)

// compiler turns one statement's tree into DuckDB text; it is the statement's duckselect.Language.
type compiler struct {
	duckselect.Compiler[Type]
	env      *Env
	specials map[string]special
	dates    map[string]dateFunction
}

// scope is where an expression stands.
type scope struct {
	scopeOf
	c *compiler
}

func (c *compiler) scope(s *scopeOf) *scope { return &scope{*s, c} }

// bare is a scope without columns.
func (c *compiler) bare() *scope { return c.scope(&scopeOf{C: &c.Compiler}) }

// rows returns a copy of s in which neither groups, aggregates nor window functions stand.
func (s *scope) rows() *scope { return s.c.scope(s.Rows()) }

// Expr compiles an expression that is this language's own.
func (c *compiler) Expr(s *scopeOf, x sqltree.Expr) (value, *Error) { return c.scope(s).expr(x) }

// Condition compiles a condition.
func (c *compiler) Condition(s *scopeOf, x sqltree.Expr) (value, *Error) {
	return c.scope(s).condition(x)
}

// Function compiles FLATTEN and GENERATOR.
func (c *compiler) Function(s *scopeOf, f *sqltree.FunctionItem, left []field) (string, []field, *Error) {
	t := c.scope(s)
	sql, fields, err := t.functionItem(f, left)
	s.Serial = t.Serial
	return sql, fields, err
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

// statement compiles the outermost query.
func (c *compiler) statement(q *sqltree.Query) (*Query, *Error) {
	t, err := c.Query(q, nil, nil)
	if err != nil {
		return nil, err
	}
	out := &Query{Kind: Select, SQL: t.SQL}
	for _, col := range t.Cols {
		out.Columns = append(out.Columns, Column{col.Name, col.Type, col.Nullable})
	}
	if len(out.SQL) > 16*language.MaxText || strings.Contains(out.SQL, "sf_") && macroWeights.TooWide(out.SQL) {
		return nil, tooComplex()
	}
	return out, nil
}

// castTo wraps DuckDB text in a cast.
func castTo(sql string, t Type) string { return fmt.Sprintf("CAST(%s AS %s)", sql, t.DuckDB()) }
