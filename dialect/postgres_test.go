package dialect_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// pgRig is a server whose tables of one schema are also relations of a view.
type pgRig struct {
	t    *testing.T
	conn *pgconn.PgConn
	view *semantic.View
	env  *datum.Env
}

func newPGRig(t *testing.T, script string) *pgRig {
	_, conn := oracle.Connected(t)
	now := datum.Timestamp(time.Now().UnixMicro())
	r := &pgRig{t: t, conn: conn, env: &datum.Env{ZoneName: "UTC", ExtraFloatDigits: 1, Now: now, Statement: now}}
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	r.must(string(text))
	r.must("SET TimeZone = 'UTC'; SET statement_timeout = '2s'")
	r.view = semantic.NewView(nil, r.tables(), nil)
	return r
}

func (r *pgRig) must(sql string) [][]string {
	r.t.Helper()
	rows, code := r.run(sql)
	if code != "" {
		r.t.Fatal(sql, code)
	}
	return rows
}

// run answers with the cells as text, or a SQLSTATE with its message.
func (r *pgRig) run(sql string) ([][]string, string) {
	results, err := r.conn.Exec(context.Background(), sql).ReadAll()
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return nil, e.Code + " " + e.Message
	}
	if err != nil {
		r.t.Fatal(err)
	}
	var out [][]string
	for _, row := range results[len(results)-1].Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = string(c); c == nil {
				cells[i] = "∅"
			}
		}
		out = append(out, cells)
	}
	return out, ""
}

func (r *pgRig) tables() []*plan.Table {
	byName := map[string]*plan.Table{}
	var out []*plan.Table
	for _, row := range r.must(`SELECT c.relname, c.oid, a.attname, a.atttypid, a.atttypmod, a.attnum FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 ORDER BY c.oid, attnum`) {
		t := byName[row[0]]
		if t == nil {
			t = &plan.Table{Connection: "pg", Schema: "public", Name: row[0], Object: "public." + row[0], OID: uint32(number(row[1]))}
			byName[row[0]] = t
			out = append(out, t)
		}
		t.Columns = append(t.Columns, plan.Column{Name: row[2], Physical: row[2], Type: plan.Type{OID: uint32(number(row[3])), Mod: int32(number(row[4]))}, Num: int16(number(row[5]))})
	}
	return out
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// printed is a query bound, rewritten by the rules when asked, filled and said.
func (r *pgRig) printed(sql string, rewrite bool, collation string) (dialect.Text, error) {
	b, err := bind.Query(bind.Input{Query: plan.Span{Text: sql}, View: r.view, Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		return dialect.Text{}, err
	}
	var out []plan.ColID
	for _, c := range b.Columns {
		out = append(out, c.ID)
	}
	root := b.Root
	if rewrite {
		env := &rules.Env{Sources: map[string]source.Capabilities{"pg": {}}}
		for _, batch := range rules.Default() {
			root = rules.Run(env, batch, root)
		}
		root = rules.Prune(root, out)
	}
	if root, err = plan.Fill(root, make([]datum.Value, len(b.Params)), r.env); err != nil {
		return dialect.Text{}, err
	}
	return dialect.Postgres(root, out, collation)
}

// TestPostgresRoundTrip binds each query of the corpora, prints it and runs both texts on PostgreSQL 17: the same rows, or an
// error on both sides, or 0A000 before printing.
func TestPostgresRoundTrip(t *testing.T) {
	for _, c := range []struct{ script, pattern string }{
		{"testdata/postgres/mixed.sql", "../engine/workspace/testdata/*"},
		{"testdata/postgres/described.sql", "../planner/bind/testdata/describe/*.test"},
	} {
		t.Run(filepath.Base(c.script), func(t *testing.T) {
			r := newPGRig(t, c.script)
			same, refused := 0, map[string]int{}
			for _, sql := range corpus(t, c.pattern) {
				for _, rewrite := range []bool{false, true} {
					for _, collation := range []string{"C.UTF-8", ""} {
						if why := r.compare(sql, rewrite, collation); why != "" {
							refused[why]++
						} else {
							same++
						}
					}
				}
			}
			t.Logf("%d equal; not said: %v", same, refused)
			if same < 1000 {
				t.Errorf("only %d queries are equal", same)
			}
		})
	}
}

// corpus reads the queries of .sql, .expr (expressions over table t) and .test files.
func corpus(t *testing.T, pattern string) []string {
	files, _ := filepath.Glob(pattern)
	var out []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(f) == ".test" {
			out = append(out, described(string(text))...)
			continue
		}
		for _, l := range strings.Split(string(text), "\n") {
			l = strings.TrimSpace(l)
			switch {
			case l == "" || strings.HasPrefix(l, "--"):
			case filepath.Ext(f) == ".expr":
				out = append(out, "SELECT id, "+l+" FROM t ORDER BY id")
			default:
				out = append(out, l)
			}
		}
	}
	return out
}

func described(text string) []string {
	var out []string
	for _, c := range strings.Split(text, "\n\n") {
		lines := strings.Split(c, "\n")
		for i, l := range lines {
			if !strings.HasPrefix(l, "describe") {
				continue
			}
			end := slices.Index(lines, "----")
			if end > i {
				if q := strings.Join(lines[i+1:end], "\n"); !strings.Contains(q, "$1") {
					out = append(out, q)
				}
			}
			break
		}
	}
	return out
}

// compare returns "" for equal answers, else why the query was not said.
func (r *pgRig) compare(sql string, rewrite bool, collation string) string {
	text, err := r.printed(sql, rewrite, collation)
	if err != nil {
		return "refused " + pgerr.Code(err)
	}
	if len(text.Columns) == 0 {
		return "no columns"
	}
	want, wantCode := r.run(sql)
	got, code := r.run(text.Text)
	if wantCode != "" || code != "" {
		if wantCode == "" || code == "" {
			r.t.Errorf("rewrite=%v %s\nwant %q got %q\n%s", rewrite, sql, wantCode, code, text.Text)
		}
		return "error"
	}
	if ordered(sql) {
		if fmt.Sprint(want) == fmt.Sprint(got) {
			return ""
		}
	}
	a, b := rowTexts(want), rowTexts(got)
	if !slices.Equal(a, b) {
		if strings.Contains(sql, "random") || strings.Contains(sql, "now()") || strings.Contains(sql, "current_") || strings.Contains(sql, "localtime") {
			return "moment"
		}
		r.t.Errorf("rewrite=%v %s\n%s\nwant %v\ngot  %v", rewrite, sql, text.Text, a, b)
	}
	return ""
}

func ordered(sql string) bool { return strings.Contains(strings.ToUpper(sql), "ORDER BY") }

func rowTexts(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.Join(r, " | ")
	}
	slices.Sort(out)
	return out
}
