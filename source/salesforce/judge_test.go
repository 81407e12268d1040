package salesforce_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// verdicts runs queries through the planner, the dialect, the connector and the emulator; what stays here, filters and projections, datum
// computes.
type verdicts struct {
	*rig
	conn source.Conn
	view *semantic.View
	caps map[string]source.Capabilities
}

func newVerdicts(t *testing.T, r *rig, person string) *verdicts {
	conn := r.open(r.bearer(person))
	tables := []*plan.Table{r.table(conn, "Account", "accounts"), r.table(conn, "Opportunity", "opportunities")}
	return &verdicts{rig: r, conn: conn, view: semantic.NewView(nil, tables, nil), caps: map[string]source.Capabilities{"crm": r.source.Capabilities()}}
}

func (v *verdicts) prepare(query string) *planner.Prepared {
	v.Helper()
	p, err := planner.Prepare(planner.Input{Query: plan.Span{Text: query}, View: v.view, Sources: v.caps,
		Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		v.Fatalf("%s: %v", query, err)
	}
	return p
}

// rows answers a query; false when something other than filters and projections stays.
func (v *verdicts) rows(query string) (rows []string, soql string, ok bool) {
	v.Helper()
	p := v.prepare(query)
	if len(p.Fragments) != 1 {
		return nil, "", false
	}
	root := p.Remainder
	if root == nil {
		root = &plan.Remote{Plan: p.Fragments[0].Plan}
	}
	sql, _ := v.caps["crm"].In(plan.Settings{TimeZone: "UTC"}).SQL()
	remote, ok := remoteOf(root)
	if !ok {
		return nil, "", false
	}
	filled, err := plan.Fill(remote.Plan, nil, &datum.Env{})
	if err != nil {
		v.Fatalf("%s: %v", query, err)
	}
	text, err := sql.Print(filled, ids(filled))
	if err != nil {
		v.Fatalf("%s: %v", query, err)
	}
	got, err := v.collect(text)
	if err != nil {
		v.Fatalf("%s\n%s: %v", query, text.Text, err)
	}
	for _, row := range v.remainder(root, got) {
		rows = append(rows, v.show(row, p, root))
	}
	return rows, text.Text, true
}

func textOf(v datum.Value, t plan.Type) string {
	if v == nil {
		return "NULL"
	}
	return string(datum.AppendText(nil, t.OID, v, &datum.Env{ExtraFloatDigits: 1}))
}

func remoteOf(n plan.Node) (*plan.Remote, bool) {
	switch n := n.(type) {
	case *plan.Remote:
		return n, true
	case *plan.Filter:
		return remoteOf(n.Input)
	case *plan.Project:
		return remoteOf(n.Input)
	}
	return nil, false
}

func ids(n plan.Node) []plan.ColID {
	var out []plan.ColID
	for _, c := range n.Cols() {
		out = append(out, c.ID)
	}
	return out
}

type row = map[plan.ColID]datum.Value

func (v *verdicts) collect(text dialect.Text) ([]row, error) {
	rows, err := v.conn.Run(v.Context(), text)
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	var out []row
	for rows.Next() {
		b := rows.RecordBatch()
		for k := range int(b.NumRows()) {
			r := row{}
			for i, c := range text.Columns {
				r[c.ID] = plan.ArrowValue(b.Column(i), k, c.Type)
			}
			out = append(out, r)
		}
	}
	return out, rows.Err()
}

func (v *verdicts) remainder(n plan.Node, remote []row) []row {
	v.Helper()
	switch n := n.(type) {
	case *plan.Filter:
		return slices.DeleteFunc(v.remainder(n.Input, remote), func(r row) bool { return v.eval(n.Cond, r) != datum.Bool(true) })
	case *plan.Project:
		in := v.remainder(n.Input, remote)
		for _, r := range in {
			for i, e := range n.Exprs {
				r[n.Out[i].ID] = v.eval(e, r)
			}
		}
		return in
	}
	return remote
}

func (v *verdicts) eval(e plan.Expr, r row) datum.Value {
	v.Helper()
	out, err := plan.Eval(e, func(id plan.ColID) datum.Value { return r[id] }, &datum.Env{})
	if err != nil {
		v.Fatal(err)
	}
	return out
}

func (v *verdicts) show(r row, p *planner.Prepared, root plan.Node) string {
	var cells []string
	for i, c := range p.Columns {
		id := p.Out[i]
		if p.Remainder == nil {
			id = root.Cols()[c.Index].ID
		}
		cells = append(cells, textOf(r[id], c.Type))
	}
	return strings.Join(cells, "|")
}

// load puts what the person sees into PostgreSQL.
func load(t *testing.T, v *verdicts, name string) string {
	t.Helper()
	relation, _ := v.view.Find("public", name)
	var columns, names []string
	for _, c := range relation.Table.Columns {
		columns = append(columns, c.Name+" "+plan.TypeName(c.Type))
		names = append(names, c.Name)
	}
	rows, _, ok := v.rows("SELECT " + strings.Join(names, ", ") + " FROM " + name)
	if !ok {
		t.Fatal("the rows are not read plainly")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (%s);", name, strings.Join(columns, ", "))
	for _, r := range rows {
		cells := strings.Split(r, "|")
		for i, c := range cells {
			if c != "NULL" {
				cells[i] = "'" + strings.ReplaceAll(c, "'", "''") + "'"
			}
		}
		fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);", name, strings.Join(cells, ","))
	}
	return b.String()
}

// judge is a PostgreSQL with the rows that a person sees.
func judge(t *testing.T, v *verdicts) *pgx.Conn {
	t.Helper()
	server := oracle.ForTest(t)
	pg, err := pgx.Connect(t.Context(), server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Close(context.Background()) })
	for _, text := range []string{"SET TimeZone = 'UTC'", load(t, v, "accounts"), load(t, v, "opportunities")} {
		if _, err := pg.Exec(t.Context(), text, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	return pg
}

func judged(t *testing.T, pg *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := pg.Query(t.Context(), query, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var cells []string
		for _, v := range rows.RawValues() {
			if v == nil {
				cells = append(cells, "NULL")
			} else {
				cells = append(cells, string(v))
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if rows.Err() != nil {
		t.Fatalf("%s: %v", query, rows.Err())
	}
	return out
}

// TestVerdicts: random conditions over the emulated objects find the rows that they find in PostgreSQL, asked for there or not.
func TestVerdicts(t *testing.T) {
	v := newVerdicts(t, newRig(t, nil), "analyst")
	pg := judge(t, v)
	r := rand.New(rand.NewPCG(20, 26))
	asked := 0
	for i := range 150 {
		query := randomQuery(r)
		got, soql, ok := v.rows(query)
		if !ok {
			continue
		}
		if strings.Contains(soql, "WHERE") {
			asked++
		}
		want := judged(t, pg, query)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d: %s\n%s\n%d rows, PostgreSQL %d", i, query, soql, len(got), len(want))
		}
	}
	if asked < 80 {
		t.Errorf("only %d of the conditions were asked for", asked)
	}
}
