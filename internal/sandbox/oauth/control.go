package oauth

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Calls counts what the server was asked.
type Calls struct {
	Authorize  int `json:"authorize"`
	Code       int `json:"code"`    // exchanges of a code
	Refresh    int `json:"refresh"` // uses of a refresh token
	Reused     int `json:"reused"`  // of these, rotated tokens that came back too late
	Revoke     int `json:"revoke"`
	Introspect int `json:"introspect"`
	Failed     int `json:"failed"` // calls that a scripted Failure answered
}

// Failure answers the next calls of the token, revocation and authorization endpoints.
type Failure struct {
	Times      int    `json:"times"`       // at least 1
	Status     int    `json:"status"`      // of the token endpoint; 0 is 400
	Error      string `json:"error"`       // such as "temporarily_unavailable"; empty sends no JSON
	RetryAfter string `json:"retry_after"` // the header's value
	// Lose serves the call and then loses the answer: the tokens are issued, the client sees a broken connection.
	Lose bool `json:"lose"`
}

// Calls returns the counters.
func (s *Server) Calls() Calls {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Fail scripts failures, served in order. It refuses one without Times (22023).
func (s *Server) Fail(failures ...Failure) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range failures {
		if f.Times < 1 {
			return pgerr.New(pgerr.InvalidParameterValue, "a failure of the token endpoint needs times of at least 1")
		}
	}
	s.faults = append(s.faults, failures...)
	return nil
}

// RevokePerson revokes all that a person has approved at a source, or everywhere when source is empty, and returns how many
// tokens died.
func (s *Server) RevokePerson(person, source string) int {
	return s.each(person, source, func(t *token) { t.family.revoked = true })
}

// ExpireAccess makes the access tokens of a person at a source expire now; empty strings mean everybody and everywhere. It
// returns how many expired.
func (s *Server) ExpireAccess(person, source string) int {
	return s.each(person, source, func(t *token) {
		if !t.refresh {
			t.expires = s.now()
		}
	})
}

// ExpireToken makes one access token expire now.
func (s *Server) ExpireToken(access string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[sha256.Sum256([]byte(access))]; t != nil && !t.refresh {
		t.expires = s.now()
	}
}

// SetLifetimes changes the lifetimes of tokens issued from now on, and the grace window; a zero access or refresh lifetime keeps
// the present one.
func (s *Server) SetLifetimes(access, refresh, grace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if access > 0 {
		s.config.AccessTTL = access
	}
	if refresh > 0 {
		s.config.RefreshTTL = refresh
	}
	s.config.Grace = grace
}

func (s *Server) each(person, source string, do func(*token)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var live []*token
	for _, t := range s.tokens {
		if (person == "" || t.grant.Person == person) && (source == "" || t.grant.Source == source) && s.state(t) == Live {
			live = append(live, t)
		}
	}
	n := 0
	for _, t := range live {
		do(t)
	}
	for _, t := range live {
		if s.state(t) != Live {
			n++
		}
	}
	return n
}

// fail returns the failure to answer with, if one is scripted. The caller holds the lock.
func (s *Server) fail() *Failure {
	if len(s.faults) == 0 {
		return nil
	}
	f := s.faults[0]
	if s.faults[0].Times--; s.faults[0].Times == 0 {
		s.faults = s.faults[1:]
	}
	s.calls.Failed++
	return &f
}

// scripted puts the scripted failures before an endpoint.
func (s *Server) scripted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		f := s.fail()
		s.mu.Unlock()
		switch {
		case f == nil:
			next(w, r)
		case f.Lose:
			next(nowhere{}, r)
			panic(http.ErrAbortHandler)
		default:
			f.write(w)
		}
	}
}

func (f *Failure) write(w http.ResponseWriter) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	status := f.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	if f.Error == "" {
		http.Error(w, http.StatusText(status), status)
		return
	}
	writeJSON(w, status, map[string]any{"error": f.Error})
}

// nowhere is a response that is lost.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}

// controlRoutes serves the switches to scripts: POST /_sandbox/revoke?person=&source=, /_sandbox/expire?person=&source=,
// /_sandbox/fail with a Failure, GET /_sandbox/calls.
func (s *Server) controlRoutes() {
	count := func(do func(person, source string) int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			writeJSON(w, http.StatusOK, map[string]int{"tokens": do(q.Get("person"), q.Get("source"))})
		}
	}
	s.mux.HandleFunc("POST /_sandbox/revoke", count(s.RevokePerson))
	s.mux.HandleFunc("POST /_sandbox/expire", count(s.ExpireAccess))
	s.mux.HandleFunc("GET /_sandbox/calls", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.Calls())
	})
	s.mux.HandleFunc("POST /_sandbox/fail", func(w http.ResponseWriter, r *http.Request) {
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
		dec.DisallowUnknownFields()
		var f Failure
		err := dec.Decode(&f)
		if err == nil {
			err = s.Fail(f)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
