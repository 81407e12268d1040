package gong

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokens knows "company", "narrow" (one scope), "person" (not the company's) and "old" (expired).
type tokens struct{ expired *string }

func (t tokens) ExpireToken(access string) { *t.expired = access }

func (t tokens) Bearer(r *http.Request) (oauth.Grant, oauth.State) {
	all := []string{"api:calls:read:basic", "api:calls:read:extensive", "api:calls:read:transcript", "api:users:read",
		"api:settings:scorecards:read", "api:stats:scorecards", "api:workspaces:read"}
	g := oauth.Grant{Person: "admin@acme.example", Source: "gong", Organisation: true, Scopes: all}
	switch access := bearer(r); {
	case access == *t.expired || access == "old":
		return g, oauth.Expired
	case access == "company":
	case access == "narrow":
		g.Scopes = all[:1]
	case access == "person":
		g.Organisation = false
	default:
		return oauth.Grant{}, oauth.Unknown
	}
	return g, oauth.Live
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// small is a company of three calls, put together by hand.
func small() *data.Company {
	c := &data.Company{
		Workspaces: []data.Workspace{{ID: "77", Name: "Sales"}},
		Users: []data.User{
			{ID: "1", Email: "lead@acme.example", First: "Lea", Last: "Lead", Title: "Lead", Active: true, Language: "en-US", Created: at("2024-01-02T03:04:05Z")},
			{ID: "2", Email: "rep@acme.example", First: "Rob", Last: "Rep", ManagerID: "1", Language: "fr-FR", Created: at("2024-07-02T03:04:05Z")},
		},
		Profiles: []data.Profile{
			{ID: "52", Name: "Reps", WorkspaceID: "77", CallsAccess: "own", UserIDs: []string{"2"}},
			{ID: "51", Name: "Leads", WorkspaceID: "77", CallsAccess: "managers-team", TeamLeadIDs: []string{"1"}, UserIDs: []string{"1"}},
		},
		Accounts:      []data.Account{{ID: "001A", Name: "Northwind"}},
		Opportunities: []data.Opportunity{{ID: "006O", Name: "Northwind - Renewal", AccountID: "001A"}},
		Scorecards: []data.Scorecard{{ID: "61", Name: "Demo", WorkspaceID: "77", Enabled: true, Updater: "1", Created: at("2025-01-01T12:00:00Z"),
			Updated: at("2025-02-01T12:00:00Z"), Questions: []data.Question{{ID: "62", RevisionID: "63", Text: "Overall?", Overall: true}}}},
		Answered: []data.Answered{{ID: "64", ScorecardID: "61", CallID: "10", Reviewed: "2", Reviewer: "1", CallStarted: at("2026-03-02T04:30:00Z"),
			Time: at("2026-03-03T15:00:00Z"), Answers: []data.Answer{{QuestionID: "62", RevisionID: "63", Overall: true, Score: 2, Text: "Hm."}}}},
	}
	c.Calls = []data.Call{
		{ID: "10", Title: "Northwind: Demo", HostID: "2", Direction: "Conference", System: "Zoom", Scope: "External", Media: "Video", Language: "eng",
			WorkspaceID: "77", Scheduled: at("2026-03-02T15:00:00Z"), Started: at("2026-03-02T15:07:30Z"), Seconds: 1800,
			MeetingURL: "https://zoom.example/j/1", AccountID: "001A", OpportunityID: "006O",
			Parties: []data.Party{
				{ID: "101", Email: "rep@acme.example", Name: "Rob Rep", UserID: "2", SpeakerID: "201", Internal: true, TalkSeconds: 900.5, Methods: []string{"Invitee", "Attendee"}},
				{ID: "102", Name: "Ann", SpeakerID: "202", ContactID: "003C", TalkSeconds: 700, Methods: []string{"Attendee"}}},
			Content: data.Content{
				Brief: "They asked for a comparison.", Topics: []data.Span{{Name: "Pricing", Seconds: 60}}, Structure: []data.Span{{Name: "Intro", Seconds: 30}},
				Trackers: []data.Tracker{{ID: "301", Name: "Competitor", Kind: "KEYWORD", Phrase: "Globex", Times: []float64{12.5, 90}, Speaker: "202"},
					{ID: "302", Name: "Pricing objection", Kind: "SMART", Times: []float64{33.25}, Speaker: "202"}},
				Outcome: &data.Outcome{ID: "MEETING_BOOKED", Category: "Answered", Name: "Meeting booked"}, Points: []string{"A point."},
				Actions:   []data.Action{{Text: "I'll send it.", Speaker: "201", From: 26, To: 30}},
				Sentences: []data.Sentence{{Speaker: "201", Topic: "Intro", Text: "Hello.", From: 100, To: 900}, {Speaker: "201", Topic: "Intro", Text: "Welcome.", From: 900, To: 1500}, {Speaker: "202", Topic: "Intro", Text: "Hi.", From: 2000, To: 2500}},
				Questions: [2]int{3, 4}, Screen: 600, Interact: 5.5, Patience: 0.75, Monologue: 90, TalkRatio: 0.5, Highlights: []string{"A follow-up."}},
			Comments: []data.Comment{{ID: "401", UserID: "1", Text: "Nice.", At: 5, Posted: at("2026-03-03T10:00:00Z")}}},
		{ID: "11", HostID: "1", Direction: "Outbound", System: "Outreach", Scope: "External", Media: "Audio", Language: "eng", WorkspaceID: "77",
			Started: at("2026-03-05T10:00:00Z"), Seconds: 40, ClientID: "DLR1", Disposition: "Connected"},
		{ID: "12", Title: "Internal", HostID: "2", Direction: "Conference", System: "Zoom", Scope: "Internal", Media: "Video", Language: "fre",
			WorkspaceID: "77", Scheduled: at("2026-03-04T10:00:00Z"), Started: at("2026-03-04T10:01:00Z"), Seconds: 300, Private: true},
	}
	return c
}

func emulator(change func(*Config)) (*Server, *string) {
	expired := ""
	c := Config{Company: small(), Tokens: tokens{&expired}, PerSecond: -1, PageSize: 2}
	if change != nil {
		change(&c)
	}
	return New(c), &expired
}

func ask(s http.Handler, method, target, body, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if method == "POST" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// TestAnswers replays testdata: METHOD TARGET [token=NAME], a body, and what comes back without the request id; <cursor> stands
// for the cursor of the case before.
func TestAnswers(t *testing.T) {
	s, _ := emulator(nil)
	cursor := ""
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		token := "company"
		if c.Arg("token") != "" {
			token = c.Arg("token")
		}
		w := ask(s, c.Command, strings.ReplaceAll(c.Args[0], "<cursor>", cursor), strings.ReplaceAll(c.Input, "<cursor>", cursor), token)
		var doc map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if id, ok := doc["requestId"].(string); !ok || len(id) != 19 {
			t.Errorf("request id %v", doc["requestId"])
		}
		delete(doc, "requestId")
		if records, ok := doc["records"].(map[string]any); ok && records["cursor"] != nil {
			cursor = records["cursor"].(string)
			records["cursor"] = "<cursor>"
		}
		return strconv.Itoa(w.Code) + " " + render(doc)
	})
}

// render writes a document, indented.
func render(doc map[string]any) string {
	text, _ := json.Marshal(doc)
	var out bytes.Buffer
	_ = json.Indent(&out, text, "", " ")
	return out.String()
}

func TestCredentials(t *testing.T) {
	s, _ := emulator(nil)
	for token, want := range map[string]int{"company": 200, "": 401, "nonsense": 401, "old": 401, "person": 401, "narrow": 403} {
		if w := ask(s, "GET", "/v2/workspaces", "", token); w.Code != want {
			t.Errorf("%q: %d %s", token, w.Code, w.Body)
		}
	}
	if w := ask(s, "POST", "/v2/calls/extensive", `{"filter":{},"contentSelector":{"exposedFields":{"media":true}}}`, "company"); w.Code != 403 {
		t.Errorf("media without its scope: %d %s", w.Code, w.Body)
	}
}

func TestRateLimits(t *testing.T) {
	now := at("2026-11-20T23:00:00Z")
	s, _ := emulator(func(c *Config) { c.PerSecond, c.PerDay, c.Now = 0, 5, func() time.Time { return now } })
	call := func(want int, after string) {
		t.Helper()
		if w := ask(s, "GET", "/v2/workspaces", "", "company"); w.Code != want || w.Header().Get("Retry-After") != after {
			t.Errorf("%d Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
		}
	}
	for range 3 {
		call(200, "")
	}
	call(429, "1")
	now = now.Add(999 * time.Millisecond)
	call(429, "1")
	now = now.Add(time.Millisecond)
	call(200, "")
	call(200, "")
	call(429, "3600")
	if s.CallsToday() != 5 {
		t.Errorf("%d calls counted", s.CallsToday())
	}
	now = at("2026-11-21T00:00:00Z")
	call(200, "")
}

func TestCursors(t *testing.T) {
	now := at("2026-11-20T12:00:00Z")
	s, _ := emulator(func(c *Config) { c.Now = func() time.Time { return now } })
	const first = `{"filter":{"workspaceId":"77"}}`
	next := func(w *httptest.ResponseRecorder) string {
		var doc struct{ Records struct{ Cursor string } }
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Records.Cursor == "" {
			t.Fatalf("no cursor: %s", w.Body)
		}
		return doc.Records.Cursor
	}
	cursor := next(ask(s, "POST", "/v2/calls/extensive", first, "company"))
	with := func(filter, cursor string) string { return `{"cursor":"` + cursor + `","filter":` + filter + `}` }
	for _, c := range []struct {
		name, body string
		after      time.Duration
		want       int
	}{
		{"of another request", with(`{}`, cursor), 0, 400},
		{"changed", with(`{"workspaceId":"77"}`, cursor+"A"), 0, 400},
		{"made up", with(`{"workspaceId":"77"}`, "2"), 0, 400},
		{"good", with(`{"workspaceId":"77"}`, cursor), 0, 200},
		{"expired", with(`{"workspaceId":"77"}`, cursor), 11 * time.Minute, 400},
	} {
		now = now.Add(c.after)
		if w := ask(s, "POST", "/v2/calls/extensive", c.body, "company"); w.Code != c.want {
			t.Errorf("a cursor %s: %d %s", c.name, w.Code, w.Body)
		}
	}
}

func TestExpiredTokenInTheMiddleOfPaging(t *testing.T) {
	s, expired := emulator(nil)
	r := httptest.NewRequest("POST", "/_sandbox/faults", strings.NewReader(`{"kind":"expired","nth":2,"times":1}`))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 204 {
		t.Fatal(w.Body)
	}
	for i, want := range []int{200, 401, 401} {
		if w := ask(s, "GET", "/v2/users", "", "company"); w.Code != want {
			t.Errorf("call %d: %d", i+1, w.Code)
		}
	}
	if *expired != "company" {
		t.Error("the token is not expired at the authorization server")
	}
}

func TestHostileBodies(t *testing.T) {
	s, _ := emulator(nil)
	for _, body := range []string{"", "null", "[]", "{", `{"filter":{}} {}`, `{"filter":null}`, `{"filter":[]}`, strings.Repeat("[", 100_000),
		`{"filter":{"callIds":"10"}}`, `{"filter":{"callIds":[10]}}`, `{"filter":{"callIds":["x"]}}`, `{"Filter":{}}`, `{"filter":{"fromdatetime":"2026-01-01T00:00:00Z"}}`} {
		if w := ask(s, "POST", "/v2/calls/extensive", body, "company"); w.Code != 400 {
			t.Errorf("%.40s: %d %s", body, w.Code, w.Body)
		}
	}
}
