package gcal

import (
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// eventsOperation is https://developers.google.com/calendar/api/v3/reference/events/list.
func eventsOperation() *operation {
	when := fieldTree{"date": nil, "dateTime": nil, "timeZone": nil}
	who := fieldTree{"id": nil, "email": nil, "displayName": nil, "self": nil}
	attendee := fieldTree{"id": nil, "email": nil, "displayName": nil, "self": nil, "organizer": nil, "resource": nil, "optional": nil,
		"responseStatus": nil, "comment": nil, "additionalGuests": nil}
	event := fieldTree{
		"kind": nil, "etag": nil, "id": nil, "status": nil, "htmlLink": nil, "created": nil, "updated": nil, "summary": nil, "description": nil,
		"location": nil, "colorId": nil, "creator": who, "organizer": who, "start": when, "end": when, "endTimeUnspecified": nil,
		"recurrence": nil, "recurringEventId": nil, "originalStartTime": when, "transparency": nil, "visibility": nil, "iCalUID": nil,
		"sequence": nil, "attendees": attendee, "attendeesOmitted": nil, "hangoutLink": nil, "guestsCanModify": nil,
		"reminders": {"useDefault": nil, "overrides": {"method": nil, "minutes": nil}}, "eventType": nil,
	}
	return &operation{
		scopes: []string{
			"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/calendar.readonly",
			"https://www.googleapis.com/auth/calendar.events", "https://www.googleapis.com/auth/calendar.events.readonly",
		},
		params: standard(map[string]param{
			"eventTypes": {repeats: true, check: oneOf("birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation")},
			"iCalUID":    {}, "maxAttendees": {check: positive}, "maxResults": {check: positive}, "orderBy": {check: oneOf("startTime", "updated")},
			"pageToken": {}, "q": {}, "showDeleted": {check: boolean}, "singleEvents": {check: boolean}, "syncToken": {},
			"timeMax": {check: instant}, "timeMin": {check: instant}, "timeZone": {check: zoneName}, "updatedMin": {check: instant},
		}),
		fields: fieldTree{
			"kind": nil, "etag": nil, "summary": nil, "description": nil, "updated": nil, "timeZone": nil, "accessRole": nil,
			"defaultReminders": {"method": nil, "minutes": nil}, "nextPageToken": nil, "nextSyncToken": nil, "items": event,
		},
		serve: (*Server).events,
	}
}

// occurrence is an event, or one instance of a series.
type occurrence struct {
	*data.Event
	start, end time.Time
	instance   bool // one of a series
}

func (s *Server) events(in *input) (any, *refusal) {
	calendar, no := s.calendar(in)
	if no != nil {
		return nil, no
	}
	if no := s.admit(in); no != nil {
		return nil, no
	}
	found := in.filter(calendar)
	in.order(found)
	from, to, next, no := s.page(in, len(found), in.number("maxResults", 250, 2500))
	if no != nil {
		return nil, no
	}
	zone := in.zone(calendar)
	items := []any{}
	for _, o := range found[from:to] {
		items = append(items, render(calendar, o, in.person, zone, in.number("maxAttendees", len(o.Attendees), len(o.Attendees))))
	}
	body := map[string]any{
		"kind": "calendar#events", "summary": calendar.Summary, "description": calendar.Description, "updated": s.lastUpdate(calendar),
		"timeZone": zone.String(), "accessRole": calendar.Roles[in.person], "defaultReminders": []any{}, "items": items,
	}
	if next != "" {
		body["nextPageToken"] = next
	} else {
		body["nextSyncToken"] = "sandbox-" + s.seal(in, "sync")
	}
	body["etag"] = etag(body["updated"])
	return body, nil
}

// admit refuses combinations that the page forbids.
func (s *Server) admit(in *input) *refusal {
	if in.query.Has("syncToken") {
		return fullSync()
	}
	if in.query.Get("orderBy") == "startTime" && !in.flag("singleEvents") {
		return badRequest("The requested ordering is not available for the particular query.")
	}
	from, to := in.time("timeMin"), in.time("timeMax")
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return timeRangeEmpty()
	}
	// The API keeps 29 days of changes.
	if since := in.time("updatedMin"); !since.IsZero() && s.config.Now().Sub(since) > 29*24*time.Hour {
		return tooLongAgo()
	}
	return nil
}

func (in *input) zone(c *data.Calendar) *time.Location {
	name := in.query.Get("timeZone")
	if name == "" {
		name = c.Zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// filter returns what the parameters let through. timeMin bounds an event's end, timeMax its start, both exclusively; a series
// that is not expanded is found by any of its instances. Cancelled events are found with showDeleted or, as the page says of
// updatedMin, when "entries deleted since this time will always be included".
func (in *input) filter(c *data.Calendar) []occurrence {
	from, to, since := in.time("timeMin"), in.time("timeMax"), in.time("updatedMin")
	kinds := in.query["eventTypes"]
	var out []occurrence
	for i := range c.Events {
		e := &c.Events[i]
		if e.Status == "cancelled" && !in.flag("showDeleted") && since.IsZero() || e.Updated.Before(since) ||
			in.query.Has("iCalUID") && e.UID != in.query.Get("iCalUID") || len(kinds) > 0 && !slices.Contains(kinds, e.Type) ||
			!matches(e, in.query.Get("q")) {
			continue
		}
		for _, o := range expand(e) {
			if !from.IsZero() && !o.end.After(from) || !to.IsZero() && !o.start.Before(to) {
				continue
			}
			if e.Weeks > 0 && !in.flag("singleEvents") {
				out = append(out, occurrence{Event: e, start: e.Start, end: e.End})
				break
			}
			out = append(out, o)
		}
	}
	return out
}

// expand returns the instances of a series, at the same local time each week, or the event alone.
func expand(e *data.Event) []occurrence {
	if e.Weeks == 0 {
		return []occurrence{{Event: e, start: e.Start, end: e.End}}
	}
	var out []occurrence
	for week := range e.Weeks {
		start := e.Start.AddDate(0, 0, 7*week)
		out = append(out, occurrence{Event: e, start: start, end: start.Add(e.End.Sub(e.Start)), instance: true})
	}
	return out
}

// matches tells whether all words of a free text search occur in the fields that the page names.
func matches(e *data.Event, q string) bool {
	text := []string{e.Summary, e.Description, e.Location, e.Organizer, e.OrganizerName}
	for _, a := range e.Attendees {
		text = append(text, a.Email, a.Name)
	}
	all := strings.ToLower(strings.Join(text, "\n"))
	for _, word := range strings.Fields(strings.ToLower(q)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// order sorts by what orderBy names; the default is "an unspecified, stable order": by id, which no client should rely on.
func (in *input) order(list []occurrence) {
	slices.SortStableFunc(list, func(a, b occurrence) int {
		by := 0
		switch in.query.Get("orderBy") {
		case "startTime":
			by = a.start.Compare(b.start)
		case "updated":
			by = a.Updated.Compare(b.Updated)
		}
		if by == 0 {
			by = strings.Compare(a.ID, b.ID)
		}
		return by
	})
}

func (s *Server) lastUpdate(c *data.Calendar) string {
	var last time.Time
	for _, e := range c.Events {
		if e.Updated.After(last) {
			last = e.Updated
		}
	}
	return milli(last)
}
