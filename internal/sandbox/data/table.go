package data

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Table is a table of the sample company as a source keeps it: named as a file of the layout that package brought reads.
type Table struct {
	Source, Schema, Name string
	Columns              []Column
	// Rows yields the rows, each with a value for each column: DuckDB's text of it, or Null. A row is valid until the next.
	Rows iter.Seq[[]string]
}

// Column is a column; Type is DuckDB's name of its type.
type Column struct{ Name, Type string }

// Null is the value that no row has as a text.
const Null = `\N`

// Tables are the company's tables at the systems that keep rows: the CRM, the billing warehouse, the lake and the service desk. Equal
// companies have equal tables. Calls and calendars are not among them.
func (c *Company) Tables() []Table {
	return []Table{
		c.accountTable(), c.contactTable(), c.opportunityTable(), c.userTable(),
		c.invoiceTable(), c.paymentTable(), c.usageTable(),
		c.eventTable(), c.scoreTable(),
		c.ticketTable(),
	}
}

// columns reads pairs of names and types.
func columns(pairs ...string) []Column {
	out := make([]Column, len(pairs)/2)
	for i := range out {
		out[i] = Column{pairs[2*i], pairs[2*i+1]}
	}
	return out
}

// part is the source of chance of one part of the company; each draws from its own, so that a change in one leaves the others as
// they were.
func (c *Company) part(n uint64) *draw { return &draw{rand.New(rand.NewPCG(c.seed, n))} }

// The parts that are drawn after the company itself.
const (
	partContracts = 7 + iota
	partAccounts
	partContacts
	partOpportunities
	partInvoices
	partPayments
	partUsage
	partEvents
	partScores
	partTickets
)

// reference is an account's number as other systems have it: people type it in capitals, or with a blank at its end, or not at all.
func reference(d *draw, number string) string {
	switch d.weighted(0.89, 0.06, 0.04, 0.01) {
	case 1:
		return strings.ToUpper(number)
	case 2:
		return number + " "
	case 3:
		return Null
	}
	return number
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000+00") }

// dayOr is a day, or Null for none.
func dayOr(t time.Time) string {
	if t.IsZero() {
		return Null
	}
	return day(t)
}

func text(s string) string {
	if s == "" {
		return Null
	}
	return s
}

// cents is an amount of money.
func cents(v int64) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	out := strconv.FormatInt(v, 10)
	for len(out) < 3 {
		out = "0" + out
	}
	return sign + out[:len(out)-2] + "." + out[len(out)-2:]
}

func whole(v int) string { return strconv.Itoa(v) }

// season is how busy customers are on a day: less on weekends, in August and at the end of the year.
func season(t time.Time) float64 {
	out := 1.0
	switch t.Weekday() {
	case time.Saturday:
		out = 0.35
	case time.Sunday:
		out = 0.2
	}
	switch {
	case t.Month() == time.August:
		out *= 0.7
	case t.Month() == time.December && t.Day() > 20:
		out *= 0.4
	}
	return out
}
