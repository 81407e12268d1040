package catalog

import (
	"context"
	"iter"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// Provider gives the rows of the live relations as one person may see them. Iteration ends at the first error; a Provider
// stops when the context is cancelled.
type Provider interface {
	AuditLog(ctx context.Context, who source.Inside) iter.Seq2[AuditEntry, error]
	Connections(ctx context.Context, who source.Inside) iter.Seq2[Connected, error]
}

// AuditEntry is a row of waggle.audit_log: one statement, from its Begin to its End.
type AuditEntry struct {
	ID            string // the statement's own
	Time          time.Time
	Organisation  string
	Login         string
	Application   string
	ClientAddress string
	Statement     string // the client's text with each literal replaced by $n
	Path          string
	Model         string // version of the model
	Entities      []string
	Lineage       string // JSON: the entities with the columns returned and compared
	SourceCalls   string // JSON: an array of one object per call
	Rows, Bytes   int64
	Duration      time.Duration
	SQLState      string
	Outcome       string // ok, denied, error, cancelled, timeout, aborted or running
}

func auditColumns() []ownColumn {
	str := uint32(pgcat.Text)
	return []ownColumn{{"id", str}, {"time", pgcat.TimestampTZ}, {"organisation", str}, {"login", str}, {"application", str},
		{"client_address", str}, {"statement", str}, {"path", str}, {"model", str}, {"entities", pgcat.TextArray}, {"lineage", pgcat.JSONB},
		{"source_calls", pgcat.JSONB}, {"rows", pgcat.Int8}, {"bytes", pgcat.Int8}, {"duration_ms", pgcat.Float8}, {"sqlstate", str},
		{"outcome", str}}
}

func (a AuditEntry) row() (row, error) {
	lineage, err := jsonb(a.Lineage)
	if err != nil {
		return nil, err
	}
	calls, err := jsonb(a.SourceCalls)
	if err != nil {
		return nil, err
	}
	return row{"id": text(a.ID), "time": moment(a.Time), "organisation": text(a.Organisation), "login": text(a.Login),
		"application": text(a.Application), "client_address": textOrNull(a.ClientAddress), "statement": text(a.Statement),
		"path": textOrNull(a.Path), "model": textOrNull(a.Model), "entities": words(a.Entities), "lineage": lineage, "source_calls": calls,
		"rows": datum.Int(a.Rows), "bytes": datum.Int(a.Bytes), "duration_ms": datum.Float(float64(a.Duration) / float64(time.Millisecond)),
		"sqlstate": textOrNull(a.SQLState), "outcome": text(a.Outcome)}, nil
}

// Connected is a row of waggle.connections: what a person has, or could have, at a source.
type Connected struct {
	Source     string // name in waggle.yaml
	Kind       string // as waggle.yaml has it
	Status     string // connected, expired, revoked or missing
	Account    string // who the source says the token is
	Scopes     []string
	Credential string    // person or org
	Since      time.Time // zero times are NULL
	Expires    time.Time
	URL        string // where to connect
	Error      string // why the last refresh failed
}

func connectionColumns() []ownColumn {
	str, at := uint32(pgcat.Text), uint32(pgcat.TimestampTZ)
	return []ownColumn{{"source", str}, {"kind", str}, {"status", str}, {"account", str}, {"scopes", pgcat.TextArray}, {"credential", str},
		{"since", at}, {"expires", at}, {"url", str}, {"error", str}}
}

func (c Connected) row() (row, error) {
	return row{"source": text(c.Source), "kind": text(c.Kind), "status": text(c.Status), "account": textOrNull(c.Account),
		"scopes": words(c.Scopes), "credential": textOrNull(c.Credential), "since": moment(c.Since), "expires": moment(c.Expires),
		"url": textOrNull(c.URL), "error": textOrNull(c.Error)}, nil
}

// moment is a timestamptz; the zero time is NULL.
func moment(t time.Time) datum.Value {
	if t.IsZero() {
		return nil
	}
	return datum.Timestamp(t.UnixMicro())
}

// jsonb brings JSON into PostgreSQL's canonical form; "" is NULL.
func jsonb(s string) (datum.Value, error) {
	if s == "" {
		return nil, nil
	}
	return datum.In(pgcat.JSONB, -1, s, &datum.Env{})
}

// liveBatch bounds the rows of one batch.
const liveBatch = 1024

// live streams a relation of the Provider.
func (c *conn) live(ctx context.Context, r *relation, fields []int) source.Rows {
	if r.table.Name == "connections" {
		return stream(ctx, r, fields, c.source.provider.Connections(ctx, c.who))
	}
	return stream(ctx, r, fields, c.source.provider.AuditLog(ctx, c.who))
}

// liveRow is what a Provider yields.
type liveRow interface{ row() (row, error) }

func stream[T liveRow](ctx context.Context, r *relation, fields []int, seq iter.Seq2[T, error]) source.Rows {
	pull, stop := iter.Pull2(seq)
	next := func() (arrow.RecordBatch, error) {
		out := &rows{relation: r}
		for len(out.list) < liveBatch {
			entry, err, ok := pull()
			if !ok {
				break
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return nil, err
			}
			values, err := entry.row()
			if err != nil {
				return nil, pgerr.New(pgerr.Internal, "a row of %s cannot be shown", r.table.Object).Because(err)
			}
			out.add(values)
		}
		if out.err != nil || len(out.list) == 0 {
			return nil, out.err
		}
		return r.batch(out.list)
	}
	return newReader(r, fields, next, stop)
}
