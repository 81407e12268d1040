// Package sqltest runs what the warehouse emulators' languages compile, for their tests, which bring DuckDB's driver.
package sqltest

import (
	"database/sql"
	"strings"
	"testing"
)

// Open prepares an in-memory DuckDB by statements; it is closed with the test.
func Open(t testing.TB, statements []string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
	}
	return db
}

// Rows runs a text of some columns and returns a line for each row: the values as DuckDB prints them, NULL for none.
func Rows(db *sql.DB, text string, columns int) (out []string, err error) {
	rows, err := db.Query("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + text + ")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		cells := make([]sql.NullString, columns)
		ptrs := make([]any, columns)
		for i := range cells {
			ptrs[i] = &cells[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		texts := make([]string, columns)
		for i, c := range cells {
			if texts[i] = c.String; !c.Valid {
				texts[i] = "NULL"
			}
		}
		out = append(out, strings.Join(texts, " | "))
	}
	return out, rows.Err()
}

// Types returns the DuckDB types of a text's columns.
func Types(db *sql.DB, text string) (out []string, err error) {
	rows, err := db.Query("DESCRIBE " + text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ string
		var rest [4]any
		if err := rows.Scan(&name, &typ, &rest[0], &rest[1], &rest[2], &rest[3]); err != nil {
			return nil, err
		}
		out = append(out, strings.ReplaceAll(strings.ReplaceAll(typ, "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"), `"`, ""))
	}
	return out, rows.Err()
}
