package bind

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

func shopView(t testing.TB) *semantic.View {
	t.Helper()
	m, err := semantic.Load("testdata/model", semantic.LoadOptions{Check: CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	orders := &plan.Table{Connection: "catalog", Schema: "pg_catalog", Name: "pg_class", Object: "pg_class", OID: 1259,
		Columns: []plan.Column{{Name: "tableoid", Type: unmodified(26), Num: -6}, {Name: "oid", Type: unmodified(26), Num: 1},
			{Name: "relname", Type: unmodified(19), Num: 2}, {Name: "relnamespace", Type: unmodified(26), Num: 3}}}
	return semantic.NewView([]*semantic.Model{m}, []*plan.Table{orders}, map[string]semantic.State{"shop.deal.closed_at": semantic.Hidden})
}

// TestPlan shows the plan of a query over the model of testdata/model with the types of its columns (bind), the same for
// given parameter values (custom), or the error (error).
func TestPlan(t *testing.T) {
	view := shopView(t)
	golden.Run(t, "testdata/plan/*.test", func(t *testing.T, c *golden.Case) string {
		in := Input{Query: plan.Span{Text: c.Input, Offset: 100}, View: view, Settings: plan.Settings{TimeZone: "Europe/Berlin"}}
		r, err := Query(in)
		if err != nil {
			e := pgerr.From(err)
			return errorText(e.Code, e.Message, e.Detail, e.Hint, e.Position-100)
		}
		var types []string
		for _, col := range r.Columns {
			types = append(types, fmt.Sprintf("%s#%d %s", col.Name, col.ID, formatType(col.Type)))
		}
		out := plan.Format(r.Root) + "returns " + strings.Join(types, ", ")
		for i, p := range r.Params {
			out += fmt.Sprintf("\n$%d %s", i+1, typeName(p.OID))
		}
		if r.Custom {
			out += "\ncustom"
		}
		return out
	})
}

// TestUtility shows what a statement that is no query asks for.
func TestUtility(t *testing.T) {
	golden.Run(t, "testdata/utility.test", func(t *testing.T, c *golden.Case) string {
		s, err := Utility(plan.Span{Text: c.Input, Offset: 10})
		if err != nil {
			e := pgerr.From(err)
			return errorText(e.Code, e.Message, e.Detail, e.Hint, e.Position-10)
		}
		fields, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%T %s", s, fields)
	})
}

func TestCheckModel(t *testing.T) {
	_, err := semantic.Load("testdata/bad", semantic.LoadOptions{Check: CheckModel})
	if err == nil {
		t.Fatal("the model has errors")
	}
	golden.File(t, "testdata/bad/errors.txt", []byte(strings.ReplaceAll(err.Error(), "testdata/bad/", "")+"\n"))
}
