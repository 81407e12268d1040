package vault

import (
	"context"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

// Disconnect wipes a connection's tokens and asks the source to revoke them, where it offers that. What cannot be told to the source is
// forgotten here all the same. An organisation's connection needs an Admin.
func (c *Connections) Disconnect(ctx context.Context, s *identity.Session, source string) error {
	v := c.v
	conf, key, err := v.resolve(s, source)
	if err != nil {
		return err
	}
	if conf.Credential == OrgCredential && !identity.May(s.Role, identity.EnableOrgSource) {
		return permission("disconnect source " + source + " of the organisation")
	}
	old, err := v.load(ctx, key)
	if err != nil || old.state == None {
		return err
	}
	act := actOf(s, source)
	act.Kind = "disconnect_source"
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return err
	}
	if err := v.wipe(ctx, v.db, key, None); err != nil {
		return err
	}
	v.ended(key, 0)
	if pair, err := v.openTokens(ctx, old); err == nil {
		v.revokeAt(ctx, conf, pair)
	}
	return nil
}

// wipe removes a connection's tokens. The generation grows, so that a refresh under way cannot bring them back.
func (v *Vault) wipe(ctx context.Context, c store.Conn, key connKey, state State) error {
	_, err := c.Exec(ctx, `UPDATE connection SET state = ?, reason = '', gen = gen + 1, sealed = NULL, expires_at = NULL, subject = '', account = '',
		scopes = '', since = ?, lease_owner = '', lease_until = 0, intent_gen = 0
		WHERE org_id = ? AND person_id = ? AND source = ?`,
		string(state), v.now().UnixMicro(), string(key.org), string(key.person), key.source)
	return err
}

// Sentence is what an Admin acknowledges when he switches on a source whose token is the organisation's.
func Sentence(source string) string {
	return "Everybody in the organisation who may query " + source + " does so through one token of the organisation, " +
		"and sees what the source's own permission profile gives to their verified e-mail address."
}

// Enabled reports whether an organisation's source is switched on.
func (c *Connections) Enabled(ctx context.Context, s *identity.Session, source string) (bool, error) {
	_, key, err := c.v.resolve(s, source)
	if err != nil {
		return false, err
	}
	return c.v.enabled(ctx, key)
}

// Enable switches on a source of credential org for an Admin's organisation. acknowledgement must be Sentence; it is kept with the
// person's name.
func (c *Connections) Enable(ctx context.Context, s *identity.Session, source, acknowledgement string) error {
	if err := c.mayEnable(s, source); err != nil {
		return err
	}
	if acknowledgement != Sentence(source) {
		return pgerr.New(pgerr.InvalidParameterValue, "switching on source %s needs the acknowledgement of what it means", source).
			WithDetail("%s", Sentence(source))
	}
	act := actOf(s, source)
	act.Kind, act.Detail = "admin.enable_source", map[string]string{"acknowledged": acknowledgement}
	if err := c.v.config.Journal.Record(ctx, act); err != nil {
		return err
	}
	_, err := c.v.db.Exec(ctx, `INSERT INTO org_source (org_id, source, enabled_by, enabled_at, sentence) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (org_id, source) DO NOTHING`, string(s.Org), source, string(s.Person), c.v.now().UnixMicro(), acknowledgement)
	return err
}

// Disable switches an organisation's source off; its connection is kept, unused.
func (c *Connections) Disable(ctx context.Context, s *identity.Session, source string) error {
	if err := c.mayEnable(s, source); err != nil {
		return err
	}
	act := actOf(s, source)
	act.Kind = "admin.disable_source"
	if err := c.v.config.Journal.Record(ctx, act); err != nil {
		return err
	}
	_, err := c.v.db.Exec(ctx, "DELETE FROM org_source WHERE org_id = ? AND source = ?", string(s.Org), source)
	c.v.ended(connKey{org: s.Org, source: source}, 0)
	return err
}

func (c *Connections) mayEnable(s *identity.Session, source string) error {
	conf, _, err := c.v.resolve(s, source)
	if err != nil {
		return err
	}
	if !identity.May(s.Role, identity.EnableOrgSource) {
		return permission("switch on source " + source)
	}
	if conf.Credential != OrgCredential {
		return pgerr.New(pgerr.WrongObjectType, "source %s is opened with each person's own token and needs no switch", source)
	}
	return nil
}

// Revoke ends all connections of an organisation, or of one person when person is not "": it wipes the tokens, destroys the keys that sealed
// them, so that copies of the store are unreadable too, and asks the sources to revoke. It returns the number of connections ended. It is for the
// operator of this machine, whose name goes into the journal.
func (v *Vault) Revoke(ctx context.Context, org identity.OrgID, person identity.PersonID, operator string) (int, error) {
	act := identity.Act{Kind: "admin.revoke_connections", Org: org, Person: person, Login: operator}
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return 0, err
	}
	all, err := store.All(ctx, v.db, scanConnection, selectConnection+"WHERE org_id = ? AND (? = '' OR person_id = ?) AND sealed IS NOT NULL",
		string(org), string(person), string(person))
	if err != nil {
		return 0, err
	}
	pairs := make([]tokens, len(all))
	for i, c := range all {
		if pairs[i], err = v.openTokens(ctx, c); err != nil {
			pairs[i] = tokens{} // unreadable already
		}
	}
	err = v.db.Tx(ctx, func(c store.Conn) error {
		for _, row := range all {
			if err := v.wipe(ctx, c, row.key, Revoked); err != nil {
				return err
			}
		}
		return v.keys.destroy(ctx, c, keyOwner{org, person, purposeToken})
	})
	if err != nil {
		return 0, err
	}
	v.keys.forget()
	for _, c := range all {
		v.ended(c.key, 0)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for i, c := range all {
		if conf, ok := v.config.Sources[c.key.source]; ok && !pairs[i].access.Empty() {
			v.revokeAt(ctx, &conf, pairs[i])
		}
	}
	return len(all), nil
}
