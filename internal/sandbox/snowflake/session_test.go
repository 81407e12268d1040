package snowflake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
)

func TestLogin(t *testing.T) {
	_, web := emulated(t, nil)
	for _, c := range []struct {
		name, token string
		change      func(*sf.Config)
		want        int
	}{
		{"unknown token", "nobody", nil, 390303},
		{"expired token", "old", nil, 390318},
		{"another user", "analyst", func(c *sf.Config) { c.User = "ADMIN" }, 390309},
		{"its own user", "analyst", func(c *sf.Config) { c.User = "analyst" }, 0},
		{"default role", "emea", nil, 0},
		{"role that is not granted", "analyst", func(c *sf.Config) { c.Role = "SYSADMIN" }, 390189},
		{"inherited role", "analyst", func(c *sf.Config) { c.Role = "EMEA" }, 0},
		{"role that the token does not list", "one", func(c *sf.Config) { c.Role = "EMEA" }, 390317},
		{"role that the token lists", "one", func(c *sf.Config) { c.Role = "analyst" }, 0},
		{"no token but a password", "analyst", func(c *sf.Config) {
			c.Authenticator, c.User, c.Password, c.Token = sf.AuthTypeSnowflake, "analyst", "secret", ""
		}, 390100},
		{"another account", "analyst", func(c *sf.Config) { c.Account = "other" }, 390422},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := number(connect(t, web, c.token, c.change).PingContext(t.Context())); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestRolesAreSeen(t *testing.T) {
	_, web := emulated(t, nil)
	emea := connect(t, web, "emea", nil)
	var id int
	var customer string
	if err := emea.QueryRowContext(t.Context(), `SELECT * FROM "DEMO"."shop"."orders"`).Scan(&id, &customer); err != nil || id != 0 || customer != "***" {
		t.Error(id, customer, err)
	}
	if _, err := emea.QueryContext(t.Context(), `SELECT "price" FROM "DEMO"."shop"."orders"`); number(err) != 904 {
		t.Error("a column without privilege:", err)
	}
	if _, err := emea.QueryContext(t.Context(), `SELECT * FROM "DEMO"."shop"."types"`); number(err) != 2003 || !strings.Contains(err.Error(), `DEMO."shop"."types"`) {
		t.Error("a table without privilege:", err)
	}
	if _, err := emea.ExecContext(t.Context(), "USE ROLE ANALYST"); number(err) != 3013 {
		t.Error("a role that is not granted:", err)
	}
}

func TestSessionIsRenewed(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	db.SetMaxOpenConns(1)
	ask := func() error { return db.QueryRowContext(t.Context(), "SELECT 1").Scan(new(int)) }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if n := s.ExpireSessions("analyst@acme.example", false); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if err := ask(); err != nil {
		t.Error("after the session's token:", err)
	}
	if n := s.Sessions(""); n != 1 {
		t.Errorf("%d sessions", n)
	}
	s.ExpireSessions("", true)
	if err := ask(); number(err) != 390114 {
		t.Error("after the master token:", err)
	}
}

func TestLongPoll(t *testing.T) {
	s, web := emulated(t, func(c *Config) { c.Poll = time.Millisecond })
	db := connect(t, web, "analyst", nil)
	if err := db.QueryRowContext(t.Context(), `SELECT * FROM "DEMO"."shop"."orders"`).Scan(new(string), new(string), new(string), new(string)); err != nil {
		t.Fatal(err)
	}
	polls := 0
	for _, r := range s.Control().Requests() {
		if strings.HasSuffix(r.Path, "/result") {
			polls++
		}
	}
	if polls == 0 {
		t.Error("the answer came at once")
	}
}

func TestStatementTimeout(t *testing.T) {
	_, web := emulated(t, nil)
	one := "1"
	db := connect(t, web, "analyst", func(c *sf.Config) { c.Params["STATEMENT_TIMEOUT_IN_SECONDS"] = &one })
	if _, err := db.QueryContext(t.Context(), slow); number(err) != 630 {
		t.Error(err)
	}
}

func TestNoWarehouse(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", func(c *sf.Config) { c.Warehouse = "NOSUCH" })
	if err := db.QueryRowContext(t.Context(), "SELECT 1").Scan(new(int)); err != nil {
		t.Error("without a table:", err)
	}
	if _, err := db.QueryContext(t.Context(), `SELECT * FROM "DEMO"."shop"."orders"`); number(err) != 606 {
		t.Error(err)
	}
}

func TestDescribeOnly(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	rows, err := db.QueryContext(sf.WithDescribeOnly(t.Context()), `SELECT "id", "price" FROM "DEMO"."shop"."orders"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil || len(types) != 2 || types[0].Name() != "id" {
		t.Fatal(types, err)
	}
	if p, scale, _ := types[1].DecimalSize(); p != 15 || scale != 2 {
		t.Error(p, scale)
	}
	if rows.Next() {
		t.Error("there is a row")
	}
	if h := s.History(""); len(h) != 1 || !h[0].DescribeOnly || h[0].Rows != 0 {
		t.Errorf("%+v", h)
	}
}

func TestStatementsOfTheSession(t *testing.T) {
	_, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	db.SetMaxOpenConns(1)
	for _, text := range []string{"USE ROLE EMEA", "ALTER SESSION SET TIMEZONE = 'UTC'", `USE SCHEMA DEMO."shop"`} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Error(text, err)
		}
	}
	for text, want := range map[string]int{
		"USE ROLE SYSADMIN": 2043, "USE WAREHOUSE NOSUCH": 2043, "USE DATABASE NOSUCH": 2043, "ALTER SESSION SET NOSUCH = '1'": 1007,
		"ALTER SESSION SET WEEK_START = 'monday'": 1008,
	} {
		if _, err := db.ExecContext(t.Context(), text); number(err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	rows, err := db.QueryContext(t.Context(), `DESCRIBE TABLE "DEMO"."shop"."orders"`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var got []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		got = append(got, (*values[0].(*any)).(string)+" "+(*values[1].(*any)).(string)+" "+(*values[3].(*any)).(string))
	}
	if want := "id NUMBER(19,0) N; customer VARCHAR(100) N"; strings.Join(got, "; ") != want {
		t.Errorf("got %s", got)
	}
}

func TestFaults(t *testing.T) {
	scan := `SELECT * FROM "DEMO"."shop"."orders"`
	for _, c := range []struct {
		name string
		rule fault.Rule
	}{
		{"chunk refused", fault.Rule{Kind: fault.Status, Status: 403, Path: "/results/"}},
		{"chunk truncated", fault.Rule{Kind: fault.Truncate, Bytes: 1000, Path: "/results/"}},
		{"chunk reset", fault.Rule{Kind: fault.Reset, Bytes: 1000, Path: "/results/"}},
		{"query refused", fault.Rule{Kind: fault.Status, Status: 403, Path: "/queries/"}},
		{"login refused", fault.Rule{Kind: fault.Status, Status: 403, Path: "/session/v1/"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, web := emulated(t, nil)
			if err := s.Control().Add(c.rule); err != nil {
				t.Fatal(err)
			}
			db := connect(t, web, "analyst", func(c *sf.Config) { c.MaxRetryCount = 0 })
			rows, err := db.QueryContext(t.Context(), scan)
			if err == nil {
				for rows.Next() {
				}
				err = rows.Err()
				rows.Close()
			}
			if err == nil {
				t.Error("nothing failed")
			}
		})
	}
}

func TestExpiredInTheMiddle(t *testing.T) {
	s, web := emulated(t, nil)
	if err := s.Control().Add(fault.Rule{Kind: fault.Expired, Path: "/queries/v1/query-request", Times: 1}); err != nil {
		t.Fatal(err)
	}
	if err := connect(t, web, "analyst", nil).QueryRowContext(t.Context(), "SELECT 1").Scan(new(int)); err != nil {
		t.Error(err)
	}
}

func TestAddressesOfChunks(t *testing.T) {
	now := time.Now()
	s, web := emulated(t, func(c *Config) { c.Now = func() time.Time { return now } })
	db := connect(t, web, "analyst", nil)
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM "DEMO"."shop"."orders"`)
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	chunk := s.Statements("")[0].chunks[0]
	key, secret := chunk.Key, chunk.Secret
	get := func(key string, header http.Header) int {
		r, _ := http.NewRequestWithContext(context.Background(), "GET", web.URL+"/results/"+key, nil)
		r.Header = header
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	right := http.Header{}
	right.Set(algorithmHeader, "AES256")
	right.Set(keyHeader, secret)
	both := right.Clone()
	both.Set("Authorization", `Snowflake Token="x"`)
	for _, c := range []struct {
		name   string
		key    string
		header http.Header
		want   int
	}{
		{"right", key, right, 200}, {"without headers", key, http.Header{}, 400}, {"with a token too", key, both, 400}, {"guessed", "x" + key, right, 403},
	} {
		if got := get(c.key, c.header); got != c.want {
			t.Errorf("%s: %d", c.name, got)
		}
	}
	now = now.Add(time.Hour)
	if got := get(key, right); got != 403 {
		t.Errorf("after its time: %d", got)
	}
}

func TestTwoPeopleShareNothing(t *testing.T) {
	s, web := emulated(t, nil)
	s.Warm()
	analyst, emea := connect(t, web, "analyst", nil), connect(t, web, "emea", nil)
	text := `SELECT "customer" FROM "DEMO"."shop"."orders"`
	for range 2 {
		var a, b string
		err := errors.Join(analyst.QueryRowContext(t.Context(), text).Scan(&a), emea.QueryRowContext(t.Context(), text).Scan(&b))
		if err != nil || a != "customer 0" || b != "***" {
			t.Fatal(a, b, err)
		}
	}
	if len(s.History("analyst@acme.example")) != 2 || len(s.History("emea@acme.example")) != 2 {
		t.Errorf("%+v", s.History(""))
	}
}

func TestSwitchesOverHTTP(t *testing.T) {
	s, web := emulated(t, nil)
	db := connect(t, web, "analyst", nil)
	if err := db.QueryRowContext(t.Context(), "SELECT 1").Scan(new(int)); err != nil {
		t.Fatal(err)
	}
	do := func(method, path string) string {
		r, _ := http.NewRequestWithContext(t.Context(), method, web.URL+path, nil)
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return strings.TrimSpace(string(body))
	}
	if got := do("GET", "/_sandbox/history?person=analyst@acme.example"); !strings.Contains(got, `"text":"SELECT 1"`) {
		t.Error(got)
	}
	if got := do("GET", "/_sandbox/history?person=emea@acme.example"); got != "[]" {
		t.Error(got)
	}
	do("POST", "/_sandbox/refuse?table=sf.shop.orders")
	if !s.Refused("sf.shop.orders") {
		t.Error("not refused")
	}
	if got := do("GET", "/_sandbox/sessions?person=analyst@acme.example"); got != `{"sessions":1}` {
		t.Error(got)
	}
	if got := do("POST", "/_sandbox/sessions/expire"); got != `{"sessions":1}` {
		t.Error(got)
	}
	if got := do("GET", "/_sandbox/faults"); got != "[]" {
		t.Error(got)
	}
}
