package databricks

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	dbsqldriver "github.com/databricks/databricks-sql-go"
	dbsqlrows "github.com/databricks/databricks-sql-go/rows"

	"github.com/waggle-sql/waggle/internal/sandbox/fault"
)

func TestWhoMayComeIn(t *testing.T) {
	b := newBench(t, nil)
	b.config.Tokens.ExpireToken("late")
	b.Refuse("3c3c", true)
	b.config.Warehouses = append(b.config.Warehouses, "3c3c")
	for _, c := range []struct{ who, path, want string }{
		{"stranger", warehouse, "403 Forbidden: Invalid access token"}, {"late", warehouse, "401 Unauthorized: Token is expired"},
		{"analyst", "0000", "404 Not Found: SQL warehouse 0000 does not exist."}, {"analyst", "3c3c", "403 Forbidden: You do not have permission"},
	} {
		got := b.ask(b.as(c.who, dbsqldriver.WithHTTPPath("/sql/1.0/warehouses/"+c.path)), "SELECT 1")
		status, text, _ := strings.Cut(c.want, ": ")
		if !strings.Contains(got, status) || !strings.Contains(got, text) {
			t.Errorf("%s at %s: %s", c.who, c.path, got)
		}
	}
}

// streams reads a result as Arrow, as Waggle does, and returns its rows by stream.
func (b *bench) streams(login, text string, options ...dbsqldriver.ConnOption) (rows []int64, schema *arrow.Schema, err error) {
	con, err := b.as(login, options...).Conn(b.t.Context())
	if err != nil {
		return nil, nil, err
	}
	defer con.Close()
	err = con.Raw(func(c any) error {
		result, err := c.(driver.QueryerContext).QueryContext(b.t.Context(), text, nil)
		if err != nil {
			return err
		}
		defer result.Close()
		all, err := result.(dbsqlrows.Rows).GetArrowIPCStreams(b.t.Context())
		if err != nil {
			return err
		}
		defer all.Close()
		for {
			stream, err := all.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			n, s, err := count(stream)
			if err != nil {
				return err
			}
			rows, schema = append(rows, n), s
		}
	})
	return rows, schema, err
}

func count(stream io.Reader) (rows int64, schema *arrow.Schema, err error) {
	reader, err := ipc.NewReader(stream)
	if err != nil {
		return 0, nil, err
	}
	defer reader.Release()
	for reader.Next() {
		rows += reader.RecordBatch().NumRows()
	}
	return rows, reader.Schema(), reader.Err()
}

func sum(rows []int64) (total int64) {
	for _, n := range rows {
		total += n
	}
	return total
}

func TestLargeResults(t *testing.T) {
	const text = "SELECT id, name FROM shop.many ORDER BY id"
	b := newBench(t, nil)
	linked, _, err := b.streams("analyst", text)
	if err != nil || sum(linked) != 300_000 || len(linked) < 4 || !b.History("")[0].Linked {
		t.Errorf("by links %v (%v)", linked, err)
	}
	inline, _, err := b.streams("analyst", text, dbsqldriver.WithCloudFetch(false))
	if err != nil || sum(inline) != 300_000 || b.History("")[1].Linked || b.Calls()["FetchResults"] == 0 {
		t.Errorf("inline %v (%v) %v", inline, err, b.Calls())
	}
	b.Pad(5)
	padded, _, err := b.streams("analyst", text)
	if err != nil || sum(padded) != 300_000+5*int64(len(padded)) {
		t.Errorf("padded %v (%v)", padded, err)
	}
	b.Pad(0)
	many := b.ask(b.as("analyst", dbsqldriver.WithMaxRows(20_000)), text)
	if lines := strings.Split(many, "\n"); len(lines) != 300_001 || lines[0] != "0|row 0" || lines[299_999] != "299999|row 299999" {
		t.Errorf("%d rows", len(lines)-1)
	}
}

