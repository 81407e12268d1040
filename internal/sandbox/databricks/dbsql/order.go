package dbsql

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Sorted says one sort key with its direction and the place of its NULLs: NULL is the lowest value.
func (c *compiler) Sorted(sql string, t Type, o sqltree.OrderItem) (string, *Error) {
	if err := keyable(t); err != nil {
		return "", err
	}
	nulls := o.Nulls
	if nulls == "" {
		nulls = map[bool]string{true: "LAST", false: "FIRST"}[o.Desc]
	}
	return fmt.Sprintf("%s %s NULLS %s", sql, o.Direction(), nulls), nil
}

// Limits compiles LIMIT and OFFSET: constant integers (sql-ref-syntax-qry-select-limit, -offset).
func (c *compiler) Limits(q *sqltree.Query) (string, *Error) {
	out := ""
	for _, l := range []struct {
		word string
		x    sqltree.Expr
	}{{"LIMIT", q.Limit}, {"OFFSET", q.Offset}} {
		if l.x == nil {
			continue
		}
		v, err := c.bare().Expr(l.x)
		if err != nil {
			return "", err
		}
		n, ok := constInt(v)
		if !ok || n < 0 || v.Type.Kind == Bigint && n > 1<<31-1 {
			return "", failure("INVALID_LIMIT_LIKE_EXPRESSION", "The limit like expression \"%s\" is invalid.", c.Source(l.x))
		}
		out += fmt.Sprintf(" %s %d", l.word, n)
	}
	return out, nil
}

// keyable refuses types whose order or equality the sandbox does not know.
func keyable(t Type) *Error {
	if t.Kind == Array || t.Kind == Interval {
		return unsupported("grouping, sorting or distinct rows of %s", t)
	}
	return nil
}
