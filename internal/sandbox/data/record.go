package data

import (
	"strconv"
	"strings"
	"time"
)

// accountTable is the CRM's Account.
func (c *Company) accountTable() Table {
	return Table{
		Source: "crm", Schema: "sales", Name: "Account",
		Columns: columns("Id", "VARCHAR", "Name", "VARCHAR", "AccountNumber", "VARCHAR", "Website", "VARCHAR", "Industry", "VARCHAR",
			"Region__c", "VARCHAR", "Segment__c", "VARCHAR", "BillingCountry", "VARCHAR", "NumberOfEmployees", "INTEGER", "OwnerId", "VARCHAR",
			"CustomerSince__c", "DATE", "Mrr__c", "DECIMAL(16,2)", "CreatedDate", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			d := c.part(partAccounts)
			for _, a := range c.Accounts {
				monthly := Null
				if a.Contract.active(c.Today) {
					monthly = cents(int64(float64(a.Contract.Monthly) * a.Contract.size(c.Today)))
				}
				staff := whole(a.Contract.Seats*d.between(4, 30) + d.between(5, 200))
				if d.chance(0.1) {
					staff = Null // nobody has asked
				}
				row := []string{a.ID, a.Name, a.Number, "https://" + a.Domain, a.Industry, a.Region, a.Segment, country(d, a.Region), staff,
					c.User(c.host(d, a.Region).ID).RecordID, dayOr(a.Contract.Since), monthly, moment(a.Created)}
				if !yield(row) {
					return
				}
			}
		},
	}
}

func country(d *draw, region string) string {
	switch region {
	case "EMEA":
		return pick(d, []string{"Germany", "United Kingdom", "France", "Spain", "Netherlands"})
	case "APAC":
		return pick(d, []string{"Japan", "Australia", "India", "Singapore"})
	}
	return pick(d, []string{"United States", "United States", "United States", "Canada"})
}

// contactTable is the CRM's Contact; addresses are as messy as people type them.
func (c *Company) contactTable() Table {
	return Table{
		Source: "crm", Schema: "sales", Name: "Contact",
		Columns: columns("Id", "VARCHAR", "AccountId", "VARCHAR", "FirstName", "VARCHAR", "LastName", "VARCHAR", "Email", "VARCHAR", "Phone", "VARCHAR",
			"Title", "VARCHAR", "Region__c", "VARCHAR", "CreatedDate", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			d := c.part(partContacts)
			for _, a := range c.Accounts {
				for _, k := range a.Contacts {
					first, last, _ := strings.Cut(k.Name, " ")
					created := a.Created.Add(time.Duration(d.IntN(200*24)) * time.Hour)
					if !yield([]string{k.ID, a.ID, first, last, text(k.Email), text(k.Phone), text(k.Title), a.Region, moment(created)}) {
						return
					}
				}
			}
		},
	}
}

// opportunityTable is the CRM's Opportunity.
func (c *Company) opportunityTable() Table {
	return Table{
		Source: "crm", Schema: "sales", Name: "Opportunity",
		Columns: columns("Id", "VARCHAR", "AccountId", "VARCHAR", "OwnerId", "VARCHAR", "Name", "VARCHAR", "Type", "VARCHAR", "StageName", "VARCHAR",
			"Amount", "DECIMAL(16,2)", "Probability", "INTEGER", "CloseDate", "DATE", "IsClosed", "BOOLEAN", "IsWon", "BOOLEAN", "LeadSource", "VARCHAR",
			"Region__c", "VARCHAR", "CreatedDate", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			d := c.part(partOpportunities)
			for _, o := range c.Opportunities {
				amount := Null
				if o.Amount > 0 {
					amount = cents(o.Amount * 100)
				}
				created := o.Close.AddDate(0, 0, -d.between(25, 180))
				if !created.Before(c.Today) {
					created = c.Today.AddDate(0, 0, -d.between(2, 40))
				}
				_, kind, _ := strings.Cut(o.Name, " - ")
				row := []string{o.ID, o.AccountID, c.User(o.OwnerID).RecordID, o.Name, kind, o.Stage, amount, probability(o.Stage), day(o.Close),
					strconv.FormatBool(strings.HasPrefix(o.Stage, "Closed")), strconv.FormatBool(o.Stage == "Closed Won"),
					text(pick(d, []string{"Web", "Referral", "Partner", "Outbound", "Event", ""})), o.region,
					moment(created.Add(time.Duration(d.between(8*3600, 18*3600)) * time.Second))}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// probability is what the CRM gives each stage, in percent.
func probability(stage string) string {
	switch stage {
	case "Prospecting":
		return "10"
	case "Discovery":
		return "25"
	case "Proposal":
		return "50"
	case "Negotiation":
		return "75"
	case "Closed Won":
		return "100"
	}
	return "0"
}

// userTable is the CRM's User: the sales force.
func (c *Company) userTable() Table {
	return Table{
		Source: "crm", Schema: "sales", Name: "User",
		Columns: columns("Id", "VARCHAR", "FirstName", "VARCHAR", "LastName", "VARCHAR", "Email", "VARCHAR", "Title", "VARCHAR", "ManagerId", "VARCHAR",
			"Region__c", "VARCHAR", "TimeZoneSidKey", "VARCHAR", "IsActive", "BOOLEAN", "CreatedDate", "TIMESTAMPTZ"),
		Rows: func(yield func([]string) bool) {
			for _, u := range c.Users {
				manager := Null
				if boss := c.User(u.ManagerID); boss != nil {
					manager = boss.RecordID
				}
				if !yield([]string{u.RecordID, u.First, u.Last, u.Email, u.Title, manager, u.Region, u.Zone, strconv.FormatBool(u.Active), moment(u.Created)}) {
					return
				}
			}
		},
	}
}
