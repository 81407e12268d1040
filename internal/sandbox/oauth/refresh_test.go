package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRotationAndReuse(t *testing.T) {
	b := newBench(t, 0)
	first := b.signIn("std")
	_, second := b.refreshWith("std", first.Refresh)
	if second.Access == "" || second.Refresh == "" || second.Refresh == first.Refresh {
		t.Fatalf("no rotation: %+v", second)
	}
	b.now = b.now.Add(time.Second)
	if status, a := b.refreshWith("std", first.Refresh); status != 400 || a.Error != "invalid_grant" {
		t.Errorf("reuse: %d %+v", status, a)
	}
	if b.live(first.Access) || b.live(second.Access) {
		t.Error("the family survives a reuse")
	}
	if status, _ := b.refreshWith("std", second.Refresh); status != 400 {
		t.Error("the family's newest refresh token survives a reuse")
	}
	if b.Calls().Reused != 1 {
		t.Errorf("calls %+v", b.Calls())
	}
}

func TestGraceForLostAnswers(t *testing.T) {
	b := newBench(t, 10*time.Second)
	first := b.signIn("std")
	if _, a := b.refreshWith("std", first.Refresh); a.Access == "" {
		t.Fatal("no refresh")
	}
	b.now = b.now.Add(10 * time.Second)
	if _, a := b.refreshWith("std", first.Refresh); a.Access == "" {
		t.Errorf("refused within the grace window: %+v", a)
	}
	b.now = b.now.Add(time.Second)
	if status, _ := b.refreshWith("std", first.Refresh); status != 400 {
		t.Error("accepted after the grace window")
	}
}

func TestRefresh(t *testing.T) {
	b := newBench(t, 0)
	first := b.signIn("std")
	if status, _ := b.refreshWith("goo", first.Refresh); status != 400 {
		t.Error("another client refreshes")
	}
	if status, _ := b.refreshWith("std", first.Access); status != 400 {
		t.Error("an access token refreshes")
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh}, "scope": {"write"}}
	if _, a := b.post("/token", "std", form); a.Error != "invalid_scope" {
		t.Errorf("scope grows: %+v", a)
	}
	b.now = b.now.Add(91 * 24 * time.Hour)
	if status, _ := b.refreshWith("std", first.Refresh); status != 400 {
		t.Error("refreshed after 91 days")
	}
}

func TestGoogleStyle(t *testing.T) {
	b := newBench(t, 0)
	if _, a := b.post("/token", "goo", exchangeForm(b.code(query("goo")))); a.Refresh != "" || a.Access == "" {
		t.Errorf("online access: %+v", a)
	}
	if _, a := b.post("/token", "goo", exchangeForm(b.code(query("goo", "access_type", "offline")))); a.Refresh != "" {
		t.Errorf("a second consent gives a refresh token: %+v", a)
	}
	first := b.signIn("goo")
	_, second := b.refreshWith("goo", first.Refresh)
	if second.Access == "" || second.Refresh != "" {
		t.Errorf("Google does not rotate: %+v", second)
	}
	if _, third := b.refreshWith("goo", first.Refresh); third.Access == "" {
		t.Error("the refresh token works once only")
	}
}

func TestGongStyle(t *testing.T) {
	b := newBench(t, 0)
	form := exchangeForm(b.code(query("gon")))
	const path = "/oauth2/generate-customer-token"
	if status, _ := b.post(path, "gon", form); status != 400 {
		t.Error("parameters in the body are accepted")
	}
	if status, _ := b.post(path+"?"+form.Encode(), "std", nil); status != 401 {
		t.Error("another client is accepted")
	}
	status, a := b.post(path+"?"+form.Encode(), "gon", nil)
	if status != 200 || a.Base != "http://gong.test" || a.Refresh == "" {
		t.Fatalf("%d %+v", status, a)
	}
	if g, _ := b.Lookup(a.Access); !g.Organisation || g.Person != "ada@x.example" {
		t.Errorf("grant %+v", g)
	}
	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.Refresh}}
	if _, next := b.post(path+"?"+again.Encode(), "gon", nil); next.Refresh == "" || next.Refresh == a.Refresh {
		t.Errorf("Gong's refresh tokens are single-use: %+v", next)
	}
}

