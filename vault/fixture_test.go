package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const publicURL = "https://waggle.example.com"

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type diary struct {
	mu   sync.Mutex
	acts []identity.Act
	fail error
}

func (d *diary) Record(_ context.Context, a identity.Act) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail == nil {
		d.acts = append(d.acts, a)
	}
	return d.fail
}

func (d *diary) kinds(kind string) (found []identity.Act) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.acts {
		if a.Kind == kind {
			found = append(found, a)
		}
	}
	return found
}

// world is a vault before the sandbox's sign-in server: source crm rotates refresh tokens, cal does not, gong is the organisation's.
type world struct {
	t      *testing.T
	path   string
	url    string
	clock  *clock
	diary  *diary
	db     *store.DB
	keys   *Keyring
	master Master
	vault  *Vault
	as     *oauth.Server
	server *httptest.Server
	front  func(w http.ResponseWriter, r *http.Request) bool // answers a call instead of the sign-in server
	config Config
	bob    *identity.Session
	ada    *identity.Session
}

func newWorld(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waggle.db")
	w := newWorldOn(t, "sqlite:"+path)
	w.path = path
	return w
}

// newWorldOnPostgreSQL has its store in a real PostgreSQL, as replicas have.
func newWorldOnPostgreSQL(t *testing.T) *world {
	t.Helper()
	server := oracle.ForTest(t)
	return newWorldOn(t, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port))
}

func newWorldOn(t *testing.T, url string) *world {
	t.Helper()
	w := &world{t: t, url: url, clock: &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}, diary: &diary{}}
	w.master = testMaster(t, "1")
	w.openStore()
	w.people()
	w.as = oauth.New(oauth.Config{Now: w.clock.now, Clients: clients(), People: []oauth.Person{
		{Login: "bob@acme.example", Subject: "sub-bob"}, {Login: "ada@acme.example", Subject: "sub-ada", TechnicalAdmin: true},
	}})
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.front == nil || !w.front(rw, r) {
			w.as.ServeHTTP(rw, r)
		}
	}))
	t.Cleanup(w.server.Close)
	w.as.SetIssuer(w.server.URL)
	w.config = Config{PublicURL: publicURL, Journal: w.diary, Transport: w.server.Client().Transport, Now: w.clock.now, Sources: w.sources()}
	w.openVault()
	t.Cleanup(w.close)
	return w
}

