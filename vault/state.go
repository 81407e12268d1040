package vault

import (
	"context"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// ConnectionState is what a person may know of a connection. It holds no secret.
type ConnectionState struct {
	Source     string
	State      State
	Reason     string    // why it ended: an OAuth error code or a few words; "" while it is good
	Since      time.Time // of the state; zero when there never was a connection
	Expires    time.Time // of the present token; zero when unknown
	Credential Credential
	Login      bool // connected with a user name and a password, not by OAuth
	// Certificate: connected with a client certificate, not by OAuth.
	Certificate bool
	Scopes      []string
	Subject     string // the account that has signed in, in the source's words; "" when the source does not tell
	BaseURL     string
	ConnectURL  string // where to connect; it holds no secret
	dead        bool
}

// Dead reports that no query can use the connection until somebody connects it.
func (s ConnectionState) Dead() bool { return s.dead }

// States tells of several connections from the store alone, in the order asked for; no source is called. Unknown sources are 42704.
func (t *Tokens) States(ctx context.Context, s *identity.Session, sources []string) ([]ConnectionState, error) {
	return t.v.states(ctx, s, sources)
}

// Check returns one 28000 that names every dead connection among sources, nil when all can be used. No source is called.
func (t *Tokens) Check(ctx context.Context, s *identity.Session, sources []string) error {
	states, err := t.States(ctx, s, sources)
	if err != nil {
		return err
	}
	var dead []*pgerr.Error
	for _, st := range states {
		if st.dead {
			dead = append(dead, t.v.dead(s, st))
		}
	}
	switch len(dead) {
	case 0:
		return nil
	case 1:
		return dead[0]
	}
	var messages, details, hints []string
	for _, e := range dead {
		messages, hints = append(messages, e.Message), append(hints, e.Hint)
		if e.Detail != "" {
			details = append(details, e.Detail)
		}
	}
	return pgerr.New(pgerr.InvalidAuthorization, "%s", strings.Join(messages, "; ")).
		WithDetail("%s", strings.Join(details, " ")).WithHint("%s", strings.Join(hints, " "))
}

func (v *Vault) states(ctx context.Context, s *identity.Session, sources []string) ([]ConnectionState, error) {
	states := make([]ConnectionState, 0, len(sources))
	for _, source := range sources {
		conf, key, err := v.resolve(s, source)
		if err != nil {
			return nil, err
		}
		c, err := v.see(ctx, conf, key)
		if err != nil {
			return nil, err
		}
		states = append(states, v.describe(s, c))
	}
	return states, nil
}

func (v *Vault) describe(s *identity.Session, c *connection) ConnectionState {
	now := v.now()
	st := ConnectionState{
		Source: c.key.source, State: c.shown(now), Reason: c.reason, Credential: v.config.Sources[c.key.source].Credential,
		Login: v.config.Sources[c.key.source].Login, Certificate: v.config.Sources[c.key.source].Certificate,
		Scopes: strings.Fields(c.scopes), Subject: c.subject, BaseURL: c.accountMap()[BaseURL], ConnectURL: v.connectURL(c.key.source), dead: !c.alive(now),
	}
	if c.since != 0 {
		st.Since = time.UnixMicro(c.since)
	}
	if c.expires != 0 && st.State == Connected {
		st.Expires = time.UnixMicro(c.expires)
	}
	return st
}

// dead puts a connection that cannot be used into the person's words, with the address both in the message, which is all that
// some tools show, and in the hint.
func (v *Vault) dead(s *identity.Session, st ConnectionState) *pgerr.Error {
	whose := `for user "` + s.Login + `"`
	act := "Connect"
	if st.Credential == OrgCredential {
		whose = `of organisation "` + s.OrgName + `"`
		if !identity.May(s.Role, identity.EnableOrgSource) {
			act = "Ask an administrator to connect"
		}
	}
	what := "needs re-authentication"
	switch st.State {
	case None:
		what = "is missing"
	case Disabled:
		what = "is not switched on"
	case Misconfigured:
		what = "is refused by its sign-in server"
	}
	e := pgerr.New(pgerr.InvalidAuthorization, "%s connection %s %s: %s", st.Source, whose, what, st.ConnectURL).
		WithHint("%s at %s, then run the query again.", act, st.ConnectURL)
	switch {
	case st.State == Misconfigured:
		return e.WithDetail("The sign-in server answered %s.", st.Reason).
			WithHint("An administrator must mend the OAuth client of source %s; see %s.", st.Source, st.ConnectURL)
	case st.Reason != "" && (st.Login || st.Certificate):
		return e.WithDetail("The source %s has not accepted the login.", st.Source)
	case st.Reason != "":
		return e.WithDetail("The sign-in server of %s answered: %s.", st.Source, st.Reason)
	case st.State == Disabled:
		return e.WithDetail("The source knows no token of single people; an administrator switches it on for everybody.")
	}
	return e
}
