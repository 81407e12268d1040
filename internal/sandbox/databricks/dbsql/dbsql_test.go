package dbsql

import (
	"database/sql"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

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

// judged is the language in an environment, over an in-memory DuckDB with Setup and the tests' tables.
func judged(db *sql.DB, env Env) *sqltest.Language {
	compile := func(text string) (string, []sqltest.Type, *Error) {
		q, err := Compile(text, env)
		if err != nil {
			return "", nil, err
		}
		if q.Kind != Select {
			like := q.Statement.Like
			q.Statement.Like = nil
			return sqltest.Said(q.Kind, q.Statement, like), nil, nil
		}
		var types []sqltest.Type
		for _, c := range q.Columns {
			types = append(types, c.Type)
		}
		return q.SQL, types, nil
	}
	return &sqltest.Language{DB: db, Compile: compile, Translate: Translate}
}

func open(t testing.TB) *sql.DB {
	t.Helper()
	statements := Setup()
	for _, table := range tables {
		statements = append(statements, table.create)
	}
	return sqltest.Open(t, statements)
}

func TestGolden(t *testing.T) {
	db := open(t)
	sqltest.Golden(t, func(settings map[string]string) *sqltest.Language {
		env := testEnv()
		maps.Copy(env.Session, settings)
		return judged(db, env)
	})
}
