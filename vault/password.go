package vault

import (
	"context"
	"strings"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// SetPassword keeps a person's own user name and password for a source that knows no OAuth, sealed as tokens are and journalled
// before they are stored. It is not tried here: a wrong one is noticed, and named, at its first use. 22023 for one that no
// server takes, 42809 for a source with OAuth.
func (c *Connections) SetPassword(ctx context.Context, s *identity.Session, source, user string, password secret.Text) (ConnectionState, error) {
	v := c.v
	conf, key, err := v.resolve(s, source)
	if err != nil {
		return ConnectionState{}, err
	}
	if err := v.mayConnect(ctx, s, conf, key); err != nil {
		return ConnectionState{}, err
	}
	if !conf.Login {
		return ConnectionState{}, pgerr.New(pgerr.WrongObjectType, "source %s is connected at its own sign-in page", source)
	}
	if user == "" || password.Empty() || len(user) > 63 || strings.ContainsRune(user+password.Reveal(), 0) {
		return ConnectionState{}, pgerr.New(pgerr.InvalidParameterValue, "source %s needs a user name and a password", source)
	}
	act := actOf(s, source)
	act.Kind, act.Detail = "connect_source", map[string]string{"credential": "password"}
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return ConnectionState{}, err
	}
	got := &answer{tokens: tokens{access: secret.New(user + "\x00" + password.Reveal())}}
	for range 5 {
		old, err := v.load(ctx, key)
		if err != nil {
			return ConnectionState{}, err
		}
		next := connection{key: key, gen: old.gen + 1, account: "{}"}
		if done, err := v.insert(ctx, &next, got); done || err != nil {
			if err != nil {
				return ConnectionState{}, err
			}
			return c.State(ctx, s, source)
		}
	}
	return ConnectionState{}, unanswered(source, "the connection keeps changing")
}
