package postgres

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// batchRows and batchBytes bound a record batch.
const (
	batchRows  = 4096
	batchBytes = 4 << 20
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// rows is a running statement.
type rows struct {
	refs    atomic.Int64
	ctx     context.Context
	cancel  context.CancelCauseFunc
	conn    *conn
	session *pgconn.PgConn
	result  *pgconn.ResultReader
	columns []plan.Col
	builder *array.RecordBuilder
	decode  []decoder
	current arrow.RecordBatch
	done    bool
	err     error
	report  source.Report
}

var _ source.Rows = (*rows)(nil)

// Run starts a dialect.Text in a session of its own. The server's refusal of the statement comes from Run or from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a PostgreSQL source takes statements alone")
	}
	settings := map[string]string{}
	for _, s := range text.Settings {
		settings[s.Name] = s.Value
	}
	session, err := c.session(ctx, settings)
	if err != nil {
		return nil, err
	}
	out := &rows{conn: c, session: session, columns: text.Columns}
	out.refs.Store(1)
	out.ctx, out.cancel = context.WithCancelCause(ctx)
	out.report = source.Report{QueryID: strconv.FormatUint(uint64(session.PID()), 10), Requests: []string{source.RequestID(ctx)}, Pages: 1, Status: "running"}
	formats := make([]int16, len(text.Columns))
	fields := make([]arrow.Field, len(text.Columns))
	for i, col := range text.Columns {
		fields[i] = arrow.Field{Name: "c" + strconv.Itoa(int(col.ID)), Type: plan.ArrowType(col.Type), Nullable: true}
		if datum.HasBinary(col.Type.OID) == nil {
			formats[i] = 1
		}
	}
	if len(formats) == 0 {
		formats = []int16{1}
	}
	out.builder = array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for i, col := range text.Columns {
		out.decode = append(out.decode, decoderFor(out.builder.Field(i), col.Type, formats[i] == 1))
	}
	out.result = session.ExecParams(out.ctx, text.Text, nil, nil, nil, formats)
	return out, nil
}

// Schema is that of the statement's columns.
func (r *rows) Schema() *arrow.Schema { return r.builder.Schema() }

// Retain adds a reference.
func (r *rows) Retain() { r.refs.Add(1) }

// Release drops a reference; the last one cancels the statement and ends its session.
func (r *rows) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.drop()
	r.finish(errReleased)
	r.builder.Release()
}

// finish ends the session; a statement that still runs is cancelled at the server.
func (r *rows) finish(cause error) {
	if r.session == nil {
		return
	}
	if !r.done {
		r.cancel(cause)
	}
	_, _ = r.result.Close() // its error is known, or follows from the cancellation
	r.cancel(cause)
	_ = r.session.Close(context.WithoutCancel(r.ctx))
	r.session = nil
}

func (r *rows) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// Next advances to the next batch, which is valid until the next call.
func (r *rows) Next() bool {
	r.drop()
	if r.err != nil || r.done {
		return false
	}
	n, bytes := int64(0), 0
	for n < batchRows && bytes < batchBytes {
		if !r.result.NextRow() {
			r.end()
			break
		}
		if n == 0 && r.report.Rows == 0 {
			if r.err = r.check(); r.err != nil {
				return r.stop()
			}
		}
		for i, v := range r.result.Values() {
			if i >= len(r.decode) {
				continue
			}
			if err := r.decode[i](v); err != nil {
				r.err = err
				return r.stop()
			}
			bytes += len(v)
		}
		n++
	}
	if r.err != nil || n == 0 {
		return false
	}
	r.report.Rows += n
	r.report.Bytes += int64(bytes)
	if len(r.columns) == 0 {
		r.current = array.NewRecordBatch(r.builder.Schema(), nil, n)
		return true
	}
	r.current = r.builder.NewRecordBatch()
	return true
}

func (r *rows) stop() bool {
	r.report.Status = pgerr.Code(r.err)
	r.finish(r.err)
	return false
}

// end takes the command's end, or its error.
func (r *rows) end() {
	_, err := r.result.Close()
	r.done = true
	r.report.Status = "ok"
	if err != nil {
		r.err = r.conn.failure(r.ctx, err)
		r.report.Status = pgerr.Code(r.err)
	}
}

// check holds the server's column types to the plan's.
func (r *rows) check() error {
	for i, f := range r.result.FieldDescriptions() {
		if i >= len(r.columns) {
			break
		}
		want := r.columns[i].Type.OID
		if want != f.DataTypeOID && datum.HasBinary(want) == nil {
			return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s is %s, the model says %s", r.columns[i].Name, r.conn.system.config.Name,
				datum.FormatType(f.DataTypeOID, -1), datum.FormatType(want, -1))
		}
	}
	return nil
}

// RecordBatch returns the present batch.
func (r *rows) RecordBatch() arrow.RecordBatch { return r.current }

// Record returns the present batch.
func (r *rows) Record() arrow.RecordBatch { return r.current }

// Err returns what ended the read, nil at its end.
func (r *rows) Err() error { return r.err }

// Report tells what the server has said so far; its own id of the statement is the backend's process id.
func (r *rows) Report() source.Report { return r.report }
