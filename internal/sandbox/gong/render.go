package gong

import (
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// The names and types below are those of the response on
// https://help.gong.io/apidocs/retrieve-detailed-call-data-by-various-filters-v2callsextensive-2; what Gong does not know is null.

// some returns a text, or null for "".
func some(v string) any {
	if v == "" {
		return nil
	}
	return v
}

// stamp writes a time in the company's zone, as Gong does.
func (s *Server) stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(s.zone).Format(time.RFC3339)
}

func (s *Server) metaData(call *data.Call) map[string]any {
	return map[string]any{
		"id": call.ID, "url": "https://app.gong.io/call?id=" + call.ID, "title": some(call.Title), "scheduled": s.stamp(call.Scheduled),
		"started": s.stamp(call.Started), "duration": call.Seconds, "primaryUserId": call.HostID, "direction": call.Direction,
		"system": call.System, "scope": call.Scope, "media": call.Media, "language": call.Language, "workspaceId": call.WorkspaceID,
		"sdrDisposition": some(call.Disposition), "clientUniqueId": some(call.ClientID), "customData": nil,
		"purpose": some(call.Purpose), "meetingUrl": some(call.MeetingURL), "isPrivate": call.Private,
		"calendarEventId": some(call.CalendarEventID),
	}
}

// detailed renders what was selected of a call; what was not asked for is absent.
func (s *Server) detailed(call *data.Call, sel selector) map[string]any {
	out := map[string]any{"metaData": s.metaData(call)}
	if sel.Context == "Basic" || sel.Context == "Extended" {
		out["context"] = s.context(call, sel)
	}
	if sel.ExposedFields.Parties {
		out["parties"] = parties(call, sel.Context)
	}
	if content := content(call, sel.ExposedFields); len(content) > 0 {
		out["content"] = content
	}
	if interaction := interaction(call, sel.ExposedFields); len(interaction) > 0 {
		out["interaction"] = interaction
	}
	if sel.ExposedFields.Collaboration.PublicComments {
		out["collaboration"] = map[string]any{"publicComments": s.comments(call)}
	}
	if sel.ExposedFields.Media {
		media := map[string]any{"audioUrl": "https://media.gong.example/" + call.ID + ".mp3"}
		if call.Media == "Video" {
			media["videoUrl"] = "https://media.gong.example/" + call.ID + ".mp4"
		}
		out["media"] = media
	}
	return out
}

// context links a call to the CRM's records; Extended adds fields, at the timings that were asked for.
func (s *Server) context(call *data.Call, sel selector) []any {
	timings := sel.ContextTiming
	if len(timings) == 0 {
		timings = []string{"Now"}
	}
	objects := []any{}
	add := func(kind, id, name string) {
		if id == "" {
			return
		}
		if sel.Context == "Basic" {
			objects = append(objects, map[string]any{"objectType": kind, "objectId": id, "fields": []any{}, "timing": "Now"})
			return
		}
		for _, timing := range timings {
			objects = append(objects, map[string]any{
				"objectType": kind, "objectId": id, "timing": timing, "fields": []any{map[string]any{"name": "Name", "value": name}},
			})
		}
	}
	if a := s.config.Company.Account(call.AccountID); a != nil {
		add("Account", a.ID, a.Name)
	}
	for _, o := range s.config.Company.Opportunities {
		if o.ID == call.OpportunityID {
			add("Opportunity", o.ID, o.Name)
		}
	}
	if len(objects) == 0 {
		return []any{}
	}
	return []any{map[string]any{"system": "Salesforce", "objects": objects}}
}

func parties(call *data.Call, context string) []any {
	out := []any{}
	for _, p := range call.Parties {
		party := map[string]any{
			"id": p.ID, "emailAddress": some(p.Email), "name": some(p.Name), "title": some(p.Title), "userId": some(p.UserID),
			"speakerId": some(p.SpeakerID), "affiliation": "External", "phoneNumber": some(p.Phone), "methods": p.Methods,
			"context": []any{},
		}
		if p.Internal {
			party["affiliation"] = "Internal"
		}
		if p.ContactID != "" && (context == "Basic" || context == "Extended") {
			party["context"] = []any{map[string]any{"system": "Salesforce", "objects": []any{
				map[string]any{"objectType": "Contact", "objectId": p.ContactID, "fields": []any{}, "timing": "Now"}}}}
		}
		out = append(out, party)
	}
	return out
}

