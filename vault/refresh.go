package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"golang.org/x/sync/errgroup"
)

// leaseTime is how long a process may keep others from refreshing a connection; it outlasts renew.
const leaseTime = renewTimeout + 5*time.Second

// renewTimeout bounds renew: two calls and time to store the answer.
const renewTimeout = 2*tokenCallTimeout + 5*time.Second

// leasePoll is how often a process looks whether another one has finished.
const leasePoll = 50 * time.Millisecond

// refresh brings a connection past generation seen, by a call or because somebody else has. When it returns nil, the store holds
// tokens of a later generation. who is for the journal.
func (v *Vault) refresh(ctx context.Context, s *SourceConfig, c *connection, who identity.Act) error {
	key, seen := c.key, c.gen
	return v.flights.join(ctx, key, func(ctx context.Context) error {
		c, err := v.load(ctx, key)
		for err == nil && c.gen == seen && c.state != None {
			var mine bool
			if mine, err = v.lease(ctx, c); err != nil {
				return err
			}
			if mine {
				return v.renew(ctx, s, c, who)
			}
			if err = pause(ctx, leasePoll); err != nil {
				return unanswered(key.source, "another process does not finish its refresh")
			}
			c, err = v.load(ctx, key)
		}
		return err
	})
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lease takes a connection for this process and notes which generation it is about to make. It fails when another process has it.
func (v *Vault) lease(ctx context.Context, c *connection) (bool, error) {
	now := v.now()
	n, err := v.db.Exec(ctx, `UPDATE connection SET lease_owner = ?, lease_until = ?, intent_gen = ?, intent_at = ?
		WHERE org_id = ? AND person_id = ? AND source = ? AND gen = ? AND lease_until <= ?`,
		v.me, now.Add(leaseTime).UnixMicro(), c.gen+1, now.UnixMicro(),
		string(c.key.org), string(c.key.person), c.key.source, c.gen, now.UnixMicro())
	return n == 1, err
}

// release gives the lease back. sure means that the sign-in server has not rotated the tokens, so that nothing is to be recovered.
func (v *Vault) release(ctx context.Context, c *connection, sure bool) error {
	intent := c.gen + 1
	if sure {
		intent = 0
	}
	_, err := v.db.Exec(ctx, `UPDATE connection SET lease_owner = '', lease_until = 0, intent_gen = ?
		WHERE org_id = ? AND person_id = ? AND source = ? AND gen = ? AND lease_owner = ?`,
		intent, string(c.key.org), string(c.key.person), c.key.source, c.gen, v.me)
	return err
}

// renew calls the token endpoint under the lease and stores what it answers before anybody may use it.
func (v *Vault) renew(ctx context.Context, s *SourceConfig, c *connection, who identity.Act) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
	defer cancel()
	old, err := v.openTokens(ctx, c)
	if err == nil {
		who.Kind = "token_refresh"
		who.Detail = map[string]string{"generation": strconv.FormatInt(c.gen+1, 10), "step": "begin"}
		err = v.config.Journal.Record(ctx, who)
	}
	if err != nil {
		return errors.Join(err, v.release(ctx, c, c.intentGen <= c.gen))
	}
	form := func() url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.refresh.Reveal()}}
	}
	got, failure := v.callToken(ctx, s, form())
	if failure != nil && failure.ambiguous {
		// Once and at once: inside its grace window a server answers the same token again.
		got, failure = v.callToken(ctx, s, form())
	}
	if failure == nil {
		if missing := got.missing(strings.Fields(c.scopes)); len(missing) > 0 {
			failure = &callFailure{code: "invalid_scope", what: "the sign-in server grants less than before: " + strings.Join(missing, " ")}
		}
	}
	if failure != nil {
		return v.refreshFailed(ctx, c, failure, who)
	}
	v.breaker.succeeded(c.key.source)
	if got.refresh.Empty() {
		got.refresh = old.refresh
	}
	return v.keep(ctx, c, got, who)
}

// keep stores a new generation: only when that is durable does anybody see it. It tries again, for the old tokens may be dead.
func (v *Vault) keep(ctx context.Context, c *connection, got *answer, who identity.Act) error {
	var sealed []byte
	var kept bool
	var err error
	for try := range 4 {
		if try > 0 && pause(ctx, time.Duration(try)*100*time.Millisecond) != nil {
			break
		}
		if sealed, err = v.sealTokens(ctx, c.key, c.gen+1, got.tokens); err != nil {
			continue
		}
		if kept, err = v.commit(ctx, c, got, sealed); err == nil {
			break
		}
	}
	if err != nil || !kept { // not kept: disconnected or connected anew meanwhile
		return err
	}
	v.ended(c.key, c.gen+1)
	digest := sha256.Sum256(sealed)
	who.Detail = map[string]string{"generation": strconv.FormatInt(c.gen+1, 10), "step": "end", "sealed_sha256": hex.EncodeToString(digest[:])}
	return v.config.Journal.Record(ctx, who)
}

