package vault

import (
	"context"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// SetPassword keeps a person's own user name and password for a source that knows no OAuth, sealed as tokens are and journalled
// before they are stored. It is not tried here: a wrong one is noticed, and named, at its first use. 22023 for one that no
// server takes, 42809 for a source with OAuth.
func (c *Connections) SetPassword(ctx context.Context, s *identity.Session, source, user string, password secret.Text) (ConnectionState, error) {
	if err := c.takes(ctx, s, source, func(conf *SourceConfig) bool { return conf.Login }); err != nil {
		return ConnectionState{}, err
	}
	if !validUser(user) || password.Empty() || strings.ContainsRune(password.Reveal(), 0) {
		return ConnectionState{}, pgerr.New(pgerr.InvalidParameterValue, "source %s needs a user name and a password", source)
	}
	return c.keepOwn(ctx, s, source, own{kind: "password", access: secret.New(user + "\x00" + password.Reveal())})
}

func validUser(user string) bool {
	return user != "" && len(user) <= 63 && !strings.ContainsRune(user, 0)
}

// takes refuses to keep for a source what it is not opened with, and for a person what is not theirs to keep.
func (c *Connections) takes(ctx context.Context, s *identity.Session, source string, fits func(*SourceConfig) bool) error {
	conf, key, err := c.v.resolve(s, source)
	if err != nil {
		return err
	}
	if err := c.v.mayConnect(ctx, s, conf, key); err != nil {
		return err
	}
	switch {
	case fits(conf):
		return nil
	case conf.Login:
		return pgerr.New(pgerr.WrongObjectType, "source %s is connected with a user name and a password", source)
	case conf.Certificate:
		return pgerr.New(pgerr.WrongObjectType, "source %s is connected with a certificate and its key", source)
	}
	return pgerr.New(pgerr.WrongObjectType, "source %s is connected at its own sign-in page", source)
}

// own is what a person brings for a source that has no sign-in page.
type own struct {
	kind    string // for the journal
	access  secret.Text
	expires time.Time // zero for never
}

// keepOwn journals and stores what a person has brought.
func (c *Connections) keepOwn(ctx context.Context, s *identity.Session, source string, o own) (ConnectionState, error) {
	v := c.v
	_, key, err := v.resolve(s, source)
	if err != nil {
		return ConnectionState{}, err
	}
	act := actOf(s, source)
	act.Kind, act.Detail = "connect_source", map[string]string{"credential": o.kind}
	if err := v.config.Journal.Record(ctx, act); err != nil {
		return ConnectionState{}, err
	}
	got := &answer{tokens: tokens{access: o.access}, expires: o.expires}
	if !o.expires.IsZero() {
		got.lifetime = o.expires.Sub(v.now())
	}
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
