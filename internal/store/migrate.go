package store

import (
	"context"
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies each numbered file once, in order, all in one transaction. A database of a newer program is refused.
func (d *DB) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return d.Tx(ctx, func(c Conn) error {
		if d.postgres {
			if _, err := c.Exec(ctx, "SELECT pg_advisory_xact_lock(7755100)"); err != nil {
				return err
			}
		}
		if _, err := c.Exec(ctx, "CREATE TABLE IF NOT EXISTS migration (version BIGINT PRIMARY KEY)"); err != nil {
			return err
		}
		done, _, err := One(ctx, c, Number, "SELECT coalesce(max(version), 0) FROM migration")
		if err != nil {
			return err
		}
		if done > int64(len(names)) {
			return pgerr.New(pgerr.ConfigFile, "the store was written by a newer waggle").
				WithDetail("It has migration %d; this program knows %d.", done, len(names)).WithHint("run the newer program")
		}
		for i := done; i < int64(len(names)); i++ {
			if err := apply(ctx, c, names[i], i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

func apply(ctx context.Context, c Conn, name string, version int64) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	for statement := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := c.Exec(ctx, statement); err != nil {
			return err
		}
	}
	_, err = c.Exec(ctx, "INSERT INTO migration (version) VALUES (?)", version)
	return err
}

// text returns a statement in the driver's form: SQLite takes question marks, PostgreSQL wants $1, $2, ….
// No statement of ours has a question mark in a literal.
func (d *DB) text(statement string) string {
	if !d.postgres {
		return statement
	}
	if known, ok := d.texts.Load(statement); ok {
		return known.(string)
	}
	var b strings.Builder
	for i, part := range strings.Split(statement, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	d.texts.Store(statement, b.String())
	return b.String()
}
