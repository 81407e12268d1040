package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/source/postgres"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

// six is a table of notes at a Snowflake, a Databricks, a Salesforce and a PostgreSQL, in which each of many people sees three rows of his
// own, beside Gong, where he has two calls, and Google Calendar, where he has two meetings.
type six struct {
	people  []string
	data    *brought.Data
	server  *brought.Server
	oracle  *oracle.Server
	sources map[string]source.Source
}

// notesTables are the tables of notes: source → file below it, and how a rule there compares the holder.
var notesTables = map[string]struct{ file, table, rule string }{
	"sf":   {"notes/sf_notes.csv", "sf.notes.sf_notes", `\"holder\" = '%s'`},
	"lake": {"notes/lake_notes.csv", "lake.notes.lake_notes", "holder = '%s'"},
	"crm":  {"notes/Note__c.csv", "crm.notes.Note__c", "holder = '%s'"},
	"ops":  {"notes/ops_notes.csv", "ops.notes.ops_notes", "holder = '%s'"},
}

const notesRelationships = `notes:
  sf_lake:  {from: sf_notes, to: lake_notes, on: {num: num}, keys_flow: [from-to, to-from]}
  ops_crm:  {from: ops_notes, to: Note__c, on: {num: num}, keys_flow: [from-to, to-from]}
  lake_ops: {from: lake_notes, to: ops_notes, on: {num: num}, keys_flow: [from-to, to-from]}
`

