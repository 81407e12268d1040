package identity

import (
	"context"

	"github.com/waggle-sql/waggle/internal/secret"
)

// SignIn is what a person types into the console.
type SignIn struct {
	Login    string // a login or an e-mail, alone or as login@organisation
	Password secret.Text
	Code     string // the one-time password, "" when the person has none
	Address  string // host:port
}

// SignIn checks a password, and a one-time password of who has one, and returns the browser session, whose login is in the journal.
// Every refusal is the same 28P01. It waits when guesses from this address have failed before.
func (d *Directory) SignIn(ctx context.Context, in SignIn) (*Session, error) {
	if err := d.throttle.wait(ctx, in.Login, in.Address); err != nil {
		return nil, err
	}
	p, err := d.find(ctx, "", in.Login)
	if err != nil {
		return nil, err
	}
	method, err := d.checkSignIn(ctx, p, in)
	if err != nil {
		return nil, err
	}
	if method == "" {
		return nil, d.refuseSignIn(ctx, p, in)
	}
	d.throttle.succeeded(in.Login, in.Address)
	s := p.session(d.now())
	s.Method, s.Application, s.ClientAddress = method, "console", in.Address
	return s, d.admit(ctx, s)
}

// checkSignIn returns the method that has proved the person, "" when none has.
func (d *Directory) checkSignIn(ctx context.Context, p *person, in SignIn) (string, error) {
	hash := ""
	if p != nil {
		hash = p.hash
	}
	ok, err := d.checkPassword(ctx, in.Password, hash)
	switch {
	case err != nil || !ok:
		return "", err
	case !p.totp:
		return "password", nil
	}
	ok, err = d.checkCode(ctx, p, in.Code)
	if err != nil || !ok {
		return "", err
	}
	return "password+totp", nil
}

func (d *Directory) refuseSignIn(ctx context.Context, p *person, in SignIn) error {
	d.throttle.failed(in.Login, in.Address)
	refusal := wrongPassword(in.Login)
	act := Act{Kind: "login_failed", Login: in.Login, Client: in.Address, Code: refusal.Code, Detail: map[string]string{"method": "password"}}
	if p != nil {
		act.Org, act.Person = p.org, p.id
	}
	if err := d.journal.Record(ctx, act); err != nil {
		return err
	}
	return refusal
}
