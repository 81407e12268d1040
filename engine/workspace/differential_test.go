package workspace

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// column of the test's tables: name, type name as PostgreSQL writes it, plan type.
type testColumn struct {
	name, sql string
	t         plan.Type
}

func ty(oid uint32) plan.Type { return plan.Type{OID: oid, Mod: -1} }

var mixedColumns = []testColumn{
	{"id", "int4", ty(pgcat.Int4)}, {"i2", "int2", ty(pgcat.Int2)}, {"i4", "int4", ty(pgcat.Int4)}, {"i8", "int8", ty(pgcat.Int8)},
	{"f4", "float4", ty(pgcat.Float4)}, {"f8", "float8", ty(pgcat.Float8)},
	{"n2", "numeric(12,2)", plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(12, 2)}}, {"n", "numeric", ty(pgcat.Numeric)},
	{"s", "text", ty(pgcat.Text)}, {"u", "text", ty(pgcat.Text)}, {"v", "varchar(8)", plan.Type{OID: pgcat.Varchar, Mod: 12}},
	{"b", "bool", ty(pgcat.Bool)}, {"d", "date", ty(pgcat.Date)}, {"ts", "timestamp", ty(pgcat.Timestamp)},
	{"tz", "timestamptz", ty(pgcat.TimestampTZ)}, {"iv", "interval", ty(pgcat.Interval)}, {"tm", "time", ty(pgcat.Time)},
	{"uu", "uuid", ty(pgcat.UUID)}, {"ba", "bytea", ty(pgcat.Bytea)}, {"ia", "int4[]", ty(pgcat.Int4Array)}, {"ta", "text[]", ty(pgcat.TextArray)},
	{"j", "jsonb", ty(pgcat.JSONB)}, {"ch", "char(4)", plan.Type{OID: pgcat.Bpchar, Mod: 8}},
}

// mixedRows is NULL-rich; \N is NULL.
var mixedRows = [][]string{
	strings.Split(`1|1|7|100|1.5|2.5|10.50|1.0|abc|a_c|x|t|2024-02-29|2024-02-29 13:14:15.123456|2024-03-10 09:30:00+00|1 mon 2 days 03:04:05|12:34:56|11111111-2222-3333-4444-555555555555|\x0102|{1,2,3}|{a,b}|{"a": 1}|ab`, "|"),
	strings.Split(`2|-3|-7|-9000000000|-0.25|-1e10|-0.01|1.00|ABC|a%c|yy|f|1999-12-31|1999-12-31 23:59:59.999999|1999-12-31 23:59:59+00|-1 days|00:00:00|aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee|\x|{}|{}|[1, 2]|b`, "|"),
	strings.Split(`3|0|2|0|0|0|0.00|0|étoile|x'y|\N|\N|2000-01-01|2000-01-01 00:00:00|2000-01-01 00:00:00+00|00:00:00|23:59:59.5|00000000-0000-0000-0000-000000000000|\xff|{NULL,5}|{NULL}|null|\N`, "|"),
	strings.Split(`4|32767|2147483647|9223372036854775807|3.4e38|1.7e308|9999999999.99|123456789012345678901234567890.123|  pad  ||zz|t|1970-01-01|1970-01-01 00:00:00|1970-01-01 00:00:00+00|1 year|06:00:00|\N|\N|{7}|{c,d,e}|{"b": {"c": [true]}}|ab`, "|"),
	strings.Split(`5|\N|\N|\N|NaN|NaN|\N|NaN|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N|\N`, "|"),
	strings.Split(`6|5|1|3|Infinity|-Infinity|3.33|-2.50|100%|a\\b|abc|f|2024-12-30|2024-12-30 08:00:00|2024-12-30 08:00:00+00|-1 mon|12:00:00|11111111-2222-3333-4444-555555555555|\x00|{1,2,3}|{a,b}|"x"|c`, "|"),
}

