package e2e

import (
	"context"
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// The limits hold on a machine that has much else to do; docs/benchmarks.md has the figures of a quiet one. What is measured
// in time may be measured again, since a stall is the machine's and comes once.
const (
	guardLimit  = 50 * time.Millisecond
	timeout     = 2 * time.Second
	afterClock  = 500 * time.Millisecond
	memoryLimit = 50 << 20
	stormLimit  = 200 * time.Millisecond
	measures    = 4
)

// guarded are refused before anything parses them.
var guarded = []struct{ name, sql, code string }{
	{"sums", "SELECT 1" + strings.Repeat("+1", 100_000), "54001"},
	{"casts", "SELECT 1" + strings.Repeat("::int", 100_000), "54001"},
	{"unions", "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 100_000), "54001"},
	{"joins", "SELECT 1 FROM users u" + strings.Repeat(" CROSS JOIN users u", 100_000), "54001"},
	{"parentheses", "SELECT " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000), "54001"},
	{"subqueries", strings.Repeat("SELECT * FROM (", 100_000) + "SELECT 1" + strings.Repeat(") s", 100_000), "54001"},
	{"nots", "SELECT " + strings.Repeat("NOT ", 100_000) + "true", "54001"},
	{"minuses", "SELECT " + strings.Repeat("- ", 100_000) + "1", "54001"},
	{"arrays", "SELECT " + strings.Repeat("ARRAY[", 100_000) + "1" + strings.Repeat("]", 100_000), "54001"},
	{"cases", "SELECT " + strings.Repeat("CASE WHEN true THEN ", 100_000) + "1" + strings.Repeat(" END", 100_000), "54001"},
	{"literal", "SELECT '" + strings.Repeat("x", 16<<20) + "'", "54001"},
}

// heavy must end by themselves or by statement_timeout. codes are what they may end with, "" for an answer.
var heavy = []struct {
	name, sql string
	codes     []string
}{
	{"repeat", "SELECT repeat('x', 2000000000)", []string{"53200", "54000", "57014"}},
	{"repeat over rows", "SELECT length(repeat('x', 2000000000)) FROM generate_series(1, 2) g", []string{"53200", "54000", "57014", ""}},
	{"repeat of repeat", "SELECT repeat(repeat('x', 1000000), 1000000)", []string{"53200", "54000", "57014"}},
	{"lpad", "SELECT lpad('x', 2000000000)", []string{"53200", "54000", "57014"}},
	{"lpad over rows", "SELECT max(length(lpad('x', 100000000 + g))) FROM generate_series(1, 1000) g", []string{"53200", "54000", "57014", ""}},
	{"split", "SELECT cardinality(string_to_array(repeat('a,', 200000000), ','))", []string{"53200", "54000", "57014", "0A000"}},
	{"split over rows", "SELECT sum(cardinality(string_to_array(repeat('a,', 10000000 + g), ','))) FROM generate_series(1, 1000) g",
		[]string{"53200", "54000", "57014", "0A000"}},
	{"cartesian", "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b", []string{"53200", "57014"}},
	{"cartesian with rows", "SELECT a.a * b.b FROM generate_series(1, 1000000) a(a), generate_series(1, 1000000) b(b) ORDER BY 1", []string{"53200", "57014"}},
	{"endless recursion", "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", []string{"22003", "53200", "57014", "0A000"}},
	{"wide recursion", "WITH RECURSIVE t(x) AS (SELECT 'x' UNION ALL SELECT x || x FROM t) SELECT max(length(x)) FROM t", []string{"53200", "54000", "57014", "0A000", "42804"}},
	{"regex", "SELECT repeat('a', 40) || 'b' ~ '^(a+)+$'", []string{"57014", "", "0A000"}},
	{"regex over rows", "SELECT count(*) FROM generate_series(1, 1000000) g WHERE repeat('a', 40 + g % 2) || 'b' ~ '^(a|a|aa)+$'", []string{"57014", "", "0A000"}},
	{"regex of regexes", "SELECT 'x' ~ '((((x{1,200}){1,200}){1,200}){1,200})'", []string{"57014", "", "2201B", "0A000", "54000", "53200"}},
	{"like", "SELECT repeat('a', 10000000) LIKE '" + strings.Repeat("%a", 200) + "%b'", []string{"57014", "", "0A000"}},
	{"power", "SELECT 9.99 ^ 99999", []string{"22003", "57014", "0A000", ""}},
	{"factorial", "SELECT factorial(30000)", []string{"22003", "57014", "0A000", ""}},
	{"array fill", "SELECT array_fill(1, ARRAY[2000000000])", []string{"53200", "54000", "57014", "0A000"}},
	{"aggregate", "SELECT length(string_agg(repeat('x', 1000), '')) FROM generate_series(1, 10000000)", []string{"53200", "54000", "57014", "0A000"}},
	{"sort", "SELECT g FROM generate_series(1, 100000000) g ORDER BY g % 1000003 LIMIT 1", []string{"53200", "57014", ""}},
}

func TestHostileStatements(t *testing.T) {
	v := newServer(t, "")
	c := connect(t, v, "disable")
	for _, warm := range []string{"SELECT 1", "SELECT count(*) FROM generate_series(1, 1000)"} {
		if _, err := one(c, warm); err != nil {
			t.Fatal(err)
		}
	}
	other := startOther(t, v)
	calm := other.p99(time.Second)
	before, peak := Resident(v.PID), watchMemory(t, v.PID)
	t.Run("guard", func(t *testing.T) { hostileGuard(t, v) })
	t.Run("timeout", func(t *testing.T) { hostileHeavy(t, v) })
	stormy := other.p99(0)
	grown := peak() - before
	t.Logf("resident memory %d MiB, at most %d MiB more; another client's p99: calm %s, stormy %s", before>>20, grown>>20, calm, stormy)
	if grown > memoryLimit {
		t.Errorf("the proxy's resident memory grew by %d MiB", grown>>20)
	}
	if stormy > 2*calm && stormy > stormLimit { // below that, two cores' scheduling is all that is measured
		t.Errorf("another client's SELECT 1: p99 %s, %s without hostile statements", stormy, calm)
	}
	if v.Ended() {
		t.Error("the server has ended")
	}
}

func hostileGuard(t *testing.T, v *Server) {
	c, err := connect(t, v, "disable").Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Conn.Close()
	for _, h := range guarded {
		best := time.Hour
		for range measures {
			got, took := lastByte(t, c.Conn, h.sql)
			if got != h.code {
				t.Errorf("%s: SQLSTATE %q, want %s", h.name, got, h.code)
			}
			if best = min(best, took); best <= guardLimit {
				break
			}
		}
		if best > guardLimit {
			t.Errorf("%s: answered %s after the last byte", h.name, best)
		}
	}
}

// lastByte sends a query, its last byte only once the others have arrived, and returns the answer's SQLSTATE and its time.
func lastByte(t *testing.T, conn net.Conn, sql string) (string, time.Duration) {
	t.Helper()
	m := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(len(sql)+5))
	m = append(append(m, sql...), 0)
	if _, err := conn.Write(m[:len(m)-1]); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	if _, err := conn.Write(m[len(m)-1:]); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	var answer []byte
	var took time.Duration
	for buf := make([]byte, 64<<10); !strings.HasSuffix(string(answer), "Z\x00\x00\x00\x05I"); {
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, answer)
		}
		took = time.Since(start)
		answer = append(answer, buf[:n]...)
	}
	_, rest, _ := strings.Cut(string(answer), "\x00C")
	sqlstate, _, _ := strings.Cut(rest, "\x00")
	return sqlstate, took
}

