package oracle

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestAnswers(t *testing.T) {
	if !Installed() {
		t.Skip(ErrAbsent)
	}
	s, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	c, err := pgx.Connect(t.Context(), s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var version, collation string
	row := c.QueryRow(t.Context(), "SELECT current_setting('server_version'), datlocale FROM pg_database WHERE datname = 'postgres'")
	if err := row.Scan(&version, &collation); err != nil {
		t.Fatal(err)
	}
	if version[:3] != "17." || collation != "C.UTF-8" {
		t.Fatalf("got %s with %s", version, collation)
	}
}
