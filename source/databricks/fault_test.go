package databricks

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

const (
	thriftPath = "/sql/1.0/warehouses/"
	filePath   = "/cloudfetch/"
)

var faults = []struct {
	name string
	rule fault.Rule
	code string // what may come
}{
	{"latency", fault.Rule{Kind: fault.Latency, Millis: 20}, "00000"},
	{"slow files", fault.Rule{Kind: fault.Drip, Path: filePath, Millis: 5}, "00000"},
	{"login: too many requests, once", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 429, Times: 1}, "00000"},
	{"statement: unavailable, once", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 503, Nth: 2, Times: 1}, "00000"},
	{"too many requests", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 429}, "53400"},
	{"unavailable", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 503}, "08006"},
	{"login fails once", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 502, Times: 1}, "00000"},
	{"statement fails", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 502, Nth: 2, Times: 1}, "08006"},
	{"no token is good", fault.Rule{Kind: fault.Status, Path: thriftPath, Status: 403}, "28000"},
	{"statement reset", fault.Rule{Kind: fault.Reset, Path: thriftPath, Bytes: 10, Nth: 2, Times: 1}, "08006"},
	{"statement truncated", fault.Rule{Kind: fault.Truncate, Path: thriftPath, Bytes: 300, Nth: 2, Times: 1}, "08006 08P01"},
	{"file unavailable, once", fault.Rule{Kind: fault.Status, Path: filePath, Status: 503, Times: 1}, "00000"},
	{"files unavailable", fault.Rule{Kind: fault.Status, Path: filePath, Status: 500}, "08006"},
	{"file gone", fault.Rule{Kind: fault.Status, Path: filePath, Status: 403, Nth: 2}, "08006"},
	{"file reset, once", fault.Rule{Kind: fault.Reset, Path: filePath, Bytes: 1000, Nth: 1, Times: 1}, "00000"},
	{"files reset", fault.Rule{Kind: fault.Reset, Path: filePath, Bytes: 1000}, "08006"},
	{"file truncated", fault.Rule{Kind: fault.Truncate, Path: filePath, Bytes: 5000}, "08006 08P01"},
	{"file empty", fault.Rule{Kind: fault.Truncate, Path: filePath, Bytes: 0}, "08006 08P01"},
	{"token expires on the way", fault.Rule{Kind: fault.Expired, Path: thriftPath, Nth: 3, Times: 1}, "28000 00000"},
}

// TestFaults: whatever happens on the way, the rows are right or there is the right error, and nothing stays open.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if err := r.server.Control().Add(f.rule); err != nil {
				t.Fatal(err)
			}
			a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), allOrders, sourcetest.OrderTypes()...)
			a.Expect(t, f.code, rowsOfOrders)
			r.server.Control().Clear()
			if a.Err != nil && f.rule.Kind != fault.Expired {
				sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
			}
		})
	}
}

// TestPages: a result whose later pages do not come is an error, not a shorter result.
func TestPages(t *testing.T) {
	for _, f := range []struct {
		name string
		rule fault.Rule
	}{
		{"status", fault.Rule{Kind: fault.Status, Status: 500, Path: thriftPath, Nth: 3}},
		{"reset", fault.Rule{Kind: fault.Reset, Bytes: 100, Path: thriftPath, Nth: 3}},
		{"truncated", fault.Rule{Kind: fault.Truncate, Bytes: 100, Path: thriftPath, Nth: 3}},
	} {
		t.Run(f.name, func(t *testing.T) {
			r := newRig(t, func(e *emulator.Config) { e.Inline = 1 << 40 })
			const wide = "SELECT a.`customer` || repeat('x', 900) AS c1 FROM `shop`.`orders` AS a"
			if a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), wide, sourcetest.Plain(pgcat.Text)); a.Err != nil || len(a.Rows) != rowsOfOrders || a.Report.Pages < 5 {
				t.Fatal(a.Err, len(a.Rows), a.Report)
			}
			r.source.Forget(source.Owner{Organisation: "acme"})
			sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
			if err := r.server.Control().Add(f.rule); err != nil {
				t.Fatal(err)
			}
			a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), wide, sourcetest.Plain(pgcat.Text))
			if code := pgerr.Code(a.Err); code != pgerr.ConnectionFailure && code != pgerr.ProtocolViolation {
				t.Error(len(a.Rows), a.Err)
			}
		})
	}
}

// TestContradictions: a column that is sent as another type, and a table that nobody may read any more.
func TestContradictions(t *testing.T) {
	r := newRig(t)
	contradict := func(on bool) { r.server.Contradict("c2", on) }
	refuse := func(on bool) { r.server.Refuse("lake.shop.orders", on) }
	sourcetest.Withdrawn(t, r.open(r.bearer("analyst")), someRows, contradict, refuse)
}