func hostileHeavy(t *testing.T, v *Server) {
	c := connect(t, v, "disable")
	if _, err := one(c, "SET statement_timeout = 2000"); err != nil {
		t.Fatal(err)
	}
	for _, h := range heavy {
		best := time.Hour
		for range measures {
			if c.IsClosed() {
				c = connect(t, v, "disable")
				_, _ = one(c, "SET statement_timeout = 2000")
			}
			start := time.Now()
			_, err := one(c, h.sql)
			took := time.Since(start)
			t.Logf("%-20s %-6s %s", h.name, code(err), took.Round(time.Millisecond))
			if !slices.Contains(h.codes, code(err)) {
				t.Errorf("%s: SQLSTATE %q, want one of %q", h.name, code(err), h.codes)
			}
			if best = min(best, took); best <= timeout+afterClock {
				break
			}
		}
		if best > timeout+afterClock {
			t.Errorf("%s: took %s", h.name, best)
		}
	}
}

// otherClient runs SELECT 1 all the time and notes how long it takes.
type otherClient struct {
	mu   sync.Mutex
	took []time.Duration
}

func startOther(t *testing.T, v *Server) *otherClient {
	c := connect(t, v, "disable")
	o := &otherClient{}
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { o.run(ctx, c) })
	t.Cleanup(func() {
		cancel()
		wait.Wait()
	})
	return o
}

func (o *otherClient) run(ctx context.Context, c *pgconn.PgConn) {
	for ctx.Err() == nil {
		start := time.Now()
		if _, err := one(c, "SELECT 1"); err != nil {
			return
		}
		o.mu.Lock()
		o.took = append(o.took, time.Since(start))
		o.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

// p99 waits, then returns the percentile since the last call.
func (o *otherClient) p99(wait time.Duration) time.Duration {
	time.Sleep(wait)
	o.mu.Lock()
	defer o.mu.Unlock()
	slices.Sort(o.took)
	p := o.took[len(o.took)*99/100]
	o.took = nil
	return p
}

// watchMemory samples a process's resident memory; the returned function ends that and gives the peak.
func watchMemory(t *testing.T, pid int) func() int64 {
	var peak int64
	stop := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				peak = max(peak, Resident(pid))
			}
		}
	})
	var once sync.Once
	end := func() int64 {
		once.Do(func() { close(stop) })
		wait.Wait()
		return peak
	}
	t.Cleanup(func() { end() })
	return end
}
