package bind

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// tables are created in PostgreSQL 17 and mirrored as relations of the view.
var tables = map[string]string{
	"t": "a int4, b text, c numeric(10,2), d date, ts timestamp, tz timestamptz, f float8, v varchar(20), arr int4[], " +
		"j jsonb, bo bool, i8 int8, u uuid, iv interval, ch char(5), sm int2, js json, nm name, r float4, by bytea, tm time",
	"u":   "a int4, e text, k int8",
	"w":   "id int4, \"Upper\" text, ts timestamp(3), price numeric",
	"emp": "empno int4, dept text, salary numeric(12,2), hired date, boss int4",
}

// TestDescribe compares what binding says of a query with what PostgreSQL 17 answered to Parse and Describe: column names,
// types, modifiers and origins, parameter types, or SQLSTATE, message and position of the error. With -update, the
// answers are recorded anew from the server. `describe differs=…` says why an answer of ours is another; those cases
// hold our own.
func TestDescribe(t *testing.T) {
	answer := describeHere
	if flag.Lookup("update").Value.String() == "true" {
		server := connect(t)
		answer = func(c *golden.Case) string {
			if c.Arg("differs") != "" {
				return describeHere(c)
			}
			return describeThere(t, server, c.Input)
		}
	}
	golden.Run(t, "testdata/describe/*.test", func(t *testing.T, c *golden.Case) string { return answer(c) })
}

// TestRecorded compares the recorded answers with a live server.
func TestRecorded(t *testing.T) {
	server := connect(t)
	golden.Run(t, "testdata/describe/*.test", func(t *testing.T, c *golden.Case) string {
		if c.Arg("differs") != "" {
			return describeHere(c)
		}
		return describeThere(t, server, c.Input)
	})
}

func connect(t *testing.T) *pgconn.PgConn {
	t.Helper()
	_, c := oracle.Connected(t)
	for name, cols := range tables {
		if _, err := c.Exec(t.Context(), "CREATE TABLE "+name+" ("+cols+")").ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func describeThere(t *testing.T, c *pgconn.PgConn, sql string) string {
	d, err := c.Prepare(t.Context(), "", sql, nil)
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return errorText(pe.Code, pe.Message, pe.Detail, pe.Hint, int(pe.Position))
	}
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range d.Fields {
		writeColumn(&out, f.Name, f.DataTypeOID, f.TypeModifier, f.TableOID != 0, f.TableAttributeNumber)
	}
	for i, p := range d.ParamOIDs {
		fmt.Fprintf(&out, "$%d %s\n", i+1, typeName(p))
	}
	return out.String()
}

func describeHere(c *golden.Case) string {
	r, err := Query(Input{Query: plan.Span{Text: c.Input}, View: testView(), Settings: plan.Settings{SearchPath: "public",
		TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		e := pgerr.From(err)
		if e.Code == pgerr.Internal {
			return fmt.Sprint(errors.Unwrap(e))
		}
		at := 0
		if e.Position > 0 {
			at = utf8.RuneCountInString(c.Input[:min(e.Position-1, len(c.Input))]) + 1
		}
		return errorText(e.Code, e.Message, e.Detail, e.Hint, at)
	}
	var out strings.Builder
	for _, f := range r.Columns {
		writeColumn(&out, f.Name, f.Type.OID, f.Type.Mod, f.Origin.Table != 0, uint16(f.Origin.Column))
	}
	for i, p := range r.Params {
		fmt.Fprintf(&out, "$%d %s\n", i+1, typeName(p.OID))
	}
	return out.String()
}

func writeColumn(out *strings.Builder, name string, oid uint32, mod int32, origin bool, column uint16) {
	fmt.Fprintf(out, "%s %s", name, typeName(oid))
	if mod >= 0 {
		fmt.Fprintf(out, " mod %d", mod)
	}
	if origin {
		fmt.Fprintf(out, " of column %d", column)
	}
	out.WriteByte('\n')
}

func errorText(code, message, detail, hint string, at int) string {
	out := fmt.Sprintf("%s at %d: %s\n", code, at, message)
	if detail != "" {
		out += "DETAIL: " + detail + "\n"
	}
	if hint != "" {
		out += "HINT: " + hint + "\n"
	}
	return out
}

// testView mirrors the tables as relations of schema public.
func testView() *semantic.View {
	var list []*plan.Table
	oid := uint32(90000)
	for name, cols := range tables {
		oid++
		tab := &plan.Table{Connection: "db", Schema: "public", Name: name, Object: name, OID: oid}
		q, err := Query(Input{Query: plan.Span{Text: "SELECT " + nullsOf(cols)}})
		if err != nil {
			panic(err)
		}
		for i, c := range q.Columns {
			tab.Columns = append(tab.Columns, plan.Column{Name: c.Name, Physical: c.Name, Type: c.Type, Num: int16(i + 1)})
		}
		list = append(list, tab)
	}
	return semantic.NewView(nil, list, nil)
}

// nullsOf turns column definitions into a select list of typed nulls.
func nullsOf(cols string) string {
	parts := strings.Split(cols, ", ")
	for i, p := range parts {
		name, kind, _ := strings.Cut(p, " ")
		parts[i] = "NULL::" + kind + " AS " + name
	}
	return strings.Join(parts, ", ")
}
