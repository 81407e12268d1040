package gcal

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

// tokens knows ada and bob by their names, "old" (expired) and "narrow" (without a calendar scope).
type tokens struct{}

func (tokens) ExpireToken(string) {}

func (tokens) Bearer(r *http.Request) (oauth.Grant, oauth.State) {
	access := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	g := oauth.Grant{Person: access + "@x.example", Source: "google", Scopes: []string{"https://www.googleapis.com/auth/calendar.readonly"}}
	switch access {
	case "ada", "bob":
		return g, oauth.Live
	case "narrow":
		g.Scopes = []string{"openid"}
		return g, oauth.Live
	case "old":
		return g, oauth.Expired
	}
	return oauth.Grant{}, oauth.Unknown
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// small is a company of three calendars, put together by hand: ada's in New York, bob's in Berlin, one that both read.
func small() *data.Company {
	ny, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, ny) }
	event := func(id, summary string, start, end time.Time) data.Event {
		return data.Event{ID: id, UID: id + "@google.com", Summary: summary, Status: "confirmed", Type: "default", Zone: "America/New_York",
			Start: start.In(ny), End: end.In(ny), Organizer: "ada@x.example", OrganizerName: "Ada",
			Created: at("2026-01-01T10:00:00Z"), Updated: at("2026-02-0" + string('1'+id[1]-'1') + "T10:00:00.123Z")}
	}
	demo := event("e1", "Northwind demo", at("2026-03-02T15:00:00Z"), at("2026-03-02T16:00:00Z"))
	demo.Location = "Room 1"
	demo.Attendees = []data.Attendee{{Email: "ada@x.example", Name: "Ada", Response: "accepted"},
		{Email: "ann@northwind.example", Response: "needsAction", Optional: true}}
	cancelled := event("e2", "Called off", at("2026-03-03T15:00:00Z"), at("2026-03-03T16:00:00Z"))
	cancelled.Status = "cancelled"
	away := event("e3", "Away", day(3, 5), day(3, 7))
	away.AllDay, away.Private = true, true
	// Three Mondays: the second lies after the change to summer time on the 8th of March.
	weekly := event("e4", "Weekly", at("2026-03-02T14:00:00Z"), at("2026-03-02T14:30:00Z"))
	weekly.Weeks = 3
	focus := event("e5", "", at("2026-03-04T15:00:00Z"), at("2026-03-04T17:00:00Z"))
	focus.Type, focus.Transparent = "focusTime", true
	both := map[string]string{"ada@x.example": "owner", "bob@x.example": "reader"}
	return &data.Company{Calendars: []data.Calendar{
		{ID: "ada@x.example", Summary: "ada@x.example", Zone: "America/New_York", Owner: "ada@x.example",
			Roles: map[string]string{"ada@x.example": "owner"}, Events: []data.Event{demo, cancelled, away, weekly, focus}},
		{ID: "bob@x.example", Summary: "bob@x.example", Zone: "Europe/Berlin", Owner: "bob@x.example", Roles: map[string]string{"bob@x.example": "owner"}},
		{ID: "c_1#x@group.calendar.google.com", Summary: "Team", Description: "For both", Zone: "Europe/Berlin", Owner: "ada@x.example", Roles: both,
			Events: []data.Event{event("e6", "Team day", at("2026-04-01T08:00:00Z"), at("2026-04-01T09:00:00Z"))}},
	}}
}

func emulator() *Server {
	return New(Config{Company: small(), Tokens: tokens{}, PerMinute: -1, Now: func() time.Time { return at("2026-03-01T00:00:00Z") }})
}

func ask(s http.Handler, method, target, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const base = "/calendar/v3"

// TestAnswers replays testdata: METHOD PATH?QUERY [as=NAME] and what comes back, without etags; <page> stands for the last page token.
func TestAnswers(t *testing.T) {
	s := emulator()
	page := ""
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		person := "ada"
		if c.Arg("as") != "" {
			person = c.Arg("as")
		}
		w := ask(s, c.Command, base+strings.ReplaceAll(c.Args[0], "<page>", page), person)
		var doc any
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if top, ok := doc.(map[string]any); ok && top["nextPageToken"] != nil {
			page = top["nextPageToken"].(string)
			top["nextPageToken"] = "<page>"
		}
		text, _ := json.MarshalIndent(withoutTags(doc), "", " ")
		return strconv.Itoa(w.Code) + " " + string(text)
	})
}

