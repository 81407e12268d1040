package oracle

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
)

// Tester is what a *testing.T is to this package.
type Tester interface {
	Skip(args ...any)
	Fatal(args ...any)
	Cleanup(func())
	Context() context.Context
}

// ForTest starts a server that stops with the test; without the binaries the test is skipped with a sentence that says so.
func ForTest(t Tester, settings ...string) *Server {
	if !Installed() {
		t.Skip(ErrAbsent)
	}
	s, err := Start(t.Context(), settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Connected is ForTest with a connection to the server, as its superuser.
func Connected(t Tester, settings ...string) (*Server, *pgconn.PgConn) {
	s := ForTest(t, settings...)
	conn, err := pgconn.Connect(t.Context(), s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return s, conn
}
