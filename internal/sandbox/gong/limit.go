package gong

import (
	"net/http"
	"strconv"
	"time"
)

// limit counts a call against the company's allowance: 3 a second and 10,000 a day, 429 with Retry-After beyond it
// (https://help.gong.io/apidocs/introduction-2). A refused call does not count.
func (s *Server) limit(w http.ResponseWriter) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	if day := now.UTC().Format(time.DateOnly); day != s.day {
		s.day, s.today = day, 0
	}
	for len(s.recent) > 0 && now.Sub(s.recent[0]) >= time.Second {
		s.recent = s.recent[1:]
	}
	if s.config.PerDay > 0 && s.today >= s.config.PerDay {
		midnight := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		w.Header().Set("Retry-After", strconv.Itoa(int(midnight.Sub(now)/time.Second)+1))
		return refuse(http.StatusTooManyRequests, "API call limit for the day is exceeded")
	}
	if s.config.PerSecond > 0 && len(s.recent) >= s.config.PerSecond {
		w.Header().Set("Retry-After", "1")
		return refuse(http.StatusTooManyRequests, "API rate limit exceeded")
	}
	s.today++
	s.recent = append(s.recent, now)
	return nil
}

// CallsToday returns how many calls have counted against today's allowance.
func (s *Server) CallsToday() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.today
}
