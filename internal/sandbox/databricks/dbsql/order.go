package dbsql

import (
	"fmt"
	"strconv"

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

// Limit is a LIMIT's or OFFSET's constant integer (sql-ref-syntax-qry-select-limit, -offset).
func (c *compiler) Limit(v value, x sqltree.Expr) (string, *Error) {
	n, ok := constInt(v)
	if !ok || n < 0 || v.Type.Kind == Bigint && n > 1<<31-1 {
		return "", failure("INVALID_LIMIT_LIKE_EXPRESSION", "The limit like expression \"%s\" is invalid.", c.Source(x))
	}
	return strconv.Itoa(n), nil
}

// keyable refuses types whose order or equality the sandbox does not know.
func keyable(t Type) *Error {
	if t.Kind == Array || t.Kind == Interval {
		return unsupported("grouping, sorting or distinct rows of %s", t)
	}
	return nil
}
