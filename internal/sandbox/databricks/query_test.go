package databricks

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	dbsqldriver "github.com/databricks/databricks-sql-go"
	"github.com/databricks/databricks-sql-go/driverctx"
	dbsqlerr "github.com/databricks/databricks-sql-go/errors"
)

func TestGroupsSeeWhatIsGranted(t *testing.T) {
	b := newBench(t, nil)
	analyst, emea, admin := b.as("analyst"), b.as("emea"), b.as("admin")
	for _, c := range []struct {
		who  string
		text string
		want string
	}{
		{"analyst", "SELECT * FROM shop.orders ORDER BY id", "1|Ada|1.50|2026-01-02T00:00:00Z|2026-01-02T03:04:05.123456Z\n" +
			"2|Grace|20.25|NULL|NULL\n3|Joan|NULL|2026-03-04T00:00:00Z|2026-03-04T00:00:00Z\n"},
		{"analyst", "SELECT ID, customer FROM MAIN.Shop.ORDERS WHERE `Id` = 1", "1|Ada\n"},
		{"analyst", "SELECT count(*) FROM main.shop.secret", "1\n"},
		{"emea", "SELECT * FROM main.shop.orders ORDER BY id", "2|***\n3|***\n"},
		{"emea", "SELECT count(*) FROM shop.orders WHERE customer = 'Grace'", "0\n"},
		{"emea", "SELECT price FROM shop.orders", "SQLSTATE: 42703"},
		{"emea", "SELECT * FROM shop.secret", "[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\nUser does not have SELECT on Table 'main.shop.secret'. SQLSTATE: 42501"},
		{"admin", "SELECT * FROM shop.orders", "User does not have USE SCHEMA on Schema 'main.shop'. SQLSTATE: 42501"},
		{"analyst", "SELECT * FROM shop.nosuch", "[TABLE_OR_VIEW_NOT_FOUND] The table or view `main`.`shop`.`nosuch` cannot be found."},
		{"analyst", "SELECT * FROM nosuch.orders", "[SCHEMA_NOT_FOUND]"},
		{"analyst", "SELECT * FROM nosuch.shop.orders", "[NO_SUCH_CATALOG_EXCEPTION]"},
		{"analyst", "SELEC", "SQLSTATE: 42601"},
		{"analyst", "SELECT 1 / (id - id) FROM shop.orders", "SQLSTATE: 22012"},
		{"analyst", "DESCRIBE TABLE main.shop.orders", "id|int|NULL\nCustomer|string|NULL\nprice|decimal(10,2)|NULL\nordered|date|NULL\nat|timestamp|NULL\n"},
		{"emea", "DESCRIBE TABLE shop.orders", "id|int|NULL\nCustomer|string|NULL\n"},
		{"emea", "SHOW TABLES IN main.shop", "shop|orders|false\n"},
		{"admin", "SHOW TABLES IN main.shop", ""},
		{"analyst", "SHOW TABLES IN shop LIKE 's*'", "shop|secret|false\n"},
		{"analyst", "SELECT table_name FROM main.information_schema.tables ORDER BY 1", "many\norders\nsecret\n"},
		{"emea", "SELECT column_name, full_data_type, is_nullable FROM system.information_schema.columns ORDER BY ordinal_position", "id|int|YES\nCustomer|string|YES\n"},
		{"admin", "SELECT count(*) FROM main.information_schema.columns", "0\n"},
	} {
		db := analyst
		switch c.who {
		case "emea":
			db = emea
		case "admin":
			db = admin
		}
		if got := b.ask(db, c.text); got != c.want && (strings.HasSuffix(c.want, "\n") || c.want == "" || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %s: %q", c.who, c.text, got)
		}
	}
}

func TestHistoryNamesWhoAsked(t *testing.T) {
	b := newBench(t, nil)
	db := b.as("emea")
	ctx := driverctx.NewContextWithQueryTags(t.Context(), map[string]string{"waggle": "q-1"})
	rows, err := db.QueryContext(ctx, "SELECT id FROM shop.orders")
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	h := b.History("emea@acme.example")
	if len(h) != 1 || len(b.History("admin@acme.example")) != 0 {
		t.Fatalf("history %+v", h)
	}
	e := h[0]
	if e.Subject != "1-emea" || e.Tags != "waggle:q-1" || e.Text != "SELECT id FROM shop.orders" || e.Warehouse != warehouse || e.Status != "FINISHED" ||
		e.Rows != 2 || strings.Join(e.Groups, " ") != "EMEA PUBLIC" {
		t.Errorf("%+v", e)
	}
	if err := db.Close(); err != nil || b.Sessions("") != 0 {
		t.Errorf("%d sessions are left (%v)", b.Sessions(""), err)
	}
}

