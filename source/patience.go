package source

import (
	"context"
	"time"
)

// longest is the longest time in seconds that Snowflake and Databricks give a statement, and their default.
const longest = 172800

// Patience is the statement timeout for a context in seconds, rounded up to a power of two so that a session's can stay. The
// context itself ends a statement in time; the system's clock ends it when this process cannot any more.
func Patience(ctx context.Context) int64 {
	end, ok := ctx.Deadline()
	if !ok {
		return longest
	}
	left, n := int64(time.Until(end)/time.Second)+1, int64(1)
	for n < left && n < longest {
		n *= 2
	}
	return min(n, longest)
}
