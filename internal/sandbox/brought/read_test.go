package brought

import (
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ordersCSV = "id,customer,price,ordered\n1,Ada,1.50,2026-01-02\n2,Grace,20.25,2026-02-03\n3,Joan,,2026-03-04\n"

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, file, text, want string
	}{
		{"no table", "sf/", "", "there is no table"},
		{"a file among the sources", "orders.csv", ordersCSV, "orders.csv: it is no folder of a source"},
		{"a file among the schemas", "sf/orders.csv", ordersCSV, "orders.csv: it is no folder of a schema"},
		{"unknown kind", "pond/shop/orders.csv", ordersCSV, "pond: the name does not say what kind of source it is"},
		{"wrong name", "SF/shop/orders.csv", ordersCSV, "lower-case letters"},
		{"twice at Salesforce", "crm/b/orders.csv", ordersCSV, "the source has the table orders already"},
		{"no place for it", "sf/objects.yaml", "", "it is no folder of a schema"},
		{"other files", "sf/shop/orders.xlsx", "x", "orders.xlsx: it is neither .parquet nor .csv"},
		{"broken file", "sf/shop/orders.parquet", "no parquet", "orders.parquet: it cannot be read"},
		{"empty source", "sf/shop/", "", "sf: the source has no table"},
		{"no folder", "", "", "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "nosuch")
			if c.file != "" {
				dir = sandboxtest.Folder(t, map[string]string{c.file: c.text})
				if c.name == "twice at Salesforce" {
					dir = sandboxtest.Folder(t, map[string]string{c.file: c.text, "crm/a/orders.csv": c.text, "crm/objects.yaml": ""})
				}
			}
			if c.name == "no table" {
				dir = sandboxtest.Folder(t, nil)
			}
			_, err := Read(t.Context(), dir)
			if err == nil || pgerr.Code(err) != pgerr.ConfigFile || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestGrantsAreStrict(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "roles: {A: {member: [analyst]}}\ntables: {sf.shop.orders: {select: [A]}}\n", "grants.yaml:1:13"},
		{"unknown role", "roles: {A: {members: []}}\ntables: {sf.shop.orders: {select: [B]}}\n", "grants.yaml:2:36: there is no role B"},
		{"unknown table", "roles: {A: {members: []}}\ntables: {sf.shop.order: {select: [A]}}\n", "grants.yaml:2:10: there is no table sf.shop.order"},
		{"unknown column", "roles: {A: {members: []}}\ntables: {sf.shop.orders: {select: [A], columns: {A: [nosuch]}}}\n", "has no column nosuch"},
		{"rows of who may not read", "roles: {A: {members: []}, B: {members: []}}\ntables: {sf.shop.orders: {select: [A], rows: {B: id = 1}}}\n", "the role B may not read the table"},
		{"no yaml", "roles: [", "grants.yaml:1:"},
		{"empty", "", "the file is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"sf/shop/orders.csv": ordersCSV, "grants.yaml": c.text}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTypesOfFiles(t *testing.T) {
	dir := sandboxtest.Folder(t, map[string]string{"sf/shop/.keep": ""})
	db := sandboxtest.Database(t)
	file := filepath.Join(dir, "sf", "shop", "Order Lines.parquet")
	err := db.Exec(t.Context(), `COPY (SELECT 1::TINYINT AS "a", 2::INTEGER AS "user", 3::BIGINT AS "C c", 4::UBIGINT AS d, 5.25::DECIMAL(9,2) AS e, 6.5::FLOAT AS f, 'x' AS g,
		'x'::BLOB AS h, true AS i, DATE '2026-01-01' AS j, TIME '12:00' AS k, TIMESTAMP '2026-01-01 12:00' AS l, TIMESTAMPTZ '2026-01-01 12:00:00+00' AS m) TO '`+file+`'`)
	if err != nil {
		t.Fatal(err)
	}
	data, err := Read(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := data.Sources[0].Tables[0].Load(t.Context(), db, "t"); err != nil {
		t.Error(err)
	}
	models, err := data.Models()
	if err != nil {
		t.Fatal(err)
	}
	want := `order_lines:
  source: {connection: sf, object: 'shop.Order Lines'}
  properties:
    a: {column: 'a', type: 'smallint'}
    user_: {column: 'user', type: 'integer'}
    c_c: {column: 'C c', type: 'bigint'}
    d: {column: 'd', type: 'numeric(20,0)'}
    e: {column: 'e', type: 'numeric(9,2)'}
    f: {column: 'f', type: 'double precision'}
    g: {column: 'g', type: 'text'}
    h: {column: 'h', type: 'bytea'}
    i: {column: 'i', type: 'boolean'}
    j: {column: 'j', type: 'date'}
    k: {column: 'k', type: 'time'}
    l: {column: 'l', type: 'timestamp'}
    m: {column: 'm', type: 'timestamptz'}
`
	if got := models["shop"]; len(got) != 2 || got[0].Text != "name: shop\n" || got[1].Text != want {
		t.Errorf("got %+v", got)
	}
}

func TestKindsDifferInTypesAndObjects(t *testing.T) {
	const file = "no,at,n\n1,12:00:00,5\n"
	data, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"lake/shop/a.csv": file, "crm/shop/Deal__c.csv": file, "sf/shop/c.csv": file}))
	if err != nil {
		t.Fatal(err)
	}
	models, err := data.Models()
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, s := range data.Sources {
		c := s.Tables[0].Columns
		if c[0].Made {
			c = c[1:] // Salesforce's Id
		}
		got += string(s.Kind) + ": " + s.Tables[0].DuckDB(c[0]) + ", " + s.Tables[0].DuckDB(c[1]) + "\n"
	}
	for _, f := range models["shop"] {
		got += f.Text
	}
	for _, want := range []string{"databricks: BIGINT, VARCHAR", "salesforce: BIGINT, TIME", "snowflake: DECIMAL(18,0), TIME",
		"{connection: lake, object: 'shop.a'}", "{connection: crm, object: 'Deal__c'}", "at: {column: 'at', type: 'text'}", "at: {column: 'at', type: 'time'}"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestNumbersOfCSV(t *testing.T) {
	data, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"sf/shop/n.csv": "a,b,c,d\n1.50,1e5,7,-0.001\n,2,8,12\n"}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range data.Sources[0].Tables[0].Columns {
		got = append(got, c.Postgres())
	}
	if want := "numeric(18,2), double precision, bigint, numeric(18,3)"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", got)
	}
}

