// Command gen writes internal/pgcat's data and its constants from a new PostgreSQL 17: run `make pgcat` after
// `make oracle`. The output depends on the server's version alone.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/oracle"
)

const folder = "internal/pgcat"

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "pgcat:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := oracle.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	conn, err := pgx.Connect(ctx, server.DSN())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	total := 0
	for _, d := range dumps {
		n, err := d.write(ctx, conn)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		total += n
	}
	n, err := writeAbbreviations()
	if err != nil {
		return err
	}
	zones, err := writeTimezones()
	if err != nil {
		return err
	}
	if err := writeConstants(ctx, conn); err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.write(ctx, conn); err != nil {
			return fmt.Errorf("%s: %w", t.relation, err)
		}
	}
	fmt.Printf("pgcat: %d files, %d bytes\n", len(dumps)+2, total+n+zones)
	return nil
}

// write dumps one relation and returns the size of the file.
func (d dump) write(ctx context.Context, conn *pgx.Conn) (int, error) {
	query, columns, err := d.query(ctx, conn)
	if err != nil {
		return 0, err
	}
	var text bytes.Buffer
	text.WriteString(columns + "\n")
	if _, err := conn.PgConn().CopyTo(ctx, &text, "COPY ("+query+") TO STDOUT"); err != nil {
		return 0, err
	}
	return pack(d.name, text.Bytes())
}

func pack(name string, text []byte) (int, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(z, bytes.NewReader(text)); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return out.Len(), os.WriteFile(filepath.Join(folder, "data", name+".gz"), out.Bytes(), 0o644)
}
