package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
	"github.com/waggle-sql/waggle/source/rest"
	"github.com/waggle-sql/waggle/vault"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		workspace.Main()
		return
	}
	goleak.VerifyTestMain(m)
}

// world is the whole chain behind the proxy, in front of a sandbox, with three people who have connected their sources.
type world struct {
	t       *testing.T
	company *sandbox.Company
	engine  *engine.Engine
	log     *audit.Log
	vault   *vault.Vault
	dir     string
	people  map[string]*identity.Session
	view    *semantic.View
	pg      *databases // nil without PostgreSQL sources
	sf      *accounts  // nil without Snowflake sources
	six     *six       // nil without sources of every kind and people for them
}

const publicURL = "http://waggle.example"

func newWorld(t *testing.T, change func(*engine.Limits)) *world {
	t.Helper()
	return newWorldOver(t, nil, change)
}

func newWorldOver(t *testing.T, pg *databases, change func(*engine.Limits)) *world {
	t.Helper()
	return (&world{t: t, pg: pg}).build(change)
}

func (w *world) build(change func(*engine.Limits)) *world {
	t := w.t
	t.Helper()
	w.dir, w.people = t.TempDir(), map[string]*identity.Session{}
	o := sandbox.Options{GongPerSecond: -1, GongPerDay: -1, GooglePerMinute: -1, GongPageSize: 20}
	o.RedirectURIs = []string{publicURL + "/oauth/callback/gong", publicURL + "/oauth/callback/cal"}
	w.sf.bring(w, &o)
	w.six.bring(&o)
	company, err := sandbox.Start(o)
	w.must(err)
	t.Cleanup(company.Close)
	w.company = company
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(w.dir, "waggle.db"))
	w.must(err)
	t.Cleanup(func() { _ = db.Close() })
	w.must(vault.CreateMaster(filepath.Join(w.dir, "master.key")))
	master, err := vault.LoadMaster("file:" + filepath.Join(w.dir, "master.key"))
	w.must(err)
	keys, err := vault.OpenKeyring(t.Context(), vault.Keys{Store: db, Active: master})
	w.must(err)
	signing, err := audit.CreateKey(filepath.Join(w.dir, "signing.key"), "test/audit")
	w.must(err)
	w.log, err = audit.Open(audit.Options{Directory: filepath.Join(w.dir, "audit"), Key: signing, Sealer: keys.MonthlySealer("audit")})
	w.must(err)
	t.Cleanup(func() { _ = w.log.Close() })
	directory, err := identity.Open(t.Context(), identity.Config{Store: db, Journal: w.log, Sealer: keys.Sealer("mfa")})
	w.must(err)
	sources, oauth := w.sources()
	w.vault, err = vault.Open(t.Context(), vault.Config{Store: db, Keys: keys, PublicURL: publicURL, Sources: oauth, Journal: w.log, Sessions: w})
	w.must(err)
	t.Cleanup(w.vault.Close)
	w.engineOver(directory, sources, change)
	w.signIn(directory)
	return w
}

