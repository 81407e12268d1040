package dialect_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// house is an emulator's reading of one warehouse's language.
type house struct {
	language string
	setup    []string
	// column is the DuckDB type of a table's column, "" where the warehouse has no such type.
	column func(plan.Column) string
	// compile makes DuckDB text of a statement over tables; binary says which of its columns are bytes.
	compile func(text string, tables map[string]*plan.Table) (query string, binary []bool, failure string)
	// translate is what the warehouse says for an error of DuckDB's, "" for one that it would not raise.
	translate func(error) string
	overflow  string // begins its words for more than 38 digits
}

// houses are the warehouses.
func houses() []house { return []house{snowflakeHouse(), databricksHouse()} }

// houseRig is PostgreSQL 17 with some tables, and an emulator's reading over the same rows.
type houseRig struct {
	*pgRig
	house
	duck *sql.Conn
	view *semantic.View
	held map[string]*plan.Table
}

func newHouseRig(t *testing.T, pg *pgRig, h house) *houseRig {
	r := &houseRig{pgRig: pg, house: h, held: map[string]*plan.Table{}}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if r.duck, err = db.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.duck.Close() })
	for _, s := range h.setup {
		r.execute(s)
	}
	r.execute("CREATE SCHEMA IF NOT EXISTS src")
	var tables []*plan.Table
	for _, table := range r.pgRig.tables() {
		table.Connection = "sf"
		table.Columns = slices.DeleteFunc(table.Columns, func(c plan.Column) bool { return h.column(c) == "" })
		tables = append(tables, table)
		r.load(table)
	}
	r.view = semantic.NewView(nil, tables, nil)
	return r
}

func (r *houseRig) execute(text string) {
	r.t.Helper()
	if _, err := r.duck.ExecContext(context.Background(), text); err != nil {
		r.t.Fatal(text, err)
	}
}

// load copies a table's rows.
func (r *houseRig) load(table *plan.Table) {
	var names, defs, casts []string
	for _, c := range table.Columns {
		typ := r.column(c)
		names, defs = append(names, c.Name), append(defs, `"`+c.Name+`" `+typ)
		cast := "CAST(? AS " + typ + ")"
		if c.Type.OID == pgcat.Bytea {
			cast = "from_hex(substr(?, 3))"
		}
		casts = append(casts, cast)
	}
	r.execute("CREATE TABLE src." + table.Name + " (" + strings.Join(defs, ", ") + ")")
	for _, row := range r.must("SELECT " + strings.Join(names, ", ") + " FROM " + table.Name) {
		args := make([]any, len(row))
		for i, cell := range row {
			if cell != "∅" {
				args[i] = cell
			}
		}
		if _, err := r.duck.ExecContext(context.Background(), "INSERT INTO src."+table.Name+" VALUES ("+strings.Join(casts, ", ")+")", args...); err != nil {
			r.t.Fatal(err)
		}
	}
	r.held[table.Name] = table
}

// answer is that of the emulator to a printed text, each cell as PostgreSQL would write it.
func (r *houseRig) answer(text dialect.Text) (rows [][]string, failure string) {
	query, binary, failure := r.compile(text.Text, r.held)
	if failure != "" {
		return nil, "not compiled: " + failure
	}
	names, items := make([]string, len(binary)), make([]string, len(binary))
	for i, bytes := range binary {
		names[i] = fmt.Sprintf("a%d", i)
		items[i] = "CAST(" + names[i] + " AS VARCHAR)"
		if bytes {
			items[i] = "'\\x' || lower(hex(" + names[i] + "))"
		}
	}
	found, err := r.duck.QueryContext(context.Background(), "SELECT "+strings.Join(items, ", ")+" FROM ("+query+") AS r("+strings.Join(names, ", ")+")")
	if err != nil {
		return nil, r.raised(err)
	}
	defer found.Close()
	for found.Next() {
		cells, dest := make([]sql.NullString, len(items)), make([]any, len(items))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := found.Scan(dest...); err != nil {
			return nil, r.raised(err)
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = cell(c, text.Columns[i].Type.OID)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		return nil, r.raised(err)
	}
	return rows, ""
}

func (r *houseRig) raised(err error) string {
	message := r.translate(err)
	if message == "" {
		return "DuckDB: " + err.Error()
	}
	if ours, ok := dialect.RaisedError(message); ok {
		return ours.Code + " " + ours.Message
	}
	return message
}

func cell(c sql.NullString, oid uint32) string {
	switch {
	case !c.Valid:
		return "∅"
	case oid == pgcat.Bool:
		return c.String[:1]
	case oid == pgcat.Float8:
		return float(c.String)
	case oid == pgcat.Bpchar:
		return strings.TrimRight(c.String, " ")
	case oid == pgcat.Numeric && strings.HasPrefix(strings.TrimPrefix(c.String, "-"), "."): // DuckDB's text of a DECIMAL(1,1)
		return strings.Replace(c.String, ".", "0.", 1)
	}
	return c.String
}

// float writes twelve digits: sums may differ beyond them.
func float(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) {
		return strings.TrimPrefix(strings.ToLower(text), "-")
	}
	if f == 0 {
		return "0"
	}
	return strconv.FormatFloat(f, 'g', 12, 64)
}

