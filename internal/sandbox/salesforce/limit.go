package salesforce

import (
	"fmt"
	"net/http"
	"time"
)

// usage counts calls of the last 24 hours, minute by minute.
type usage struct {
	total   int
	minutes []minute
}

type minute struct {
	at time.Time
	n  int
}

// now forgets what is older than a day and returns how many calls there were.
func (u *usage) now(at time.Time) int {
	for len(u.minutes) > 0 && at.Sub(u.minutes[0].at) >= 24*time.Hour {
		u.total -= u.minutes[0].n
		u.minutes = u.minutes[1:]
	}
	return u.total
}

func (u *usage) add(at time.Time, n int) {
	at = at.Truncate(time.Minute)
	if len(u.minutes) == 0 || !u.minutes[len(u.minutes)-1].at.Equal(at) {
		u.minutes = append(u.minutes, minute{at: at})
	}
	u.minutes[len(u.minutes)-1].n += n
	u.total += n
}

// count counts a call of the organisation's and says in a header how many there have been
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm).
func (s *Server) count(w http.ResponseWriter) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	if s.usage.now(now) >= s.config.Allowance {
		w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", s.usage.total, s.config.Allowance))
		return tooManyCalls()
	}
	s.usage.add(now, 1)
	w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", s.usage.total, s.config.Allowance))
	return nil
}

// Use counts calls of the organisation's other integrations, so that little is left of the allowance.
func (s *Server) Use(calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.add(s.config.Now(), calls)
}

// limits is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm.
func (s *Server) limits(*input) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := func(most, used int) map[string]int {
		return map[string]int{"Max": most, "Remaining": max(most-used, 0)}
	}
	return map[string]any{
		"DailyApiRequests":              limit(s.config.Allowance, s.usage.now(s.config.Now())),
		"DailyBulkV2QueryJobs":          limit(s.config.BulkJobs, s.jobs.now(s.config.Now())),
		"DailyBulkV2QueryFileStorageMB": limit(1_000_000, 0),
	}, nil
}
