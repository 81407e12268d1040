package gong

import (
	"net/http"
	"slices"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

const noCalls = "No calls found corresponding to the provided filters"

// callFilter is CallsRequestFilterWithOwners; the transcript endpoint has it without primaryUserIds.
type callFilter struct {
	FromDateTime   string   `json:"fromDateTime"`
	ToDateTime     string   `json:"toDateTime"`
	WorkspaceID    string   `json:"workspaceId"`
	CallIDs        []string `json:"callIds"`
	PrimaryUserIDs []string `json:"primaryUserIds"`
}

func filterShape() shape {
	return shape{"fromDateTime": text, "toDateTime": text, "workspaceId": text, "callIds": texts}
}

// exposed is contentSelector.exposedFields.
type exposed struct {
	Parties bool
	Content struct {
		Structure, Topics, Trackers, TrackerOccurrences, PointsOfInterest bool
		Brief, Outline, Highlights, CallOutcome, KeyPoints                bool
	}
	Interaction   struct{ Speakers, Video, PersonInteractionStats, Questions bool }
	Collaboration struct{ PublicComments bool }
	Media         bool
}

type selector struct {
	Context       string   `json:"context"`
	ContextTiming []string `json:"contextTiming"`
	ExposedFields exposed  `json:"exposedFields"`
}

// extensiveRequest is the body of /v2/calls/extensive; the decoder's case folding is harmless, since shape has checked names.
type extensiveRequest struct {
	Cursor          string      `json:"cursor,omitempty"`
	Filter          *callFilter `json:"filter"`
	ContentSelector selector    `json:"contentSelector"`
}

func extensiveShape() shape {
	filter := filterShape()
	filter["primaryUserIds"] = texts
	return shape{
		"cursor": text,
		"filter": filter,
		"contentSelector": shape{
			"context":       text,
			"contextTiming": texts,
			"exposedFields": shape{
				"parties": flag,
				"content": shape{
					"structure": flag, "topics": flag, "trackers": flag, "trackerOccurrences": flag, "pointsOfInterest": flag,
					"brief": flag, "outline": flag, "highlights": flag, "callOutcome": flag, "keyPoints": flag,
				},
				"interaction":   shape{"speakers": flag, "video": flag, "personInteractionStats": flag, "questions": flag},
				"collaboration": shape{"publicComments": flag},
				"media":         flag,
			},
		},
	}
}

// check refuses a selection that the page forbids.
func (c selector) check(in *input) *refusal {
	if !slices.Contains([]string{"", "None", "Basic", "Extended"}, c.Context) {
		return refuse(http.StatusBadRequest, "'contentSelector.context' must be None, Basic or Extended")
	}
	for _, t := range c.ContextTiming {
		if t != "Now" && t != "TimeOfCall" {
			return refuse(http.StatusBadRequest, "'contentSelector.contextTiming' must hold Now or TimeOfCall")
		}
	}
	if len(c.ContextTiming) > 0 && c.Context != "Extended" {
		return refuse(http.StatusBadRequest, "'contentSelector.contextTiming' can be provided only when context is Extended")
	}
	if c.ExposedFields.Content.TrackerOccurrences && !c.ExposedFields.Content.Trackers {
		return refuse(http.StatusBadRequest, "'trackerOccurrences' must be used in combination with 'trackers'")
	}
	if c.ExposedFields.Media && !in.grant.Has("api:calls:read:media-url") {
		return refuse(http.StatusForbidden, "The access token lacks the scope 'api:calls:read:media-url'")
	}
	return nil
}

func (s *Server) extensive(in *input) (map[string]any, *refusal) {
	var req extensiveRequest
	if no := read(in.body, extensiveShape(), &req); no != nil {
		return nil, no
	}
	if req.Filter == nil {
		return nil, refuse(http.StatusBadRequest, "'filter' is required")
	}
	if no := req.ContentSelector.check(in); no != nil {
		return nil, no
	}
	calls, no := s.filter(*req.Filter, started)
	if no != nil {
		return nil, no
	}
	cursor := req.Cursor
	req.Cursor = ""
	from, to, records, no := s.page(len(calls), cursor, req)
	if no != nil {
		return nil, no
	}
	out := []any{}
	for _, call := range calls[from:to] {
		out = append(out, s.detailed(call, req.ContentSelector))
	}
	return map[string]any{"records": records, "calls": out}, nil
}

// started is the time that the filters of POST requests apply to ("The date applies to call start time").
func started(call *data.Call) time.Time { return call.Started }

// listed is the time that GET /v2/calls applies its bounds to: "For web-conference calls recorded by Gong, the date denotes its
// scheduled time, otherwise, it denotes its actual start time".
func listed(call *data.Call) time.Time {
	if !call.Scheduled.IsZero() {
		return call.Scheduled
	}
	return call.Started
}

// filter returns the calls that a filter lets through; 404 when there are none.
func (s *Server) filter(f callFilter, at func(*data.Call) time.Time) ([]*data.Call, *refusal) {
	from, to, no := span(f.FromDateTime, f.ToDateTime)
	if no == nil {
		no = identifiers("callIds", f.CallIDs)
	}
	if no == nil {
		no = identifiers("primaryUserIds", f.PrimaryUserIDs)
	}
	if no == nil && f.WorkspaceID != "" {
		no = identifiers("workspaceId", []string{f.WorkspaceID})
	}
	if no != nil {
		return nil, no
	}
	allows := func(set map[string]bool, id string) bool { return len(set) == 0 || set[id] }
	ids, hosts := setOf(f.CallIDs), setOf(f.PrimaryUserIDs)
	var out []*data.Call
	for i := range s.config.Company.Calls {
		call := &s.config.Company.Calls[i]
		if within(at(call), from, to) && allows(ids, call.ID) && allows(hosts, call.HostID) &&
			(f.WorkspaceID == "" || f.WorkspaceID == call.WorkspaceID) {
			out = append(out, call)
		}
	}
	if len(out) == 0 {
		return nil, refuse(http.StatusNotFound, noCalls)
	}
	return out, nil
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

func (s *Server) listCalls(in *input) (map[string]any, *refusal) {
	f := callFilter{FromDateTime: in.query.Get("fromDateTime"), ToDateTime: in.query.Get("toDateTime"), WorkspaceID: in.query.Get("workspaceId")}
	calls, no := s.filter(f, listed)
	if no != nil {
		return nil, no
	}
	from, to, records, no := s.page(len(calls), in.query.Get("cursor"), f)
	if no != nil {
		return nil, no
	}
	out := []any{}
	for _, call := range calls[from:to] {
		out = append(out, s.metaData(call))
	}
	return map[string]any{"records": records, "calls": out}, nil
}

func (s *Server) transcript(in *input) (map[string]any, *refusal) {
	var req struct {
		Cursor string      `json:"cursor"`
		Filter *callFilter `json:"filter"`
	}
	if no := read(in.body, shape{"cursor": text, "filter": filterShape()}, &req); no != nil {
		return nil, no
	}
	if req.Filter == nil {
		return nil, refuse(http.StatusBadRequest, "'filter' is required")
	}
	calls, no := s.filter(*req.Filter, started)
	if no != nil {
		return nil, no
	}
	from, to, records, no := s.page(len(calls), req.Cursor, req.Filter)
	if no != nil {
		return nil, no
	}
	out := []any{}
	for _, call := range calls[from:to] {
		out = append(out, map[string]any{"callId": call.ID, "transcript": monologues(call)})
	}
	return map[string]any{"records": records, "callTranscripts": out}, nil
}

// monologues groups the sentences that one speaker says in a row.
func monologues(call *data.Call) []any {
	out := []any{}
	var current map[string]any
	for i, t := range call.Content.Sentences {
		if i == 0 || t.Speaker != call.Content.Sentences[i-1].Speaker {
			current = map[string]any{"speakerId": t.Speaker, "topic": t.Topic, "sentences": []any{}}
			out = append(out, current)
		}
		current["sentences"] = append(current["sentences"].([]any), map[string]any{"start": t.From, "end": t.To, "text": t.Text})
	}
	return out
}
