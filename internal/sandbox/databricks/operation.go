package databricks

import (
	"context"
	"errors"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/result"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/shelf"
)

// operation is one statement on its way. What is below done is written before done is closed, and never after.
type operation struct {
	handle  handle
	session *session
	in      tcli.ExecuteStatementReq
	tags    string
	conf    map[string]string // what confOverlay changes for this statement; written before it is compiled
	started time.Time
	cancel  context.CancelCauseFunc

	done   chan struct{}
	ended  time.Time
	state  int32
	fault  *dbsql.Error
	cause  string
	answer answer
	batch  *shelf.Batch // what the answer's chunks are of, where they are this operation's own

	// Guarded by the session's lock: the first chunk that has not been fetched, its first row, and whether the client wants no more. Then the
	// answer has only its figures.
	next      int
	offset    int64
	forgotten bool
}

// answer is a statement's result.
type answer struct {
	columns []result.Column
	head    []byte
	chunks  []*shelf.Chunk
	rows    int64
	// linked tells that the chunks travel behind addresses of their own.
	linked bool
}

// begin starts a statement. It fails where the session has been closed meanwhile.
func (s *Server) begin(n *session, in tcli.ExecuteStatementReq) (*operation, *failure) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, noSession(n.handle.String())
	}
	ctx, cancel := context.WithCancelCause(s.Life())
	op := &operation{
		handle: newHandle(), session: n, in: in, tags: n.conf["query_tags"], started: s.config.Now(), cancel: cancel, done: make(chan struct{}),
		state: tcli.Running,
	}
	if own, tagged := in.ConfOverlay["query_tags"]; tagged {
		op.tags = own
	}
	n.operations[op.handle.String()] = op
	s.Remember(op)
	s.Run(func() {
		defer cancel(nil)
		s.run(ctx, op)
		n.mu.Lock()
		defer n.mu.Unlock()
		close(op.done)
		if op.forgotten {
			op.drop()
		}
	})
	return op, nil
}

// stop is why a statement that runs is ended: the state in which it ends, and what is said of it.
type stop struct {
	state int32
	fault *dbsql.Error
}

func (s *stop) Error() string { return s.fault.Message }

func canceled() *stop {
	return &stop{tcli.Canceled, &dbsql.Error{Class: "OPERATION_CANCELED", SQLState: "HY008", Message: "[OPERATION_CANCELED] Operation has been canceled. SQLSTATE: HY008"}}
}

func timedOut() *stop {
	return &stop{tcli.TimedOut, refusal("STATEMENT_TIMEOUT", "57KD0", "The statement was timed out as it exceeded the allowed time.")}
}

// run compiles and runs a statement under its timeout.
func (s *Server) run(ctx context.Context, op *operation) {
	if limit := op.session.timeout(op.in.QueryTimeout); limit > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeoutCause(ctx, limit, timedOut())
		defer end()
	}
	err := s.perform(ctx, op)
	op.ended, op.state = s.config.Now(), tcli.Finished
	if err != nil {
		op.fail(ctx, err)
	}
}

// fail ends a statement with an error.
func (op *operation) fail(ctx context.Context, err error) {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	var ended *stop
	op.cause = err.Error()
	switch {
	case errors.As(err, &ended):
		op.state, op.fault = ended.state, ended.fault
	case errors.Is(err, context.Canceled):
		op.state, op.fault = tcli.Canceled, canceled().fault
	case errors.As(err, &op.fault):
		op.state = tcli.Errored
	default:
		op.state, op.fault = tcli.Errored, dbsql.Translate(err)
	}
}

// over tells whether a statement has ended.
func (op *operation) over() bool {
	select {
	case <-op.done:
		return true
	default:
		return false
	}
}

// forget ends a statement whose client wants no more of it, and drops its result; what has an address stays for its time.
func (op *operation) forget() {
	op.cancel(canceled())
	op.session.mu.Lock()
	defer op.session.mu.Unlock()
	op.forgotten = true
	if op.over() {
		op.drop()
	}
}

// drop lets go of a result. The caller holds the session's lock.
func (op *operation) drop() {
	if op.batch != nil && !op.answer.linked {
		op.batch.Drop()
	}
	op.batch, op.answer = nil, answer{rows: op.answer.rows, linked: op.answer.linked}
}

// read runs a compiled query and keeps its rows.
func (s *Server) read(ctx context.Context, op *operation, sql string) error {
	keep := s.Results.Begin()
	encoder := result.NewEncoder(op.answer.columns, op.form(), func(p result.Part) error {
		op.answer.rows += p.Rows
		return keep.Add(shelf.Chunk{Owner: op.session.login, Rows: p.Rows, Size: int64(len(p.Data)), Head: op.answer.head}, p.Data)
	})
	encoder.Contradict, encoder.Pad = s.misbehaves(op)
	defer encoder.Drop()
	var err error
	if op.answer.head, err = encoder.Head(); err != nil {
		return err
	}
	err = s.config.Database.Query(ctx, sql, encoder.Add)
	if err == nil {
		err = encoder.Close()
	}
	if err != nil {
		keep.Drop()
		return err
	}
	op.finish(keep, s.config.Inline, encoder.Pad > 0)
	s.keep(op)
	return nil
}

// finish decides how a result travels: inline when it is small or its client takes no addresses.
func (op *operation) finish(keep *shelf.Batch, inline int64, padded bool) {
	op.batch = keep
	op.answer.linked = is(op.in.CanDownload) && keep.Bytes() > 0 && (keep.Bytes() > inline || padded)
	op.answer.chunks = keep.Chunks()
	if op.answer.linked {
		keep.Finish()
	}
}

// form is how the operation's client reads Arrow.
func (op *operation) form() result.Form {
	n := op.session
	n.mu.Lock()
	defer n.mu.Unlock()
	out := result.Form{Zone: n.conf["timezone"]}
	if t := op.in.ArrowTypes; t != nil {
		out.Decimals, out.Timestamps = is(t.Decimal), is(t.Timestamp)
	}
	return out
}

func is(b *bool) bool { return b != nil && *b }