// newSix is a world of n people; each of them is connected to all six sources by the real flows.
func newSix(t *testing.T, n int) *world {
	s := &six{sources: map[string]source.Source{}}
	for i := range n {
		s.people = append(s.people, fmt.Sprintf("p%02d", i))
	}
	dir := sandboxtest.Folder(t, s.files())
	var err error
	if s.data, err = brought.Read(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	s.startOracle(t)
	return (&world{t: t, six: s}).build(func(l *engine.Limits) { l.Queue, l.Memory = time.Minute, 4<<30 })
}

// files are the tables with who may see what.
func (s *six) files() map[string]string {
	roles, tables, names := "", "", ""
	for i, login := range s.people {
		roles += fmt.Sprintf("  R%02d: {members: [%s]}\n", i, login)
		names += fmt.Sprintf(", R%02d", i)
	}
	out := map[string]string{"relationships.yaml": notesRelationships}
	for source, n := range notesTables {
		tables += "  " + n.table + ":\n    select: [" + names[2:] + "]\n    rows: {"
		csv := "num,holder,note\n"
		for i, login := range s.people {
			tables += fmt.Sprintf("R%02d: \"%s\", ", i, fmt.Sprintf(n.rule, login))
			for k := range 3 {
				csv += fmt.Sprintf("%d,%s,%s %s %d\n", 1000+3*i+k, login, login, source, k)
			}
		}
		tables = strings.TrimSuffix(tables, ", ") + "}\n"
		out[source+"/"+n.file] = csv
	}
	out["grants.yaml"] = "roles:\n" + roles + "tables:\n" + tables
	return out
}

// startOracle serves the PostgreSQL source's table, and makes the server tell who asked what.
func (s *six) startOracle(t *testing.T) {
	var err error
	s.oracle = oracle.ForTest(t, "max_connections=200", "log_statement=all", "log_line_prefix=%u@%d ")
	if s.server, err = brought.Connect(t.Context(), s.oracle.DSN(), s.data.Policy, s.people); err != nil {
		t.Fatal(err)
	}
	for _, ops := range s.data.Of(brought.Postgres) {
		if err := s.server.Install(t.Context(), ops); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *six) logins() []string {
	if s == nil {
		return nil
	}
	return s.people
}

func (s *six) bring(o *sandbox.Options) {
	if s == nil {
		return
	}
	o.Brought, o.People, o.Company, o.GongPageSize = s.data, s.people, s.staffed(), 100
	for _, name := range []string{"sf", "lake", "crm"} {
		o.RedirectURIs = append(o.RedirectURIs, publicURL+"/oauth/callback/"+name)
	}
}

func (s *six) add(w *world, sources map[string]source.Source, oauth map[string]vault.SourceConfig) {
	if s == nil {
		return
	}
	urls := w.company.URLs()
	sf, lake, crm := urls.Snowflake["sf"], urls.Databricks["lake"], urls.Salesforce["crm"]
	keep := func(name string) func(source.Source, error) {
		return func(c source.Source, err error) {
			w.must(err)
			w.t.Cleanup(func() { _ = c.Close() })
			s.sources[name], sources[name] = c, c
		}
	}
	keep("sf")(snowflake.New(snowflake.Config{Name: "sf", Account: "acme", BaseURL: sf, Database: sandbox.Database, Warehouse: sandbox.Warehouse}))
	keep("lake")(databricks.New(databricks.Config{Name: "lake", Host: "acme.cloud.databricks.com", BaseURL: lake, HTTPPath: "/sql/1.0/warehouses/" + sandbox.LakeWarehouse, Catalog: sandbox.Catalog}))
	keep("crm")(salesforce.New(salesforce.Config{Name: "crm", LoginURL: crm, Reserve: -1}))
	keep("ops")(postgres.New(postgres.Config{Name: "ops", Host: "127.0.0.1", Port: uint16(s.oracle.Port), Database: "ops", TLS: postgres.Off, Collation: "C.UTF-8"}))
	user := func(authorize, token, client, password string, scopes ...string) vault.SourceConfig {
		return vault.SourceConfig{AuthorizeURL: authorize, TokenURL: token, ClientID: sandbox.BroughtClientPrefix + client, ClientSecret: secret.New(password),
			Scopes: scopes, Credential: vault.UserCredential}
	}
	oauth["sf"] = user(sf+"/oauth/authorize", sf+"/oauth/token-request", "sf", sandbox.SnowflakeClientSecret, "refresh_token", "session:role-any")
	oauth["lake"] = user(lake+"/oidc/v1/authorize", lake+"/oidc/v1/token", "lake", sandbox.DatabricksClientSecret, "sql", "offline_access")
	oauth["crm"] = user(crm+"/services/oauth2/authorize", crm+"/services/oauth2/token", "crm", sandbox.SalesforceClientSecret, "api", "refresh_token")
	for name, variant := range map[string]vault.Variant{"sf": vault.Snowflake, "crm": vault.Salesforce} {
		c := oauth[name]
		c.Variant, c.BaseHosts = variant, []string{"127.0.0.1"}
		oauth[name] = c
	}
	oauth["ops"] = vault.SourceConfig{Credential: vault.UserCredential, Login: true}
}

func (s *six) models(w *world) []*semantic.Model {
	if s == nil {
		return nil
	}
	all, err := s.data.Models()
	w.must(err)
	dir := filepath.Join(w.dir, "notes")
	w.must(os.Mkdir(dir, 0o700))
	for _, f := range all["notes"] {
		w.must(os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600))
	}
	m, err := semantic.Load(dir, semantic.LoadOptions{Check: bind.CheckModel})
	w.must(err)
	return []*semantic.Model{m}
}

// connect signs one of the people in at the four sources; the three of the sample company have nothing there.
func (s *six) connect(w *world, who *identity.Session) {
	if s == nil || !strings.HasPrefix(who.Login, "p") {
		return
	}
	for _, name := range []string{"sf", "lake", "crm"} {
		w.connect(who, name)
	}
	w.login(who.Login, "ops", who.Login, brought.Password(who.Login))
}

// Forget passes on what the vault says.
func (s *six) Forget(e vault.Ended) {
	if s != nil && s.sources[e.Source] != nil {
		s.sources[e.Source].Forget(source.Owner{Organisation: string(e.Org), Person: string(e.Person), Generation: e.Before})
	}
}
