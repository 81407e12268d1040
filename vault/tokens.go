package vault

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// Tokens gives tokens to the engine, for a session and never without one.
type Tokens struct{ v *Vault }

// Token opens a source for one person.
type Token struct {
	Access      secret.Text
	User        string    // the person's own user name where Access is his password or his certificate's key, "" for an OAuth token
	Certificate []byte    // in PEM where Access is its key, else nil
	Expires     time.Time // zero when unknown
	Generation  int64     // grows with each token of this connection; part of the key of pools and caches
	Account     map[string]string
	Credential  Credential
}

// BaseURL is the address of the customer's own API when the source has named one, else "".
func (t Token) BaseURL() string { return t.Account[BaseURL] }

// Token returns a token that is good for some moments at least, refreshed if need be. A connection that is missing, expired or
// revoked is 28000 with the address to connect at; a sign-in server that does not answer is 08006.
func (t *Tokens) Token(ctx context.Context, s *identity.Session, source string) (Token, error) {
	v := t.v
	conf, c, err := v.usable(ctx, s, source)
	if err != nil {
		return Token{}, err
	}
	v.recent.note(c.key)
	switch c.age(v.now()) {
	case fresh:
		return v.token(ctx, conf, c)
	case aging:
		if v.flights.busy(c.key) || v.breaker.open(source) {
			return v.token(ctx, conf, c)
		}
		if err := v.refresh(ctx, conf, c, actOf(s, source)); err != nil && pgerr.Code(err) == pgerr.ConnectionFailure {
			return v.token(ctx, conf, c)
		} else if err != nil {
			return Token{}, err
		}
	case stale:
		if err := v.refreshNow(ctx, s, conf, c); err != nil {
			return Token{}, err
		}
	}
	return t.reread(ctx, s, source, 0)
}

// Address is where a person connects a source; it holds no secret.
func (t *Tokens) Address(source string) string { return t.v.connectURL(source) }

// Refresh returns another token than the one that the source has rejected: the stored one when it is already another, else
// one from a forced refresh. Errors are those of Token.
func (t *Tokens) Refresh(ctx context.Context, s *identity.Session, source string, rejected Token) (Token, error) {
	conf, c, err := t.v.usable(ctx, s, source)
	if err != nil {
		return Token{}, err
	}
	if c.gen != rejected.Generation {
		return t.v.token(ctx, conf, c)
	}
	if !c.refreshable {
		if err := t.v.end(ctx, c, "the source rejects the token"); err != nil {
			return Token{}, err
		}
		return t.reread(ctx, s, source, rejected.Generation)
	}
	if err := t.v.refreshNow(ctx, s, conf, c); err != nil {
		return Token{}, err
	}
	return t.reread(ctx, s, source, rejected.Generation)
}

// refreshNow refreshes unless the sign-in server has just failed.
func (v *Vault) refreshNow(ctx context.Context, s *identity.Session, conf *SourceConfig, c *connection) error {
	if v.breaker.open(c.key.source) {
		if c.state == Misconfigured {
			return v.dead(s, v.describe(s, c))
		}
		return unanswered(c.key.source, "the sign-in server has just failed")
	}
	return v.refresh(ctx, conf, c, actOf(s, c.key.source))
}

// reread returns the token of a connection that has been refreshed, or says why it is dead; one of generation rejected is of no use.
func (t *Tokens) reread(ctx context.Context, s *identity.Session, source string, rejected int64) (Token, error) {
	conf, c, err := t.v.usable(ctx, s, source)
	switch {
	case err != nil:
		return Token{}, err
	case c.gen != rejected && c.age(t.v.now()) != stale:
		return t.v.token(ctx, conf, c)
	case c.state == Misconfigured:
		return Token{}, t.v.dead(s, t.v.describe(s, c))
	}
	return Token{}, unanswered(source, "the sign-in server gives tokens that have expired")
}

// usable reads the connection that serves a session and refuses a dead one.
func (v *Vault) usable(ctx context.Context, s *identity.Session, source string) (*SourceConfig, *connection, error) {
	if s == nil {
		return nil, nil, pgerr.New(pgerr.Internal, "a token is asked for without a session")
	}
	conf, key, err := v.resolve(s, source)
	if err != nil {
		return nil, nil, err
	}
	c, err := v.see(ctx, conf, key)
	if err == nil && !c.alive(v.now()) {
		err = v.dead(s, v.describe(s, c))
	}
	return conf, c, err
}

// see reads a connection; one of a source that the organisation has not switched on is Disabled.
func (v *Vault) see(ctx context.Context, conf *SourceConfig, key connKey) (*connection, error) {
	c, err := v.load(ctx, key)
	if err != nil || conf.Credential != OrgCredential {
		return c, err
	}
	on, err := v.enabled(ctx, key)
	if err == nil && !on {
		c = &connection{key: key, state: Disabled}
	}
	return c, err
}

func (v *Vault) enabled(ctx context.Context, key connKey) (bool, error) {
	_, on, err := store.One(ctx, v.db, store.Number, "SELECT enabled_at FROM org_source WHERE org_id = ? AND source = ?", string(key.org), key.source)
	return on, err
}

func (v *Vault) token(ctx context.Context, conf *SourceConfig, c *connection) (Token, error) {
	pair, err := v.openTokens(ctx, c)
	t := Token{Access: pair.access, Generation: c.gen, Account: c.accountMap(), Credential: conf.Credential}
	if c.expires != 0 {
		t.Expires = time.UnixMicro(c.expires)
	}
	if parts := strings.Split(pair.access.Reveal(), "\x00"); conf.Login && len(parts) == 2 || conf.Certificate && len(parts) == 3 {
		t.User, t.Access = parts[0], secret.New(parts[1])
		if conf.Certificate {
			t.Certificate = []byte(parts[2])
		}
	}
	return t, err
}

// end notes that a connection without a refresh token is over.
func (v *Vault) end(ctx context.Context, c *connection, reason string) error {
	_, err := v.db.Exec(ctx, "UPDATE connection SET state = ?, reason = ?, since = ? WHERE org_id = ? AND person_id = ? AND source = ? AND gen = ?",
		string(Expired), reason, v.now().UnixMicro(), string(c.key.org), string(c.key.person), c.key.source, c.gen)
	v.ended(c.key, c.gen+1)
	act := identity.Act{Kind: "token_revoked", Org: c.key.org, Person: c.key.person, Source: c.key.source}
	return errors.Join(err, v.config.Journal.Record(ctx, act))
}

func actOf(s *identity.Session, source string) identity.Act {
	return identity.Act{Org: s.Org, Person: s.Person, Login: s.Login, Source: source, Client: s.ClientAddress}
}
