package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// columnType is a column of a stored table with PostgreSQL's word for its type.
type columnType struct{ name, kind string }

// The stored tables of random shapes: the columns of `tables`, numerics with and without a scale.
var (
	tTypes = []columnType{{"id", "integer"}, {"k", "integer"}, {"g", "text"}, {"v", "integer"}, {"n", "numeric(10,2)"}, {"d", "date"}, {"f", "double precision"},
		{"ts", "timestamp"}, {"tz", "timestamptz"}, {"iv", "interval"}, {"j", "jsonb"}, {"b", "boolean"}, {"ia", "integer[]"}}
	uTypes = []columnType{{"uid", "integer"}, {"k", "integer"}, {"h", "text"}, {"w", "integer"}}
)

// cells are the values of a type; they repeat, so that groups and joins have partners.
var cells = map[string][]string{
	"integer":          {"0", "1", "2", "3", "-1", "7", "10", "30"},
	"text":             {"a", "b", "c", "", "A", "ä", "ab ", "b"},
	"numeric(10,2)":    {"0", "1.50", "2.25", "-1", "99.99", "0.01", "10", "1.5"},
	"date":             {"2024-01-01", "2024-01-31", "2024-02-29", "2023-12-31", "1999-12-31"},
	"double precision": {"0", "0.5", "-1.25", "3", "1e10", "0.1"},
	"timestamp":        {"2024-01-01 10:00:00", "2024-01-31 23:59:59.5", "1999-12-31", "2024-02-29 12:30:00", "2024-03-31 02:30:00"},
	"timestamptz":      {"2024-03-10 09:59:00+00", "2024-01-01 00:00:00+00", "2024-11-03 05:30:00+00", "1970-01-01 00:00:00+00", "2024-03-31 01:30:00+00"},
	"interval":         {"1 day", "25:00", "1 mon", "31 days", "-02:00", "0"},
	"jsonb":            {`{"a":1}`, `[1,"x"]`, `{"a":2}`, "null", `{"b":[]}`, `{"a":"1"}`},
	"boolean":          {"t", "f"},
	"integer[]":        {"{1,2}", "{}", "{NULL,3}", "{9}", "{1}"},
}

// How many rows the tables have.
const tRows, uRows = 40, 17

// tableRows are the statements that make and fill the tables, the same ones each time.
func tableRows() string {
	r := rand.New(rand.NewPCG(17, 42))
	return makeTable(r, "t", tTypes, tRows) + makeTable(r, "u", uTypes, uRows)
}

// narrowRows make the tables without the columns that not every source has. Statements end at line ends.
func narrowRows() string {
	r := rand.New(rand.NewPCG(17, 42))
	return strings.ReplaceAll(makeTable(r, "t", narrowTypes(), tRows)+makeTable(r, "u", uTypes, uRows), "; ", ";\n")
}

func makeTable(r *rand.Rand, name string, types []columnType, rows int) string {
	var b strings.Builder
	for i, c := range types {
		fmt.Fprintf(&b, "%s %s %s", map[bool]string{true: "CREATE TABLE " + name + " (", false: ","}[i == 0], c.name, c.kind)
	}
	b.WriteString("); INSERT INTO " + name + " VALUES ")
	for row := range rows {
		fmt.Fprintf(&b, "%s(%d", map[bool]string{false: ", "}[row == 0], row+1)
		for _, c := range types[1:] {
			if r.IntN(4) == 0 {
				b.WriteString(", NULL")
				continue
			}
			fmt.Fprintf(&b, ", '%s'", pick(r, cells[c.kind]))
		}
		b.WriteString(")")
	}
	return b.String() + "; ANALYZE " + name + ";\n"
}
