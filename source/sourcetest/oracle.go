package sourcetest

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
)

// Answers asks a PostgreSQL 17 server as SQLSuite.Answer does. Its session has been set to TimeZone UTC.
func Answers(server *pgconn.PgConn) func(ctx context.Context, sql string) ([][]*string, error) {
	return func(ctx context.Context, sql string) ([][]*string, error) {
		results, err := server.Exec(ctx, sql).ReadAll()
		if err != nil {
			return nil, err
		}
		var rows [][]*string
		for _, r := range results[len(results)-1].Rows {
			row := make([]*string, len(r))
			for i, c := range r {
				if c != nil {
					text := string(c)
					row[i] = &text
				}
			}
			rows = append(rows, row)
		}
		return rows, nil
	}
}
