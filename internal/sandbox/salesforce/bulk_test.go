package salesforce_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
)

const jobs = "/services/data/v64.0/jobs/query"

// job makes a query job and waits for its end.
func (r *rig) job(person, text string) (id, state string) {
	r.t.Helper()
	body, _ := json.Marshal(map[string]string{"operation": "query", "query": text})
	a := r.ask(person, "POST", jobs, string(body))
	var info struct{ ID, State, Object, CreatedByID string }
	if err := json.Unmarshal([]byte(a.body), &info); err != nil || a.status != 200 || info.State != "UploadComplete" && info.State != "InProgress" && info.State != "JobComplete" {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
	for range 500 {
		var now struct {
			State string
			Rows  int `json:"numberRecordsProcessed"`
		}
		a := r.ask(person, "GET", jobs+"/"+info.ID, "")
		if err := json.Unmarshal([]byte(a.body), &now); err != nil {
			r.t.Fatal(a.body)
		}
		if now.State != "UploadComplete" && now.State != "InProgress" {
			return info.ID, now.State
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatal("the job does not end")
	return "", ""
}

func TestQueryJob(t *testing.T) {
	r := start(t, func(c *salesforce.Config) { c.BulkRows = 1500 })
	id, state := r.job("admin", "SELECT Name, Amount__c, Seen__c, Active__c, Parent.Name, ParentId FROM Account ORDER BY Id")
	if state != "JobComplete" {
		t.Fatal(state)
	}
	var rows [][]string
	locator, parts := "", ""
	for locator != "null" {
		a := r.ask("admin", "GET", jobs+"/"+id+"/results?locator="+url.QueryEscape(locator), "")
		part, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		if err != nil || a.status != 200 {
			t.Fatal(a.body, err)
		}
		rows = append(rows, part...)
		locator = a.header.Get("Sforce-Locator")
		parts += a.header.Get("Sforce-NumberOfRecords") + " "
	}
	if len(rows) != 5001 || parts != "1500 1500 1500 500 " {
		t.Errorf("%d rows in parts of %s", len(rows), parts)
	}
	for i, want := range map[int]string{
		0: "[Name Amount__c Seen__c Active__c Parent.Name ParentId]", 1: "[n1 1000.25 2026-01-01T00:01:00.000Z false  ]",
		7: "[say \"hi\", \né <b> 7001.75 2026-01-01T00:07:00.000Z false n1 001000000000001AAA]", 5000: "[n5000 5001250.0 2026-01-04T11:20:00.000Z false n1 001000000000001AAA]",
	} {
		if got := fmt.Sprint(rows[i]); got != want {
			t.Errorf("%d: %s", i, got)
		}
	}
	first := r.ask("admin", "GET", jobs+"/"+id+"/results?maxRecords=1", "").body
	if first != `"Name","Amount__c","Seen__c","Active__c","Parent.Name","ParentId"`+"\n"+`"n1","1000.25","2026-01-01T00:01:00.000Z","false","",""`+"\n" {
		t.Error(first)
	}
	for _, path := range []string{"", "/results"} {
		if a := r.ask("emea", "GET", jobs+"/"+id+path, ""); a.status != 404 {
			t.Errorf("another person's job: %d %s", a.status, a.body)
		}
	}
	if a := r.ask("admin", "PATCH", jobs+"/"+id, `{"state":"Aborted"}`); a.code() != "INVALIDJOBSTATE" {
		t.Error(a.body)
	}
	if a := r.ask("admin", "DELETE", jobs+"/"+id, ""); a.status != 204 {
		t.Error(a.status)
	}
	if a := r.ask("admin", "GET", jobs+"/"+id, ""); a.status != 404 {
		t.Error(a.status)
	}
}

func TestQueryJobsThatCannotBe(t *testing.T) {
	r := start(t, func(c *salesforce.Config) { c.BulkJobs = 1 })
	for text, code := range map[string]string{
		"SELECT COUNT() FROM Account": "API_ERROR", "SELECT COUNT(Id) FROM Account": "API_ERROR", "SELECT Region__c FROM Account GROUP BY Region__c": "API_ERROR",
		"SELECT Id FROM Account OFFSET 1": "API_ERROR", "SELECT FIELDS(ALL) FROM Account LIMIT 1": "API_ERROR", "SELECT Nothing FROM Account": "INVALID_FIELD", "SELECT": "MALFORMED_QUERY",
	} {
		body, _ := json.Marshal(map[string]string{"operation": "query", "query": text})
		if a := r.ask("admin", "POST", jobs, string(body)); a.code() != code {
			t.Errorf("%s: %s", text, a.body)
		}
	}
	for body, code := range map[string]string{
		"": "JSON_PARSER_ERROR", `{"operation":"insert","query":"SELECT Id FROM Account"}`: "INVALIDJOB", `{"operation":"query","query":"SELECT Id FROM Account","columnDelimiter":"TAB"}`: "INVALIDJOB",
	} {
		if a := r.ask("admin", "POST", jobs, body); a.code() != code {
			t.Errorf("%s: %s", body, a.body)
		}
	}
	id, _ := r.job("emea", "SELECT Id FROM Account WHERE Name = 'nobody'")
	if a := r.ask("emea", "GET", jobs+"/"+id+"/results", ""); a.body != "\"Id\"\n" || a.header.Get("Sforce-Locator") != "null" || a.header.Get("Sforce-NumberOfRecords") != "0" {
		t.Error(a.body, a.header)
	}
	if a := r.ask("emea", "POST", jobs, `{"operation":"query","query":"SELECT Id FROM Account"}`); a.code() != "EXCEEDEDQUOTA" {
		t.Error(a.body)
	}
}
