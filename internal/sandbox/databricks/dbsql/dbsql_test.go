package dbsql

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltest"
)

// tables are the relations of the tests' database, in DuckDB.
var tables = map[string]struct {
	create  string
	columns []Column
}{
	"t": {`CREATE TABLE t AS SELECT * FROM (VALUES (CAST(1 AS INTEGER), 10.50, CAST(1.5 AS DOUBLE), 'one', TRUE, DATE '2024-01-31', TIMESTAMP '2024-01-31 23:59:59.5', TIMESTAMPTZ '2024-07-01 12:00:00+00', CAST(1 AS BIGINT)),
		(2, -3.25, -2.5, 'Two', FALSE, DATE '2024-02-29', TIMESTAMP '2024-02-29 00:00:00', TIMESTAMPTZ '2024-01-01 00:00:00+00', 9223372036854775807),
		(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 0.00, 0, '', TRUE, DATE '1999-12-31', TIMESTAMP '1999-12-31 12:30:00', TIMESTAMPTZ '1999-12-31 12:30:00+00', -7))
		AS v(id, n, f, s, b, d, ntz, ts, g)`,
		[]Column{{"id", of(Int), false}, {"n", decimal(12, 2), true}, {"f", of(Double), true}, {"s", of(String), true}, {"b", of(Boolean), true},
			{"d", of(Date), true}, {"ntz", of(TimestampNTZ), true}, {"ts", of(Timestamp), true}, {"g", of(Bigint), true}}},
	"u": {`CREATE TABLE u AS SELECT * FROM (VALUES (1, 1, 'a', 5.00), (2, 1, 'b', 7.00), (3, 2, 'c', NULL), (4, 9, 'd', 1.00)) AS v(uid, id, "Mixed", amount)`,
		[]Column{{"uid", of(Bigint), false}, {"id", of(Int), true}, {"Mixed", of(String), true}, {"amount", decimal(12, 2), true}}},
}

func testEnv() Env {
	text, date, number, list := "Two", "1999-12-31", "7.5", `["b", "a"]`
	return Env{Catalog: "main", Schema: "sales", User: "anna@acme.com", Groups: []string{"analysts"},
		Now:        time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC),
		Session:    map[string]string{"timezone": "UTC"},
		Parameters: []Parameter{{"", "STRING", &text}, {"", "DATE", &date}, {"n", "DECIMAL(3,1)", &number}, {"nothing", "INT", nil}, {"list", "STRING", &list}},
		Table: func(catalog, schema, name string) (Relation, error) {
			if t, ok := tables[strings.ToLower(name)]; ok && strings.EqualFold(catalog, "main") && strings.EqualFold(schema, "sales") {
				return Relation{strings.ToLower(name), t.columns}, nil
			}
			return Relation{}, errors.New("no such table")
		}}
}

// open prepares an in-memory DuckDB with Setup and the tests' tables.
func open(t testing.TB) *sql.DB {
	t.Helper()
	statements := Setup()
	for _, table := range tables {
		statements = append(statements, table.create)
	}
	return sqltest.Open(t, statements)
}

// run compiles and executes a text and prints the columns' types and the rows, or the error.
func run(t *testing.T, db *sql.DB, text string, env Env) string {
	q, e := Compile(text, env)
	if e != nil {
		return e.Error()
	}
	if q.Kind != Select {
		like := q.Statement.Like
		q.Statement.Like = nil
		out := fmt.Sprintf("%d %+v", q.Kind, q.Statement)
		if like != nil {
			out += " like " + *like
		}
		return out
	}
	checkTypes(t, db, text, q)
	types := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		types[i] = c.Type.String()
	}
	rows, err := sqltest.Rows(db, q.SQL, len(types))
	if err != nil {
		return runtimeError(err)
	}
	return strings.Join(append([]string{strings.Join(types, " | ")}, rows...), "\n")
}

func runtimeError(err error) string {
	e := Translate(err)
	if e.Class == "INTERNAL_ERROR" {
		return fmt.Sprintf("%v <- %v", e, err)
	}
	return e.Error()
}

// checkTypes fails when DuckDB's types are not the representation of the columns' types.
func checkTypes(t *testing.T, db *sql.DB, text string, q *Query) {
	t.Helper()
	types, err := sqltest.Types(db, q.SQL)
	if err != nil && Translate(err).Class == "INTERNAL_ERROR" {
		t.Errorf("%s\n%v\n%s", text, err, q.SQL)
	}
	for i, typ := range types {
		if want := q.Columns[i].Type.DuckDB(); typ != want {
			t.Errorf("%s\ncolumn %d is %s in DuckDB and should be %s\n%s", text, i, typ, want, q.SQL)
		}
	}
}

func TestGolden(t *testing.T) {
	db := open(t)
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		env := testEnv()
		for _, a := range c.Args {
			if k, v, ok := strings.Cut(a, "="); ok {
				env.Session[k] = v
			}
		}
		switch c.Command {
		case "run":
			return run(t, db, c.Input, env)
		case "each":
			var out []string
			for _, line := range strings.Split(c.Input, "\n") {
				got := run(t, db, "SELECT "+line, env)
				out = append(out, line+" => "+strings.ReplaceAll(got, "\n", " => "))
			}
			return strings.Join(out, "\n")
		case "sql":
			q, err := Compile(c.Input, env)
			if err != nil {
				return err.Error()
			}
			return q.SQL
		}
		t.Fatalf("unknown command %s", c.Command)
		return ""
	})
}
