package data

import (
	"math"
	"slices"
	"strings"
	"time"
)

// ticket is what a customer has asked the service desk.
type ticket struct {
	account, requester        string
	opened, closed            time.Time
	priority, category, title string
	score                     string // satisfaction from 1 to 5, or Null
}

// tickets come from customers for a year; the unhappy ones write more, and wait longer.
func (c *Company) tickets() []ticket {
	d := c.part(partTickets)
	var out []ticket
	for _, a := range c.Accounts {
		if a.Contract.Since.IsZero() {
			continue
		}
		for range int((3 + math.Sqrt(float64(a.Contract.Seats))*(0.9-0.6*a.mood)) * d.Float64() * 1.6) {
			t := ticket{account: reference(d, a.Number), opened: c.moment(d, time.UTC), priority: []string{"low", "normal", "high", "urgent"}[d.weighted(0.25, 0.5, 0.2, 0.05)]}
			if !a.Contract.active(t.opened) {
				continue
			}
			t.category = pick(d, []string{"Integration", "Billing", "Robot offline", "Permissions", "Reporting", "How to"})
			t.title = strings.TrimSpace(t.category + pick(d, []string{" does not work", " question", " since the update", "", " for a new site"}))
			t.requester = pick(d, a.Contacts).Email
			t.closed = t.opened.Add(time.Duration(d.ExpFloat64()*(40-25*a.mood)*3600) * time.Second)
			t.score = Null
			if !t.closed.Before(c.Today) {
				t.closed = time.Time{}
			} else if d.chance(0.4) {
				t.score = whole(min(5, max(1, int(3.6+1.4*a.mood+d.NormFloat64()))))
			}
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b ticket) int { return a.opened.Compare(b.opened) })
	return out
}

func (c *Company) ticketTable() Table {
	return Table{
		Source: "ops", Schema: "support", Name: "tickets",
		Columns: columns("id", "INTEGER", "account_ref", "VARCHAR", "requester_email", "VARCHAR", "opened_at", "TIMESTAMPTZ", "closed_at", "TIMESTAMPTZ",
			"priority", "VARCHAR", "category", "VARCHAR", "subject", "VARCHAR", "satisfaction", "INTEGER"),
		Rows: func(yield func([]string) bool) {
			for i, t := range c.tickets() {
				closed := Null
				if !t.closed.IsZero() {
					closed = moment(t.closed)
				}
				if !yield([]string{whole(20001 + i), t.account, t.requester, moment(t.opened), closed, t.priority, t.category, t.title, t.score}) {
					return
				}
			}
		},
	}
}
