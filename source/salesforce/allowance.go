package salesforce

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// allowance is what an organisation has said of its API requests of 24 hours: those of all its integrations together.
type allowance struct {
	used, all int64
	at        time.Time
}

// allowances are those of the organisations that the source reaches, by host.
type allowances struct {
	now     func() time.Time
	reserve int
	mu      sync.Mutex
	of      map[string]allowance
}

// askAgain is how long an allowance that is spent is believed: then one request finds out whether it has grown.
const askAgain = time.Minute

// usageForm finds the organisation's share; a connected app's own, per-app-api-usage, may stand beside it.
var usageForm = regexp.MustCompile(`(?:^|[\s;,])api-usage=(\d{1,12})/(\d{1,12})`)

// note keeps what an answer says (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm).
func (a *allowances) note(host string, h http.Header) {
	m := usageForm.FindStringSubmatch(h.Get("Sforce-Limit-Info"))
	if m == nil {
		return
	}
	used, _ := strconv.ParseInt(m[1], 10, 64)
	all, _ := strconv.ParseInt(m[2], 10, 64)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.of[host] = allowance{used, all, a.now()}
}

// check refuses a request with 53400 when what others need would be touched.
func (a *allowances) check(host, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, known := a.of[host]
	if !known || a.reserve == 0 || now.all == 0 || (now.all-now.used)*100 >= int64(a.reserve)*now.all {
		return nil
	}
	if a.now().Sub(now.at) > askAgain {
		now.at = a.now()
		a.of[host] = now
		return nil
	}
	return pgerr.New(pgerr.ConfigurationLimitExceeded, "the API requests that the source %s gives are nearly used up", name).
		WithDetail("Its organisation has used %d of its %d requests of 24 hours; the last %d %% are left to other integrations.", now.used, now.all, a.reserve).
		WithHint("try again later, or ask the administrator to lower api_reserve")
}

// text says how much is used, "" when it is not known.
func (a *allowances) text(host string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	now, known := a.of[host]
	if !known {
		return ""
	}
	return fmt.Sprintf("%d of %d API requests of 24 hours used", now.used, now.all)
}
