package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// failure puts an error into the client's terms. What the server says keeps its SQLSTATE and words; its position belongs to a text
// that the client does not know.
func (c *conn) failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var known *pgerr.Error
	var e *pgconn.PgError
	switch {
	case ctx.Err() != nil:
		return pgerr.From(context.Cause(ctx))
	case errors.As(err, &known):
		return known
	case errors.As(err, &e) && len(e.Code) == 5 && e.Code[:2] != "08":
		out := pgerr.New(e.Code, "%s", e.Message).Because(err)
		if e.Hint != "" {
			out = out.WithHint("%s", e.Hint)
		}
		return out
	case errors.As(err, &e):
		return pgerr.New(pgerr.ConnectionFailure, "the source %s has ended the connection", c.system.config.Name).Because(err)
	}
	return pgerr.New(pgerr.ConnectionFailure, "the source %s does not answer", c.system.config.Name).Because(err)
}

// distrust says in what a server's certificate differs from the one to expect; "" when that is not the error.
func distrust(err error) string {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		return "Its certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "Its certificate has expired or is not valid yet"
	case errors.As(err, &unknown):
		return "Its certificate is signed by an authority that is not trusted"
	case errors.As(err, &invalid), errors.As(err, &verification):
		return "Its certificate is not valid"
	}
	return ""
}

// inColumn names the column whose value could not be taken.
func (c *conn) inColumn(err error, column string) error {
	e := pgerr.From(err)
	out := pgerr.New(e.Code, "%s", fmt.Sprintf("column %q of the source %s: %s", column, c.system.config.Name, e.Message)).Because(err)
	if e.Detail != "" {
		out = out.WithDetail("%s", e.Detail)
	}
	return out
}
