package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// How many ask at once, and how often each; the memory that all of Waggle may take.
const (
	loadPeople = 64
	loadEach   = 4
	loadMemory = 8 << 30
)

// federated are statements over several sources of the sample company.
var federated = []string{
	`SELECT a.segment, count(*), sum(i.amount) FROM accounts a JOIN invoices i ON i.account_no = a.account_no WHERE i.status = 'overdue' GROUP BY a.segment ORDER BY 1`,
	`SELECT a.name, s.score, s.reason FROM churn_scores s JOIN accounts a ON a.account_no = s.account_no WHERE s.is_current AND s.at_risk ORDER BY s.score DESC, a.name LIMIT 10`,
	`SELECT a.region, count(DISTINCT t.account_no), count(*) FROM tickets t JOIN accounts a ON a.account_no = t.account_no GROUP BY a.region ORDER BY 1`,
	`SELECT a.segment, sum(i.amount), avg(s.score) FROM accounts a JOIN invoices i ON i.account_no = a.account_no LEFT JOIN churn_scores s ON s.account_no = a.account_no AND s.is_current
		WHERE i.issued_on >= date '2026-01-01' GROUP BY a.segment ORDER BY 1`,
}

// underLoad measures many federated statements at once over the six sources of the sample company, and what is left open after a mixed load
// of $WAGGLE_LOAD (a duration; a minute without it).
func underLoad(ctx context.Context, b *bench) error {
	dir := filepath.Join(b.dir, "load")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	d, err := b.startDemo(ctx, dir, "--postgres", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", b.postgres.Port))
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := b.atOnce(ctx, d); err != nil {
		return err
	}
	return b.mixed(ctx, d)
}

// atOnce asks from many connections at the same time. A statement that fails is no figure but an error.
func (b *bench) atOnce(ctx context.Context, d *e2e.Demo) error {
	var mu sync.Mutex
	var took []time.Duration
	peak, stop := peakOf(d.Waggle)
	g, ctx := errgroup.WithContext(ctx)
	for i := range loadPeople {
		g.Go(func() error {
			c, err := pgconn.Connect(ctx, d.People[[]string{"admin", "analyst"}[i%2]])
			if err != nil {
				return err
			}
			defer c.Close(context.Background())
			for k := range loadEach {
				began := time.Now()
				if _, err := c.Exec(ctx, federated[(i+k)%len(federated)]).ReadAll(); err != nil {
					return fmt.Errorf("%s: %w", federated[(i+k)%len(federated)], err)
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
			return nil
		})
	}
	err := g.Wait()
	stop()
	if err != nil {
		return err
	}
	slices.Sort(took)
	b.add(figure{name: fmt.Sprintf("%d federated statements at once, p99", loadPeople), value: seconds(took[len(took)*99/100]),
		note: fmt.Sprintf("p50 %s, none of %d fails", seconds(took[len(took)/2]), len(took))})
	b.add(figure{name: "resident memory of Waggle and its workers meanwhile", value: fmt.Sprintf("%d MiB", *peak>>20), goal: "≤ 8 GiB", met: goal(*peak <= loadMemory)})
	return nil
}

// peakOf watches the resident memory of a process and its children until stop returns.
func peakOf(pid int) (peak *int64, stop func()) {
	peak = new(int64)
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			sum := e2e.Resident(pid)
			for _, c := range e2e.Children(pid) {
				sum += e2e.Resident(c)
			}
			*peak = max(*peak, sum)
			select {
			case <-done:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return peak, func() { close(done); <-gone }
}
