package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// A record is the file beside a corpus file: PostgreSQL's answer to each statement, found by its text and occurrence.
//
//	? statement, escaped
//	: name oid typmod, tab-separated
//	| one row, tab-separated, \N for NULL
//	= command tag
//	! SQLSTATE position message
type record struct {
	sql string
	answer
}

func recordPath(corpus string) string { return strings.TrimSuffix(corpus, ".sql") + ".answers" }

func (r *record) write(b *strings.Builder) {
	fmt.Fprintf(b, "? %s\n", escaper.Replace(r.sql))
	if f := r.failure; f != nil {
		fmt.Fprintf(b, "! %s %d %s\n", f.code, f.position, escaper.Replace(f.message))
		return
	}
	var cols []string
	for _, c := range r.columns {
		cols = append(cols, fmt.Sprintf("%s %d %d", escaper.Replace(c.name), c.oid, c.mod))
	}
	fmt.Fprintf(b, ": %s\n", strings.Join(cols, "\t"))
	for _, row := range r.rows {
		fmt.Fprintf(b, "| %s\n", rowText(row))
	}
	fmt.Fprintf(b, "= %s\n", r.tag)
}

func readRecords(path string) ([]record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []record
	for n, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if len(line) < 2 || line[0] != '?' && len(out) == 0 {
			return nil, fmt.Errorf("%s:%d: no line of a record", path, n+1)
		}
		if line[0] == '?' {
			out = append(out, record{sql: unescaper.Replace(line[2:])})
			continue
		}
		if err := out[len(out)-1].readLine(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n+1, err)
		}
	}
	return out, nil
}

func (r *record) readLine(line string) error {
	rest := line[2:]
	switch line[0] {
	case ':':
		return r.readColumns(rest)
	case '|':
		row := parseRow(rest)
		if len(r.columns) == 0 {
			row = []cell{}
		}
		r.rows = append(r.rows, row)
	case '=':
		r.tag = rest
	case '!':
		parts := strings.SplitN(rest, " ", 3)
		if len(parts) != 3 {
			return fmt.Errorf("an error has a code, a position and a message")
		}
		at, err := strconv.Atoi(parts[1])
		r.failure = &failure{parts[0], unescaper.Replace(parts[2]), int32(at)}
		return err
	default:
		return fmt.Errorf("a line begins with one of ?:|=! alone")
	}
	return nil
}

func (r *record) readColumns(line string) error {
	if line == "" {
		return nil
	}
	for _, part := range strings.Split(line, "\t") {
		f := strings.Split(part, " ")
		if len(f) < 3 {
			return fmt.Errorf("a column has a name, a type and a typmod")
		}
		oid, err1 := strconv.ParseUint(f[len(f)-2], 10, 32)
		mod, err2 := strconv.ParseInt(f[len(f)-1], 10, 32)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("column %q", part)
		}
		name := unescaper.Replace(strings.Join(f[:len(f)-2], " "))
		r.columns = append(r.columns, column{name, uint32(oid), int32(mod)})
	}
	return nil
}
