// Package pgcat holds PostgreSQL 17's own catalogs as data: types, casts, operators, procedures, aggregates, and the rows of
// the system relations that do not depend on a database's content. `make pgcat` generates it from a running server
// (internal/pgcat/gen). Types, operators and procedures, which most statements need, are Go; the rest is packed and decoded when
// it is first used. Afterwards lookups allocate nothing, and all returned values are shared and must not be changed.
package pgcat

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"strconv"
	"strings"
)

//go:embed data/*.gz
var data embed.FS

// Field is one field of a catalog row, in the output format of its type. A regproc is printed as its number.
type Field struct {
	Text  string
	Valid bool // false is NULL
}

// file decodes data/name.gz: first a line of column names, then one row per line in COPY's text format.
// A name that is not there has no rows.
func file(name string) (columns []string, rows [][]Field) {
	text := unpack(name)
	if text == "" {
		return nil, nil
	}
	head, body, _ := strings.Cut(text, "\n")
	columns = strings.Split(head, "\t")
	n := strings.Count(body, "\n")
	rows = make([][]Field, 0, n)
	fields := make([]Field, n*len(columns))
	for line := range strings.Lines(body) {
		row := fields[:len(columns):len(columns)]
		fields = fields[len(columns):]
		decodeLine(row, strings.TrimSuffix(line, "\n"))
		rows = append(rows, row)
	}
	return columns, rows
}

// unpack returns the content of data/name.gz, "" when there is none.
func unpack(name string) string {
	packed, err := data.ReadFile("data/" + name + ".gz")
	if err != nil {
		return ""
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("pgcat: " + name + ": " + err.Error()) // the file is part of the binary
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("pgcat: " + name + ": " + err.Error())
	}
	return string(text)
}

func decodeLine(row []Field, line string) {
	for i := range row {
		var text string
		text, line, _ = strings.Cut(line, "\t")
		if text == `\N` {
			continue
		}
		row[i] = Field{Text: unescape(text), Valid: true}
	}
}

// unescape undoes the backslash sequences of COPY's text format.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			c = s[i]
			if k := strings.IndexByte("bfnrtv", c); k >= 0 {
				c = "\b\f\n\r\t\v"[k]
			}
		}
		b = append(b, c)
	}
	return string(b)
}

// table reads the rows of a file by column name.
type table struct {
	index map[string]int
	rows  [][]Field
}

func open(name string) table {
	columns, rows := file(name)
	t := table{make(map[string]int, len(columns)), rows}
	for i, c := range columns {
		t.index[c] = i
	}
	return t
}

// record reads one row of a table.
type record struct {
	table
	row []Field
}

func (t table) record(i int) record { return record{t, t.rows[i]} }

func (r record) text(column string) string { return r.row[r.index[column]].Text }

func (r record) flag(column string) bool { return r.text(column) == "t" }

func (r record) letter(column string) byte {
	if s := r.text(column); s != "" {
		return s[0]
	}
	return 0
}

func (r record) number(column string) int64 {
	n, _ := strconv.ParseInt(r.text(column), 10, 64)
	return n
}

func (r record) oid(column string) uint32 { return uint32(r.number(column)) }
