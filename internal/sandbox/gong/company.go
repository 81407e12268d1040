package gong

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

func (s *Server) user(u *data.User) map[string]any {
	return map[string]any{
		"id": u.ID, "emailAddress": u.Email, "created": s.stamp(u.Created), "active": u.Active, "emailAliases": []any{},
		"trustedEmailAddress": nil, "firstName": u.First, "lastName": u.Last, "title": some(u.Title), "phoneNumber": some(u.Phone),
		"extension": nil, "personalMeetingUrls": []any{}, "managerId": some(u.ManagerID), "meetingConsentPageUrl": nil,
		"settings": map[string]any{
			"webConferencesRecorded": true, "preventWebConferenceRecording": false, "telephonyCallsImported": true,
			"emailsImported": true, "preventEmailImport": false, "nonRecordedMeetingsImported": true, "gongConnectEnabled": false,
		},
		"spokenLanguages": []any{map[string]any{"language": u.Language, "primary": true}},
	}
}

func (s *Server) listUsers(in *input) (map[string]any, *refusal) {
	if v := in.query.Get("includeAvatars"); v != "" && v != "true" && v != "false" {
		return nil, refuse(http.StatusBadRequest, "'includeAvatars' must be true or false")
	}
	users := s.config.Company.Users
	from, to, records, no := s.page(len(users), in.query.Get("cursor"), in.query.Get("includeAvatars"))
	if no != nil {
		return nil, no
	}
	out := []any{}
	for i := range users[from:to] {
		out = append(out, s.user(&users[from+i]))
	}
	return map[string]any{"records": records, "users": out}, nil
}

func (s *Server) getUser(in *input) (map[string]any, *refusal) {
	if no := identifiers("id", []string{in.id}); no != nil {
		return nil, no
	}
	u := s.config.Company.User(in.id)
	if u == nil {
		return nil, refuse(http.StatusNotFound, "User not found")
	}
	return map[string]any{"user": s.user(u)}, nil
}

func (s *Server) workspaces(*input) (map[string]any, *refusal) {
	out := []any{}
	for _, w := range s.config.Company.Workspaces {
		out = append(out, map[string]any{"id": w.ID, "name": w.Name, "description": some(w.Description)})
	}
	return map[string]any{"workspaces": out}, nil
}

func (s *Server) scorecards(*input) (map[string]any, *refusal) {
	out := []any{}
	for _, c := range s.config.Company.Scorecards {
		questions := []any{}
		for _, q := range c.Questions {
			questions = append(questions, map[string]any{
				"questionId": number(q.ID), "questionRevisionId": number(q.RevisionID), "questionText": q.Text, "isOverall": q.Overall,
				"updaterUserId": number(c.Updater), "created": s.stamp(c.Created), "updated": s.stamp(c.Updated),
			})
		}
		out = append(out, map[string]any{
			"scorecardId": number(c.ID), "scorecardName": c.Name, "workspaceId": number(c.WorkspaceID), "enabled": c.Enabled,
			"updaterUserId": number(c.Updater), "created": s.stamp(c.Created), "updated": s.stamp(c.Updated), "questions": questions,
		})
	}
	return map[string]any{"scorecards": out}, nil
}

// number writes an id as an integer: the scorecards' pages say integer (int64) where all others say string. Ids have 19 digits,
// more than a float64 holds.
func number(id string) json.Number { return json.Number(id) }

// answeredRequest is the body of /v2/stats/activity/scorecards; dates are days of the company's zone, from included, to excluded.
type answeredRequest struct {
	Cursor string `json:"cursor,omitempty"`
	Filter *struct {
		CallFromDate    string   `json:"callFromDate"`
		CallToDate      string   `json:"callToDate"`
		ReviewFromDate  string   `json:"reviewFromDate"`
		ReviewToDate    string   `json:"reviewToDate"`
		ReviewedUserIDs []string `json:"reviewedUserIds"`
		ScorecardIDs    []string `json:"scorecardIds"`
	} `json:"filter"`
}

func (s *Server) answered(in *input) (map[string]any, *refusal) {
	var req answeredRequest
	allowed := shape{"cursor": text, "filter": shape{
		"callFromDate": text, "callToDate": text, "reviewFromDate": text, "reviewToDate": text, "reviewedUserIds": texts, "scorecardIds": texts}}
	if no := read(in.body, allowed, &req); no != nil {
		return nil, no
	}
	if req.Filter == nil {
		return nil, refuse(http.StatusBadRequest, "'filter' is required")
	}
	found, no := s.answeredBy(req)
	if no != nil {
		return nil, no
	}
	cursor := req.Cursor
	req.Cursor = ""
	from, to, records, no := s.page(len(found), cursor, req)
	if no != nil {
		return nil, no
	}
	out := []any{}
	for _, a := range found[from:to] {
		out = append(out, s.answeredCard(a))
	}
	return map[string]any{"records": records, "answeredScorecards": out}, nil
}

