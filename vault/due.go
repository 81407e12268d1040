package vault

import (
	"context"

	"github.com/waggle-sql/waggle/internal/store"
)

// due lists the connections that the refresher should see to, without their tokens.
func (v *Vault) due(ctx context.Context) ([]*connection, error) {
	now := v.now()
	all, err := store.All(ctx, v.db, func(r store.Row) (*connection, error) {
		c := connection{refreshable: true}
		return &c, r.Scan(&c.key.org, &c.key.person, &c.key.source, &c.gen, &c.state, &c.expires, &c.lifetime, &c.leaseUntil, &c.intentGen)
	}, `SELECT org_id, person_id, source, gen, state, coalesce(expires_at, 0), lifetime, lease_until, intent_gen FROM connection
		WHERE state = ? AND refreshable = 1 AND (intent_gen > gen AND lease_until <= ? OR expires_at < ?)
		ORDER BY intent_at`, string(Connected), now.UnixMicro(), now.Add(longestEarly).UnixMicro())
	if err != nil {
		return nil, err
	}
	var due []*connection
	for _, c := range all {
		unfinished := c.intentGen > c.gen
		if unfinished || v.recent.is(c.key) && c.age(now) != fresh {
			due = append(due, c)
		}
	}
	return due, nil
}
