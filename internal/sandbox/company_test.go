package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o sandbox.Options) *sandbox.Company {
	t.Helper()
	o.RedirectURIs = []string{"http://127.0.0.1:1/callback"}
	c, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func client(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func get(ctx context.Context, t *testing.T, url, token string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func TestSignInOpensTheEmulators(t *testing.T) {
	c := start(t, sandbox.Options{})
	gong, err := c.SignIn(t.Context(), "admin@acme.example", "gong")
	if err != nil {
		t.Fatal(err)
	}
	if gong.APIBase != c.URLs().Gong {
		t.Errorf("api_base_url_for_customer is %q", gong.APIBase)
	}
	if _, err := c.SignIn(t.Context(), "analyst@acme.example", "gong"); err == nil {
		t.Error("somebody who is no technical administrator approved Gong")
	}
	google, err := c.SignIn(t.Context(), "emea@acme.example", "google")
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []struct{ url, token string }{
		{c.URLs().Gong + "/v2/workspaces", gong.AccessToken},
		{c.URLs().Google + "/calendar/v3/users/me/calendarList", google.AccessToken},
	} {
		resp, err := client(t).Do(get(t.Context(), t, u.url, u.token))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", u.url, resp.Status)
		}
	}
	crossed, err := client(t).Do(get(t.Context(), t, c.URLs().Gong+"/v2/workspaces", google.AccessToken))
	if err != nil {
		t.Fatal(err)
	}
	crossed.Body.Close()
	if crossed.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of Google opens Gong: %s", crossed.Status)
	}
	log := c.Gong.Control().Requests()
	if len(log) != 2 || log[0].Person != "admin@acme.example" || log[1].RequestID == log[0].RequestID {
		t.Errorf("log %+v", log)
	}
}

func TestTheSourceSeesThatTheClientIsGone(t *testing.T) {
	c := start(t, sandbox.Options{})
	token, err := c.SignIn(t.Context(), "admin@acme.example", "gong")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Gong.Control().Add(fault.Rule{Kind: fault.Latency, Millis: 60_000}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		resp, err := client(t).Do(get(ctx, t, c.URLs().Gong+"/v2/users", token.AccessToken))
		if err == nil {
			resp.Body.Close()
		}
		done <- err
	}()
	wait, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if _, err := c.Gong.Control().Wait(wait, func(r fault.Request) bool { return r.Path == "/v2/users" }); err != nil {
		t.Fatal(err)
	}
	left := time.Now()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("client saw %v", err)
	}
	r, err := c.Gong.Control().Wait(wait, func(r fault.Request) bool { return !r.Gone.IsZero() && !r.Ended.IsZero() })
	if err != nil {
		t.Fatal(err)
	}
	if lag := r.Gone.Sub(left); lag > 100*time.Millisecond {
		t.Errorf("seen %s after the client left", lag)
	}
}

func TestPortInUse(t *testing.T) {
	c := start(t, sandbox.Options{})
	_, err := sandbox.Start(sandbox.Options{GongAddr: strings.TrimPrefix(c.URLs().Gong, "http://")})
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Code != pgerr.CannotConnect || e.Hint == "" {
		t.Fatalf("got %v", err)
	}
}
