package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/engine/workspace"
)

// workers measures a worker's start, what of it a statement sees, and the round trip of a statement that needs one.
func workers(ctx context.Context, b *bench) error {
	spawn, err := p50(5, func() error {
		p, err := workspace.NewPool(workspace.Config{Size: 1})
		if err == nil {
			p.Close()
		}
		return err
	})
	if err != nil {
		return err
	}
	b.add(figure{name: "worker started, configured, sandboxed and killed, p50", value: spawn.Round(time.Millisecond).String()})
	c, err := pgconn.Connect(ctx, b.site.DSN("require"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	plain, _, err := roundTrips(ctx, c, "SELECT 1", 0, 500)
	if err != nil {
		return err
	}
	for _, pause := range []time.Duration{200 * time.Millisecond, 0} {
		mid, high, err := roundTrips(ctx, c, "SELECT count(*) FROM generate_series(1, 100)", pause, 50)
		if err != nil {
			return err
		}
		f := figure{name: "statement in a worker, one each 200 ms, p50", value: fmt.Sprintf("%.1f ms (p99 %.1f ms)", ms(mid), ms(high)),
			anchor: fmt.Sprintf("`SELECT 1`: %.2f ms", ms(plain)), goal: "≤ +10 ms", met: goal(mid-plain <= 10*time.Millisecond)}
		if pause == 0 {
			f.name, f.goal, f.met = "statement in a worker, one after the other, p50", "", nil
			f.note = "as fast as workers start"
		}
		b.add(f)
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func roundTrips(ctx context.Context, c *pgconn.PgConn, sql string, pause time.Duration, n int) (p50, p99 time.Duration, err error) {
	took := make([]time.Duration, n)
	for i := range took {
		time.Sleep(pause)
		start := time.Now()
		if _, err := c.Exec(ctx, sql).ReadAll(); err != nil {
			return 0, 0, err
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return took[n/2], took[n*99/100], nil
}
