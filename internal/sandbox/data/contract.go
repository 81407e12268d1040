package data

import (
	"math"
	"time"
)

// Contract is what a customer has bought. The zero Since is that of a prospect, who has none.
type Contract struct {
	Since, End time.Time // End is zero while it runs
	Plan       string
	Seats      int
	Monthly    int64 // cents per month at the beginning
	Months     int   // between two invoices
	growth     float64
}

// makeContracts makes customers of the accounts that have won a deal and of half of the others; the unhappy ones leave.
func (c *Company) makeContracts(d *draw) {
	won := map[string]bool{}
	for _, o := range c.Opportunities {
		won[o.AccountID] = won[o.AccountID] || o.Stage == "Closed Won"
	}
	for i := range c.Accounts {
		a := &c.Accounts[i]
		a.Created = c.Today.AddDate(0, 0, -d.between(340, 1300)).Add(time.Duration(d.IntN(86400)) * time.Second)
		if !won[a.ID] && d.chance(0.5) {
			continue
		}
		a.Contract = contract(d, a, a.Created.AddDate(0, 0, d.between(10, 90)).Truncate(24*time.Hour))
		if a.mood < -0.2 && d.chance(0.35) {
			a.Contract.End = c.Today.AddDate(0, 0, -d.between(20, 250))
		}
	}
}

func contract(d *draw, a *Account, since time.Time) Contract {
	k := Contract{Since: since, growth: 0.25*a.mood + 0.1*d.Float64()}
	switch a.Segment {
	case "Enterprise":
		k.Plan, k.Seats, k.Months = "Platform", d.between(120, 900), 12
	case "Mid-Market":
		k.Plan, k.Seats, k.Months = "Team", d.between(25, 150), 3
	default:
		k.Plan, k.Seats, k.Months = "Starter", d.between(3, 30), 1
	}
	price := map[string]float64{"Platform": 3900, "Team": 4900, "Starter": 5900}[k.Plan]
	k.Monthly = int64(price*(0.75+0.25*d.Float64())) * int64(k.Seats)
	return k
}

// active tells whether a contract runs on a day.
func (k Contract) active(t time.Time) bool {
	return !k.Since.IsZero() && !t.Before(k.Since) && (k.End.IsZero() || t.Before(k.End))
}

// size is how far a contract has grown on a day, 1 at its beginning.
func (k Contract) size(t time.Time) float64 {
	return math.Max(0.3, 1+k.growth*t.Sub(k.Since).Hours()/24/365)
}
