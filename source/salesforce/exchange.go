package salesforce

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/simpleforce/simpleforce"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	exchangeTime = 150 * time.Second // Salesforce ends a query after 120
	answerBytes  = 512 << 20         // of one answer
	errorBytes   = 64 << 10          // of an error's text that are read
	maxRetries   = 3
	firstWait    = 100 * time.Millisecond
	longestWait  = 15 * time.Second
)

// call is one request of the REST API.
type call struct {
	method string
	path   string // below /services/data/vNN.N/, or from the host when it begins with /
	body   string
	accept string
	once   bool // is not repeated when it may have had its effect
	always bool // is made however little is left of the allowance
}

// failure is an exchange that gave no answer to be read on.
type failure struct {
	err     error
	retry   bool
	unheard bool // the request had no effect
	refresh bool // the token was rejected
	after   time.Duration
}

// exchange makes a call and hands its answer to read. Until read has returned nothing has been handed on, so that an exchange that
// breaks off is repeated: a few times, after longer and longer waits. A rejected token is replaced once.
func (t *task) exchange(ctx context.Context, c call, read func(*http.Response) error) error {
	refreshed := false
	for attempt := 0; ; {
		bearer := t.conn.bearer.Bearer()
		fail := t.once(ctx, bearer, c, read)
		if fail == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if fail.refresh && !refreshed {
			refreshed = true
			if err := t.conn.bearer.Renew(ctx, bearer.Token); err != nil {
				return err
			}
			continue
		}
		if !fail.retry || c.once && !fail.unheard || attempt >= maxRetries || fail.after > longestWait {
			return fail.err
		}
		if err := pause(ctx, fail.after, attempt); err != nil {
			return err
		}
		attempt++
		t.note(func() { t.report.Retries++ })
	}
}

// pause waits before a repetition: as long as Salesforce says, else longer each time, with jitter.
func pause(ctx context.Context, after time.Duration, attempt int) error {
	most := firstWait << attempt
	return sleep(ctx, after+most/2+rand.N(most/2+1))
}

// sleep waits for a duration or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *task) once(ctx context.Context, bearer source.Bearer, c call, read func(*http.Response) error) *failure {
	s := t.conn.system
	base, err := s.instance(bearer)
	if err != nil {
		return &failure{err: err}
	}
	if !c.always {
		if err := s.allowances.check(base.Host, s.config.Name); err != nil {
			return &failure{err: err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	through := &capture{ctx: ctx, call: c, id: t.nextID(), transport: s.transport}
	path := c.path
	if path = strings.TrimPrefix(path, "/"); path == c.path {
		path = "services/data/v" + s.config.APIVersion + "/" + path
	}
	client := simpleforce.NewClient(base.String(), "waggle", s.config.APIVersion)
	client.SetSidLoc(bearer.Token.Reveal(), base.String())
	client.SetHttpClient(&http.Client{Transport: through})
	_, err = client.ApexREST(c.method, path, strings.NewReader(c.body))
	if err != nil || through.err != nil {
		return t.unreached(errors.Join(through.err, err))
	}
	answer := through.answer
	defer answer.Body.Close()
	s.allowances.note(base.Host, answer.Header)
	body := &counted{r: answer.Body, left: answerBytes, name: s.config.Name}
	answer.Body = body
	defer func() { t.note(func() { t.report.Bytes += body.n }) }()
	if answer.StatusCode/100 != 2 {
		return t.refused(answer)
	}
	if err := read(answer); err != nil {
		return t.broken(body, err)
	}
	return nil
}

// capture sends simpleforce's request as it is, under a context and with the headers that it has no place for, and keeps the answer. To
// simpleforce it says that all is well and empty: it would buffer an answer, and write an error's address, with the statement's
// literals in it, to the process's log.
type capture struct {
	ctx       context.Context
	call      call
	id        string
	transport http.RoundTripper
	answer    *http.Response
	err       error
}

// RoundTrip sends the request; it returns no error.
func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(c.ctx)
	sent.Header.Set("Accept", c.call.accept)
	sent.Header.Set("X-Request-Id", c.id)
	sent.Header.Set("Sforce-Call-Options", "client=waggle")
	sent.Header.Set("Sforce-Query-Options", "batchSize=2000")
	if c.call.body == "" {
		sent.Body, sent.ContentLength = http.NoBody, 0
	}
	c.answer, c.err = c.transport.RoundTrip(sent)
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{}, Body: http.NoBody}, nil
}

// counted counts what is received and ends an answer that is too large.
type counted struct {
	r    io.ReadCloser
	left int64
	n    int64
	name string
	err  error // of the transport
}

// Read reads on.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.left -= int64(n); c.left < 0 {
		return 0, pgerr.New(pgerr.ProgramLimitExceeded, "an answer of the source %s is larger than %d MiB", c.name, answerBytes>>20)
	}
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Close ends the exchange.
func (c *counted) Close() error { return c.r.Close() }

// retryAfter is what an answer asks us to wait, in seconds.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 1<<20 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
