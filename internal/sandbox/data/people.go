package data

import (
	"slices"
	"strings"
	"time"
)

// staff is one line of the organisation chart; boss is an index in the chart, -1 at the top.
type staff struct {
	first, last, title, region, zone, language string
	boss                                       int
	carries                                    bool
	login                                      string // of somebody who signs in at the sandbox
}

// Indexes of the chart that others refer to.
const (
	chiefRevenue = iota
	leadMidMarket
	leadEnterprise
	headEMEA
	headAPAC
	director
	analyst
)

func chart() []staff {
	ny, chicago, la := "America/New_York", "America/Chicago", "America/Los_Angeles"
	london, paris, berlin, madrid := "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Madrid"
	return []staff{
		{"Margaret", "Okafor", "Chief Revenue Officer", "NA", ny, "en-US", -1, false, ""},
		{"Luis", "Herrera", "Director, Mid-Market", "NA", chicago, "en-US", chiefRevenue, true, ""},
		{"Priya", "Raman", "Director, Enterprise", "NA", la, "en-US", chiefRevenue, true, ""},
		{"Inès", "Moreau", "VP Sales EMEA", "EMEA", paris, "fr-FR", chiefRevenue, true, "emea"},
		{"Kenji", "Watanabe", "Head of Sales APAC", "APAC", "Asia/Tokyo", "ja-JP", chiefRevenue, true, ""},
		{"Dana", "Whitfield", "Director of Revenue Operations", "NA", ny, "en-US", chiefRevenue, false, "admin"},
		{"Noah", "Lindqvist", "Revenue Analyst", "NA", chicago, "en-US", director, false, "analyst"},
		{"Tasha", "Greene", "Account Executive, Mid-Market", "NA", chicago, "en-US", leadMidMarket, true, ""},
		{"Ben", "Kowalski", "Account Executive, Mid-Market", "NA", ny, "en-US", leadMidMarket, true, ""},
		{"Sofia", "Delgado", "Account Executive, Mid-Market", "NA", la, "es-MX", leadMidMarket, true, ""},
		{"Marcus", "Bell", "Account Executive, Mid-Market", "NA", chicago, "en-US", leadMidMarket, true, ""},
		{"Hannah", "Fischer", "Sales Development Representative", "NA", chicago, "en-US", leadMidMarket, true, ""},
		{"Omar", "Haddad", "Sales Development Representative", "NA", ny, "en-US", leadMidMarket, true, ""},
		{"Grace", "Liu", "Enterprise Account Executive", "NA", la, "en-US", leadEnterprise, true, ""},
		{"Daniel", "Osei", "Enterprise Account Executive", "NA", ny, "en-US", leadEnterprise, true, ""},
		{"Rebecca", "Stone", "Enterprise Account Executive", "NA", chicago, "en-US", leadEnterprise, true, ""},
		{"Tom", "Nguyen", "Enterprise Account Executive", "NA", la, "en-US", leadEnterprise, true, ""},
		{"James", "Whitaker", "Regional Manager UK & Ireland", "EMEA", london, "en-GB", headEMEA, true, ""},
		{"Anke", "Vogel", "Regional Manager DACH", "EMEA", berlin, "de-DE", headEMEA, true, ""},
		{"Olivia", "Hart", "Account Executive", "EMEA", london, "en-GB", 17, true, ""},
		{"Callum", "Reid", "Account Executive", "EMEA", london, "en-GB", 17, true, ""},
		{"Lukas", "Brandt", "Account Executive", "EMEA", berlin, "de-DE", 18, true, ""},
		{"Miriam", "Keller", "Account Executive", "EMEA", berlin, "de-DE", 18, true, ""},
		{"Camille", "Laurent", "Account Executive", "EMEA", paris, "fr-FR", headEMEA, true, ""},
		{"Javier", "Ortega", "Account Executive", "EMEA", madrid, "es-ES", headEMEA, true, ""},
		{"Yuki", "Sato", "Account Executive", "APAC", "Asia/Tokyo", "ja-JP", headAPAC, true, ""},
		{"Arjun", "Mehta", "Account Executive", "APAC", "Asia/Kolkata", "en-IN", headAPAC, true, ""},
		{"Chloe", "Barnes", "Account Executive", "APAC", "Australia/Sydney", "en-AU", headAPAC, true, ""},
	}
}

