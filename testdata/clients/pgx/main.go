// Command pgx tries pgx against a running demo and prints one line per check. READY names the demo's ready file.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

type check struct {
	name string
	run  func(context.Context, *pgx.Conn) error
}

func main() {
	ctx := context.Background()
	config, err := pgx.ParseConfig(dsn())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	failed := false
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		config.DefaultQueryExecMode = mode
		for _, c := range []check{{"types", types}, {"arguments", arguments}, {"batch", batch}, {"struct", structs}, {"errors", refusals},
			{"copy", copyOut}, {"transaction", transaction}, {"load type", loadType}, {"cancel", cancel}} {
			if err := one(ctx, config, c); err != nil {
				failed = true
				fmt.Printf("FAILED %-12s %s, %s: %v\n", "pgx", c.name, mode, err)
				continue
			}
			fmt.Printf("ok     %-12s %s, %s\n", "pgx", c.name, mode)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func dsn() string {
	var site struct {
		Users []struct{ Login, DSN string }
	}
	text, err := os.ReadFile(os.Getenv("READY"))
	if err == nil {
		err = json.Unmarshal(text, &site)
	}
	for _, u := range site.Users {
		if u.Login == "analyst" {
			return u.DSN
		}
	}
	fmt.Fprintln(os.Stderr, "READY names no ready file with the user analyst:", err)
	os.Exit(2)
	return ""
}

func one(ctx context.Context, config *pgx.ConnConfig, c check) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.Ping(ctx); err != nil {
		return err
	}
	return c.run(ctx, conn)
}

func expect(ok bool, got any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("got %v", got)
}

func types(ctx context.Context, conn *pgx.Conn) error {
	var i int16
	var n pgtype.Numeric
	var t time.Time
	var d pgtype.Interval
	var list []int32
	var doc map[string]any
	var raw []byte
	var u pgtype.UUID
	var none *string
	var words []string
	err := conn.QueryRow(ctx, `SELECT 1::int2, 1.50::numeric(5,2), timestamptz '2026-01-02 03:04+00', interval '1 day 2 hours', '{1,2}'::int[],
		'{"a":1}'::jsonb, '\x00ff'::bytea, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, NULL::text, '{a,b}'::text[]`).
		Scan(&i, &n, &t, &d, &list, &doc, &raw, &u, &none, &words)
	if err != nil {
		return err
	}
	return expect(i == 1 && n.Exp == -2 && t.UTC().Hour() == 3 && d.Days == 1 && len(list) == 2 && doc["a"] == 1.0 && len(raw) == 2 && none == nil, []any{i, n, t, d, list, doc, raw})
}

func arguments(ctx context.Context, conn *pgx.Conn) error {
	var n int
	err := conn.QueryRow(ctx, "SELECT count(*) FROM calls WHERE started > $1 AND duration_s > $2 AND direction <> ALL($3) AND title LIKE $4 AND minutes > $5",
		time.Unix(0, 0), 1, []string{"a"}, "%", 0.5).Scan(&n)
	if err != nil {
		return err
	}
	var s string
	if err := conn.QueryRow(ctx, "SELECT $1::text || $2::int", "é", 3).Scan(&s); err != nil {
		return err
	}
	return expect(n > 0 && s == "é3", []any{n, s})
}

func batch(ctx context.Context, conn *pgx.Conn) error {
	b := &pgx.Batch{}
	for i := range 10 {
		b.Queue("SELECT $1::int, count(*) FROM gong_users", i)
	}
	r := conn.SendBatch(ctx, b)
	defer r.Close()
	for i := range 10 {
		var got, n int
		if err := r.QueryRow().Scan(&got, &n); err != nil {
			return err
		}
		if got != i {
			return expect(false, got)
		}
	}
	return r.Close()
}

func structs(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT id, started, minutes::float8, is_private FROM calls")
	if err != nil {
		return err
	}
	type call struct {
		ID        string
		Started   time.Time
		Minutes   *float64
		IsPrivate *bool
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[call])
	if err != nil {
		return err
	}
	if rows, err = conn.Query(ctx, "SELECT * FROM calls"); err != nil {
		return err
	}
	_, err = pgx.CollectRows(rows, pgx.RowToMap)
	return errors.Join(err, expect(len(all) > 0, len(all)))
}

func refusals(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SELECT nothing FROM calls")
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "42703" || e.Position == 0 {
		return fmt.Errorf("got %v", err)
	}
	_, err = conn.Exec(ctx, "SELECT 1/$1::int", 0)
	if !errors.As(err, &e) || e.Code != "22012" {
		return fmt.Errorf("got %v", err)
	}
	return nil
}

func copyOut(ctx context.Context, conn *pgx.Conn) error {
	var out bytes.Buffer
	tag, err := conn.PgConn().CopyTo(ctx, &out, "COPY (SELECT id FROM calls) TO STDOUT (FORMAT binary)")
	return errors.Join(err, expect(tag.RowsAffected() > 0 && out.Len() > 0, tag))
}

func transaction(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		_ = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, "SELECT 1/0"); return err })
		_, err := tx.Exec(ctx, "SELECT 1")
		return err
	})
}

func loadType(ctx context.Context, conn *pgx.Conn) error {
	t, err := conn.LoadType(ctx, "_int4")
	if err != nil {
		return err
	}
	return expect(t.OID == pgtype.Int4ArrayOID, t)
}

func cancel(ctx context.Context, conn *pgx.Conn) error {
	short, stop := context.WithTimeout(ctx, 300*time.Millisecond)
	defer stop()
	_, err := conn.Exec(short, "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b")
	return expect(err != nil, err)
}
