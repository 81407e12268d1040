package brought

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

const (
	dealsCSV = "Id,Name,Stage,Amount,AccountId,Closed,At,Won\n006000000000001,Big,New,1.50,001000000000001,2026-01-02,2026-01-02 03:04:05,true\n"
	firmsCSV = "Name,Note\nAcme,short\n"
)

func TestObjects(t *testing.T) {
	data, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{
		"crm/sales/Deal__c.csv": dealsCSV, "crm/sales/Account.csv": firmsCSV,
		"crm/objects.yaml": `Deal__c:
  label: Deal
  prefix: a9Z
  fields:
    Stage: {picklist: [New, Won], restricted: true, label: Stage of it}
    Amount: {type: currency}
    AccountId: {reference: Account}
    Name: {caseSensitive: true}
Account:
  fields:
    Note: {type: textarea, length: 500}
`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, table := range data.Sources[0].Tables {
		o := table.Object
		got += fmt.Sprintf("%s %s %s\n", o.Name, o.Label, o.Prefix)
		for _, f := range o.Fields {
			got += fmt.Sprintf("  %s %s %d %d,%d %v %s %s %v\n", f.Name, f.Type, f.Length, f.Precision, f.Scale, f.Restricted, f.ReferenceTo, f.Relationship, f.CaseSensitive)
		}
	}
	const want = `Account Account 001
  Id id 18 0,0 false   false
  Name string 255 0,0 false   false
  Note textarea 500 0,0 false   false
Deal__c Deal a9Z
  Id id 18 0,0 false   false
  Name string 255 0,0 false   true
  Stage picklist 255 0,0 true   false
  Amount currency 0 18,2 false   false
  AccountId reference 18 0,0 false Account Account false
  Closed date 0 0,0 false   false
  At datetime 0 0,0 false   false
  Won boolean 0 0,0 false   false
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	models, err := data.Models()
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, f := range models["sales"] {
		all += f.Text
	}
	for _, want := range []string{"{connection: crm, object: 'Deal__c'}\n  key: [id]\n", "at: {column: 'At', type: 'timestamptz'}", "id: {column: 'Id', type: 'text', not_null: true}",
		"stage: {num: 3, field: {kind: picklist, can: [filter, sort, group, aggregate], restricted: true}}", "references: Account, relationship: Account}}"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestObjectsAreCheckedStrictly(t *testing.T) {
	for _, c := range []struct{ objects, want string }{
		{"Deals: {label: x}\n", "objects.yaml:1:1"},
		{"Account: {fields: {Nme: {label: x}}}\n", "objects.yaml:1:20"},
		{"Account: {fields: {Name: {type: currency}}}\n", "cannot be of type currency"},
		{"Account: {fields: {Name: {type: colour}}}\n", "objects.yaml:1:33"},
		{"Account: {fields: {Name: {reference: Person}}}\n", "there is no file of the object Person"},
		{"Account: {fields: {Name: {reference: Account}}}\n", "has no name that a path can use"},
		{"Account: {fields: {Name: {length: 300}}}\n", "has no length 300"},
		{"Account: {prefix: abcd}\n", "three letters or digits"},
		{"Account: {color: red}\n", "color"},
	} {
		_, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"crm/sales/Account.csv": firmsCSV, "crm/objects.yaml": c.objects}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.objects, err)
		}
	}
	for _, c := range []struct{ file, text, want string }{
		{"crm/sales/Account.csv", "id\n1\n", "has no ids of Salesforce's"},
		{"crm/sales/My Account.csv", firmsCSV, "cannot name an object"},
		{"crm/sales/Account.csv", "first name\nx\n", "cannot name a field"},
	} {
		if _, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{c.file: c.text})); pgerr.Code(err) != pgerr.ConfigFile || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
	masks := "roles: {A: {members: [admin]}}\ntables: {crm.sales.Account: {select: [A], masks: {A: {Name: \"''\"}}}}\n"
	if _, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"crm/sales/Account.csv": firmsCSV, "grants.yaml": masks})); err == nil || !strings.Contains(err.Error(), "masks no values") {
		t.Error(err)
	}
}
