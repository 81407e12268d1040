package snowflake

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/snowflake"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// tokens are what the emulator takes for access tokens, by their text.
type tokens struct {
	mu sync.Mutex
	by map[string]oauth.Grant
}

func (t *tokens) Lookup(text string) (oauth.Grant, oauth.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.by[text]
	switch {
	case !ok:
		return g, oauth.Unknown
	case g.Expires.Before(time.Now()):
		return g, oauth.Expired
	}
	return g, oauth.Live
}

func (t *tokens) expire(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.by[text]
	g.Expires = time.Now().Add(-time.Second)
	t.by[text] = g
}

// rig is an emulator with two tables and three people, and the source that reads it.
type rig struct {
	testing.TB
	server *emulator.Server
	tokens *tokens
	source source.Source
}

const rowsOfOrders = 100_000

func newRig(t testing.TB) *rig { return newRigOf(t, 0) }

// newRigOf has a table of so many rows too.
func newRigOf(t testing.TB, rows int) *rig {
	t.Helper()
	wideSQL, wideTable := wide(rows)
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(slices.Clone(sfsql.Setup()), wideSQL,
		fmt.Sprintf(`CREATE TABLE orders AS SELECT i::DECIMAL(19,0) AS id, (i * 1.01)::DECIMAL(15,2) AS price, 'customer ' || i AS customer, i %% 2 = 0 AS paid FROM range(%d) t(i)`, rowsOfOrders),
		`CREATE TABLE types AS SELECT 99999999999999999999999999999999999999::DECIMAL(38,0) AS n, -1.5::DOUBLE AS f, DATE '1969-07-20' AS d, TIME '12:34:56.789' AS t,
			TIMESTAMP '1969-07-20 20:17:40.123456' AS ts, 'caf' || chr(233) AS s, '\xAB'::BLOB AS b, NULL::BOOLEAN AS nothing`) {
		if err := db.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	grant := func(login string, scopes ...string) oauth.Grant {
		return oauth.Grant{Person: login, Subject: "sub-" + login, Source: "sf", Scopes: scopes, Expires: time.Now().Add(time.Hour)}
	}
	known := &tokens{by: map[string]oauth.Grant{"analyst": grant("analyst", "session:role-any"), "emea": grant("emea"), "next": grant("analyst", "session:role-any"),
		"narrow": grant("analyst", "session:role:ANALYST")}}
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
		db.Close()
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

// read asks a statement.
func read(ctx context.Context, c source.Conn, sql string, types ...plan.Type) sourcetest.Answer {
	return sourcetest.Read(ctx, c, sql, types...)
}

const (
	allOrders = `SELECT "id" AS C1, "price" AS C2, "customer" AS C3, "paid" AS C4 FROM "DEMO"."shop"."orders" ORDER BY "id"`
	endless   = `SELECT COUNT(*) AS C1 FROM "DEMO"."shop"."orders" AS A CROSS JOIN "DEMO"."shop"."orders" AS B CROSS JOIN "DEMO"."shop"."orders" AS C WHERE A."id" + B."id" + C."id" = -1`
	one       = `SELECT 1 AS C1`
)

var orderTypes = []plan.Type{sourcetest.Plain(pgcat.Int8), sourcetest.Numeric(15, 2), sourcetest.Plain(pgcat.Text), sourcetest.Plain(pgcat.Bool)}

func (r *rig) wait(what string, ok func() bool) {
	r.Helper()
	sourcetest.Wait(r, what, ok)
}
