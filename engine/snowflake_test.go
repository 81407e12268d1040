package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

// accounts is a Snowflake account with one table, which two roles see differently.
type accounts struct {
	data   *brought.Data
	source source.Source
}

const accountGrants = `roles:
  ANALYST: {members: [analyst, admin]}
  EMEA: {members: [emea, ANALYST]}
tables:
  sf.shop.orders:
    select: [ANALYST, EMEA]
    rows: {EMEA: "\"id\" < 3"}
    masks: {EMEA: {customer: "'***'"}}
`

func newSnowflakeWorld(t *testing.T) *world {
	dir := sandboxtest.Folder(t, map[string]string{"grants.yaml": accountGrants, "sf/shop/orders.csv": "id,customer,price\n1,ann,1.50\n2,bob,2.25\n3,ann,3.00\n4,cy,4.75\n"})
	data, err := brought.Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return (&world{t: t, sf: &accounts{data: data}}).build(nil)
}

func (a *accounts) bring(_ *world, o *sandbox.Options) {
	if a != nil {
		o.Brought = a.data
		o.RedirectURIs = append(o.RedirectURIs, publicURL+"/oauth/callback/sf")
	}
}

func (a *accounts) add(w *world, sources map[string]source.Source, oauth map[string]vault.SourceConfig) {
	if a == nil {
		return
	}
	base := w.company.URLs().Snowflake["sf"]
	var err error
	a.source, err = snowflake.New(snowflake.Config{Name: "sf", Account: "acme", BaseURL: base, Database: sandbox.Database, Warehouse: sandbox.Warehouse})
	w.must(err)
	w.t.Cleanup(func() { _ = a.source.Close() })
	sources["sf"] = a.source
	oauth["sf"] = vault.SourceConfig{AuthorizeURL: base + "/oauth/authorize", TokenURL: base + "/oauth/token-request", ClientID: sandbox.BroughtClientPrefix + "sf",
		ClientSecret: secret.New(sandbox.SnowflakeClientSecret), Scopes: []string{"refresh_token", "session:role-any"}, Credential: vault.UserCredential, Variant: vault.Snowflake}
}

// Forget passes on what the vault says.
func (a *accounts) Forget(e vault.Ended) {
	if a != nil && e.Source == "sf" {
		a.source.Forget(source.Owner{Organisation: string(e.Org), Person: string(e.Person), Generation: e.Before})
	}
}

func (a *accounts) models(w *world) []*semantic.Model {
	if a == nil {
		return nil
	}
	all, err := a.data.Models()
	w.must(err)
	dir := filepath.Join(w.dir, "shop")
	w.must(os.Mkdir(dir, 0o700))
	for _, f := range all["shop"] {
		w.must(os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600))
	}
	m, err := semantic.Load(dir, semantic.LoadOptions{Check: bind.CheckModel})
	w.must(err)
	return []*semantic.Model{m}
}

func (a *accounts) connect(w *world, s *identity.Session) {
	if a != nil {
		w.connect(s, "sf")
	}
}

// as runs a query under a role of the session's choice.
func (w *world) as(login, role, sql string) (string, error) {
	p, err := w.engine.Prepare(w.t.Context(), w.people[login], settings, plan.Span{Text: sql}, nil)
	if err != nil {
		return "", err
	}
	r, err := w.engine.Execute(w.t.Context(), w.people[login], p, engine.Args{Env: &datum.Env{}, Sources: map[string]string{"sf.role": role}})
	if err != nil {
		return "", err
	}
	defer r.Release()
	var out []string
	for r.Next() {
		for i := range int(r.RecordBatch().NumRows()) {
			out = append(out, r.RecordBatch().Column(0).ValueStr(i))
		}
	}
	return strings.Join(out, " "), r.Err()
}

// TestSnowflakeRoles: each person's role, or the one that a session takes, decides what is seen; the audit log tells which.
func TestSnowflakeRoles(t *testing.T) {
	w := newSnowflakeWorld(t)
	const sql = "SELECT customer FROM shop.orders ORDER BY id"
	for _, c := range []struct{ login, role, want, code string }{
		{"analyst", "", "ann bob ann cy", "00000"}, {"emea", "", "*** ***", "00000"}, {"analyst", "EMEA", "*** ***", "00000"}, {"analyst", "", "ann bob ann cy", "00000"},
		{"emea", "ANALYST", "", pgerr.InsufficientPrivilege},
	} {
		got, err := w.as(c.login, c.role, sql)
		if got != c.want || pgerr.Code(err) != c.code {
			t.Errorf("%s as %q: %s, %v", c.login, c.role, got, err)
		}
	}
	calls := w.entries()
	if !slices.ContainsFunc(calls, func(e audit.Entry) bool {
		return len(e.SourceCalls) == 1 && e.SourceCalls[0].Role == "EMEA" && e.SourceCalls[0].Warehouse == sandbox.Warehouse && e.SourceCalls[0].QueryID != ""
	}) {
		t.Error("no call as EMEA is in the log")
	}
	h := w.company.Snowflake["sf"].History("")
	if h[len(h)-1].Tag == "" || !slices.ContainsFunc(calls, func(e audit.Entry) bool { return strings.HasPrefix(h[len(h)-1].Tag, string(e.QueryID)) }) {
		t.Errorf("the tag %q is no statement's", h[len(h)-1].Tag)
	}
}

// TestSnowflakeTokensEnd: revoked tokens end a person's sessions and nobody else's, and the next statement says where to connect.
func TestSnowflakeTokensEnd(t *testing.T) {
	w := newSnowflakeWorld(t)
	const sql = "SELECT count(*) FROM shop.orders"
	server := w.company.Snowflake["sf"]
	for _, login := range []string{"analyst", "emea"} {
		if _, err := w.query(login, sql); err != nil {
			t.Fatal(err)
		}
	}
	if server.Sessions("") != 2 {
		t.Fatalf("%d sessions", server.Sessions(""))
	}
	w.must(w.vault.Connections().Disconnect(t.Context(), w.people["emea"], "sf"))
	for end := time.Now().Add(5 * time.Second); server.Sessions("emea@acme.example") > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the session goes on")
		}
	}
	if _, err := w.query("emea", sql); pgerr.Code(err) != pgerr.InvalidAuthorization || !strings.Contains(err.Error(), publicURL+"/connect/sf") {
		t.Error(err)
	}
	if n := server.Sessions("analyst@acme.example"); n != 1 {
		t.Errorf("%d sessions of the other person", n)
	}
}

// TestSnowflakeInterleaving runs one text as three people at once: the plan is shared, rows and sessions are not.
func TestSnowflakeInterleaving(t *testing.T) {
	w := newSnowflakeWorld(t)
	want := map[string]string{"admin": "4|11.50", "analyst": "4|11.50", "emea": "2|3.75"}
	var all sync.WaitGroup
	for login, sum := range want {
		for range 2 {
			all.Go(func() {
				for range 30 {
					if got, err := w.query(login, "SELECT count(*), sum(price) FROM shop.orders"); err != nil || !slices.Equal(got, []string{sum}) {
						t.Errorf("%s: %v, %v", login, got, err)
						return
					}
				}
			})
		}
	}
	all.Wait()
	for _, e := range w.company.Snowflake["sf"].History("") {
		if role := map[string]string{"ADMIN": "ANALYST", "ANALYST": "ANALYST", "EMEA": "EMEA"}[e.User]; e.Role != role {
			t.Errorf("%s ran as %s", e.User, e.Role)
		}
	}
}
