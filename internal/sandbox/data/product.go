package data

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// usageTable is what each customer's robots did, day by day for a year; some days are missing, some came late.
func (c *Company) usageTable() Table {
	return Table{
		Source: "sf", Schema: "product", Name: "usage_daily",
		Columns: columns("day", "DATE", "account_ref", "VARCHAR", "active_users", "INTEGER", "robots_online", "INTEGER", "api_calls", "BIGINT",
			"loaded_at", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			d := c.part(partUsage)
			for back := 365; back >= 1; back-- {
				t := c.Today.AddDate(0, 0, -back)
				for _, a := range c.Accounts {
					if row := c.usage(d, a, t); row != nil && !yield(row) {
						return
					}
				}
			}
		},
	}
}

// usage is a customer's day, or nil.
func (c *Company) usage(d *draw, a Account, t time.Time) []string {
	k := a.Contract
	if !k.active(t) || d.chance(0.015) {
		return nil
	}
	loaded := t.AddDate(0, 0, 1).Add(time.Duration(d.between(3600, 4*3600)) * time.Second)
	if d.chance(0.03) {
		loaded = loaded.AddDate(0, 0, d.between(1, 6))
	}
	if !loaded.Before(c.Today) {
		return nil
	}
	load := season(t) * k.size(t) * (0.55 + 0.3*a.mood) * (0.85 + 0.3*d.Float64()) * fading(a, c.Today.Sub(t))
	users := int(math.Max(0, float64(k.Seats)*load))
	robots := whole(int(float64(k.Seats) / 2 * math.Min(1, load*1.4)))
	if d.chance(0.01) {
		robots = Null
	}
	return []string{day(t), reference(d, a.Number), whole(users), robots, strconv.FormatInt(int64(float64(users)*(40+60*d.ExpFloat64())), 10), moment(loaded)}
}

// fading is what is left of an unhappy customer's use: it falls through the last quarter of a year.
func fading(a Account, ago time.Duration) float64 {
	return 1 + min(0, a.mood)*max(0, 1-ago.Hours()/24/90)
}

// eventTable is what people did in the product for a quarter of a year, as it was received: a few events come late or twice.
func (c *Company) eventTable() Table {
	return Table{
		Source: "lake", Schema: "analytics", Name: "product_events",
		Columns: columns("event_id", "BIGINT", "account_ref", "VARCHAR", "actor", "VARCHAR", "event", "VARCHAR", "happened_at", "TIMESTAMPTZ",
			"received_at", "TIMESTAMPTZ", "duration_ms", "INTEGER", "app_version", "VARCHAR"),
		Rows: func(yield func([]string) bool) {
			d, id := c.part(partEvents), 7_000_000
			for back := 91; back >= 1; back-- {
				t := c.Today.AddDate(0, 0, -back)
				for _, a := range c.Accounts {
					if !a.Contract.active(t) {
						continue
					}
					for range int(season(t) * (2 + math.Sqrt(float64(a.Contract.Seats))*(1.1+0.4*a.mood)*d.Float64())) {
						id += d.between(1, 9)
						if row := c.occurrence(d, a, t); row.received.Before(c.Today) && !yield(append([]string{whole(id)}, row.values...)) {
							return
						}
					}
				}
			}
		},
	}
}

type occurrence struct {
	received time.Time
	values   []string
}

func (c *Company) occurrence(d *draw, a Account, t time.Time) occurrence {
	kinds := []string{"login", "mission_started", "dashboard_opened", "alert_raised", "mission_failed", "report_exported", "api_key_created"}
	kind := kinds[d.weighted(0.34, 0.28, 0.18, 0.08-0.03*a.mood, 0.05-0.04*a.mood, 0.05, 0.01)]
	happened := t.Add(time.Duration(d.between(6*3600, 20*3600)) * time.Second).Add(time.Duration(d.IntN(1000)) * time.Millisecond)
	received := happened.Add(time.Duration(d.ExpFloat64()*4000) * time.Millisecond)
	if d.chance(0.02) {
		received = received.Add(time.Duration(d.between(2, 70)) * time.Hour)
	}
	length := Null
	if kind != "login" && kind != "api_key_created" {
		length = whole(int(200 + 3000*d.ExpFloat64()))
	}
	version := text(pick(d, []string{"5.4.0", "5.4.1", "5.4.1", "5.3.9", "5.2.0", ""}))
	actor := fmt.Sprintf("%s-u%03d", a.Number, int(d.Float64()*d.Float64()*float64(a.Contract.Seats)))
	return occurrence{received, []string{reference(d, a.Number), actor, kind, moment(happened), moment(received), length, version}}
}

// scoreTable is what a model of the data team says of each customer on the first of each month; the last one is current.
func (c *Company) scoreTable() Table {
	return Table{
		Source: "lake", Schema: "analytics", Name: "churn_scores",
		Columns: columns("account_no", "VARCHAR", "scored_on", "DATE", "score", "DECIMAL(5,4)", "reason", "VARCHAR", "model_version", "VARCHAR",
			"is_current", "BOOLEAN"),
		Rows: func(yield func([]string) bool) {
			d := c.part(partScores)
			last := time.Date(c.Today.Year(), c.Today.Month(), 1, 0, 0, 0, 0, time.UTC)
			for back := 11; back >= 0; back-- {
				t := last.AddDate(0, -back, 0)
				version := "v" + whole(3-back/5)
				for _, a := range c.Accounts {
					if a.Contract.active(t) && !yield(append(score(d, a, t), version, strconv.FormatBool(back == 0))) {
						return
					}
				}
			}
		},
	}
}

func score(d *draw, a Account, t time.Time) []string {
	risk := 1 / (1 + math.Exp(1.1+2.6*a.mood-0.5*d.NormFloat64()))
	if !a.Contract.End.IsZero() && a.Contract.End.Sub(t) < 60*24*time.Hour {
		risk = 1 - risk/3
	}
	reason := Null
	if risk > 0.4 {
		reason = pick(d, []string{"usage is falling", "tickets stay open", "invoices are overdue", "the champion has left", "price"})
	}
	return []string{a.Number, day(t), fmt.Sprintf("%.4f", risk), reason}
}
