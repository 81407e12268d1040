package source

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"syscall"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Unreached is the error of a request of which no answer was understood: 08001 where the source cannot be reached or does not prove who it
// is, else 08006. Its message has no address, which may hold a signature. An error of ours stays as it is. again says that the request
// may succeed when it is repeated.
func Unreached(name string, err error) (e *pgerr.Error, again bool) {
	var place *url.Error
	if errors.As(err, &place) {
		err = place.Err
	}
	var own *pgerr.Error
	var dns *net.DNSError
	var unproven *tls.CertificateVerificationError
	switch {
	case errors.As(err, &own):
		return own, false
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &dns):
		return pgerr.New(pgerr.CannotConnect, "the source %s cannot be reached", name).Because(err), false
	case errors.As(err, &unproven):
		return pgerr.New(pgerr.CannotConnect, "the source %s does not prove who it is", name).Because(err).
			WithHint("its certificate must be signed by an authority that this machine trusts"), false
	case errors.Is(err, context.DeadlineExceeded):
		return pgerr.New(pgerr.ConnectionFailure, "the source %s does not answer in time", name).Because(err), false
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return pgerr.New(pgerr.ConnectionFailure, "an answer of the source %s is cut off", name).Because(err), true
	}
	return pgerr.New(pgerr.ConnectionFailure, "the connection to the source %s broke off", name).Because(err), true
}
