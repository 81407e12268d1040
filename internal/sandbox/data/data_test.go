package data

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestEqualOptionsMakeEqualCompanies(t *testing.T) {
	if !reflect.DeepEqual(New(Options{}), New(Options{Seed: 1, Scale: 1, Today: defaultToday})) {
		t.Error("two companies of the same options differ")
	}
	if reflect.DeepEqual(New(Options{}).Calls, New(Options{Seed: 2}).Calls) {
		t.Error("the seed changes nothing")
	}
}

func TestCompanyIsWhole(t *testing.T) {
	c := New(Options{})
	if len(c.Calls) != 400 || len(c.People) != 3 || len(c.Users) < 20 || len(c.Answered) < 30 || len(c.Calendars) != 6 {
		t.Errorf("%d calls, %d people, %d users, %d reviews, %d calendars", len(c.Calls), len(c.People), len(c.Users), len(c.Answered), len(c.Calendars))
	}
	ids := map[string]bool{}
	linked, negative, untitled, quiet := 0, 0, 0, 0
	for _, call := range c.Calls {
		if ids[call.ID] || c.User(call.HostID) == nil || call.AccountID != "" && c.Account(call.AccountID) == nil {
			t.Errorf("call %s is twice or hangs in the air", call.ID)
		}
		ids[call.ID] = true
		if !call.Started.Before(c.Today) || call.Started.Before(c.Today.AddDate(-1, 0, -2)) {
			t.Errorf("call %s started %s", call.ID, call.Started)
		}
		if call.OpportunityID != "" {
			linked++
		}
		if call.Title == "" {
			untitled++
		}
		if len(call.Content.Sentences) == 0 {
			quiet++
		}
		if slices.ContainsFunc(call.Content.Trackers, func(t Tracker) bool { return t.Name == "Cancel" }) {
			negative++
		}
	}
	if linked < 200 || negative < 10 || untitled < 3 || quiet < 3 {
		t.Errorf("linked %d, negative %d, untitled %d, without analysis %d", linked, negative, untitled, quiet)
	}
}

func TestEachPersonSeesOtherCalls(t *testing.T) {
	c := New(Options{})
	admin, analyst, emea := c.Visible("admin@acme.example"), c.Visible("analyst@acme.example"), c.Visible("emea@acme.example")
	if len(admin) < 380 || len(analyst) < 20 || len(emea) < 60 || len(analyst)+len(emea) > len(admin) {
		t.Errorf("admin %d, analyst %d, emea %d", len(admin), len(analyst), len(emea))
	}
	for _, id := range analyst {
		if slices.Contains(emea, id) {
			t.Errorf("call %s is seen by analyst and emea", id)
		}
	}
	for _, call := range c.Calls {
		if call.Private && slices.Contains(admin, call.ID) {
			t.Errorf("admin sees the private call %s", call.ID)
		}
		if host := c.User(call.HostID); slices.Contains(emea, call.ID) && !call.Private && host.Region != "EMEA" {
			t.Errorf("emea sees call %s of %s", call.ID, host.Region)
		}
	}
	if c.Visible("nobody@acme.example") != nil {
		t.Error("a stranger sees calls")
	}
}

func TestCalendarsDiffer(t *testing.T) {
	c := New(Options{})
	for i, want := range []string{"admin@acme.example", "analyst@acme.example", "emea@acme.example"} {
		if c.People[i].Login != want || c.Calendars[i].ID != want || !c.People[i].EmailVerified {
			t.Errorf("person %d is %+v", i, c.People[i])
		}
	}
	if !c.People[0].TechnicalAdmin || c.People[1].TechnicalAdmin {
		t.Error("who is a technical administrator")
	}
	for _, cal := range c.Calendars {
		for _, e := range cal.Events {
			if e.AllDay && (e.Start.Hour() != 0 || e.End.Hour() != 0) || !e.End.After(e.Start) || e.UID == "" {
				t.Errorf("event %+v", e)
			}
		}
	}
}

func TestScale(t *testing.T) {
	c := New(Options{Scale: 3, Today: time.Date(2027, 3, 1, 15, 0, 0, 0, time.UTC)})
	if len(c.Calls) != 1200 || len(c.Accounts) != 900 || c.Today.Hour() != 0 {
		t.Errorf("%d calls, %d accounts, today %s", len(c.Calls), len(c.Accounts), c.Today)
	}
}
