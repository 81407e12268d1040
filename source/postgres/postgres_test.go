package postgres

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConfig(t *testing.T) {
	for _, c := range []Config{
		{Name: "x"}, {Name: "x", Host: "h"}, {Name: "x", Host: "db.example", Database: "d", TLS: Off},
		{Name: "x", Host: "db.example", Database: "d", TLS: "maybe"}, {Name: "x", Host: "h", Database: "d", CA: "no such file"},
	} {
		if _, err := New(c); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%+v: %v", c, err)
		}
	}
	s, err := New(Config{Name: "x", Host: "127.0.0.1", Port: 1, Database: "d", TLS: Off})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), source.Bearer{Token: secret.New("t")}); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Error(err)
	}
	c, err := s.Open(t.Context(), source.Password{User: "u", Password: secret.New("p")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), dialect.Text{Text: "SELECT 1"}); pgerr.Code(err) != pgerr.ConnectionFailure || strings.Contains(err.Error(), "127") {
		t.Error(err)
	}
}

// rig is a server with the table t of many types, and a connection of its superuser.
func rig(t *testing.T) (*pgconn.PgConn, source.Conn) {
	direct, s := server(t)
	c, err := s.Open(t.Context(), source.Password{User: "postgres", Password: secret.New("any")})
	if err != nil {
		t.Fatal(err)
	}
	return direct, c
}

