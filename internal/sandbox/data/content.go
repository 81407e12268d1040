package data

import (
	"sort"
	"time"
)

// trackerKind is a tracker as the company has defined it; negative ones are heard at unhappy accounts.
type trackerKind struct {
	id, name, kind string
	phrases        []string
	negative       bool
}

func trackerKinds() []trackerKind {
	return []trackerKind{
		{"5682545255455601", "Competitor", "KEYWORD", []string{"Globex", "Initech", "Umbrella"}, true},
		{"5682545255455602", "Pricing objection", "SMART", []string{"too expensive", "over budget", "cheaper"}, true},
		{"5682545255455603", "Cancel", "KEYWORD", []string{"cancel", "churn", "end the contract"}, true},
		{"5682545255455604", "Next steps", "SMART", []string{"next step", "follow up", "schedule"}, false},
		{"5682545255455605", "Value realized", "SMART", []string{"saved us", "works great", "return on investment"}, false},
		{"5682545255455606", "Security", "KEYWORD", []string{"SOC 2", "GDPR", "data residency"}, false},
	}
}

// analyse makes up what Gong's analysis found; short calls have nothing, and some have not been analysed.
func (c *Company) analyse(d *draw, call *Call, account *Account) {
	mood := 0.0
	if account != nil {
		mood = account.mood
	}
	if call.Direction != "Conference" || d.chance(0.6) {
		call.Content.Outcome = outcome(d, call, mood)
	}
	if call.Seconds < 60 || d.chance(0.03) {
		return
	}
	k := &call.Content
	k.Trackers = trackers(d, call, mood)
	k.Topics = spans(d, call.Seconds, []string{"Pricing", "Product demo", "Onboarding", "Security", "Small talk", "Next steps", "Objections", "Roadmap"})
	k.Structure = spans(d, call.Seconds, []string{"Meeting Setup", "Intro", "Agenda", "Discussion", "Wrap-up"})
	k.Questions = [2]int{d.between(0, 18), d.between(0, 14)}
	k.TalkRatio = hundredths(0.35 + 0.4*d.Float64())
	k.Interact, k.Patience = hundredths(10*d.Float64()), hundredths(0.2+2*d.Float64())
	k.Monologue = min(call.Seconds, d.between(15, 240))
	if call.Media == "Video" && d.chance(0.6) {
		k.Screen = call.Seconds * d.between(5, 60) / 100
	}
	speaker := call.Parties[0].SpeakerID
	if d.chance(0.7) {
		k.Brief = brief(account, mood)
		k.Points = []string{"The customer described how the line runs today.", "Both sides agreed on what to check next."}
		k.Highlights = []string{"A follow-up is planned."}
	}
	if at := d.IntN(call.Seconds); d.chance(0.5) {
		k.Actions = []Action{{Text: "I'll send you the proposal by the end of the week.", Speaker: speaker, From: at, To: min(call.Seconds, at+6)}}
	}
	k.Sentences = transcript(d, call, mood)
	c.comment(d, call)
}

func hundredths(v float64) float64 { return float64(int(v*100)) / 100 }

func brief(account *Account, mood float64) string {
	name := "The team"
	if account != nil {
		name = account.Name
	}
	switch {
	case mood < -0.2:
		return name + " raised doubts about price and asked how to leave the contract."
	case mood < 0.3:
		return name + " asked for a comparison and a second session with their engineers."
	}
	return name + " reported good results and wants to extend to a second site."
}

func trackers(d *draw, call *Call, mood float64) []Tracker {
	var out []Tracker
	for _, kind := range trackerKinds() {
		p := 0.35 + 0.3*mood
		if kind.negative {
			p = 0.25 - 0.3*mood
		}
		if kind.name == "Cancel" {
			p = 0.08 - 0.25*mood
		}
		if !d.chance(p) {
			continue
		}
		t := Tracker{ID: kind.id, Name: kind.name, Kind: kind.kind, Phrase: pick(d, kind.phrases), Speaker: call.Parties[len(call.Parties)-1].SpeakerID}
		for range 1 + int(d.ExpFloat64()*2) {
			t.Times = append(t.Times, hundredths(d.Float64()*float64(call.Seconds)))
		}
		sort.Float64s(t.Times)
		out = append(out, t)
	}
	return out
}

func spans(d *draw, seconds int, names []string) []Span {
	var out []Span
	for _, name := range names {
		if d.chance(0.4) {
			out = append(out, Span{name, d.between(5, max(5, seconds/4))})
		}
	}
	return out
}

func outcome(d *draw, call *Call, mood float64) *Outcome {
	all := []Outcome{
		{"MEETING_BOOKED", "Answered", "Meeting booked"}, {"CALL_BACK", "Answered", "Call back requested"},
		{"NOT_INTERESTED", "Answered", "Not interested"}, {"NO_ANSWER", "Not answered", "No answer"}, {"VOICEMAIL", "Not answered", "Left voicemail"},
	}
	weights := []float64{0.3 + 0.25*mood, 0.2, 0.2 - 0.18*mood, 0.15, 0.15}
	if call.Direction == "Conference" {
		weights[3], weights[4] = 0, 0
	}
	o := all[d.weighted(weights...)]
	return &o
}

func transcript(d *draw, call *Call, mood float64) []Sentence {
	lines := []string{"Thanks for joining today.", "How is the pilot going on your side?", "Let me share my screen for a moment.",
		"Can you walk us through the pricing?", "We should check that with our security team.", "Let's plan the next step."}
	lines = append(lines, map[bool]string{true: "Honestly, we are thinking about cancelling.", false: "It has saved us a lot of time already."}[mood < -0.2])
	at := 1200
	var out []Sentence
	for _, text := range lines {
		p := pick(d, call.Parties)
		if p.SpeakerID == "" || at+3000 > call.Seconds*1000 {
			continue
		}
		out = append(out, Sentence{Speaker: p.SpeakerID, Topic: "Discussion", Text: text, From: at, To: at + 2600})
		at += d.between(3000, 20000)
	}
	return out
}

func (c *Company) comment(d *draw, call *Call) {
	boss := c.User(call.HostID)
	if boss = c.User(boss.ManagerID); boss == nil || !d.chance(0.08) {
		return
	}
	call.Comments = []Comment{{
		ID: d.digits(19), UserID: boss.ID, Text: pick(d, []string{"Well handled.", "Ask for the decision maker earlier.", "Nice close."}),
		At: d.IntN(call.Seconds), Posted: call.Started.Add(time.Duration(d.between(2, 70)) * time.Hour),
	}}
}
