package data

import (
	"fmt"
	"strings"
	"time"
)

// Calendar is one of Google Calendar's.
type Calendar struct {
	ID, Summary, Description, Zone string
	Owner                          string            // a login; empty for a calendar of the whole company
	Roles                          map[string]string // login → owner, writer or reader
	Events                         []Event
}

// Event is one of a calendar's. An all-day event has midnights of the calendar's zone as Start and End.
type Event struct {
	ID, UID, Summary, Description, Location, Status, Type string
	Created, Updated, Start, End                          time.Time
	AllDay                                                bool
	Zone                                                  string
	Weeks                                                 int // of a weekly series: how many times; else 0
	Organizer, OrganizerName                              string
	Attendees                                             []Attendee
	Transparent, Private                                  bool
}

// Attendee is somebody invited.
type Attendee struct {
	Email, Name, Response string
	Optional              bool
}

func (c *Company) makeCalendars(d *draw) {
	for _, p := range c.People {
		c.Calendars = append(c.Calendars, c.personal(d, p))
	}
	admin, analyst, emea := c.People[0].Login, c.People[1].Login, c.People[2].Login
	c.Calendars = append(c.Calendars,
		c.shared(d, "c_sales9f2d41@group.calendar.google.com", "Sales team", "America/New_York", admin,
			map[string]string{admin: "owner", analyst: "reader", emea: "reader"}),
		c.shared(d, "c_emeafc77a0@group.calendar.google.com", "EMEA forecast", "Europe/Paris", emea,
			map[string]string{emea: "owner", admin: "reader"}),
		c.holidays(d, map[string]string{admin: "reader", analyst: "reader", emea: "reader"}))
}

func (c *Company) event(d *draw, summary string, start time.Time, length time.Duration) Event {
	id := strings.ToLower(d.record("evt")) + strings.ToLower(d.record("xyz"))
	return Event{
		ID: id, UID: id + "@google.com", Summary: summary, Status: "confirmed", Type: "default", Zone: start.Location().String(),
		Start: start, End: start.Add(length), Created: start.AddDate(0, 0, -d.between(3, 40)).UTC(), Updated: start.AddDate(0, 0, -d.between(0, 3)).UTC(),
	}
}

// personal makes somebody's own calendar: meetings with customers and colleagues, a weekly series, focus time, days off.
func (c *Company) personal(d *draw, p Person) Calendar {
	u := c.User(p.UserID)
	cal := Calendar{ID: p.Login, Summary: p.Login, Zone: u.Zone, Owner: p.Login, Roles: map[string]string{p.Login: "owner"}}
	zone := u.zone()
	busy := map[string]int{"admin": 70, "analyst": 45, "emea": 140}[strings.Split(p.Login, "@")[0]]
	for range busy {
		cal.Events = append(cal.Events, c.meeting(d, p, u, zone))
	}
	monday := c.Today.AddDate(0, 0, -84-int(c.Today.Weekday())+1)
	weekly := c.event(d, fmt.Sprintf("1:1 %s / %s", u.First, c.User(u.ManagerID).First), at(monday, 10, 30, zone), 30*time.Minute)
	weekly.Weeks, weekly.Organizer, weekly.OrganizerName = 20, p.Login, p.Name
	boss := c.User(u.ManagerID)
	weekly.Attendees = []Attendee{{p.Login, p.Name, "accepted", false}, {boss.Email, boss.First + " " + boss.Last, "accepted", false}}
	away := c.allDay(d, "Out of office", c.Today.AddDate(0, 0, d.between(-70, 40)), d.between(1, 5), zone)
	away.Organizer, away.OrganizerName, away.Private = p.Login, p.Name, true
	focus := c.event(d, "Focus time", at(c.Today.AddDate(0, 0, -10), 14, 0, zone), 2*time.Hour)
	focus.Type, focus.Organizer, focus.OrganizerName = "focusTime", p.Login, p.Name
	cal.Events = append(cal.Events, weekly, away, focus)
	return cal
}

