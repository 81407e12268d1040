package gcal

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// etag returns a tag that changes with what it tags.
func etag(v any) string {
	text, _ := json.Marshal(v) // maps of plain values only
	sum := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:9]) + `"`
}

// calendarListOperation is https://developers.google.com/calendar/api/v3/reference/calendarList/list.
func calendarListOperation() *operation {
	entry := fieldTree{
		"kind": nil, "etag": nil, "id": nil, "summary": nil, "description": nil, "location": nil, "timeZone": nil, "summaryOverride": nil,
		"colorId": nil, "backgroundColor": nil, "foregroundColor": nil, "hidden": nil, "selected": nil, "accessRole": nil,
		"defaultReminders": {"method": nil, "minutes": nil}, "primary": nil, "deleted": nil,
	}
	return &operation{
		scopes: []string{
			"https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/calendar.readonly",
			"https://www.googleapis.com/auth/calendar.calendarlist", "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
		},
		params: standard(map[string]param{
			"maxResults": {check: positive}, "minAccessRole": {check: oneOf("freeBusyReader", "owner", "reader", "writer")},
			"pageToken": {}, "showDeleted": {check: boolean}, "showHidden": {check: boolean}, "syncToken": {},
		}),
		fields: fieldTree{"kind": nil, "etag": nil, "nextPageToken": nil, "nextSyncToken": nil, "items": entry},
		serve:  (*Server).calendarList,
	}
}

// calendarList lists a person's own calendars and those shared with him.
func (s *Server) calendarList(in *input) (any, *refusal) {
	if in.query.Has("syncToken") {
		return nil, fullSync()
	}
	rank := map[string]int{"": 0, "freeBusyReader": 1, "reader": 2, "writer": 3, "owner": 4}
	var found []any
	for i := range s.config.Company.Calendars {
		c := &s.config.Company.Calendars[i]
		if role := c.Roles[in.person]; role != "" && rank[role] >= rank[in.query.Get("minAccessRole")] {
			found = append(found, entryOf(c, in.person))
		}
	}
	// The page: "by default the value is 100 entries. The page size can never be larger than 250 entries".
	from, to, next, no := s.page(in, len(found), in.number("maxResults", 100, 250))
	if no != nil {
		return nil, no
	}
	body := map[string]any{"kind": "calendar#calendarList", "items": append([]any{}, found[from:to]...)}
	if next != "" {
		body["nextPageToken"] = next
	} else {
		body["nextSyncToken"] = "sandbox-" + s.seal(in, "sync")
	}
	body["etag"] = etag(body)
	return body, nil
}

func entryOf(c *data.Calendar, person string) map[string]any {
	entry := map[string]any{
		"kind": "calendar#calendarListEntry", "id": c.ID, "summary": c.Summary, "timeZone": c.Zone, "colorId": "14",
		"backgroundColor": "#9fe1e7", "foregroundColor": "#000000", "selected": true, "accessRole": c.Roles[person], "defaultReminders": []any{},
	}
	if c.Description != "" {
		entry["description"] = c.Description
	}
	if c.Owner == person && c.ID == person {
		entry["primary"] = true
	}
	entry["etag"] = etag(entry)
	return entry
}

// calendar returns a calendar that a person may read; another's is not found, like one that does not exist.
func (s *Server) calendar(in *input) (*data.Calendar, *refusal) {
	id := in.calendar
	if id == "primary" {
		id = in.person
	}
	for i := range s.config.Company.Calendars {
		if c := &s.config.Company.Calendars[i]; c.ID == id && c.Roles[in.person] != "" {
			return c, nil
		}
	}
	return nil, notFound()
}
