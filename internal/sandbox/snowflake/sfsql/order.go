package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Sorted says one sort key with its direction and the place of its NULLs: NULL is the highest value unless
// DEFAULT_NULL_ORDERING says otherwise.
func (c *compiler) Sorted(sql string, t Type, o sqltree.OrderItem) (string, *Error) {
	if t.isSemi() {
		return "", unsupported("ORDER BY %s", t.Kind)
	}
	if t.Kind == TimestampTZ {
		sql = "(" + sql + ").u"
	}
	nulls := o.Nulls
	if nulls == "" {
		first := o.Desc
		if strings.EqualFold(c.env.Parameters["DEFAULT_NULL_ORDERING"], "FIRST") {
			first = !o.Desc
		}
		nulls = map[bool]string{true: "FIRST", false: "LAST"}[first]
	}
	return fmt.Sprintf("%s %s NULLS %s", sql, o.Direction(), nulls), nil
}

// Limit is a LIMIT's or OFFSET's constant; NULL and the empty text are no limit (sql-reference/constructs/limit).
func (c *compiler) Limit(v value, x sqltree.Expr) (string, *Error) {
	if v.Type.Kind == Null || v.Type.Kind == Varchar && v.Lit != nil && *v.Lit == "" {
		return "", nil
	}
	if v.Lit == nil || !v.Type.isInteger() || strings.HasPrefix(*v.Lit, "-") || len(*v.Lit) > 18 {
		return "", compilation(1003, "42000", "invalid row count '%s' in limit clause", c.Source(x))
	}
	return *v.Lit, nil
}

// keyable refuses types whose equality the sandbox does not know.
func keyable(t Type) *Error {
	if t.isSemi() || t.Kind == TimestampTZ {
		return unsupported("grouping or distinct rows of %s", t.Kind)
	}
	return nil
}
