package sourcetest

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Plain is a type without a modifier.
func Plain(oid uint32) plan.Type { return plan.Type{OID: oid, Mod: -1} }

// Numeric is numeric of a precision and a scale.
func Numeric(precision, scale int32) plan.Type {
	return plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(precision, scale)}
}

// Answer is what a statement gives: its rows as PostgreSQL's text with | between the cells, and what was reported.
type Answer struct {
	Rows   []string
	Report source.Report
	Err    error
}

// Read asks a statement whose columns have the types.
func Read(ctx context.Context, c source.Conn, sql string, types ...plan.Type) Answer {
	return ReadText(ctx, c, dialect.Text{Text: sql, Columns: Columns(types...)})
}

// Columns are columns of the types.
func Columns(types ...plan.Type) []plan.Col {
	out := make([]plan.Col, len(types))
	for i, t := range types {
		out[i] = plan.Col{ID: plan.ColID(i + 1), Name: fmt.Sprint("x", i+1), Type: t}
	}
	return out
}

// ReadText asks a statement.
func ReadText(ctx context.Context, c source.Conn, text dialect.Text) Answer {
	rows, err := c.Run(ctx, text)
	if err != nil {
		return Answer{Err: err}
	}
	defer rows.Release()
	var out Answer
	for rows.Next() {
		b := rows.RecordBatch()
		for k := range int(b.NumRows()) {
			var cells []string
			for i, col := range text.Columns {
				cells = append(cells, textOf(plan.ArrowValue(b.Column(i), k, col.Type), col.Type))
			}
			out.Rows = append(out.Rows, strings.Join(cells, "|"))
		}
	}
	out.Err, out.Report = rows.Err(), rows.Report()
	return out
}

// Expect fails unless the answer is so many rows, or ends in one of the codes, of which 00000 is no error. Errors name no address.
func (a Answer) Expect(t testing.TB, codes string, rows int) {
	t.Helper()
	if !strings.Contains(codes, pgerr.Code(a.Err)) {
		t.Errorf("%s %v, cause %v", pgerr.Code(a.Err), a.Err, pgerr.From(a.Err).Unwrap())
	}
	if a.Err == nil && len(a.Rows) != rows {
		t.Errorf("%d rows", len(a.Rows))
	}
	if a.Err != nil && strings.Contains(a.Err.Error(), "127.0.0.1") {
		t.Error("the error tells an address: ", a.Err)
	}
}

func textOf(v datum.Value, t plan.Type) string {
	if v == nil {
		return "NULL"
	}
	return string(datum.AppendText(nil, t.OID, v, &datum.Env{ExtraFloatDigits: 1}))
}

// Open opens a person's connection.
func Open(t testing.TB, s source.Source, c source.Credential) source.Conn {
	t.Helper()
	conn, err := s.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// Wait waits until something is so, and fails after five seconds.
func Wait(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in time: " + what)
		}
	}
}

// Silent fails when f leaves anything in the home directory, or says anything on standard error or to the log.
func Silent(t *testing.T, f func()) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, home)
	}
	said, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = said
	log.SetOutput(said)
	f()
	os.Stderr = stderr
	log.SetOutput(stderr)
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
	if text, err := os.ReadFile(said.Name()); err != nil || len(text) > 0 {
		t.Errorf("%s, %v", text, err)
	}
}