func TestTypesOnTheWire(t *testing.T) {
	const text = "SELECT id, price, ordered, `at`, CAST(`at` AS TIMESTAMP_NTZ) AS plain, CAST(1 AS DOUBLE) AS d, true AS b FROM shop.orders"
	b := newBench(t, nil)
	_, schema, err := b.streams("analyst", text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range schema.Fields() {
		name, _ := f.Metadata.GetValue("Spark:DataType:SqlName")
		got = append(got, f.Name+" "+f.Type.String()+" "+name)
	}
	want := "id int32 INT,price decimal(10, 2) DECIMAL(10,2),ordered date32 DATE,at timestamp[us, tz=UTC] TIMESTAMP," +
		"plain timestamp[us] TIMESTAMP_NTZ,d float64 DOUBLE,b bool BOOLEAN"
	if strings.Join(got, ",") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ","), want)
	}
	if _, schema, err = b.streams("analyst", "SELECT price FROM shop.orders", dbsqldriver.WithArrowNativeDecimal(false)); err != nil || schema.Field(0).Type.ID() != arrow.STRING {
		t.Errorf("a decimal as text: %v %v", schema, err)
	}
	b.Contradict("price", true)
	if _, schema, err = b.streams("analyst", "SELECT price FROM shop.orders"); err != nil || schema.Field(0).Type.ID() != arrow.STRING {
		t.Errorf("contradicted: %v %v", schema, err)
	}
}

