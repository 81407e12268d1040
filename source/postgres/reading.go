package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// batchRows and batchBytes bound a record batch; the first one of a statement is smaller, so that rows are seen soon.
const (
	firstRows  = 2048
	batchRows  = 16384
	batchBytes = 2 << 20
)

// reading takes the answer to one flight off the wire. One goroutine uses it at a time.
type reading struct {
	conn     *conn
	lease    *source.Lease[*session] // nil once it is given back
	id       string                  // of the session
	text     string
	settings map[string]string
	columns  []plan.Col
	formats  []int16
	builder  *array.RecordBuilder
	decode   []decoder
	cancel   context.CancelCauseFunc // ends the statement
	answers  *pgconn.MultiResultReader
	result   *pgconn.ResultReader // the statement's own among answers; nil before it
	many     bool                 // a batch has been read
	over     bool                 // the answer is read to its end, or given up
	bytes    int64
	retries  int
	err      error
}

func newReading(c *conn, lease *source.Lease[*session], text string, columns []plan.Col) *reading {
	r := &reading{conn: c, lease: lease, text: text, columns: columns, formats: []int16{1}}
	fields := make([]arrow.Field, len(columns))
	for i, col := range columns {
		fields[i] = arrow.Field{Name: "c" + strconv.Itoa(int(col.ID)), Type: plan.ArrowType(col.Type), Nullable: true}
	}
	if len(columns) > 0 {
		r.formats = make([]int16, len(columns))
	}
	r.builder = array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for i, col := range columns {
		if datum.HasBinary(col.Type.OID) == nil && col.Type.OID != pgcat.XML { // whose binary form names an encoding
			r.formats[i] = 1
		}
		d := decoderFor(r.builder.Field(i), col.Type, r.formats[i] == 1)
		if _, isText := fields[i].Type.(*arrow.StringType); isText && lease.Session.unsafe {
			d = checked(d)
		}
		r.decode = append(r.decode, d)
	}
	return r
}

// start sends the statement.
func (r *reading) start(ctx context.Context) {
	r.id = r.lease.Session.id()
	r.answers = r.lease.Session.start(ctx, r.text, r.formats, r.settings)
}

// restart sends the statement in a new session when a reused one turns out to have been ended before it answered.
func (r *reading) restart(ctx context.Context, err error) bool {
	var e *pgconn.PgError
	if !r.lease.Reused || ctx.Err() != nil || errors.As(err, &e) && !strings.HasPrefix(e.Code, "57P0") {
		return false
	}
	r.lease.Destroy()
	next, err := r.conn.system.pool.Open(ctx, source.Key{Owner: r.conn.login.owner}, r.conn.opener(r.settings))
	if err != nil {
		r.lease, r.over, r.err = nil, true, err
		return false
	}
	r.lease = next
	r.retries++
	r.start(ctx)
	return true
}

// batch reads the next batch; nil at the end of the answer or at an error, which is in err.
func (r *reading) batch(ctx context.Context) arrow.RecordBatch {
	if r.over || r.result == nil && !r.reach(ctx) {
		return nil
	}
	limit := batchRows
	if !r.many {
		limit, r.many = firstRows, true
	}
	n, bytes := 0, 0
	for n < limit && bytes < batchBytes {
		if !r.result.NextRow() {
			r.finish(ctx)
			break
		}
		size, err := r.row(r.result.Values())
		if err != nil {
			r.fail(err)
			return nil
		}
		n++
		bytes += size
	}
	r.bytes += int64(bytes)
	if r.err != nil || n == 0 {
		return nil
	}
	if len(r.columns) == 0 {
		return array.NewRecordBatch(r.builder.Schema(), nil, int64(n))
	}
	return r.builder.NewRecordBatch()
}

// row appends a row and returns its bytes.
func (r *reading) row(values [][]byte) (bytes int, err error) {
	for i, decode := range r.decode {
		v := values[i]
		if v == nil {
			r.builder.Field(i).AppendNull()
			continue
		}
		if err := decode(v); err != nil {
			return bytes, r.conn.inColumn(err, r.columns[i].Name)
		}
		bytes += len(v)
	}
	return bytes, nil
}

// reach passes over the answers to what precedes the statement, which have no columns; false when the server has refused.
func (r *reading) reach(ctx context.Context) bool {
	for r.answers.NextResult() {
		result := r.answers.ResultReader()
		if fields := result.FieldDescriptions(); len(fields) > 0 {
			r.result = result
			if err := r.check(fields); err != nil {
				r.fail(err)
				return false
			}
			return true
		}
	}
	if err := r.answers.Close(); err != nil {
		if r.restart(ctx, err) {
			return r.reach(ctx)
		}
		if r.lease == nil {
			return false
		}
	}
	r.finish(ctx)
	if r.err == nil {
		r.err = pgerr.New(pgerr.Internal, "the source %s answers a statement without columns", r.conn.system.config.Name)
	}
	return false
}

// check holds the server's columns to the plan's.
func (r *reading) check(fields []pgconn.FieldDescription) error {
	name := r.conn.system.config.Name
	if len(r.columns) > 0 && len(fields) != len(r.columns) {
		return pgerr.New(pgerr.Internal, "the source %s answers %d columns where %d are due", name, len(fields), len(r.columns))
	}
	for i, col := range r.columns {
		if want := col.Type.OID; want != fields[i].DataTypeOID && datum.HasBinary(want) == nil {
			return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s is %s, the model says %s", col.Name, name,
				datum.FormatType(fields[i].DataTypeOID, -1), datum.FormatType(want, -1))
		}
	}
	return nil
}

// finish reads the answer's end. The session goes back when all went well, and is ended otherwise.
func (r *reading) finish(ctx context.Context) {
	r.over = true
	if err := r.answers.Close(); err != nil {
		r.err = r.conn.failure(ctx, err)
		r.lease.Destroy()
	} else {
		release(r.lease)
	}
	r.lease = nil
}

// fail gives the statement up: it is cancelled at the server and its session ended.
func (r *reading) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.abandon(err)
}

// abandon ends a statement that has not come to its end, at the server by a cancel request, and its session.
func (r *reading) abandon(cause error) {
	r.over = true
	if r.lease == nil {
		return
	}
	r.cancel(cause)
	_ = r.answers.Close() // its error follows from the cancellation
	r.lease.Destroy()
	r.lease = nil
}
