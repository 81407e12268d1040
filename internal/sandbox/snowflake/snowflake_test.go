package snowflake

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	sf "github.com/snowflakedb/gosnowflake/v2"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

func TestMain(m *testing.M) {
	// The driver would look for clouds around it, and load a library of its own.
	_ = os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
	_ = os.Setenv("SF_DISABLE_MINICORE", "true")
	goleak.VerifyTestMain(m)
}

func grant(login string, scopes ...string) oauth.Grant {
	return oauth.Grant{Person: login, Subject: "sub-" + login, Source: "sf", Scopes: scopes}
}

// emulated starts an emulator with two tables and three people.
func emulated(t testing.TB, change func(*Config)) (*Server, *httptest.Server) {
	t.Helper()
	db := sandboxtest.Database(t, append(sfsql.Setup(),
		`CREATE TABLE orders AS SELECT i::DECIMAL(19,0) AS id, (i * 1.01)::DECIMAL(15,2) AS price, 'customer ' || i AS customer, i % 2 = 0 AS paid FROM range(100000) t(i)`,
		`CREATE TABLE types AS SELECT 99999999999999999999999999999999999999::DECIMAL(38,0) AS n, -1.5::DOUBLE AS f, DATE '1969-07-20' AS d, TIME '12:34:56.789' AS t,
			TIMESTAMP '1969-07-20 20:17:40.123456' AS ts, 'caf' || chr(233) AS s, '\xAB'::BLOB AS b, NULL::BOOLEAN AS nothing`)...)
	config := Config{
		Account: "acme", Source: "sf", Database: db, Warehouses: []string{"BI_WH"}, Dir: t.TempDir(),
		Tokens: sandboxtest.NewTokens(map[string]oauth.Grant{
			"analyst": grant("analyst@acme.example", "session:role-any"), "emea": grant("emea@acme.example"),
			"one": grant("analyst@acme.example", "session:role:ANALYST"), "old": {Person: "analyst@acme.example", Source: "sf", Expires: time.Unix(0, 0)},
		}),
		Tables: tables(),
		Policy: &access.Policy{
			Roles: []access.Role{{Name: "ANALYST", Members: []string{"analyst"}}, {Name: "EMEA", Members: []string{"emea", "ANALYST"}}},
			Tables: map[string]access.Table{
				"sf.shop.orders": {
					Select: []string{"ANALYST", "EMEA"}, Columns: map[string][]string{"EMEA": {"id", "customer"}},
					Rows: map[string]string{"EMEA": `"id" < 3`}, Masks: map[string]map[string]string{"EMEA": {"customer": "'***'"}},
				},
				"sf.shop.types": {Select: []string{"ANALYST"}},
			},
		},
	}
	if change != nil {
		change(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
	})
	return s, web
}

