package console

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
	"github.com/waggle-sql/waggle/vault"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type diary struct {
	mu   sync.Mutex
	acts []identity.Act
}

func (d *diary) Record(_ context.Context, a identity.Act) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acts = append(d.acts, a)
	return nil
}

func (d *diary) count(kind string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.acts {
		if a.Kind == kind {
			n++
		}
	}
	return n
}

// world is a console with the people ada (admin) and bob (viewer) before the sandbox's sign-in server.
type world struct {
	t     *testing.T
	web   *httptest.Server
	as    *httptest.Server
	oauth *oauth.Server
	diary *diary
	log   bytes.Buffer
	reg   *identity.Registry
	dir   *identity.Directory
	bob   identity.PersonID
	ready error
}

const password = "correct horse"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, diary: &diary{}}
	var site http.Handler
	w.web = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { site.ServeHTTP(rw, r) }))
	t.Cleanup(w.web.Close)
	w.oauth = oauth.New(oauth.Config{
		People: []oauth.Person{{Login: "bob@acme.example", Subject: "b"}, {Login: "ada@acme.example", Subject: "a", TechnicalAdmin: true}},
		Clients: []oauth.Client{
			{ID: "crm-app", Secret: "s", RedirectURIs: []string{w.web.URL + "/oauth/callback/crm"}, Scopes: []string{"api"}, Source: "crm", Rotate: true},
			{ID: "gong-app", Secret: "s", RedirectURIs: []string{w.web.URL + "/oauth/callback/gong"}, Scopes: []string{"calls"}, Source: "gong", Style: oauth.Gong, APIBase: "http://127.0.0.1:9"},
		},
	})
	w.as = httptest.NewServer(w.oauth)
	t.Cleanup(w.as.Close)
	w.oauth.SetIssuer(w.as.URL)
	site = w.site()
	return w
}

func (w *world) site() http.Handler {
	w.t.Helper()
	must := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	ctx := w.t.Context()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(w.t.TempDir(), "waggle.db"))
	must(err)
	w.t.Cleanup(func() { db.Close() })
	keyFile := filepath.Join(w.t.TempDir(), "master.key")
	must(vault.CreateMaster(keyFile))
	master, err := vault.LoadMaster("file:" + keyFile)
	must(err)
	keys, err := vault.OpenKeyring(ctx, vault.Keys{Store: db, Active: master})
	must(err)
	w.dir, err = identity.Open(ctx, identity.Config{Store: db, Journal: w.diary, Sealer: keys.Sealer("mfa")})
	must(err)
	v, err := vault.Open(ctx, vault.Config{Store: db, Keys: keys, PublicURL: w.web.URL, Journal: w.diary, Transport: w.as.Client().Transport, Sources: map[string]vault.SourceConfig{
		"crm": {AuthorizeURL: w.as.URL + "/authorize", TokenURL: w.as.URL + "/token", RevokeURL: w.as.URL + "/revoke", Issuer: w.as.URL, ClientID: "crm-app", ClientSecret: secret.New("s"), Scopes: []string{"api"}, Credential: vault.UserCredential},
		"gong": {AuthorizeURL: w.as.URL + "/oauth2/authorize", TokenURL: w.as.URL + "/oauth2/generate-customer-token", Issuer: w.as.URL, ClientID: "gong-app", ClientSecret: secret.New("s"),
			Scopes: []string{"calls"}, Credential: vault.OrgCredential, Variant: vault.Gong, BaseHosts: []string{"127.0.0.1"}},
	}})
	must(err)
	w.t.Cleanup(v.Close)
	w.reg = w.dir.AsOperator("root")
	org, err := w.reg.CreateOrg(ctx, "acme")
	must(err)
	for login, role := range map[string]identity.Role{"bob": identity.Viewer, "ada": identity.Admin} {
		id, err := w.reg.CreatePerson(ctx, identity.Person{Org: org, Login: login, Email: login + "@acme.example", Role: role})
		must(err)
		must(w.reg.SetPassword(ctx, id, secret.New(password), false))
		if login == "bob" {
			w.bob = id
		}
	}
	site, err := New(Config{PublicURL: w.web.URL, Directory: w.dir, Connections: v.Connections(), Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		Ready: func(context.Context) error { return w.ready }})
	must(err)
	return site
}

