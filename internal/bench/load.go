package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// held is what a process and its sources hold open.
type held struct {
	files, sockets, workers, sessions int
	memory                            int64
}

// holds counts them once nobody asks any more.
func (b *bench) holds(ctx context.Context, d *e2e.Demo) (held, error) {
	h := held{memory: e2e.Resident(d.Waggle), workers: len(e2e.Children(d.Waggle))}
	h.files, h.sockets = e2e.Descriptors(d.Waggle)
	c, err := pgconn.Connect(ctx, b.postgres.DSN())
	if err != nil {
		return h, err
	}
	defer c.Close(ctx)
	r, err := c.Exec(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ops'").ReadAll()
	if err == nil {
		_, err = fmt.Sscan(string(r[0].Rows[0][0]), &h.sessions)
	}
	return h, err
}

// mixed asks, cancels, fails and leaves for a while, and compares what is open after a quarter of it with what is open at the end.
func (b *bench) mixed(ctx context.Context, d *e2e.Demo) error {
	whole := time.Minute
	if text := os.Getenv("WAGGLE_LOAD"); text != "" {
		var err error
		if whole, err = time.ParseDuration(text); err != nil {
			return err
		}
	}
	if err := mix(ctx, d, whole/4); err != nil {
		return err
	}
	before, err := b.holds(ctx, d)
	if err != nil {
		return err
	}
	if err := mix(ctx, d, whole-whole/4); err != nil {
		return err
	}
	after, err := b.holds(ctx, d)
	if err != nil {
		return err
	}
	files, memory := after.files-before.files, after.memory-before.memory
	b.add(figure{name: fmt.Sprintf("open files and sockets after %s of mixed load", whole), value: fmt.Sprintf("%+d", files), goal: "flat", met: goal(files <= 16),
		note: fmt.Sprintf("%d, %d of them sockets, after the first quarter; %d workers, then %d; %d sessions at PostgreSQL, then %d", before.files, before.sockets,
			before.workers, after.workers, before.sessions, after.sessions)})
	b.add(figure{name: "resident memory after it", value: mebibytes(memory), goal: "≤ +64 MiB", met: goal(memory <= 64<<20), note: fmt.Sprintf("%d MiB after the first quarter", before.memory>>20)})
	return nil
}

// mix asks from sixteen connections that come and go until the time is over, and waits until all is at rest.
func mix(ctx context.Context, d *e2e.Demo, long time.Duration) error {
	end := time.Now().Add(long)
	g, ctx := errgroup.WithContext(ctx)
	for i := range 16 {
		g.Go(func() error {
			for time.Now().Before(end) {
				if err := visit(ctx, d.People[[]string{"admin", "analyst", "emea"}[i%3]]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	time.Sleep(10 * time.Second) // idle sessions at the sources end
	return err
}

// visit is a connection with some statements: answered, refused, cancelled, or left in the middle.
func visit(ctx context.Context, dsn string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(context.Background())
	for range 5 {
		sql := append([]string{"SELECT count(*) FROM product_events", "SELECT 1/0", "SELECT * FROM usage_daily LIMIT 5000", "SELECT count(*) FROM pg_class"}, federated...)[rand.IntN(4+len(federated))]
		inner, cancel := context.WithCancel(ctx)
		if rand.IntN(8) == 0 {
			time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, cancel)
		}
		_, err := c.Exec(inner, sql).ReadAll()
		cancel()
		var refused *pgconn.PgError
		switch {
		case err == nil:
		case errors.As(err, &refused) && (strings.HasPrefix(refused.Code, "42501") || refused.Code == "22012" || refused.Code == "57014"):
		case inner.Err() != nil && ctx.Err() == nil:
			return nil // pgconn has closed the connection
		default:
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}
