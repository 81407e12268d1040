package dialect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// tpchTables are TPC-H's tables with the types that generators give them.
var tpchTables = map[string]string{
	"region":   "r_regionkey int8, r_name text, r_comment text",
	"nation":   "n_nationkey int8, n_name text, n_regionkey int8, n_comment text",
	"supplier": "s_suppkey int8, s_name text, s_address text, s_nationkey int8, s_phone text, s_acctbal numeric, s_comment text",
	"part":     "p_partkey int8, p_name text, p_mfgr text, p_brand text, p_type text, p_size int4, p_container text, p_retailprice numeric, p_comment text",
	"partsupp": "ps_partkey int8, ps_suppkey int8, ps_availqty int4, ps_supplycost numeric, ps_comment text",
	"customer": "c_custkey int8, c_name text, c_address text, c_nationkey int8, c_phone text, c_acctbal numeric, c_mktsegment text, c_comment text",
	"orders": "o_orderkey int8, o_custkey int8, o_orderstatus text, o_totalprice numeric, o_orderdate date, o_orderpriority text, o_clerk text, " +
		"o_shippriority int4, o_comment text",
	"lineitem": "l_orderkey int8, l_partkey int8, l_suppkey int8, l_linenumber int4, l_quantity numeric, l_extendedprice numeric, l_discount numeric, " +
		"l_tax numeric, l_returnflag text, l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text",
}

// houseTables are relations of a warehouse; a numeric is numeric(15,2).
func houseTables(defs map[string]string) []*plan.Table {
	var out []*plan.Table
	for name, columns := range defs {
		t := &plan.Table{Connection: "sf", Schema: "public", Name: name, Object: "tpch." + name, OID: uint32(20000 + len(out))}
		for i, def := range strings.Split(columns, ", ") {
			column, typ, _ := strings.Cut(def, " ")
			oid, _ := pgcat.TypesByName(typ)
			c := plan.Column{Name: column, Physical: column, Type: plan.Type{OID: oid.OID, Mod: -1}, Num: int16(i + 1)}
			if oid.OID == pgcat.Numeric {
				c.Type.Mod = 15<<16 + 2 + 4
			}
			t.Columns = append(t.Columns, c)
		}
		out = append(out, t)
	}
	return out
}

// prepared plans a query over one warehouse and prints its fragment.
func prepared(t *testing.T, view *semantic.View, language, sql string) (*planner.Prepared, dialect.Text, error) {
	t.Helper()
	p, err := planner.Prepare(planner.Input{Query: plan.Span{Text: sql}, View: view,
		Sources:  map[string]source.Capabilities{"sf": {Language: language, Collation: "C.UTF-8"}},
		Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil || p.Path != planner.Direct {
		return p, dialect.Text{}, err
	}
	now := datum.Timestamp(time.Now().UnixMicro())
	root, err := plan.Fill(p.Fragments[0].Plan, nil, &datum.Env{ZoneName: "UTC", Now: now, Statement: now})
	if err != nil {
		return p, dialect.Text{}, err
	}
	sf, _ := dialect.SQLFor(language, "C.UTF-8", plan.Settings{TimeZone: "UTC", DateStyle: "ISO, MDY"})
	text, err := sf.Print(root, p.Out)
	return p, text, err
}

// TestTPCHIsSaidWhole: a warehouse answers each of the 22 queries with one statement.
func TestTPCHIsSaidWhole(t *testing.T) {
	tables, byName := houseTables(tpchTables), map[string]*plan.Table{}
	for _, table := range tables {
		byName[table.Name] = table
	}
	view := semantic.NewView(nil, tables, nil)
	files, _ := filepath.Glob("../testdata/tpch/q*.sql")
	if len(files) != 22 {
		t.Fatal(len(files))
	}
	for _, h := range houses() {
		for _, f := range files {
			t.Run(h.language+"/"+filepath.Base(f), func(t *testing.T) {
				sql, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				p, text, err := prepared(t, view, h.language, string(sql))
				if err != nil || p.Path != planner.Direct {
					t.Fatalf("%v %v %v", p.Path, err, p.Notes)
				}
				if _, _, failed := h.compile(text.Text, byName); failed != "" {
					t.Errorf("%s\n%s", failed, text.Text)
				}
			})
		}
	}
}
