package vault

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

func (w *world) fail(f ...oauth.Failure) {
	w.t.Helper()
	if err := w.as.Fail(f...); err != nil {
		w.t.Fatal(err)
	}
}

func TestRefreshAheadOfTheEnd(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(50 * time.Minute)
	if got := w.token(w.bob, "crm"); got.Generation != 1 || w.as.Calls().Refresh != 0 {
		t.Fatal("too early", got.Generation)
	}
	w.clock.add(7 * time.Minute)
	got := w.token(w.bob, "crm")
	if got.Generation != 2 || !w.live(got) || !got.Expires.Equal(w.clock.now().Add(hour)) {
		t.Fatalf("%+v", got)
	}
	acts := w.diary.kinds("token_refresh")
	if len(acts) != 2 || acts[0].Detail["step"] != "begin" || acts[1].Detail["step"] != "end" || acts[1].Detail["sealed_sha256"] == "" {
		t.Fatalf("%+v", acts)
	}
}

func TestEarlyIsSpreadAndBounded(t *testing.T) {
	seen := map[time.Duration]bool{}
	for _, life := range []int64{4, 60, 600, 3600, 86400} {
		for gen := range int64(50) {
			c := connection{key: connKey{"o", "p", "s"}, gen: gen, lifetime: life}
			base := min(max(time.Minute, min(time.Duration(life)*time.Second/5, 5*time.Minute)), time.Duration(life)*time.Second/2)
			e := c.early()
			if e < base*3/4 || e > base*5/4 || e > longestEarly || e >= time.Duration(life)*time.Second {
				t.Fatal(life, e)
			}
			seen[e] = true
		}
	}
	if len(seen) < 100 {
		t.Fatal("no jitter")
	}
}

