package oauth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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

// TestConsentForm presses a button of the page as a browser does: all inputs of its form, to the form's action.
func TestConsentForm(t *testing.T) {
	b := newBench(t, 0)
	_, page := b.authorize(query("std", "approve", "", "as", ""))
	form := regexp.MustCompile(`(?s)<form method="post" action="([^"]*)">.*?</form>`).FindStringSubmatch(page)
	if form == nil {
		t.Fatalf("no form:\n%s", page)
	}
	fields := url.Values{}
	for _, in := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(form[0], -1) {
		fields.Add(html.UnescapeString(in[1]), html.UnescapeString(in[2]))
	}
	button := regexp.MustCompile(`<button name="as" value="([^"]*)">`).FindStringSubmatch(form[0])
	fields.Add("as", html.UnescapeString(button[1]))
	r := httptest.NewRequest("POST", form[1], strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, body := b.do(r)
	to, err := resp.Location()
	if err != nil || to.Query().Get("state") != "xyz" {
		t.Fatalf("no redirect: %s %s", resp.Status, body)
	}
	if status, a := b.post("/token", "std", exchangeForm(to.Query().Get("code"))); status != 200 || a.Access == "" {
		t.Errorf("%d %+v", status, a)
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
