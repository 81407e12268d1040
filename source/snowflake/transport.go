package snowflake

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	exchangeTime = 5 * time.Minute // of one exchange, whole; Snowflake answers a long statement's every 45 seconds
	farewellTime = 5 * time.Second // of an exchange that only ends something
	answerBytes  = 256 << 20       // of one answer, as it is sent
)

// newTransport returns the transport that all sessions of a source share, so that they need no further TLS handshakes. It
// verifies certificates by the system's authorities and knows no proxy of the environment.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		MaxIdleConns: 256, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 256 << 10}
}

// exchanges is what one session of the driver sends its requests through. It bounds them, notes them in the recorder of
// their context, and takes a chunk of a result whole, as it is compressed, so that a download that breaks off is one that
// the driver repeats.
type exchanges struct{ system *system }

// RoundTrip sends a request.
func (e *exchanges) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/telemetry") {
		return localAnswer(r, `{"success":true}`), nil
	}
	rec := recorderOf(r.Context())
	if r.URL.Path == "/session/token-request" && rec.renewed() > maxRenewals {
		return localAnswer(r, `{"success":false,"code":"390114","message":"The session ends as often as it is renewed."}`), nil
	}
	chunk := r.Method == http.MethodGet && r.Header.Get("Authorization") == ""
	if r.URL.Scheme != "https" && e.system.base.Scheme == "https" {
		return nil, pgerr.New(pgerr.ProtocolViolation, "the source %s sends its results unencrypted", e.system.config.Name)
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeOf(r))
	r = r.Clone(ctx)
	if chunk {
		r.Header.Set("Accept-Encoding", "gzip") // said here, it is not undone by the transport
	}
	answer, err := e.system.transport.RoundTrip(r)
	if err != nil {
		cancel()
		rec.failed(0)
		return nil, err
	}
	rec.answered(answer, chunk, r.URL.Query().Get("requestId"))
	answer.Body = &body{ReadCloser: answer.Body, cancel: cancel, rec: rec, left: answerBytes, name: e.system.config.Name}
	if chunk && answer.StatusCode == http.StatusOK {
		return whole(answer, rec)
	}
	return answer, nil
}

// maxRenewals is how often a session's token may end during one request; the driver knows no bound.
const maxRenewals = 2

func timeOf(r *http.Request) time.Duration {
	switch {
	case r.URL.Path == "/queries/v1/abort-request", r.URL.Path == "/session" && r.URL.Query().Get("delete") != "":
		return farewellTime
	case strings.HasPrefix(r.URL.Path, "/session/"):
		return loginTime
	}
	return exchangeTime
}

// whole reads an answer to its end before it is handed on.
func whole(answer *http.Response, rec *recorder) (*http.Response, error) {
	data, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		rec.failed(0)
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(data))
	return answer, nil
}

func localAnswer(r *http.Request, text string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}
}

// body counts what is received and ends an answer that is too large.
type body struct {
	io.ReadCloser
	cancel context.CancelFunc
	rec    *recorder
	left   int64
	name   string
}

// Read reads on.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.rec.received(n)
	if b.left -= int64(n); b.left < 0 {
		return 0, pgerr.New(pgerr.ProgramLimitExceeded, "an answer of the source %s is larger than %d MiB", b.name, answerBytes>>20)
	}
	return n, err
}

// Close ends the exchange.
func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// recorder notes what is exchanged for one request. It holds no value of a row.
type recorder struct {
	mu         sync.Mutex
	report     source.Report
	lastStatus int // of an HTTP answer that was no success; 0 after one that broke off
	renewals   int // of the session's token
}

type recorderKey struct{}

func withRecorder(ctx context.Context, r *recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// recorderOf returns the context's recorder, or one that nobody reads.
func recorderOf(ctx context.Context) *recorder {
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		return r
	}
	return &recorder{}
}

func (r *recorder) note(f func(*source.Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.report)
}

func (r *recorder) query(id string) { r.note(func(s *source.Report) { s.QueryID = id }) }

func (r *recorder) received(n int) { r.note(func(s *source.Report) { s.Bytes += int64(n) }) }

// maxRequests bounds the ids that are kept of one request.
const maxRequests = 1000

func (r *recorder) answered(a *http.Response, chunk bool, id string) {
	if a.StatusCode != http.StatusOK {
		r.failed(a.StatusCode)
	}
	r.note(func(s *source.Report) {
		if id != "" && len(s.Requests) < maxRequests {
			s.Requests = append(s.Requests, id)
		}
		if chunk && a.StatusCode == http.StatusOK {
			s.Pages++
		}
	})
}

// failed notes an exchange that the driver repeats, or gives up.
func (r *recorder) failed(status int) {
	r.note(func(s *source.Report) {
		s.Retries++
		r.lastStatus = status
	})
}

// renewed counts a renewal of the session's token.
func (r *recorder) renewed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renewals++
	return r.renewals
}

func (r *recorder) status() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastStatus
}