func tables() []Table {
	return []Table{
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

// connect opens the driver's pool for a token.
func connect(t *testing.T, web *httptest.Server, token string, change func(*sf.Config)) *sql.DB {
	t.Helper()
	at, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(at.Port())
	off := "false"
	config := sf.Config{
		Account: "acme", Host: at.Hostname(), Port: port, Protocol: "http", Authenticator: sf.AuthTypeOAuth, Token: token,
		//lint:ignore SA1019 the driver announces that its timeouts will move; this release has no other place for them
		Warehouse: "BI_WH", Database: "DEMO", MaxRetryCount: 1, LoginTimeout: 10 * time.Second, DisableOCSPChecks: true,
		Params: map[string]*string{"CLIENT_TELEMETRY_ENABLED": &off}, Transporter: &http.Transport{DisableKeepAlives: true},
	}
	if change != nil {
		change(&config)
	}
	db := sql.OpenDB(sf.NewConnector(sf.SnowflakeDriver{}, config))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func number(err error) int {
	var e *sf.SnowflakeError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

func TestSelectOne(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	var one int
	ctx := sf.WithQueryTag(t.Context(), "request-7")
	if err := db.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil || one != 1 {
		t.Fatal(one, err)
	}
	db.Close()
	h := s.History("analyst@acme.example")
	if len(h) != 1 || h[0].Tag != "request-7" || h[0].Role != "ANALYST" || h[0].Warehouse != "BI_WH" || h[0].Status != "SUCCESS" || h[0].Subject == "" {
		t.Errorf("history %+v", h)
	}
	if n := s.Sessions(""); n != 0 {
		t.Errorf("%d sessions are open", n)
	}
	if n := s.Telemetry(); n != 0 {
		t.Errorf("%d reports of telemetry", n)
	}
}

func TestScan(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM "DEMO"."shop"."orders"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var id, price, customer string
		var paid bool
		if err := rows.Scan(&id, &price, &customer, &paid); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d.%02d", n*101/100, n*101%100); id != strconv.Itoa(n) || price != want || customer != "customer "+id || paid != (n%2 == 0) {
			t.Fatalf("row %d: %s %s %s %v", n, id, price, customer, paid)
		}
	}
	if rows.Err() != nil || n != 100_000 {
		t.Fatal(n, rows.Err())
	}
}

// slow takes minutes.
const slow = `SELECT SUM(a."id" * b."id") FROM "DEMO"."shop"."orders" AS a, "DEMO"."shop"."orders" AS b`

func TestAbort(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := db.QueryContext(ctx, slow); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
	h := s.History("")
	if len(h) != 1 || h[0].Status != "ABORTED" || h[0].ErrorCode != "000604" {
		t.Errorf("history %+v", h)
	}
}

// stream asks for a result's Arrow streams as they are.
func stream(t *testing.T, db *sql.DB, text string) (batches []arrow.RecordBatch) {
	t.Helper()
	con, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	err = con.Raw(func(raw any) error {
		loader, err := raw.(interface {
			QueryArrowStream(context.Context, string, ...driver.NamedValue) (sf.ArrowStreamLoader, error)
		}).QueryArrowStream(t.Context(), text)
		if err != nil {
			return err
		}
		parts, err := loader.GetBatches()
		if err != nil {
			return err
		}
		for i := range parts {
			body, err := parts[i].GetStream(t.Context())
			if err != nil {
				return err
			}
			r, err := ipc.NewReader(body)
			if err != nil {
				return err
			}
			for r.Next() {
				r.RecordBatch().Retain()
				batches = append(batches, r.RecordBatch())
			}
			r.Release()
			if err := errors.Join(r.Err(), body.Close()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return batches
}

func TestPhysicalForms(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	batches := stream(t, db, `SELECT * FROM "DEMO"."shop"."types"`)
	if len(batches) != 1 {
		t.Fatalf("%d batches", len(batches))
	}
	var got []string
	for i, f := range batches[0].Schema().Fields() {
		logical, _ := f.Metadata.GetValue("logicalType")
		got = append(got, fmt.Sprintf("%s %s %s %s", f.Name, logical, f.Type, batches[0].Column(i).ValueStr(0)))
	}
	want := []string{
		"n FIXED decimal(38, 0) 99999999999999999999999999999999999999", "f REAL float64 -1.5", "d DATE date32 1969-07-20",
		"t TIME int64 45296789000000", `ts TIMESTAMP_NTZ struct<epoch: int64, fraction: int32> {"epoch":-14182940,"fraction":123456000}`,
		"s TEXT utf8 café", "b BINARY binary qw==", "nothing BOOLEAN bool (null)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestChunksGrow(t *testing.T) {
	_, web := emulated(t, nil)
	var rows []int64
	var forms []string
	for _, b := range stream(t, connect(t, web, "analyst", nil), `SELECT "id", "customer" FROM "DEMO"."shop"."orders" ORDER BY "id"`) {
		rows, forms = append(rows, b.NumRows()), append(forms, b.Column(0).DataType().String())
	}
	if len(rows) < 4 || rows[0] >= rows[1] || rows[1] >= rows[2] {
		t.Errorf("rows %v", rows)
	}
	if forms[0] != "int16" || forms[len(forms)-1] != "int32" {
		t.Errorf("forms %v", forms)
	}
}

func TestNothing(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	if got := stream(t, db, `SELECT * FROM "DEMO"."shop"."orders" WHERE "id" < 0`); len(got) != 0 {
		t.Errorf("%d batches", len(got))
	}
}

func TestBindings(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	var customer string
	err := db.QueryRowContext(t.Context(), `SELECT "customer" FROM "DEMO"."shop"."orders" WHERE "id" = ? AND "paid" = ?`, 42, true).Scan(&customer)
	if err != nil || customer != "customer 42" {
		t.Error(customer, err)
	}
}

func TestRefusedTableAndWrongType(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	text := `SELECT "id" FROM "DEMO"."shop"."orders"`
	s.Refuse("sf.shop.orders", true)
	if _, err := db.QueryContext(t.Context(), text); number(err) != 2003 {
		t.Error(err)
	}
	s.Refuse("sf.shop.orders", false)
	s.Contradict("id", true)
	if got := stream(t, db, text)[0].Schema().Field(0).Type.String(); got != "utf8" {
		t.Error(got)
	}
}

func TestShow(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	for text, want := range map[string]int{
		`SHOW TABLES IN DATABASE "DEMO"`: 2, `SHOW SCHEMAS IN DATABASE "DEMO"`: 1, "SHOW DATABASES": 1, "SHOW ROLES": 3, "SHOW WAREHOUSES": 1,
		`SHOW COLUMNS IN TABLE "DEMO"."shop"."orders"`: 4, "SHOW PARAMETERS LIKE 'TIMEZONE'": 1, `SHOW TABLES LIKE 'ord%' IN SCHEMA "DEMO"."shop"`: 1,
		`SHOW PRIMARY KEYS IN TABLE "DEMO"."shop"."orders"`: 0,
	} {
		rows, err := db.QueryContext(t.Context(), text)
		if err != nil {
			t.Error(text, err)
			continue
		}
		n := 0
		for rows.Next() {
			n++
		}
		rows.Close()
		if n != want {
			t.Errorf("%s: %d rows, want %d", text, n, want)
		}
	}
}

func TestStatusOfAStatement(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	ids := make(chan string, 1)
	if err := db.QueryRowContext(sf.WithQueryIDChan(t.Context(), ids), "SELECT 1").Scan(new(int)); err != nil {
		t.Fatal(err)
	}
	id := <-ids
	con, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	err = con.Raw(func(raw any) error {
		status, err := raw.(sf.SnowflakeConnection).GetQueryStatus(t.Context(), id)
		if err == nil && (status.SQLText != "SELECT 1" || status.ProducedRows != 1) {
			err = fmt.Errorf("got %+v", status)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := con.QueryRowContext(sf.WithFetchResultByID(t.Context(), id), "").Scan(new(int)); err != nil {
		t.Error(err)
	}
}
