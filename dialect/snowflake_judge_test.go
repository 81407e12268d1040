package dialect_test

import (
	"context"
	"database/sql"
	"errors"
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
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// sfRig is PostgreSQL 17 with some tables, and the emulator's reading of Snowflake's SQL over the same rows.
type sfRig struct {
	*pgRig
	duck   *sql.Conn
	view   *semantic.View
	tables map[string]sfsql.Relation
}

func newSFRig(t *testing.T, script string) *sfRig {
	r := &sfRig{pgRig: newPGRig(t, script), tables: map[string]sfsql.Relation{}}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if r.duck, err = db.Conn(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.duck.Close() })
	for _, s := range sfsql.Setup() {
		r.execute(s)
	}
	var tables []*plan.Table
	for _, table := range r.pgRig.tables() {
		table.Connection = "sf"
		tables = append(tables, table)
		r.load(table)
	}
	r.view = semantic.NewView(nil, tables, nil)
	return r
}

func (r *sfRig) execute(text string) {
	r.t.Helper()
	if _, err := r.duck.ExecContext(context.Background(), text); err != nil {
		r.t.Fatal(text, err)
	}
}

// sfTypes are the types by which Snowflake would hold PostgreSQL's values.
var sfTypes = map[uint32]sfsql.Type{
	pgcat.Bool: {Kind: sfsql.Boolean}, pgcat.Int2: {Kind: sfsql.Number, Precision: 38}, pgcat.Int4: {Kind: sfsql.Number, Precision: 38},
	pgcat.Int8: {Kind: sfsql.Number, Precision: 38}, pgcat.Float8: {Kind: sfsql.Float}, pgcat.Bytea: {Kind: sfsql.Binary, Length: 1000},
	pgcat.Text: {Kind: sfsql.Varchar, Length: 16777216}, pgcat.Varchar: {Kind: sfsql.Varchar, Length: 16777216}, pgcat.Bpchar: {Kind: sfsql.Varchar, Length: 16777216},
	pgcat.Date: {Kind: sfsql.Date}, pgcat.Time: {Kind: sfsql.Time, Scale: 9}, pgcat.Timestamp: {Kind: sfsql.TimestampNTZ, Scale: 9}, pgcat.TimestampTZ: {Kind: sfsql.TimestampLTZ, Scale: 9},
}

func sfRelation(table *plan.Table) sfsql.Relation {
	rel := sfsql.Relation{From: "src." + table.Name}
	for _, c := range table.Columns {
		typ := sfTypes[c.Type.OID]
		if c.Type.OID == pgcat.Numeric {
			typ = sfsql.Type{Kind: sfsql.Number, Precision: int(c.Type.Mod-4) >> 16, Scale: int(c.Type.Mod-4) & 0x7ff}
		}
		rel.Columns = append(rel.Columns, sfsql.Column{Name: c.Name, Type: typ, Nullable: true})
	}
	return rel
}

// load copies a table's rows.
func (r *sfRig) load(table *plan.Table) {
	rel := sfRelation(table)
	var defs, casts []string
	for i, c := range table.Columns {
		typ := rel.Columns[i].Type
		defs = append(defs, `"`+c.Name+`" `+typ.DuckDB())
		cast := "CAST(? AS " + typ.DuckDB() + ")"
		if c.Type.OID == pgcat.Bytea {
			cast = "from_hex(substr(?, 3))"
		}
		casts = append(casts, cast)
	}
	r.execute("CREATE SCHEMA IF NOT EXISTS src")
	r.execute("CREATE TABLE src." + table.Name + " (" + strings.Join(defs, ", ") + ")")
	for _, row := range r.must("SELECT * FROM " + table.Name) {
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
	r.tables[table.Name] = rel
}

func sfEnv(tables map[string]sfsql.Relation) sfsql.Env {
	return sfsql.Env{Database: "DEMO", Schema: "public", Role: "R", User: "U", Warehouse: "W",
		Parameters: map[string]string{"TIMEZONE": "UTC", "WEEK_START": "1", "WEEK_OF_YEAR_POLICY": "0"},
		Table: func(_, _, name string) (sfsql.Relation, error) {
			if rel, ok := tables[name]; ok {
				return rel, nil
			}
			return sfsql.Relation{}, errors.New("no such table")
		}}
}

// snowflake answers a printed text by the emulator, each cell as PostgreSQL would write it.
func (r *sfRig) snowflake(text dialect.Text) (rows [][]string, failure string) {
	q, sfErr := sfsql.Compile(text.Text, sfEnv(r.tables))
	if sfErr != nil {
		return nil, "not compiled: " + sfErr.Message
	}
	names, items := make([]string, len(q.Columns)), make([]string, len(q.Columns))
	for i, c := range q.Columns {
		names[i] = fmt.Sprintf("a%d", i)
		items[i] = "CAST(" + names[i] + " AS VARCHAR)"
		if c.Type.Kind == sfsql.Binary {
			items[i] = "'\\x' || lower(hex(" + names[i] + "))"
		}
	}
	found, err := r.duck.QueryContext(context.Background(), "SELECT "+strings.Join(items, ", ")+" FROM ("+q.SQL+") AS r("+strings.Join(names, ", ")+")")
	if err != nil {
		return nil, raised(err)
	}
	defer found.Close()
	for found.Next() {
		cells, dest := make([]sql.NullString, len(items)), make([]any, len(items))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := found.Scan(dest...); err != nil {
			return nil, raised(err)
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = cell(c, text.Columns[i].Type.OID)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		return nil, raised(err)
	}
	return rows, ""
}

func raised(err error) string {
	e := sfsql.Translate(err)
	if e == nil {
		return "DuckDB: " + err.Error()
	}
	if ours, ok := dialect.RaisedError(e.Message); ok {
		return ours.Code + " " + ours.Message
	}
	return fmt.Sprintf("%d %s", e.Number, e.Message)
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
func (r *sfRig) judged(query string, loose bool) string {
	r.t.Helper()
	p, text, err := prepared(r.t, r.view, query)
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
	got, code := r.snowflake(text)
	if wantCode != "" && code != "" && !strings.HasPrefix(code, "not compiled") && !strings.HasPrefix(code, "DuckDB") {
		return "error"
	}
	if strings.HasPrefix(code, "100046 ") { // more than 38 digits, a listed difference
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

// TestSnowflakeJudged: whatever the dialect says gives PostgreSQL's rows, through the emulator's reading of Snowflake's SQL.
func TestSnowflakeJudged(t *testing.T) {
	r := newSFRig(t, "testdata/snowflake/data.sql")
	same, refused := 0, map[string]int{}
	for _, query := range corpus(t, "testdata/snowflake/[fq]*") {
		if why := r.judged(query, false); why != "" {
			refused[why]++
			if why == "not said" || strings.HasPrefix(why, "refused") {
				t.Errorf("%s: %s", why, query)
			}
		} else {
			same++
		}
	}
	t.Logf("%d equal; %v", same, refused)
}