func withoutTags(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutTags(v[i])
		}
	case map[string]any:
		delete(v, "etag")
		delete(v, "nextSyncToken")
		for name := range v {
			v[name] = withoutTags(v[name])
		}
	}
	return v
}

// ids asks for ada's events with a query and returns their ids, or the status.
func ids(t *testing.T, s *Server, query string) string {
	t.Helper()
	w := ask(s, "GET", base+"/calendars/primary/events?"+query, "ada")
	if w.Code != 200 {
		return strconv.Itoa(w.Code)
	}
	var doc struct{ Items []struct{ ID string } }
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range doc.Items {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

func TestFilters(t *testing.T) {
	s := emulator()
	for _, c := range []struct{ name, query, want string }{
		{"default order is by id, series whole, nothing cancelled", "", "e1 e3 e4 e5"},
		{"cancelled too", "showDeleted=true", "e1 e2 e3 e4 e5"},
		{"timeMin bounds the end, exclusively", "timeMin=2026-03-02T16:00:00Z", "e3 e4 e5"},
		{"timeMin just before the end", "timeMin=2026-03-02T15:59:59Z", "e1 e3 e4 e5"},
		{"timeMax bounds the start, exclusively", "timeMax=2026-03-02T15:00:00Z", "e4"},
		{"timeMax just after the start", "timeMax=2026-03-02T15:00:01Z", "e1 e4"},
		{"fractions are ignored", "timeMax=2026-03-02T15:00:00.999Z", "e4"},
		{"all-day events begin at midnight of the calendar's zone", "timeMin=2026-03-05T00:00:00Z&timeMax=2026-03-05T05:00:00Z", ""},
		{"and a second later", "timeMin=2026-03-05T00:00:00Z&timeMax=2026-03-05T05:00:01Z", "e3"},
		{"a series is found by any instance", "timeMin=2026-03-16T00:00:00Z", "e4"},
		{"and not after its last", "timeMin=2026-03-16T13:30:00Z", ""},
		{"expanded, in order of start", "singleEvents=true&orderBy=startTime", "e4_20260302T140000Z e1 e5 e3 e4_20260309T130000Z e4_20260316T130000Z"},
		{"by update", "orderBy=updated", "e1 e3 e4 e5"},
		{"order of start needs single events", "orderBy=startTime", "400"},
		{"free text", "q=NORTHWIND+room", "e1"},
		{"free text in attendees", "q=ann", "e1"},
		{"free text, a word missing", "q=northwind+nowhere", ""},
		{"by iCalUID", "iCalUID=e5@google.com", "e5"},
		{"by type", "eventTypes=focusTime", "e5"},
		{"by types", "eventTypes=focusTime&eventTypes=default", "e1 e3 e4 e5"},
		{"updated since, cancelled included", "updatedMin=2026-02-02T00:00:00Z", "e2 e3 e4 e5"},
		{"updated since 30 days ago", "updatedMin=2026-01-29T00:00:00Z", "410"},
		{"empty range", "timeMin=2026-03-02T00:00:00Z&timeMax=2026-03-02T00:00:00Z", "400"},
		{"sync token", "syncToken=abc", "410"},
		{"maxResults is capped, not refused", "maxResults=9999", "e1 e3 e4 e5"},
	} {
		if got := ids(t, s, c.query); got != c.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", c.name, c.query, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := emulator()
	events := "/calendars/primary/events"
	for _, c := range []struct {
		name, method, target, as, reason string
		status                           int
	}{
		{"unknown parameter", "GET", events + "?limit=5", "ada", "badRequest", 400},
		{"parameter of another case", "GET", events + "?timemin=2026-03-02T00:00:00Z", "ada", "badRequest", 400},
		{"parameter of the other list", "GET", "/users/me/calendarList?timeMin=2026-03-02T00:00:00Z", "ada", "badRequest", 400},
		{"twice", "GET", events + "?q=a&q=b", "ada", "invalidParameter", 400},
		{"time without an offset", "GET", events + "?timeMin=2026-03-02T00:00:00", "ada", "invalidParameter", 400},
		{"a date", "GET", events + "?timeMin=2026-03-02", "ada", "invalidParameter", 400},
		{"no rows", "GET", events + "?maxResults=0", "ada", "invalidParameter", 400},
		{"no boolean", "GET", events + "?singleEvents=1", "ada", "invalidParameter", 400},
		{"no event type", "GET", events + "?eventTypes=party", "ada", "invalidParameter", 400},
		{"no zone", "GET", events + "?timeZone=Mars/Base", "ada", "invalidParameter", 400},
		{"XML", "GET", events + "?alt=xml", "ada", "invalidParameter", 400},
		{"empty range", "GET", events + "?timeMin=2026-03-03T00:00:00Z&timeMax=2026-03-02T00:00:00Z", "ada", "timeRangeEmpty", 400},
		{"page token", "GET", events + "?pageToken=2.abc", "ada", "invalid", 400},
		{"unknown field", "GET", events + "?fields=items(id,colour)", "ada", "invalidParameter", 400},
		{"bad selection", "GET", events + "?fields=items(id", "ada", "invalidParameter", 400},
		{"empty selection", "GET", events + "?fields=", "ada", "invalidParameter", 400},
		{"deep selection", "GET", events + "?fields=" + strings.Repeat("items(", 5000), "ada", "invalidParameter", 400},
		{"expired token", "GET", events, "old", "authError", 401},
		{"no token", "GET", events, "", "authError", 401},
		{"scope", "GET", events, "narrow", "insufficientPermissions", 403},
		{"another's calendar", "GET", "/calendars/ada@x.example/events", "bob", "notFound", 404},
		{"no calendar", "GET", "/calendars/nobody/events", "bob", "notFound", 404},
		{"method", "POST", events, "ada", "notFound", 404},
		{"path", "GET", "/freeBusy", "ada", "notFound", 404},
		{"modification too long ago", "GET", events + "?updatedMin=2025-01-01T00:00:00Z", "ada", "updatedMinTooLongAgo", 410},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(s, c.method, base+c.target, c.as)
			var doc struct {
				Error struct {
					Code   int
					Errors []struct{ Reason, Domain string }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Error.Errors) != 1 {
				t.Fatalf("not Google's error: %s", w.Body)
			}
			if w.Code != c.status || doc.Error.Code != c.status || doc.Error.Errors[0].Reason != c.reason {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	now := at("2026-03-01T00:00:00Z")
	s := New(Config{Company: small(), Tokens: tokens{}, PerMinute: 2, Now: func() time.Time { return now }})
	list := base + "/users/me/calendarList"
	got := []int{ask(s, "GET", list, "ada").Code, ask(s, "GET", list, "ada").Code, ask(s, "GET", list, "ada").Code, ask(s, "GET", list, "bob").Code}
	now = now.Add(time.Minute)
	got = append(got, ask(s, "GET", list, "ada").Code)
	if want := []int{200, 200, 403, 200, 200}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPagesBelongToTheirRequest(t *testing.T) {
	s := emulator()
	next := func(query string) string {
		var doc struct{ NextPageToken string }
		w := ask(s, "GET", base+"/calendars/primary/events?"+query, "ada")
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		return url.QueryEscape(doc.NextPageToken)
	}
	token := next("maxResults=3")
	if got := ids(t, s, "maxResults=3&pageToken="+token); got != "e5" {
		t.Errorf("second page: %s", got)
	}
	if got := ids(t, s, "maxResults=3&q=x&pageToken="+token); got != "400" {
		t.Errorf("a token of another request: %s", got)
	}
	if w := ask(s, "GET", base+"/calendars/c_1%23x@group.calendar.google.com/events?maxResults=3&pageToken="+token, "ada"); w.Code != 400 {
		t.Errorf("a token of another calendar: %d", w.Code)
	}
	if next("maxResults=4") != "" {
		t.Error("the last page has a token")
	}
}

// FuzzFields demands that no selection panics, and that what is kept was there.
func FuzzFields(f *testing.F) {
	for _, seed := range []string{"items(id,start/dateTime),nextPageToken", "*", "items/*", "a(b", ",", "items()", "items/id/"} {
		f.Add(seed)
	}
	s := emulator()
	whole := ask(s, "GET", base+"/calendars/primary/events", "ada").Body.Bytes()
	f.Fuzz(func(t *testing.T, fields string) {
		w := ask(s, "GET", base+"/calendars/primary/events?fields="+url.QueryEscape(fields), "ada")
		if w.Code != 200 && w.Code != 400 || w.Code == 200 && len(bytes.TrimSpace(w.Body.Bytes())) > len(whole) {
			t.Errorf("%q: %d", fields, w.Code)
		}
	})
}
