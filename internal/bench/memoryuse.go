package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/internal/e2e"
)

const idleConnections = 10_000

// idle measures what a waiting connection costs, without and with TLS.
func idle(ctx context.Context, b *bench) error {
	for _, mode := range []string{"disable", "require"} {
		if err := b.restart(ctx); err != nil {
			return err
		}
		before := e2e.Resident(b.server.PID)
		opened, err := b.openMany(ctx, mode)
		if err == nil {
			time.Sleep(2 * time.Second)
			each := float64(e2e.Resident(b.server.PID)-before) / float64(len(opened)) / 1024
			b.add(figure{name: fmt.Sprintf("%d idle connections, sslmode=%s", len(opened), mode), value: fmt.Sprintf("%.1f KiB each", each),
				note: fmt.Sprintf("from %d MiB", before>>20)})
		}
		for _, c := range opened {
			_ = c.Conn().Close()
		}
		if err != nil {
			return err
		}
	}
	return b.restart(ctx)
}

func (b *bench) openMany(ctx context.Context, mode string) ([]*pgconn.PgConn, error) {
	opened := make([]*pgconn.PgConn, idleConnections)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	for i := range opened {
		g.Go(func() (err error) {
			opened[i], err = pgconn.Connect(ctx, b.site.DSN(mode))
			return err
		})
	}
	err := g.Wait()
	if err != nil {
		var some []*pgconn.PgConn
		for _, c := range opened {
			if c != nil {
				some = append(some, c)
			}
		}
		opened = some
	}
	return opened, err
}

// slowReader measures the server's resident memory while a client takes the rows slowly.
func slowReader(ctx context.Context, b *bench) error {
	if err := b.restart(ctx); err != nil {
		return err
	}
	warm := discardJob{DSN: b.site.DSN("require"), SQL: workerQuery(10_000)}
	if _, err := warm.inProcess(ctx); err != nil {
		return err
	}
	slow := discardJob{DSN: b.site.DSN("require"), SQL: workerQuery(rowCount), Pause: 2 * time.Millisecond}
	w, err := watch(b.server.PID, func() (discardResult, error) { return slow.inProcess(ctx) })
	if err == nil {
		b.add(figure{name: "resident memory while a slow reader takes 2,000,000 rows", value: mebibytes(w.grown()), goal: "≤ +32 MiB",
			met: goal(w.grown() <= 32<<20), note: fmt.Sprintf("%d MiB in %s, from %d MiB", w.Bytes>>20, seconds(w.Took), w.before>>20)})
	}
	return err
}
