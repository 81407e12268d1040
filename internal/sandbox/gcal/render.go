package gcal

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// The names below are those of https://developers.google.com/calendar/api/v3/reference/events; what an event does not have is
// absent, never null.

// milli writes a time in UTC with milliseconds, as created and updated have it.
func milli(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// moment writes a start or end: a date for an all-day event, else a time in the zone of the answer.
func moment(e *data.Event, t time.Time, zone *time.Location) map[string]any {
	if e.AllDay {
		return map[string]any{"date": t.Format(time.DateOnly)}
	}
	return map[string]any{"dateTime": t.In(zone).Format(time.RFC3339), "timeZone": e.Zone}
}

// render writes an event; a cancelled one that is not an instance keeps its fields, as on the organizer's calendar.
func render(c *data.Calendar, o occurrence, person string, zone *time.Location, maxAttendees int) map[string]any {
	e := o.Event
	id := e.ID
	if o.instance {
		id = e.ID + "_" + o.start.UTC().Format("20060102T150405Z")
	}
	organizer := actor(e.Organizer, e.OrganizerName, c.ID)
	out := map[string]any{
		"kind": "calendar#event", "id": id, "status": e.Status, "created": milli(e.Created), "updated": milli(e.Updated),
		"htmlLink": "https://www.google.com/calendar/event?eid=" + base64.RawURLEncoding.EncodeToString([]byte(id)),
		"creator":  organizer, "organizer": organizer, "start": moment(e, o.start, zone), "end": moment(e, o.end, zone),
		"iCalUID": e.UID, "sequence": 0, "reminders": map[string]any{"useDefault": true}, "eventType": e.Type,
	}
	for name, text := range map[string]string{"summary": e.Summary, "description": e.Description, "location": e.Location} {
		if text != "" {
			out[name] = text
		}
	}
	if e.Transparent {
		out["transparency"] = "transparent"
	}
	if e.Private {
		out["visibility"] = "private"
	}
	if e.Weeks > 0 && !o.instance {
		out["recurrence"] = []any{fmt.Sprintf("RRULE:FREQ=WEEKLY;COUNT=%d", e.Weeks)}
	}
	if o.instance {
		out["recurringEventId"], out["originalStartTime"] = e.ID, moment(e, o.start, zone)
	}
	addAttendees(out, e, person, maxAttendees)
	out["etag"] = etag(out)
	return out
}

func actor(email, name, calendar string) map[string]any {
	out := map[string]any{"email": email}
	if name != "" {
		out["displayName"] = name
	}
	if email == calendar {
		out["self"] = true
	}
	return out
}

// addAttendees writes the guests; where there are more than maxAttendees, "only the participant is returned".
func addAttendees(out map[string]any, e *data.Event, person string, maxAttendees int) {
	if len(e.Attendees) == 0 {
		return
	}
	list := []any{}
	for _, a := range e.Attendees {
		if len(e.Attendees) > maxAttendees && a.Email != person {
			continue
		}
		guest := map[string]any{"email": a.Email, "responseStatus": a.Response}
		if a.Name != "" {
			guest["displayName"] = a.Name
		}
		if a.Email == e.Organizer {
			guest["organizer"] = true
		}
		if a.Email == person {
			guest["self"] = true
		}
		if a.Optional {
			guest["optional"] = true
		}
		list = append(list, guest)
	}
	out["attendees"] = list
	if len(list) < len(e.Attendees) {
		out["attendeesOmitted"] = true
	}
}
