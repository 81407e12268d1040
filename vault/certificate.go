package vault

import (
	"context"
	"crypto/tls"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// Certificate is a person's own client certificate.
type Certificate struct {
	User string      // the user name at the source; "" is the certificate's common name
	PEM  string      // the certificate, and those between it and its authority
	Key  secret.Text // its private key in PEM, not encrypted
}

// SetCertificate keeps a person's own client certificate and key, as SetPassword keeps a password; the connection ends with the
// certificate. 22023 when they cannot be read, do not belong together, or the certificate is not valid now; 42809 for a source that
// is opened with something else.
func (c *Connections) SetCertificate(ctx context.Context, s *identity.Session, source string, cert Certificate) (ConnectionState, error) {
	if err := c.takes(ctx, s, source, func(conf *SourceConfig) bool { return conf.Certificate }); err != nil {
		return ConnectionState{}, err
	}
	until, err := c.v.checkCertificate(source, &cert)
	if err != nil {
		return ConnectionState{}, err
	}
	access := secret.New(strings.Join([]string{cert.User, cert.Key.Reveal(), cert.PEM}, "\x00"))
	return c.keepOwn(ctx, s, source, own{kind: "certificate", access: access, expires: until})
}

// checkCertificate completes the user's name and returns the certificate's end.
func (v *Vault) checkCertificate(source string, cert *Certificate) (time.Time, error) {
	pair, err := tls.X509KeyPair([]byte(cert.PEM), []byte(cert.Key.Reveal()))
	if err != nil || pair.Leaf == nil {
		return time.Time{}, pgerr.New(pgerr.InvalidParameterValue, "source %s needs a certificate and the private key that belongs to it", source).
			WithHint("give both in PEM, the key not encrypted")
	}
	if now := v.now(); now.Before(pair.Leaf.NotBefore) || !now.Before(pair.Leaf.NotAfter) {
		return time.Time{}, pgerr.New(pgerr.InvalidParameterValue, "the certificate for source %s is not valid now", source).
			WithDetail("It is valid from %s until %s.", pair.Leaf.NotBefore.UTC().Format(time.DateTime), pair.Leaf.NotAfter.UTC().Format(time.DateTime))
	}
	if cert.User == "" {
		cert.User = pair.Leaf.Subject.CommonName
	}
	if !validUser(cert.User) || strings.ContainsRune(cert.PEM+cert.Key.Reveal(), 0) {
		return time.Time{}, pgerr.New(pgerr.InvalidParameterValue, "source %s needs a user name, and the certificate names none", source)
	}
	return pair.Leaf.NotAfter, nil
}