func (v *Vault) commit(ctx context.Context, c *connection, got *answer, sealed []byte) (bool, error) {
	n, err := v.db.Exec(ctx, `UPDATE connection SET sealed = ?, gen = gen + 1, state = ?, reason = '', expires_at = ?, lifetime = ?, refreshed_at = ?,
		lease_owner = '', lease_until = 0, intent_gen = 0
		WHERE org_id = ? AND person_id = ? AND source = ? AND gen = ? AND lease_owner = ?`,
		sealed, string(Connected), got.expiry(), int64(got.lifetime/time.Second), v.now().UnixMicro(),
		string(c.key.org), string(c.key.person), c.key.source, c.gen, v.me)
	return n == 1, err
}

func (a *answer) expiry() *int64 {
	if a.expires.IsZero() {
		return nil
	}
	us := a.expires.UnixMicro()
	return &us
}

// refreshFailed classifies a failure (RFC 6749 section 5.2 and OpenID Connect Core section 3.1.2.6). What only delays keeps the tokens.
func (v *Vault) refreshFailed(ctx context.Context, c *connection, f *callFailure, who identity.Act) error {
	who.Code, who.Detail = f.code, map[string]string{"step": "end", "failure": f.what}
	switch f.code {
	case "invalid_grant", "interaction_required", "login_required", "consent_required", "mfa_required":
		who.Kind = "token_revoked"
		return errors.Join(v.mark(ctx, c, Expired, f.code), v.config.Journal.Record(ctx, who))
	case "invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type":
		v.breaker.failed(c.key.source, f.after)
		return errors.Join(v.mark(ctx, c, Misconfigured, f.code), v.config.Journal.Record(ctx, who))
	}
	v.breaker.failed(c.key.source, f.after)
	err := errors.Join(v.release(ctx, c, !f.ambiguous && c.intentGen <= c.gen), v.config.Journal.Record(ctx, who))
	return errors.Join(unanswered(c.key.source, f.what), err)
}

// mark notes a state with its reason and gives the lease back; the tokens stay as they are.
func (v *Vault) mark(ctx context.Context, c *connection, state State, reason string) error {
	_, err := v.db.Exec(ctx, `UPDATE connection SET state = ?, reason = ?, since = ?, lease_owner = '', lease_until = 0, intent_gen = 0
		WHERE org_id = ? AND person_id = ? AND source = ? AND gen = ? AND lease_owner = ?`,
		string(state), reason, v.now().UnixMicro(), string(c.key.org), string(c.key.person), c.key.source, c.gen, v.me)
	if state == Expired {
		v.ended(c.key, c.gen+1)
	}
	return err
}

// unanswered is the error of a refresh that did not come to an end; the connection itself is not lost.
func unanswered(source, what string) *pgerr.Error {
	return pgerr.New(pgerr.ConnectionFailure, "the token for source %s cannot be refreshed now", source).
		WithDetail("%s.", strings.ToUpper(what[:1])+what[1:]).WithHint("try again in a moment")
}

// Run refreshes connections that have been used lately before their tokens end, and finishes at once what a process that died had begun.
// It lists ids and times only, opens one refresh token for one call, and yields nothing. It returns when ctx ends.
func (v *Vault) Run(ctx context.Context) error {
	for {
		if err := v.sweep(ctx); err != nil && ctx.Err() == nil && pgerr.Code(err) != pgerr.SystemError {
			return err
		}
		if pause(ctx, sweepEvery) != nil {
			return nil
		}
	}
}

const sweepEvery = 5 * time.Second

// sweep does one round, some connections at a time; one that fails does not keep the others back.
func (v *Vault) sweep(ctx context.Context) error {
	due, err := v.due(ctx)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(8)
	for _, c := range due {
		s, ok := v.config.Sources[c.key.source]
		if !ok || v.breaker.open(c.key.source) || ctx.Err() != nil {
			continue
		}
		who := identity.Act{Org: c.key.org, Person: c.key.person, Source: c.key.source, Login: "refresher"}
		group.Go(func() error {
			_ = v.refresh(ctx, &s, c, who) // the failure is in the journal and in the connection's state
			return nil
		})
	}
	return group.Wait()
}
