package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// startDemo serves the tables of dir/data, or the sample company; Stop must be called.
func (b *bench) startDemo(ctx context.Context, dir string, more ...string) (*e2e.Demo, error) {
	program := filepath.Join(b.dir, "waggle-sandbox") // beside Waggle, which it starts
	build := exec.CommandContext(ctx, "go", "build", "-tags", "duckdb_arrow,minicore_disabled", "-o", program, "github.com/waggle-sql/waggle/cmd/waggle-sandbox")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build ./cmd/waggle-sandbox: %w: %s", err, out)
	}
	return e2e.StartDemo(ctx, program, dir, more...)
}

// warm makes the emulators keep encoded results from now on.
func warm(d *e2e.Demo) error {
	for source, url := range d.Sources {
		if source == "gong" || source == "google" {
			continue
		}
		resp, err := http.Post(url+"/_sandbox/warm", "", nil)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNoContent {
			return fmt.Errorf("%s/_sandbox/warm answers %s", url, resp.Status)
		}
	}
	return nil
}

// takes reports an error unless a statement takes a path.
func takes(ctx context.Context, dsn, sql, path string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	r, err := c.Exec(ctx, "EXPLAIN (FORMAT JSON) "+sql).ReadAll()
	if err != nil {
		return fmt.Errorf("EXPLAIN %s: %w", sql, err)
	}
	var one struct{ Path string }
	var all []struct{ Path string }
	if text := r[0].Rows[0][0]; json.Unmarshal(text, &all) == nil && len(all) == 1 {
		one = all[0]
	} else if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	if one.Path != path {
		return fmt.Errorf("%s takes path %s, not %s", sql, one.Path, path)
	}
	return nil
}
