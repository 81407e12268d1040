// Package golden reads files of test cases and, with -update, rewrites their expectations.
//
// A .test file holds cases: a command line, an input up to a line of four dashes, the expected output up to a blank
// line (or, when the output holds blank lines, between two lines of four dashes and a second one). A .txtar file is a
// story: named sections, see golang.org/x/tools/txtar.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite golden files with what the tests saw")

// Case is one case of a .test file.
type Case struct {
	Command string   // first word of the command line
	Args    []string // the rest of the command line
	Input   string   // without the final newline
	Line    int      // of the command, from 1
	head    string
	want    string
}

// Arg returns the value of a key=value argument, or "".
func (c *Case) Arg(key string) string {
	for _, a := range c.Args {
		if v, ok := strings.CutPrefix(a, key+"="); ok {
			return v
		}
	}
	return ""
}

// Run calls f for each case of each file that matches pattern and compares what it returns with the expectation.
// It fails when nothing matches.
func Run(t *testing.T, pattern string, f func(t *testing.T, c *Case) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden file matches %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test"), func(t *testing.T) { runFile(t, file, f) })
	}
}

func runFile(t *testing.T, file string, f func(t *testing.T, c *Case) string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, part := range parse(string(data)) {
		out.WriteString(part.head)
		if part.Command == "" {
			continue
		}
		got := strings.TrimRight(f(t, &part), "\n")
		if got != part.want && !*update {
			t.Errorf("%s:%d: %s\n%s\n-- got --\n%s\n-- want --\n%s", file, part.Line, part.Command, part.Input, got, part.want)
		}
		writeExpectation(&out, got)
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func writeExpectation(out *bytes.Buffer, got string) {
	fence := strings.Contains(got, "\n\n")
	out.WriteString("----\n")
	if fence {
		out.WriteString("----\n")
	}
	if got != "" {
		out.WriteString(got + "\n")
	}
	if fence {
		out.WriteString("----\n----\n")
	}
}

// parse cuts a file into cases; text between cases (comments, blank lines) is kept in a part without a command.
func parse(text string) []Case {
	lines := strings.SplitAfter(text, "\n")
	var parts []Case
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			parts = append(parts, Case{head: lines[i]})
			i++
			continue
		}
		var c Case
		c, i = parseCase(lines, i)
		parts = append(parts, c)
	}
	return parts
}

func parseCase(lines []string, i int) (Case, int) {
	words := strings.Fields(lines[i])
	c := Case{Command: words[0], Args: words[1:], Line: i + 1, head: lines[i]}
	for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "----"; i++ {
		c.Input += lines[i]
		c.head += lines[i]
	}
	c.Input = strings.TrimSuffix(c.Input, "\n")
	i++
	isDash := func(k int) bool { return k < len(lines) && strings.TrimSpace(lines[k]) == "----" }
	if isDash(i) {
		for i++; i < len(lines) && !(isDash(i) && isDash(i+1)); i++ {
			c.want += lines[i]
		}
		i += 2
	} else {
		for ; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
			c.want += lines[i]
		}
	}
	c.want = strings.TrimRight(c.want, "\n")
	return c, i
}

// Story runs f on each .txtar file that matches pattern; f returns the archive as it should be.
func Story(t *testing.T, pattern string, f func(t *testing.T, a *txtar.Archive) *txtar.Archive) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no story matches %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			Compare(t, file, data, txtar.Format(f(t, txtar.Parse(data))))
		})
	}
}

// File compares got with the content of a file, or writes it with -update.
func File(t *testing.T, file string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	Compare(t, file, want, got)
}

// Compare fails when got differs from want, or rewrites file with -update.
func Compare(t *testing.T, file string, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s differs (run with -update to accept)\n-- got --\n%s\n-- want --\n%s", file, got, want)
}
