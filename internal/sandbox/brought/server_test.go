package brought

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

// server starts PostgreSQL 17 with what a folder brings.
func server(t *testing.T, files map[string]string) (*oracle.Server, *Server) {
	t.Helper()
	pg := oracle.ForTest(t)
	data, err := Read(t.Context(), sandboxtest.Folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Connect(t.Context(), pg.DSN(), data.Policy, []string{"admin", "analyst", "emea"})
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range data.Of(Postgres) {
		if err := s.Install(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	return pg, s
}

// ask returns a person's answer as text.
func ask(t *testing.T, pg *oracle.Server, person, database, text string) string {
	t.Helper()
	con, err := pgx.Connect(t.Context(), fmt.Sprintf("host=127.0.0.1 port=%d user=%s password=%s dbname=%s", pg.Port, person, Password(person), database))
	if err != nil {
		return err.Error()
	}
	defer con.Close(context.Background())
	rows, err := con.Query(t.Context(), text, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var row []string
		for _, v := range rows.RawValues() {
			if v == nil {
				row = append(row, "NULL")
			} else {
				row = append(row, string(v))
			}
		}
		out = append(out, strings.Join(row, "|"))
	}
	if rows.Err() != nil {
		return rows.Err().Error()
	}
	return strings.Join(out, "\n")
}

func TestPostgresServesRolesRowsAndMasks(t *testing.T) {
	pg, s := server(t, map[string]string{
		"pg1/shop/orders.csv": ordersCSV, "ops/shop/people.csv": "id,name\n1,\"A \"\"B\"\"\n\"\n2,\n3,\\N\n", "pg1/shop/bare.csv": ordersCSV,
		"grants.yaml": `roles:
  ANALYST: {members: [analyst]}
  EMEA: {members: [emea]}
  BOTH: {members: [ANALYST, EMEA]}
tables:
  pg1.shop.orders:
    select: [ANALYST, EMEA]
    columns: {EMEA: [id, customer]}
    rows: {EMEA: 'id > 1'}
    masks: {EMEA: {customer: "'***'"}}
  pg1.shop.bare: {select: [ANALYST, EMEA], rows: {EMEA: id = 2}}
  ops.shop.people: {select: [BOTH]}
`})
	for _, c := range []struct{ person, database, text, want string }{
		{"analyst", "pg1", "SELECT * FROM shop.orders ORDER BY 1", "1|Ada|1.50|2026-01-02\n2|Grace|20.25|2026-02-03\n3|Joan|NULL|2026-03-04"},
		{"emea", "pg1", "SELECT id, customer FROM shop.orders ORDER BY 1", "2|***\n3|***"},
		{"emea", "pg1", "SELECT price FROM shop.orders", "42501"},
		{"admin", "pg1", "SELECT id FROM shop.orders", "42501"},
		{"emea", "pg1", "SELECT id FROM shop_behind_masks.orders", "42501"},
		{"analyst", "pg1", "SELECT id FROM shop.bare ORDER BY 1", "1\n2\n3"},
		{"emea", "pg1", "SELECT id FROM shop.bare ORDER BY 1", "2"},
		{"emea", "ops", "SELECT name FROM shop.people ORDER BY id", "A \"B\"\n\nNULL\n\\N"},
		{"admin", "ops", "SELECT name FROM shop.people", "42501"},
	} {
		if got := ask(t, pg, c.person, c.database, c.text); got != c.want && !strings.Contains(got, "SQLSTATE "+c.want) {
			t.Errorf("%s: %s: %q", c.person, c.text, got)
		}
	}
	if err := s.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := ask(t, pg, "postgres", "postgres", "SELECT datname FROM pg_database WHERE datname IN ('pg1','ops') UNION SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> 'postgres'"); left != "" {
		t.Errorf("left behind: %s", left)
	}
}

func TestPostgresWithoutGrants(t *testing.T) {
	pg, _ := server(t, map[string]string{"pg1/shop/orders.csv": ordersCSV})
	for _, person := range []string{"admin", "analyst", "emea"} {
		if got := ask(t, pg, person, "pg1", "SELECT sum(price) FROM shop.orders"); got != "21.75" {
			t.Errorf("%s: %s", person, got)
		}
	}
}
