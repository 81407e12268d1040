package main

import (
	"context"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
)

// bring reads the tables that somebody brings. Those of PostgreSQL need a server that serves them.
func bring(ctx context.Context, dir, postgres string) (*brought.Data, error) {
	data, err := brought.Read(ctx, dir)
	if err != nil {
		return nil, err
	}
	if servers := data.Of(brought.Postgres); len(servers) > 0 && postgres == "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s is a PostgreSQL database, and there is no server for it", servers[0].Name).
			WithHint("Run waggle-sandbox demo with --postgres DSN, or bring the tables as sf….")
	}
	return data, nil
}
