// Package duck is the emulators' DuckDB: it holds the tables that they serve and streams results as Arrow batches, so that memory
// stays flat however large a result is. Nothing leaves its one database file.
package duck

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/arrowmapping"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Options bound what one database may use. Zero values are 2 threads and 1 GiB.
type Options struct {
	Threads int
	Memory  int64 // bytes
	// Spill is the directory for what does not fit in memory; without it, such a statement fails.
	Spill string
}

// Database is one DuckDB. It is safe for use by several goroutines; every statement has a connection of its own.
type Database struct {
	db mapping.Database
}

// Open opens or makes a database file; ":memory:" has none. It fails with 58000.
func Open(path string, o Options) (*Database, error) {
	var config mapping.Config
	if mapping.CreateConfig(&config) == mapping.StateError {
		return nil, failure("duckdb has no configuration")
	}
	defer mapping.DestroyConfig(&config)
	if o.Threads == 0 {
		o.Threads = 2
	}
	if o.Memory == 0 {
		o.Memory = 1 << 30
	}
	for _, setting := range [][2]string{
		{"threads", strconv.Itoa(o.Threads)},
		{"memory_limit", strconv.FormatInt(o.Memory, 10) + "B"},
		{"temp_directory", o.Spill},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"preserve_insertion_order", "true"},
	} {
		if mapping.SetConfig(config, setting[0], setting[1]) == mapping.StateError {
			return nil, failure("duckdb does not know the setting " + setting[0])
		}
	}
	d := &Database{}
	var text string
	if mapping.OpenExt(path, &d.db, config, &text) == mapping.StateError {
		return nil, failure(text)
	}
	return d, nil
}

func failure(text string) error {
	return pgerr.New(pgerr.SystemError, "the sandbox's database failed").WithDetail("%s", text)
}

// Close ends the database; no statement may run.
func (d *Database) Close() { mapping.Close(&d.db) }

// Exec runs one statement for its effect.
func (d *Database) Exec(ctx context.Context, text string) error {
	return d.Query(ctx, text, func(arrow.RecordBatch) error { return nil })
}

// Query runs one statement and hands its rows over batch by batch; a batch is valid until each returns, or
// while it is retained. Its errors are
// each's, ctx's cause, or DuckDB's words as they are.
func (d *Database) Query(ctx context.Context, text string, each func(arrow.RecordBatch) error) error {
	var con mapping.Connection
	if mapping.Connect(d.db, &con) == mapping.StateError {
		return failure("duckdb gave no connection")
	}
	defer mapping.Disconnect(&con)
	defer interruptWith(ctx, con)()
	err := query(ctx, con, text, each)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// interruptWith interrupts a connection again and again once ctx has ended, since DuckDB forgets an interrupt that comes before
// its statement; the returned function ends that.
func interruptWith(ctx context.Context, con mapping.Connection) (stop func()) {
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-ctx.Done():
		case <-over:
			return
		}
		for {
			mapping.Interrupt(con)
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(over)
		<-done
	}
}

// interruptFailed interrupts a statement that is given up. The interrupt of a context that ended before the statement was pending is
// forgotten, and closing the connection would wait until the statement's threads are through.
func interruptFailed(con mapping.Connection, err *error) {
	if *err != nil {
		mapping.Interrupt(con)
	}
}

func query(ctx context.Context, con mapping.Connection, text string, each func(arrow.RecordBatch) error) (err error) {
	var stmt mapping.PreparedStatement
	state := mapping.Prepare(con, text, &stmt)
	defer mapping.DestroyPrepare(&stmt)
	if state == mapping.StateError {
		return errors.New(mapping.PrepareError(stmt))
	}
	var pending mapping.PendingResult
	state = bindings.PendingPreparedStreaming(stmt, &pending)
	defer mapping.DestroyPending(&pending)
	defer interruptFailed(con, &err)
	if state == mapping.StateError {
		return errors.New(mapping.PendingError(pending))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var res mapping.Result
	state = mapping.ExecutePending(pending, &res)
	defer mapping.DestroyResult(&res)
	defer interruptFailed(con, &err)
	if text := mapping.ResultError(&res); text != "" || state == mapping.StateError {
		return errors.New(text)
	}
	return fetch(ctx, &res, each)
}

// fetch reads a streaming result to its end.
func fetch(ctx context.Context, res *mapping.Result, each func(arrow.RecordBatch) error) error {
	options := arrowmapping.ResultGetArrowOptions(res)
	defer arrowmapping.DestroyArrowOptions(&options)
	count := mapping.ColumnCount(res)
	names, logical := make([]string, count), make([]mapping.LogicalType, count)
	for i := range count {
		names[i], logical[i] = mapping.ColumnName(res, i), mapping.ColumnLogicalType(res, i)
		defer mapping.DestroyLogicalType(&logical[i])
	}
	schema, bad := arrowmapping.NewArrowSchema(options, logical, names)
	if err := dataError(bad); err != nil {
		return err
	}
	for {
		chunk := mapping.FetchChunk(*res)
		if chunk.Ptr == nil {
			break
		}
		if err := hand(options, schema, chunk, each); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if text := mapping.ResultError(res); text != "" {
		return errors.New(text)
	}
	return nil
}

func hand(options arrowmapping.ArrowOptions, schema *arrow.Schema, chunk mapping.DataChunk, each func(arrow.RecordBatch) error) error {
	defer mapping.DestroyDataChunk(&chunk)
	batch, bad := arrowmapping.DataChunkToArrowArray(options, schema, chunk)
	if err := dataError(bad); err != nil {
		return err
	}
	defer batch.Release()
	return each(batch)
}

func dataError(e mapping.ErrorData) error {
	if !mapping.ErrorDataHasError(e) {
		return nil
	}
	text := mapping.ErrorDataMessage(e)
	mapping.DestroyErrorData(&e)
	return errors.New(text)
}
