package planner

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

func testInput(t testing.TB, sql string) Input {
	t.Helper()
	m, err := semantic.Load("testdata/model", semantic.LoadOptions{Check: bind.CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	exact := func(name, column, op string) dialect.Sink {
		return dialect.Sink{Name: name, Into: "query." + name, Column: column, Op: op, Support: plan.Exact, MaxValues: 100}
	}
	return Input{
		Query: plan.Span{Text: sql}, View: semantic.NewView([]*semantic.Model{m}, nil, nil),
		Settings: plan.Settings{SearchPath: `"$user", shop, public`, TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"},
		Sources: map[string]source.Capabilities{
			"voice": {Language: "rest", Objects: map[string]dialect.Object{"calls": {Request: "GET /calls", Limit: true, Sinks: []dialect.Sink{
				exact("from", "started", ">="), exact("to", "started", "<"), exact("ids", "id", "in"),
				{Name: "mood", Into: "query.mood", Column: "mood", Op: "=", Support: plan.Superset}}}}},
			"crm": {Language: "rest", Objects: map[string]dialect.Object{"Deal": {Request: "GET /deals", Limit: true,
				Sinks: []dialect.Sink{exact("id", "Id", "=")}}}},
			"desk":    {Language: "postgres", Collation: "C.UTF-8", Keys: dialect.Keys{Max: 1000, Bytes: 100_000, Array: true}},
			"snow":    {Language: "snowflake", Region: "eu", Collation: "C.UTF-8", Keys: dialect.Keys{Max: 2000, Bytes: 100_000}},
			"billing": {Language: "postgres", Keys: dialect.Keys{Max: 500, Bytes: 50_000}},
		},
	}
}

// TestRules shows for each rule a query in which it fires and one in which it must not, with the plan before placement.
func TestRules(t *testing.T) {
	golden.Run(t, "testdata/rules/*.test", func(t *testing.T, c *golden.Case) string {
		in := testInput(t, c.Input)
		in.Settings.Pushdown = c.Arg("pushdown")
		if c.Command == "explain" {
			p, err := Prepare(in)
			if err != nil {
				return pgerr.From(err).Code + " " + err.Error()
			}
			return strings.Join(Explain(p, in.Sources, true), "\n")
		}
		b, err := bind.Query(bind.Input{Query: in.Query, View: in.View, Settings: in.Settings})
		if err != nil {
			t.Fatalf("line %d: %v", c.Line, err)
		}
		fired := map[string]bool{}
		env := &rules.Env{Sources: in.Sources, Next: b.NextID}
		env.Check = func(rule string, before, after plan.Node) { checkSchema(t, rule, before, after) }
		n := b.Root
		for _, batch := range rules.Default() {
			for i, r := range batch.Rules {
				batch.Rules[i].Apply = func(env *rules.Env, n plan.Node) (plan.Node, bool) {
					m, changed := r.Apply(env, n)
					fired[r.Name] = fired[r.Name] || changed
					return m, changed
				}
			}
			n = rules.Run(env, batch, n)
		}
		if want := c.Arg("expect"); want != "" && !fired[want] {
			t.Errorf("line %d: %s did not fire", c.Line, want)
		}
		if not := c.Arg("expect-not"); not != "" && fired[not] {
			t.Errorf("line %d: %s fired", c.Line, not)
		}
		var out []plan.ColID
		for _, col := range b.Columns {
			out = append(out, col.ID)
		}
		return plan.Format(rules.Prune(n, out))
	})
}

// TestEveryRuleIsShown finds for each rule a case in which it fires, and one in which it must not.
func TestEveryRuleIsShown(t *testing.T) {
	files, err := filepath.Glob("testdata/rules/*.test")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	for _, batch := range rules.Default() {
		for _, r := range batch.Rules {
			for _, want := range []string{" expect=" + r.Name + "\n", " expect-not=" + r.Name + "\n"} {
				if !strings.Contains(all.String(), want) {
					t.Errorf("no case has%s", want)
				}
			}
		}
	}
}

// checkSchema holds every rule to the columns of the node that it rewrites.
func checkSchema(t *testing.T, rule string, before, after plan.Node) {
	t.Helper()
	list := func(n plan.Node) []string {
		var out []string
		for _, c := range n.Cols() {
			out = append(out, fmt.Sprint(c.ID, c.Type))
		}
		slices.Sort(out)
		return out
	}
	if b, a := list(before), list(after); !slices.Equal(b, a) {
		t.Errorf("%s changes the columns\n%v\n%v", rule, b, a)
	}
}
