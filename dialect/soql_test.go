package dialect_test

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// crmTables are the objects of the golden cases: column, PostgreSQL type, Salesforce's type, and what its describe says beside
// (f: filterable, s: sortable, g: groupable, a: aggregatable, c: case-sensitive, r: restricted).
var crmTables = map[string]string{
	"accounts": "id:Id text id fsga, name:Name text string fsga, region:Region__c text picklist fsgar, vip:Vip__c bool boolean fsg, " +
		"owner_id:OwnerId text reference fsga User Owner, employees:NumberOfEmployees int4 int fsga, notes:Description text textarea -",
	"opportunities": "id:Id text id fsga, name:Name text string fsga, stage:StageName text picklist fsgar, amount:Amount numeric(18,2) currency fsa, " +
		"close_date:CloseDate date date fsga, created:CreatedDate timestamptz datetime fsa, is_won:IsWon bool boolean fsg, " +
		"account_id:AccountId text reference fsga Account Account, code:Code__c text string fsgac, probability:Probability numeric(3,0) percent fsa, " +
		"kinds:Kinds__c text multipicklist f, score:Score__c float8 double fsa",
	"users":   "id:Id text id fsga, name:Name text string fsga, active:IsActive bool boolean fsg",
	"unknown": "id:Id text, name:Name text, made:CreatedDate timestamptz, amount:Amount numeric(18,2), done:Done__c bool",
	"foreign_deals": "id:Id text id fsga, amount:Amount numeric(18,2) currency -, account_id:AccountId text reference fsga Account Account, " +
		"currency:CurrencyIsoCode text picklist fsgar", // as describe.go has amounts where there are several currencies
	"others": "id:Id text id fsga, account:Account__c text string fsga",
}

func crmView(t *testing.T) *semantic.View {
	objects := map[string]string{"accounts": "Account", "opportunities": "Opportunity", "users": "User", "unknown": "Unknown__c", "others": "Other__c", "foreign_deals": "Deal__c"}
	var out []*plan.Table
	for name, columns := range crmTables {
		table := &plan.Table{Connection: "crm", Schema: "public", Name: name, Object: objects[name], OID: uint32(20000 + len(out)), Key: []int{0}}
		for i, def := range strings.Split(columns, ", ") {
			table.Columns = append(table.Columns, crmColumn(t, def, i))
		}
		out = append(out, table)
	}
	return semantic.NewView(nil, out, nil)
}

func crmColumn(t *testing.T, def string, i int) plan.Column {
	words := strings.Fields(def)
	name, physical, _ := strings.Cut(words[0], ":")
	typ, err := semantic.ParseType(words[1])
	if err != nil {
		t.Fatal(err)
	}
	c := plan.Column{Name: name, Physical: physical, Type: typ, Num: int16(i + 1)}
	if len(words) > 2 {
		has := func(flag string) bool { return strings.Contains(words[3], flag) }
		c.Field = &plan.Field{Kind: words[2], Filter: has("f"), Sort: has("s"), Group: has("g"), Aggregate: has("a"), CaseSensitive: has("c"), Restricted: has("r")}
	}
	if len(words) > 5 {
		c.Field.References, c.Field.Relationship = words[4], words[5]
	}
	return c
}

// TestSOQL shows which part of a query Salesforce is asked for, and why the rest stays.
func TestSOQL(t *testing.T) {
	view := crmView(t)
	sources := map[string]source.Capabilities{"crm": {Language: "soql", Keys: dialect.Keys{Max: 10_000, Bytes: 200_000}}}
	golden.Run(t, "testdata/soql/*.test", func(t *testing.T, c *golden.Case) string {
		zone := "UTC"
		if len(c.Args) > 0 {
			zone = c.Args[0]
		}
		p, err := planner.Prepare(planner.Input{Query: plan.Span{Text: c.Input}, View: view, Sources: sources,
			Settings: plan.Settings{SearchPath: "public", TimeZone: zone, DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
		if err != nil {
			return "error " + err.Error()
		}
		lines := []string{p.Path.String()}
		for _, f := range planner.Describe(p, sources, false).Fragments {
			lines = append(lines, f.SQL)
			for _, s := range f.Stays {
				lines = append(lines, "  stays "+s.Expression+": "+s.Reason)
			}
			for _, k := range f.Keys {
				lines = append(lines, "  keys "+k.Column+" from "+k.From)
			}
		}
		return strings.Join(lines, "\n")
	})
}
