package main

import (
	"fmt"
	"strings"
	"time"
)

// answer is what a server says to one statement: columns, rows and a command tag, or an error.
type answer struct {
	columns []column
	rows    [][]cell
	tag     string
	failure *failure
	took    time.Duration // where it was measured
}

// column is one field of a RowDescription.
type column struct {
	name string
	oid  uint32
	mod  int32
}

// cell is a value as it travelled; nil is NULL.
type cell []byte

// failure is the part of an ErrorResponse that is compared.
type failure struct {
	code, message string
	position      int32 // in characters from 1; 0 when the server gave none
}

// refused reports whether the answer is Waggle's "not supported": never a wrong answer, so never a difference.
func (a *answer) refused() bool { return a.failure != nil && a.failure.code == "0A000" }

// column is the answer's i-th column alone.
func (a *answer) column(i int) *answer {
	out := &answer{columns: a.columns[i : i+1], tag: a.tag}
	for _, r := range a.rows {
		out.rows = append(out.rows, r[i:i+1])
	}
	return out
}

// String is the answer for people, at most some twenty rows of it.
func (a *answer) String() string {
	if f := a.failure; f != nil {
		return fmt.Sprintf("error %s at %d: %s", f.code, f.position, f.message)
	}
	var b strings.Builder
	for i, c := range a.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s:%d(%d)", c.name, c.oid, c.mod)
	}
	for i, r := range a.rows {
		if i == 20 {
			fmt.Fprintf(&b, "\n  … of %d rows", len(a.rows))
			break
		}
		b.WriteString("\n  " + rowText(r))
	}
	return b.String() + "\n  " + a.tag
}

func rowText(r []cell) string {
	parts := make([]string, len(r))
	for i, c := range r {
		if parts[i] = string(escape(c)); c == nil {
			parts[i] = `\N`
		}
	}
	return strings.Join(parts, "\t")
}

var escaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)
var unescaper = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r")

func escape(c cell) string { return escaper.Replace(string(c)) }

func parseRow(line string) []cell {
	if line == "" {
		return []cell{{}}
	}
	var out []cell
	for _, part := range strings.Split(line, "\t") {
		if part == `\N` {
			out = append(out, nil)
			continue
		}
		out = append(out, cell(unescaper.Replace(part)))
	}
	return out
}
