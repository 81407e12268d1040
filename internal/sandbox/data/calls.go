package data

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Call is one of Gong's calls. Empty texts and zero times are values that Gong does not have.
type Call struct {
	ID, Title, HostID, Direction, System, Scope, Media, Language string
	WorkspaceID, Disposition, ClientID, Purpose, MeetingURL      string
	CalendarEventID                                              string
	Scheduled, Started                                           time.Time
	Seconds                                                      int
	Private                                                      bool
	AccountID, OpportunityID                                     string
	Parties                                                      []Party
	Content                                                      Content
	Comments                                                     []Comment
}

// Party is a participant.
type Party struct {
	ID, Email, Name, Title, UserID, SpeakerID, Phone string
	Internal                                         bool
	ContactID                                        string
	TalkSeconds                                      float64
	Methods                                          []string
}

// Content is what Gong's analysis found in a call.
type Content struct {
	Brief      string
	Topics     []Span
	Structure  []Span
	Trackers   []Tracker
	Outcome    *Outcome
	Points     []string
	Actions    []Action
	Sentences  []Sentence
	Questions  [2]int // asked by the company, by others
	Screen     int    // seconds of shared screen
	Interact   float64
	Patience   float64
	Monologue  int // seconds
	TalkRatio  float64
	Highlights []string
}

// Span is a named part of a call, in seconds.
type Span struct {
	Name    string
	Seconds int
}

// Tracker is a set of phrases that Gong listens for; Times are seconds from the start.
type Tracker struct {
	ID, Name, Kind string
	Phrase         string
	Times          []float64
	Speaker        string
}

// Outcome is the call's outcome as its host marked it.
type Outcome struct{ ID, Category, Name string }

// Action is something that somebody promised.
type Action struct {
	Text, Speaker string
	From, To      int
}

// Sentence is one of the transcript's, in milliseconds from the start.
type Sentence struct {
	Speaker, Topic, Text string
	From, To             int
}

// Comment is public below a call.
type Comment struct {
	ID, UserID, Text string
	At               int // seconds from the start
	Posted           time.Time
	ReplyTo          string
}

func (c *Company) makeCalls(d *draw, n int) {
	for range n {
		c.Calls = append(c.Calls, c.makeCall(d))
	}
	slices.SortFunc(c.Calls, func(a, b Call) int { return strings.Compare(a.ID, b.ID) })
}

func (c *Company) makeCall(d *draw) Call {
	call := Call{ID: d.digits(19), WorkspaceID: c.Workspaces[0].ID, Private: d.chance(0.03)}
	region := []string{"NA", "EMEA", "APAC"}[d.weighted(0.56, 0.33, 0.11)]
	host := c.host(d, region)
	call.HostID = host.ID
	call.Started = c.moment(d, host.zone())
	var account *Account
	if d.chance(0.92) {
		account, call.OpportunityID = c.subject(d, region, call.Started)
		call.AccountID = account.ID
	}
	call.Seconds = min(7200, max(25, int(1500*d.ExpFloat64())))
	call.Language = map[string]string{"fr": "fre", "de": "ger", "es": "spa", "ja": "jpn"}[host.Language[:2]]
	if call.Language == "" || d.chance(0.4) {
		call.Language = "eng"
	}
	c.carry(d, &call, host, account)
	c.invite(d, &call, host, account)
	c.analyse(d, &call, account)
	return call
}

// subject is what a call on a day is about: often a deal that closes soon, else any account and perhaps one of its deals.
func (c *Company) subject(d *draw, region string, at time.Time) (account *Account, deal string) {
	if d.chance(0.55) {
		var near []Opportunity
		for _, o := range c.Opportunities {
			if left := o.Close.Sub(at); left > 0 && left < 75*24*time.Hour && o.region == region {
				near = append(near, o)
			}
		}
		if len(near) > 0 {
			o := pick(d, near)
			return c.Account(o.AccountID), o.ID
		}
	}
	account = c.accountIn(d, region)
	return account, c.dealOf(d, account.ID)
}

func (c *Company) accountIn(d *draw, region string) *Account {
	for {
		// Some accounts are called far more often than others.
		if a := &c.Accounts[int(d.Float64()*d.Float64()*float64(len(c.Accounts)))]; a.Region == region {
			return a
		}
	}
}

