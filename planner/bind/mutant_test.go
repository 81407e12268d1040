package bind

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestMutants exchanges words between the queries of testdata/describe and demands that whatever still parses is bound or
// refused, without a panic.
func TestMutants(t *testing.T) {
	queries := corpus(t)
	view := testView()
	r := rand.New(rand.NewPCG(1, 2))
	parsed := 0
	for range 20000 {
		words := append([]string(nil), queries[r.IntN(len(queries))]...)
		other := queries[r.IntN(len(queries))]
		words[r.IntN(len(words))] = other[r.IntN(len(other))]
		q := strings.Join(words, " ")
		_, err := Query(Input{Query: plan.Span{Text: q}, View: view, Settings: plan.Settings{SearchPath: "public"}})
		switch pgerr.Code(err) {
		case pgerr.Internal:
			t.Fatalf("%s\n%v", q, pgerr.From(err).Unwrap())
		case pgerr.SyntaxError:
		default:
			parsed++
		}
	}
	if parsed < 2000 {
		t.Errorf("only %d mutants parse", parsed)
	}
}

// corpus returns the queries of testdata/describe as words.
func corpus(t *testing.T) [][]string {
	t.Helper()
	files, _ := filepath.Glob("testdata/describe/*.test")
	var out [][]string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range strings.Split(string(data), "\n\n") {
			lines := strings.Split(c, "\n")
			if len(lines) < 2 || !strings.HasPrefix(lines[0], "describe") {
				continue
			}
			scan, err := pg.Scan(lines[1])
			if err != nil {
				continue
			}
			var words []string
			for _, k := range scan.Tokens {
				words = append(words, lines[1][k.Start:k.End])
			}
			out = append(out, words)
		}
	}
	return out
}

// TestValues binds a custom plan: parameters become constants of the types that the first binding found.
func TestValues(t *testing.T) {
	view := testView()
	in := Input{Query: plan.Span{Text: "SELECT a FROM t WHERE b LIKE $1 AND a > $2 LIMIT $3"}, View: view,
		Settings: plan.Settings{SearchPath: "public"}}
	first, err := Query(in)
	if err != nil || !first.Custom {
		t.Fatal(err, first)
	}
	for _, p := range first.Params {
		in.Params = append(in.Params, p.OID)
	}
	in.Values = []datum.Value{datum.Text("x%"), nil, datum.Int(5)}
	second, err := Query(in)
	if err != nil {
		t.Fatal(err)
	}
	want := "limit 5\n"
	if got := plan.Format(second.Root); !strings.HasPrefix(got, want) || !strings.Contains(got, "~~ 'x%'") || !strings.Contains(got, "> null") {
		t.Errorf("got %s", got)
	}
}
