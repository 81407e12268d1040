package data

import (
	"fmt"
	"strings"
	"time"
)

func firstHalf() []string {
	return []string{"North", "Blue", "Silver", "Granite", "Harbor", "Summit", "Clear", "Red", "Iron", "Maple", "Bright", "Quantum",
		"Delta", "Atlas", "Cobalt", "Pioneer", "Vertex", "Lumen", "Evergreen", "Keystone", "Orchard", "Falcon", "Beacon", "Cascade"}
}

func secondHalf() []string {
	return []string{"wind Logistics", "stone Foods", "line Pharma", "field Energy", "gate Retail", "bridge Insurance", "water Systems",
		"wood Manufacturing", "path Health", "forge Metals", "port Freight", "crest Media"}
}

func contactFirst() []string {
	return []string{"Alice", "Robert", "Chen", "Fatima", "George", "Helena", "Ivan", "Julia", "Karl", "Laura", "Mateo", "Nadia", "Oscar",
		"Paula", "Quentin", "Rosa", "Stefan", "Theresa", "Umar", "Viktor", "Wendy", "Xavier", "Yara", "Zoe"}
}

func contactLast() []string {
	return []string{"Adams", "Bianchi", "Clarke", "Dubois", "Eriksen", "Ferreira", "Gupta", "Hughes", "Ito", "Jansen", "Kaur", "Lopez",
		"Müller", "Novak", "O'Brien", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Varga", "Weber", "Young"}
}

// makeAccounts makes n accounts, most of them in North America and few of them large.
func (c *Company) makeAccounts(d *draw, n int) {
	regions, segments := []string{"NA", "EMEA", "APAC"}, []string{"SMB", "Mid-Market", "Enterprise"}
	industries := []string{"Logistics", "Food", "Pharma", "Energy", "Retail", "Insurance", "Manufacturing", "Healthcare", "Media"}
	titles := []string{"VP Operations", "Head of Procurement", "CIO", "Plant Manager", "IT Director", "Finance Director", "Project Lead"}
	names := map[string]int{}
	for i := range n {
		a := Account{
			ID: d.record("001"), Name: pick(d, firstHalf()) + pick(d, secondHalf()), Industry: pick(d, industries),
			Region: regions[d.weighted(0.55, 0.33, 0.12)], Segment: segments[d.weighted(0.45, 0.38, 0.17)],
			mood: max(-1, min(1, d.NormFloat64()*0.45+0.15)),
		}
		if names[a.Name]++; names[a.Name] > 1 {
			a.Name += fmt.Sprintf(" %d", names[a.Name])
		}
		a.Number = fmt.Sprintf("%s-%05d", strings.ToLower(a.Region), 10001+7*i)
		a.Domain = strings.ToLower(strings.ReplaceAll(a.Name, " ", "")) + ".example"
		for range d.between(1, 4) {
			first, last := pick(d, contactFirst()), pick(d, contactLast())
			k := Contact{ID: d.record("003"), Name: first + " " + last, Title: pick(d, titles)}
			k.Email = ascii(first[:1]+strings.ReplaceAll(last, "'", "")) + "@" + a.Domain
			if d.chance(0.12) {
				k.Email = strings.ToUpper(k.Email[:1]) + k.Email[1:] // keys are as messy as people type them
			}
			if d.chance(0.5) {
				k.Phone = "+1 555 01" + d.digits(2)
			}
			a.Contacts = append(a.Contacts, k)
		}
		c.Accounts = append(c.Accounts, a)
	}
}

// makeOpportunities gives each account up to three deals; the happier the account, the more are won.
func (c *Company) makeOpportunities(d *draw) {
	open := []string{"Prospecting", "Discovery", "Proposal", "Negotiation"}
	size := map[string]int{"SMB": 9_000, "Mid-Market": 42_000, "Enterprise": 210_000}
	for _, a := range c.Accounts {
		for i := range d.weighted(0.15, 0.5, 0.25, 0.1) {
			o := Opportunity{ID: d.record("006"), AccountID: a.ID, OwnerID: c.host(d, a.Region).ID, region: a.Region}
			o.Name = a.Name + pick(d, []string{" - New Business", " - Expansion", " - Renewal"})
			if i > 0 {
				o.Name = a.Name + " - Renewal"
			}
			o.Close = closing(d, c.Today.AddDate(0, 0, d.between(-330, 100)))
			switch won := d.chance(0.45 + 0.35*a.mood); {
			case o.Close.After(c.Today) || d.chance(0.03): // or nobody has moved the date
				o.Stage = pick(d, open)
			case won:
				o.Stage = "Closed Won"
			default:
				o.Stage = "Closed Lost"
			}
			if !d.chance(0.06) {
				o.Amount = int64(float64(size[a.Segment])*(0.4+d.ExpFloat64())) / 100 * 100
			}
			c.Opportunities = append(c.Opportunities, o)
		}
	}
}

// closing is a day on which a deal closes: many wait for the last days of a quarter.
func closing(d *draw, t time.Time) time.Time {
	if d.chance(0.35) {
		end := time.Date(t.Year(), (t.Month()-1)/3*3+4, 1, 0, 0, 0, 0, time.UTC)
		t = end.AddDate(0, 0, -1-int(d.ExpFloat64()*5))
	}
	return t
}

// host returns one of the users who talk to customers of a region.
func (c *Company) host(d *draw, region string) *User {
	var from []*User
	for i := len(c.Users) - 1; i >= 0; i-- {
		if u := &c.Users[i]; u.carries && u.Region == region {
			from = append(from, u)
		}
	}
	return from[min(int(d.ExpFloat64()*float64(len(from))/3), len(from)-1)] // representatives are busier than those who lead them
}

// zone returns a user's time zone.
func (u *User) zone() *time.Location {
	if loc, err := time.LoadLocation(u.Zone); err == nil {
		return loc
	}
	return time.UTC
}
