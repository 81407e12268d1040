package sfsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// rules are Snowflake's (sql-reference/sql/select, sql-reference/operators-query, sql-reference/constructs): a reference is found among the
// columns, then among the select list's aliases, in WHERE too.
var rules = duckselect.Rules[Type]{
	Fold:         func(name string) string { return name },
	Title:        strings.ToUpper,
	ValuesColumn: "COLUMN%d",
	WhereAliases: true,
	FirstAlias:   true,
	Recursive:    true,
	IsAggregate:  isAggregate,
	Outer:        outerFlatten,
	DuckDB:       Type.DuckDB,
	Exact:        func(t Type) bool { return t.Kind == Number },
	Boolean:      of(Boolean),
	Union:        union,
	Meet:         union,
	SameFamily:   func(a, b Type) bool { t, ok := union(a, b); return ok && t.Kind == a.Kind },
	Output:       output,
	Key:          keyable,
	Refusals: duckselect.Refusals[Type]{
		Ambiguous: func(s *scopeOf, parts []sqltree.Name, _, _ *field) *Error {
			return at(s.C.Text, parts[0].At, 2028, "42601", "ambiguous column name '%s'", shown(parts))
		},
		Unresolved: func(s *scopeOf, parts []sqltree.Name) *Error {
			return at(s.C.Text, parts[0].At, 904, "42000", "invalid identifier '%s'", shown(parts))
		},
		NotGrouped: func(parts []sqltree.Name) *Error {
			return compilation(979, "42601", "'[%s]' is not a valid group by expression", shown(parts))
		},
		NotSortable: func(s *scopeOf, x sqltree.Expr) *Error {
			return compilation(2079, "42601", "[%s] is not a valid order by expression", s.C.Source(x))
		},
		Position: func(s *scopeOf, x *sqltree.NumberLit, n, _ int) *Error {
			return at(s.C.Text, x.From, 2001, "42601", "invalid %s position %d", s.Clause, n)
		},
		Star: func(s *scopeOf, it sqltree.SelectItem) *Error {
			if it.Of == nil {
				return compilation(2080, "42601", "SELECT with no columns")
			}
			return at(s.C.Text, it.At, 904, "42000", "invalid identifier '%s'", shown(it.Of))
		},
		Columns: func(_ string, l, r int) *Error {
			return compilation(1789, "42601", "invalid number of result columns for set operator input branches, expected %d, got %d in branch {2}", l, r)
		},
		Types: func(_ string, _ int, l, r Type) *Error {
			return compilation(1790, "42601", "inconsistent data type for result columns for set operator input branches, "+
				"expected %s, got %s for expression [{3}] branch {4}", l, r)
		},
		RowWidth: func(s *scopeOf, b *sqltree.ValuesBody, _, _, _ int) *Error {
			return at(s.C.Text, b.At, 1795, "42601", "number of columns in the rows of VALUES differs")
		},
		RowTypes: func(_ int, a, b Type) *Error { return unsupported("VALUES of %s and %s", a, b) },
		Mixed:    invalidTypes,
		Names: func(c *duckselect.Compiler[Type], names []sqltree.Name, want int) *Error {
			return at(c.Text, names[0].At, 2057, "42601", "invalid number of columns, expected %d, got %d", want, len(names))
		},
		Correlated: func([]sqltree.Name) *Error { return unsupportedSubquery() },
		Form:       func(what string) *Error { return unsupported("%s", what) },
		TooComplex: tooComplex,
	},
}

// output is the type of a result column: that of a bare NULL is VARCHAR.
func output(t Type) Type {
	if t.Kind == Null {
		return of(Varchar)
	}
	return t
}

// Relation finds a table or view by its name, completed with the session's database and schema.
func (c *compiler) Relation(parts []sqltree.Name) (from string, cols []col, own []string, err *Error) {
	own = duckselect.Completed(parts, c.env.Database, c.env.Schema)
	if own[0] == "" || own[1] == "" {
		return "", nil, nil, compilation(90105, "22000", "Cannot perform SELECT. This session does not have a current database. "+
			"Call 'USE DATABASE', or use a qualified name.")
	}
	missing := compilation(2003, "42S02", "Object '%s' does not exist or not authorized.", shown(parts))
	if c.env.Table == nil {
		return "", nil, nil, missing
	}
	r, e := c.env.Table(own[0], own[1], own[2])
	if e != nil {
		return "", nil, nil, duckselect.Refusal(e, missing)
	}
	for _, k := range r.Columns {
		cols = append(cols, col{Name: k.Name, Type: k.Type, Nullable: k.Nullable})
	}
	return r.From, cols, own, nil
}