var otherColumns = []testColumn{{"k", "int4", ty(pgcat.Int4)}, {"g", "text", ty(pgcat.Text)}, {"x", "numeric(10,2)", plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(10, 2)}}, {"y", "int4", ty(pgcat.Int4)}}

var otherRows = [][]string{
	{"1", "p", "1.10", "3"}, {"1", "q", "2.20", "1"}, {"2", "p", `\N`, "2"}, {"3", `\N`, "4.40", `\N`}, {"9", "q", "5.55", "3"}, {`\N`, "p", "0.05", "7"},
}

func rowText(s string) (string, bool) {
	if s == `\N` {
		return "", false
	}
	return strings.ReplaceAll(s, `\\`, `\`), true
}

// records makes the Arrow form of a table.
func records(t testing.TB, cols []testColumn, rows [][]string) array.RecordReader {
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = arrow.Field{Name: c.name, Type: plan.ArrowType(c.t), Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, r := range rows {
		for i, c := range cols {
			var v datum.Value
			if text, ok := rowText(r[i]); ok {
				var err error
				if v, err = datum.In(c.t.OID, c.t.Mod, text, &datum.Env{}); err != nil {
					t.Fatalf("%s %q: %v", c.name, text, err)
				}
			}
			if err := plan.AppendArrow(b.Field(i), c.t, v); err != nil {
				t.Fatal(c.name, err)
			}
		}
	}
	r, err := array.NewRecordReader(schema, []arrow.RecordBatch{b.NewRecordBatch()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func table(name string, oid uint32, cols []testColumn) *plan.Table {
	t := &plan.Table{Connection: "catalog", Schema: "public", Name: name, Object: name, OID: oid}
	for i, c := range cols {
		t.Columns = append(t.Columns, plan.Column{Name: c.name, Physical: c.name, Type: c.t, Num: int16(i + 1)})
	}
	return t
}

type rig struct {
	t    *testing.T
	pool *Pool
	view *semantic.View
	pg   *pgconn.PgConn
	w    *Worker
	next int
	env  *datum.Env
	uses int
}

func newRig(t *testing.T) *rig {
	_, pg := oracle.Connected(t)
	r := &rig{t: t, env: testEnv, pg: pg, pool: testPool(t, Config{Size: 1})}
	r.view = semantic.NewView(nil, []*plan.Table{table("t", 90001, mixedColumns), table("o", 90002, otherColumns)}, nil)
	r.create("t", mixedColumns, mixedRows)
	r.create("o", otherColumns, otherRows)
	return r
}

func (r *rig) create(name string, cols []testColumn, rows [][]string) {
	var defs, lines []string
	for _, c := range cols {
		defs = append(defs, c.name+" "+c.sql)
	}
	for _, row := range rows {
		var vals []string
		for i, v := range row {
			if text, ok := rowText(v); ok {
				vals = append(vals, "'"+strings.ReplaceAll(text, "'", "''")+"'::"+cols[i].sql)
			} else {
				vals = append(vals, "NULL")
			}
		}
		lines = append(lines, "("+strings.Join(vals, ",")+")")
	}
	sql := fmt.Sprintf("CREATE TABLE %s (%s); INSERT INTO %s VALUES %s", name, strings.Join(defs, ","), name, strings.Join(lines, ","))
	if _, err := r.pg.Exec(r.t.Context(), sql).ReadAll(); err != nil {
		r.t.Fatal(err)
	}
}

// oracleRows is PostgreSQL's answer as text, or its SQLSTATE.
func (r *rig) oracleRows(sql string) ([]string, string) {
	results, err := r.pg.Exec(context.Background(), sql).ReadAll()
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return nil, e.Code
	}
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, row := range results[0].Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = string(c); c == nil {
				cells[i] = "∅"
			}
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, ""
}

// renew takes a new worker every few queries: each load adds a table.
func (r *rig) renew() {
	if r.uses++; r.w != nil && r.uses%16 == 0 {
		r.w.Close()
	}
	if r.w == nil || !r.w.alive() {
		r.w = testWorker(r.t, r.pool)
	}
}

func (r *rig) worker() *Worker { return r.w }

var testEnv = zoneEnv("UTC")

func zoneEnv(name string) *datum.Env {
	zone, _, _ := datum.LoadZone(name)
	return &datum.Env{Zone: zone, ZoneName: name, ExtraFloatDigits: 1,
		Now: datum.Timestamp(time.Now().UnixMicro()), Statement: datum.Timestamp(time.Now().UnixMicro())}
}

// remotes replaces each Scan by a Remote and loads its rows.
func (r *rig) remotes(n plan.Node, tables map[int]string) plan.Node {
	sub := func(e plan.Expr) plan.Expr {
		if s, ok := e.(*plan.Subquery); ok {
			c := *s
			c.Plan = r.remotes(s.Plan, tables)
			return &c
		}
		return e
	}
	return plan.Transform(plan.Map(n, sub), func(n plan.Node) plan.Node {
		s, ok := n.(*plan.Scan)
		if !ok {
			return n
		}
		r.next++
		cols, rows := mixedColumns, mixedRows
		if s.Table.Name == "o" {
			cols, rows = otherColumns, otherRows
		}
		pick, data := []testColumn{}, make([][]string, len(rows))
		for _, f := range s.Fields {
			pick = append(pick, cols[f])
			for i := range rows {
				data[i] = append(data[i], rows[i][f])
			}
		}
		name := fmt.Sprintf("f%d", r.next)
		out := s.Out
		if len(pick) == 0 {
			pick, out = cols[:1], []plan.Col{{ID: 99999, Type: cols[0].t}}
			for i := range rows {
				data[i] = rows[i][:1]
			}
		}
		if err := r.worker().Load(context.Background(), name, out, records(r.t, pick, data)); err != nil {
			r.t.Fatal(err)
		}
		tables[r.next] = name
		return &plan.Remote{ID: r.next, Connection: "catalog", Plan: s}
	})
}

// ours is the answer of bind, printer and worker.
func (r *rig) ours(sql string) (rows []string, code, text string) {
	res, err := bind.Query(bind.Input{Query: plan.Span{Text: sql}, View: r.view, Settings: plan.Settings{SearchPath: "public", TimeZone: r.env.ZoneName, DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
	if err != nil {
		return nil, pgerr.Code(err), "bind: " + err.Error()
	}
	root, err := plan.Fill(res.Root, nil, r.env)
	if err != nil {
		return nil, pgerr.Code(err), "fill: " + err.Error()
	}
	tables := map[int]string{}
	r.renew()
	root = r.remotes(root, tables)
	var out []plan.ColID
	for _, c := range res.Columns {
		out = append(out, c.ID)
	}
	st, err := dialect.DuckDB(root, out, tables)
	if err != nil {
		return nil, pgerr.Code(err), "print: " + err.Error()
	}
	st.Env = r.env
	rows, err = r.read(st, len(out))
	if err != nil {
		e := pgerr.From(err)
		return nil, e.Code, fmt.Sprintf("%v (%v)\n%s", err, e.Unwrap(), st.SQL)
	}
	return rows, "", st.SQL
}

func (r *rig) read(st dialect.Statement, columns int) ([]string, error) {
	q, err := r.worker().Query(context.Background(), st, time.Minute)
	if err != nil {
		return nil, err
	}
	defer q.Release()
	var rows []string
	for q.Next() {
		b := q.RecordBatch()
		for i := range int(b.NumRows()) {
			cells := make([]string, columns)
			for c, t := range st.Types[:columns] {
				if b.Column(c).IsNull(i) {
					cells[c] = "∅"
					continue
				}
				v := plan.ArrowValue(b.Column(c), i, t)
				cells[c] = string(datum.AppendText(nil, t.OID, v, r.env))
				if t.OID == pgcat.Bpchar && t.Mod > 4 {
					cells[c] = fmt.Sprintf("%-*s", t.Mod-4, cells[c])
				}
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
	}
	return rows, q.Err()
}
