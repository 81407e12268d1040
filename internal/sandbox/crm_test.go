package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

const accounts = `Id,Name,Region__c,Revenue__c,Staff__c,Since__c,Seen__c,Active__c,Note__c
001000000000001,Acme,EMEA,1500.50,10,2026-01-02,2026-01-02 03:04:05,true,first
001000000000002,ACME,APAC,,5,2025-12-31,2026-02-02 03:04:05,false,
001000000000003,Globex,EMEA,12345678.25,,,,,
`

const contacts = `AccountId,LastName,Email
001000000000001,Lovelace,ada@acme.example
001000000000001,Hopper,
001000000000002,Clarke,joan@acme.example
,Alone,
`

const crmObjects = `Account:
  label: Customer
  fields:
    Revenue__c: {type: currency}
    Region__c: {picklist: [EMEA, APAC], restricted: true}
    Note__c: {type: textarea, length: 32768}
Contact:
  fields:
    AccountId: {reference: Account}
    Email: {type: email}
`

const crmGrants = `roles:
  SALES: {members: [admin, analyst]}
  EMEA: {members: [emea]}
tables:
  crm.sales.Account:
    select: [SALES, EMEA]
    columns: {EMEA: [Name, Region__c]}
    rows: {EMEA: Region__c = 'EMEA'}
  crm.sales.Contact:
    select: [SALES, EMEA]
    rows: {EMEA: Account.Region__c = 'EMEA'}
`

func crm(t *testing.T) *Company {
	t.Helper()
	data := bringing(t, map[string]string{
		"crm/sales/Account.csv": accounts, "crm/sales/Contact.csv": contacts, "crm/objects.yaml": crmObjects, "grants.yaml": crmGrants,
	})
	c, err := Start(Options{Brought: data, RedirectURIs: []string{"http://127.0.0.1/callback"}})
	if err != nil {
		t.Fatal(err, pgerr.From(err).Detail)
	}
	t.Cleanup(c.Close)
	return c
}

// soql asks an organisation and returns the status and the body.
func soql(t *testing.T, c *Company, person, text string) (int, string) {
	t.Helper()
	token, err := c.SignIn(t.Context(), person, "crm")
	if err != nil {
		t.Fatal(err)
	}
	if token.Instance != c.URLs().Salesforce["crm"] {
		t.Errorf("instance_url is %q", token.Instance)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, token.Instance+"/services/data/v64.0/query?q="+url.QueryEscape(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestBroughtObjectsAreServedByProfile(t *testing.T) {
	c := crm(t)
	text := "SELECT Name, Account.Name FROM Contact"
	for person, want := range map[string]int{"analyst@acme.example": 4, "emea@acme.example": 2} {
		_, body := soql(t, c, person, strings.Replace(text, "Name,", "LastName,", 1))
		var page struct{ TotalSize int }
		if err := json.Unmarshal([]byte(body), &page); err != nil || page.TotalSize != want {
			t.Errorf("%s sees %s, want %s", person, body, strconv.Itoa(want))
		}
	}
	if status, body := soql(t, c, "emea@acme.example", "SELECT Revenue__c FROM Account"); status != 400 || !strings.Contains(body, "No such column 'Revenue__c' on entity 'Account'") {
		t.Errorf("a hidden field: %d %s", status, body)
	}
	if _, body := soql(t, c, "analyst@acme.example", "SELECT Id, Staff__c, Note__c FROM Account WHERE Name = 'acme' ORDER BY Id"); !strings.Contains(body, `"Id":"001000000000001AAA","Staff__c":10.0,"Note__c":"first"`) {
		t.Error(body)
	}
	if _, body := soql(t, c, "analyst@acme.example", "SELECT Id FROM Contact WHERE Account.Region__c = 'emea'"); !strings.Contains(body, `"Id":"003000000000001AAA"`) {
		t.Error("no made id in " + body)
	}
	for person, want := range map[string]string{
		"analyst@acme.example": `"Name":"ACME","Contacts":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"/services/data/v64.0/sobjects/Contact/003000000000003AAA"},"LastName":"Clarke"}]}}`,
		"emea@acme.example":    `"Name":"Acme","Contacts":{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact","url":"/services/data/v64.0/sobjects/Contact/003000000000002AAA"},"LastName":"Hopper"}]}}`,
	} {
		_, body := soql(t, c, person, "SELECT Name, (SELECT LastName FROM Contacts WHERE LastName < 'i') FROM Account ORDER BY Name DESC, Id DESC")
		if !strings.Contains(body, want) {
			t.Errorf("%s sees %s", person, body)
		}
	}
	for _, e := range c.Salesforce["crm"].History("") {
		if e.Cause != "" {
			t.Errorf("%s: %s", e.Text, e.Cause)
		}
	}
}

func TestObjectsThatSalesforceCannotKeep(t *testing.T) {
	for _, c := range []struct{ file, objects, grants, want string }{
		{"Id,Name\nA17,x\n", "", "", "no id of 15 or 18 characters"},
		{"Id,Name\n001000000000001,x\n001000000000001AAA,y\n", "", "", "001000000000001AAA is there twice"},
		{"Name,Seen\nx,2026-01-01 00:00:00.5\n", "", "", "fractions of a second"},
		{"Name\nred\n", "Account: {fields: {Name: {picklist: [blue], restricted: true}}}\n", "", "none of its picklist"},
		{"Name,Big\nx,12345678901234567890.5\n", "", "", "cannot be read"},
		{"Name\nx\n", "", "roles: {A: {members: [emea]}}\ntables: {crm.sales.Account: {select: [A], rows: {A: Nmae = 'x'}}}\n", "no condition of SOQL"},
	} {
		files := map[string]string{"crm/sales/Account.csv": c.file, "crm/objects.yaml": c.objects}
		if c.grants != "" {
			files["grants.yaml"] = c.grants
		}
		company, err := Start(Options{Brought: bringing(t, files), RedirectURIs: []string{"http://127.0.0.1/callback"}})
		if err == nil {
			company.Close()
		}
		if pgerr.Code(err) != pgerr.ConfigFile || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.want, err)
		}
	}
}
