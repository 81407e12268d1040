package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
	"golang.org/x/oauth2"
)

// Connections makes and ends connections; the console works with it.
type Connections struct{ v *Vault }

// flowTime is how long a person may take at the source.
const flowTime = 10 * time.Minute

// List tells of all of a person's connections and the organisation's, by source, from the store alone.
func (c *Connections) List(ctx context.Context, s *identity.Session) ([]ConnectionState, error) {
	return c.v.states(ctx, s, c.v.sources())
}

// State tells of one connection; an unknown source is 42704.
func (c *Connections) State(ctx context.Context, s *identity.Session, source string) (ConnectionState, error) {
	states, err := c.v.states(ctx, s, []string{source})
	if err != nil {
		return ConnectionState{}, err
	}
	return states[0], nil
}

// Begin starts an authorization code flow with PKCE (RFC 7636) and returns the address to send the browser to. browser identifies the signed-in
// browser session, the only one that may complete it. An organisation's connection needs an Admin (42501) and the source switched on (55000).
func (c *Connections) Begin(ctx context.Context, s *identity.Session, browser, source string) (string, error) {
	v := c.v
	conf, key, err := v.resolve(s, source)
	if err != nil {
		return "", err
	}
	if err := v.mayConnect(ctx, s, conf, key); err != nil {
		return "", err
	}
	if err := c.takes(ctx, s, source, func(conf *SourceConfig) bool { return !conf.Login && !conf.Certificate }); err != nil {
		return "", err
	}
	state, verifier := randomText(), oauth2.GenerateVerifier()
	at := flowSlot(key, digest(state))
	sealed, err := v.keys.seal(ctx, at, []byte(verifier))
	if err != nil {
		return "", err
	}
	now := v.now()
	if _, err := v.db.Exec(ctx, "DELETE FROM oauth_txn WHERE expires_at < ?", now.Add(-flowTime).UnixMicro()); err != nil {
		return "", err
	}
	_, err = v.db.Exec(ctx, `INSERT INTO oauth_txn (state_hash, org_id, person_id, source, browser_hash, sealed, redirect_uri, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, digest(state), string(s.Org), string(s.Person), source, digest(browser), sealed,
		v.callbackURL(source), now.Add(flowTime).UnixMicro())
	if err != nil {
		return "", err
	}
	return conf.authorize(v.callbackURL(source), state, oauth2.S256ChallengeFromVerifier(verifier))
}

func (s *SourceConfig) authorize(redirect, state, challenge string) (string, error) {
	u, err := url.Parse(s.AuthorizeURL)
	if err != nil {
		return "", pgerr.New(pgerr.ConfigFile, "the authorize address is malformed").Because(err)
	}
	q := u.Query()
	maps.Copy(q, variants[s.Variant].authorize)
	maps.Copy(q, url.Values{
		"response_type": {"code"}, "client_id": {s.ClientID}, "redirect_uri": {redirect}, "state": {state},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	})
	if len(s.Scopes) > 0 {
		q.Set("scope", strings.Join(s.Scopes, " "))
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// mayConnect refuses to make or end what is not the person's to make or end.
func (v *Vault) mayConnect(ctx context.Context, s *identity.Session, conf *SourceConfig, key connKey) error {
	if conf.Credential != OrgCredential {
		if !identity.May(s.Role, identity.ConnectOwn) {
			return permission("connect sources")
		}
		return nil
	}
	if !identity.May(s.Role, identity.EnableOrgSource) {
		return permission("connect source " + key.source + " for the organisation")
	}
	on, err := v.enabled(ctx, key)
	if err == nil && !on {
		err = pgerr.New(pgerr.ObjectNotInPrerequisite, "source %s is not switched on for organisation \"%s\"", key.source, s.OrgName).
			WithHint("switch it on first, at %s", v.connectURL(key.source))
	}
	return err
}

func permission(what string) *pgerr.Error {
	return pgerr.New(pgerr.InsufficientPrivilege, "permission denied to %s", what).WithHint("ask an administrator of your organisation")
}

// Callback is what the browser brings back from the source.
type Callback struct {
	Browser string // as given to Begin
	Source  string // named by the callback's own address: one address per source, so that servers cannot be mixed up
	Query   url.Values
}

// Complete ends a flow: it checks the answer, exchanges the code and stores the connection. Every fault is 28000 in the person's words; an
// answer is taken once, whatever comes of it.
func (c *Connections) Complete(ctx context.Context, s *identity.Session, cb Callback) (ConnectionState, error) {
	v := c.v
	conf, key, err := v.resolve(s, cb.Source)
	if err != nil {
		return ConnectionState{}, err
	}
	if err := v.mayConnect(ctx, s, conf, key); err != nil {
		return ConnectionState{}, err
	}
	verifier, err := v.take(ctx, s, key, cb)
	if err != nil {
		return ConnectionState{}, err
	}
	if err := conf.checkCallback(cb.Query); err != nil {
		return ConnectionState{}, v.connectFailed(ctx, s, cb.Source, err)
	}
	// The code is spent from here on: a browser that goes away must not stop it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
	defer cancel()
	got, failure := v.callToken(ctx, conf, url.Values{
		"grant_type": {"authorization_code"}, "code": {cb.Query.Get("code")}, "redirect_uri": {v.callbackURL(cb.Source)}, "code_verifier": {verifier},
	})
	if failure != nil {
		err := refused(cb.Source, failure.what)
		if failure.code != "" {
			err = refused(cb.Source, "the sign-in server did not accept the code").WithDetail("It answered: %s.", failure.code)
		}
		return ConnectionState{}, v.connectFailed(ctx, s, cb.Source, err)
	}
	if err := v.connect(ctx, s, key, got); err != nil {
		v.revokeAt(ctx, conf, got.tokens)
		return ConnectionState{}, v.connectFailed(ctx, s, cb.Source, err)
	}
	return c.State(ctx, s, cb.Source)
}

// take spends the transaction that belongs to this answer, person, source and browser, and returns its PKCE verifier.
func (v *Vault) take(ctx context.Context, s *identity.Session, key connKey, cb Callback) (string, error) {
	state := cb.Query.Get("state")
	now := v.now().UnixMicro()
	sealed, ok, err := store.One(ctx, v.db, func(r store.Row) (b []byte, err error) { return b, r.Scan(&b) },
		`UPDATE oauth_txn SET used_at = ? WHERE state_hash = ? AND org_id = ? AND person_id = ? AND source = ? AND browser_hash = ?
		AND redirect_uri = ? AND used_at IS NULL AND expires_at > ? RETURNING sealed`,
		now, digest(state), string(s.Org), string(s.Person), cb.Source, digest(cb.Browser), v.callbackURL(cb.Source), now)
	if err != nil {
		return "", err
	}
	if !ok || state == "" {
		return "", v.connectFailed(ctx, s, cb.Source, refused(cb.Source, "this sign-in was not started here, or has been used or has expired"))
	}
	verifier, err := v.keys.unseal(ctx, flowSlot(key, digest(state)), sealed)
	return string(verifier), err
}

// checkCallback reads RFC 6749 section 4.1.2 and RFC 9207.
func (s *SourceConfig) checkCallback(q url.Values) error {
	for name, values := range q {
		if len(values) > 1 {
			return refused("", "the sign-in server's answer names "+name+" twice")
		}
	}
	switch code := q.Get("error"); {
	case q.Has("iss") && s.Issuer != "" && q.Get("iss") != s.Issuer:
		return refused("", "the answer comes from another sign-in server")
	case code == "access_denied":
		return refused("", "you have not allowed the connection")
	case isErrorCode(code):
		return refused("", "the sign-in server refuses").WithDetail("It answered: %s.", code)
	case q.Has("error"):
		return refused("", "the sign-in server refuses")
	case q.Get("code") == "":
		return refused("", "the sign-in server's answer has no code")
	}
	return nil
}

func refused(source, what string) *pgerr.Error {
	e := pgerr.New(pgerr.InvalidAuthorization, "%s", what)
	if source == "" {
		return e.WithHint("start the connection again")
	}
	return e.WithHint("start the connection to %s again", source)
}

// connect checks what was granted and stores the first tokens of a connection.
func (v *Vault) connect(ctx context.Context, s *identity.Session, key connKey, got *answer) error {
	conf := v.config.Sources[key.source]
	if missing := got.missing(conf.Scopes); len(missing) > 0 {
		return refused(key.source, "the connection lacks rights that it needs").WithDetail("Not granted: %s.", strings.Join(missing, ", "))
	}
	facts, err := conf.account(got.fields)
	if err != nil {
		return err
	}
	subject, err := v.subject(ctx, &conf, got)
	if err != nil {
		return refused(key.source, "the source does not say who has signed in").Because(err)
	}
	if got.scopes == nil {
		got.scopes = slices.Clone(conf.Scopes)
	}
	account, err := json.Marshal(facts)
	if err != nil {
		return pgerr.From(err)
	}
	act := actOf(s, key.source)
	act.Kind, act.Detail = "connect_source", map[string]string{"credential": string(conf.Credential), "scopes": strings.Join(got.scopes, " ")}
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return err
	}
	for range 5 {
		old, err := v.load(ctx, key)
		if err != nil {
			return err
		}
		if old.subject != "" && subject != old.subject {
			return refused(key.source, "you have signed in with another account than before").
				WithHint("disconnect %s first if that is what you want", key.source)
		}
		next := connection{key: key, gen: old.gen + 1, subject: subject, account: string(account)}
		if done, err := v.insert(ctx, &next, got); done || err != nil {
			return err
		}
	}
	return unanswered(key.source, "the connection keeps changing")
}

// insert writes a connection's first tokens over the generation before it, and reports whether that was still the last one.
func (v *Vault) insert(ctx context.Context, n *connection, got *answer) (bool, error) {
	sealed, err := v.sealTokens(ctx, n.key, n.gen, got.tokens)
	if err != nil {
		return false, err
	}
	refreshable := 0
	if !got.refresh.Empty() {
		refreshable = 1
	}
	changed, err := v.db.Exec(ctx, `INSERT INTO connection (org_id, person_id, source, state, reason, gen, sealed, expires_at, lifetime, refreshable,
		scopes, subject, account, since, lease_owner, lease_until, intent_gen, intent_at)
		VALUES (?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0)
		ON CONFLICT (org_id, person_id, source) DO UPDATE SET state = excluded.state, reason = '', gen = excluded.gen, sealed = excluded.sealed,
		expires_at = excluded.expires_at, lifetime = excluded.lifetime, refreshable = excluded.refreshable, scopes = excluded.scopes,
		subject = excluded.subject, account = excluded.account, since = excluded.since, lease_owner = '', lease_until = 0, intent_gen = 0
		WHERE connection.gen = excluded.gen - 1`,
		string(n.key.org), string(n.key.person), n.key.source, string(Connected), n.gen, sealed, got.expiry(), int64(got.lifetime/time.Second),
		refreshable, strings.Join(got.scopes, " "), n.subject, n.account, v.now().UnixMicro())
	if err == nil && changed == 1 {
		v.ended(n.key, n.gen)
	}
	return changed == 1, err
}

func (v *Vault) connectFailed(ctx context.Context, s *identity.Session, source string, failure error) error {
	act := actOf(s, source)
	act.Kind, act.Code = "connect_failed", pgerr.Code(failure)
	act.Detail = map[string]string{"failure": failure.Error()}
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return err
	}
	return failure
}

func flowSlot(key connKey, state string) slot {
	return slot{keyOwner: keyOwner{key.org, key.person, purposeFlow}, place: key.source + " " + state}
}

// randomText has 256 random bits.
func randomText() string {
	b := make([]byte, 32)
	rand.Read(b) //nolint:errcheck // it never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b)
}

// digest is how one-time values are stored and looked up.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
