package snowflake

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	exchangeTime = 5 * time.Minute // of one exchange, whole; Snowflake answers a long statement's every 45 seconds
	farewellTime = 3 * time.Second // of an exchange that only ends something
	answerBytes  = 256 << 20       // of one answer, as it is sent
	chunkBytes   = 256 << 20       // of one chunk when it is inflated; Snowflake makes them of 160 MB at most
)

// exchanges is what one session of the driver sends its requests through. It bounds them and notes them in the recorder of
// their context. What may hold a token goes to the account alone. A chunk of a result is taken whole, as it is compressed, so that
// a download that breaks off is one that the driver repeats; what no repetition mends ends the request; and what only ends
// something is tried once.
type exchanges struct {
	system *system
	over   atomic.Bool // Snowflake cannot be reached
}

// RoundTrip sends a request.
func (e *exchanges) RoundTrip(r *http.Request) (*http.Response, error) {
	farewell := timeOf(r) == farewellTime
	if strings.HasPrefix(r.URL.Path, "/telemetry") || farewell && e.over.Load() {
		return localAnswer(r, done), nil
	}
	answer, err := e.send(r)
	switch {
	case farewell && (err != nil || answer.StatusCode != http.StatusOK):
		if err == nil {
			_ = answer.Body.Close()
		}
		return localAnswer(r, done), nil
	case err != nil && permanent(err):
		rec := recorderOf(r.Context())
		cause := e.system.unreached(err, rec)
		e.over.Store(e.over.Load() || pgerr.Code(cause) == pgerr.CannotConnect)
		rec.stop(cause)
	}
	return answer, err
}

const done = `{"success":true}`

// permanent reports whether an exchange has failed as its repetition would.
func permanent(err error) bool {
	var dns *net.DNSError
	var unproven *tls.CertificateVerificationError
	var own *pgerr.Error
	return errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &dns) && !dns.IsTemporary || errors.As(err, &unproven) || errors.As(err, &own)
}

func (e *exchanges) send(r *http.Request) (*http.Response, error) {
	rec := recorderOf(r.Context())
	if r.URL.Path == "/session/token-request" && rec.renewed() > maxRenewals {
		return localAnswer(r, `{"success":false,"code":"390114","message":"The session ends as often as it is renewed."}`), nil
	}
	chunk := r.Method == http.MethodGet && r.Header.Get("Authorization") == ""
	if r.URL.Scheme != "https" && e.system.base.Scheme == "https" || !chunk && !source.SameServer(r.URL, e.system.base) {
		return nil, pgerr.New(pgerr.ProtocolViolation, "the source %s sends its results unencrypted, or elsewhere", e.system.config.Name)
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
		return e.whole(answer, rec)
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

// whole reads an answer to its end before it is handed on, and inflates it while it is read on: the driver takes what is not
// compressed as it is.
func (e *exchanges) whole(answer *http.Response, rec *recorder) (*http.Response, error) {
	var data bytes.Buffer
	data.Grow(int(min(max(answer.ContentLength, 0), expectedChunk)) + bytes.MinRead)
	_, err := data.ReadFrom(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		rec.failed(0)
		return nil, err
	}
	answer.Body = io.NopCloser(&data)
	if !bytes.HasPrefix(data.Bytes(), gzipMagic) {
		return answer, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(data.Bytes()))
	if err != nil {
		rec.failed(0)
		return nil, err
	}
	answer.Body = &inflated{reader: reader, left: chunkBytes, name: e.system.config.Name}
	return answer, nil
}

// expectedChunk is up to what an announced length is believed before its bytes have come.
const expectedChunk = 32 << 20

var gzipMagic = []byte{0x1f, 0x8b}

// inflated is a chunk that is inflated while it is read. It ends one that is too large.
type inflated struct {
	reader *gzip.Reader // its Close is not for another goroutine
	left   int64
	name   string
	closed atomic.Bool
}

// Read reads on, in steps that Close may come between.
func (i *inflated) Read(p []byte) (int, error) {
	if i.closed.Load() {
		return 0, io.ErrClosedPipe
	}
	n, err := i.reader.Read(p)
	if i.left -= int64(n); i.left < 0 {
		return 0, pgerr.New(pgerr.ProgramLimitExceeded, "a part of a result of the source %s is larger than %d MiB", i.name, chunkBytes>>20)
	}
	return n, err
}

// Close makes the next Read fail; the driver calls it while another goroutine reads, when the request's context ends.
func (i *inflated) Close() error {
	i.closed.Store(true)
	return nil
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
	source.Tally
	mu         sync.Mutex
	cancel     context.CancelCauseFunc // ends the request; nil where nothing can
	lastStatus int                     // of an HTTP answer that was no success; 0 after one that broke off
	renewals   int                     // of the session's token
}

type recorderKey struct{}

// recording returns a context whose exchanges are noted in a new recorder, and its end.
func recording(ctx context.Context) (context.Context, *recorder) {
	r := &recorder{}
	ctx, r.cancel = context.WithCancelCause(ctx)
	return context.WithValue(ctx, recorderKey{}, r), r
}

// recorderOf returns the context's recorder, or one that nobody reads.
func recorderOf(ctx context.Context) *recorder {
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		return r
	}
	return &recorder{}
}

func (r *recorder) query(id string) { r.Note(func(s *source.Report) { s.QueryID = id }) }

func (r *recorder) received(n int) { r.Note(func(s *source.Report) { s.Bytes += int64(n) }) }

// maxRequests bounds the ids that are kept of one request.
const maxRequests = 1000

func (r *recorder) answered(a *http.Response, chunk bool, id string) {
	if a.StatusCode != http.StatusOK {
		r.failed(a.StatusCode)
	}
	r.Note(func(s *source.Report) {
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
	r.Note(func(s *source.Report) { s.Retries++ })
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastStatus = status
}

// stop ends the request.
func (r *recorder) stop(cause error) {
	if r.cancel != nil {
		r.cancel(cause)
	}
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