func TestRelationships(t *testing.T) {
	files := map[string]string{"sf/shop/orders.csv": ordersCSV, "pg1/shop/customer.csv": "name\nAda\n", "relationships.yaml": `shop:
  order_customer: {from: orders, to: customer, on: {customer: name}, keys_flow: [from-to, to-from]}
`}
	data, err := Read(t.Context(), sandboxtest.Folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	models, err := data.Models()
	want := "name: shop\nrelationships:\n  order_customer: {from: orders, to: customer, on: {customer: name}, keys_flow: [from-to, to-from]}\n"
	if err != nil || models["shop"][0].Text != want {
		t.Error(models["shop"][0].Text, err)
	}
	for text, want := range map[string]string{
		"shop: {a: {from: order, to: customer, on: {customer: name}}}":                       "relationships.yaml:1:8: the schema shop has no table order",
		"shop: {a: {from: orders, to: customer, on: {customer: nosuch}}}":                    "the table customer has no column nosuch",
		"shop: {a: {from: orders, to: customer, on: {customer: name}, keys_flow: sideways}}": "sideways",
	} {
		files["relationships.yaml"] = text
		if _, err := Read(t.Context(), sandboxtest.Folder(t, files)); err == nil || !strings.Contains(err.Error(), want) {
			t.Error(err)
		}
	}
}

func TestDigitsOfIntegers(t *testing.T) {
	data, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"sf/shop/n.csv": "a,b,c\n1,999999999999999999,1000000000000000000\n,-5,2\n"}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range data.Sources[0].Tables[0].Columns {
		got = append(got, c.DuckDB()+" "+c.Postgres())
	}
	if want := "DECIMAL(18,0) bigint, DECIMAL(18,0) bigint, DECIMAL(19,0) bigint"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", got)
	}
}

func TestModelsNeedAName(t *testing.T) {
	data, err := Read(t.Context(), sandboxtest.Folder(t, map[string]string{"sf/public/orders.csv": ordersCSV}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := data.Models(); err == nil || !strings.Contains(err.Error(), "cannot name a model") {
		t.Error(err)
	}
}
