// Package files writes the sample company's tables as files, in the layout that package brought reads: what is built in goes the way
// of what anybody brings.
package files

import (
	"bufio"
	"context"
	"embed"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
)

// Desk is the source that needs a PostgreSQL server.
const Desk = "ops"

//go:embed rules
var rules embed.FS

// Write writes the tables of a company into dir, which must exist and be empty, with the rules that say who may see what. Without desk the
// service desk's are left out. It fails with 58030.
func Write(ctx context.Context, c *data.Company, dir string, desk bool) error {
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, t := range c.Tables() {
		if t.Source == Desk && !desk {
			continue
		}
		g.Go(func() error { return failed(write(ctx, db, t, dir)) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return failed(copyRules(dir, desk))
}

func failed(err error) error {
	if err == nil {
		return nil
	}
	return pgerr.New(pgerr.IOError, "the sample company's tables cannot be written").WithDetail("%s", err).Because(err)
}

// write writes one table as Parquet, by way of a CSV file that is removed at once.
func write(ctx context.Context, db *duck.Database, t data.Table, dir string) error {
	dir = filepath.Join(dir, t.Source, t.Schema)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	rows := filepath.Join(dir, "."+t.Name+".csv")
	defer os.Remove(rows)
	if err := spell(t, rows); err != nil {
		return err
	}
	types := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		types[i] = literal(c.Name) + ": " + literal(c.Type)
	}
	return db.Exec(ctx, "COPY (SELECT * FROM read_csv("+literal(rows)+", header = false, nullstr = "+literal(data.Null)+", columns = {"+
		strings.Join(types, ", ")+"})) TO "+literal(filepath.Join(dir, t.Name+".parquet"))+" (FORMAT parquet)")
}

func spell(t data.Table, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriterSize(file, 1<<20)
	out := csv.NewWriter(buffer)
	for row := range t.Rows {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffer.Flush()
}

// copyRules writes grants.yaml, without the service desk's part when that is not there, and what the CRM's files do not say.
func copyRules(dir string, desk bool) error {
	for name, to := range map[string]string{"rules/grants.yaml": "grants.yaml", "rules/objects.yaml": "crm/objects.yaml"} {
		text, err := fs.ReadFile(rules, name)
		if err != nil {
			return err
		}
		if before, _, ok := strings.Cut(string(text), "  "+Desk+"."); ok && !desk {
			text = []byte(before)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
