package databricks

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	exchangeTime = 5 * time.Minute // of one exchange, whole; the warehouse answers a long statement's within seconds
	farewellTime = 3 * time.Second // of an exchange that only ends something
	answerBytes  = 256 << 20       // of one answer
	errorBytes   = 64 << 10        // of an answer that refuses
	maxRetries   = 2               // of one exchange
	firstWait    = 500 * time.Millisecond
	longestWait  = 5 * time.Second // that a Retry-After is heeded
)

// exchanges is what one session of the driver sends its requests through. It sends the token to the workspace alone, bounds each
// exchange, repeats what may be repeated, reads what answers say of errors and rows, and notes it all in the recorder of the
// request's context. The driver itself repeats nothing: where net/http gets an answer with an error it logs it.
type exchanges struct {
	system  *system
	session *session
}

// RoundTrip sends a request of the driver. What it asks for on its own account, feature flags and telemetry, is answered here:
// it goes out under the token of whoever came first to the host.
func (e *exchanges) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		sent, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	base := e.system.base
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/2.0/connector-service/"), strings.HasPrefix(r.URL.Path, "/telemetry"):
		return received(r, []byte(`{"flags":[],"ttl_seconds":86400}`)), nil
	case r.Method == http.MethodPost && r.URL.Scheme == base.Scheme && r.URL.Host == e.host() && methodOf(sent) != "":
		return e.call(r, sent, methodOf(sent))
	case r.Method == http.MethodGet && (r.URL.Scheme == "https" || base.Scheme == "http"):
		return e.download(r)
	}
	err := pgerr.New(pgerr.ProtocolViolation, "the source %s sends its results unencrypted, or elsewhere", e.system.config.Name)
	recorderOf(r.Context()).fail(err)
	return nil, err
}

// host is the workspace's address as the driver writes it, always with a port.
func (e *exchanges) host() string {
	base := e.system.base
	switch {
	case base.Port() != "":
		return base.Host
	case base.Scheme == "http":
		return base.Host + ":80"
	}
	return base.Host + ":443"
}

// call asks the service, under the person's token.
func (e *exchanges) call(r *http.Request, sent []byte, method string) (*http.Response, error) {
	rec := recorderOf(r.Context())
	ctx, cancel := e.bounded(r.Context(), rec, method)
	defer cancel()
	if method == operationStatus && !pause(ctx, rec.pace()) {
		return nil, ctx.Err()
	}
	farewell := isFarewell(method)
	t := &trial{exchanges: e, rec: rec, farewell: farewell, api: true, again: method != executeStatement && method != fetchResults}
	answer, err := t.run(ctx, func() *http.Request {
		out := r.Clone(ctx)
		out.Header.Set("Authorization", "Bearer "+e.session.token.Load().Reveal())
		out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(sent)), nil }
		return out
	})
	if err != nil {
		if !farewell {
			rec.fail(err)
		}
		return nil, err
	}
	said, err := readReply(answer)
	if err != nil {
		err = e.system.malformed(err)
		if !farewell {
			rec.fail(err)
		}
		return nil, err
	}
	if !farewell {
		rec.heard(said, method)
	}
	return received(r, answer), nil
}

func isFarewell(method string) bool {
	return method == closeSession || method == closeOperation || method == cancelOperation
}

// bounded is the context of an exchange. The driver detaches those that follow a statement from its context, so that they are tied
// to the request's own again; only what ends something, and a login, outlives the request.
func (e *exchanges) bounded(ctx context.Context, rec *recorder, method string) (context.Context, context.CancelFunc) {
	if isFarewell(method) {
		return context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	}
	ctx, cancel := context.WithTimeout(ctx, exchangeTime)
	if method == openSession {
		return ctx, cancel
	}
	unhook := context.AfterFunc(rec.context(), cancel)
	return ctx, func() { unhook(); cancel() }
}

