package salesforce_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// people are tokens: a token is its person's name, unless it has been expired.
type people struct{ dead map[string]bool }

func (p people) Bearer(r *http.Request) (oauth.Grant, oauth.State) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || p.dead[token] {
		return oauth.Grant{}, oauth.Unknown
	}
	name, scope, _ := strings.Cut(token, "/")
	if scope == "" {
		scope = "api"
	}
	return oauth.Grant{Person: name, Subject: "subject-" + name, Source: "crm", Scopes: []string{scope}}, oauth.Live
}

func (p people) ExpireToken(access string) { p.dead[access] = true }

// rig is an emulator with 5,000 accounts, half of which emea sees, without their amounts.
type rig struct {
	t    *testing.T
	s    *salesforce.Server
	url  string
	now  time.Time
	http *http.Client
}

func objects() []salesforce.Object {
	account := &sobject.Object{Name: "Account", Label: "Account", Plural: "Accounts", Prefix: "001", Key: "crm.sales.Account", Fields: []sobject.Field{
		{Name: "Id", Type: sobject.ID, Length: 18}, {Name: "Name", Type: sobject.String, Length: 255, Nillable: true},
		{Name: "Region__c", Type: sobject.Picklist, Length: 255, Restricted: true, Values: []string{"EMEA", "APAC"}, Nillable: true},
		{Name: "Amount__c", Type: sobject.Currency, Precision: 18, Scale: 2, Nillable: true}, {Name: "Seen__c", Type: sobject.Datetime, Nillable: true},
		{Name: "Active__c", Type: sobject.Boolean}, {Name: "ParentId", Type: sobject.Reference, Length: 18, ReferenceTo: "Account", Relationship: "Parent", Nillable: true},
	}}
	secret := &sobject.Object{Name: "Secret__c", Label: "Secret", Plural: "Secrets", Prefix: "a00", Key: "crm.sales.Secret__c", Fields: []sobject.Field{
		{Name: "Id", Type: sobject.ID, Length: 18}, {Name: "AccountId", Type: sobject.Reference, Length: 18, ReferenceTo: "Account", Relationship: "Account"},
	}}
	return []salesforce.Object{{Object: account, Table: "account"}, {Object: secret, Table: "secret"}}
}

const accounts = `CREATE TABLE account AS SELECT CAST(NULL AS VARCHAR) AS "Id", CASE i WHEN 7 THEN 'say "hi", ' || chr(10) || 'é <b>' ELSE 'n' || i END AS "Name",
	CASE i % 2 WHEN 0 THEN 'EMEA' ELSE 'APAC' END AS "Region__c", CAST(i * 1000.25 AS DECIMAL(18,2)) AS "Amount__c",
	TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (i) MINUTE AS "Seen__c", i % 3 = 0 AS "Active__c",
	CASE WHEN i > 1 THEN '001000000000001' END AS "ParentId" FROM range(1, 5001) AS r(i)`

func start(t *testing.T, change func(*salesforce.Config)) *rig {
	t.Helper()
	db := sandboxtest.Database(t, accounts, `CREATE TABLE secret AS SELECT 'a00000000000001' AS "Id", '001000000000001' AS "AccountId"`)
	r := &rig{t: t, now: time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC), http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	config := salesforce.Config{
		Source: "crm", Tokens: people{map[string]bool{}}, Database: db, Objects: objects(), Now: func() time.Time { return r.now }, Licences: 3,
		Policy: &access.Policy{
			Roles: []access.Role{{Name: "ALL", Members: []string{"admin"}}, {Name: "EMEA", Members: []string{"emea"}}},
			Tables: map[string]access.Table{
				"crm.sales.Account": {
					Select: []string{"ALL", "EMEA"}, Columns: map[string][]string{"EMEA": {"Name", "Region__c", "ParentId"}},
					Rows: map[string]string{"EMEA": "Region__c = 'EMEA'"},
				},
				"crm.sales.Secret__c": {Select: []string{"ALL"}},
			},
		},
	}
	if change != nil {
		change(&config)
	}
	var err error
	if r.s, err = salesforce.New(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.s.Close)
	server := httptest.NewServer(r.s)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// answer is what the emulator said.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) code() string {
	var list []struct{ ErrorCode string }
	if json.Unmarshal([]byte(a.body), &list) != nil || len(list) != 1 {
		return ""
	}
	return list[0].ErrorCode
}

type records struct {
	TotalSize      int
	Done           bool
	NextRecordsURL string `json:"nextRecordsUrl"`
	Records        []map[string]any
}

func (a answer) page(t *testing.T) records {
	t.Helper()
	var p records
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return p
}

// ask makes a request as somebody; headers are pairs.
func (r *rig) ask(person, method, path, body string, headers ...string) answer {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+person)
	for i := 0; i+1 < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.http.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (r *rig) get(person, path string, headers ...string) answer {
	r.t.Helper()
	return r.ask(person, http.MethodGet, "/services/data/v64.0"+path, "", headers...)
}

func (r *rig) query(person, text string, headers ...string) answer {
	r.t.Helper()
	return r.get(person, "/query?q="+url.QueryEscape(text), headers...)
}

// all reads a query to its end, page by page, and returns the values of a field.
func (r *rig) all(person, text, field string, headers ...string) []string {
	r.t.Helper()
	var out []string
	p := r.query(person, text, headers...).page(r.t)
	for {
		for _, rec := range p.Records {
			out = append(out, fmt.Sprint(rec[field]))
		}
		if p.Done {
			return out
		}
		p = r.ask(person, http.MethodGet, p.NextRecordsURL, "", headers...).page(r.t)
	}
}
