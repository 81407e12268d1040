package sandbox

import (
	"database/sql"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	dbsqldriver "github.com/databricks/databricks-sql-go"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

const lakeGrants = `roles:
  ANALYST: {members: [analyst]}
  EMEA: {members: [emea]}
tables:
  lake.shop.orders:
    select: [ANALYST, EMEA]
    columns: {EMEA: [id, customer]}
    rows: {EMEA: 'id > 1'}
    masks: {EMEA: {customer: "left(customer, 1)"}}
`

// workspace opens the driver's pool on a workspace of the sandbox as a person.
func workspace(t *testing.T, c *Company, person, warehouse string) *sql.DB {
	t.Helper()
	token, err := c.SignIn(t.Context(), person, "lake")
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(c.URLs().Databricks["lake"])
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(at.Port())
	connector, err := dbsqldriver.NewConnector(dbsqldriver.WithServerHostname("http://"+at.Hostname()), dbsqldriver.WithPort(port),
		dbsqldriver.WithHTTPPath("/sql/1.0/warehouses/"+warehouse), dbsqldriver.WithAccessToken(token.AccessToken),
		dbsqldriver.WithTransport(&http.Transport{DisableKeepAlives: true}), dbsqldriver.WithInitialNamespace(Catalog, "shop"), dbsqldriver.WithRetries(-1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestBroughtTablesAreServedByDatabricks(t *testing.T) {
	data := bringing(t, map[string]string{"lake/shop/orders.csv": orders, "grants.yaml": lakeGrants})
	c, err := Start(Options{Brought: data, RedirectURIs: []string{"http://127.0.0.1/callback"}})
	if err != nil {
		t.Fatal(err, pgerr.From(err).Detail)
	}
	t.Cleanup(c.Close)
	for _, warehouse := range []string{LakeWarehouse, SecondWarehouse} {
		for person, want := range map[string]string{"analyst@acme.example": "1 Ada;2 Grace;3 Joan;", "emea@acme.example": "2 G;3 J;"} {
			if got := asked(t, workspace(t, c, person, warehouse), "SELECT id, customer FROM orders ORDER BY id"); got != want {
				t.Errorf("%s sees %q, want %q", person, got, want)
			}
		}
	}
	if _, err := workspace(t, c, "admin@acme.example", LakeWarehouse).QueryContext(t.Context(), "SELECT id FROM orders"); err == nil || !strings.Contains(err.Error(), "42501") {
		t.Errorf("admin, who is in no group: %v", err)
	}
	for _, e := range c.Databricks["lake"].History("") {
		if e.Subject == "" || e.Login == "" || e.Session == "" {
			t.Errorf("%+v", e)
		}
	}
}

func TestRulesForDatabricksAreCheckedAtTheStart(t *testing.T) {
	wrong := "roles: {A: {members: [analyst]}}\ntables: {lake.shop.orders: {select: [A], rows: {A: nosuch > 1}}}\n"
	_, err := Start(Options{Brought: bringing(t, map[string]string{"lake/shop/orders.csv": orders, "grants.yaml": wrong})})
	if pgerr.Code(err) != pgerr.ConfigFile || !strings.Contains(err.Error(), "no SQL of Databricks") {
		t.Error(err)
	}
}
