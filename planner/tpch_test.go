package planner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// tpchTables are TPC-H's tables; a star marks the columns of a key.
var tpchTables = map[string]string{
	"region":   "*r_regionkey int8, r_name text, r_comment text",
	"nation":   "*n_nationkey int8, n_name text, n_regionkey int8, n_comment text",
	"supplier": "*s_suppkey int8, s_name text, s_address text, s_nationkey int8, s_phone text, s_acctbal numeric, s_comment text",
	"part":     "*p_partkey int8, p_name text, p_mfgr text, p_brand text, p_type text, p_size int4, p_container text, p_retailprice numeric, p_comment text",
	"partsupp": "*ps_partkey int8, *ps_suppkey int8, ps_availqty int4, ps_supplycost numeric, ps_comment text",
	"customer": "*c_custkey int8, c_name text, c_address text, c_nationkey int8, c_phone text, c_acctbal numeric, c_mktsegment text, c_comment text",
	"orders": "*o_orderkey int8, o_custkey int8, o_orderstatus text, o_totalprice numeric, o_orderdate date, o_orderpriority text, o_clerk text, " +
		"o_shippriority int4, o_comment text",
	"lineitem": "*l_orderkey int8, l_partkey int8, l_suppkey int8, *l_linenumber int4, l_quantity numeric, l_extendedprice numeric, l_discount numeric, " +
		"l_tax numeric, l_returnflag text, l_linestatus text, l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text",
}

// tpchView spreads the tables: those that second names are on one server, the rest on the other.
func tpchView(second string) *semantic.View {
	var out []*plan.Table
	for name, columns := range tpchTables {
		t := &plan.Table{Connection: "first", Schema: "public", Name: name, Object: "public." + name, OID: uint32(20000 + len(out))}
		if slices.Contains(strings.Split(second, ","), name) {
			t.Connection = "second"
		}
		for i, def := range strings.Split(columns, ", ") {
			column, typ, _ := strings.Cut(strings.TrimPrefix(def, "*"), " ")
			if strings.HasPrefix(def, "*") {
				t.Key = append(t.Key, i)
			}
			oid, _ := pgcat.TypesByName(typ)
			c := plan.Column{Name: column, Physical: column, Type: plan.Type{OID: oid.OID, Mod: -1}, Num: int16(i + 1)}
			if oid.OID == pgcat.Numeric {
				c.Type.Mod = 15<<16 + 2 + 4
			}
			t.Columns = append(t.Columns, c)
		}
		out = append(out, t)
	}
	return semantic.NewView(nil, out, nil)
}

// TestTPCH plans the 22 queries over two PostgreSQL servers. Nowhere is a cross product that the query does not have.
func TestTPCH(t *testing.T) {
	server := source.Capabilities{Language: "postgres", Collation: "C.UTF-8"}
	golden.Run(t, "testdata/tpch/*.test", func(t *testing.T, c *golden.Case) string {
		sql, err := os.ReadFile(filepath.Join("../testdata/tpch", c.Input+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Prepare(Input{Query: plan.Span{Text: string(sql)}, View: tpchView(c.Arg("second")),
			Sources:  map[string]source.Capabilities{"first": server, "second": server},
			Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
		if err != nil {
			return pgerr.From(err).Code + " " + err.Error()
		}
		if p.Remainder == nil {
			return p.Path.String()
		}
		whole := plan.Format(withFragments(p))
		if strings.Contains(whole, "inner join\n") {
			t.Errorf("%s: a cross product\n%s", c.Input, whole)
		}
		return whole
	})
}

// withFragments puts each fragment's plan where it stands.
func withFragments(p *Prepared) plan.Node {
	return deep(p.Remainder, func(n plan.Node) plan.Node {
		r, ok := n.(*plan.Remote)
		if !ok {
			return n
		}
		c := *r
		c.Plan = p.Fragments[r.ID].Plan
		return &c
	})
}
