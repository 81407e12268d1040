package identity

import "context"

// Journal records acts that are no query: logins, tokens, connections, administration. Audit implements it; record
// returns once the entry is durable, and its error refuses the act.
type Journal interface {
	Record(ctx context.Context, act Act) error
}

// Act is one entry of the Journal. Detail holds facts that are safe to show: never a secret, never a source's value.
type Act struct {
	Kind   string // login, login_failed, connect_source, token_refresh, token_revoked, admin.enable_source, …
	Org    OrgID
	Person PersonID // "" when unknown
	Login  string
	Source string // connection name, "" when none
	Client string // address
	Code   string // SQLSTATE or OAuth error code of a failure, "" on success
	Detail map[string]string
}
