package datum_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// dial starts the real server, or returns nil where it is not installed.
func dial(t testing.TB) *pgconn.PgConn {
	t.Helper()
	if !oracle.Installed() {
		return nil
	}
	_, conn := oracle.Connected(t)
	return conn
}

// setup is what a case is read under.
type setup struct {
	typ  string // as SQL says it
	oid  uint32
	mod  int32
	env  datum.Env
	sets []string // SET statements that make the server agree with env
}

// newSetup reads key=value words: type, tz, datestyle (as German_DMY), intervalstyle, floats and bytea.
func newSetup(t testing.TB, arg func(string) string) *setup {
	t.Helper()
	s := &setup{typ: strings.ReplaceAll(arg("type"), "_", " "), mod: -1}
	name, mod := s.typ, ""
	if at := strings.IndexByte(name, '('); at >= 0 {
		mod = name[at+1 : strings.IndexByte(name, ')')]
	}
	var ok bool
	if s.oid, ok = datum.TypeByName(name); !ok {
		t.Fatalf("no type %q", s.typ)
	}
	if mod != "" {
		s.mod = modifier(t, s.oid, mod)
	}
	s.env.ExtraFloatDigits = 1
	if v := arg("floats"); v != "" {
		fmt.Sscan(v, &s.env.ExtraFloatDigits)
	}
	s.env.ByteaEscape = arg("bytea") == "escape"
	s.zone(t, arg("tz"))
	s.dateStyle(arg("datestyle"))
	s.intervalStyle(arg("intervalstyle"))
	s.set("extra_float_digits", fmt.Sprint(s.env.ExtraFloatDigits))
	s.set("bytea_output", map[bool]string{true: "escape", false: "hex"}[s.env.ByteaEscape])
	return s
}

func (s *setup) set(name, value string) { s.sets = append(s.sets, "SET "+name+" = '"+value+"'") }

func (s *setup) zone(t testing.TB, name string) {
	if name == "" {
		name = "UTC"
	}
	zone, canonical, ok := datum.LoadZone(name)
	if !ok {
		t.Fatalf("no zone %s", name)
	}
	s.env.Zone, s.env.ZoneName = zone, canonical
	s.set("TimeZone", name)
}

func (s *setup) dateStyle(text string) {
	if text == "" {
		text = "ISO_MDY"
	}
	format, order, _ := strings.Cut(text, "_")
	s.env.DateStyle = map[string]datum.DateFormat{"ISO": datum.ISO, "SQL": datum.SQL, "Postgres": datum.Postgres, "German": datum.German}[format]
	s.env.DateOrder = map[string]datum.DateOrder{"MDY": datum.MDY, "DMY": datum.DMY, "YMD": datum.YMD}[order]
	s.set("DateStyle", format+", "+order)
}

func (s *setup) intervalStyle(text string) {
	if text == "" {
		text = "postgres"
	}
	s.env.IntervalStyle = map[string]datum.IntervalFormat{"postgres": datum.IntervalPostgres, "postgres_verbose": datum.IntervalPostgresVerbose,
		"sql_standard": datum.IntervalSQLStandard, "iso_8601": datum.IntervalISO8601}[text]
	s.set("IntervalStyle", text)
}

// modifier encodes the modifier in parentheses as the type's typmodin does.
func modifier(t testing.TB, oid uint32, text string) int32 {
	t.Helper()
	var a, b int32
	n, _ := fmt.Sscanf(strings.ReplaceAll(text, ",", " "), "%d %d", &a, &b)
	if ty, ok := pgcat.TypeByOID(oid); ok && ty.IsArray() {
		oid = ty.Elem
	}
	switch oid {
	case pgcat.Numeric:
		return datum.MakeNumericMod(a, b)
	case pgcat.Varchar, pgcat.Bpchar:
		return a + 4
	case pgcat.Interval:
		return 0x7fff<<16 | a
	}
	if n == 0 {
		t.Fatalf("modifier %q", text)
	}
	return a
}

// apply makes the server's session agree.
func (s *setup) apply(t testing.TB, conn *pgconn.PgConn) {
	t.Helper()
	s.exec(t, conn, strings.Join(s.sets, "; ")+"; DROP TABLE IF EXISTS pg_temp.t; CREATE TEMP TABLE t (x "+s.typ+")")
	if _, err := conn.Prepare(t.Context(), "", "INSERT INTO t VALUES ($1) RETURNING x, x", []uint32{s.oid}); err != nil {
		t.Fatal(err)
	}
}

func (s *setup) exec(t testing.TB, conn *pgconn.PgConn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// server is what PostgreSQL makes of an input: its text and binary output, or its error.
func (s *setup) server(t testing.TB, conn *pgconn.PgConn, input []byte, format int16) string {
	t.Helper()
	r := conn.ExecPrepared(t.Context(), "", [][]byte{input}, []int16{format}, []int16{0, 1}).Read()
	if r.Err != nil {
		var e *pgconn.PgError
		if !errors.As(r.Err, &e) {
			t.Fatal(r.Err)
		}
		return showError(e.Code, e.Message, e.Detail, e.Hint)
	}
	return show(string(r.Rows[0][0]), r.Rows[0][1])
}

// ours is what datum makes of it.
func (s *setup) ours(input string) string {
	v, err := datum.In(s.oid, s.mod, input, &s.env)
	return s.shown(v, err)
}

func (s *setup) shown(v datum.Value, err error) string {
	if err != nil {
		e := pgerr.From(err)
		return showError(e.Code, e.Message, e.Detail, e.Hint)
	}
	text := string(datum.AppendText(nil, s.oid, v, &s.env))
	wire := datum.AppendBinary([]byte{}, s.oid, v)
	if s.oid == pgcat.Bpchar && s.mod > 4 { // padded by rowenc
		for i := len([]rune(text)); i < int(s.mod-4); i++ {
			text, wire = text+" ", append(wire, ' ')
		}
	}
	return show(text, wire)
}

func show(text string, wire []byte) string { return fmt.Sprintf("%q %x", text, wire) }

func showError(code, message, detail, hint string) string {
	out := code + " " + message
	if detail != "" {
		out += " | " + detail
	}
	if hint != "" {
		out += " | " + hint
	}
	return fmt.Sprintf("%q", out)
}