func testMaster(t *testing.T, seed string) Master {
	t.Helper()
	m, err := newMaster([]byte("a test's master key with number "+seed), "the key", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func clients() []oauth.Client {
	at := func(source string) []string { return []string{publicURL + "/oauth/callback/" + source} }
	return []oauth.Client{
		{ID: "crm-app", Secret: "crm:secret%", RedirectURIs: at("crm"), Scopes: []string{"api", "offline_access"}, Source: "crm", Rotate: true},
		{ID: "cal-app", Secret: "cal-secret", RedirectURIs: at("cal"), Scopes: []string{"calendar"}, Source: "cal", Style: oauth.Google},
		{ID: "sales-app", Secret: "sales-secret", RedirectURIs: at("sales"), Scopes: []string{"api", "refresh_token"}, Source: "sales", Style: oauth.Salesforce, Rotate: true,
			APIBase: "https://acme.my.salesforce.com"},
		{ID: "gong-app", Secret: "gong-secret", RedirectURIs: at("gong"), Scopes: []string{"calls"}, Source: "gong", Style: oauth.Gong, APIBase: "https://company-17.api.gong.io"},
	}
}

func (w *world) sources() map[string]SourceConfig {
	u := w.server.URL
	return map[string]SourceConfig{
		"crm": {AuthorizeURL: u + "/authorize", TokenURL: u + "/token", RevokeURL: u + "/revoke", UserinfoURL: u + "/userinfo", Issuer: u,
			ClientID: "crm-app", ClientSecret: secret.New("crm:secret%"), Scopes: []string{"api", "offline_access"}, Credential: UserCredential},
		"cal": {AuthorizeURL: u + "/authorize", TokenURL: u + "/token", RevokeURL: u + "/revoke", Issuer: u, ClientID: "cal-app",
			ClientSecret: secret.New("cal-secret"), Scopes: []string{"calendar"}, Credential: UserCredential, Variant: Google},
		"gong": {AuthorizeURL: u + "/oauth2/authorize", TokenURL: u + "/oauth2/generate-customer-token", Issuer: u, ClientID: "gong-app",
			ClientSecret: secret.New("gong-secret"), Scopes: []string{"calls"}, Credential: OrgCredential, Variant: Gong},
	}
}

func (w *world) openStore() {
	w.t.Helper()
	var err error
	if w.db, err = store.Open(w.t.Context(), w.url); err != nil {
		w.t.Fatal(err)
	}
	if w.keys, err = OpenKeyring(w.t.Context(), Keys{Store: w.db, Active: w.master, Now: w.clock.now}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) openVault() {
	w.t.Helper()
	w.config.Store, w.config.Keys = w.db, w.keys
	var err error
	if w.vault, err = Open(w.t.Context(), w.config); err != nil {
		w.t.Fatal(err)
	}
}

// restart is a process that ends and another one that starts.
func (w *world) restart() {
	w.close()
	w.openStore()
	w.openVault()
}

func (w *world) close() {
	w.vault.Close()
	if err := w.db.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *world) people() {
	dir, err := identity.Open(w.t.Context(), identity.Config{Store: w.db, Journal: w.diary})
	if err != nil {
		w.t.Fatal(err)
	}
	registry := dir.AsOperator("root")
	org, err := registry.CreateOrg(w.t.Context(), "acme")
	if err != nil {
		w.t.Fatal(err)
	}
	session := func(login string, role identity.Role) *identity.Session {
		id, err := registry.CreatePerson(w.t.Context(), identity.Person{Org: org, Login: login, Email: login + "@acme.example", Role: role})
		if err != nil {
			w.t.Fatal(err)
		}
		return &identity.Session{ID: login, Org: org, OrgName: "acme", Person: id, Login: login, Role: role, ClientAddress: "192.0.2.1:1"}
	}
	w.bob, w.ada = session("bob", identity.Viewer), session("ada", identity.Admin)
}

// browser is the identity of a session's browser.
func browser(s *identity.Session) string { return "browser of " + s.Login }

// approve plays the browser at the sign-in server and returns what it brings back to the callback.
func (w *world) approve(address, as string) url.Values {
	w.t.Helper()
	client := &http.Client{Transport: w.server.Client().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address + "&approve=1&as=" + url.QueryEscape(as))
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode/100 != 3 {
		w.t.Fatal(response.Status, err)
	}
	return back.Query()
}

func (w *world) begin(s *identity.Session, source string) string {
	w.t.Helper()
	address, err := w.vault.Connections().Begin(w.t.Context(), s, browser(s), source)
	if err != nil {
		w.t.Fatal(err)
	}
	return address
}

func (w *world) connect(s *identity.Session, source string) ConnectionState {
	w.t.Helper()
	q := w.approve(w.begin(s, source), s.Login+"@acme.example")
	st, err := w.vault.Connections().Complete(w.t.Context(), s, Callback{browser(s), source, q})
	if err != nil {
		w.t.Fatal(err)
	}
	return st
}

func (w *world) token(s *identity.Session, source string) Token {
	w.t.Helper()
	token, err := w.vault.Tokens().Token(w.t.Context(), s, source)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *world) live(t Token) bool {
	_, state := w.as.Lookup(t.Access.Reveal())
	return state == oauth.Live
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if pgerr.Code(err) != code {
		t.Fatalf("%s: %v; want %s", pgerr.Code(err), err, code)
	}
}

func TestMasterKeys(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return "file:" + path
	}
	good := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdeF"))
	t.Setenv("WAGGLE_TEST_KEY", good)
	raw := make([]byte, 32)
	raw[31] = '\n'
	for _, c := range []struct{ address, fault string }{
		{write("good", good+"\n", 0o600), ""},
		{write("raw", string(raw), 0o400), ""},
		{"env:WAGGLE_TEST_KEY", ""},
		{"env:WAGGLE_TEST_NO_KEY", "is empty"},
		{write("group", good, 0o640), "can be read by other users"},
		{write("world", good, 0o604), "can be read by other users"},
		{write("short", "too short", 0o600), "is too short"},
		{write("short64", base64.StdEncoding.EncodeToString(make([]byte, 31)), 0o600), "is too short"},
		{write("empty", "", 0o600), "is empty"},
		{write("blank", "\n\n", 0o600), "is empty"},
		{write("equal", string(make([]byte, 32)), 0o600), "is one byte repeated"},
		{write("equal64", base64.StdEncoding.EncodeToString(make([]byte, 32)), 0o600), "is one byte repeated"},
		{write("equaltext", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0o600), "is one byte repeated"},
		{write("example", ExampleKey+"\n", 0o600), "is the example"},
		{write("example-raw", "waggle-example-key-do-not-use!!!", 0o600), "is the example"},
		{"file:" + filepath.Join(dir, "nothing"), "does not exist"},
		{"file:" + dir, "no regular file"},
		{"awskms:x", "unknown form"},
		{"", "unknown form"},
	} {
		m, err := LoadMaster(c.address)
		if c.fault == "" {
			if err != nil || m.ID() == "" {
				t.Errorf("%s: %v", c.address, err)
			}
			continue
		}
		e := pgerr.From(err)
		if err == nil || e.Code != pgerr.ConfigFile || e.Hint == "" || !contains(e.Message, c.fault) {
			t.Errorf("%s: %v; want %q", c.address, err, c.fault)
		}
	}
	made := filepath.Join(dir, "made")
	if err := CreateMaster(made); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadMaster("file:" + made); err != nil {
		t.Fatal(err)
	}
	wantCode(t, CreateMaster(made), pgerr.ConfigFile)
	if os.Geteuid() == 0 {
		if err := os.Chown(made, 65534, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadMaster("file:" + made); err == nil || !contains(err.Error(), "belongs to another user") {
			t.Fatal(err)
		}
	}
}
