package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// moments are rows whose texts and calendars differ from session to session; some lie beside a change of the clocks.
const moments = `SELECT num::INTEGER AS num, d::DATE AS d, ts::TIMESTAMP AS ts, tz::TIMESTAMPTZ AS tz, f::DOUBLE AS f, s FROM (VALUES
 (1, '2026-02-01', '2026-02-01 13:04:05.25', '2026-03-08 06:59:59+00', 0.1, '03/02/2026'), (2, '1999-12-31', '1999-12-31 23:59:59', '2026-03-08 07:30:00+00', 1e-7, '1999-12-31'),
 (3, '2017-10-15', '2017-10-15 00:30:00', '2017-10-15 03:10:00+00', 12345678901234567, '15 Oct 2017 02:03'), (4, '2026-04-24', '2026-04-24 00:10:00', '2026-04-23 22:05:00+00', -2.5, '04/05/2026 10:11'),
 (5, NULL, NULL, NULL, NULL, NULL), (6, '2026-11-01', '2026-11-01 01:30:00', '2026-11-01 05:30:00+00', 1e300, '06/07/2008')) AS v(num, d, ts, tz, f, s)`

// newMoments is a world in which one table is at a Snowflake, a Databricks, a PostgreSQL and, with fields of its own names, a Salesforce.
func newMoments(t *testing.T) (*world, *pgconn.PgConn) {
	dir := t.TempDir()
	db := sandboxtest.Database(t)
	for file, query := range map[string]string{"sf/notes/at_sf": moments, "lake/notes/at_lake": moments, "ops/notes/at_ops": moments,
		"crm/notes/Moment__c": "SELECT num, d, date_trunc('second', tz) AS tz, s FROM (" + moments + ")"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := db.Exec(t.Context(), "COPY ("+query+") TO '"+filepath.Join(dir, file)+".parquet'"); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	s := &six{people: []string{"p00"}, sources: map[string]source.Source{}}
	if s.data, err = brought.Read(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	s.startOracle(t)
	w := (&world{t: t, six: s}).build(nil)
	truth := dialDatabase(t, strings.Replace(s.oracle.DSN(), "dbname=postgres", "dbname=ops", 1))
	return w, truth
}

// session is a session's settings, as SET names them.
type session struct{ style, zone, interval, digits, bytea string }

var sessions = []session{
	{"SQL, DMY", "UTC", "sql_standard", "0", "escape"}, {"ISO, MDY", "UTC", "postgres", "1", "hex"}, {"German, DMY", "America/Sao_Paulo", "iso_8601", "-3", "hex"},
	{"Postgres, MDY", "America/New_York", "postgres_verbose", "3", "escape"}, {"ISO, DMY", "Asia/Kolkata", "postgres", "-15", "hex"},
}

func (s session) set() string {
	return fmt.Sprintf("SET DateStyle = '%s'; SET TimeZone = '%s'; SET IntervalStyle = '%s'; SET extra_float_digits = %s; SET bytea_output = %s", s.style, s.zone, s.interval, s.digits, s.bytea)
}

func (s session) settings(pushdown string) plan.Settings {
	return plan.Settings{SearchPath: "notes, public", TimeZone: s.zone, DateStyle: s.style, IntervalStyle: s.interval, ExtraFloatDigits: s.digits, ByteaOutput: s.bytea, Pushdown: pushdown}
}

// said are expressions whose values depend on the session.
var said = []string{
	"d::text", "ts::text", "tz::text", "f::text", "concat(d, '/', ts, '/', tz, '/', f)", "d || '!'", "'<' || f", "to_char(tz, 'YYYY-MM-DD HH24:MI:SS')", "to_char(tz, 'TZ OF')", "to_char(d, 'YYYY-MM')",
	"tz::date", "tz::timestamp", "tz::time", "(tz::timetz)::text", "ts::timestamptz", "d::timestamptz", "date_trunc('day', tz)", "date_trunc('week', tz)", "date_trunc('month', d)",
	"date_trunc('hour', tz, 'Asia/Tokyo')", "extract(hour from tz)", "extract(timezone from tz)", "extract(epoch from ts::timestamptz)", "extract(epoch from tz)", "date_part('doy', tz)", "extract(day from ts)",
	"tz AT TIME ZONE 'Asia/Tokyo'", "ts AT TIME ZONE 'America/New_York'", "tz + interval '1 day'", "tz - interval '1 month'", "tz + interval '90 minutes'", "tz + num * interval '12 hours'", "s::date", "s::timestamptz", "s::timestamp",
	"(tz - '2026-01-01'::timestamptz)::text", "(ts - d)::text", "age(ts, '2000-01-01')::text", "to_json(tz)::text", "to_jsonb(d)::text", "ARRAY[d, '01/02/2026']::text", "format('%s %s', tz, f)",
	"d = '01/02/2026'", "tz > '2026-03-08 02:30'", "tz >= d", "ts < tz", "tz = ts", "quote_literal(f)", `'\x0041ff'::bytea::text`, `convert_to(s, 'UTF8')::text`, "'1 day 2 hours'::interval::text", "1.5::float8::text || 'x'",
	"(0.1::float8 + num)::text", "make_timestamptz(2026, 3, 8, 2, 30, 0)", "'2026-11-01 01:30'::timestamptz", "'03/02/2026 10:00'::timestamptz::text", "'01/02/2026'::date - num", "make_interval(days => num, hours => 5)::text",
	"current_date = now()::date", "localtimestamp = now()::timestamp", "date_trunc('day', now()) <= now()", "'today'::date = current_date", "current_setting('DateStyle')", "json_build_object('d', d, 'f', f)::text",
	"min(tz) OVER () = tz", "max(d::text) OVER ()", "to_date(s, 'DD/MM/YYYY') IS NULL", "to_timestamp(num) = '1970-01-01'", "to_timestamp(num)::text", "timezone(interval '5 hours', tz)", "date_bin('1 day', tz, '2001-01-01')",
	"(SELECT count(*) FROM generate_series('2026-03-07'::timestamptz, '2026-03-10', '1 day') g WHERE g <= tz)", "(SELECT string_agg(g::text, ',') FROM generate_series(tz, tz + interval '2 days', interval '1 day') g)",
}

// asked are conditions on a Salesforce's fields, whose names are those of the table.
var asked = []string{
	"tz >= '2026-03-08 02:30'", "tz < d", "d <= '01/02/2026'", "tz::date = '2026-03-08'", "d = now()", "d < '2026-02-01 12:00'::timestamptz", "s = concat(date '2026-02-01' + 0)", "date_trunc('day', tz) = tz", "extract(year from tz) = 2026",
	"tz BETWEEN '2017-10-15' AND '2026-04-24'", "d IN ('02/01/2026', '11/01/2026')", "tz = ANY(ARRAY['2026-03-08 07:30+00', '08/03/2026']::timestamptz[])",
}

// answer runs a statement in a session with these settings, each row as PostgreSQL would write it.
func (w *world) answer(set plan.Settings, sql string) ([]string, error) {
	p, err := w.engine.Prepare(w.t.Context(), w.people["p00"], set, plan.Span{Text: sql}, nil)
	if err != nil {
		return nil, err
	}
	env := set.Env()
	env.Now = datum.Timestamp(time.Now().UnixMicro())
	env.Statement, env.Setting = env.Now, func(string) (string, bool) { return set.DateStyle, true }
	r, err := w.engine.Execute(w.t.Context(), w.people["p00"], p, engine.Args{Env: &env})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	var rows []string
	for r.Next() {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			cells := make([]string, len(p.Columns))
			for c, col := range p.Columns {
				cells[c] = "∅"
				if v := plan.ArrowValue(b.Column(c), i, col.Type); v != nil {
					cells[c] = string(datum.AppendText(nil, col.Type.OID, v, &env))
				}
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
	}
	return rows, r.Err()
}

// truth is PostgreSQL's answer.
func truth(t *testing.T, c *pgconn.PgConn, sql string) ([]string, error) {
	results, err := c.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []string
	for _, row := range results[len(results)-1].Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = string(v); v == nil {
				cells[i] = "∅"
			}
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return rows, nil
}

// TestSettingsDecideNothingElsewhere: what a session's settings decide is the same wherever it is computed: at each source, or here.
func TestSettingsDecideNothingElsewhere(t *testing.T) {
	w, pg := newMoments(t)
	for i, s := range sessions {
		if _, err := truth(t, pg, s.set()); err != nil {
			t.Fatal(err)
		}
		exprs := []string{"num"}
		for _, e := range said { // texts that are no dates in this order are left out
			if _, err := truth(t, pg, "SELECT "+e+" FROM notes.at_ops"); err == nil {
				exprs = append(exprs, e)
			}
		}
		list := strings.Join(exprs, ", ")
		rows, err := truth(t, pg, "SELECT "+list+" FROM notes.at_ops ORDER BY num")
		if err != nil || len(exprs) < len(said)-4 {
			t.Fatal(len(exprs), err)
		}
		for _, route := range [][2]string{{"at_ops", "auto"}, {"at_ops", "off"}, {"at_sf", "auto"}} {
			got, err := w.answer(s.settings(route[1]), "SELECT "+list+" FROM notes."+route[0]+" ORDER BY num")
			if err != nil {
				t.Errorf("%v %s: %v", s, route, err)
			}
			different(t, fmt.Sprint(s, route), exprs, got, rows)
		}
		for _, table := range []string{"at_sf", "at_lake"} {
			w.pushed(pg, s, table, exprs)
		}
		if i%3 == 2 {
			w.conditions(pg, s)
		}
	}
}

// pushed asks a warehouse for those expressions that it computes itself.
func (w *world) pushed(pg *pgconn.PgConn, s session, table string, exprs []string) {
	var direct []string
	for _, e := range exprs {
		p, err := w.engine.Prepare(w.t.Context(), w.people["p00"], s.settings("auto"), plan.Span{Text: "SELECT " + e + " FROM notes." + table}, nil)
		if err == nil && p.Path == planner.Direct {
			direct = append(direct, e)
		}
	}
	list := strings.Join(direct, ", ")
	want, err := truth(w.t, pg, "SELECT "+list+" FROM notes.at_ops ORDER BY num")
	got, gotErr := w.answer(s.settings("auto"), "SELECT "+list+" FROM notes."+table+" ORDER BY num")
	if err != nil || gotErr != nil || len(direct) < 5 || s.zone == "UTC" && s.style == "ISO, MDY" && len(direct) < 25 {
		w.t.Fatalf("%v %s: %d, %v, %v", s, table, len(direct), err, gotErr)
	}
	different(w.t, fmt.Sprint(s, table, " pushed"), direct, got, want)
}

// conditions asks a Salesforce and a Databricks for rows under conditions.
func (w *world) conditions(pg *pgconn.PgConn, s session) {
	for _, e := range asked {
		want, wantErr := truth(w.t, pg, "SELECT num FROM notes.at_ops WHERE "+e+" ORDER BY num")
		for _, table := range []string{"moment__c", "at_lake"} {
			got, err := w.answer(s.settings("auto"), "SELECT num FROM notes."+table+" WHERE "+e+" ORDER BY num")
			if (err == nil) != (wantErr == nil) || !slices.Equal(got, want) {
				w.t.Errorf("%v %s WHERE %s: %v, %v; not %v, %v", s, table, e, got, err, want, wantErr)
			}
		}
	}
}

// different reports each cell that differs, with its expression.
func different(t *testing.T, where string, exprs, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, not %d", where, len(got), len(want))
		return
	}
	for i := range want {
		a, b := strings.Split(got[i], " | "), strings.Split(want[i], " | ")
		for k := range min(len(a), len(b)) {
			if a[k] != b[k] {
				t.Errorf("%s, row %d: %s is %q, not %q", where, i, exprs[k], a[k], b[k])
			}
		}
	}
}
