// Package identity knows who is at the door: organisations, people, their roles and access tokens, and how they log in.
package identity

import "time"

// OrgID and PersonID are the store's stable identifiers; a name or login can change, these do not.
type (
	OrgID    string
	PersonID string
)

// Role is what a person may do in Waggle itself. It never grants data: it can only take away.
type Role string

// The three roles, weakest first.
const (
	Viewer Role = "viewer"
	Editor Role = "editor"
	Admin  Role = "admin"
)

// Session is one authenticated person on one connection (wire) or browser session (console). It is a value that only a
// successful login yields; no method of vault or engine works without one.
type Session struct {
	ID            string // random, unique per login
	Org           OrgID
	OrgName       string // the database name
	Person        PersonID
	Login         string
	Email         string // verified e-mail, the key to a source's permission profile
	Role          Role
	Method        string // scram-sha-256, scram-sha-256-plus, password+totp, …
	Token         string // id of the access token that logged in, "" for a browser session
	Application   string
	ClientAddress string // host:port
	Since         time.Time
}
