package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
)

func TestMain(m *testing.M) {
	// Snowflake's driver would look for clouds around it, and load a library of its own.
	_ = os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
	_ = os.Setenv("SF_DISABLE_MINICORE", "true")
	// Databricks's driver never reads refusals to their end.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.setRequestCancel.func4"))
}

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
	for _, c := range []struct {
		name, method, path, body string
		rule                     fault.Rule
	}{
		{"before the answer", http.MethodGet, "/v2/users", "", fault.Rule{Kind: fault.Latency, Millis: 60_000}},
		{"of a request with a body", http.MethodPost, "/v2/calls/extensive", `{"filter":{}}`, fault.Rule{Kind: fault.Latency, Millis: 60_000}},
		{"in the middle of the answer", http.MethodPost, "/v2/calls/extensive", `{"filter":{}}`, fault.Rule{Kind: fault.Drip, Millis: 60_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			company := start(t, sandbox.Options{})
			token, err := company.SignIn(t.Context(), "admin@acme.example", "gong")
			if err == nil {
				err = company.Gong.Control().Add(c.rule)
			}
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			r := get(ctx, t, company.URLs().Gong+c.path, token.AccessToken)
			r.Method, r.Body = c.method, io.NopCloser(strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json")
			done := make(chan error, 1)
			go func() { done <- drain(client(t), r) }()
			wait, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			if _, err := company.Gong.Control().Wait(wait, func(r fault.Request) bool { return r.Path == c.path }); err != nil {
				t.Fatal(err)
			}
			left := time.Now()
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Fatalf("client saw %v", err)
			}
			seen, err := company.Gong.Control().Wait(wait, func(r fault.Request) bool { return !r.Gone.IsZero() && !r.Ended.IsZero() })
			if err != nil {
				t.Fatal(err)
			}
			if lag := seen.Ended.Sub(left); lag > 2*time.Second {
				t.Errorf("the handler ended %s after the client left", lag)
			}
		})
	}
}

func drain(c *http.Client, r *http.Request) error {
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// page asks for a page of all calls and returns the status and the next page's cursor.
func page(t *testing.T, c *sandbox.Company, token, cursor string) (int, string) {
	t.Helper()
	r := get(t.Context(), t, c.URLs().Gong+"/v2/calls/extensive", token)
	body := `{"filter":{}}`
	if cursor != "" {
		body = `{"cursor":"` + cursor + `","filter":{}}`
	}
	r.Method, r.Body = http.MethodPost, io.NopCloser(strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	resp, err := client(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var doc struct{ Records struct{ Cursor string } }
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, doc.Records.Cursor
}

func TestARefreshInTheMiddleOfPaging(t *testing.T) {
	c := start(t, sandbox.Options{GongPerSecond: -1})
	token, err := c.SignIn(t.Context(), "admin@acme.example", "gong")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Gong.Control().Add(fault.Rule{Kind: fault.Expired, Nth: 2, Times: 1}); err != nil {
		t.Fatal(err)
	}
	_, cursor := page(t, c, token.AccessToken, "")
	if status, _ := page(t, c, token.AccessToken, cursor); status != http.StatusUnauthorized {
		t.Fatalf("the expired token got %d", status)
	}
	old := token.RefreshToken
	if token, err = c.Refresh(t.Context(), "gong", old); err != nil {
		t.Fatal(err)
	}
	if status, next := page(t, c, token.AccessToken, cursor); status != http.StatusOK || next == "" {
		t.Errorf("after the refresh: %d", status)
	}
	if c.OAuth.RevokePerson("admin@acme.example", "gong") == 0 {
		t.Error("nothing revoked")
	}
	if status, _ := page(t, c, token.AccessToken, cursor); status != http.StatusUnauthorized {
		t.Errorf("the revoked token got %d", status)
	}
	if _, err := c.Refresh(t.Context(), "gong", token.RefreshToken); err == nil {
		t.Error("refreshed after the revocation")
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
