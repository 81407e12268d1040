package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	pageTime  = 2 * time.Minute // for one answer, whole
	errorBody = 64 << 10        // bytes of an error's body that are read
	firstWait = 100 * time.Millisecond
)

// failure is an exchange that gave no page.
type failure struct {
	err     error
	retry   bool
	refresh bool          // the token was rejected
	after   time.Duration // what the system asks us to wait; 0 when it does not
}

// page asks for the call's present page and hands on its records. begin is called before each attempt: what an attempt that
// failed has handed on is void. It returns the answer without its records, nil when it means that there are none.
func (t *task) page(ctx context.Context, c *call, begin func(), record func(any) error) (map[string]any, error) {
	refreshed := false
	for attempt := 0; ; {
		begin()
		token := t.conn.bearer.Bearer().Token
		doc, fail := t.exchange(ctx, c, token.Reveal(), record)
		if fail == nil {
			return doc, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if fail.refresh && !refreshed {
			refreshed = true
			if err := t.conn.bearer.Renew(ctx, token); err != nil {
				return nil, err
			}
			continue
		}
		if !fail.retry || attempt >= t.definition().retry.max {
			return nil, fail.err
		}
		if err := t.pause(ctx, fail, attempt); err != nil {
			return nil, err
		}
		attempt++
		t.count(func() { t.report.Retries++ })
	}
}

// pause waits before a repetition: as long as the system says, else longer each time, with jitter.
func (t *task) pause(ctx context.Context, f *failure, attempt int) error {
	if f.after > t.definition().retry.wait {
		at := t.conn.system.config.Now().Add(f.after).UTC().Format(time.RFC3339)
		e := pgerr.From(f.err)
		return e.WithHint("the source takes requests again at %s", at)
	}
	if f.after > 0 {
		t.conn.system.quota.pause(f.after)
		return sleep(ctx, f.after+rand.N(firstWait))
	}
	most := min(firstWait<<attempt, t.definition().retry.wait)
	return sleep(ctx, most/2+rand.N(most/2+1))
}

// exchange is one HTTP request and its answer.
func (t *task) exchange(ctx context.Context, c *call, token string, record func(any) error) (map[string]any, *failure) {
	if err := t.conn.system.quota.wait(ctx); err != nil {
		return nil, &failure{err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	r, err := c.request(ctx, t.conn.base)
	if err != nil {
		return nil, &failure{err: err}
	}
	id := t.nextID()
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	r.Header.Set("X-Request-Id", id)
	answer, err := t.conn.http.Do(r)
	if err != nil {
		t.sent(id)
		return nil, t.unreached(err)
	}
	defer answer.Body.Close()
	body := &guarded{r: answer.Body, left: t.definition().budget.page}
	defer func() { t.count(func() { t.report.Bytes += body.n; t.report.Status = statusOf(answer.StatusCode) }) }()
	if answer.StatusCode/100 != 2 {
		return t.refused(answer, body, id)
	}
	names, _ := c.object.records.names()
	doc, err := document(body, names, record)
	t.sent(t.theirID(doc, id))
	if err != nil {
		return nil, t.broken(body, err)
	}
	t.count(func() { t.report.Pages++ })
	return doc, nil
}

// statusOf names a status in our own words: an answer's may be any text, and it goes into the audit log.
func statusOf(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// theirID returns the system's own id of a request when an answer has it, else ours.
func (t *task) theirID(doc map[string]any, ours string) string {
	if id := t.definition().requestID.text(any(doc)); id != "" && len(id) <= 128 {
		return id
	}
	return ours
}

// unreached classifies a request that got no answer.
func (t *task) unreached(err error) *failure {
	e, again := source.Unreached(t.conn.system.config.Name, err)
	return &failure{err: e, retry: again}
}

// broken classifies an answer that could not be read to its end.
func (t *task) broken(body *guarded, err error) *failure {
	var own *pgerr.Error
	name := t.conn.system.config.Name
	switch {
	case errors.As(err, &own):
		return &failure{err: own}
	case errors.Is(err, errLarge):
		return &failure{err: pgerr.New(pgerr.ProgramLimitExceeded, "an answer of the source %s is larger than %d MiB", name, t.definition().budget.page>>20)}
	case errors.Is(err, errDeep):
		return &failure{err: pgerr.New(pgerr.ProgramLimitExceeded, "an answer of the source %s nests more than %d deep", name, maxDepth)}
	case body.err != nil:
		return t.unreached(body.err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &failure{retry: true, err: pgerr.New(pgerr.ConnectionFailure, "an answer of the source %s is cut off", name).Because(err)}
	}
	return &failure{err: pgerr.New(pgerr.ConnectionFailure, "an answer of the source %s is no JSON document", name).Because(err)}
}

// refused reads an answer that is no success and decides by the definition's rules, then by the status.
func (t *task) refused(answer *http.Response, body io.Reader, id string) (map[string]any, *failure) {
	text, _ := io.ReadAll(io.LimitReader(body, errorBody))
	var doc map[string]any
	if json.Unmarshal(text, &doc) != nil {
		doc = nil
	}
	t.sent(t.theirID(doc, id))
	f := &failure{after: retryAfter(answer, t.conn.system.config.Now()), refresh: answer.StatusCode == http.StatusUnauthorized}
	code := stateOf(answer.StatusCode)
	for _, s := range t.definition().retry.statuses {
		f.retry = f.retry || s == answer.StatusCode
	}
	if rule := t.rule(answer.StatusCode, doc); rule != nil {
		switch {
		case rule.action == "empty":
			return nil, nil
		case rule.action == "retry":
			f.retry, code = true, pgerr.ConfigurationLimitExceeded
		case rule.sqlstate != "":
			code = rule.sqlstate
		}
	}
	f.err = t.refusal(code, answer.StatusCode, doc)
	return nil, f
}

func (t *task) rule(status int, doc map[string]any) *faultRule {
	for i := range t.definition().faults {
		r := &t.definition().faults[i]
		if r.status != status {
			continue
		}
		found := r.path == nil
		r.path.each(any(doc), func(v any) bool {
			s, ok := v.(string)
			found = found || ok && strings.Contains(s, r.contains)
			return !found
		})
		if found {
			return r
		}
	}
	return nil
}

// stateOf is the SQLSTATE of a status that no rule decides.
func stateOf(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return pgerr.InvalidAuthorization
	case status == http.StatusForbidden:
		return pgerr.InsufficientPrivilege
	case status == http.StatusNotFound:
		return pgerr.UndefinedTable
	case status == http.StatusTooManyRequests:
		return pgerr.ConfigurationLimitExceeded
	case status == http.StatusBadRequest:
		return pgerr.InvalidParameterValue
	}
	return pgerr.ConnectionFailure
}

// refusal is an error in the system's own words, where it has some.
func (t *task) refusal(code string, status int, doc map[string]any) error {
	name := t.conn.system.config.Name
	words := plainWords(t.definition().message.text(any(doc)))
	switch {
	case code == pgerr.InvalidAuthorization:
		return source.TokenRejected(name)
	case words == "":
		return pgerr.New(code, "the source %s answers with status %d %s", name, status, strings.ToLower(http.StatusText(status)))
	}
	return pgerr.New(code, "the source %s answers: %s", name, words).WithDetail("HTTP status %d", status)
}

// plainWords makes a system's message fit for a terminal.
func plainWords(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return strings.TrimSpace(text)
}

// retryAfter reads the header: seconds or a date (RFC 9110 section 10.2.3).
func retryAfter(answer *http.Response, now time.Time) time.Duration {
	v := answer.Header.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		return time.Duration(min(n, 1_000_000)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
