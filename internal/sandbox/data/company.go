// Package data makes the sample company that the emulators serve: a software vendor with a sales force in three regions, its
// customers, their calls in Gong and its people's calendars. Equal options make an equal company, byte for byte.
package data

import (
	"math/rand/v2"
	"strings"
	"time"
	_ "time/tzdata" // the calendars' zones, whatever the machine has

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// Options decide what is made.
type Options struct {
	Seed  uint64    // 0 is 1
	Scale int       // multiplies the accounts and calls; 0 is 1, which is some 400 calls
	Today time.Time // the day before which everything has happened; zero is 2026-11-20
}

// defaultToday is the day that the sample company takes for today.
var defaultToday = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// Company is everything that the emulators know. It is not changed after it is made, but may be put together by hand in a test.
type Company struct {
	Name, Domain  string
	Today         time.Time
	People        []Person
	Workspaces    []Workspace
	Users         []User
	Profiles      []Profile
	Accounts      []Account
	Opportunities []Opportunity
	Calls         []Call // by id, which is not the order of time
	Scorecards    []Scorecard
	Answered      []Answered
	Calendars     []Calendar
	seed          uint64
}

// Person is somebody who signs in at the sandbox.
type Person struct {
	Login, Name    string
	Subject        string
	EmailVerified  bool
	TechnicalAdmin bool
	UserID         string // in Gong
}

// Workspace is one of Gong's workspaces.
type Workspace struct{ ID, Name, Description string }

// User is one of Gong's users.
type User struct {
	ID, Email, First, Last, Title string
	Phone                         string // may be empty
	ManagerID                     string // empty at the top
	Region                        string // NA, EMEA or APAC
	Zone                          string // the time zone in which the user works
	Language                      string // BCP 47
	Active                        bool
	Created                       time.Time
	RecordID                      string // in the CRM
	carries                       bool   // hosts calls with customers
}

// Profile is one of Gong's permission profiles: what its users may see.
type Profile struct {
	ID, Name, Description, WorkspaceID string
	// CallsAccess is all, managers-team, report-to-them, own or none; TeamLeadIDs completes managers-team.
	CallsAccess string
	TeamLeadIDs []string
	UserIDs     []string
}

// Account is a customer or prospect, with the id that the CRM gives it, and the number by which other systems know it.
type Account struct {
	ID, Number, Name, Domain, Region, Segment, Industry string
	Contacts                                            []Contact
	Created                                             time.Time
	Contract                                            Contract
	// mood is what the account thinks of us, from -1 to 1; calls and outcomes follow it.
	mood float64
}

// Contact is somebody at an account.
type Contact struct{ ID, Name, Email, Title, Phone string }

// Opportunity is a deal, with the id that the CRM gives it.
type Opportunity struct {
	ID, Name, AccountID, OwnerID, Stage string
	Amount                              int64 // whole dollars; 0 when nobody has entered it
	Close                               time.Time
	region                              string
}

// New makes the company of some options.
func New(o Options) *Company {
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Scale <= 0 {
		o.Scale = 1
	}
	if o.Today.IsZero() {
		o.Today = defaultToday
	}
	c := &Company{Name: "Acme Robotics", Domain: "acme.example", Today: o.Today.UTC().Truncate(24 * time.Hour), seed: o.Seed}
	c.makeUsers(c.part(1))
	c.makeProfiles()
	c.makeAccounts(c.part(2), 300*o.Scale)
	c.makeOpportunities(c.part(3))
	c.makeCalls(c.part(4), 400*o.Scale)
	c.makeScorecards(c.part(5))
	c.makeCalendars(c.part(6))
	c.makeContracts(c.part(partContracts))
	return c
}

// User returns a Gong user by id, or nil.
func (c *Company) User(id string) *User {
	for i := range c.Users {
		if c.Users[i].ID == id {
			return &c.Users[i]
		}
	}
	return nil
}

// Account returns an account by id, or nil.
func (c *Company) Account(id string) *Account {
	for i := range c.Accounts {
		if c.Accounts[i].ID == id {
			return &c.Accounts[i]
		}
	}
	return nil
}

// draw is a source of chance.
type draw struct{ *rand.Rand }

// chance is true with a probability.
func (d *draw) chance(p float64) bool { return d.Float64() < p }

// between returns a number from a to b, both included.
func (d *draw) between(a, b int) int { return a + d.IntN(b-a+1) }

// pick returns one of several.
func pick[T any](d *draw, from []T) T { return from[d.IntN(len(from))] }

// weighted returns an index, each with the probability of its weight.
func (d *draw) weighted(weights ...float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := d.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// digits returns a number of n digits that starts with neither 0 nor 9, so that 19 of them fit an int64, as text.
func (d *draw) digits(n int) string {
	var b strings.Builder
	b.WriteByte(byte('1' + d.IntN(8)))
	for b.Len() < n {
		b.WriteByte(byte('0' + d.IntN(10)))
	}
	return b.String()
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// record returns an 18-character id of a CRM's record with a three-character prefix.
func (d *draw) record(prefix string) string {
	id := []byte(prefix + "Qy0000")
	for len(id) < 15 {
		id = append(id, alphanumeric[d.IntN(len(alphanumeric))])
	}
	return sobject.Checked(string(id))
}
