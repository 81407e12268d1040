package engine

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/planner"
)

// TestLongPlanDrivesOutNothing: a statement of some megabytes is not worth everybody's plans.
func TestLongPlanDrivesOutNothing(t *testing.T) {
	c := newPlanCache(1 << 20)
	short, long := planKey{text: "SELECT 1"}, planKey{text: strings.Repeat("x", 1<<20)}
	c.put(short, &planner.Prepared{})
	c.put(long, &planner.Prepared{})
	if _, ok := c.get(short); !ok {
		t.Error("the short plan is gone")
	}
	if _, ok := c.get(long); ok || c.size > c.limit {
		t.Errorf("the long plan is kept: %d bytes", c.size)
	}
}

// TestPlanCacheIsBounded drops the plan that was used longest ago.
func TestPlanCacheIsBounded(t *testing.T) {
	c := newPlanCache(64 << 10)
	texts := strings.Fields(strings.Repeat("a ", 40))
	for i := range texts {
		c.put(planKey{text: strings.Repeat("a", i)}, &planner.Prepared{})
		c.get(planKey{})
	}
	if _, ok := c.get(planKey{}); !ok || c.size > c.limit || len(c.byKey) != c.order.Len() {
		t.Errorf("%d bytes, %d keys, %d in order", c.size, len(c.byKey), c.order.Len())
	}
}
