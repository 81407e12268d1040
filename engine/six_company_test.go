package engine_test

import (
	"fmt"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// staffed is the sample company with Gong users and calendars of the six's people alone: each hosts two calls, which his profile shows to
// nobody else, and has a calendar with two meetings.
func (s *six) staffed() *data.Company {
	c := data.New(data.Options{})
	call := c.Calls[0]
	c.Calls, c.Calendars = nil, nil
	own := data.Profile{ID: "3843152912968920099", Name: "Own", Description: "Their own calls", CallsAccess: "own", WorkspaceID: c.Workspaces[0].ID}
	for i, login := range s.people {
		u := c.Users[0]
		u.ID, u.Email, u.First, u.Last = fmt.Sprintf("51%017d", i), login+"@acme.example", login, "Person"
		c.Users, own.UserIDs = append(c.Users, u), append(own.UserIDs, u.ID)
		cal := data.Calendar{ID: u.Email, Summary: u.Email, Zone: "UTC", Owner: u.Email, Roles: map[string]string{u.Email: "owner"}}
		for k := range 2 {
			call.ID, call.HostID, call.Title, call.Private = fmt.Sprintf("71%016d%d", i, k), u.ID, fmt.Sprintf("%s call %d", login, k), false
			call.Parties = []data.Party{{ID: fmt.Sprintf("81%015d%d", i, k), Email: u.Email, Name: login, UserID: u.ID, Internal: true, Methods: []string{"Invitee", "Attendee"}}}
			call.AccountID, call.OpportunityID, call.Content, call.Comments = "", "", data.Content{Brief: login + " talks"}, nil
			c.Calls = append(c.Calls, call)
			start := c.Today.Add(time.Duration(k-30) * 24 * time.Hour)
			id := fmt.Sprintf("evt%dx%d", i, k)
			cal.Events = append(cal.Events, data.Event{ID: id, UID: id + "@google.com", Summary: fmt.Sprintf("%s meeting %d", login, k), Status: "confirmed", Type: "default",
				Zone: "UTC", Start: start, End: start.Add(time.Hour), Created: start, Updated: start, Organizer: u.Email, OrganizerName: login})
		}
		c.Calendars = append(c.Calendars, cal)
	}
	c.Profiles = append(c.Profiles, own)
	return c
}
