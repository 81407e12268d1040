package planner

import (
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/planner/rules"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

var (
	firstSeed = flag.Uint64("seed", 1, "first seed of the random queries")
	shapes    = flag.Int("shapes", 400, "how many random queries")
)

// TestRulesAgainstPostgres runs random queries on PostgreSQL 17 twice: as they are written, and as the rules and the placement leave
// them, printed again as if one source held all tables. Three sources make every rule fire.
func TestRulesAgainstPostgres(t *testing.T) {
	_, conn := oracle.Connected(t, "fsync=off", "jit=off", "statement_timeout=3s")
	if _, err := conn.Exec(t.Context(), shapeTables()).ReadAll(); err != nil {
		t.Fatal(err)
	}
	j := &rulesJudge{t: t, conn: conn, view: randomView(t), fired: map[string]int{}}
	for i := range *shapes {
		seed := *firstSeed + uint64(i)
		j.judge(seed, newShaper(seed).query())
	}
	t.Logf("seeds %d to %d: %d compared, %d with rows, %d refused by PostgreSQL, fired %v", *firstSeed, *firstSeed+uint64(*shapes)-1, j.compared, j.filled, j.refused, j.fired)
	if j.filled < *shapes/3 {
		t.Errorf("only %d of %d queries were compared and had rows", j.filled, *shapes)
	}
}

func randomView(t *testing.T) *semantic.View {
	m, err := semantic.Load("testdata/random", semantic.LoadOptions{Check: bind.CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	return semantic.NewView([]*semantic.Model{m}, nil, nil)
}

type rulesJudge struct {
	t                 *testing.T
	conn              *pgconn.PgConn
	view              *semantic.View
	fired             map[string]int
	compared, refused int
	filled            int // compared answers with rows
}

func (j *rulesJudge) judge(seed uint64, sql string) {
	want, err := j.rows(sql)
	if err != nil {
		j.refused++
		return
	}
	text := j.rewritten(seed, sql)
	got, err := j.rows(text)
	if slow := (*pgconn.PgError)(nil); errors.As(err, &slow) && slow.Code == "57014" {
		j.refused++
		return
	}
	j.compared++
	if len(want) > 0 {
		j.filled++
	}
	if err != nil || !slices.Equal(got, want) {
		j.t.Errorf("seed %d: %s\n%s\n%v\n-- got\n%s\n-- want\n%s", seed, sql, text, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// rewritten plans a query by the rules and prints the plan.
func (j *rulesJudge) rewritten(seed uint64, sql string) string {
	j.t.Helper()
	b, err := bind.Query(bind.Input{Query: plan.Span{Text: sql}, View: j.view,
		Settings: plan.Settings{SearchPath: "rnd", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		j.t.Fatalf("seed %d: %v\n%s", seed, err, sql)
	}
	caps := source.Capabilities{Language: "postgres", Collation: "C.UTF-8"}
	env := &rules.Env{Next: b.NextID, Sources: map[string]source.Capabilities{"desk": caps, "billing": caps, "third": caps}}
	env.Check = func(rule string, before, after plan.Node) {
		j.fired[rule]++
		checkSchema(j.t, rule, before, after)
	}
	var out []plan.ColID
	for _, c := range b.Columns {
		out = append(out, c.ID)
	}
	root := deep(rules.Place(env, rules.Rewrite(env, b.Root, out)), func(n plan.Node) plan.Node {
		if r, ok := n.(*plan.Remote); ok {
			return r.Plan
		}
		return n
	})
	text, err := dialect.Postgres(root, out, "C.UTF-8")
	if err != nil {
		j.t.Errorf("seed %d: %v\n%s", seed, err, sql)
	}
	return text.Text
}

// rows are a query's rows as text, in the order of their text.
func (j *rulesJudge) rows(sql string) ([]string, error) {
	results, err := j.conn.Exec(j.t.Context(), sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range results[0].Rows {
		var row []string
		for _, f := range r {
			text := string(f)
			if f == nil {
				text = "∅"
			}
			row = append(row, text)
		}
		out = append(out, strings.Join(row, "|"))
	}
	slices.Sort(out)
	return out, nil
}