// approve plays the person at the source's sign-in server.
func (w *world) approve(login string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, address string) (string, error) {
		client := &http.Client{Transport: w.as.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"&approve=1&as="+login+"@acme.example", nil)
		if err != nil {
			return "", err
		}
		response, err := client.Do(r)
		if err != nil {
			return "", err
		}
		return response.Header.Get("Location"), response.Body.Close()
	}
}

func (w *world) client(login string) *Client {
	w.t.Helper()
	c, err := NewClient(w.web.URL, w.web.Client().Transport)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := c.SignIn(w.t.Context(), login, secret.New(password), ""); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// browser is a person's browser: it keeps cookies and does not follow redirects by itself.
type browser struct {
	w    *world
	http *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, Transport: w.web.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// do sends a request as the site's own pages would and returns the answer with its text.
func (b *browser) do(method, path string, form url.Values, headers ...string) (*http.Response, string) {
	b.w.t.Helper()
	r, err := http.NewRequestWithContext(b.w.t.Context(), method, b.w.web.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	response, err := b.http.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return response, string(text)
}

func (b *browser) signIn(login string) *http.Response {
	b.w.t.Helper()
	r, text := b.do("POST", "/sign-in", url.Values{"login": {login}, "password": {password}})
	if r.StatusCode != http.StatusSeeOther {
		b.w.t.Fatal(r.Status, text)
	}
	return r
}

func TestHeadlessConnect(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	bob := w.client("bob")
	if err := bob.Connect(ctx, "crm", w.approve("bob")); err != nil {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "crm", w.approve("nobody")); pgerr.Code(err) != pgerr.InvalidAuthorization || !strings.Contains(err.Error(), "not allowed") {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "nowhere", w.approve("bob")); pgerr.Code(err) != pgerr.UndefinedObject {
		t.Fatal(err)
	}
	elsewhere := func(context.Context, string) (string, error) {
		return "https://evil.example/oauth/callback/crm?code=x", nil
	}
	if err := bob.Connect(ctx, "crm", elsewhere); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatal(err)
	}
	stop := errors.New("no person there")
	if err := bob.Connect(ctx, "crm", func(context.Context, string) (string, error) { return "", stop }); err != stop {
		t.Fatal(err)
	}
	if err := bob.Connect(ctx, "gong", w.approve("bob")); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
	if err := bob.Enable(ctx, "gong", "yes"); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
	ada := w.client("ada")
	if err := ada.Connect(ctx, "gong", w.approve("ada")); pgerr.Code(err) != pgerr.ObjectNotInPrerequisite {
		t.Fatal(err)
	}
	if err := ada.Enable(ctx, "gong", "yes"); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Fatal(err)
	}
	if err := ada.Enable(ctx, "gong", (&vault.Connections{}).Sentence("gong")); err != nil {
		t.Fatal(err)
	}
	if err := ada.Connect(ctx, "gong", w.approve("ada")); err != nil {
		t.Fatal(err)
	}
	if w.diary.count("connect_source") != 2 || w.diary.count("admin.enable_source") != 1 {
		t.Fatalf("%+v", w.diary.acts)
	}
	stranger, err := NewClient(w.web.URL, w.web.Client().Transport)
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Connect(ctx, "crm", w.approve("bob")); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatal(err)
	}
	if err := stranger.SignIn(ctx, "bob", secret.New("wrong"), ""); pgerr.Code(err) != pgerr.InvalidPassword {
		t.Fatal(err)
	}
	if w.log.Len() != 0 {
		t.Fatal(w.log.String())
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for _, path := range []string{"/connections", "/connect/crm", "/account"} {
		if r, _ := b.do("GET", path, nil); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in?next="+url.QueryEscape(path) {
			t.Fatal(path, r.Status, r.Header.Get("Location"))
		}
	}
	r, text := b.do("POST", "/sign-in", url.Values{"login": {"<b>"}, "password": {"x"}})
	if r.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "is wrong") || strings.Contains(text, "<b>") {
		t.Fatal(r.Status, text)
	}
	r = b.signIn("bob")
	cookie := r.Cookies()[0]
	if cookie.Name != "waggle" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
		t.Fatalf("%+v", cookie)
	}
	_, text = b.do("GET", "/connections", nil)
	for _, want := range []string{"crm", "gong", "not connected", "not switched on", "Sign out bob"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "Switch on") {
		t.Error("a viewer cannot switch on")
	}
	if _, text = b.do("GET", "/connect/gong", nil); !strings.Contains(text, "An administrator") {
		t.Error(text)
	}
	r, text = b.do("POST", "/connect/crm", nil)
	address := strings.TrimPrefix(r.Header.Get("Refresh"), refreshTo)
	back, err := w.approve("bob")(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	back = strings.TrimPrefix(back, w.web.URL)
	if r, text = w.browser().do("GET", back, nil); r.Header.Get("Location") != "/sign-in" {
		t.Fatal("another browser", r.Status, text)
	}
	other := w.browser()
	other.signIn("bob")
	if r, text = other.do("GET", back, nil); r.StatusCode != http.StatusBadRequest || !strings.Contains(text, "not started here") {
		t.Fatal("the same person's other browser", r.Status, text)
	}
	if r, _ = b.do("GET", back, nil); r.Header.Get("Location") != "/connect/crm" {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/connect/crm", nil); !strings.Contains(text, "crm is connected") || !strings.Contains(text, "<code>api</code>") {
		t.Fatal(text)
	}
	if _, text = b.do("GET", "/connect/crm", nil); strings.Contains(text, "You can run your query again") {
		t.Fatal("a notice is shown once")
	}
	if r, _ = b.do("POST", "/disconnect/crm", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/connections", nil); !strings.Contains(text, "crm is disconnected") {
		t.Fatal(text)
	}
	if r, _ = b.do("GET", "/nothing", nil); r.StatusCode != http.StatusNotFound {
		t.Fatal(r.Status)
	}
	b.do("POST", "/sign-out", nil)
	if r, _ = b.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("signed out", r.Status)
	}
}

