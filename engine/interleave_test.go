package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// shape is a statement that everybody makes: {} stands for a literal of his own, $1 for a parameter with one.
type shape struct {
	sql    string
	weight int
}

func shapes() []shape {
	return []shape{
		{"SELECT id, customer FROM shop.orders ORDER BY id", 12},
		{"SELECT count(*), max(customer) FROM shop.orders WHERE customer <> '{}'", 12},
		{"SELECT id, price FROM shop.orders ORDER BY id", 6}, // a column that one role has not
		{"SELECT code FROM shop.codes WHERE code <> '{}'", 6},
		{"SELECT id / (id - id) FROM shop.orders WHERE customer <> '{}'", 1},
		{"SELECT (customer || '{}')::int FROM shop.orders WHERE id = 1", 1},
		{"SELECT '{}', max(customer), sum(id) FROM shop.orders WHERE id < 7", 5},
		{"SELECT count(*), sum(cost) FROM support.tickets WHERE id < 100 AND subject <> '{}'", 12},
		{"SELECT id, owner FROM support.tickets WHERE id < 30 OR id > 10040 ORDER BY id", 12},
		{"SELECT count(*) FROM support.salaries", 4}, // not granted to all
		{"SELECT id / (id - id) FROM support.tickets WHERE subject <> '{}'", 4},
		{"SELECT (subject || '{}')::int FROM support.tickets WHERE id IN (3, 4, 10001) ORDER BY id LIMIT 1", 4},
		{"SELECT '{}', current_user", 24},
		{"SELECT ('{}' || 'x')::int", 12},
		{"SELECT nothing FROM shop.orders WHERE customer = '{}'", 6},
		{"SELECT id, customer || $1 FROM shop.orders WHERE customer <> $1 ORDER BY id", 10},
		{"SELECT ($1 || 'x')::int", 12},
		{"SELECT id, $1 FROM support.tickets WHERE subject <> $1 AND (id < 20 OR id > 10050) ORDER BY id", 10},
		{"SELECT count(*) FROM calls WHERE title <> '{}'", 1},
		{"SELECT o.id, o.customer, a.name FROM shop.orders o JOIN support.accounts a ON a.id = o.id WHERE a.name <> '{}' ORDER BY 1", 2},
		{"SELECT o.customer, t.subject FROM shop.orders o JOIN support.tickets t ON t.id = o.id WHERE t.subject <> $1 ORDER BY 1, 2", 1},
		{"SELECT source, url FROM waggle.connections ORDER BY 1", 1},
		{auditShape, 0},
	}
}

// auditShape reads the whole log, which grows: asked once in auditEvery steps. Nobody's log shows a literal.
const (
	auditShape = "SELECT DISTINCT login, statement LIKE '%~%' FROM waggle.audit_log ORDER BY 1, 2"
	auditEvery = 1000
)

// step is one statement of one person.
type step struct {
	login, role, sql string
	weight           int // of the statement
	n                int // number of the literal
	explain          bool
}

func (s step) key() string { return fmt.Sprint(s.login, "/", s.role, "/", s.sql, "/", s.explain) }

func (s step) mark() string { return fmt.Sprintf("%s~%02d", s.login, s.n) }

// crowd runs steps and knows what each must give.
type crowd struct {
	*world
	want     map[string]string
	total    int
	flux     atomic.Int64 // odd while emea's connections change
	failures atomic.Int64
	seen     sync.Map // outcome → *atomic.Int64
	queries  sync.Map // Snowflake's id of a query → who was shown it
}

var queries = regexp.MustCompile(`query ([0-9a-f-]{36})\.`)

// own takes out of what a person is shown what differs from one statement of his to the next: his literal and Snowflake's id of the
// query, which is kept to see whose it is.
func (c *crowd) own(s step, text string) string {
	if m := queries.FindStringSubmatch(text); m != nil {
		c.queries.Store(m[1], s.login)
		text = strings.ReplaceAll(text, m[1], "id")
	}
	return strings.ReplaceAll(text, s.mark(), "{}")
}