// judged compares one query; "" for equal answers, else why there is nothing to compare. With loose, one side may raise alone.
func (r *houseRig) judged(query string, loose bool) string {
	r.t.Helper()
	p, text, err := prepared(r.t, r.view, r.language, query)
	if err != nil {
		return "refused " + pgerr.Code(err)
	}
	if p.Path != planner.Direct {
		return "not said"
	}
	for _, c := range p.Columns {
		if c.Finish != planner.None {
			return "finished here"
		}
	}
	want, wantCode := r.run(query)
	for _, row := range want {
		for i, c := range text.Columns {
			if row[i] != "∅" && c.Type.OID == pgcat.Float8 {
				row[i] = float(row[i])
			}
			if c.Type.OID == pgcat.Bpchar {
				row[i] = strings.TrimRight(row[i], " ")
			}
		}
	}
	got, code := r.answer(text)
	if wantCode != "" && code != "" && !strings.HasPrefix(code, "not compiled") && !strings.HasPrefix(code, "DuckDB") {
		return "error"
	}
	if strings.HasPrefix(code, r.overflow) { // more than 38 digits, a listed difference
		return "overflow"
	}
	if loose && (strings.HasPrefix(wantCode+code, "22") || strings.HasPrefix(wantCode+code, "100051")) { // DECISIONS 24: who evaluates first may raise alone
		return "order"
	}
	if wantCode != "" || code != "" {
		r.t.Errorf("%s\n%s\nwant %q got %q", query, text.Text, wantCode, code)
		return "different"
	}
	if a, b := rowTexts(want), rowTexts(got); !slices.Equal(a, b) {
		r.t.Errorf("%s\n%s\nwant %q\ngot  %q", query, text.Text, a, b)
		return "different"
	}
	return ""
}

// TestWarehousesJudged: whatever a dialect says gives PostgreSQL's rows, through the emulator's reading of the warehouse's SQL.
func TestWarehousesJudged(t *testing.T) {
	pg := newPGRig(t, "testdata/snowflake/data.sql")
	for _, h := range houses() {
		t.Run(h.language, func(t *testing.T) {
			pg.t = t
			r := newHouseRig(t, pg, h)
			same, refused := 0, map[string]int{}
			queries := corpus(t, "testdata/snowflake/[fq]*[slr]")
			if h.language != "snowflake" {
				queries = append(queries, corpus(t, "testdata/"+h.language+"/[fq]*[slr]")...)
			}
			for _, query := range queries {
				switch why := r.judged(query, false); {
				case why == "":
					same++
				case h.language == "snowflake" && (why == "not said" || strings.HasPrefix(why, "refused")):
					t.Errorf("%s: %s", why, query)
				case why == "not said":
					t.Log(why, query)
					fallthrough
				default:
					refused[why]++
				}
			}
			t.Logf("%d equal; %v", same, refused)
			if same < 300 {
				t.Errorf("only %d are equal", same)
			}
		})
	}
}