func TestAdminSwitchesOn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("ada")
	_, text := b.do("GET", "/connect/gong", nil)
	sentence := regexp.MustCompile(`name="acknowledgement" value="([^"]+)"`).FindStringSubmatch(text)
	if sentence == nil {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/organisation/gong/enable", nil); r.StatusCode != http.StatusBadRequest {
		t.Fatal("without reading", r.Status)
	}
	if r, _ := b.do("POST", "/organisation/gong/enable", url.Values{"acknowledgement": {html.UnescapeString(sentence[1])}}); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text := b.do("GET", "/connections", nil); !strings.Contains(text, "gong is switched on") || !strings.Contains(text, "Switch off") {
		t.Fatal(text)
	}
	b.do("POST", "/organisation/gong/disable", nil)
	if _, text := b.do("GET", "/connections", nil); !strings.Contains(text, "not switched on") {
		t.Fatal(text)
	}
}

func TestAccount(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("bob")
	_, text := b.do("POST", "/account/tokens", url.Values{"name": {"laptop"}})
	token := regexp.MustCompile(`waggle_pat_[a-z0-9]+_\w+_[0-9a-f]{8}`).FindString(text)
	if !identity.LooksLikeToken(token) {
		t.Fatal(text)
	}
	_, text = b.do("GET", "/account", nil)
	id := regexp.MustCompile(`/account/tokens/([a-z0-9]+)/revoke`).FindStringSubmatch(text)
	if id == nil || strings.Contains(text, token) {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/account/tokens/"+id[1]+"/revoke", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.Status)
	}
	if _, text = b.do("GET", "/account", nil); strings.Contains(text, "Revoke<") || !strings.Contains(text, "ended") {
		t.Fatal(text)
	}
	if _, text = b.do("POST", "/account/totp", nil); !strings.Contains(text, "otpauth://totp/") {
		t.Fatal(text)
	}
	if r, _ := b.do("POST", "/account/totp/confirm", url.Values{"code": {"000000"}}); r.StatusCode != http.StatusUnauthorized {
		t.Fatal(r.Status)
	}
	if err := recent(&identity.Session{Since: time.Now().Add(-time.Hour)}); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Fatal(err)
	}
}

