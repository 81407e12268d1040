package databricks

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/source"
)

// recorder notes what is exchanged for one request, and what the answers tell that the driver drops. It holds no value of a row.
type recorder struct {
	source.Tally
	mu      sync.Mutex
	ctx     context.Context
	tokens  *source.Renewable // the person's; nil where nobody asks for a new one
	renewed bool
	failing error         // what ended the request
	refused *refusal      // what Databricks says of it
	due     []stream      // what the result comes in, in order, and has not been read
	rows    int64         // announced
	paged   bool          // a part of the result has come
	more    bool          // the result goes on behind the last part
	polled  time.Duration // the last pause before a question for the statement's state
}

// stream is what was announced of one stream of a result.
type stream struct {
	rows   int64
	linked bool // it is a file, which may hold more rows than it should
}

type recorderKey struct{}

func newRecorder(tokens *source.Renewable) *recorder {
	return &recorder{tokens: tokens}
}

// bind makes the recorder that of a request's context.
func (r *recorder) bind(ctx context.Context) context.Context {
	r.ctx = ctx
	return context.WithValue(ctx, recorderKey{}, r)
}

// recorderOf returns the context's recorder, or one that nobody reads.
func recorderOf(ctx context.Context) *recorder {
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		return r
	}
	return &recorder{}
}

// context ends with the request.
func (r *recorder) context() context.Context {
	if r.ctx == nil {
		return context.Background()
	}
	return r.ctx
}

// maxRequests bounds the ids that are kept of one request.
const maxRequests = 1000

// answered notes an answer with its id there (https://docs.databricks.com/api/workspace/introduction has the header).
func (r *recorder) answered(a *http.Response, bytes int, file bool) {
	if a.StatusCode != http.StatusOK {
		r.failed()
	}
	r.Note(func(s *source.Report) {
		s.Bytes += int64(bytes)
		if id := a.Header.Get("X-Request-Id"); id != "" && !file && len(s.Requests) < maxRequests {
			s.Requests = append(s.Requests, id)
		}
		if file && a.StatusCode == http.StatusOK {
			s.Pages++
		}
	})
}

// failed notes an exchange that is repeated, or given up.
func (r *recorder) failed() { r.Note(func(s *source.Report) { s.Retries++ }) }

// fail notes what ends the request; the first one counts.
func (r *recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failing == nil {
		r.failing = err
	}
}

// heard notes what an answer tells.
func (r *recorder) heard(said reply, method string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if method == executeStatement { // a statement that is asked anew
		r.refused, r.due, r.rows, r.paged, r.more = nil, nil, 0, false, false
	}
	if said.operation != "" {
		r.Note(func(s *source.Report) { s.QueryID = said.operation })
	}
	if said.refusal != nil {
		r.refused = said.refusal
	}
	if p := said.page; p != nil {
		r.turn(p)
	}
}

// turn notes a part of the result; the caller holds the lock.
func (r *recorder) turn(p *page) {
	r.paged, r.more = true, p.more
	first := p.start
	for _, n := range p.rows {
		if n < 0 || first != r.rows {
			r.failing = errPages
			return
		}
		r.due = append(r.due, stream{rows: n, linked: p.links})
		r.rows += n
		first += n
	}
	if !p.links && len(p.rows) > 0 {
		r.Note(func(s *source.Report) { s.Pages++ })
	}
}

// errPages is what is wrong with a result whose parts do not follow each other.
var errPages = errors.New("parts of the result are missing or come twice")

// next is what was announced of the next stream; false where nothing was.
func (r *recorder) next() (stream, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.due) == 0 {
		return stream{}, false
	}
	s := r.due[0]
	r.due = r.due[1:]
	return s, true
}

// whole reports whether the result has come to its end and all that was announced of it has been read.
func (r *recorder) whole() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paged && !r.more && len(r.due) == 0
}

// outcome is what Databricks says of the request, and what ended it.
func (r *recorder) outcome() (*refusal, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused, r.failing
}

// sessionGone reports whether the request was refused since its session is over.
func (r *recorder) sessionGone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := r.refused.sessionGone() || errors.Is(r.failing, errSessionGone)
	if gone {
		r.refused, r.failing = nil, nil
	}
	return gone
}

// pace is how long to wait before the statement's state is asked for: a while that grows to a second.
func (r *recorder) pace() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polled = min(max(2*r.polled, 10*time.Millisecond), time.Second)
	return r.polled
}

// renew replaces the session's token by the person's next one, once for a request.
func (r *recorder) renew(ctx context.Context, s *session) error {
	r.mu.Lock()
	again := r.renewed || r.tokens == nil
	r.renewed = true
	r.mu.Unlock()
	if again {
		return errRenewed
	}
	if err := r.tokens.Renew(ctx, *s.token.Load()); err != nil {
		r.fail(err)
		return err
	}
	next := r.tokens.Bearer().Token
	s.token.Store(&next)
	return nil
}

var errRenewed = errors.New("the token has been replaced already")
