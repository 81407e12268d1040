package bind

import "github.com/waggle-sql/waggle/planner/plan"

// equal reports whether two expressions are the same but for their positions.
func equal(x, y plan.Expr) bool { return plan.Equal(x, y) }
