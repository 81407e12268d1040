package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

const typicalQuery = `SELECT d.p1, date_trunc('month', c.p3) AS month, count(*) AS calls, avg(c.p2) AS score
FROM e1 c JOIN e2 d ON d.id = c.p1 WHERE c.p3 >= '2026-01-01' AND c.p2 < 100 GROUP BY 1, 2 ORDER BY 2, 1 LIMIT 100`

// plans measures planning over a small and a large model.
func plans(ctx context.Context, b *bench) error {
	inList := "SELECT id, p1 FROM e1 WHERE id IN ('x'" + strings.Repeat(",'abcdefgh'", 9_999) + ")"
	for _, entities := range []int{10, 1000} {
		view, err := generatedView(filepath.Join(b.dir, fmt.Sprintf("model%d", entities)), entities)
		if err != nil {
			return err
		}
		model := fmt.Sprintf("model of %d × 50", entities)
		if err := b.planOne(ctx, view, "typical query, "+model, typicalQuery, time.Millisecond); err != nil {
			return err
		}
		if err := b.planOne(ctx, view, "IN list of 10,000, "+model, inList, 0); err != nil {
			return err
		}
	}
	return nil
}

var planSettings = plan.Settings{SearchPath: "bench,public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", Pushdown: "auto"}

func (b *bench) planOne(ctx context.Context, view *semantic.View, name, sql string, limit time.Duration) error {
	capabilities := map[string]source.Capabilities{"gong": emptySource{}.Capabilities()}
	in := planner.Input{Query: plan.Span{Text: sql}, View: view, Sources: capabilities, Settings: planSettings}
	cold, err := p50(100, func() error {
		if _, err := planner.Split(sql); err != nil {
			return err
		}
		_, err := planner.Prepare(in)
		return err
	})
	if err != nil {
		return err
	}
	f := figure{name: "plan cold p50, " + name, value: cold.Round(time.Microsecond).String()}
	if limit > 0 {
		f.goal, f.met = "≤ "+limit.String(), goal(cold <= limit)
	}
	b.add(f)
	e, closePool, err := planEngine(view)
	if err != nil {
		return err
	}
	defer closePool()
	cached, err := p50(2000, func() error {
		if _, err := planner.Split(sql); err != nil { // as the proxy does for each Query
			return err
		}
		_, err := e.Prepare(ctx, &identity.Session{}, planSettings, plan.Span{Text: sql}, nil)
		return err
	})
	if err != nil {
		return err
	}
	onlyCache, err := p50(2000, func() error {
		_, err := e.Prepare(ctx, &identity.Session{}, planSettings, plan.Span{Text: sql}, nil)
		return err
	})
	b.add(figure{name: "plan cached p50, " + name, value: onlyCache.String(), goal: "≤ 50µs", met: goal(onlyCache <= 50*time.Microsecond),
		note: "with the guard, in the simple protocol: " + cached.String()})
	return err
}

// p50 is the median time of f.
func p50(n int, f func() error) (time.Duration, error) {
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took[n/2], nil
}

// generatedView is a model of n entities with 50 properties each.
func generatedView(dir string, n int) (*semantic.View, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "model.yaml"), []byte("name: bench\n"), 0o600); err != nil {
		return nil, err
	}
	types := []string{"text", "text", "numeric(18,2)", "timestamptz", "bigint"}
	for e := 1; e <= n; e++ {
		var t strings.Builder
		fmt.Fprintf(&t, "e%d:\n  description: Entity %d.\n  source: {connection: gong, object: o%[1]d}\n  key: id\n  properties:\n    id: {column: id, type: text}\n", e, e)
		for p := 1; p < 50; p++ {
			fmt.Fprintf(&t, "    p%d: {column: c%d, type: %q}\n", p, p, types[p%len(types)])
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("e%d.yaml", e)), []byte(t.String()), 0o600); err != nil {
			return nil, err
		}
	}
	m, err := semantic.Load(dir, semantic.LoadOptions{Check: bind.CheckModel})
	if err != nil {
		return nil, err
	}
	return semantic.NewView([]*semantic.Model{m}, nil, nil), nil
}

// emptySource is never opened: what is measured is planning.
type emptySource struct{ source.Source }

// Capabilities has the two objects of the typical query.
func (emptySource) Capabilities() source.Capabilities {
	o := dialect.Object{Request: "GET /o", Limit: true, Sinks: []dialect.Sink{{Name: "ids", Into: "query.ids", Column: "id", Op: "in", Support: plan.Exact, MaxValues: 100}}}
	return source.Capabilities{Language: "rest", Objects: map[string]dialect.Object{"o1": o, "o2": o}}
}

type oneView struct{ view *semantic.View }

// View is the same for everybody.
func (v oneView) View(context.Context, *identity.Session) (*semantic.View, error) { return v.view, nil }

func planEngine(view *semantic.View) (*engine.Engine, func(), error) {
	pool, err := workspace.NewPool(workspace.Config{Size: 1, Weak: true})
	if err != nil {
		return nil, nil, err
	}
	e := engine.New(engine.Config{Views: oneView{view}, Sources: map[string]source.Source{"gong": emptySource{}}, Pool: pool,
		Limits: engine.Limits{PlanBytes: 64 << 20}})
	return e, pool.Close, nil
}
