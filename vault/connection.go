package vault

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// State is what is known of a connection without asking anybody.
type State string

// The states. Only Connected and Misconfigured have tokens.
const (
	None          State = "none"          // never connected, or disconnected
	Connected     State = "connected"     // there are tokens
	Expired       State = "expired"       // the person must sign in at the source again
	Revoked       State = "revoked"       // an administrator has ended it
	Misconfigured State = "misconfigured" // the source refuses our client, not the person
	Disabled      State = "disabled"      // the organisation has not switched the source on
)

// connKey names a connection; person is "" for the organisation's one.
type connKey struct {
	org    identity.OrgID
	person identity.PersonID
	source string
}

func (k connKey) slot(generation int64) slot {
	return slot{keyOwner: keyOwner{k.org, k.person, purposeToken}, place: k.source, generation: generation}
}

// connection is a row of the table connection. Times are microseconds, 0 for unknown.
type connection struct {
	key         connKey
	state       State
	reason      string
	gen         int64
	sealed      []byte
	expires     int64
	lifetime    int64
	refreshable bool
	scopes      string
	subject     string
	account     string // a JSON object of text
	since       int64
	leaseUntil  int64
	intentGen   int64
}

// tokens is what a connection's sealed value holds. It is marshalled by hand: secret.Text does not print.
type tokens struct {
	access  secret.Text
	refresh secret.Text
}

const selectConnection = `SELECT org_id, person_id, source, state, reason, gen, sealed, coalesce(expires_at, 0), lifetime, refreshable, scopes,
	subject, account, since, lease_until, intent_gen FROM connection `

func scanConnection(r store.Row) (*connection, error) {
	var c connection
	var refreshable int64
	err := r.Scan(&c.key.org, &c.key.person, &c.key.source, &c.state, &c.reason, &c.gen, &c.sealed, &c.expires, &c.lifetime, &refreshable,
		&c.scopes, &c.subject, &c.account, &c.since, &c.leaseUntil, &c.intentGen)
	c.refreshable = refreshable != 0
	return &c, err
}

// load reads a connection; one that has no row is None.
func (v *Vault) load(ctx context.Context, key connKey) (*connection, error) {
	return loadFrom(ctx, v.db, key)
}

func loadFrom(ctx context.Context, db store.Conn, key connKey) (*connection, error) {
	c, ok, err := store.One(ctx, db, scanConnection, selectConnection+"WHERE org_id = ? AND person_id = ? AND source = ?",
		string(key.org), string(key.person), key.source)
	if err == nil && !ok {
		c = &connection{key: key, state: None}
	}
	return c, err
}

// alive reports whether there are tokens to use or to refresh.
func (c *connection) alive(now time.Time) bool {
	switch c.state {
	case Connected, Misconfigured:
		return c.refreshable || c.expires == 0 || c.expires > now.UnixMicro()
	}
	return false
}

// shown is the state that people see: a token that has run out and cannot be refreshed is expired, whoever noticed it or not.
func (c *connection) shown(now time.Time) State {
	if c.state == Connected && !c.alive(now) {
		return Expired
	}
	return c.state
}

// early is how long before its end a token is refreshed: a fifth of its life within 60 s and 5 min, never more than half of it, ± 25 %
// by a hash of the connection and the generation, so that connections made together are not refreshed together.
func (c *connection) early() time.Duration {
	life := time.Duration(c.lifetime) * time.Second
	d := min(max(time.Minute, min(life/5, 5*time.Minute)), life/2)
	h := uint64(14695981039346656037) // FNV-1a
	for _, b := range associate(string(c.key.org), string(c.key.person), c.key.source, strconv.FormatInt(c.gen, 10)) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return d*3/4 + time.Duration(h%1000)*d/2000
}

// longestEarly is the longest that early returns.
const longestEarly = 5 * time.Minute * 5 / 4

// lastMoment is how near to its end a token is not used any more.
const lastMoment = 15 * time.Second

// age says what a token is good for.
type age int

const (
	fresh age = iota // use it
	aging            // use it when a refresh is running or fails
	stale            // refresh it first
)

func (c *connection) age(now time.Time) age {
	left := time.Duration(c.expires-now.UnixMicro()) * time.Microsecond
	near := min(lastMoment, time.Duration(c.lifetime)*time.Second/4)
	unfinished := c.refreshable && c.intentGen > c.gen && c.leaseUntil <= now.UnixMicro()
	switch {
	case unfinished && (c.expires == 0 || left > near):
		return aging // a refresh was begun and its end is unknown: the tokens may be dead
	case c.expires == 0, left > c.early(), !c.refreshable && left > 0:
		return fresh
	case left > near:
		return aging
	}
	return stale
}

// sealTokens returns the sealed value of a connection's generation.
func (v *Vault) sealTokens(ctx context.Context, key connKey, generation int64, t tokens) ([]byte, error) {
	plain, err := json.Marshal([2]string{t.access.Reveal(), t.refresh.Reveal()})
	if err != nil {
		return nil, pgerr.From(err)
	}
	defer clear(plain)
	return v.keys.seal(ctx, key.slot(generation), plain)
}

func (v *Vault) openTokens(ctx context.Context, c *connection) (tokens, error) {
	plain, err := v.keys.unseal(ctx, c.key.slot(c.gen), c.sealed)
	if err != nil {
		return tokens{}, err
	}
	defer clear(plain)
	var pair [2]string
	if err := json.Unmarshal(plain, &pair); err != nil {
		return tokens{}, sealBroken(nil)
	}
	return tokens{secret.New(pair[0]), secret.New(pair[1])}, nil
}

func (c *connection) accountMap() map[string]string {
	m := map[string]string{}
	if json.Unmarshal([]byte(c.account), &m) != nil {
		return map[string]string{}
	}
	return m
}
