package datum

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

var (
	record  = flag.Bool("record", false, "record testdata/functions.jsonl from a running PostgreSQL")
	rounds  = flag.Int("rounds", 12, "calls of each function in the differential test")
	seed    = flag.Uint64("seed", 1, "seed of the differential test")
	only    = flag.String("only", "", "part of a signature: test these functions alone")
	verbose = flag.Int("differences", 60, "differences to print")
)

// example is one call: a signature, arguments in text form with their types (nil is NULL), and PostgreSQL's answer.
type example struct {
	Func  string    `json:"f"`
	Types []string  `json:"t"`
	Args  []*string `json:"a"`
	Want  *string   `json:"w,omitempty"`
	Code  string    `json:"c,omitempty"`
	Msg   string    `json:"m,omitempty"`
}

const testZone = "America/New_York"

func testEnv(t testing.TB) *Env {
	zone, name, ok := LoadZone(testZone)
	if !ok {
		t.Fatal("no zone " + testZone)
	}
	now := Timestamp(time.Date(2024, 2, 29, 15, 4, 5, 0, time.UTC).UnixMicro())
	return &Env{Zone: zone, ZoneName: name, ExtraFloatDigits: 1, Now: now, Statement: now, User: "postgres",
		Session: "postgres", Database: "postgres", Schemas: []string{"pg_catalog", "public"}}
}

// TestFunctionsReplay replays recorded calls against PostgreSQL's recorded answers.
func TestFunctionsReplay(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "functions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	env := testEnv(t)
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	n, bad := 0, 0
	for s.Scan() {
		var e example
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		n++
		if got := e.compute(env); !e.matches(got) {
			if bad++; bad <= 30 {
				t.Errorf("%s: %s, want %s", e.sql(), got.text(), e.text())
			}
		}
	}
	if n == 0 {
		t.Fatal("no example")
	}
}

func (e *example) text() string {
	switch {
	case e.Code != "":
		return "ERROR " + e.Code + " " + e.Msg
	case e.Want == nil:
		return "NULL"
	}
	return fmt.Sprintf("%q", *e.Want)
}

func (e *example) matches(got *example) bool {
	if e.Code != "" || got.Code != "" {
		return e.Code == got.Code && (e.Msg == got.Msg || e.Code == pgerr.FeatureNotSupported || e.Code == pgerr.InvalidRegexp)
	}
	if e.Want == nil || got.Want == nil {
		return e.Want == got.Want
	}
	if *e.Want == *got.Want {
		return true
	}
	p, _ := pgcat.ProcBySignature(e.Func)
	if p.Result == pgcat.Bpchar { // its length is elsewhere
		return strings.TrimRight(*e.Want, " ") == strings.TrimRight(*got.Want, " ")
	}
	return p.Result == pgcat.Float8 && sameFloat(*e.Want, *got.Want)
}

// sameFloat allows the last bits of functions that the C library computes.
func sameFloat(a, b string) bool {
	x, ok := parseFloat(a, 64)
	y, ok2 := parseFloat(b, 64)
	if !ok || !ok2 {
		return false
	}
	d := x - y
	if d < 0 {
		d = -d
	}
	if x < 0 {
		x = -x
	}
	return d <= x*1e-14
}

func (e *example) sql() string {
	p, _ := pgcat.ProcBySignature(e.Func)
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = "NULL::" + sqlType(e.Types[i])
		if a != nil {
			args[i] = "E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(*a) + "'::" + sqlType(e.Types[i])
		}
	}
	if p.Variadic != 0 && p.Variadic != pgcat.Any {
		args[len(args)-1] = "VARIADIC " + args[len(args)-1]
	}
	return `SELECT pg_catalog."` + p.Name + `"(` + strings.Join(args, ", ") + ")"
}

func sqlType(name string) string { return `pg_catalog."` + name + `"` }

