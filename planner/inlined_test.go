package planner_test

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
)

// TestNestedCatalog: names looked up by names that were looked up do not multiply the plan without end.
func TestNestedCatalog(t *testing.T) {
	view := semantic.NewView(nil, catalog.Tables(), nil)
	prepare := func(name string) error {
		_, err := planner.Prepare(planner.Input{Query: plan.Span{Text: "SELECT " + name + " FROM pg_class"}, View: view,
			Sources: map[string]source.Capabilities{"catalog": {}}, Settings: plan.Settings{SearchPath: "public"}})
		return err
	}
	if err := prepare("to_regtype(relname::regclass::text)"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"relname" + strings.Repeat("::regclass::text", 20), strings.Repeat("to_regtype(", 20) + "relname::text" + strings.Repeat(")::text", 20)} {
		if err := prepare(name); pgerr.Code(err) != pgerr.FeatureNotSupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}
