package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// SQLSuite is a SQL source to be proved against PostgreSQL 17: every operator, function, cast, aggregate and window function
// that its dialect says gives the same values on the same rows, NULLs among them, or an error on both sides.
type SQLSuite struct {
	Source source.Source
	Open   func(t *testing.T) source.Conn
	Object string // at the source: rows that are rich in types and NULLs
	Table  string // the same rows in PostgreSQL's schema public
	Key    string // the column, not null, that tells rows apart
	// Answer asks PostgreSQL 17 in TimeZone UTC and styles ISO and postgres; a nil cell is NULL. Its error is the statement's.
	Answer func(ctx context.Context, sql string) ([][]*string, error)
	Sample int // how many queries, chosen by Seed; 0 for all
	Seed   uint64
	// Differs names what is known to differ, by the query's text; it is left out.
	Differs func(sql string) bool
}

// Proved counts what came of a suite's queries.
type Proved struct {
	Equal    int            // the same values
	Refused  int            // an error on both sides
	NotSaid  int            // the dialect does not say it: it stays ours
	NotBound int            // nobody can ask it
	Wrong    []string       // everything else, in words
	ByKind   map[string]int // of the equal ones
}

// RunSQL proves a suite, and fails for each thing that is wrong or when hardly anything was proved.
func RunSQL(t *testing.T, s SQLSuite) {
	p, err := CheckSQL(t.Context(), s, s.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d equal %v, %d refused by both, %d not said, %d not bound", p.Equal, p.ByKind, p.Refused, p.NotSaid, p.NotBound)
	for i, w := range p.Wrong {
		if i == 20 {
			t.Errorf("and %d more", len(p.Wrong)-i)
			break
		}
		t.Error(w)
	}
	if p.Equal < 50 {
		t.Error("hardly anything was proved")
	}
}

// CheckSQL runs a suite's queries over a connection; its error is that nothing could be run.
func CheckSQL(ctx context.Context, s SQLSuite, c source.Conn) (*Proved, error) {
	sql, ok := s.Source.Capabilities().In(plan.Settings{TimeZone: "UTC", DateStyle: "ISO, MDY"}).SQL()
	if !ok {
		return nil, errors.New("the source speaks no SQL")
	}
	schema, err := c.Describe(ctx, s.Object)
	if err != nil {
		return nil, err
	}
	v := &verifier{SQLSuite: s, conn: c, sql: sql, out: &Proved{ByKind: map[string]int{}}}
	t := &plan.Table{Connection: "source", Schema: "public", Name: s.Table, Object: s.Object, OID: 100000}
	for i, col := range schema.Columns {
		t.Columns = append(t.Columns, plan.Column{Name: col.Name, Physical: col.Name, Type: col.Type, Num: int16(i + 1), NotNull: col.NotNull, Collation: col.Collation})
	}
	v.view = semantic.NewView(nil, []*plan.Table{t}, nil)
	all := forms(t, s.Key)
	if s.Sample > 0 && s.Sample < len(all) {
		rand.New(rand.NewPCG(s.Seed, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:s.Sample]
	}
	for _, f := range all {
		if s.Differs != nil && s.Differs(f.sql) {
			continue
		}
		if err := v.form(ctx, f); err != nil {
			return v.out, err
		}
	}
	return v.out, nil
}

// verifier is a suite at work.
type verifier struct {
	SQLSuite
	conn source.Conn
	sql  dialect.SQL
	view *semantic.View
	out  *Proved
}

// form proves one query.
func (v *verifier) form(ctx context.Context, f form) error {
	text, err := v.say(f.sql)
	switch {
	case errors.Is(err, errNotBound):
		v.out.NotBound++
		return nil
	case err != nil:
		v.out.NotSaid++
		return nil
	}
	got, gotErr := v.ask(ctx, text)
	want, wantErr := v.Answer(ctx, f.sql)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch why := differs(got, want, text.Columns); {
	case gotErr != nil && wantErr != nil:
		v.out.Refused++
	case gotErr != nil || wantErr != nil:
		v.wrong(f, text, fmt.Sprintf("the source: %v, PostgreSQL: %v", gotErr, wantErr))
	case why != "":
		v.wrong(f, text, why)
	default:
		v.out.Equal++
		v.out.ByKind[f.kind]++
	}
	return nil
}

func (v *verifier) wrong(f form, text dialect.Text, why string) {
	v.out.Wrong = append(v.out.Wrong, fmt.Sprintf("%s\n  said as %s\n  %s", f.sql, text.Text, why))
}

var errNotBound = errors.New("not bound")

// say prints a query in the source's language; errNotBound when it is no query.
func (v *verifier) say(sql string) (dialect.Text, error) {
	b, err := bind.Query(bind.Input{Query: plan.Span{Text: sql}, View: v.view,
		Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		return dialect.Text{}, errNotBound
	}
	if err := v.sql.Say(b.Root); err != nil {
		return dialect.Text{}, err
	}
	root, err := plan.Fill(b.Root, nil, &datum.Env{ZoneName: "UTC", ExtraFloatDigits: 1})
	if err != nil {
		return dialect.Text{}, errNotBound
	}
	var out []plan.ColID
	for _, c := range b.Columns {
		out = append(out, c.ID)
	}
	t, err := v.sql.Print(root, out)
	t.Settings = []dialect.Setting{{Name: "TimeZone", Value: "UTC"}, {Name: "DateStyle", Value: "ISO, MDY"}, {Name: "IntervalStyle", Value: "postgres"}}
	return t, err
}

// ask reads a statement's rows as PostgreSQL's text.
func (v *verifier) ask(ctx context.Context, text dialect.Text) ([][]*string, error) {
	r, err := v.conn.Run(ctx, text)
	if err != nil {
		return nil, err
	}
	defer r.Release()
	var rows [][]*string
	env := &datum.Env{ZoneName: "UTC", ExtraFloatDigits: 1}
	for r.Next() {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			row := make([]*string, len(text.Columns))
			for k, c := range text.Columns {
				if value := plan.ArrowValue(b.Column(k), i, c.Type); value != nil {
					cell := string(datum.AppendText(nil, c.Type.OID, value, env))
					row[k] = &cell
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, r.Err()
}

// differs compares rows in order; "" when they are equal.
func differs(got, want [][]*string, columns []plan.Col) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, wanted %d", len(got), len(want))
	}
	for i := range want {
		for k, c := range columns {
			if k >= len(want[i]) || !same(got[i][k], want[i][k], c.Type) {
				return fmt.Sprintf("row %d: %s, wanted %s", i+1, show(got[i]), show(want[i]))
			}
		}
	}
	return ""
}

func same(a, b *string, t plan.Type) bool {
	if a == nil || b == nil {
		return a == b
	}
	if t.OID == pgcat.Bpchar { // padded when it is shown
		return trimmed(*a) == trimmed(*b)
	}
	if *a == *b || t.OID != pgcat.Float8 && t.OID != pgcat.Float4 {
		return *a == *b
	}
	x, err := strconv.ParseFloat(*a, 64)
	y, err2 := strconv.ParseFloat(*b, 64)
	return err == nil && err2 == nil && math.Abs(x-y) <= 1e-12*max(math.Abs(x), math.Abs(y))
}

func trimmed(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

func show(row []*string) string {
	var out []string
	for _, c := range row {
		if c == nil {
			out = append(out, "NULL")
		} else {
			out = append(out, *c)
		}
	}
	return fmt.Sprintf("%q", out)
}