func (s *Server) answeredBy(req answeredRequest) ([]data.Answered, *refusal) {
	f := req.Filter
	var bounds [4]time.Time
	for i, v := range []string{f.CallFromDate, f.CallToDate, f.ReviewFromDate, f.ReviewToDate} {
		if v == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, v, s.zone)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "Dates must have the format YYYY-MM-DD")
		}
		bounds[i] = t
	}
	if no := identifiers("reviewedUserIds", f.ReviewedUserIDs); no != nil {
		return nil, no
	}
	if no := identifiers("scorecardIds", f.ScorecardIDs); no != nil {
		return nil, no
	}
	var found []data.Answered
	for _, a := range s.config.Company.Answered {
		if within(a.CallStarted, bounds[0], bounds[1]) && within(a.Time, bounds[2], bounds[3]) &&
			(len(f.ReviewedUserIDs) == 0 || slices.Contains(f.ReviewedUserIDs, a.Reviewed)) &&
			(len(f.ScorecardIDs) == 0 || slices.Contains(f.ScorecardIDs, a.ScorecardID)) {
			found = append(found, a)
		}
	}
	return found, nil
}

func (s *Server) answeredCard(a data.Answered) map[string]any {
	name := ""
	for _, c := range s.config.Company.Scorecards {
		if c.ID == a.ScorecardID {
			name = c.Name
		}
	}
	answers := []any{}
	for _, x := range a.Answers {
		answer := map[string]any{
			"questionId": number(x.QuestionID), "questionRevisionId": number(x.RevisionID), "isOverall": x.Overall, "score": nil,
			"answerText": some(x.Text), "notApplicable": x.Score == 0,
		}
		if x.Score > 0 {
			answer["score"] = x.Score
		}
		answers = append(answers, answer)
	}
	return map[string]any{
		"answeredScorecardId": number(a.ID), "scorecardId": number(a.ScorecardID), "scorecardName": name, "callId": number(a.CallID),
		"callStartTime": s.stamp(a.CallStarted), "reviewedUserId": number(a.Reviewed), "reviewerUserId": number(a.Reviewer),
		"reviewTime": s.stamp(a.Time), "visibilityType": "PUBLIC", "answers": answers,
	}
}

func permissions(p data.Profile) map[string]any {
	leads := p.TeamLeadIDs
	if leads == nil {
		leads = []string{}
	}
	access := map[string]any{"permissionLevel": p.CallsAccess, "teamLeadIds": leads}
	return map[string]any{
		"id": p.ID, "name": p.Name, "description": some(p.Description), "callsAccess": access, "coachingAccess": access,
		"dealsAccess": access, "insightsAccess": access, "emailsAccess": access, "callsAndSearch": true, "downloadCallMedia": false,
		"privateCalls": true, "deleteCalls": false, "scoreCalls": p.CallsAccess != "own",
	}
}

func (s *Server) profiles(in *input) (map[string]any, *refusal) {
	var found []data.Profile
	for _, p := range s.config.Company.Profiles {
		if p.WorkspaceID == in.query.Get("workspaceId") {
			found = append(found, p)
		}
	}
	if found == nil {
		return nil, refuse(http.StatusNotFound, "Workspace not found")
	}
	slices.SortFunc(found, func(a, b data.Profile) int { return strings.Compare(a.Name, b.Name) })
	out := []any{}
	for _, p := range found {
		out = append(out, permissions(p))
	}
	return map[string]any{"profiles": out}, nil
}

func (s *Server) findProfile(in *input) (data.Profile, *refusal) {
	for _, p := range s.config.Company.Profiles {
		if p.ID == in.query.Get("profileId") {
			return p, nil
		}
	}
	return data.Profile{}, refuse(http.StatusNotFound, "Permission profile not found")
}

func (s *Server) profile(in *input) (map[string]any, *refusal) {
	p, no := s.findProfile(in)
	if no != nil {
		return nil, no
	}
	return map[string]any{"profile": permissions(p)}, nil
}

func (s *Server) profileUsers(in *input) (map[string]any, *refusal) {
	p, no := s.findProfile(in)
	if no != nil {
		return nil, no
	}
	out := []any{}
	for _, id := range p.UserIDs {
		if u := s.config.Company.User(id); u != nil {
			out = append(out, map[string]any{"id": u.ID, "fullName": u.First + " " + u.Last, "emailAddress": u.Email})
		}
	}
	return map[string]any{"users": out}, nil
}
