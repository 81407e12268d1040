package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// statement is one line of the corpus: SQL, and arguments where it has parameters.
type statement struct {
	file  string
	line  int
	sql   string
	types []uint32 // of the parameters; 0 leaves one to the server
	args  [][]byte // as text; nil is NULL
	text  bool     // extended results as text: a type whose binary form differs between servers or has none
}

func (q *statement) format() int16 {
	if q.text {
		return 0
	}
	return 1
}

// corpus reads the files of a folder: statements end with a semicolon at a line's end; a comment line `-- $ type=value` gives the next
// statement one more argument (type may be left out, `-- $ null` is NULL), `-- text` keeps its results in text. One file is one session.
func corpus(dir string) ([][]statement, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no *.sql in %s", dir)
	}
	var out [][]statement
	for _, f := range files {
		s, e := readCorpus(f)
		if e != nil {
			return nil, e
		}
		out = append(out, s)
	}
	return out, err
}

func readCorpus(path string) ([]statement, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []statement
	var q statement
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "-- $ ") && q.sql == "":
			if err := q.argument(line[5:]); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
			continue
		case line == "-- text":
			q.text = true
			continue
		case q.sql == "" && (strings.HasPrefix(line, "--") || strings.TrimSpace(line) == ""):
			continue
		case q.sql == "":
			q.sql, q.line, q.file = line, n, filepath.Base(path)
		default:
			q.sql += "\n" + line
		}
		if s, ok := strings.CutSuffix(strings.TrimRight(q.sql, " "), ";"); ok {
			q.sql = s
			out = append(out, q)
			q = statement{}
		}
	}
	if q.sql != "" {
		return nil, fmt.Errorf("%s:%d: a statement without a semicolon at its end", path, q.line)
	}
	return out, lines.Err()
}

func (q *statement) argument(text string) error {
	name, value, typed := strings.Cut(text, "=")
	var oid uint32
	switch {
	case text == "null":
		q.types, q.args = append(q.types, 0), append(q.args, nil)
		return nil
	case !typed:
		value = text
	case name != "":
		t, ok := pgcat.TypesByName(name)
		if !ok {
			return fmt.Errorf("there is no type %q", name)
		}
		oid = t.OID
	}
	q.types, q.args = append(q.types, oid), append(q.args, []byte(value))
	return nil
}