func (e *example) compute(env *Env) (out *example) {
	out = &example{}
	fail := func(err error) *example {
		pe := pgerr.From(err)
		out.Code, out.Msg = pe.Code, pe.Message
		return out
	}
	p, ok := pgcat.ProcBySignature(e.Func)
	if !ok {
		return fail(errors.New("unknown function"))
	}
	defer func() {
		if r := recover(); r != nil {
			out.Code, out.Msg = "PANIC", fmt.Sprint(r)
		}
	}()
	f := Func{Proc: p.OID, Result: p.Result, Mod: -1, Variadic: p.Variadic != 0 && p.Variadic != pgcat.Any}
	args := make([]Value, len(e.Args))
	for i, a := range e.Args {
		t, _ := pgcat.TypesByName(e.Types[i])
		f.Args = append(f.Args, t.OID)
		if a == nil {
			continue
		}
		v, err := In(t.OID, -1, *a, env)
		if err != nil {
			return fail(err)
		}
		args[i] = v
	}
	f.Result = polymorphic(p, f.Args)
	v, err := Call(f, args, env)
	if err != nil {
		return fail(err)
	}
	if v != nil {
		s := string(AppendText(nil, f.Result, v, env))
		out.Want = &s
	}
	return out
}

func polymorphic(p *pgcat.Proc, args []uint32) uint32 {
	elem := func(array bool) uint32 {
		for i, a := range p.Args {
			t, _ := pgcat.TypeByOID(args[i])
			switch a {
			case pgcat.AnyArray, pgcat.AnyCompatibleArray:
				if array {
					return t.OID
				}
				return t.Elem
			case pgcat.AnyElement, pgcat.AnyCompatible, pgcat.AnyNonArray:
				if array {
					return t.Array
				}
				return t.OID
			}
		}
		return 0
	}
	switch p.Result {
	case pgcat.AnyElement, pgcat.AnyCompatible:
		return elem(false)
	case pgcat.AnyArray, pgcat.AnyCompatibleArray:
		return elem(true)
	}
	return p.Result
}

// TestFunctionsDifferential calls every implemented function with drawn arguments here and on PostgreSQL 17.
func TestFunctionsDifferential(t *testing.T) {
	ctx := t.Context()
	_, conn := oracle.Connected(t, "timezone="+testZone)
	conn.Exec(ctx, "SET statement_timeout = '5s'; SET standard_conforming_strings = on").ReadAll()
	env := testEnv(t)
	g := &generator{rand.New(rand.NewPCG(*seed, 2))}
	kept, total, refused := map[string][]example{}, 0, 0
	bad := map[string]int{}
	for _, p := range implemented() {
		if *only != "" && !strings.Contains(p.Signature(), *only) {
			continue
		}
		n := *rounds
		if len(p.Args) == 0 {
			n = 1
		}
		for range n {
			e, ok := g.draw(p)
			if !ok {
				break
			}
			e.answered(ctx, conn, e.sql())
			if e.Code == "57014" || e.Code == "42804" || e.Code == "42725" || e.Msg == "out of memory" {
				continue
			}
			total++
			got := e.compute(env)
			if got.Code == pgerr.FeatureNotSupported && e.Code != got.Code {
				refused++
				continue
			}
			if !e.matches(got) {
				if bad[e.Func]++; bad[e.Func] <= 3 && len(bad) <= *verbose {
					t.Errorf("%s\n\t got %s\n\twant %s", e.sql(), cut(got.text()), cut(e.text()))
				}
				continue
			}
			if len(kept[e.Func]) < 5 && len(e.text()) < 200 && p.Volatile == 'i' || p.Volatile == 's' && len(kept[e.Func]) < 4 {
				kept[e.Func] = append(kept[e.Func], e)
			}
		}
	}
	t.Logf("%d functions of pg_proc implemented, %d calls compared, %d refused here, %d functions with differences",
		len(functions()), total, refused, len(bad))
	if *record {
		save(t, kept)
	}
}

func cut(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}

// answered fills in what a server says to a text of one value.
func (e *example) answered(ctx context.Context, conn *pgconn.PgConn, sql string) {
	results, err := conn.Exec(ctx, sql).ReadAll()
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe):
		e.Code, e.Msg = pe.Code, pe.Message
	case err != nil:
		e.Code, e.Msg = "XXXXX", err.Error()
	default:
		if v := results[0].Rows[0][0]; v != nil {
			s := string(v)
			e.Want = &s
		}
	}
}

func implemented() []*pgcat.Proc {
	var out []*pgcat.Proc
	for oid := range functions() {
		p, _ := pgcat.ProcByOID(oid)
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].OID < out[j].OID })
	return out
}

func save(t *testing.T, kept map[string][]example) {
	var names []string
	for n := range kept {
		names = append(names, n)
	}
	sort.Strings(names)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, n := range names {
		for _, e := range kept[n] {
			if err := enc.Encode(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "functions.jsonl"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
