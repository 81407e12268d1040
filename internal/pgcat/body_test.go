package pgcat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// TestBodies runs each body beside PostgreSQL's own function, over the catalog of a server with a few objects, and demands
// equal answers. Functions that ask for what there is not (sizes, triggers) and privileges are run for their types alone.
func TestBodies(t *testing.T) {
	server := oracle.ForTest(t, "allow_system_table_mods=on")
	ctx := context.Background()
	c, err := pgx.Connect(ctx, server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, setup); err != nil {
		t.Fatal(err)
	}
	for signature, from := range map[string]string{
		"obj_description(oid)":                    "pg_class|probe.oid",
		"obj_description(oid,name)":               "pg_class|probe.oid; 'pg_class'",
		"col_description(oid,int4)":               "pg_attribute|probe.attrelid; probe.attnum",
		"shobj_description(oid,name)":             "pg_database|probe.oid; 'pg_database'",
		"pg_get_userbyid(oid)":                    "pg_class|(probe.relowner::int + probe.oid::int % 2)::oid",
		"pg_get_constraintdef(oid)":               "pg_constraint|probe.oid",
		"pg_get_indexdef(oid,int4,bool)":          "waggle_indexdef|probe.oid; 1; false",
		"pg_get_function_arguments(oid)":          "pg_proc|probe.oid",
		"pg_get_function_identity_arguments(oid)": "pg_proc|probe.oid",
		"pg_get_function_result(oid)":             "pg_proc|probe.oid",
		"pg_table_is_visible(oid)":                "pg_class|probe.oid",
		"pg_type_is_visible(oid)":                 "pg_type|probe.oid",
		"pg_function_is_visible(oid)":             "pg_proc|probe.oid",
		"pg_operator_is_visible(oid)":             "pg_operator|probe.oid",
		"pg_opclass_is_visible(oid)":              "pg_opclass|probe.oid",
		"pg_collation_is_visible(oid)":            "pg_collation|probe.oid",
		"pg_is_other_temp_schema(oid)":            "pg_namespace|probe.oid",
		"pg_my_temp_schema()":                     "pg_am|",
		"pg_is_in_recovery()":                     "pg_am|",
		"pg_get_serial_sequence(text,text)":       "pg_am|'s.a'; 'id'",
		"has_table_privilege(oid,text)":           "pg_class|probe.oid; 'select'",
		"has_schema_privilege(text,text)":         "pg_namespace|probe.nspname; 'USAGE, CREATE'",
		"has_database_privilege(oid,text)":        "pg_database|probe.oid; 'CONNECT'",
	} {
		compare(t, c, signature, from)
	}
	query := "SELECT count(*), count(*) FILTER (WHERE (" + fill(pgcat.RegclassText, []string{"probe.oid"}) + ") IS DISTINCT FROM probe.oid::regclass::text) FROM pg_class probe"
	expectNone(t, c, "regclass", query)
}

// compare counts the rows of from's relation for which the body and the function differ.
func compare(t *testing.T, c *pgx.Conn, signature, from string) {
	t.Helper()
	p, ok := pgcat.ProcBySignature(signature)
	if !ok {
		t.Errorf("there is no %s", signature)
		return
	}
	body, ok := pgcat.SQLBody(p.OID)
	if !ok {
		t.Errorf("%s has no body", signature)
		return
	}
	relation, args, _ := strings.Cut(from, "|")
	list := strings.Split(args, "; ")
	query := fmt.Sprintf("SELECT count(*), count(*) FILTER (WHERE (%s) IS DISTINCT FROM pg_catalog.%s(%s)) FROM pg_catalog.%s probe",
		fill(body, list), p.Name, strings.Join(list, ", "), relation)
	expectNone(t, c, signature, query)
}

func expectNone(t *testing.T, c *pgx.Conn, what, query string) {
	t.Helper()
	var all, different int
	if err := c.QueryRow(context.Background(), query).Scan(&all, &different); err != nil {
		t.Errorf("%s: %v in %s", what, err, query)
		return
	}
	if all == 0 || different > 0 {
		t.Errorf("%s differs for %d of %d: %s", what, different, all, query)
	}
}

// fill puts arguments in place of $1, $2, ….
func fill(body string, args []string) string {
	for i, a := range args {
		body = strings.ReplaceAll(body, fmt.Sprintf("$%d", i+1), "("+a+")")
	}
	return body
}

// setup makes objects, some of them shadowed, and the relations of ours with PostgreSQL's own answers in them.
const setup = `
CREATE SCHEMA s; CREATE SCHEMA u;
CREATE TABLE s.a (id int PRIMARY KEY, "User" text UNIQUE);
CREATE TABLE u.a (id int PRIMARY KEY, ref int REFERENCES s.a, pg_class int);
CREATE TABLE u.pg_class (id int);
CREATE TABLE u."Odd name" (id int CHECK (id > 0));
COMMENT ON TABLE s.a IS 'a table'; COMMENT ON COLUMN s.a.id IS 'a column';
SET search_path = s, u;
CREATE TABLE pg_catalog.waggle_constraintdef AS SELECT oid, pg_get_constraintdef(oid) AS def FROM pg_constraint;
CREATE TABLE pg_catalog.waggle_indexdef AS SELECT indexrelid AS oid, n AS column_no, pg_get_indexdef(indexrelid, n, false) AS def
	FROM pg_index, generate_series(0, 3) n;
CREATE TABLE pg_catalog.waggle_functiondef AS SELECT oid, pg_get_function_arguments(oid) AS arguments,
	pg_get_function_identity_arguments(oid) AS identity_arguments, pg_get_function_result(oid) AS result FROM pg_proc;
CREATE INDEX ON pg_catalog.waggle_functiondef (oid);
`

// TestBodiesKnown demands that each body is of a function that PostgreSQL has.
func TestBodiesKnown(t *testing.T) {
	for _, s := range pgcat.BodySignatures() {
		if _, ok := pgcat.ProcBySignature(s); !ok {
			t.Errorf("there is no %s", s)
		}
	}
}