func (c *Company) meeting(d *draw, p Person, u *User, zone *time.Location) Event {
	day := c.Today.AddDate(0, 0, d.between(-90, 45))
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, 1)
	}
	start := at(day, d.between(8, 17), d.IntN(2)*30, zone)
	length := time.Duration([]int{25, 30, 45, 60, 90}[d.weighted(2, 4, 2, 3, 1)]) * time.Minute
	e := c.event(d, "", start, length)
	e.Organizer, e.OrganizerName = p.Login, p.Name
	e.Attendees = []Attendee{{p.Login, p.Name, "accepted", false}}
	if a := c.accountIn(d, u.Region); d.chance(0.6) {
		e.Summary = a.Name + " " + pick(d, []string{"demo", "check-in", "pricing", "kick-off", "QBR"})
		for _, k := range a.Contacts[:d.between(1, len(a.Contacts))] {
			e.Attendees = append(e.Attendees, Attendee{k.Email, k.Name, pick(d, []string{"accepted", "accepted", "needsAction", "declined", "tentative"}), d.chance(0.1)})
		}
		e.Location = pick(d, []string{"", "https://meet.example/" + d.digits(9), a.Name + " headquarters"})
	} else {
		other := pick(d, c.Users)
		e.Summary = pick(d, []string{"Pipeline review", "Forecast prep", "Hiring panel", "Territory planning", "Enablement"})
		e.Attendees = append(e.Attendees, Attendee{other.Email, other.First + " " + other.Last, "accepted", false})
	}
	switch d.weighted(0.88, 0.06, 0.04, 0.02) {
	case 1:
		e.Status = "cancelled"
	case 2:
		e.Status = "tentative"
	case 3:
		e.Summary = "" // nobody has named it
	}
	return e
}

func (c *Company) shared(d *draw, id, summary, zone, owner string, roles map[string]string) Calendar {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	cal := Calendar{ID: id, Summary: summary, Description: "Shared calendar of " + summary, Zone: zone, Owner: owner, Roles: roles}
	first := c.Today.AddDate(0, 0, -98-int(c.Today.Weekday())+3)
	weekly := c.event(d, summary+" weekly", at(first, 9, 0, loc), 45*time.Minute)
	weekly.Weeks, weekly.Organizer, weekly.OrganizerName = 24, id, summary
	cal.Events = append(cal.Events, weekly)
	for i := range 12 {
		e := c.event(d, pick(d, []string{"Deal desk", "Win/loss session", "Product update", "Customer story"}),
			at(c.Today.AddDate(0, 0, -70+i*9), d.between(10, 16), 0, loc), time.Hour)
		e.Organizer, e.OrganizerName = id, summary
		cal.Events = append(cal.Events, e)
	}
	return cal
}

func (c *Company) holidays(d *draw, roles map[string]string) Calendar {
	cal := Calendar{ID: "en.usa#holiday@group.v.calendar.google.com", Summary: "Holidays in United States", Zone: "America/New_York", Roles: roles}
	zone, err := time.LoadLocation(cal.Zone)
	if err != nil {
		zone = time.UTC
	}
	for year := c.Today.Year() - 1; year <= c.Today.Year()+1; year++ {
		for _, h := range []struct {
			name  string
			month time.Month
			day   int
		}{{"New Year's Day", 1, 1}, {"Juneteenth", 6, 19}, {"Independence Day", 7, 4}, {"Veterans Day", 11, 11}, {"Christmas Day", 12, 25}} {
			e := c.allDay(d, h.name, time.Date(year, h.month, h.day, 0, 0, 0, 0, time.UTC), 1, zone)
			e.Organizer, e.OrganizerName, e.Transparent = cal.ID, cal.Summary, true
			cal.Events = append(cal.Events, e)
		}
	}
	return cal
}

func (c *Company) allDay(d *draw, summary string, day time.Time, days int, zone *time.Location) Event {
	e := c.event(d, summary, at(day, 0, 0, zone), 0)
	e.End, e.AllDay = at(day.AddDate(0, 0, days), 0, 0, zone), true
	return e
}

func at(day time.Time, hour, minute int, zone *time.Location) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
}
