package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// both runs f on SQLite and, where its binaries are installed, on PostgreSQL.
func both(t *testing.T, f func(t *testing.T, db *DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, open(t, "sqlite:"+filepath.Join(t.TempDir(), "sub", "w?ggle.db"))) })
	t.Run("postgres", func(t *testing.T) {
		server := oracle.ForTest(t)
		f(t, open(t, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port)))
	})
}

func open(t *testing.T, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestStatements(t *testing.T) {
	both(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		blob := []byte{0, 1, 255}
		n, err := db.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?), (?, ?)", "a", blob, "b", []byte("12"))
		if err != nil || n != 2 {
			t.Fatal(n, err)
		}
		if _, err := db.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?)", "a", blob); pgerr.Code(err) != CodeDuplicate {
			t.Fatalf("duplicate: %v", err)
		}
		got, ok, err := One(ctx, db, func(r Row) (v []byte, err error) { return v, r.Scan(&v) }, "SELECT value FROM setting WHERE name = ?", "a")
		if err != nil || !ok || string(got) != string(blob) {
			t.Fatal(got, ok, err)
		}
		fail := pgerr.New(pgerr.Internal, "stop")
		err = db.Tx(ctx, func(c Conn) error {
			if _, err := c.Exec(ctx, "DELETE FROM setting"); err != nil {
				return err
			}
			return fail
		})
		if err != fail {
			t.Fatal(err)
		}
		if left, _, err := One(ctx, db, Number, "SELECT count(*) FROM setting"); err != nil || left != 2 {
			t.Fatal(left, err)
		}
		if _, err := db.Exec(ctx, "SELEC"); pgerr.Code(err) != pgerr.SystemError || strings.Contains(err.Error(), "SELEC") {
			t.Fatal(err)
		}
		if err := db.migrate(ctx); err != nil {
			t.Fatalf("migrating twice: %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := db.Exec(gone, "DELETE FROM setting"); pgerr.Code(err) != pgerr.QueryCanceled {
			t.Fatal(err)
		}
	})
}

func TestPragmas(t *testing.T) {
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "waggle.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "trusted_schema": "0"} {
		got, _, err := One(t.Context(), db, Text, "PRAGMA "+pragma)
		if err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestOneWriterAndOwnFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "waggle.db")
	db := open(t, "sqlite:"+path)
	for _, name := range []string{path, path + "-wal", path + ".lock"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatal(name, info.Mode(), err)
		}
	}
	if _, err := Open(t.Context(), "sqlite:"+path); pgerr.Code(err) != pgerr.ObjectNotInPrerequisite {
		t.Fatalf("second process: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "sqlite:"+path); pgerr.Code(err) != pgerr.ConfigFile || !strings.Contains(err.Error(), "other users") {
		t.Fatalf("readable file: %v", err)
	}
}

func TestNewerAndUnknown(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "waggle.db")
	db := open(t, path)
	if _, err := db.Exec(t.Context(), "INSERT INTO migration (version) VALUES (999)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer waggle") {
		t.Fatal(err)
	}
	for _, url := range []string{"", "mysql://x", "sqlite:"} {
		if _, err := Open(t.Context(), url); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%q: %v", url, err)
		}
	}
}