func content(call *data.Call, fields exposed) map[string]any {
	k, want := call.Content, fields.Content
	out := map[string]any{}
	put := func(on bool, name string, v any) {
		if on {
			out[name] = v
		}
	}
	put(want.Structure, "structure", spans(k.Structure))
	put(want.Topics, "topics", spans(k.Topics))
	put(want.Trackers, "trackers", trackers(k.Trackers, want.TrackerOccurrences))
	put(want.Brief, "brief", some(k.Brief))
	put(want.KeyPoints, "keyPoints", points(k.Points))
	put(want.PointsOfInterest, "pointsOfInterest", map[string]any{"actionItems": actions(k.Actions)})
	put(want.Outline, "outline", outline(k))
	put(want.Highlights, "highlights", highlights(k.Highlights))
	if want.CallOutcome {
		out["callOutcome"] = nil
		if o := k.Outcome; o != nil {
			out["callOutcome"] = map[string]any{"id": o.ID, "category": o.Category, "name": o.Name}
		}
	}
	return out
}

func spans(list []data.Span) []any {
	out := []any{}
	for _, s := range list {
		out = append(out, map[string]any{"name": s.Name, "duration": s.Seconds})
	}
	return out
}

func trackers(list []data.Tracker, occurrences bool) []any {
	out := []any{}
	for _, t := range list {
		when := []any{}
		for _, at := range t.Times {
			when = append(when, map[string]any{"startTime": at, "speakerId": some(t.Speaker)})
		}
		if !occurrences {
			when = []any{}
		}
		phrases := []any{}
		if t.Kind == "KEYWORD" {
			phrases = append(phrases, map[string]any{"phrase": t.Phrase, "count": len(t.Times), "occurrences": when})
		}
		out = append(out, map[string]any{
			"id": t.ID, "name": t.Name, "count": len(t.Times), "type": t.Kind, "occurrences": when, "phrases": phrases,
		})
	}
	return out
}

func points(list []string) []any {
	out := []any{}
	for _, p := range list {
		out = append(out, map[string]any{"text": p})
	}
	return out
}

func actions(list []data.Action) []any {
	out := []any{}
	for _, a := range list {
		// speakerID is the vendor's spelling.
		out = append(out, map[string]any{"snippetStartTime": a.From, "snippetEndTime": a.To, "speakerID": a.Speaker, "snippet": a.Text})
	}
	return out
}

func outline(k data.Content) []any {
	out, at := []any{}, 0
	for i, s := range k.Structure {
		items := []any{}
		if i < len(k.Points) {
			items = append(items, map[string]any{"text": k.Points[i], "startTime": at})
		}
		out = append(out, map[string]any{"section": s.Name, "startTime": at, "duration": s.Seconds, "items": items})
		at += s.Seconds
	}
	return out
}

func highlights(list []string) []any {
	out := []any{}
	for _, h := range list {
		out = append(out, map[string]any{"title": "Next steps", "items": []any{map[string]any{"text": h, "startTimes": []any{0.5}}}})
	}
	return out
}

func interaction(call *data.Call, fields exposed) map[string]any {
	k, want := call.Content, fields.Interaction
	out := map[string]any{}
	if want.Speakers {
		speakers := []any{}
		for _, p := range call.Parties {
			if p.SpeakerID != "" {
				speakers = append(speakers, map[string]any{"id": p.SpeakerID, "userId": some(p.UserID), "talkTime": p.TalkSeconds})
			}
		}
		out["speakers"] = speakers
	}
	if want.PersonInteractionStats {
		stats := []any{}
		if k.TalkRatio > 0 {
			for _, m := range []struct {
				name  string
				value float64
			}{{"Talk Ratio", k.TalkRatio}, {"Longest Monologue", float64(k.Monologue)}, {"Interactivity", k.Interact}, {"Patience", k.Patience}} {
				stats = append(stats, map[string]any{"name": m.name, "value": m.value})
			}
		}
		out["interactionStats"] = stats
	}
	if want.Video {
		video := []any{}
		if k.Screen > 0 {
			video = append(video, map[string]any{"name": "Presentation", "duration": k.Screen})
		}
		out["video"] = video
	}
	if want.Questions {
		out["questions"] = map[string]any{"companyCount": k.Questions[0], "nonCompanyCount": k.Questions[1]}
	}
	return out
}

func (s *Server) comments(call *data.Call) []any {
	out := []any{}
	for _, m := range call.Comments {
		out = append(out, map[string]any{
			"id": m.ID, "audioStartTime": m.At, "audioEndTime": m.At, "commenterUserId": m.UserID, "comment": m.Text,
			"posted": s.stamp(m.Posted), "inReplyTo": some(m.ReplyTo), "duringCall": false,
		})
	}
	return out
}
