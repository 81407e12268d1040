package dbsql

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// rules are Databricks's (sql-ref-name-resolution, sql-ref-syntax-qry-select): a name is found without regard to case, first among the
// columns, then among the select list's aliases; ORDER BY, HAVING and QUALIFY look at aliases first, so that a name of both is refused there.
var rules = duckselect.Rules[Type]{
	Fold:         strings.ToLower,
	Title:        func(text string) string { return text },
	ValuesColumn: "col%d",
	Shadows:      map[string]bool{"HAVING": true, "QUALIFY": true, "ORDER BY": true},
	IsAggregate:  isAggregate,
	Outer:        func(f *sqltree.FunctionItem) bool { return f.Outer || strings.HasSuffix(f.F.Name, "_OUTER") },
	DuckDB:       Type.inner,
	Exact:        Type.isExact,
	Boolean:      of(Boolean),
	Union:        least,
	Meet:         coerced,
	SameFamily:   func(a, b Type) bool { t, ok := coerced(a, b); return ok && t.Kind == a.Kind },
	Output:       func(t Type) Type { return t },
	Key:          keyable,
	Refusals: duckselect.Refusals[Type]{
		Ambiguous: func(_ *scopeOf, parts []sqltree.Name, a, b *field) *Error {
			return failure("AMBIGUOUS_REFERENCE", "Reference %s is ambiguous, could be: [%s, %s].", shown(parts), place(a), place(b))
		},
		Unresolved: func(s *scopeOf, parts []sqltree.Name) *Error { return unresolved(s, shown(parts)) },
		Shadowed: func(s *scopeOf, parts []sqltree.Name) *Error {
			return unsupported("the name %s of both a column and an alias in %s", shown(parts), s.Clause)
		},
		NotGrouped:  notGrouped,
		NotSortable: func(s *scopeOf, x sqltree.Expr) *Error { return unresolved(s, ticked(s.C.Source(x))) },
		Position: func(s *scopeOf, _ *sqltree.NumberLit, n, of int) *Error {
			return failure(strings.ReplaceAll(s.Clause, " ", "_")+"_POS_OUT_OF_RANGE", "%s position %d is not in select list (valid range is [1, %d]).", s.Clause, n, of)
		},
		Star: func(_ *scopeOf, it sqltree.SelectItem) *Error {
			return failure("CANNOT_RESOLVE_STAR_EXPAND", "Cannot resolve %s.* given input columns.", shown(it.Of))
		},
		Columns: func(op string, l, r int) *Error {
			return failure("NUM_COLUMNS_MISMATCH", "%s can only be performed on inputs with the same number of columns, but the first input has "+
				"%d columns and the second input has %d columns.", op, l, r)
		},
		Types: func(op string, i int, l, r Type) *Error {
			return failure("INCOMPATIBLE_COLUMN_TYPE", "%s can only be performed on tables with compatible column types. The %d. column of the "+
				"second table is \"%s\" type which is not compatible with \"%s\" at the same column of the first "+
				"table.", op, i+1, r.upper(), l.upper())
		},
		RowWidth: func(_ *scopeOf, _ *sqltree.ValuesBody, want, got, row int) *Error {
			return failure("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "Invalid inline table. Inline table expected %d columns but found %d "+
				"columns in row %d.", want, got, row)
		},
		RowTypes: func(column int, _, _ Type) *Error {
			return failure("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "Invalid inline table. Found incompatible types in the "+
				"column %d for inline table.", column+1)
		},
		Mixed: func(name string, vs []value) *Error {
			return failure("DATATYPE_MISMATCH.DATA_DIFF_TYPES", "Cannot resolve \"%s\" due to data type mismatch: Input to the function should "+
				"all be the same type, but it's [%s].", strings.ToLower(name), typesOf(vs))
		},
		Names: func(_ *duckselect.Compiler[Type], names []sqltree.Name, want int) *Error {
			return failure("ASSIGNMENT_ARITY_MISMATCH", "The number of columns or variables assigned or aliased: %d does not match the number "+
				"of source expressions: %d.", len(names), want)
		},
		Correlated: func(parts []sqltree.Name) *Error {
			return unsupportedSubquery("ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "Accessing outer query column is not allowed in "+
				"this location: %s", shown(parts))
		},
		Form:       func(what string) *Error { return unsupported("%s", what) },
		TooComplex: tooComplex,
	},
}

func notGrouped(parts []sqltree.Name) *Error {
	name := parts[len(parts)-1].Text
	return failure("MISSING_AGGREGATION", "The non-aggregating expression \"%s\" is based on columns which are not participating in the GROUP BY "+
		"clause. Add the columns or the expression to the GROUP BY, aggregate the expression, or use \"any_value(%s)\" if you do not care which of "+
		"the values within a group is returned.", name, name)
}

// unresolved names columns that exist, as Databricks does.
func unresolved(s *scopeOf, name string) *Error {
	var near []string
	for i := range s.Fields {
		near = append(near, place(&s.Fields[i]))
	}
	slices.Sort(near)
	if len(near) == 0 {
		return failure("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "A column, variable, or function parameter with name %s cannot be resolved.", name)
	}
	return failure("UNRESOLVED_COLUMN.WITH_SUGGESTION", "A column, variable, or function parameter with name %s cannot be resolved. "+
		"Did you mean one of the following? [%s].", name, strings.Join(near[:min(5, len(near))], ", "))
}

// Relation finds a table or view by its name, completed with the session's catalog and schema.
func (c *compiler) Relation(parts []sqltree.Name) (from string, cols []col, own []string, err *Error) {
	own = duckselect.Completed(parts, c.env.Catalog, c.env.Schema)
	missing := failure("TABLE_OR_VIEW_NOT_FOUND", "The table or view %s cannot be found. Verify the spelling and correctness of the "+
		"schema and catalog. "+
		"If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and "+
		"catalog. To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.", shown(parts))
	if c.env.Table == nil || own[0] == "" || own[1] == "" {
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

// Function compiles explode and its like.
func (c *compiler) Function(s *scopeOf, f *sqltree.FunctionItem, left []field) (string, []field, *Error) {
	return c.scope(s).functionItem(f, left)
}
