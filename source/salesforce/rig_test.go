package salesforce_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/salesforce"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const objects = `Account:
  fields:
    Region__c: {picklist: [EMEA, APAC, NA], restricted: true}
    Revenue__c: {type: currency}
    Note__c: {type: textarea, length: 32768}
Opportunity:
  fields:
    AccountId: {reference: Account}
    StageName: {picklist: [New, Open, "Closed Won", "Closed Lost"], restricted: true}
    Amount: {type: currency}
    Code__c: {caseSensitive: true}
`

const grants = `roles:
  SALES: {members: [admin, analyst]}
  EMEA: {members: [emea]}
tables:
  crm.sales.Account:
    select: [SALES, EMEA]
    columns: {EMEA: [Name, Region__c]}
    rows: {EMEA: Region__c = 'EMEA'}
  crm.sales.Opportunity:
    select: [SALES]
`

const (
	accounts      = 40
	opportunities = 2500
)

// id makes an id with its check suffix.
func id(prefix string, n int) string {
	text := fmt.Sprintf("%s%012d", prefix, n)
	if n%3 == 1 {
		text = text[:9] + "aB" + text[11:]
	}
	for block := range 3 {
		bits := 0
		for i, c := range text[5*block : 5*block+5] {
			if c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		text += string("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return text
}

// files are the objects' records: texts that differ in case, fields that are empty, children without a parent.
func files() map[string]string {
	r := rand.New(rand.NewPCG(4, 2))
	maybe := func(s string) string {
		if r.IntN(6) == 0 {
			return ""
		}
		return s
	}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var a, o strings.Builder
	a.WriteString("Id,Name,Region__c,Revenue__c,Staff__c,Active__c,Note__c,Since__c\n")
	for i := range accounts {
		fmt.Fprintf(&a, "%s,%s,%s,%s,%s,%s,%s,%s\n", id("001", i), pick("Acme", "ACME", "acme", "Globex", "Über", "a_b", "50% off", `\"x'y`), maybe(pick("EMEA", "APAC", "NA")),
			maybe(fmt.Sprintf("%d.%02d", r.IntN(1_000_000), r.IntN(100))), maybe(fmt.Sprint(r.IntN(20))), pick("true", "false"), maybe("note"), maybe(fmt.Sprintf("2025-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))))
	}
	o.WriteString("Id,Name,AccountId,StageName,Amount,CloseDate,Created__c,Won__c,Code__c,Share__c\n")
	for i := range opportunities {
		fmt.Fprintf(&o, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", id("006", i), pick("Deal", "deal", "DEAL 2", "x%", "Straße", "Ünder"), maybe(id("001", r.IntN(accounts))), pick("New", "Open", "Closed Won", "Closed Lost"),
			maybe(fmt.Sprintf("%d.%02d", r.IntN(100_000), r.IntN(100))), maybe(fmt.Sprintf("2026-%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))),
			fmt.Sprintf("2026-%02d-%02d %02d:%02d:%02d", 1+r.IntN(3), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60)), pick("true", "false"), maybe(pick("a", "A", "b", "B")), maybe(fmt.Sprintf("0.%02d", r.IntN(100))))
	}
	return map[string]string{"crm/sales/Account.csv": a.String(), "crm/sales/Opportunity.csv": o.String(), "crm/objects.yaml": objects, "grants.yaml": grants}
}

// rig is an emulated organisation and the source that reads it.
type rig struct {
	testing.TB
	company *sandbox.Company
	server  *emulator.Server
	source  source.Source
}

func newRig(t testing.TB, change func(*salesforce.Config)) *rig {
	t.Helper()
	return newRigOf(t, files(), change, nil)
}

func newRigOf(t testing.TB, files map[string]string, change func(*salesforce.Config), server func(*emulator.Config)) *rig {
	t.Helper()
	dir := sandboxtest.Folder(t, files)
	data, err := brought.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := sandbox.Start(sandbox.Options{Brought: data, RedirectURIs: []string{"http://127.0.0.1/callback"}, Salesforce: server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	config := salesforce.Config{Name: "crm", LoginURL: c.URLs().Salesforce["crm"]}
	if change != nil {
		change(&config)
	}
	s, err := salesforce.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &rig{TB: t, company: c, server: c.Salesforce["crm"], source: s}
}

// bearer signs a person in.
func (r *rig) bearer(person string) source.Bearer {
	r.Helper()
	token, err := r.company.SignIn(r.Context(), person+"@acme.example", "crm")
	if err != nil {
		r.Fatal(err)
	}
	refresh := token.RefreshToken
	b := source.Bearer{Owner: source.Owner{Organisation: "acme", Person: person, Generation: 1}, Token: secret.New(token.AccessToken), BaseURL: token.Instance}
	b.Refresh = func(ctx context.Context) (source.Bearer, error) {
		next, err := r.company.Refresh(ctx, "crm", refresh)
		if err != nil {
			return b, err
		}
		out := b
		out.Token, out.Refresh, refresh = secret.New(next.AccessToken), nil, next.RefreshToken
		return out, nil
	}
	return b
}

func (r *rig) open(b source.Bearer) source.Conn { return sourcetest.Open(r, r.source, b) }

// table is an object as a person's describe shows it.
func (r *rig) table(c source.Conn, object, name string) *plan.Table {
	r.Helper()
	schema, err := c.Describe(r.Context(), object)
	if err != nil {
		r.Fatal(err)
	}
	t := &plan.Table{Connection: "crm", Schema: "public", Name: name, Object: object, OID: uint32(20000 + len(name))}
	for i, col := range schema.Columns {
		t.Columns = append(t.Columns, plan.Column{Name: strings.ToLower(strings.TrimSuffix(col.Name, "__c")), Physical: col.Name, Type: col.Type, Num: int16(i + 1), Field: col.Field})
	}
	return t
}