func (c *Company) makeUsers(d *draw) {
	c.Workspaces = []Workspace{{ID: d.digits(18), Name: "Sales", Description: "Calls of the sales teams"}}
	for i, s := range chart() {
		u := User{
			ID: d.digits(19), First: s.first, Last: s.last, Title: s.title, Region: s.region, Zone: s.zone, Language: s.language,
			Active: i != 20, Created: c.Today.AddDate(-3, 0, d.IntN(700)).Add(time.Duration(d.IntN(86400)) * time.Second),
			Email:   ascii(s.first+"."+s.last) + "@" + c.Domain,
			carries: s.carries,
		}
		u.RecordID = d.record("005")
		if s.login != "" {
			u.Email = s.login + "@" + c.Domain
			c.People = append(c.People, Person{
				Login: u.Email, Name: s.first + " " + s.last, Subject: "1" + d.digits(20), EmailVerified: true,
				TechnicalAdmin: s.login == "admin", UserID: u.ID,
			})
		}
		if s.boss >= 0 {
			u.ManagerID = c.Users[s.boss].ID
		}
		if d.chance(0.8) {
			u.Phone = "+1 555 01" + d.digits(2)
		}
		c.Users = append(c.Users, u)
	}
	// In the order admin, analyst, emea.
	slices.SortFunc(c.People, func(a, b Person) int { return strings.Compare(a.Login, b.Login) })
}

// ascii writes a name as the mail system does: in lower case, without accents.
func ascii(name string) string {
	return strings.ToLower(strings.NewReplacer("è", "e", "é", "e", "ü", "u", "ö", "o").Replace(name))
}

// makeProfiles gives admin all calls, analyst those of the mid-market team, emea those of EMEA; representatives see their own,
// managers those who report to them.
func (c *Company) makeProfiles() {
	w := c.Workspaces[0].ID
	id := func(i int) string { return c.Users[i].ID }
	c.Profiles = []Profile{
		{ID: "3843152912968920031", Name: "Administrators", Description: "All calls", CallsAccess: "all",
			UserIDs: []string{id(chiefRevenue), id(director)}},
		{ID: "3843152912968920032", Name: "Analysts Mid-Market", Description: "Calls of the mid-market team",
			CallsAccess: "managers-team", TeamLeadIDs: []string{id(leadMidMarket)}, UserIDs: []string{id(analyst)}},
		{ID: "3843152912968920033", Name: "EMEA Leadership", Description: "Calls of everybody in EMEA",
			CallsAccess: "managers-team", TeamLeadIDs: []string{id(headEMEA)}, UserIDs: []string{id(headEMEA)}},
		{ID: "3843152912968920034", Name: "Managers", Description: "Calls of those who report to them", CallsAccess: "report-to-them"},
		{ID: "3843152912968920035", Name: "Representatives", Description: "Their own calls", CallsAccess: "own"},
	}
	for i, u := range c.Users {
		switch {
		case i == chiefRevenue || i == director || i == analyst || i == headEMEA:
		case slices.ContainsFunc(c.Users, func(v User) bool { return v.ManagerID == u.ID }):
			c.Profiles[3].UserIDs = append(c.Profiles[3].UserIDs, u.ID)
		default:
			c.Profiles[4].UserIDs = append(c.Profiles[4].UserIDs, u.ID)
		}
	}
	for i := range c.Profiles {
		c.Profiles[i].WorkspaceID = w
	}
}
