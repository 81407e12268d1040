package data

import "slices"

// Visible returns the ids of the calls that somebody may see in Gong, by e-mail address: what his permission profile gives him
// by the call's host, and his own; a private call is seen by its host and its participants alone. Nobody without a profile
// sees anything. It is the reference that tests hold a connector's own computation against.
func (c *Company) Visible(email string) []string {
	i := slices.IndexFunc(c.Users, func(u User) bool { return u.Email == email })
	if i < 0 {
		return nil
	}
	me := c.Users[i]
	p := slices.IndexFunc(c.Profiles, func(p Profile) bool { return slices.Contains(p.UserIDs, me.ID) })
	if p < 0 {
		return nil
	}
	var ids []string
	for _, call := range c.Calls {
		mine := call.HostID == me.ID
		present := slices.ContainsFunc(call.Parties, func(p Party) bool { return p.UserID == me.ID })
		if call.Private && (mine || present) || !call.Private && c.sees(c.Profiles[p], me, call.HostID) {
			ids = append(ids, call.ID)
		}
	}
	return ids
}

// sees tells whether a profile shows one of its users the calls of a host.
func (c *Company) sees(p Profile, me User, host string) bool {
	switch {
	case p.CallsAccess == "none":
		return false
	case p.CallsAccess == "all" || host == me.ID:
		return true
	case p.CallsAccess == "managers-team":
		return slices.ContainsFunc(p.TeamLeadIDs, func(lead string) bool { return c.under(host, lead) })
	case p.CallsAccess == "report-to-them":
		return c.under(host, me.ID)
	}
	return false
}

// under tells whether a user is a lead or reports to him, directly or through others.
func (c *Company) under(user, lead string) bool {
	for u := c.User(user); u != nil; u = c.User(u.ManagerID) {
		if u.ID == lead {
			return true
		}
	}
	return false
}
