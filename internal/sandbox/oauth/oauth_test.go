package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	redirect = "http://127.0.0.1:7480/callback"
	verifier = "a-verifier-that-is-long-enough-to-be-one-of-rfc-7636"
)

// bench is a server under test with a clock of its own.
type bench struct {
	*Server
	t   *testing.T
	now time.Time
}

func newBench(t *testing.T, grace time.Duration) *bench {
	b := &bench{t: t, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	b.Server = New(Config{
		Issuer: "http://as.test", Grace: grace, Now: func() time.Time { return b.now },
		Clients: []Client{
			{ID: "std", Secret: "s3cret", RedirectURIs: []string{redirect}, Scopes: []string{"read", "write"}, Source: "std", Rotate: true},
			{ID: "goo", Secret: "s3cret", RedirectURIs: []string{redirect}, Scopes: []string{"read"}, Source: "google", Style: Google},
			{ID: "gon", Secret: "s3cret", RedirectURIs: []string{redirect}, Scopes: []string{"read"}, Source: "gong", Style: Gong, APIBase: "http://gong.test"},
		},
		People: []Person{
			{Login: "ada@x.example", Name: "Ada", Subject: "1", EmailVerified: true, TechnicalAdmin: true},
			{Login: "bob@x.example", Name: "Bob", Subject: "2"},
		},
	})
	return b
}

func (b *bench) do(r *http.Request) (*http.Response, string) {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return w.Result(), string(body)
}

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// query is a good authorization request with changes: name, value, name, value…; an empty value removes.
func query(client string, changes ...string) url.Values {
	q := url.Values{"response_type": {"code"}, "client_id": {client}, "redirect_uri": {redirect}, "scope": {"read"}, "state": {"xyz"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"}, "as": {"ada@x.example"}, "approve": {"1"}}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

func (b *bench) authorize(q url.Values) (*http.Response, string) {
	return b.do(httptest.NewRequest("GET", "/authorize?"+q.Encode(), nil))
}

func (b *bench) code(q url.Values) string {
	b.t.Helper()
	resp, body := b.authorize(q)
	to, err := resp.Location()
	if err != nil {
		b.t.Fatalf("no redirect: %s %s", resp.Status, body)
	}
	return to.Query().Get("code")
}

type tokenAnswer struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Error   string `json:"error"`
	Base    string `json:"api_base_url_for_customer"`
	Scope   string `json:"scope"`
	Seconds int    `json:"expires_in"`
}

func (b *bench) post(path, user string, form url.Values) (int, tokenAnswer) {
	b.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if user != "" {
		r.SetBasicAuth(user, "s3cret")
	}
	resp, body := b.do(r)
	var a tokenAnswer
	_ = json.Unmarshal([]byte(body), &a)
	return resp.StatusCode, a
}

func exchangeForm(code string, changes ...string) url.Values {
	f := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
	}
	return f
}

func (b *bench) signIn(client string) tokenAnswer {
	b.t.Helper()
	_, a := b.post("/token", client, exchangeForm(b.code(query(client, "access_type", "offline", "prompt", "consent"))))
	if a.Access == "" {
		b.t.Fatalf("no token: %+v", a)
	}
	return a
}

func (b *bench) refreshWith(client, token string) (int, tokenAnswer) {
	return b.post("/token", client, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

func (b *bench) live(access string) bool {
	_, state := b.Lookup(access)
	return state == Live
}

func TestAuthorizeRedirects(t *testing.T) {
	for _, c := range []struct {
		name string
		q    url.Values
		want string // the error, or "" for a code
	}{
		{"good", query("std"), ""},
		{"no PKCE", query("std", "code_challenge", "", "code_challenge_method", ""), "invalid_request"},
		{"plain PKCE", query("std", "code_challenge_method", "plain"), "invalid_request"},
		{"short challenge", query("std", "code_challenge", "abc"), "invalid_request"},
		{"implicit", query("std", "response_type", "token"), "unsupported_response_type"},
		{"foreign scope", query("std", "scope", "read admin"), "invalid_scope"},
		{"no scope", query("std", "scope", ""), "invalid_scope"},
		{"denied", query("std", "deny", "1"), "access_denied"},
		{"nobody", query("std", "as", "eve@x.example"), "access_denied"},
		{"Gong by an administrator", query("gon"), ""},
		{"Gong by somebody else", query("gon", "as", "bob@x.example"), "access_denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, body := newBench(t, 0).authorize(c.q)
			to, err := resp.Location()
			if err != nil || resp.StatusCode != http.StatusFound {
				t.Fatalf("no redirect: %s %s", resp.Status, body)
			}
			got := to.Query()
			if got.Get("error") != c.want || (c.want == "") != (got.Get("code") != "") {
				t.Errorf("answer %v", got)
			}
			if got.Get("state") != "xyz" || got.Get("iss") != "http://as.test" {
				t.Errorf("state or iss is missing: %v", got)
			}
		})
	}
}

func TestAuthorizeNeverRedirectsElsewhere(t *testing.T) {
	b := newBench(t, 0)
	twice := query("std")
	twice.Add("state", "other")
	for name, q := range map[string]url.Values{
		"unknown client":      query("nobody"),
		"foreign redirect":    query("std", "redirect_uri", "https://evil.example/"),
		"longer redirect":     query("std", "redirect_uri", redirect+"/x"),
		"redirect with query": query("std", "redirect_uri", redirect+"?x=1"),
		"no redirect":         query("std", "redirect_uri", ""),
		"a parameter twice":   twice,
	} {
		if resp, _ := b.authorize(q); resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Location") != "" {
			t.Errorf("%s: %s %s", name, resp.Status, resp.Header.Get("Location"))
		}
	}
}

func TestConsentPage(t *testing.T) {
	b := newBench(t, 0)
	_, page := b.authorize(query("std", "approve", "", "as", "", "state", `"><script>`))
	for _, want := range []string{"Allow as Ada (ada@x.example)", "Allow as Bob", "<li>read</li>", "&#34;&gt;&lt;script&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	if _, page := b.authorize(query("std", "approve", "", "as", "", "login_hint", "bob@x.example")); strings.Contains(page, "Ada") {
		t.Error("login_hint is ignored")
	}
}

func TestExchange(t *testing.T) {
	for _, c := range []struct {
		name, client string
		changes      []string
		after        time.Duration
		status       int
		want         string
	}{
		{"good", "std", nil, 0, 200, ""},
		{"wrong verifier", "std", []string{"code_verifier", "wrong"}, 0, 400, "invalid_grant"},
		{"no verifier", "std", []string{"code_verifier", ""}, 0, 400, "invalid_grant"},
		{"other redirect", "std", []string{"redirect_uri", "http://127.0.0.1:7480/x"}, 0, 400, "invalid_grant"},
		{"late", "std", nil, 61 * time.Second, 400, "invalid_grant"},
		{"another client's code", "goo", nil, 0, 400, "invalid_grant"},
		{"no client", "", nil, 0, 401, "invalid_client"},
		{"by post", "", []string{"client_id", "std", "client_secret", "s3cret"}, 0, 200, ""},
		{"by post, wrong secret", "", []string{"client_id", "std", "client_secret", "wrong"}, 0, 401, "invalid_client"},
		{"two methods", "std", []string{"client_secret", "s3cret"}, 0, 400, "invalid_request"},
		{"other grant", "std", []string{"grant_type", "password"}, 0, 400, "unsupported_grant_type"},
		{"Gong at the wrong endpoint", "gon", nil, 0, 400, "invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 0)
			code := b.code(query("std"))
			b.now = b.now.Add(c.after)
			status, a := b.post("/token", c.client, exchangeForm(code, c.changes...))
			if status != c.status || a.Error != c.want || (a.Access != "") != (c.status == 200) {
				t.Errorf("%d %+v", status, a)
			}
		})
	}
}

func TestACodeUsedTwiceRevokesItsTokens(t *testing.T) {
	b := newBench(t, 0)
	form := exchangeForm(b.code(query("std")))
	_, first := b.post("/token", "std", form)
	if status, again := b.post("/token", "std", form); status != 400 || again.Error != "invalid_grant" {
		t.Errorf("second exchange: %d %+v", status, again)
	}
	if b.live(first.Access) {
		t.Error("the first token lives on")
	}
}

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
