package console

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/waggle-sql/waggle/identity"
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
		"desk": {Login: true, Credential: vault.UserCredential}, "ledger": {Certificate: true, Credential: vault.UserCredential},
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
