package datum_test

import (
	"flag"
	"strconv"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
)

// TestInputOutput compares every line of testdata/io with PostgreSQL's answers: with the real server's where it is
// installed, and with the recorded ones. -update records the server's. A line in double quotes is a Go string.
func TestInputOutput(t *testing.T) {
	conn := dial(t)
	if conn == nil && flag.Lookup("update").Value.String() == "true" {
		t.Skip("PostgreSQL 17 is not installed here: its answers cannot be recorded without `make oracle`")
	}
	cases := 0
	golden.Run(t, "testdata/io/*.test", func(t *testing.T, c *golden.Case) string {
		s := newSetup(t, c.Arg)
		if conn != nil {
			s.apply(t, conn)
		}
		var out strings.Builder
		for line := range strings.Lines(c.Input) {
			input := strings.TrimSuffix(line, "\n")
			if u, err := strconv.Unquote(input); err == nil && input[0] == '"' {
				input = u
			}
			cases++
			got := s.ours(input)
			if conn != nil {
				want := s.server(t, conn, []byte(input), 0)
				if got != want {
					t.Errorf("%s %q\n got %s\nwant %s", strings.Join(c.Args, " "), input, got, want)
				}
				got = want
			}
			out.WriteString(got + "\n")
		}
		return out.String()
	})
	t.Logf("%d inputs compared", cases)
}