func (c *Company) dealOf(d *draw, account string) string {
	var deals []string
	for _, o := range c.Opportunities {
		if o.AccountID == account {
			deals = append(deals, o.ID)
		}
	}
	if len(deals) == 0 || d.chance(0.12) {
		return ""
	}
	return pick(d, deals)
}

// moment returns a time in the last twelve months: on working days and in working hours, more often towards the end of a
// quarter, seldom in August and at the end of the year.
func (c *Company) moment(d *draw, zone *time.Location) time.Time {
	for {
		day := c.Today.AddDate(0, 0, -d.between(1, 365))
		weight := map[time.Month]float64{time.March: 1, time.June: 1, time.September: 0.95, time.December: 0.8, time.August: 0.35}[day.Month()]
		if weight == 0 {
			weight = 0.7
		}
		if day.Month() == time.December && day.Day() > 22 {
			weight = 0.1
		}
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday || !d.chance(weight) {
			continue
		}
		return time.Date(day.Year(), day.Month(), day.Day(), d.between(8, 17), d.IntN(4)*15, d.IntN(60), 0, zone).Add(
			time.Duration(d.IntN(420)) * time.Second).UTC()
	}
}

// carry chooses the system and what follows from it.
func (c *Company) carry(d *draw, call *Call, host *User, account *Account) {
	name := "Internal"
	if account != nil {
		name = account.Name
	}
	kinds := []string{"Discovery", "Demo", "Pricing review", "Security review", "Negotiation", "Quarterly business review", "Check-in", "Renewal"}
	call.Title = fmt.Sprintf("%s: %s", name, pick(d, kinds))
	if i := d.weighted(0.45, 0.2, 0.2, 0.15); i < 3 {
		call.System = []string{"Zoom", "Google Meet", "Microsoft Teams"}[i]
		call.Direction, call.Media = "Conference", "Video"
		call.Scheduled = call.Started.Truncate(15 * time.Minute)
		call.MeetingURL = []string{"https://zoom.example/j/", "https://meet.example/", "https://teams.example/l/"}[i] + d.digits(11)
		call.CalendarEventID = strings.ToLower(d.record("evt")) + "@google.com"
		return
	}
	call.System, call.Media = "Outreach", "Audio"
	call.Direction = []string{"Outbound", "Inbound"}[d.weighted(0.8, 0.2)]
	call.ClientID = strings.ToUpper(d.record("dlr"))
	call.Seconds = min(call.Seconds, 900)
	if d.chance(0.3) {
		call.Title = "" // nobody names a cold call
	}
	call.Disposition = pick(d, []string{"Got the gatekeeper", "Connected", "Left voicemail", "", "Wrong number"})
	call.Purpose = pick(d, []string{"", "", "Cold Call", "Follow Up"})
}

// invite fills the list of participants.
func (c *Company) invite(d *draw, call *Call, host *User, account *Account) {
	how := []string{"Attendee"}
	if !call.Scheduled.IsZero() {
		how = []string{"Invitee", "Attendee"}
	}
	user := func(u *User) Party {
		return Party{ID: d.digits(18), Email: u.Email, Name: u.First + " " + u.Last, Title: u.Title, UserID: u.ID, SpeakerID: d.digits(19),
			Phone: u.Phone, Internal: true, Methods: how}
	}
	call.Parties = []Party{user(host)}
	if boss := c.User(host.ManagerID); boss != nil && d.chance(0.15) {
		call.Parties = append(call.Parties, user(boss))
	}
	call.Scope = "Internal"
	if account != nil {
		call.Scope = "External"
		for _, k := range account.Contacts[:d.between(1, len(account.Contacts))] {
			p := Party{ID: d.digits(18), Email: k.Email, Name: k.Name, Title: k.Title, Phone: k.Phone, ContactID: k.ID, SpeakerID: d.digits(19), Methods: how}
			if d.chance(0.1) {
				p.SpeakerID, p.Methods = "", []string{"Invitee"} // invited, did not come
			}
			if d.chance(0.07) {
				p.Email, p.ContactID = "", "" // dialled in
			}
			call.Parties = append(call.Parties, p)
		}
	} else if d.chance(0.4) {
		call.Scope = "Unknown"
	}
	left := float64(call.Seconds)
	for i := range call.Parties {
		if p := &call.Parties[i]; p.SpeakerID != "" {
			p.TalkSeconds = float64(int(left*(0.3+0.4*d.Float64())*100)) / 100
			left -= p.TalkSeconds
		}
	}
}
