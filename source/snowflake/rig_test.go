package snowflake

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/snowflake"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// rig is an emulator with two tables and three people, and the source that reads it.
type rig struct {
	testing.TB
	server *emulator.Server
	tokens *sandboxtest.Tokens
	source source.Source
}

const rowsOfOrders = 100_000

func newRig(t testing.TB) *rig { return newRigOf(t, 0) }

// newRigOf has a table of so many rows too.
func newRigOf(t testing.TB, rows int) *rig {
	t.Helper()
	wideSQL, wideTable := wide(rows)
	db := sandboxtest.Database(t, append(slices.Clone(sfsql.Setup()), wideSQL,
		fmt.Sprintf(`CREATE TABLE orders AS SELECT i::DECIMAL(19,0) AS id, (i * 1.01)::DECIMAL(15,2) AS price, 'customer ' || i AS customer, i %% 2 = 0 AS paid FROM range(%d) t(i)`, rowsOfOrders),
		`CREATE TABLE types AS SELECT 99999999999999999999999999999999999999::DECIMAL(38,0) AS n, -1.5::DOUBLE AS f, DATE '1969-07-20' AS d, TIME '12:34:56.789' AS t,
			TIMESTAMP '1969-07-20 20:17:40.123456' AS ts, 'caf' || chr(233) AS s, '\xAB'::BLOB AS b, NULL::BOOLEAN AS nothing`)...)
	grant := func(login string, scopes ...string) oauth.Grant {
		return oauth.Grant{Person: login, Subject: "sub-" + login, Source: "sf", Scopes: scopes}
	}
	known := sandboxtest.NewTokens(map[string]oauth.Grant{"analyst": grant("analyst", "session:role-any"), "emea": grant("emea"), "next": grant("analyst", "session:role-any"),
		"narrow": grant("analyst", "session:role:ANALYST")})
	server, err := emulator.New(emulator.Config{
		Account: "acme", Source: "sf", Database: db, Warehouses: []string{"BI_WH", "BIG_WH"}, Dir: t.TempDir(), Tokens: known, Tables: append(tables(), wideTable), Policy: policy(),
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	s, err := New(Config{Name: "sf", Account: "acme", BaseURL: web.URL, Database: "DEMO", Warehouse: "BI_WH", Role: "ANALYST"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		web.Close()
		server.Close()
	})
	return &rig{TB: t, server: server, tokens: known, source: s}
}

func policy() *access.Policy {
	return &access.Policy{
		Roles: []access.Role{{Name: "ANALYST", Members: []string{"analyst"}}, {Name: "EMEA", Members: []string{"emea", "ANALYST"}}},
		Tables: map[string]access.Table{
			"sf.shop.orders": {
				Select: []string{"ANALYST", "EMEA"}, Columns: map[string][]string{"EMEA": {"id", "customer"}},
				Rows: map[string]string{"EMEA": `"id" < 3`}, Masks: map[string]map[string]string{"EMEA": {"customer": "'***'"}},
			},
			"sf.shop.types": {Select: []string{"ANALYST"}}, "sf.shop.wide": {Select: []string{"ANALYST"}},
		},
	}
}

func tables() []emulator.Table {
	return []emulator.Table{
		{Database: "DEMO", Schema: "shop", Name: "orders", From: "orders", Key: "sf.shop.orders", Columns: []result.Column{
			{Name: "id", Type: result.Fixed, Precision: 19}, {Name: "price", Type: result.Fixed, Precision: 15, Scale: 2, Nullable: true},
			{Name: "customer", Type: result.Text, Length: 100, Nullable: true}, {Name: "paid", Type: result.Boolean, Nullable: true},
		}},
		{Database: "DEMO", Schema: "shop", Name: "types", From: "types", Key: "sf.shop.types", Columns: []result.Column{
			{Name: "n", Type: result.Fixed, Precision: 38}, {Name: "f", Type: result.Real}, {Name: "d", Type: result.Date},
			{Name: "t", Type: result.Time, Scale: 9}, {Name: "ts", Type: result.TimestampNTZ, Scale: 9}, {Name: "s", Type: result.Text, Length: 10},
			{Name: "b", Type: result.Binary, Length: 10}, {Name: "nothing", Type: result.Boolean, Nullable: true},
		}},
	}
}

// bearer is a person's token in the configured role.
func (r *rig) bearer(token string) source.Bearer {
	owner := source.Owner{Organisation: "acme", Person: token, Generation: 1}
	return source.Bearer{Owner: owner, Token: secret.New(token), Expires: time.Now().Add(time.Hour), Role: "ANALYST", Warehouse: "BI_WH"}
}

func (r *rig) open(b source.Bearer) source.Conn {
	r.Helper()
	return sourcetest.Open(r, r.source, b)
}

// warehouse is what the suites of warehouses need of the rig.
func (r *rig) warehouse() sourcetest.Warehouse {
	return sourcetest.Warehouse{Source: r.source, Rows: rowsOfOrders, All: allOrders, Endless: endless, Sessions: func() int { return r.server.Sessions("") }}
}

const (
	allOrders = `SELECT "id" AS C1, "price" AS C2, "customer" AS C3, "paid" AS C4 FROM "DEMO"."shop"."orders" ORDER BY "id"`
	endless   = `SELECT COUNT(*) AS C1 FROM "DEMO"."shop"."orders" AS A CROSS JOIN "DEMO"."shop"."orders" AS B CROSS JOIN "DEMO"."shop"."orders" AS C WHERE A."id" + B."id" + C."id" = -1`
	one       = `SELECT 1 AS C1`
)
