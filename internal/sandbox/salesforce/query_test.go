package salesforce_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/simpleforce/simpleforce"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
)

func TestPages(t *testing.T) {
	r := start(t, nil)
	for _, size := range []string{"", "batchSize=200", "batchSize=1999"} {
		ids := r.all("admin", "SELECT Id FROM Account WHERE Amount__c > 0 ORDER BY Id", "Id", "Sforce-Query-Options", size)
		if len(ids) != 5000 || !slices.IsSorted(ids) || len(slices.Compact(ids)) != 5000 {
			t.Errorf("%q: %d ids", size, len(ids))
		}
	}
	first := r.query("admin", "SELECT Id FROM Account").page(t)
	if first.TotalSize != 5000 || first.Done || len(first.Records) != 2000 || !strings.HasPrefix(first.NextRecordsURL, "/services/data/v64.0/query/01g") {
		t.Errorf("%d %v %d %s", first.TotalSize, first.Done, len(first.Records), first.NextRecordsURL)
	}
	if code := r.query("admin", "SELECT Id FROM Account", "Sforce-Query-Options", "batchSize=100").code(); code != "INVALID_BATCH_SIZE" {
		t.Error(code)
	}
	if code := r.ask("emea", "GET", first.NextRecordsURL, "").code(); code != "INVALID_QUERY_LOCATOR" {
		t.Errorf("another person's locator: %s", code)
	}
	if a := r.ask("admin", "GET", first.NextRecordsURL, ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	for range 10 {
		r.query("emea", "SELECT Id FROM Account").page(t)
		r.query("admin", "SELECT Id FROM Account").page(t)
	}
	if code := r.ask("admin", "GET", first.NextRecordsURL, "").code(); code != "INVALID_QUERY_LOCATOR" {
		t.Errorf("an eleventh cursor left the first: %s", code)
	}
	last := r.query("admin", "SELECT Id FROM Account").page(t)
	r.now = r.now.Add(49 * time.Hour)
	if code := r.ask("admin", "GET", last.NextRecordsURL, "").code(); code != "INVALID_QUERY_LOCATOR" {
		t.Errorf("two days later: %s", code)
	}
}

func TestRecordsAreWrittenAsSalesforceDoes(t *testing.T) {
	r := start(t, nil)
	a := r.query("admin", "SELECT Name, Amount__c, Seen__c, Active__c, Parent.Name, Parent.Parent.Id FROM Account WHERE Name LIKE 'say%' OR Id = '001000000000001' ORDER BY Id")
	const want = `{"totalSize":2,"done":true,"records":[` +
		`{"attributes":{"type":"Account","url":"/services/data/v64.0/sobjects/Account/001000000000001AAA"},"Name":"n1","Amount__c":1000.25,"Seen__c":"2026-01-01T00:01:00.000+0000","Active__c":false,"Parent":null},` +
		`{"attributes":{"type":"Account","url":"/services/data/v64.0/sobjects/Account/001000000000007AAA"},"Name":"say \"hi\", \né <b>","Amount__c":7001.75,"Seen__c":"2026-01-01T00:07:00.000+0000","Active__c":false,` +
		`"Parent":{"attributes":{"type":"Account","url":"/services/data/v64.0/sobjects/Account/001000000000001AAA"},"Name":"n1","Parent":null}}]}`
	if a.body != want {
		t.Error(a.body)
	}
	if a := r.query("admin", "SELECT SUM(Amount__c), COUNT(Id) n FROM Account"); !strings.Contains(a.body, `[{"attributes":{"type":"AggregateResult"},"expr0":1.2505625625E10,"n":5000}]`) {
		t.Error(a.body)
	}
	if a := r.query("admin", "SELECT COUNT() FROM Account"); strings.TrimSpace(a.body) != `{"totalSize":5000,"done":true,"records":[]}` {
		t.Error(a.body)
	}
	if code := r.query("admin", "SELECT Id, COUNT(Name) FROM Account GROUP BY Id").code(); code != "EXCEEDED_ID_LIMIT" {
		t.Error(code)
	}
	if a := r.query("admin", "SELECT Id, COUNT(Name) FROM Account GROUP BY Id LIMIT 2000"); len(a.page(t).Records) != 2000 {
		t.Error(a.body)
	}
}

func TestNobodySeesWhatIsAnothers(t *testing.T) {
	r := start(t, nil)
	for person, want := range map[string]int{"admin": 5000, "emea": 2500} {
		if n := len(r.all(person, "SELECT Id FROM Account", "Id")); n != want {
			t.Errorf("%s sees %d accounts", person, n)
		}
	}
	for text, code := range map[string]string{
		"SELECT Amount__c FROM Account": "INVALID_FIELD", "SELECT Id FROM Account WHERE Amount__c > 1": "INVALID_FIELD",
		"SELECT Id FROM Secret__c": "INVALID_TYPE", "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Secret__c)": "INVALID_TYPE",
		"SELECT Id FROM Account ORDER BY Seen__c": "INVALID_FIELD", "SELECT MAX(Amount__c) FROM Account": "INVALID_FIELD",
		"SELECT Parent.Amount__c FROM Account": "INVALID_FIELD",
	} {
		if got := r.query("emea", text).code(); got != code {
			t.Errorf("%s: %s", text, got)
		}
		if a := r.query("admin", text); a.status != 200 {
			t.Errorf("%s: %s", text, a.body)
		}
		if got := r.query("stranger", text).code(); got != "INVALID_TYPE" {
			t.Errorf("a stranger: %s: %s", text, got)
		}
	}
	// The parent of all is APAC's, whom emea may not see.
	if a := r.query("emea", "SELECT Parent.Name FROM Account LIMIT 1"); !strings.Contains(a.body, `"Parent":null`) {
		t.Error(a.body)
	}
	if a := r.get("emea", "/sobjects/Secret__c/describe"); a.status != 404 || a.code() != "NOT_FOUND" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.get("emea", "/sobjects/account/describe"); strings.Contains(a.body, "Amount__c") || !strings.Contains(a.body, `"relationshipName":"Parent"`) || strings.Contains(a.body, "Secret") {
		t.Error(a.body)
	}
	if a := r.get("emea", "/sobjects"); strings.Contains(a.body, "Secret__c") || !strings.Contains(a.body, `"name":"Account"`) {
		t.Error(a.body)
	}
	r.s.Refuse("Account", true)
	if code := r.query("admin", "SELECT Id FROM Account").code(); code != "INVALID_TYPE" {
		t.Error(code)
	}
	r.s.Refuse("Account", false)
	for _, e := range r.s.History("emea") {
		if e.Login != "emea" || e.Subject != "subject-emea" || e.Status == "RUNNING" {
			t.Errorf("%+v", e)
		}
	}
}

func TestDescribeIsConditional(t *testing.T) {
	r := start(t, nil)
	a := r.get("admin", "/sobjects/Account/describe")
	var doc struct{ Fields []map[string]any }
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || len(doc.Fields) != 7 {
		t.Fatal(a.body)
	}
	for i, want := range map[int]string{
		0: "id true true true true", 1: "string true true true true", 3: "currency true true false true", 4: "datetime true true false true", 5: "boolean true true true false",
	} {
		f := doc.Fields[i]
		got := f["type"].(string)
		for _, name := range []string{"filterable", "sortable", "groupable", "aggregatable"} {
			got += " " + strconv.FormatBool(f[name].(bool))
		}
		if got != want {
			t.Errorf("%v: %s", f["name"], got)
		}
	}
	if b := r.get("admin", "/sobjects/Account/describe", "If-None-Match", a.header.Get("ETag")); b.status != http.StatusNotModified {
		t.Error(b.status)
	}
	if b := r.get("emea", "/sobjects/Account/describe", "If-None-Match", a.header.Get("ETag")); b.status != 200 {
		t.Error("another person's description is the same")
	}
	if b := r.get("admin", "/sobjects/Account/describe", "If-Modified-Since", a.header.Get("Last-Modified")); b.status != http.StatusNotModified {
		t.Error(b.status)
	}
	if b := r.get("admin", "/sobjects/Account/describe", "If-Modified-Since", "Tue, 01 Jan 2019 00:00:00 GMT"); b.status != 200 {
		t.Error(b.status)
	}
}

func TestLimits(t *testing.T) {
	r := start(t, func(c *salesforce.Config) { c.Allowance = 20 })
	if a := r.query("admin", "SELECT COUNT() FROM Account"); a.header.Get("Sforce-Limit-Info") != "api-usage=1/20" {
		t.Error(a.header)
	}
	r.s.Use(17)
	if a := r.get("emea", "/limits"); !strings.Contains(a.body, `"DailyApiRequests":{"Max":20,"Remaining":1}`) {
		t.Error(a.body)
	}
	r.get("emea", "/limits")
	if a := r.query("admin", "SELECT COUNT() FROM Account"); a.status != 403 || a.code() != "REQUEST_LIMIT_EXCEEDED" {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.now = r.now.Add(25 * time.Hour)
	if a := r.query("admin", "SELECT COUNT() FROM Account"); a.status != 200 {
		t.Errorf("a day later: %s", a.body)
	}
	long := "SELECT Id FROM Account WHERE Name = '" + strings.Repeat("x", 4001) + "'"
	if a := r.query("admin", long); a.code() != "MALFORMED_QUERY" {
		t.Error(a.body)
	}
	if a := r.query("admin", "SELECT Id FROM Account WHERE Name IN ('"+strings.Repeat("x", 17000)+"')"); a.status != http.StatusRequestURITooLong || a.code() != "" {
		t.Error(a.status, a.body)
	}
	if a := r.query("admin", "SELECT Id FROM Account", "X-Long", strings.Repeat("x", 17000)); a.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Error(a.status)
	}
}

func TestRefusals(t *testing.T) {
	r := start(t, nil)
	for _, c := range []struct {
		person, method, path, code string
		status                     int
	}{
		{"", "GET", "/services/data/v64.0/limits", "INVALID_SESSION_ID", 401},
		{"admin/web", "GET", "/services/data/v64.0/limits", "INVALID_SESSION_ID", 403},
		{"admin", "GET", "/services/data/v12.0/limits", "NOT_FOUND", 404},
		{"admin", "GET", "/services/data/v64.0/nothing", "NOT_FOUND", 404},
		{"admin", "GET", "/services/data/v64.0/sobjects/Nothing/describe", "NOT_FOUND", 404},
		{"admin", "POST", "/services/data/v64.0/sobjects/Account", "METHOD_NOT_ALLOWED", 405},
		{"admin", "GET", "/services/data/v64.0/query", "MALFORMED_QUERY", 400},
		{"admin", "GET", "/services/data/v64.0/query?q=SELECT", "MALFORMED_QUERY", 400},
		{"admin", "GET", "/services/data/v64.0/query?x=1", "INVALID_QUERY_PARAMETER", 400},
		{"admin", "GET", "/services/data/v64.0/query/01gnothing-2000", "INVALID_QUERY_LOCATOR", 400},
		{"admin", "GET", "/services/data/v64.0/jobs/query/750nothing", "NOT_FOUND", 404},
	} {
		if a := r.ask(c.person, c.method, c.path, ""); a.status != c.status || a.code() != c.code {
			t.Errorf("%s %s: %d %s", c.method, c.path, a.status, a.body)
		}
	}
	if a := r.ask("", "GET", "/services/data", ""); a.status != 200 || !strings.Contains(a.body, `{"label":"Summer '26","url":"/services/data/v67.0","version":"67.0"}`) {
		t.Error(a.body)
	}
	if err := r.s.Control().Add(fault.Rule{Kind: fault.Expired, Nth: 2, Times: 1}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{200, 401, 401} {
		if a := r.query("admin", "SELECT COUNT() FROM Account"); a.status != want {
			t.Errorf("%d, want %d", a.status, want)
		}
	}
	if a := r.get("emea", "/query?explain=SELECT+Id+FROM+Account"); !strings.Contains(a.body, `"leadingOperationType":"TableScan"`) {
		t.Error(a.body)
	}
}

func TestSwitches(t *testing.T) {
	r := start(t, nil)
	r.s.Contradict("Name", true)
	if a := r.query("admin", "SELECT Id, Name FROM Account LIMIT 1"); !strings.Contains(a.body, `"Name":{"unexpected":true}`) {
		t.Error(a.body)
	}
	r.query("admin", "SELECT Id FROM Account")
	for path, want := range map[string]string{"": `{"sessions":1}`, "?person=admin": `{"sessions":1}`, "?person=emea": `{"sessions":0}`} {
		if a := r.ask("", "GET", "/_sandbox/cursors"+path, ""); strings.TrimSpace(a.body) != want {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	for _, c := range []struct{ method, path string }{
		{"POST", "/_sandbox/contradict?column=Name&on=0"}, {"POST", "/_sandbox/refuse?table=Account"}, {"POST", "/_sandbox/usage?calls=100"}, {"POST", "/_sandbox/cursors/expire"},
	} {
		if a := r.ask("", c.method, c.path, ""); a.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", c.path, a.status, a.body)
		}
	}
	if a := r.query("admin", "SELECT Id FROM Account"); a.code() != "INVALID_TYPE" || a.header.Get("Sforce-Limit-Info") != "api-usage=103/103000" {
		t.Error(a.header, a.body)
	}
	var seen []salesforce.Entry
	if a := r.ask("", "GET", "/_sandbox/history?person=admin", ""); json.Unmarshal([]byte(a.body), &seen) != nil || len(seen) != 3 || seen[0].Rows != 1 || seen[2].Code != "INVALID_TYPE" {
		t.Error(a.body)
	}
}

func TestCompression(t *testing.T) {
	r := start(t, nil)
	plain := r.query("admin", "SELECT Id FROM Account LIMIT 500", "Accept-Encoding", "identity")
	packed := r.query("admin", "SELECT Id FROM Account LIMIT 500", "Accept-Encoding", "gzip")
	if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Content-Encoding") != "gzip" || 4*len(packed.body) > len(plain.body) {
		t.Errorf("%v %d, %v %d", plain.header, len(plain.body), packed.header, len(packed.body))
	}
	if a := r.query("admin", "SELECT Id FROM Account LIMIT 500"); a.body != plain.body {
		t.Error("what was compressed is not what was plain")
	}
}

func TestSimpleforce(t *testing.T) {
	r := start(t, nil)
	c := simpleforce.NewClient(r.url, "waggle", "64.0")
	c.SetHttpClient(r.http)
	c.SetSidLoc("admin", r.url)
	got, err := c.Query("SELECT Id, Name FROM Account ORDER BY Id")
	if err != nil || got.TotalSize != 5000 || got.Done || len(got.Records) != 2000 {
		t.Fatal(got, err)
	}
	if got, err = c.Query(got.NextRecordsURL); err != nil || got.Records[0].StringField("Name") != "n2001" {
		t.Error(got, err)
	}
	meta := c.SObject("Account").Describe()
	if meta == nil || (*meta)["keyPrefix"] != "001" {
		t.Error(meta)
	}
}
