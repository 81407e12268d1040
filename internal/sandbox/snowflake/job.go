package snowflake

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/shelf"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
)

// job is one statement on its way. What is below done is written before done is closed, and never after.
type job struct {
	id, requestID string
	session       *session
	in            queryRequest
	role          string // when it began; warehouse and tag too
	warehouse     string
	tag           string
	started       time.Time
	cancel        context.CancelCauseFunc

	done    chan struct{}
	ended   time.Time
	failure *failure
	cause   string
	columns []result.Column
	rowset  [][]*string // of a statement that is answered as JSON; else nil
	first   result.Chunk
	chunks  []*shelf.Chunk
	headers map[string]string
	rows    int64
	kind    int64 // statementTypeId
	final   final

	forgotten bool // the result is gone; guarded by the session's lock, as is then what a result has
}

// final is a session's state after a statement.
type final struct{ database, schema, warehouse, role string }

// newID is an id as the service's queries have it.
func newID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	text := hex.EncodeToString(raw[:])
	return fmt.Sprintf("%s-%s-%s-%s-%s", text[:8], text[8:12], text[12:16], text[16:20], text[20:])
}

// begin starts a statement, unless the session has one of the same request already.
func (s *Server) begin(n *session, requestID string, in queryRequest) *job {
	n.mu.Lock()
	defer n.mu.Unlock()
	if j := n.jobs[requestID]; j != nil {
		return j
	}
	ctx, cancel := context.WithCancelCause(s.Life())
	j := &job{
		id: newID(), requestID: requestID, session: n, in: in, role: n.role, warehouse: n.warehouse, started: s.config.Now(),
		tag: text(either(in.Parameters["QUERY_TAG"], n.parameters["QUERY_TAG"])), cancel: cancel, done: make(chan struct{}),
	}
	n.jobs[requestID] = j
	n.forget(j)
	s.Remember(j)
	s.Run(func() {
		defer close(j.done)
		defer cancel(nil)
		s.run(ctx, j)
		j.ended = s.config.Now()
		n.mu.Lock()
		j.final = final{n.database, n.schema, n.warehouse, n.role}
		n.mu.Unlock()
	})
	return j
}

// keptResults is how many statements of a session can be asked for their results again.
const keptResults = 16

// forget drops the results of the session's older statements, now that there is a new one. The caller holds the session's lock.
func (n *session) forget(newest *job) {
	n.recent = append(n.recent, newest)
	for len(n.recent) > keptResults && n.recent[0].over() {
		n.recent[0].release()
		delete(n.jobs, n.recent[0].requestID)
		n.recent = n.recent[1:]
	}
}

// release drops the result of a statement that is over. The caller holds the session's lock.
func (j *job) release() {
	j.first, j.rowset, j.chunks, j.forgotten = result.Chunk{}, nil, nil, true
}

func either(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

// text is a parameter's value as text.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// run compiles and runs a statement under its timeout.
func (s *Server) run(ctx context.Context, j *job) {
	if limit, _ := strconv.Atoi(text(either(j.in.Parameters["STATEMENT_TIMEOUT_IN_SECONDS"], j.session.parameter("STATEMENT_TIMEOUT_IN_SECONDS")))); limit > 0 {
		timeout := fail("000630", "57014", fmt.Sprintf("Statement reached its statement or warehouse timeout of %d second(s) and was canceled.", limit))
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, time.Duration(limit)*time.Second, timeout)
		defer stop()
	}
	if err := s.perform(ctx, j); err != nil {
		j.failure = s.refusal(ctx, err)
		j.failure.id, j.cause = j.id, err.Error()
	}
}

// refusal is the answer to an error of a statement.
func (s *Server) refusal(ctx context.Context, err error) *failure {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var f *failure
	switch {
	case errors.As(err, &f):
		copied := *f
		return &copied
	case errors.Is(err, context.Canceled):
		return canceled()
	}
	return translate(err)
}

// read runs a compiled query and keeps its chunks.
func (s *Server) read(ctx context.Context, j *job, sql string) error {
	keep := s.Results.Begin()
	j.headers = storageHeaders()
	encoder, err := result.NewEncoder(j.columns, func(c result.Chunk) error {
		j.rows += int64(c.Rows)
		if j.first.Data == nil {
			j.first = c
			return nil
		}
		return keep.Add(shelf.Chunk{Owner: j.session.login, Secret: j.headers[keyHeader], Rows: int64(c.Rows), Size: c.Size}, c.Data)
	})
	if err != nil {
		return err
	}
	encoder.Contradict = s.contradicted(j.columns)
	if s.config.Plain {
		encoder.Level = 0
	}
	if err = s.config.Database.Query(ctx, sql, encoder.Add); err == nil {
		err = encoder.Close()
	}
	if err != nil {
		keep.Drop()
		return err
	}
	j.chunks = keep.Finish()
	s.keep(j)
	return nil
}

// over tells whether a statement has ended.
func (j *job) over() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// answer is the data of a statement that has ended well, or nil when its result is not kept any more; base is the address under
// which the client knows the emulator.
func (j *job) answer(base string) map[string]any {
	parameters := nameValues(j.session.shown())
	j.session.mu.Lock()
	defer j.session.mu.Unlock()
	if j.forgotten {
		return nil
	}
	rowtype := []any{}
	for _, c := range j.columns {
		rowtype = append(rowtype, c.RowType())
	}
	out := map[string]any{
		"parameters": parameters, "rowtype": rowtype, "total": j.rows, "returned": j.rows, "queryId": j.id,
		"databaseProvider": nil, "finalDatabaseName": orNull(j.final.database), "finalSchemaName": orNull(j.final.schema),
		"finalWarehouseName": orNull(j.final.warehouse), "finalRoleName": j.final.role, "numberOfBinds": len(j.in.Bindings),
		"arrayBindSupported": false, "statementTypeId": j.kind, "version": 1, "sendResultTime": time.Now().UnixMilli(),
	}
	if j.rowset != nil {
		out["rowset"], out["queryResultFormat"] = j.rowset, "json"
		return out
	}
	out["queryResultFormat"], out["rowsetBase64"] = "arrow", base64.StdEncoding.EncodeToString(j.first.Data)
	if len(j.chunks) > 0 {
		out["chunks"], out["chunkHeaders"], out["qrmk"] = j.addresses(base), j.headers, j.headers[keyHeader]
	}
	return out
}

// addresses is where the chunks after the first are.
func (j *job) addresses(base string) []any {
	var out []any
	for _, c := range j.chunks {
		out = append(out, map[string]any{
			"url": base + "/results/" + c.Key, "rowCount": c.Rows, "uncompressedSize": c.Size, "compressedSize": c.Bytes,
		})
	}
	return out
}
