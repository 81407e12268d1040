package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// shop is a model that can be said in DDL, with every type that a property can have.
func shop(t *testing.T) *semantic.Model {
	t.Helper()
	m, err := semantic.LoadFiles([]semantic.File{
		{Name: "model.yaml", Data: []byte(`
name: shop
description: A shop.
relationships:
  order_customer: {from: orders, to: customers, on: {country: country, customer: id}, description: Who ordered.}
  order_before: {from: orders, to: orders, on: {before: id}}
`)},
		{Name: "customers.yaml", Data: []byte(`
customers:
  source: {connection: c, object: o}
  key: [country, id]
  description: Who buys.
  properties:
    id: {column: c, type: int4}
    country: {column: c, type: char(2)}
    name: {column: c, type: text, not_null: true, description: In full.}
`)},
		{Name: "orders.yaml", Data: []byte(`
orders:
  source: {connection: c, object: o}
  key: id
  properties:
    id: {column: c, type: bigint}
    country: {column: c, type: char(2)}
    customer: {column: c, type: int4}
    before: {column: c, type: int8}
    flag: {column: c, type: bool}
    small: {column: c, type: int2}
    single: {column: c, type: real}
    double: {column: c, type: float8}
    price: {column: c, type: "numeric(18,2)"}
    any_number: {column: c, type: numeric}
    code: {column: c, type: varchar(20)}
    free: {column: c, type: varchar}
    data: {column: c, type: bytea}
    day: {column: c, type: date}
    clock: {column: c, type: time}
    clock_tz: {column: c, type: timetz}
    at: {column: c, type: timestamp(3)}
    at_tz: {column: c, type: timestamptz}
    took: {column: c, type: interval}
    ref: {column: c, type: uuid}
    doc: {column: c, type: json}
    docb: {column: c, type: jsonb}
    tags: {column: c, type: "text[]"}
    prices: {column: c, type: "numeric(9,1)[]"}
`)},
	}, semantic.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ddl says the model in PostgreSQL.
func ddl(m *semantic.Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE SCHEMA %s; COMMENT ON SCHEMA %[1]s IS '%s'; SET search_path = %[1]s;\n", m.Name, m.Description)
	for _, e := range m.Entities {
		var parts []string
		for _, p := range e.Properties {
			parts = append(parts, p.Name+" "+semantic.FormatType(p.Type)+map[bool]string{true: " NOT NULL"}[p.NotNull])
		}
		fmt.Fprintf(&b, "CREATE TABLE %s (%s, PRIMARY KEY (%s));\n", e.Name, strings.Join(parts, ", "), strings.Join(e.Key, ", "))
		if e.Description != "" {
			fmt.Fprintf(&b, "COMMENT ON TABLE %s IS '%s';\n", e.Name, e.Description)
		}
		for _, p := range e.Properties {
			if p.Description != "" {
				fmt.Fprintf(&b, "COMMENT ON COLUMN %s.%s IS '%s';\n", e.Name, p.Name, p.Description)
			}
		}
	}
	for _, r := range m.Relationships {
		fmt.Fprintf(&b, "ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s);\n", r.From, r.Name,
			strings.Join(r.FromKey, ", "), r.To, strings.Join(r.ToKey, ", "))
		if r.Descr != "" {
			fmt.Fprintf(&b, "COMMENT ON CONSTRAINT %s ON %s IS '%s';\n", r.Name, r.From, r.Descr)
		}
	}
	return b.String()
}

// judge connects to PostgreSQL 17, or returns nil when it is not installed.
func judge(t *testing.T) *pgx.Conn {
	t.Helper()
	server, err := oracle.Start(context.Background())
	if errors.Is(err, oracle.ErrAbsent) {
		t.Log("compared with recorded answers: " + err.Error())
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	c, err := pgx.Connect(context.Background(), server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// TestAgainstPostgres compares what the catalog says of the shop with what PostgreSQL 17 says of the same tables. The
// command is a relation, the input its columns, sorted by lines. key=column keeps rows whose number is a user object's or
// whose text is shop; where=condition leaves out what PostgreSQL alone has.
func TestAgainstPostgres(t *testing.T) {
	m := shop(t)
	db := judge(t)
	if db != nil {
		if _, err := db.Exec(context.Background(), ddl(m)); err != nil {
			t.Fatal(err)
		}
	}
	view := semantic.NewView([]*semantic.Model{m}, Tables(), nil)
	opened, err := New(oneView{view}, fakeProvider{}).Open(context.Background(), source.Inside{Organisation: "postgres", Person: "ann", View: view.ID()})
	if err != nil {
		t.Fatal(err)
	}
	c := opened.(*conn)
	golden.Run(t, "testdata/postgres/*.test", func(t *testing.T, g *golden.Case) string {
		ours := readKeyed(t, c, g)
		if db == nil {
			return ours
		}
		theirs := askPostgres(t, db, c.source.relations[g.Command], g)
		if ours != theirs {
			t.Errorf("%s\n-- ours --\n%s\n-- PostgreSQL's --\n%s", g.Command, ours, theirs)
		}
		return theirs
	})
}

func readKeyed(t *testing.T, c *conn, g *golden.Case) string {
	lines, err := read(t, c, g.Command, append([]string{g.Arg("key")}, strings.Fields(g.Input)...), false)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, l := range lines {
		key, rest, _ := strings.Cut(l, " | ")
		if n, err := strconv.Atoi(key); err == nil && n >= semantic.FirstOID || key == "shop" {
			kept = append(kept, rest)
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, "\n")
}

func askPostgres(t *testing.T, db *pgx.Conn, r *relation, g *golden.Case) string {
	var columns []string
	for _, name := range strings.Fields(g.Input) {
		columns = append(columns, "coalesce("+shownAs(name, r.table.Columns[r.index[name]].Type)+", '(null)')")
	}
	key := r.table.Columns[r.index[g.Arg("key")]]
	condition := "x." + key.Name + " >= 16384"
	if key.Type.OID != pgcat.OID {
		condition = "x." + key.Name + " = 'shop'"
	}
	if w := g.Arg("where"); w != "" {
		condition += " AND " + w
	}
	rows, err := db.Query(context.Background(), "SELECT concat_ws(' | ', "+strings.Join(columns, ", ")+") FROM "+g.Command+" x WHERE "+condition)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// shownAs writes a column as Arrow's ValueStr does.
func shownAs(name string, typ plan.Type) string {
	p, _ := pgcat.TypeByOID(typ.OID)
	switch {
	case typ.OID == pgcat.Char:
		return "ascii(" + name + "::text)::text"
	case typ.OID == pgcat.Int2Vector:
		return "array_to_json(" + name + "::int2[])::text"
	case typ.OID == pgcat.Regproc:
		return name + "::oid::text"
	case typ.OID == pgcat.OIDVector:
		return "array_to_json(" + name + "::oid[]::int8[])::text"
	case typ.OID == pgcat.OIDArray:
		return "array_to_json(" + name + "::int8[])::text"
	case p.IsArray():
		return "array_to_json(" + name + ")::text"
	}
	return name + "::text"
}

// TestColumns compares every relation's columns with PostgreSQL 17's: name, type and NOT NULL, in order.
func TestColumns(t *testing.T) {
	var b strings.Builder
	for _, r := range newRelations() {
		if r.source == nil {
			continue
		}
		fmt.Fprintf(&b, "%s:", r.table.Object)
		for _, c := range r.table.Columns {
			if c.Num > 0 {
				fmt.Fprintf(&b, " %s %s%s,", c.Name, typeOf(c.Type.OID).Name, map[bool]string{true: "!"}[c.NotNull])
			}
		}
		b.WriteString("\n")
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	slices.Sort(lines)
	ours := strings.Join(lines, "\n") + "\n"
	if db := judge(t); db != nil {
		rows, err := db.Query(context.Background(), `SELECT n.nspname || '.' || c.relname || ':' || string_agg(' ' || a.attname || ' ' || b.typname ||
			CASE WHEN a.attnotnull THEN '!' ELSE '' END || ',', '' ORDER BY a.attnum)
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
			JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
			WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') GROUP BY n.nspname, c.relname`)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(theirs)
		if got := strings.Join(theirs, "\n") + "\n"; got != ours {
			t.Errorf("the columns differ from PostgreSQL's\n-- ours --\n%s\n-- PostgreSQL's --\n%s", ours, got)
		}
	}
	golden.File(t, "testdata/columns.golden", []byte(ours))
}

// TestDefinitions compares the texts of PostgreSQL's own constraints, indexes and functions, and of the shop's, with those
// that its functions give.
func TestDefinitions(t *testing.T) {
	db := judge(t)
	if db == nil {
		t.Skip(oracle.ErrAbsent)
	}
	m := shop(t)
	if _, err := db.Exec(context.Background(), ddl(m)); err != nil {
		t.Fatal(err)
	}
	view := semantic.NewView([]*semantic.Model{m}, Tables(), nil)
	opened, err := New(oneView{view}, fakeProvider{}).Open(context.Background(), source.Inside{Organisation: "postgres", View: view.ID()})
	if err != nil {
		t.Fatal(err)
	}
	for relation, query := range map[string]string{
		"pg_catalog.waggle_constraintdef|def": "SELECT pg_get_constraintdef(oid) FROM pg_constraint",
		"pg_catalog.waggle_indexdef|column_no def": "SELECT n || ' | ' || pg_get_indexdef(indexrelid, n, false) FROM pg_index, generate_series(0, 32) n " +
			"WHERE n <= indnatts AND indrelid::regclass::text !~ 'toast'",
		"pg_catalog.waggle_functiondef|oid arguments identity_arguments result": "SELECT concat_ws(' | ', oid, pg_get_function_arguments(oid), " +
			"pg_get_function_identity_arguments(oid), coalesce(pg_get_function_result(oid), '(null)')) FROM pg_proc WHERE oid < 16384",
	} {
		name, columns, _ := strings.Cut(relation, "|")
		ours, err := read(t, opened.(*conn), name, strings.Fields(columns), false)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Query(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		reportDifference(t, name, ours, theirs)
	}
}

// reportDifference names up to ten lines that only one side has.
func reportDifference(t *testing.T, what string, ours, theirs []string) {
	t.Helper()
	count := make(map[string]int)
	for _, l := range ours {
		count[l]++
	}
	for _, l := range theirs {
		count[strings.ReplaceAll(l, "\n", " ")]--
	}
	shown := 0
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if n := count[l]; n != 0 && shown < 10 {
			shown++
			t.Errorf("%s: %+d %s", what, n, l)
		}
	}
	if len(theirs) == 0 {
		t.Errorf("%s: PostgreSQL has none", what)
	}
}
