package sfsql

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
	"T": {`CREATE TABLE t AS SELECT * FROM (VALUES (1, 10.50, 1.5, 'one', TRUE, DATE '2024-01-31', TIMESTAMP '2024-01-31 23:59:59.5', TIMESTAMPTZ '2024-07-01 12:00:00+00'),
		(2, -3.25, -2.5, 'Two', FALSE, DATE '2024-02-29', TIMESTAMP '2024-02-29 00:00:00', TIMESTAMPTZ '2024-01-01 00:00:00+00'),
		(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 0.00, 0, '', TRUE, DATE '1999-12-31', TIMESTAMP '1999-12-31 12:30:00', TIMESTAMPTZ '1999-12-31 12:30:00+00'))
		AS v("ID", "N", "F", "S", "B", "D", "TS", "LTZ")`,
		[]Column{{"ID", number(18, 0), false}, {"N", number(12, 2), true}, {"F", of(Float), true}, {"S", varchar(20), true}, {"B", of(Boolean), true},
			{"D", of(Date), true}, {"TS", of(TimestampNTZ), true}, {"LTZ", of(TimestampLTZ), true}}},
	"U": {`CREATE TABLE u AS SELECT * FROM (VALUES (1, 1, 'a', 5.00), (2, 1, 'b', 7.00), (3, 2, 'c', NULL), (4, 9, 'd', 1.00)) AS v("UID", "ID", "lower", "AMOUNT")`,
		[]Column{{"UID", number(38, 0), false}, {"ID", number(18, 0), true}, {"lower", varchar(10), true}, {"AMOUNT", number(12, 2), true}}},
	"J": {`CREATE TABLE j AS SELECT 1 AS "ID", CAST('{"a": {"b": [1, 2.50, "x"]}, "n": null, "s": "text"}' AS JSON) AS "V"`,
		[]Column{{"ID", number(18, 0), false}, {"V", of(Variant), true}}},
}

func testEnv() Env {
	return Env{Database: "DB", Schema: "PUBLIC", Role: "ANALYST", User: "ANNA", Warehouse: "WH", Account: "ACME", Session: "7",
		Now:        time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC),
		Parameters: map[string]string{"TIMEZONE": "UTC", "WEEK_START": "1"},
		Bindings:   map[string]Binding{"1": bind("TEXT", "[1, 3, 99]"), "2": bind("TEXT", "Two"), "3": bind("DATE", "946598400000")},
		Table: func(db, schema, name string) (Relation, error) {
			if t, ok := tables[name]; ok && db == "DB" && schema == "PUBLIC" {
				return Relation{strings.ToLower(name), t.columns}, nil
			}
			return Relation{}, errors.New("no such table")
		}}
}

func bind(typ, value string) Binding { return Binding{typ, &value} }

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
		maps.Copy(env.Parameters, settings)
		return judged(db, env)
	})
}
