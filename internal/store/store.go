// Package store is the metadata database: people, access tokens, sealed connections. It is SQLite in a file of one
// process, or a PostgreSQL that several replicas share. It never holds a source's row.
package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// DB is an open metadata database. It is safe for concurrent use.
type DB struct {
	sql        *sql.DB
	postgres   bool
	lock       *os.File
	texts      sync.Map // statement with question marks → statement with $n
	statements sync.Map // statement → *sql.Stmt
}

// Conn runs statements, inside a transaction or outside of one. Statements are written in the subset that SQLite and
// PostgreSQL share, with question marks for parameters; times are microseconds since 1970 as bigint.
type Conn interface {
	// Exec returns the number of rows changed.
	Exec(ctx context.Context, text string, args ...any) (int64, error)
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
}

// Row is what a scan function reads one row from.
type Row interface{ Scan(dest ...any) error }

// CodeDuplicate is the SQLSTATE of a statement that would break a unique key.
const CodeDuplicate = "23505"

// Open opens and migrates the database that url names: "sqlite:PATH" or "postgres://…". An SQLite file is created with
// mode 0600 and locked: a second process is refused with 55000. The caller must Close.
func Open(ctx context.Context, url string) (*DB, error) {
	var db *DB
	var err error
	path, isFile := strings.CutPrefix(url, "sqlite:")
	switch {
	case isFile:
		db, err = openSQLite(path)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db, err = openPostgres(url)
	default:
		return nil, pgerr.New(pgerr.ConfigFile, "the store's address has an unknown form").
			WithHint("write store: sqlite:PATH or store: postgres://USER@HOST/DATABASE")
	}
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(unusable(path, err, isFile), db.Close())
	}
	return db, nil
}

// unusable names a file that could be opened but is no database of ours.
func unusable(path string, err error, isFile bool) error {
	var e *pgerr.Error
	if !isFile || !errors.As(err, &e) || e.Code != pgerr.SystemError {
		return err
	}
	return cannotOpen(path, errors.Unwrap(e)).WithHint("restore the file from a backup, or name another one under store in waggle.yaml")
}

func openPostgres(url string) (*DB, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the store's address cannot be read").Because(err)
	}
	return &DB{sql: db, postgres: true}, nil
}

// pragmas: FULL, because NORMAL may lose the last commits of a write-ahead log with the power, and with them a rotated
// refresh token; secure_delete, so that a removed token leaves the file.
var pragmas = []string{"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "busy_timeout(10000)", "secure_delete(ON)", "trusted_schema(OFF)"}

func openSQLite(path string) (*DB, error) {
	if path == "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the store's address names no file").WithHint("write store: sqlite:PATH")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, cannotOpen(path, err)
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	if err := ownFile(path); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}.Encode()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, errors.Join(cannotOpen(path, err), lock.Close())
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return &DB{sql: db, lock: lock}, nil
}

// ownFile creates the database file for its owner alone; SQLite gives its journal the same mode.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return cannotOpen(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return cannotOpen(path, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return pgerr.New(pgerr.ConfigFile, "the store %s can be read by other users of this machine", path).
			WithDetail("Its mode is %#o.", info.Mode().Perm()).WithHint("run: chmod 600 %s", path)
	}
	return nil
}

func cannotOpen(path string, err error) *pgerr.Error {
	return pgerr.New(pgerr.ConfigFile, "the store %s cannot be opened", path).WithDetail("%v.", err).Because(err)
}

// Exclusive reports whether this process alone uses the database.
func (d *DB) Exclusive() bool { return d.lock != nil }

// Close closes the connections and gives the lock back.
func (d *DB) Close() error {
	err := d.sql.Close()
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return failure(d.sql.PingContext(ctx)) }

// Exec implements Conn outside of a transaction.
func (d *DB) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	r, err := d.sql.ExecContext(ctx, d.text(text), args...)
	return affected(r, err)
}

// query runs a prepared statement: a statement asks for a person's connections, and parsing takes longer than finding them.
func (d *DB) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	s, err := d.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// prepared returns a statement that lives as long as the database; our texts are constants, so there are few.
func (d *DB) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := d.statements.Load(text); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := d.sql.PrepareContext(ctx, d.text(text))
	if err != nil {
		return nil, err
	}
	if first, ok := d.statements.LoadOrStore(text, s); ok {
		return first.(*sql.Stmt), s.Close()
	}
	return s, nil
}

type tx struct {
	db *DB
	tx *sql.Tx
}

func (t tx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	r, err := t.tx.ExecContext(ctx, t.db.text(text), args...)
	return affected(r, err)
}

func (t tx) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.db.text(text), args...)
}

// Tx runs f in a transaction: committed and durable when f and Tx return nil, rolled back otherwise.
func (d *DB) Tx(ctx context.Context, f func(Conn) error) error {
	t, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return failure(err)
	}
	defer t.Rollback() //nolint:errcheck // after Commit it does nothing, before it the error that matters is f's
	if err := f(tx{d, t}); err != nil {
		return err
	}
	return failure(t.Commit())
}

// All returns every row of a query as scan reads it.
func All[T any](ctx context.Context, c Conn, scan func(Row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := c.query(ctx, text, args)
	if err != nil {
		return nil, failure(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, failure(err)
		}
		all = append(all, v)
	}
	return all, failure(rows.Err())
}

// One returns the first row of a query, and whether there was one.
func One[T any](ctx context.Context, c Conn, scan func(Row) (T, error), text string, args ...any) (T, bool, error) {
	all, err := All(ctx, c, scan, text, args...)
	if err != nil || len(all) == 0 {
		var zero T
		return zero, false, err
	}
	return all[0], true, nil
}

// Text scans a row of one text column.
func Text(r Row) (v string, err error) { return v, r.Scan(&v) }

// Number scans a row of one bigint column.
func Number(r Row) (v int64, err error) { return v, r.Scan(&v) }

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, failure(err)
	}
	n, err := r.RowsAffected()
	return n, failure(err)
}

// failure classifies a driver's error; its text stays on the server.
func failure(err error) error {
	var known *pgerr.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return pgerr.From(err)
	case isDuplicate(err):
		return pgerr.New(CodeDuplicate, "this already exists").Because(err)
	}
	return pgerr.New(pgerr.SystemError, "the metadata store does not answer").
		WithHint("try again; the server's log has the details").Because(err)
}

func isDuplicate(err error) bool {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	return errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) ||
		errors.As(err, &pg) && pg.Code == CodeDuplicate
}