// download fetches a file of a result from where the workspace keeps them. Its address is its own permission: no token goes there.
func (e *exchanges) download(r *http.Request) (*http.Response, error) {
	rec := e.session.serves.Load() // the driver fetches the first files without the request's context
	if rec == nil {
		rec = recorderOf(r.Context())
	}
	ctx, cancel := e.bounded(r.Context(), rec, "")
	defer cancel()
	t := &trial{exchanges: e, rec: rec, again: true}
	answer, err := t.run(ctx, func() *http.Request {
		out := r.Clone(ctx)
		out.Header.Del("Authorization")
		return out
	})
	if err != nil {
		if r.Context().Err() == nil {
			rec.fail(err)
		}
		return nil, err
	}
	return received(r, answer), nil
}

// received is an answer whose body has been read.
func received(r *http.Request, body []byte) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
}

// trial is one exchange with its repetitions.
type trial struct {
	*exchanges
	rec      *recorder
	farewell bool // it is tried once
	api      bool // the workspace answers it, not a store of files
	again    bool // it may be repeated where it is not known whether it was fulfilled
	renewed  bool // the token has been replaced
}

// run sends what request makes until there is an answer of status 200, whose body it returns.
func (t *trial) run(ctx context.Context, request func() *http.Request) ([]byte, error) {
	for attempt := 0; ; attempt++ {
		body, said, err := t.once(request())
		if err == nil && said == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, t.system.unreached(ctx.Err())
		}
		if t.api && !t.farewell && said.rejectsToken() && !t.renewed {
			if t.renewed = true; t.rec.renew(ctx, t.session) == nil {
				attempt--
				continue
			}
		}
		if t.farewell || attempt >= maxRetries || !t.repeatable(said, err) || !pause(ctx, said.wait(attempt)) {
			return nil, t.failure(said, err)
		}
	}
}

// once sends a request. A status other than 200 is returned as what the answer says.
func (t *trial) once(r *http.Request) ([]byte, *statusError, error) {
	answer, err := t.system.transport.RoundTrip(r)
	if err != nil {
		t.rec.failed()
		return nil, nil, err
	}
	defer answer.Body.Close()
	limit := int64(answerBytes)
	if answer.StatusCode != http.StatusOK {
		limit = errorBytes
	}
	body, err := t.read(answer, limit)
	t.rec.answered(answer, len(body), !t.api)
	if answer.StatusCode != http.StatusOK {
		return nil, newStatusError(answer, body), nil
	}
	if err != nil {
		t.rec.failed()
		return nil, nil, err
	}
	return body, nil, nil
}

// read reads a body; an answer beyond its limit is an error, a refusal is cut there.
func (t *trial) read(answer *http.Response, limit int64) ([]byte, error) {
	var body bytes.Buffer
	if n := answer.ContentLength; n > 0 && n <= limit {
		body.Grow(int(min(n, expectedAnswer)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(io.LimitReader(answer.Body, limit+1))
	if err == nil && int64(body.Len()) > limit {
		err = pgerr.New(pgerr.ProgramLimitExceeded, "an answer of the source %s is larger than %d MiB", t.system.config.Name, limit>>20)
	}
	return body.Bytes(), err
}

// expectedAnswer is up to what an announced length is believed before its bytes have come.
const expectedAnswer = 32 << 20

// repeatable reports whether an exchange may be tried again: one that was not fulfilled for sure, or whose second time does no harm.
func (t *trial) repeatable(said *statusError, err error) bool {
	switch {
	case said != nil && (said.status == http.StatusTooManyRequests || said.status == http.StatusServiceUnavailable):
		return true
	case said != nil:
		return t.again && said.status >= 500 && said.status != http.StatusNotImplemented
	}
	_, again := source.Unreached(t.system.config.Name, err)
	return t.again && again
}

// failure is the error of an exchange that is given up.
func (t *trial) failure(said *statusError, err error) error {
	switch {
	case said == nil:
		return t.system.unreached(err)
	case t.api:
		return t.system.refusedExchange(said)
	}
	return pgerr.New(pgerr.ConnectionFailure, "a part of a result of the source %s cannot be fetched", t.system.config.Name).WithDetail("HTTP status %d.", said.status)
}

// pause waits, and reports whether the context lasts.
func pause(ctx context.Context, wait time.Duration) bool {
	clock := time.NewTimer(wait)
	defer clock.Stop()
	select {
	case <-clock.C:
		return true
	case <-ctx.Done():
		return false
	}
}