// Forget passes on what the vault says to the sources that keep sessions.
func (w *world) Forget(e vault.Ended) {
	w.sf.Forget(e)
	w.pg.Forget(e)
	w.six.Forget(e)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sources() (map[string]source.Source, map[string]vault.SourceConfig) {
	urls := w.company.URLs()
	sources, oauth := map[string]source.Source{}, map[string]vault.SourceConfig{}
	for name, conf := range map[string]struct{ definition, base, id, secret, authorize, token string }{
		"gong": {"gong", urls.Gong, sandbox.GongClientID, sandbox.GongClientSecret, "/oauth2/authorize", "/oauth2/generate-customer-token"},
		"cal":  {"google_calendar", urls.Google, sandbox.GoogleClientID, sandbox.GoogleClientSecret, "/authorize", "/token"},
	} {
		d := w.definition(conf.definition)
		var err error
		sources[name], err = rest.New(rest.Config{Name: name, Definition: d, BaseURL: conf.base, Org: d.Org()})
		w.must(err)
		a := d.OAuth()
		c := vault.SourceConfig{AuthorizeURL: urls.OAuth + conf.authorize, TokenURL: urls.OAuth + conf.token, ClientID: conf.id,
			ClientSecret: secret.New(conf.secret), Scopes: a.Scopes, Variant: vault.Variant(a.Variant), Credential: vault.UserCredential, BaseHosts: []string{"127.0.0.1"}}
		if d.Org() {
			c.Credential = vault.OrgCredential
		}
		oauth[name] = c
	}
	w.pg.add(w, sources, oauth)
	w.sf.add(w, sources, oauth)
	w.six.add(w, sources, oauth)
	return sources, oauth
}

// definition is a built-in one without the vendor's limit of requests per second, which would make the tests slow.
func (w *world) definition(name string) *rest.Definition {
	text, err := os.ReadFile("../source/rest/definitions/" + name + ".yaml")
	w.must(err)
	file := filepath.Join(w.dir, name+".yaml")
	w.must(os.WriteFile(file, bytes.ReplaceAll(text, []byte("requests: 3,"), []byte("requests: 3000,")), 0o600))
	d, err := rest.Load(file)
	w.must(err)
	return d
}

type oneView struct{ view *semantic.View }

func (v oneView) View(context.Context, *identity.Session) (*semantic.View, error) { return v.view, nil }

type viewByID struct{ view *semantic.View }

func (v viewByID) View(id string) (*semantic.View, bool) { return v.view, id == v.view.ID() }

func (w *world) engineOver(directory *identity.Directory, sources map[string]source.Source, change func(*engine.Limits)) {
	m, err := semantic.Load("../testdata/model/company", semantic.LoadOptions{Check: bind.CheckModel})
	w.must(err)
	w.view = semantic.NewView(slices.Concat([]*semantic.Model{m}, w.pg.models(w), w.sf.models(w), w.six.models(w)), catalog.Tables(), nil)
	sources[engine.Catalog] = catalog.New(viewByID{w.view}, live{w})
	size := 1
	if w.six != nil {
		size = 0 // one per core
	}
	pool, err := workspace.NewPool(workspace.Config{Size: size, Command: []string{"/proc/self/exe", "worker"}})
	w.must(err)
	w.t.Cleanup(pool.Close)
	l := engine.Limits{Timeout: time.Minute, Queue: time.Second, PlanBytes: 1 << 20}
	if change != nil {
		change(&l)
	}
	w.engine = engine.New(engine.Config{Views: oneView{w.view}, Standing: directory, Sources: sources, Tokens: w.vault.Tokens(), Audit: w.log, Pool: pool, Limits: l})
}

// signIn makes the three people and connects their sources by the real OAuth flows.
func (w *world) signIn(directory *identity.Directory) {
	ctx, r := w.t.Context(), directory.AsOperator("test")
	org, err := r.CreateOrg(ctx, "acme")
	w.must(err)
	people := map[string]identity.Role{"admin": identity.Admin, "analyst": identity.Editor, "emea": identity.Viewer}
	for _, login := range w.six.logins() {
		people[login] = identity.Viewer
	}
	for login, role := range people {
		id, err := r.CreatePerson(ctx, identity.Person{Org: org, OrgName: "acme", Login: login, Email: login + "@acme.example", Role: role})
		w.must(err)
		password := secret.New(login + "-password")
		w.must(r.SetPassword(ctx, id, password, false))
		w.people[login], err = directory.SignIn(ctx, identity.SignIn{Login: login, Password: password, Address: "127.0.0.1:1"})
		w.must(err)
	}
	admin := w.people["admin"]
	w.must(w.vault.Connections().Enable(ctx, admin, "gong", vault.Sentence("gong")))
	w.connect(admin, "gong")
	for _, s := range w.people {
		w.connect(s, "cal")
		w.sf.connect(w, s)
		w.six.connect(w, s)
	}
}

func (w *world) connect(s *identity.Session, name string) {
	w.t.Helper()
	address, err := w.vault.Connections().Begin(w.t.Context(), s, "browser", name)
	w.must(err)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Get(address + "&approve=1&as=" + url.QueryEscape(s.Email))
	w.must(err)
	resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	w.must(err)
	_, err = w.vault.Connections().Complete(w.t.Context(), s, vault.Callback{Browser: "browser", Source: name, Query: back.Query()})
	w.must(err)
}

var settings = plan.Settings{SearchPath: `"$user", company, public`, TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", Pushdown: "auto"}

func (w *world) start(ctx context.Context, login, sql string) (*engine.Result, error) {
	p, err := w.engine.Prepare(ctx, w.people[login], settings, plan.Span{Text: sql}, nil)
	if err != nil {
		return nil, err
	}
	env := &datum.Env{Now: datum.Timestamp(time.Now().UnixMicro()), User: login, Database: "acme", Session: login}
	return w.engine.Execute(ctx, w.people[login], p, engine.Args{Env: env})
}

// query returns the rows as text.
func (w *world) query(login, sql string) ([]string, error) {
	r, err := w.start(w.t.Context(), login, sql)
	if err != nil {
		return nil, err
	}
	defer r.Release()
	out := texts(r)
	r.Sent(int64(len(out)), 0)
	return out, r.Err()
}

func (w *world) one(login, sql string) string {
	w.t.Helper()
	rows, err := w.query(login, sql)
	if err != nil || len(rows) != 1 {
		w.t.Fatalf("%s: %v, %v", sql, rows, err)
	}
	return rows[0]
}

func (w *world) entries() []audit.Entry {
	var out []audit.Entry
	for e, err := range w.log.Entries(w.t.Context(), w.people["admin"], audit.Filter{}) {
		w.must(err)
		out = append(out, e)
	}
	return out
}

func (w *world) visible(login string) string {
	return fmt.Sprint(len(w.company.Data.Visible(login + "@acme.example")))
}