func TestOneCallForAThousand(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	w.front = func(http.ResponseWriter, *http.Request) bool { time.Sleep(20 * time.Millisecond); return false }
	var group sync.WaitGroup
	tokens := make([]Token, 1000)
	for i := range tokens {
		group.Go(func() {
			var err error
			if tokens[i], err = w.vault.Tokens().Token(t.Context(), w.bob, "crm"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, got := range tokens {
		if got.Generation != 2 || !got.Access.Equal(tokens[0].Access) {
			t.Fatal(got.Generation)
		}
	}
	if calls := w.as.Calls(); calls.Refresh != 1 || !w.live(tokens[0]) {
		t.Fatalf("%+v", calls)
	}
}

// TestReplicasDoNotRace has three vaults on one store, as replicas have, before a server that revokes on the reuse of a refresh token.
func TestReplicasDoNotRace(t *testing.T) {
	w := newWorldOnPostgreSQL(t)
	w.connect(w.bob, "crm")
	vaults := []*Vault{w.vault}
	for range 2 {
		replica := *w
		replica.openStore()
		replica.openVault()
		vaults = append(vaults, replica.vault)
		t.Cleanup(replica.close)
	}
	for round := range int64(10) {
		w.clock.add(2 * hour)
		var group sync.WaitGroup
		for i := range 30 {
			group.Go(func() {
				got, err := vaults[i%3].Tokens().Token(t.Context(), w.bob, "crm")
				if err != nil || got.Generation != round+2 {
					t.Error(got.Generation, err)
				}
			})
		}
		group.Wait()
	}
	if calls := w.as.Calls(); calls.Reused != 0 || calls.Refresh != 10 {
		t.Fatalf("%+v", calls)
	}
}

func TestLostAnswer(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace time.Duration
		ok    bool
	}{{"server with a grace window", 10 * time.Second, true}, {"strict server", 0, false}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.as.SetLifetimes(0, 0, c.grace)
			w.connect(w.bob, "crm")
			w.clock.add(2 * hour)
			w.fail(oauth.Failure{Times: 1, Lose: true})
			if !c.ok {
				w.front = func(http.ResponseWriter, *http.Request) bool { w.clock.add(time.Millisecond); return false }
			}
			got, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
			if calls := w.as.Calls(); calls.Refresh != 2 {
				t.Fatalf("once more, at once: %+v", calls)
			}
			if c.ok {
				if err != nil || !w.live(got) {
					t.Fatal(err)
				}
				return
			}
			wantCode(t, err, pgerr.InvalidAuthorization)
			for range 3 {
				_, err = w.vault.Tokens().Token(t.Context(), w.bob, "crm")
				wantCode(t, err, pgerr.InvalidAuthorization)
			}
			if calls := w.as.Calls(); calls.Refresh != 2 {
				t.Fatalf("no retry loop: %+v", calls)
			}
		})
	}
}

// TestCrashBeforeCommit rotates the token at the server and dies before the answer is stored.
func TestCrashBeforeCommit(t *testing.T) {
	for _, grace := range []time.Duration{time.Minute, 0} {
		w := newWorld(t)
		w.as.SetLifetimes(0, 0, grace)
		w.connect(w.bob, "crm")
		w.clock.add(hour - time.Minute)
		c, err := w.vault.load(t.Context(), connKey{w.bob.Org, w.bob.Person, "crm"})
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := w.vault.lease(t.Context(), c); !ok || err != nil {
			t.Fatal(ok, err)
		}
		old, err := w.vault.openTokens(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		conf := w.config.Sources["crm"]
		if _, failure := w.vault.callToken(t.Context(), &conf, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {old.refresh.Reveal()}}); failure != nil {
			t.Fatal(failure)
		}
		w.restart()
		w.clock.add(time.Second)
		if err := w.vault.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
		if grace > 0 && (err != nil || got.Generation != 2 || !w.live(got)) {
			t.Fatalf("within the grace window nothing is lost: %v", err)
		}
		if grace == 0 && pgerr.Code(err) != pgerr.InvalidAuthorization {
			t.Fatalf("a strict server asks for a new sign-in: %v", err)
		}
	}
}

func TestClientGoneDuringRefresh(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	ctx, cancel := context.WithCancel(t.Context())
	w.front = func(http.ResponseWriter, *http.Request) bool {
		cancel()
		time.Sleep(20 * time.Millisecond)
		return false
	}
	_, err := w.vault.Tokens().Token(ctx, w.bob, "crm")
	wantCode(t, err, pgerr.QueryCanceled)
	w.vault.Close()
	if got := w.token(w.bob, "crm"); got.Generation != 2 || !w.live(got) || w.as.Calls().Refresh != 1 {
		t.Fatal("the answer must be stored all the same", got.Generation)
	}
}

// TestFailures: what only delays keeps the tokens, and a token that is still good is served.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name     string
		failure  oauth.Failure
		code     string // with no token left
		state    State
		recovers bool
	}{
		{"503", oauth.Failure{Status: 503, Error: "temporarily_unavailable"}, pgerr.ConnectionFailure, Connected, true},
		{"500 that says invalid_grant", oauth.Failure{Status: 500, Error: "invalid_grant"}, pgerr.ConnectionFailure, Connected, true},
		{"429", oauth.Failure{Status: 429, RetryAfter: "90"}, pgerr.ConnectionFailure, Connected, true},
		{"HTML", oauth.Failure{Status: 400}, pgerr.ConnectionFailure, Connected, true},
		{"unknown code", oauth.Failure{Status: 400, Error: "slow_down"}, pgerr.ConnectionFailure, Connected, true},
		{"client refused", oauth.Failure{Status: 401, Error: "invalid_client"}, pgerr.InvalidAuthorization, Misconfigured, true},
		{"client not allowed", oauth.Failure{Error: "unauthorized_client"}, pgerr.InvalidAuthorization, Misconfigured, true},
		{"grant refused", oauth.Failure{Error: "invalid_grant"}, pgerr.InvalidAuthorization, Expired, false},
		{"person needed", oauth.Failure{Error: "interaction_required"}, pgerr.InvalidAuthorization, Expired, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, left := range []bool{true, false} {
				w := newWorld(t)
				w.connect(w.bob, "crm")
				w.clock.add(2 * hour)
				if left {
					w.clock.add(-hour - 3*time.Minute)
				}
				c.failure.Times = 1
				w.fail(c.failure)
				got, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
				switch {
				case left && c.state != Expired:
					if err != nil || got.Generation != 1 {
						t.Fatal("the token at hand is good: ", err)
					}
				default:
					wantCode(t, err, c.code)
				}
				st, err := w.vault.Connections().State(t.Context(), w.bob, "crm")
				if err != nil || st.State != c.state || st.Dead() != (c.state == Expired) {
					t.Fatalf("%+v %v", st, err)
				}
				calls := w.as.Calls()
				w.vault.Tokens().Token(t.Context(), w.bob, "crm")
				if w.as.Calls() != calls {
					t.Fatal("a server that has failed is spared for a while")
				}
				w.clock.add(2 * time.Minute)
				got, err = w.vault.Tokens().Token(t.Context(), w.bob, "crm")
				if c.recovers && (err != nil || got.Generation != 2 || !w.live(got)) || !c.recovers && pgerr.Code(err) != pgerr.InvalidAuthorization {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	w.fail(oauth.Failure{Times: 1, Status: 429, RetryAfter: "90"})
	for _, wait := range []time.Duration{0, 89 * time.Second} {
		w.clock.add(wait)
		_, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
		wantCode(t, err, pgerr.ConnectionFailure)
	}
	if calls := w.as.Calls(); calls.Failed != 1 || calls.Refresh != 0 {
		t.Fatalf("%+v", calls)
	}
	w.clock.add(2 * time.Second)
	w.token(w.bob, "crm")
}

func TestNoRefreshWithoutJournal(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	w.diary.fail = pgerr.New(pgerr.IOError, "disk full")
	_, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
	wantCode(t, err, pgerr.IOError)
	if w.as.Calls().Refresh != 0 {
		t.Fatal("called without a record")
	}
	w.diary.fail = nil
	w.token(w.bob, "crm")
}

func TestRefresher(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.connect(w.bob, "cal")
	w.clock.add(20 * time.Minute)
	w.as.SetLifetimes(hour, 0, 0)
	w.token(w.bob, "crm") // used lately; cal is not
	w.clock.add(25 * time.Minute)
	w.token(w.bob, "crm")
	w.clock.add(13 * time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.vault.Run(ctx) }()
	for deadline := time.Now().Add(5 * time.Second); w.as.Calls().Refresh == 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	w.vault.Close()
	if calls := w.as.Calls(); calls.Refresh != 1 {
		t.Fatalf("%+v", calls)
	}
	if got := w.token(w.bob, "crm"); got.Generation != 2 || w.as.Calls().Refresh != 1 {
		t.Fatal(got.Generation)
	}
	if acts := w.diary.kinds("token_refresh"); len(acts) != 2 || acts[0].Login != "refresher" || acts[0].Person != w.bob.Person {
		t.Fatalf("%+v", acts)
	}
}

func TestServerDown(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	w.clock.add(2 * hour)
	w.config.Transport = transportFunc(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("dial tcp 10.0.0.1: secret-canary")
	})
	w.openVault()
	_, err := w.vault.Tokens().Token(t.Context(), w.bob, "crm")
	if e := pgerr.From(err); e.Code != pgerr.ConnectionFailure || contains(e.Message+e.Detail+e.Hint, "canary") || e.Hint == "" {
		t.Fatal(err)
	}
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