func TestOtherSitesCannotAct(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("bob")
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
		for _, path := range []string{"/connect/crm", "/disconnect/crm", "/sign-out", "/sign-in", "/account/tokens"} {
			if r, _ := b.do("POST", path, nil, headers...); r.StatusCode != http.StatusForbidden {
				t.Errorf("%s %v: %s", path, headers, r.Status)
			}
		}
	}
	for _, path := range []string{"/connect/crm", "/sign-out", "/disconnect/crm", "/organisation/gong/enable"} {
		before := len(w.diary.acts)
		if b.do("GET", path, nil); len(w.diary.acts) != before {
			t.Errorf("GET %s changes something", path)
		}
	}
	if r, _ := b.do("GET", "/connections", nil); r.StatusCode != http.StatusOK {
		t.Fatal("still signed in", r.Status)
	}
	if r, _ := b.do("GET", "/connections", nil, "Host", "evil.example"); r.StatusCode != http.StatusMisdirectedRequest {
		t.Fatal(r.Status)
	}
	if r, _ := b.do("GET", "/", nil, "Host", "localhost"); r.Header.Get("Location") != w.web.URL {
		t.Fatal(r.Status)
	}
	r, _ := b.do("GET", "/connections", nil)
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Fatal(csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if r.Header.Get(name) != want {
			t.Error(name, r.Header.Get(name))
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	fixed := w.browser()
	site, _ := url.Parse(w.web.URL)
	fixed.http.Jar.SetCookies(site, []*http.Cookie{{Name: "waggle", Value: "planted"}})
	fixed.signIn("bob")
	planted := w.browser()
	planted.http.Jar.SetCookies(site, []*http.Cookie{{Name: "waggle", Value: "planted"}})
	if r, _ := planted.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("a planted cookie became a session")
	}
	if r, _ := fixed.do("GET", "/connections", nil); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	if err := w.reg.Disable(t.Context(), w.bob); err != nil {
		t.Fatal(err)
	}
	if r, _ := fixed.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("a disabled person's session lives on")
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/static/waggle.css": 200} {
		if r, _ := b.do("GET", path, nil); r.StatusCode != want {
			t.Error(path, r.Status)
		}
	}
	w.ready = pgerr.New(pgerr.IOError, "the audit log cannot be written")
	if r, text := b.do("GET", "/readyz", nil, "Host", "10.0.0.1"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "audit log") {
		t.Error(r.Status, text)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/connect/crm": "/connect/crm", "/account": "/account", "": "/connections", "https://evil.example/": "/connections", "//evil.example": "/connections",
		`/\evil.example`: "/connections", "javascript:alert(1)": "/connections", "connect": "/connections", "/a\nb": "/connections",
	} {
		if got := localPath(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestHTTPS(t *testing.T) {
	m := (&site{public: &url.URL{Scheme: "https"}}).newSessions()
	if m.Cookie.Name != "__Host-waggle" || !m.Cookie.Secure || m.Cookie.Domain != "" || m.Cookie.Path != "/" {
		t.Fatalf("%+v", m.Cookie)
	}
	for _, address := range []string{"", "waggle.example.com", "https://x/path", "ftp://x"} {
		if _, err := New(Config{PublicURL: address}); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestMemoryForgets(t *testing.T) {
	now := time.Unix(1000, 0)
	m := newMemory(func() time.Time { return now })
	if err := errors.Join(m.Commit("a", []byte("1"), now.Add(time.Second)), m.Commit("b", []byte("2"), now.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Minute)
	if _, ok, _ := m.Find("a"); ok {
		t.Fatal("expired")
	}
	if err := m.Commit("c", nil, now.Add(time.Hour)); err != nil || len(m.data) != 2 {
		t.Fatal(len(m.data), err)
	}
	if v, ok, _ := m.Find("b"); !ok || string(v) != "2" {
		t.Fatal(v, ok)
	}
}
