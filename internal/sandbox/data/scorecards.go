package data

import "time"

// Scorecard is a form by which calls are reviewed.
type Scorecard struct {
	ID, Name, WorkspaceID string
	Enabled               bool
	Updater               string
	Created, Updated      time.Time
	Questions             []Question
}

// Question is one of a scorecard's.
type Question struct {
	ID, RevisionID, Text string
	Overall              bool
}

// Answered is a scorecard that a reviewer has filled in for a call.
type Answered struct {
	ID, ScorecardID, CallID, Reviewed, Reviewer string
	CallStarted, Time                           time.Time
	Answers                                     []Answer
}

// Answer is one question's; Score is 0 where the question does not apply.
type Answer struct {
	QuestionID, RevisionID string
	Overall                bool
	Score                  int
	Text                   string
}

func (c *Company) makeScorecards(d *draw) {
	add := func(name string, enabled bool, texts ...string) {
		s := Scorecard{
			ID: d.digits(19), Name: name, WorkspaceID: c.Workspaces[0].ID, Enabled: enabled, Updater: c.Users[director].ID,
			Created: c.Today.AddDate(-2, 0, 0), Updated: c.Today.AddDate(0, -d.between(2, 11), 0),
		}
		for i, text := range texts {
			s.Questions = append(s.Questions, Question{ID: d.digits(19), RevisionID: d.digits(19), Text: text, Overall: i == 0})
		}
		c.Scorecards = append(c.Scorecards, s)
	}
	add("Discovery call", true, "How was the call overall?", "Did we find the business problem?", "Is there a next step?")
	add("Demo", true, "How was the demo overall?", "Was the demo tied to the customer's problem?")
	add("Cold call 2024", false, "How was the call overall?")
	for _, call := range c.Calls {
		reviewer := c.User(call.HostID)
		if reviewer = c.User(reviewer.ManagerID); reviewer == nil || call.Seconds < 300 || !d.chance(0.3) {
			continue
		}
		c.Answered = append(c.Answered, c.review(d, call, reviewer))
	}
}

// review fills in a scorecard; the score follows what was heard in the call.
func (c *Company) review(d *draw, call Call, reviewer *User) Answered {
	card := c.Scorecards[d.IntN(2)]
	a := Answered{
		ID: d.digits(19), ScorecardID: card.ID, CallID: call.ID, Reviewed: call.HostID, Reviewer: reviewer.ID, CallStarted: call.Started,
		Time: call.Started.Add(time.Duration(d.between(3, 240)) * time.Hour),
	}
	base := 3.7
	for _, t := range call.Content.Trackers {
		if t.Name == "Cancel" || t.Name == "Pricing objection" {
			base -= 0.8
		}
	}
	for _, q := range card.Questions {
		answer := Answer{QuestionID: q.ID, RevisionID: q.RevisionID, Overall: q.Overall}
		if q.Overall || !d.chance(0.1) {
			answer.Score = min(5, max(1, int(base+d.NormFloat64()+0.5)))
			if d.chance(0.3) {
				answer.Text = "See the comment below the call."
			}
		}
		a.Answers = append(a.Answers, answer)
	}
	return a
}