func TestAddresses(t *testing.T) {
	now := time.Now()
	b := newBench(t, func(c *Config) { c.Now = func() time.Time { return now } })
	if _, _, err := b.streams("analyst", "SELECT id, name FROM shop.many"); err != nil {
		t.Fatal(err)
	}
	path := ""
	for _, r := range b.Control().Requests() {
		if strings.HasPrefix(r.Path, "/cloudfetch/") {
			if path = r.Path; r.Person != "analyst@acme.example" || r.Method != "GET" {
				t.Errorf("%+v", r)
			}
		}
	}
	get := func(path, token string) int {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url.String()+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, _ := io.ReadAll(resp.Body); resp.StatusCode == 200 && !bytes.HasSuffix(body, []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}) {
			t.Error("the stream has no end")
		}
		return resp.StatusCode
	}
	for _, c := range []struct {
		path, token string
		want        int
	}{{path, "", 200}, {path, "analyst", 400}, {path + "X", "", 403}} {
		if got := get(c.path, c.token); got != c.want {
			t.Errorf("%s with %q: %d", c.path, c.token, got)
		}
	}
	now = now.Add(time.Hour)
	if got := get(path, ""); got != 403 {
		t.Errorf("after its time: %d", got)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		rule fault.Rule
		want string
	}{
		{"busy", fault.Rule{Kind: fault.Status, Status: 503, Nth: 2, RetryAfter: 1}, "temporarily unavailable"},
		{"too many", fault.Rule{Kind: fault.Status, Status: 429, Nth: 2}, "429"},
		{"token expires between", fault.Rule{Kind: fault.Expired, Nth: 2}, "401"},
		{"reset", fault.Rule{Kind: fault.Reset, Nth: 2, Bytes: 10}, "request error"},
		{"address refused", fault.Rule{Kind: fault.Status, Status: 403, Path: "/cloudfetch/"}, "403"},
		{"stream cut", fault.Rule{Kind: fault.Truncate, Bytes: 200_000, Path: "/cloudfetch/"}, "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, nil)
			if err := b.Control().Add(c.rule); err != nil {
				t.Fatal(err)
			}
			if _, _, err := b.streams("analyst", "SELECT id, name FROM shop.many"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSessionsEnd(t *testing.T) {
	b := newBench(t, nil)
	con, err := b.as("analyst").Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	if b.ExpireSessions("emea@acme.example") != 0 || b.ExpireSessions("analyst@acme.example") != 1 {
		t.Error("other sessions than the person's ended")
	}
	if _, err := con.QueryContext(t.Context(), "SELECT 1"); err == nil || !strings.Contains(err.Error(), "Invalid SessionHandle") {
		t.Errorf("got %v", err)
	}
}

func TestSessionsBelongToWhoOpenedThem(t *testing.T) {
	b := newBench(t, nil)
	who := "analyst"
	con, err := b.as("analyst", dbsqldriver.WithExternalToken(func() (string, error) { return who, nil })).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer con.Close()
	who = "emea"
	if _, err := con.QueryContext(t.Context(), "SELECT 1"); err == nil || !strings.Contains(err.Error(), "Invalid SessionHandle") {
		t.Errorf("got %v", err)
	}
	who = "analyst"
}

func TestClosingASessionStopsItsStatements(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Hold = time.Minute })
	db := b.as("analyst")
	con, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	_, err = con.QueryContext(ctx, slow)
	if err == nil {
		t.Error("no error")
	}
	_ = con.Raw(func(any) error { return driver.ErrBadConn }) // closes the connection, and with it the session
	_ = con.Close()
	end := time.Now().Add(5 * time.Second)
	for b.History("")[0].Status == "RUNNING" && time.Now().Before(end) {
		time.Sleep(5 * time.Millisecond)
	}
	if e := b.History("")[0]; e.Status != "CANCELED" {
		t.Errorf("%+v", e)
	}
}

func TestWarm(t *testing.T) {
	b := newBench(t, nil)
	b.Warm()
	for range 2 {
		if rows, _, err := b.streams("analyst", "SELECT id, name FROM shop.many"); err != nil || sum(rows) != 300_000 {
			t.Fatal(rows, err)
		}
		b.ExpireSessions("")
	}
	if h := b.History(""); h[1].Ended.Sub(h[1].Started) > 50*time.Millisecond || h[1].Rows != 300_000 {
		t.Errorf("the second took %s", h[1].Ended.Sub(h[1].Started))
	}
	if got := b.ask(b.as("emea"), "SELECT id, name FROM shop.many"); !strings.Contains(got, "42501") {
		t.Errorf("another person got what is kept: %.80s", got)
	}
}

func TestTelemetryIsCounted(t *testing.T) {
	b := newBench(t, nil)
	if b.ask(b.as("analyst"), "SELECT 1"); b.Telemetry() != 0 {
		t.Error("something was counted that did not come")
	}
	for i, path := range []string{"/api/2.0/connector-service/feature-flags/GOLANG/1.14.0", "/telemetry-ext", "/telemetry-unauth"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url.String()+path, nil)
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 404 || b.Telemetry() != i+1 {
			t.Errorf("%s: %d, %d counted", path, resp.StatusCode, b.Telemetry())
		}
	}
}

func TestSwitches(t *testing.T) {
	b := newBench(t, nil)
	b.ask(b.as("emea"), "SELECT 1")
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/_sandbox/history?person=emea@acme.example", 200}, {"GET", "/_sandbox/calls", 200}, {"GET", "/_sandbox/sessions", 200}, {"POST", "/_sandbox/refuse?table=lake.shop.orders", 204},
		{"POST", "/_sandbox/pad?rows=2", 204}, {"POST", "/_sandbox/contradict?column=id", 204}, {"POST", "/_sandbox/warm", 204},
		{"POST", "/_sandbox/sessions/expire", 200}, {"POST", "/_sandbox/links/expire", 200}, {"GET", "/_sandbox/faults", 200}, {"GET", "/nosuch", 404},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), c.method, b.url.String()+c.path, nil)
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s %s: %s", c.method, c.path, strconv.Itoa(resp.StatusCode))
		}
	}
	if !b.Refused("lake.shop.orders") || b.pad != 2 || b.Sessions("") != 0 {
		t.Error("the switches do nothing")
	}
}
