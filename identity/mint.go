package identity

import (
	"context"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// MaxTokens bounds how many verifiers a person can have at a time: each login tries that many.
const MaxTokens = 32

// TokenLifetime is an access token's when nothing else is asked for, and the longest one.
const TokenLifetime = 90 * 24 * time.Hour

// AccessToken is what is known of an access token after it has been shown once.
type AccessToken struct {
	ID       string
	Name     string
	Created  time.Time
	Expires  time.Time
	LastUsed time.Time // zero when never
	Revoked  time.Time // zero while it is good
}

// MintToken makes an access token, which opens the PostgreSQL port as its owner's password. The secret is returned this
// once; only its verifier is kept. A lifetime of 0 means TokenLifetime.
func (r *Registry) MintToken(ctx context.Context, owner PersonID, name string, lifetime time.Duration) (AccessToken, secret.Text, error) {
	p, err := r.person(ctx, owner)
	if err != nil {
		return AccessToken{}, secret.Text{}, err
	}
	if err := r.mayManage(p); err != nil {
		return AccessToken{}, secret.Text{}, err
	}
	if lifetime == 0 {
		lifetime = TokenLifetime
	}
	if lifetime < 0 || lifetime > TokenLifetime {
		return AccessToken{}, secret.Text{}, pgerr.New(pgerr.InvalidParameterValue, "an access token lives 90 days at most")
	}
	id, token := newToken()
	v, err := p.newVerifier(token)
	if err != nil {
		return AccessToken{}, secret.Text{}, err
	}
	now := r.dir.now()
	v.id, v.kind, v.name, v.expires = id, kindToken, name, micros(now.Add(lifetime))
	err = r.change(ctx, p, Act{Kind: "access_token_minted", Detail: map[string]string{"token": id, "name": name}}, func(c store.Conn) error {
		n, _, err := store.One(ctx, c, store.Number, `SELECT count(*) FROM verifier WHERE person_id = ? AND revoked_at IS NULL
			AND (expires_at IS NULL OR expires_at > ?)`, string(owner), micros(now))
		if err != nil {
			return err
		}
		if n >= MaxTokens {
			return pgerr.New(pgerr.ConfigurationLimitExceeded, `user "%s" has %d access tokens already`, p.login, n).WithHint("revoke one first")
		}
		return r.dir.insertVerifier(ctx, c, p, v)
	})
	return AccessToken{ID: id, Name: name, Created: now, Expires: now.Add(lifetime)}, token, err
}

// insertVerifier stores a verifier made now; v.expires 0 means never.
func (d *Directory) insertVerifier(ctx context.Context, c store.Conn, p *person, v verifier) error {
	var expires *int64
	if v.expires != 0 {
		expires = &v.expires
	}
	_, err := c.Exec(ctx, `INSERT INTO verifier (id, org_id, person_id, kind, name, stored_key, server_key, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		v.id, string(p.org), string(p.id), v.kind, v.name, v.storedKey, v.serverKey, micros(d.now()), expires)
	return err
}

// RevokeToken ends an access token and the sessions that it has opened; an unknown one is 42704.
func (r *Registry) RevokeToken(ctx context.Context, owner PersonID, id string) error {
	p, err := r.person(ctx, owner)
	if err != nil {
		return err
	}
	if err := r.mayManage(p); err != nil {
		return err
	}
	return r.change(ctx, p, Act{Kind: "access_token_revoked", Detail: map[string]string{"token": id}}, func(c store.Conn) error {
		n, err := c.Exec(ctx, "UPDATE verifier SET revoked_at = ? WHERE id = ? AND person_id = ? AND kind = ? AND revoked_at IS NULL",
			micros(r.dir.now()), id, string(owner), kindToken)
		if err == nil && n == 0 {
			return pgerr.New(pgerr.UndefinedObject, `access token "%s" does not exist`, id)
		}
		return err
	})
}

// Tokens lists a person's access tokens, revoked and expired ones included, newest first.
func (r *Registry) Tokens(ctx context.Context, owner PersonID) ([]AccessToken, error) {
	p, err := r.person(ctx, owner)
	if err != nil {
		return nil, err
	}
	if err := r.mayManage(p); err != nil {
		return nil, err
	}
	return store.All(ctx, r.dir.db, func(row store.Row) (t AccessToken, err error) {
		var created int64
		var expires, used, revoked *int64
		err = row.Scan(&t.ID, &t.Name, &created, &expires, &used, &revoked)
		t.Created, t.Expires, t.LastUsed, t.Revoked = time.UnixMicro(created), moment(expires), moment(used), moment(revoked)
		return t, err
	}, `SELECT id, name, created_at, expires_at, last_used_at, revoked_at FROM verifier
		WHERE person_id = ? AND kind = ? ORDER BY created_at DESC, id`, string(owner), kindToken)
}

func moment(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return time.UnixMicro(*us)
}
