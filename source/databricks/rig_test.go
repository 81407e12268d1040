package databricks

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// rig is an emulator with two tables and two people, and the source that reads it.
type rig struct {
	testing.TB
	server *emulator.Server
	tokens *sandboxtest.Tokens
	source source.Source
	web    *httptest.Server
}

const (
	rowsOfOrders = 100_000
	warehouse    = "2b5f1c9d8e7a6f40"
)

func newRig(t testing.TB, change ...func(*emulator.Config)) *rig {
	t.Helper()
	db := sandboxtest.Database(t, append(slices.Clone(dbsql.Setup()),
		fmt.Sprintf(`CREATE TABLE orders AS SELECT i::BIGINT AS id, (i * 1.01)::DECIMAL(15,2) AS price, 'customer ' || i AS customer, i %% 2 = 0 AS paid FROM range(%d) t(i)`, rowsOfOrders),
		`CREATE TABLE types AS SELECT 99999999999999999999999999999999999999::DECIMAL(38,0) AS n, -1.5::DOUBLE AS f, 0.25::FLOAT AS r, DATE '1969-07-20' AS d, TIMESTAMP '1969-07-20 20:17:40.123456' AS ts,
			TIMESTAMPTZ '1969-07-20 20:17:40.5+00' AS tz, 'caf' || chr(233) AS s, '\xAB'::BLOB AS b, NULL::BOOLEAN AS nothing, 7::TINYINT AS tiny, -3::SMALLINT AS small, 2::INTEGER AS i`,
	)...)
	grant := func(login string) oauth.Grant {
		return oauth.Grant{Person: login, Subject: "sub-" + login, Source: "lake", Scopes: []string{"sql", "offline_access"}}
	}
	known := sandboxtest.NewTokens(map[string]oauth.Grant{"analyst": grant("analyst"), "emea": grant("emea"), "next": grant("analyst")})
	config := emulator.Config{Source: "lake", Tokens: known, Warehouses: []string{warehouse, "big"}, Catalog: "main", Database: db, Tables: tables(), Policy: policy(), Dir: t.TempDir(), Inline: 200_000}
	for _, f := range change {
		f(&config)
	}
	server, err := emulator.New(config)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	s, err := New(Config{Name: "lake", Host: "dbc.example", BaseURL: web.URL, HTTPPath: "/sql/1.0/warehouses/" + warehouse, Catalog: "main"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		web.Close()
		server.Close()
	})
	return &rig{TB: t, server: server, tokens: known, source: s, web: web}
}

func policy() *access.Policy {
	return &access.Policy{
		Roles: []access.Role{{Name: "analysts", Members: []string{"analyst"}}, {Name: "emea", Members: []string{"emea"}}},
		Tables: map[string]access.Table{
			"lake.shop.orders": {
				Select: []string{"analysts", "emea"}, Rows: map[string]string{"emea": `id < 3`}, Masks: map[string]map[string]string{"emea": {"customer": "'***'"}},
			},
			"lake.shop.types": {Select: []string{"analysts"}},
		},
	}
}

func tables() []emulator.Table {
	kind := func(name string, k dbsql.Kind) dbsql.Column {
		return dbsql.Column{Name: name, Type: dbsql.Type{Kind: k}, Nullable: true}
	}
	decimal := func(name string, p, s int) dbsql.Column {
		return dbsql.Column{Name: name, Type: dbsql.Type{Kind: dbsql.Decimal, Precision: p, Scale: s}, Nullable: true}
	}
	return []emulator.Table{
		{Catalog: "main", Schema: "shop", Name: "orders", From: "orders", Key: "lake.shop.orders", Columns: []dbsql.Column{
			kind("id", dbsql.Bigint), decimal("price", 15, 2), kind("customer", dbsql.String), kind("paid", dbsql.Boolean),
		}},
		{Catalog: "main", Schema: "shop", Name: "types", From: "types", Key: "lake.shop.types", Columns: []dbsql.Column{
			decimal("n", 38, 0), kind("f", dbsql.Double), kind("r", dbsql.Float), kind("d", dbsql.Date), kind("ts", dbsql.TimestampNTZ), kind("tz", dbsql.Timestamp),
			kind("s", dbsql.String), kind("b", dbsql.Binary), kind("nothing", dbsql.Boolean), kind("tiny", dbsql.Tinyint), kind("small", dbsql.Smallint), kind("i", dbsql.Int),
		}},
	}
}

func (r *rig) bearer(token string) source.Bearer {
	owner := source.Owner{Organisation: "acme", Person: token, Generation: 1}
	return source.Bearer{Owner: owner, Token: secret.New(token), Expires: time.Now().Add(time.Hour), Warehouse: warehouse}
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
	allOrders = "SELECT `id` AS c1, `price` AS c2, `customer` AS c3, `paid` AS c4 FROM `main`.`shop`.`orders` ORDER BY `id`"
	someRows  = "SELECT `id` AS c1, `price` AS c2, `customer` AS c3, `paid` AS c4 FROM `main`.`shop`.`orders` ORDER BY `id` LIMIT 100"
	endless   = "SELECT COUNT(*) AS c1 FROM `main`.`shop`.`orders` AS a CROSS JOIN `main`.`shop`.`orders` AS b CROSS JOIN `main`.`shop`.`orders` AS c WHERE a.`id` + b.`id` + c.`id` = -1"
	one       = "SELECT 1 AS c1"
)