func TestRevokeAndIntrospect(t *testing.T) {
	b := newBench(t, 0)
	a := b.signIn("std")
	active := func(client, token string) bool {
		r := httptest.NewRequest("POST", "/introspect", strings.NewReader(url.Values{"token": {token}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(client, "s3cret")
		_, body := b.do(r)
		return strings.Contains(body, `"active":true`) && strings.Contains(body, `"username":"ada@x.example"`)
	}
	if !active("std", a.Access) || !active("std", a.Refresh) || active("goo", a.Access) || active("std", "nonsense") {
		t.Error("introspection before the revocation")
	}
	if status, _ := b.post("/revoke", "goo", url.Values{"token": {a.Refresh}}); status != 200 || !b.live(a.Access) {
		t.Error("another client revokes")
	}
	if status, _ := b.post("/revoke", "std", url.Values{"token": {"nonsense"}}); status != 200 {
		t.Error("an unknown token is answered otherwise")
	}
	if status, _ := b.post("/revoke", "std", url.Values{"token": {a.Refresh}}); status != 200 {
		t.Error("not revoked")
	}
	if _, state := b.Lookup(a.Access); state != Revoked || active("std", a.Access) {
		t.Errorf("state %v after the revocation", state)
	}
}

func TestControl(t *testing.T) {
	b := newBench(t, 0)
	a := b.signIn("std")
	if n := b.ExpireAccess("ada@x.example", "google"); n != 0 {
		t.Errorf("%d tokens of another source expired", n)
	}
	if n := b.ExpireAccess("", ""); n != 1 {
		t.Errorf("%d tokens expired", n)
	}
	if _, state := b.Lookup(a.Access); state != Expired {
		t.Errorf("state %v", state)
	}
	_, next := b.refreshWith("std", a.Refresh)
	if !b.live(next.Access) {
		t.Fatal("no refresh after an expiry")
	}
	if n := b.RevokePerson("ada@x.example", ""); n == 0 || b.live(next.Access) {
		t.Errorf("%d revoked", n)
	}
	if status, _ := b.refreshWith("std", next.Refresh); status != 400 {
		t.Error("a revoked person refreshes")
	}
	resp, body := b.do(httptest.NewRequest("GET", "/_sandbox/calls", nil))
	if resp.StatusCode != 200 || !strings.Contains(body, `"refresh":2`) {
		t.Errorf("calls: %s", body)
	}
}

func TestScriptedFailures(t *testing.T) {
	b := newBench(t, 0)
	a := b.signIn("std")
	if err := b.Fail(Failure{Status: 503, Error: "temporarily_unavailable"}); err == nil {
		t.Error("a failure without times is accepted")
	}
	r := httptest.NewRequest("POST", "/_sandbox/fail", strings.NewReader(`{"times":2,"status":503,"error":"temporarily_unavailable","retry_after":"3"}`))
	if resp, body := b.do(r); resp.StatusCode != 204 {
		t.Fatal(body)
	}
	for range 2 {
		if status, f := b.refreshWith("std", a.Refresh); status != 503 || f.Error != "temporarily_unavailable" {
			t.Errorf("%d %+v", status, f)
		}
	}
	if err := b.Fail(Failure{Times: 1, Lose: true}); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Error("the answer is not lost")
			}
		}()
		b.refreshWith("std", a.Refresh)
	}()
	b.now = b.now.Add(time.Second)
	if status, _ := b.refreshWith("std", a.Refresh); status != 400 {
		t.Error("the lost call did not rotate")
	}
}

func TestMetadataAndUserinfo(t *testing.T) {
	b := newBench(t, 0)
	_, body := b.do(httptest.NewRequest("GET", "/.well-known/oauth-authorization-server", nil))
	for _, want := range []string{`"issuer":"http://as.test"`, `"code_challenge_methods_supported":["S256"]`, `"waggle_sandbox":true`} {
		if !strings.Contains(body, want) {
			t.Errorf("metadata lacks %s: %s", want, body)
		}
	}
	r := httptest.NewRequest("GET", "/userinfo", nil)
	if resp, _ := b.do(r); resp.StatusCode != 401 {
		t.Errorf("without a token: %s", resp.Status)
	}
	r.Header.Set("Authorization", "Bearer "+b.signIn("std").Access)
	if _, body := b.do(r); !strings.Contains(body, `"email":"ada@x.example"`) || !strings.Contains(body, `"email_verified":true`) {
		t.Errorf("userinfo %s", body)
	}
}
