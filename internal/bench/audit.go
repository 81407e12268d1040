package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/identity"
)

// auditRecords measures durable records of 64 writers, each of which waits for its own.
func auditRecords(ctx context.Context, b *bench) error {
	log, err := openLog(filepath.Join(b.dir, "audit"))
	if err != nil {
		return err
	}
	defer log.Close()
	who := &identity.Session{ID: "1", Org: "o", OrgName: "acme", Person: "p", Login: "ana", Role: identity.Viewer, Method: "scram-sha-256"}
	const seconds = 3
	ctx, cancel := context.WithTimeout(ctx, seconds*time.Second)
	defer cancel()
	var written atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			for ctx.Err() == nil {
				id, err := log.Begin(context.WithoutCancel(ctx), audit.Begin{Session: who, Statement: typicalQuery, Path: "extract"})
				if err == nil {
					err = log.End(id, audit.End{SQLState: "00000", Outcome: audit.OK})
				}
				if err != nil {
					failed.Store(&err)
					return
				}
				written.Add(2)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	rate := written.Load() / seconds
	b.add(figure{name: "audit records of 64 writers", value: fmt.Sprintf("%d/s", rate), goal: "≥ 20,000/s", met: goal(rate >= 20_000),
		note: "half of them awaited by their writer"})
	return nil
}
