package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// held is what Waggle and its sources hold open.
type held struct {
	e2e.Status
	sockets, workers int
	memory           int64
	sessions         map[string]int // by source; Salesforce's are cursors
}

// holds counts them once nobody asks any more.
func (b *bench) holds(ctx context.Context, d *e2e.Demo) (held, error) {
	h := held{memory: e2e.Resident(d.Waggle), workers: len(e2e.Children(d.Waggle))}
	_, h.sockets = e2e.Descriptors(d.Waggle)
	var err error
	if h.Status, err = d.Status(ctx); err != nil {
		return h, err
	}
	if h.sessions, err = d.Open(ctx); err != nil {
		return h, err
	}
	c, err := pgconn.Connect(ctx, b.postgres.DSN())
	if err != nil {
		return h, err
	}
	defer c.Close(ctx)
	r, err := c.Exec(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = 'ops'").ReadAll()
	if err == nil {
		n := 0
		_, err = fmt.Sscan(string(r[0].Rows[0][0]), &n)
		h.sessions["ops"] = n
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
	m := &mix{demo: d, ended: map[string]int{}}
	if err := m.run(ctx, whole/4); err != nil {
		return err
	}
	before, err := b.holds(ctx, d)
	if err != nil {
		return err
	}
	if err := m.run(ctx, whole-whole/4); err != nil {
		return err
	}
	after, err := b.holds(ctx, d)
	if err != nil {
		return err
	}
	b.flat(whole, before, after)
	b.add(figure{name: fmt.Sprintf("statements in %s of mixed load", whole), value: fmt.Sprint(m.statements()), note: m.String()})
	return nil
}

// flat are the figures of what grew.
func (b *bench) flat(whole time.Duration, before, after held) {
	files, routines, memory := after.Files-before.Files, after.Goroutines-before.Goroutines, after.memory-before.memory
	b.add(figure{name: fmt.Sprintf("open files and sockets after %s of mixed load", whole), value: fmt.Sprintf("%+d", files), goal: "flat", met: goal(files <= 16),
		note: fmt.Sprintf("%d, %d of them sockets, after the first quarter; %d workers, then %d", before.Files, before.sockets, before.workers, after.workers)})
	b.add(figure{name: "goroutines after it", value: fmt.Sprintf("%+d", routines), goal: "flat", met: goal(routines <= 16), note: fmt.Sprintf("%d after the first quarter", before.Goroutines)})
	grown := 0
	var notes []string
	for _, source := range slices.Sorted(maps.Keys(after.sessions)) {
		was, is := before.sessions[source], after.sessions[source]
		grown += max(0, is-was)
		notes = append(notes, fmt.Sprintf("%s %d, then %d", source, was, is))
	}
	b.add(figure{name: "open sessions at the sources after it", value: fmt.Sprintf("%+d", grown), goal: "flat", met: goal(grown <= 8), note: strings.Join(notes, "; ") + " (crm: cursors)"})
	b.add(figure{name: "resident memory after it", value: mebibytes(memory), goal: "≤ +64 MiB", met: goal(memory <= 64<<20),
		note: fmt.Sprintf("%d MiB after the first quarter; Go's heap %d MiB, then %d", before.memory>>20, before.Heap>>20, after.Heap>>20)})
}

// mix is people who come and go.
type mix struct {
	demo  *e2e.Demo
	mu    sync.Mutex
	ended map[string]int // statements, by how they ended: a SQLSTATE, or "left"
}

// run asks from sixteen connections that come and go until the time is over, and waits until all is at rest.
func (m *mix) run(ctx context.Context, long time.Duration) error {
	end := time.Now().Add(long)
	g, inner := errgroup.WithContext(ctx)
	for i := range 16 {
		g.Go(func() error {
			for time.Now().Before(end) {
				if err := m.visit(inner, m.demo.People[[]string{"admin", "analyst", "emea"}[i%3]]); err != nil {
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

func (m *mix) add(how string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended[how]++
}

func (m *mix) statements() (sum int) {
	for _, n := range m.ended {
		sum += n
	}
	return sum
}

// String says how they ended.
func (m *mix) String() string {
	var out []string
	for _, how := range slices.Sorted(maps.Keys(m.ended)) {
		out = append(out, fmt.Sprintf("%s: %d", how, m.ended[how]))
	}
	return strings.Join(out, ", ")
}

// common are statements of one source, of none, and such as fail; seldom are those of sources that allow few requests.
var (
	common = append([]string{"SELECT count(*) FROM product_events", "SELECT 1/0", "SELECT * FROM usage_daily LIMIT 5000", "SELECT count(*) FROM pg_class",
		"SELECT name, segment FROM accounts ORDER BY name LIMIT 50", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'revenue'",
		"SELECT nothing FROM invoices", "SELECT ('x' || status)::int FROM tickets LIMIT 1"}, federated...)
	seldom = []string{"SELECT count(*) FROM calls WHERE started >= date '2026-11-01'", "SELECT count(*) FROM meetings"}
)

// visit is a connection with some statements: answered, prepared, through a cursor that stays open, refused, cancelled, or left in the middle.
func (m *mix) visit(ctx context.Context, dsn string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(context.Background())
	for range 5 {
		sql := common[rand.IntN(len(common))]
		if rand.IntN(150) == 0 {
			sql = seldom[rand.IntN(len(seldom))]
		}
		inner, cancel := context.WithCancel(ctx)
		if rand.IntN(8) == 0 {
			time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, cancel)
		}
		stay, err := ask(inner, c, sql)
		left := inner.Err() != nil && ctx.Err() == nil
		cancel()
		var refused *pgconn.PgError
		switch {
		case err == nil && stay:
			m.add("answered")
		case err == nil, left && !errors.As(err, &refused): // by the way it was made, or pgconn has closed the connection
			m.add("left")
			return nil
		case errors.As(err, &refused) && !slices.Contains([]string{"08", "53", "58", "XX"}, refused.Code[:2]) || refused != nil && refused.Code == "53400":
			m.add(refused.Code)
		default:
			return fmt.Errorf("%s: %w", sql, err)
		}
		if !stay {
			return nil
		}
	}
	return nil
}

// ask makes a statement in one of several ways; stay is false when the connection is not to be used any more.
func ask(ctx context.Context, c *pgconn.PgConn, sql string) (stay bool, err error) {
	switch rand.IntN(8) {
	case 0, 1: // the extended protocol
		return true, c.ExecParams(ctx, sql, nil, nil, nil, nil).Read().Err
	case 2: // a cursor that is read a little
		_, err := c.Exec(ctx, "BEGIN; DECLARE page CURSOR FOR "+sql+"; FETCH 10 FROM page").ReadAll()
		if err != nil || rand.IntN(2) == 0 {
			return false, err // left open
		}
		_, err = c.Exec(ctx, "FETCH 10 FROM page; ROLLBACK").ReadAll()
		return err == nil, err
	case 3: // cancelled, perhaps too late, which then hits the next one
		cancel := time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, func() { _ = c.CancelRequest(ctx) })
		defer cancel.Stop()
	case 4: // gone after the first row
		r := c.ExecParams(ctx, sql, nil, nil, nil, nil)
		r.NextRow()
		return false, c.Conn().Close()
	}
	_, err = c.Exec(ctx, sql).ReadAll()
	return true, err
}
