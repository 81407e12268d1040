package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/oracle"
)

// tables are what the demonstration of the tests brings.
func tables() map[string]string {
	return map[string]string{
		"sf/shop/orders.csv":    "id,customer,price\n1,1,1.50\n2,2,20.25\n3,1,3.00\n",
		"pg1/shop/customer.csv": "id,name\n1,Ada\n2,Grace\n",
		"grants.yaml": `roles:
  ANALYST: {members: [analyst]}
  EMEA: {members: [emea]}
tables:
  sf.shop.orders: {select: [ANALYST, EMEA], rows: {EMEA: id <> 2}}
  pg1.shop.customer: {select: [ANALYST, EMEA], masks: {EMEA: {name: "left(name, 1)"}}}
`,
	}
}

// beside puts the real program where the demonstration looks for it: beside the running one.
func beside(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(filepath.Dir(self), "waggle"), "../waggle").CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// folder writes files into a folder of the test.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// started runs the demonstration and returns its ready file; stop ends it and returns its error.
func started(t *testing.T, f demoFlags) (r demoReady, stop func() error) {
	t.Helper()
	f.pg, f.http, f.readyFile = freeAddress(t), freeAddress(t), filepath.Join(t.TempDir(), "ready.json")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- demo(ctx, f, &out) }()
	stop = func() error {
		cancel()
		return <-done
	}
	for {
		text, err := os.ReadFile(f.readyFile)
		if err == nil {
			if err := json.Unmarshal(text, &r); err != nil {
				t.Error(errors.Join(err, stop()))
			}
			return r, stop
		}
		select {
		case err := <-done:
			t.Fatal(err, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func answer(t *testing.T, dsn, text string) string {
	t.Helper()
	con, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close(context.Background())
	rows, err := con.Query(t.Context(), text, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		for _, v := range rows.RawValues() {
			out = append(out, string(v))
		}
	}
	if rows.Err() != nil {
		return rows.Err().Error()
	}
	return strings.Join(out, " ")
}

// refused is how every refusal begins.
const refused = "ERROR: "

func TestDemoOverTablesThatSomebodyBrings(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs waggle")
	}
	pg := oracle.ForTest(t)
	beside(t)
	r, stop := started(t, demoFlags{scale: 1, data: folder(t, tables()), postgres: pg.DSN()})
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	for _, name := range []string{"gong", "google", "sf", "pg1"} {
		if r.Sources[name] == "" {
			t.Errorf("the ready file lacks %s: %v", name, r.Sources)
		}
	}
	dsn := map[string]string{}
	for _, u := range r.Users {
		dsn[u.Login] = u.DSN
	}
	text := "SELECT c.name, sum(o.price) FROM shop.orders o JOIN shop.customer c ON c.id = o.customer GROUP BY c.name ORDER BY c.name"
	for _, c := range []struct{ login, text, want string }{
		{"analyst", text, "Ada 4.50 Grace 20.25"},
		{"emea", text, "A 4.50"},
		{"analyst", "SELECT sum(price) FROM shop.orders", "24.75"},
		{"emea", "SELECT name FROM shop.customer ORDER BY id", "A G"},
		{"admin", "SELECT count(*) FROM shop.orders", refused},
		{"admin", "SELECT count(*) FROM shop.customer", refused},
	} {
		if got := answer(t, dsn[c.login], c.text); got != c.want && (c.want != refused || !strings.HasPrefix(got, refused)) {
			t.Errorf("%s: %s: %s", c.login, c.text, got)
		}
	}
}
