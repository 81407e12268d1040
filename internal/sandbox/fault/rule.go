package fault

import (
	"net/http"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Kind names a misbehaviour.
type Kind string

// The misbehaviours that an emulator can be told to show.
const (
	Latency   Kind = "latency"    // waits Millis before answering
	Drip      Kind = "drip"       // waits Millis before each 16 KiB of the answer
	Status    Kind = "status"     // refuses with Status in the vendor's words, with Retry-After where RetryAfter is set
	Reset     Kind = "reset"      // resets the TCP connection after Bytes of the body
	Truncate  Kind = "truncate"   // ends the body after Bytes, as if that were all
	WrongType Kind = "wrong_type" // gives Field a value of another JSON type
	Expired   Kind = "expired"    // expires the access token that came with the request, for good
)

// Rule says which requests are hit by a misbehaviour. Empty conditions match everything.
type Rule struct {
	Kind   Kind   `json:"kind"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`   // a prefix of the URL's path
	Person string `json:"person,omitempty"` // whose token the request carries
	// Nth is the first matching request that is hit, counted from 1 since the rule was added; 0 is 1. Page 3 of a
	// listing is Nth 3.
	Nth int `json:"nth,omitempty"`
	// Times bounds how many requests are hit; 0 is no bound.
	Times      int    `json:"times,omitempty"`
	Millis     int    `json:"millis,omitempty"`
	Status     int    `json:"status,omitempty"`
	RetryAfter int    `json:"retry_after,omitempty"` // seconds
	Bytes      int    `json:"bytes,omitempty"`
	Field      string `json:"field,omitempty"` // names joined by dots; arrays on the way are entered
}

func (r Rule) check() error {
	bad := func(why string) error {
		return pgerr.New(pgerr.InvalidParameterValue, "the %s rule %s", r.Kind, why)
	}
	switch r.Kind {
	case Latency, Drip:
		if r.Millis <= 0 {
			return bad("needs millis")
		}
	case Status:
		if r.Status < 400 || r.Status > 599 {
			return bad("needs a status from 400 to 599")
		}
	case WrongType:
		if r.Field == "" {
			return bad("needs a field")
		}
	case Reset, Truncate, Expired:
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "unknown misbehaviour %q", string(r.Kind))
	}
	return nil
}

// armed is a rule that counts the requests it has seen.
type armed struct {
	Rule
	seen int
}

// hits counts a request and tells whether it is one of those that the rule hits.
func (a *armed) hits(r *http.Request, person string) bool {
	if a.Method != "" && a.Method != r.Method || !strings.HasPrefix(r.URL.Path, a.Path) || a.Person != "" && a.Person != person {
		return false
	}
	a.seen++
	first := max(a.Nth, 1)
	return a.seen >= first && (a.Times == 0 || a.seen < first+a.Times)
}

// hit is what all rules together ask of one request.
type hit struct {
	wait, drip time.Duration
	refuse     *Rule
	cut        *Rule
	fields     []string
	expire     bool
}

// none tells whether an answer is to be delivered as it is.
func (h *hit) none() bool {
	return h.wait == 0 && h.drip == 0 && h.cut == nil && len(h.fields) == 0
}

func (h *hit) add(r Rule) {
	switch r.Kind {
	case Latency:
		h.wait += time.Duration(r.Millis) * time.Millisecond
	case Drip:
		h.drip = time.Duration(r.Millis) * time.Millisecond
	case Status:
		h.refuse = &r
	case Reset, Truncate:
		h.cut = &r
	case WrongType:
		h.fields = append(h.fields, r.Field)
	case Expired:
		h.expire = true
	}
}
