package engine

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// planKey is all that a plan depends on (DECISIONS 7): the raw text first, so that a hit never parses. The offset counts,
// since positions in errors do.
type planKey struct {
	text     string
	offset   int
	params   string
	view     string
	settings plan.Settings
	version  string
}

// planCache keeps plans, bounded by an estimate of their bytes, and drops the least recently used first.
type planCache struct {
	mu    sync.Mutex
	limit int64
	size  int64
	byKey map[planKey]*list.Element
	order *list.List // of *cachedPlan, most recent first
}

type cachedPlan struct {
	key  planKey
	plan *planner.Prepared
	size int64
}

func newPlanCache(limit int64) *planCache {
	return &planCache{limit: limit, byKey: map[planKey]*list.Element{}, order: list.New()}
}

func (c *planCache) get(k planKey) (*planner.Prepared, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[k]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedPlan).plan, true
}

func (c *planCache) put(k planKey, p *planner.Prepared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[k]; ok {
		return
	}
	entry := &cachedPlan{key: k, plan: p, size: planBytes(k)}
	if entry.size > c.limit/8 { // one statement must not drive out everybody's plans
		return
	}
	c.byKey[k] = c.order.PushFront(entry)
	c.size += entry.size
	for c.size > c.limit && c.order.Len() > 0 {
		last := c.order.Back()
		old := last.Value.(*cachedPlan)
		c.order.Remove(last)
		delete(c.byKey, old.key)
		c.size -= old.size
	}
}

// planBytes estimates what a plan holds: a tree grows with its text.
func planBytes(k planKey) int64 { return 4096 + 40*int64(len(k.text)) }

// versionOf digests the capabilities' versions.
func versionOf(all map[string]source.Capabilities) string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, n := range names {
		fmt.Fprintf(h, "%q=%q;", n, all[n].Version)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