// run makes a statement and returns what the person is shown, as text; take is how many batches he reads, negative for all.
func (c *crowd) run(ctx context.Context, s step, take int) string {
	sql := strings.ReplaceAll(s.sql, "{}", s.mark())
	args := engine.Args{Env: &datum.Env{Now: datum.Timestamp(time.Now().UnixMicro()), User: s.login, Database: "acme", Session: s.login}}
	if s.role != "" {
		args.Sources = map[string]string{"sf.role": s.role}
	}
	who := c.people[s.login]
	if s.explain {
		lines, err := c.engine.Explain(ctx, who, settings, plan.Explain{Query: plan.Span{Text: sql}, Analyze: true, Verbose: true}, args)
		if err != nil {
			return c.own(s, shown(err))
		}
		return s.explained(strings.Join(lines, "\n"))
	}
	var params []uint32
	if strings.Contains(sql, "$1") {
		params, args.Values = []uint32{pgcat.Text}, []datum.Value{datum.Text(s.mark())}
	}
	p, err := c.engine.Prepare(ctx, who, settings, plan.Span{Text: sql}, params)
	if err != nil {
		return c.own(s, shown(err))
	}
	r, err := c.engine.Execute(ctx, who, p, args)
	if err != nil {
		return c.own(s, shown(err))
	}
	defer r.Release()
	out := ""
	for ; take != 0 && r.Next(); take-- {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			for k := range int(b.NumCols()) {
				out += b.Column(k).ValueStr(i) + "|"
			}
			out += "\n"
		}
	}
	if r.Err() != nil {
		return c.own(s, shown(r.Err()))
	}
	return c.own(s, out)
}

// shown is all that a client is shown of an error.
func shown(err error) string {
	e := pgerr.From(err)
	return strings.Join([]string{"error " + pgerr.Code(err), e.Message, e.Detail, e.Hint}, "|")
}

var figures = regexp.MustCompile(`Ran: (\d+) rows?|: (\d+) sent`)

// explained keeps the figures that do not change from one time to the next, and any literal.
func (s step) explained(text string) string {
	out := fmt.Sprint(figures.FindAllString(text, -1))
	if other, _ := foreign(s.login, text); other != "" {
		out += " with " + other
	}
	return out
}

// alone computes what each person must see of each statement, with nobody else about.
func (c *crowd) alone() {
	c.want = map[string]string{}
	for _, sh := range shapes() {
		c.total += sh.weight
		for login := range databaseRoles {
			for _, role := range []string{"", "EMEA", "ANALYST"} {
				for _, explain := range []bool{false, true} {
					s := step{login: login, role: role, sql: sh.sql, weight: sh.weight, explain: explain}
					if !s.sensible() {
						continue
					}
					c.want[s.key()] = c.run(c.t.Context(), s, -1)
				}
			}
		}
	}
	for login := range databaseRoles { // once more: all three are in the log by now
		s := step{login: login, sql: auditShape}
		c.want[s.key()] = c.run(c.t.Context(), s, -1)
	}
}

// sensible leaves out EXPLAIN of what has parameters, of a log that grows and of most slow ones, and roles where no Snowflake is asked
// or the statement is slow.
func (s step) sensible() bool {
	if s.explain && (s.weight < 2 || strings.Contains(s.sql, "$1") || strings.Contains(s.sql, "waggle.")) {
		return false
	}
	return s.role == "" || s.weight > 1 && strings.Contains(s.sql, "shop.")
}

// random chooses a step.
func (c *crowd) random(i int) step {
	s := step{login: []string{"admin", "analyst", "emea"}[rand.IntN(3)], n: rand.IntN(50), explain: rand.IntN(25) == 0}
	if rand.IntN(4) == 0 {
		s.role = []string{"EMEA", "ANALYST"}[rand.IntN(2)]
	}
	at := rand.IntN(c.total)
	for _, sh := range shapes() {
		if at -= sh.weight; at < 0 {
			s.sql, s.weight = sh.sql, sh.weight
			break
		}
	}
	if i%auditEvery == 0 {
		s.sql, s.weight = auditShape, 0
	}
	if !s.sensible() {
		s.role, s.explain = "", false
	}
	return s
}

