// Command pq tries lib/pq against a running demo and prints one line per check; libpq's variables say where.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/lib/pq"
)

func main() {
	failed := false
	for _, mode := range []string{"", "binary_parameters=yes"} {
		db, err := sql.Open("postgres", mode)
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		for _, c := range []struct {
			name string
			run  func(*sql.DB) error
		}{{"types", types}, {"arguments", arguments}, {"errors", refusals}, {"transaction", transaction}, {"cancel", cancel},
			{"copy in refused", copyIn}, {"listen", listen}, {"several statements", several}} {
			if err := c.run(db); err != nil {
				failed = true
				fmt.Printf("FAILED %-12s %s %s: %v\n", "lib/pq", c.name, mode, err)
				continue
			}
			fmt.Printf("ok     %-12s %s %s\n", "lib/pq", c.name, mode)
		}
		if err := db.Close(); err != nil {
			fmt.Printf("FAILED %-12s close: %v\n", "lib/pq", err)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func expect(ok bool, got any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("got %v", got)
}

func code(err error, want pq.ErrorCode) error {
	var e *pq.Error
	if errors.As(err, &e) && e.Code == want {
		return nil
	}
	return fmt.Errorf("got %v, want %s", err, want)
}

func types(db *sql.DB) error {
	var small int16
	var number, document, id string
	var at time.Time
	var list pq.Int64Array
	var words pq.StringArray
	var raw []byte
	var none sql.NullString
	err := db.QueryRow(`SELECT 1::int2, 1.50::numeric(5,2), timestamptz '2026-01-02 03:04+00', '{1,2}'::int[], '{"a":1}'::jsonb,
		'\x00ff'::bytea, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, NULL::text, '{a,b}'::text[]`).
		Scan(&small, &number, &at, &list, &document, &raw, &id, &none, &words)
	return errors.Join(err, expect(small == 1 && number == "1.50" && at.UTC().Hour() == 3 && len(list) == 2 && len(raw) == 2 && !none.Valid && len(words) == 2,
		[]any{small, number, at, list, document, raw, id, none, words}))
}

func arguments(db *sql.DB) error {
	st, err := db.Prepare("SELECT count(*) FROM calls WHERE started > $1 AND duration_s > $2 AND direction <> ALL($3) AND is_private = $4")
	if err != nil {
		return err
	}
	defer st.Close()
	for i := range 3 {
		var n int
		if err := st.QueryRow(time.Unix(0, 0), i, pq.Array([]string{"a", "b"}), false).Scan(&n); err != nil || n == 0 {
			return errors.Join(err, expect(false, n))
		}
	}
	return nil
}

func refusals(db *sql.DB) error {
	_, err := db.Exec("SELECT nothing FROM calls")
	if err := code(err, "42703"); err != nil {
		return err
	}
	_, err = db.Exec("SELECT 1/$1::int", 0)
	if err := code(err, "22012"); err != nil {
		return err
	}
	_, err = db.Exec("UPDATE calls SET title = $1", "x")
	return code(err, "25006")
}

func transaction(db *sql.DB) error {
	tx, err := db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err = tx.Exec("SAVEPOINT a"); err != nil {
		return err
	}
	if _, err = tx.Exec("SELECT 1/0"); err == nil {
		return errors.New("no error")
	}
	if _, err = tx.Exec("ROLLBACK TO SAVEPOINT a"); err != nil {
		return err
	}
	var n int
	if err = tx.QueryRow("SELECT count(*) FROM gong_users").Scan(&n); err != nil {
		return err
	}
	return errors.Join(tx.Commit(), expect(n > 0, n))
}

func cancel(db *sql.DB) error {
	short, stop := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer stop()
	_, err := db.ExecContext(short, "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b")
	if err == nil {
		return errors.New("not cancelled")
	}
	return db.Ping()
}

func copyIn(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	_, err = tx.Prepare(`COPY "calls" ("id") FROM STDIN`)
	return code(err, "25006")
}

func listen(*sql.DB) error {
	l := pq.NewListener("", time.Second, time.Second, nil)
	defer l.Close()
	if err := l.Listen("news"); err != nil {
		return err
	}
	return errors.Join(l.Ping(), l.Unlisten("news"))
}

func several(db *sql.DB) error {
	rows, err := db.Query("SELECT 1; SELECT 2, 3")
	if err != nil {
		return err
	}
	defer rows.Close()
	sets := 1
	for rows.Next() {
	}
	for rows.NextResultSet() {
		sets++
		for rows.Next() {
		}
	}
	return errors.Join(rows.Err(), expect(sets == 2, sets))
}
