package postgres

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
)

// Credential says what a person opens the server with; whatever it is, it is the person's own.
type Credential string

// The credentials.
const (
	OwnPassword       Credential = "password"    // the person's own user name and password
	OAuth             Credential = "oauth"       // an OAuth token by OAUTHBEARER (RFC 7628), as PostgreSQL 18 takes it
	Token             Credential = "token"       // an OAuth token in the password's place, as clouds' databases take it
	ClientCertificate Credential = "certificate" // the person's own client certificate
)

// User says which name a person has at a server that takes tokens.
type User string

// The names; the server holds the token to them.
const (
	Email User = "email" // the person's verified e-mail address
	Login User = "login" // the person's login
)

func (c Config) checkCredential() error {
	switch c.Credential {
	case OwnPassword, OAuth, Token, ClientCertificate, "":
	default:
		return pgerr.New(pgerr.ConfigFile, "the source %s has an unknown credential %q", c.Name, c.Credential).
			WithHint("write password, oauth, token or certificate")
	}
	if c.User != Email && c.User != Login && c.User != "" {
		return pgerr.New(pgerr.ConfigFile, "the source %s has an unknown user %q", c.Name, c.User).WithHint("write email or login")
	}
	return nil
}

// login is what a session is opened with.
type login struct {
	owner       source.Owner
	user        string
	password    secret.Text      // of OwnPassword and Token
	token       secret.Text      // of OAuth
	certificate *tls.Certificate // of ClientCertificate
	until       time.Time        // of the token or certificate; zero when unknown
	// rejected is told that the server does not accept the login. It returns another one to try once, or an error that says
	// where the person connects again.
	rejected func(ctx context.Context) (login, error)
}

// login reads the credential that the configuration demands.
func (s *system) login(c source.Credential) (login, error) {
	switch c := c.(type) {
	case source.Password:
		if (s.config.Credential == OwnPassword || s.config.Credential == "") && c.User != "" {
			return login{owner: c.Owner, user: c.User, password: c.Password, rejected: refusing(c.Rejected)}, nil
		}
	case source.Bearer:
		if (s.config.Credential == OAuth || s.config.Credential == Token) && !c.Token.Empty() {
			return s.bearer(c)
		}
	case source.Certificate:
		if s.config.Credential == ClientCertificate && c.User != "" {
			return s.certificate(c)
		}
	}
	return login{}, s.unfit()
}

func (s *system) unfit() error {
	what := map[Credential]string{OAuth: "a person's own token", Token: "a person's own token", ClientCertificate: "a person's own certificate"}[s.config.Credential]
	if what == "" {
		what = "a person's own user name and password"
	}
	return pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with %s", s.config.Name, what)
}

// refusing is the end of a login that cannot be renewed here.
func refusing(tell func(context.Context) error) func(context.Context) (login, error) {
	if tell == nil {
		return nil
	}
	return func(ctx context.Context) (login, error) { return login{}, tell(ctx) }
}

func (s *system) bearer(b source.Bearer) (login, error) {
	user := b.Person
	if s.config.User == Login {
		user = b.Login
	}
	if user == "" {
		return login{}, pgerr.New(pgerr.InvalidAuthorization, "the source %s knows people by their verified e-mail address, and you have none", s.config.Name).
			WithHint("ask an administrator to enter it")
	}
	l := login{owner: b.Owner, user: user, until: b.Expires}
	if s.config.Credential == OAuth {
		l.token = b.Token
	} else {
		l.password = b.Token
	}
	if b.Refresh != nil {
		l.rejected = func(ctx context.Context) (login, error) {
			next, err := b.Refresh(ctx)
			if err != nil {
				return login{}, err
			}
			return s.bearer(next)
		}
	}
	return l, nil
}

func (s *system) certificate(c source.Certificate) (login, error) {
	pair, err := tls.X509KeyPair(c.Certificate, []byte(c.Key.Reveal()))
	if err != nil {
		return login{}, pgerr.New(pgerr.InvalidAuthorization, "the certificate for source %s cannot be read", s.config.Name).
			WithHint("connect to %s again", s.config.Name)
	}
	l := login{owner: c.Owner, user: c.User, certificate: &pair, rejected: refusing(c.Rejected)}
	if pair.Leaf != nil {
		l.until = pair.Leaf.NotAfter
	}
	return l, nil
}

// apply puts the login into a connection's configuration; asked is set once the server has been given a token.
func (l login) apply(c *pgconn.Config, asked *bool) {
	c.User = l.user
	switch {
	case !l.token.Empty():
		c.RequireAuth = "oauth"
		c.OAuthTokenProvider = func(context.Context) (string, error) {
			*asked = true
			return l.token.Reveal(), nil
		}
	case l.certificate != nil:
		c.TLSConfig = c.TLSConfig.Clone()
		c.TLSConfig.Certificates = []tls.Certificate{*l.certificate}
	default:
		c.Password = l.password.Reveal()
	}
}
