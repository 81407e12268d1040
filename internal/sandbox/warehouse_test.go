package sandbox

import (
	"database/sql"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

// bringing makes a folder of files and reads it.
func bringing(t *testing.T, files map[string]string) *brought.Data {
	t.Helper()
	data, err := brought.Read(t.Context(), sandboxtest.Folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const orders = "id,customer,price,ordered\n1,Ada,1.50,2026-01-02\n2,Grace,20.25,2026-02-03\n3,Joan,,2026-03-04\n"

const grants = `roles:
  ANALYST: {members: [analyst]}
  EMEA: {members: [emea]}
tables:
  sf.shop.orders:
    select: [ANALYST, EMEA]
    columns: {EMEA: [id, customer]}
    rows: {EMEA: '"id" > 1'}
    masks: {EMEA: {customer: "'***'"}}
  sf.shop.bare:
    select: [ANALYST, EMEA]
    rows: {EMEA: id > 1 AND price IS NOT NULL}
    masks: {EMEA: {customer: "LEFT(customer, 1)"}}
`

// account opens the driver's pool on an account of the sandbox as a person.
func account(t *testing.T, c *Company, person, source string) *sql.DB {
	t.Helper()
	token, err := c.SignIn(t.Context(), person, source)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(c.URLs().Snowflake[source])
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(at.Port())
	off := "false"
	db := sql.OpenDB(sf.NewConnector(sf.SnowflakeDriver{}, sf.Config{
		Account: "acme", Host: at.Hostname(), Port: port, Protocol: "http", Authenticator: sf.AuthTypeOAuth, Token: token.AccessToken,
		//lint:ignore SA1019 the driver announces that its timeouts will move; this release has no other place for them
		Warehouse: Warehouse, Database: Database, MaxRetryCount: 1, LoginTimeout: 10 * time.Second, DisableOCSPChecks: true,
		Params: map[string]*string{"CLIENT_TELEMETRY_ENABLED": &off}, Transporter: &http.Transport{DisableKeepAlives: true},
	}))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestBroughtTablesAreServedByRole(t *testing.T) {
	data := bringing(t, map[string]string{"sf/shop/orders.csv": orders, "sf/shop/bare.csv": orders, "grants.yaml": grants})
	c, err := Start(Options{Brought: data, RedirectURIs: []string{"http://127.0.0.1/callback"}})
	if err != nil {
		t.Fatal(err, pgerr.From(err).Detail)
	}
	t.Cleanup(c.Close)
	text := `SELECT "id", "customer" FROM "DEMO"."shop"."orders" ORDER BY "id"`
	t.Cleanup(func() {
		for _, e := range c.Snowflake["sf"].History("") {
			if t.Failed() {
				t.Log(e.Login, e.Text, e.Cause)
			}
		}
	})
	for person, want := range map[string]string{
		"analyst@acme.example": "1 Ada;2 Grace;3 Joan;", "emea@acme.example": "2 ***;3 ***;",
	} {
		if got := asked(t, account(t, c, person, "sf"), text); got != want {
			t.Errorf("%s sees %q, want %q", person, got, want)
		}
	}
	if got := asked(t, account(t, c, "emea@acme.example", "sf"), `SELECT "id", "customer" FROM "DEMO"."shop"."bare"`); got != "2 G;" {
		t.Errorf("by bare names: %q", got)
	}
	if _, err := account(t, c, "admin@acme.example", "sf").QueryContext(t.Context(), text); err == nil {
		t.Error("admin, who has no role, sees the table")
	}
}

func asked(t *testing.T, db *sql.DB, text string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := ""
	for rows.Next() {
		var id, customer string
		if err := rows.Scan(&id, &customer); err != nil {
			t.Fatal(err)
		}
		out += id + " " + customer + ";"
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return out
}

func TestRulesAreCheckedAtTheStart(t *testing.T) {
	wrong := "roles: {A: {members: [analyst]}}\ntables: {sf.shop.orders: {select: [A], rows: {A: nosuch > 1}}}\n"
	_, err := Start(Options{Brought: bringing(t, map[string]string{"sf/shop/orders.csv": orders, "grants.yaml": wrong})})
	if pgerr.Code(err) != pgerr.ConfigFile {
		t.Error(err)
	}
}