func TestErrorsKeepTheirSQLState(t *testing.T) {
	b := newBench(t, nil)
	_, err := b.as("emea").QueryContext(t.Context(), "SELECT * FROM shop.secret")
	var failed dbsqlerr.DBExecutionError
	if !errors.As(err, &failed) || failed.SqlState() != "42501" || failed.QueryId() != b.History("")[0].ID {
		t.Errorf("%v", err)
	}
	if b.Calls()["CloseOperation"] != 0 {
		t.Error("a statement that failed at once had to be closed")
	}
}

func TestParameters(t *testing.T) {
	b := newBench(t, nil)
	db := b.as("analyst")
	if got := b.ask(db, "SELECT customer FROM shop.orders WHERE id = ? AND price = ?", 2, dbsqldriver.Parameter{Type: dbsqldriver.SqlDecimal, Value: "20.25"}); got != "Grace\n" {
		t.Errorf("positional: %q", got)
	}
	if got := b.ask(db, "SELECT customer FROM shop.orders WHERE id = :n", dbsqldriver.Parameter{Name: "n", Type: dbsqldriver.SqlBigInt, Value: "1"}); got != "Ada\n" {
		t.Errorf("named: %q", got)
	}
}

// slow runs for many minutes unless it is stopped.
const slow = "SELECT count(*) FROM shop.many a CROSS JOIN shop.many b CROSS JOIN shop.many c WHERE (a.id * b.id + c.id) % 7 = 3"

func TestCancelStopsTheStatement(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Hold = 20 * time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err := b.as("analyst").QueryContext(ctx, slow); !errors.Is(err, context.Canceled) {
		t.Errorf("client saw %v", err)
	}
	if e := b.History("")[0]; e.Status != "CANCELED" || e.Ended.Sub(e.Started) > 5*time.Second || b.Calls()["CancelOperation"] != 1 {
		t.Errorf("%+v, calls %v", e, b.Calls())
	}
}

func TestTimeouts(t *testing.T) {
	b := newBench(t, nil)
	db := b.as("analyst", dbsqldriver.WithSessionParams(map[string]string{"statement_timeout": "1"}))
	if got := b.ask(db, slow); !strings.Contains(got, "[STATEMENT_TIMEOUT]") {
		t.Error(got)
	}
	if e := b.History("")[0]; e.Status != "TIMED_OUT" {
		t.Errorf("%+v", e)
	}
}

func TestWhatTakesLongIsPolled(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Hold = time.Nanosecond })
	if got := b.ask(b.as("analyst"), "SELECT count(*), max(name) FROM shop.many"); got != "300000|row 99999\n" {
		t.Error(got)
	}
	if calls := b.Calls(); calls["GetOperationStatus"] == 0 || calls["FetchResults"] == 0 || calls["CloseOperation"] == 0 {
		t.Errorf("calls %v", calls)
	}
}

func TestSessionParameters(t *testing.T) {
	b := newBench(t, nil)
	for _, c := range []struct{ name, value, want string }{
		{"nosuch", "1", "[CONFIG_NOT_AVAILABLE]"}, {"ansi_mode", "false", "[UNSUPPORTED_FEATURE]"}, {"timezone", "Nowhere/Land", "[INVALID_CONF_VALUE.TIME_ZONE]"},
		{"statement_timeout", "soon", "[INVALID_CONF_VALUE]"}, {"timezone", "Asia/Tokyo", "12:04:05"},
	} {
		db := b.as("analyst", dbsqldriver.WithSessionParams(map[string]string{c.name: c.value}))
		if got := b.ask(db, "SELECT CAST(`at` AS STRING) FROM shop.orders WHERE id = 1"); !strings.Contains(got, c.want) {
			t.Errorf("%s=%s: %s", c.name, c.value, got)
		}
	}
	if got := b.ask(b.as("analyst", dbsqldriver.WithInitialNamespace("main", "shop")), "SELECT count(*) FROM orders"); got != "3\n" {
		t.Error(got)
	}
	if got := b.ask(b.as("admin", dbsqldriver.WithInitialNamespace("main", "shop")), "SELECT 1"); !strings.Contains(got, "42501") {
		t.Error(got)
	}
}