func server(t *testing.T) (*pgconn.PgConn, source.Source) {
	server, direct := oracle.Connected(t)
	script, err := os.ReadFile("../../dialect/testdata/postgres/mixed.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{string(script), "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN cents AS numeric(8,2); CREATE TABLE d (m mood, c cents NOT NULL)"} {
		if _, err := direct.Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := New(Config{Name: "desk", Host: "127.0.0.1", Port: uint16(server.Port), Database: "postgres", TLS: Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return direct, s
}

// TestTypes reads every column of t and compares each value with the server's own text.
func TestTypes(t *testing.T) {
	direct, c := rig(t)
	s, err := c.Describe(t.Context(), "public.t")
	if err != nil || len(s.Columns) < 20 {
		t.Fatal(s, err)
	}
	env := &datum.Env{ExtraFloatDigits: 1}
	for i, col := range s.Columns {
		sql := fmt.Sprintf(`SELECT %q FROM public.t ORDER BY id`, col.Name)
		want, err := direct.Exec(t.Context(), "SET TimeZone = 'UTC'; "+sql).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Run(t.Context(), dialect.Text{Text: sql, Columns: []plan.Col{{ID: plan.ColID(i), Type: col.Type}}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for r.Next() {
			b := r.RecordBatch()
			for k := range int(b.NumRows()) {
				cell := want[1].Rows[n][0]
				n++
				got := plan.ArrowValue(b.Column(0), k, col.Type)
				if (got == nil) != (cell == nil) {
					t.Errorf("%s: %v, wanted %q", col.Name, got, cell)
				} else if got != nil && string(datum.AppendText(nil, col.Type.OID, got, env)) != strings.TrimRight(string(cell), " ") && col.Name != "s" {
					t.Errorf("%s: %s, wanted %s", col.Name, datum.AppendText(nil, col.Type.OID, got, env), cell)
				}
			}
		}
		if r.Err() != nil || n != len(want[1].Rows) || r.Report().Rows != int64(n) {
			t.Errorf("%s: %d rows, %v", col.Name, n, r.Err())
		}
		r.Release()
	}
}

func TestRefusals(t *testing.T) {
	_, c := rig(t)
	run := func(sql string, oid uint32) error {
		r, err := c.Run(t.Context(), dialect.Text{Text: sql, Columns: []plan.Col{{ID: 1, Name: "x", Type: plan.Type{OID: oid, Mod: -1}}}})
		if err != nil {
			return err
		}
		defer r.Release()
		for r.Next() {
		}
		return r.Err()
	}
	for _, w := range []struct {
		sql, code string
		oid       uint32
	}{
		{"SELECT 1 / 0", "22012", 23}, {"SELECT nothing", "42703", 23}, {"CREATE TABLE public.z (a int)", "25006", 23},
		{"SELECT 1::int8", "42804", 23}, {"SELECT 1 FROM public.nothing", "42P01", 23}, {"SELECT pg_terminate_backend(pg_backend_pid())", "57P01", 16},
	} {
		if err := run(w.sql, w.oid); pgerr.Code(err) != w.code {
			t.Errorf("%s: %v, wanted %s", w.sql, err, w.code)
		}
	}
	s, err := c.Describe(t.Context(), "public.d")
	if err != nil || len(s.Columns) != 2 || s.Columns[0].Type.OID != 25 || s.Columns[1].Type.OID != 1700 || s.Columns[1].Type.Mod < 0 || !s.Columns[1].NotNull {
		t.Error(s, err)
	}
	if _, err := c.Describe(t.Context(), "public.nothing"); pgerr.Code(err) != "42P01" {
		t.Error(err)
	}
}

// TestRelease ends a statement of which only some rows were read.
func TestRelease(t *testing.T) {
	direct, c := rig(t)
	r, err := c.Run(t.Context(), dialect.Text{Text: "SELECT generate_series(1, 100000000)", Columns: []plan.Col{{ID: 1, Type: plan.Type{OID: 23, Mod: -1}}}})
	if err != nil || !r.Next() {
		t.Fatal(err, r.Err())
	}
	began := time.Now()
	r.Release()
	if took := time.Since(began); took > 5*time.Second {
		t.Error("released after", took)
	}
	rows, err := direct.Exec(t.Context(), "SELECT 1 FROM pg_stat_activity WHERE application_name = 'waggle' AND state = 'active'").ReadAll()
	if err != nil || len(rows[0].Rows) > 0 {
		t.Error("the statement goes on", err)
	}
}

// TestSpeed says how fast rows come.
func TestSpeed(t *testing.T) {
	_, c := rig(t)
	cols := []plan.Col{{ID: 1, Type: plan.Type{OID: 23, Mod: -1}}, {ID: 2, Type: plan.Type{OID: 25, Mod: -1}}, {ID: 3, Type: plan.Type{OID: 701, Mod: -1}}, {ID: 4, Type: plan.Type{OID: 1700, Mod: datum.MakeNumericMod(12, 2)}}}
	r, err := c.Run(t.Context(), dialect.Text{Text: "SELECT i, 'row ' || i, i / 3.0::float8, (i * 0.25)::numeric(12,2) FROM generate_series(1, 200000) i", Columns: cols})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	began, n := time.Now(), int64(0)
	for r.Next() {
		n += r.RecordBatch().NumRows()
	}
	if r.Err() != nil || n != 200000 {
		t.Fatal(n, r.Err())
	}
	t.Logf("%.0f rows/s", float64(n)/time.Since(began).Seconds())
}

// TestCollations has Describe tell which columns order as we do.
func TestCollations(t *testing.T) {
	direct, c := rig(t)
	script(t, direct, `CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		CREATE TABLE public.words (d text, c text COLLATE "C", p varchar(9) COLLATE "POSIX", g text COLLATE "de-x-icu", l text COLLATE public.loose, n int4, b text COLLATE "pg_c_utf8")`)
	s, err := c.Describe(t.Context(), "public.words")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"d": "C.UTF-8", "c": "C.UTF-8", "p": "C.UTF-8", "g": "de-x-icu", "l": plan.Nondeterministic + "loose", "n": "", "b": "C.UTF-8"}
	for _, col := range s.Columns {
		if col.Collation != want[col.Name] {
			t.Errorf("%s: %q, wanted %q", col.Name, col.Collation, want[col.Name])
		}
	} // Equality is made exact in the scan.
	loose := plan.Column{Name: "l", Physical: "l", Type: plan.Type{OID: 25, Mod: -1}, Collation: want["l"]}
	sql, _ := dialect.SQLFor("postgres", "", plan.Settings{})
	text, err := sql.Print(&plan.Scan{Table: &plan.Table{Object: "public.words", Columns: []plan.Column{loose}}, Fields: []int{0},
		Out: []plan.Col{{ID: 1, Name: "l", Type: loose.Type}}}, []plan.ColID{1})
	if err != nil {
		t.Fatal(err)
	}
	script(t, direct, "INSERT INTO public.words (l) VALUES ('a'), ('A')")
	if n, _, err := ask(t.Context(), c, "SELECT count(DISTINCT x)::text FROM ("+text.Text+") q(x)"); n != "2" || err != nil {
		t.Error(n, err)
	}
}
