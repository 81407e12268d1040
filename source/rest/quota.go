package rest

import (
	"context"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// quota is what a system takes of all people together: no more than a number of requests in any window of time, and no more
// than a number in a day (UTC). Requests go in the order in which they asked.
type quota struct {
	limit rateLimit
	now   func() time.Time

	mu     sync.Mutex
	recent []time.Time // when the last requests went or will go, at most limit.requests
	paused time.Time
	day    string
	today  int
}

// slack keeps two requests apart that reach the system closer together than they left.
const slack = 25 * time.Millisecond

// wait returns when a request may go, or with 53400 when the day's allowance is used up.
func (q *quota) wait(ctx context.Context) error {
	at, err := q.reserve()
	if err != nil {
		return err
	}
	return sleep(ctx, at.Sub(q.now()))
}

func (q *quota) reserve() (time.Time, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	if day := now.UTC().Format(time.DateOnly); day != q.day {
		q.day, q.today = day, 0
	}
	if q.limit.perDay > 0 && q.today >= q.limit.perDay {
		reset := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		return now, pgerr.New(pgerr.ConfigurationLimitExceeded, "the source's %d requests of today are used up", q.limit.perDay).
			WithHint("requests are taken again at %s", reset.Format(time.RFC3339))
	}
	q.today++
	at := later(now, q.paused)
	if q.limit.requests > 0 {
		if len(q.recent) >= q.limit.requests {
			at = later(at, q.recent[0].Add(q.limit.per+slack))
			q.recent = q.recent[1:]
		}
		q.recent = append(q.recent, at)
	}
	return at, nil
}

// pause lets nobody's request go for a while, because the system asked for that.
func (q *quota) pause(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paused = later(q.paused, q.now().Add(d))
}

// sleep waits for a duration or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