// once runs a step, whole, cancelled or released early, and holds it against what it gave alone.
func (c *crowd) once(i int) {
	s := c.random(i)
	before := c.flux.Load()
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	take, way := -1, "whole"
	switch rand.IntN(12) {
	case 0:
		way = "cancelled"
		defer time.AfterFunc(time.Duration(rand.IntN(8000))*time.Microsecond, cancel).Stop()
	case 1:
		take, way = rand.IntN(2), "released"
	}
	got, want := c.run(ctx, s, take), c.want[s.key()]
	changing := s.login == "emea" && (before%2 == 1 || c.flux.Load() != before)
	switch {
	case got == want:
	case way == "cancelled" && strings.HasPrefix(got, "error "+pgerr.QueryCanceled+"|"):
		way = "cancelled in time"
	case way == "released" && strings.HasPrefix(want, got): // an error may come after what was read
	case way == "released" && got == "" && strings.HasPrefix(want, "error "):
	case changing && strings.HasPrefix(got, "error "+pgerr.InvalidAuthorization+"|") && strings.Contains(got, publicURL+"/connect/"):
		way = "without connection"
	default:
		if c.failures.Add(1) < 20 {
			c.t.Errorf("%s (%s, connections changing: %t) was shown\n%s\nwanted\n%s", s.key(), way, changing, got, want)
		}
	}
	if strings.HasPrefix(got, "error ") && way == "whole" {
		way = "refused"
	}
	n, _ := c.seen.LoadOrStore(way, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
}

// change ends one of emea's connections and makes it anew; nobody else's.
func (c *crowd) change() {
	emea := c.people["emea"]
	c.flux.Add(1)
	switch rand.IntN(3) {
	case 0:
		c.must(c.vault.Connections().Disconnect(c.t.Context(), emea, "sf"))
		c.connect(emea, "sf")
	case 1:
		c.company.OAuth.RevokePerson("emea@acme.example", "sf")
		c.connect(emea, "sf")
	default:
		c.must(c.vault.Connections().Disconnect(c.t.Context(), emea, "desk"))
		c.login("emea", "desk", "bob", "bob-secret")
	}
	c.flux.Add(1)
}

// round runs steps from several goroutines while emea's connections come and go.
func (c *crowd) round(from, steps int) {
	var all sync.WaitGroup
	var next, running atomic.Int64
	for range 16 {
		all.Go(func() {
			running.Add(1)
			defer running.Add(-1)
			for i := next.Add(1); i <= int64(steps) && c.failures.Load() < 100; i = next.Add(1) {
				c.once(from + int(i))
			}
		})
	}
	for next.Load() <= int64(steps) && c.failures.Load() < 100 {
		c.change()
		time.Sleep(150 * time.Millisecond)
	}
	all.Wait()
}

// TestNobodySeesAnothers: several people make the same statements at once, and each sees of rows, errors, plans and logs what he
// sees alone. WAGGLE_INTERLEAVINGS=100000 runs so many statements.
func TestNobodySeesAnothers(t *testing.T) {
	steps := 1000
	if text := os.Getenv("WAGGLE_INTERLEAVINGS"); text != "" {
		var err error
		if steps, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	c := &crowd{world: newCrowd(t)}
	began := time.Now()
	c.alone()
	c.distinct()
	t.Log("alone", time.Since(began))
	j := newJudge(c)
	for done := 0; done < steps && c.failures.Load() < 100; done += 2500 {
		c.round(done, min(2500, steps-done))
		j.look()
		t.Log(done, "and more after", time.Since(began))
	}
	for _, who := range []string{"snowflake", "postgres"} {
		if j.own[who] == 0 {
			t.Errorf("no literal at all in what %s noted", who)
		}
	}
	c.seen.Range(func(way, n any) bool { t.Log(way, n.(*atomic.Int64).Load()); return true })
	t.Log("noted", j.asked, "with a literal", j.own)
	t.Log("all", time.Since(began))
	c.nothingOpen()
}

// distinct demands that the statements tell people apart, so that a mixture would show.
func (c *crowd) distinct() {
	for _, sql := range []string{shapes()[0].sql, shapes()[7].sql, shapes()[8].sql} {
		var seen []string
		for login := range databaseRoles {
			got := c.want[step{login: login, sql: sql}.key()]
			if strings.HasPrefix(got, "error") || slices.Contains(seen, got) {
				c.t.Fatalf("%s sees of %s what another sees: %s", login, sql, got)
			}
			seen = append(seen, got)
		}
	}
}

// nothingOpen demands that closed sources have left no session at the systems.
func (c *crowd) nothingOpen() {
	c.must(c.sf.source.Close())
	for _, s := range c.pg.sources {
		c.must(s.Close())
	}
	const open = "SELECT usename, state, query FROM pg_stat_activity WHERE usename IN ('ana', 'bob', 'cyd')"
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		sessions, busy := c.company.Snowflake["sf"].Sessions(""), c.pg.exec(c.t, c.pg.admin, open)
		if sessions == 0 && len(busy) == 0 {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("%d sessions at Snowflake, statements at PostgreSQL: %s", sessions, busy)
		}
	}
}
