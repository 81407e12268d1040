package workspace

// #include <stdlib.h>
// #include <stdint.h>
import "C"

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/cdata"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	bindings "github.com/duckdb/duckdb-go-bindings"
	"github.com/duckdb/duckdb-go/v2/arrowmapping"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// database is the worker's DuckDB: in memory, locked before it runs a printed statement.
type database struct {
	db      mapping.Database
	threads int                       // for statements over more than a few rows
	loads   atomic.Int64              // tables loaded
	rows    atomic.Int64              // in them
	known   map[string]bool           // functions registered so far; one statement runs at a time
	locked  bool                      // no setting can be changed any more
	env     atomic.Pointer[datum.Env] // of the running statement
}

// fewRows are computed by one thread: a second one would cost more than it does.
const fewRows = 20_000

// openDatabase opens DuckDB with every door shut: no file, no extension, no spill.
func openDatabase(c config) (*database, error) {
	d := &database{known: map[string]bool{}, threads: max(c.Threads, 1)}
	var conf mapping.Config
	if mapping.CreateConfig(&conf) == mapping.StateError {
		return nil, errors.New("duckdb: no configuration")
	}
	defer mapping.DestroyConfig(&conf)
	options := [][2]string{
		{"temp_directory", ""},
		{"threads", "1"},
		{"memory_limit", strconv.FormatInt(c.Budget/4*3, 10) + "B"},
		{"enable_external_access", "false"},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"allow_persistent_secrets", "false"},
		{"max_expression_depth", "300"},
		{"preserve_insertion_order", "true"},
		{"default_null_order", "nulls_last_on_asc_first_on_desc"},
		{"old_implicit_casting", "false"},
	}
	for _, o := range options {
		if mapping.SetConfig(conf, o[0], o[1]) == mapping.StateError {
			return nil, fmt.Errorf("duckdb: setting %s is unknown", o[0])
		}
	}
	var text string
	if mapping.OpenExt(":memory:", &d.db, conf, &text) == mapping.StateError {
		return nil, fmt.Errorf("duckdb: %s", text)
	}
	con, err := d.connect()
	if err != nil {
		return nil, err
	}
	defer mapping.Disconnect(&con)
	// Common subexpressions are computed ahead of COALESCE, which must not evaluate what it does not need.
	return d, run(con, "SET TimeZone='UTC'; SET disabled_optimizers='common_subexpressions'; SELECT sum(i) FROM range(10) t(i)")
}

// lock gives the statement that comes as many threads as it is worth, and lets no setting be changed later.
func (d *database) lock(con mapping.Connection) error {
	if d.locked {
		return nil
	}
	text := "SET lock_configuration=true"
	if d.threads > 1 && (d.loads.Load() == 0 || d.rows.Load() > fewRows) { // without a table, it makes its rows itself
		text = "SET threads=" + strconv.Itoa(d.threads) + "; " + text
	}
	err := run(con, text)
	d.locked = err == nil
	return err
}

func (d *database) connect() (mapping.Connection, error) {
	var con mapping.Connection
	if mapping.Connect(d.db, &con) == mapping.StateError {
		return con, errors.New("duckdb: no connection")
	}
	return con, nil
}

func run(con mapping.Connection, text string) error {
	for _, s := range strings.Split(text, ";") {
		var res mapping.Result
		state := bindings.Query(con, s, &res)
		err := resultError(&res, state)
		mapping.DestroyResult(&res)
		if err != nil {
			return err
		}
	}
	return nil
}

func resultError(res *mapping.Result, state mapping.State) error {
	if text := mapping.ResultError(res); text != "" || state == mapping.StateError {
		return fromDuckDB(text)
	}
	return nil
}

// load reads an Arrow IPC stream into a table (a second scan of a registered view returns no rows).
func (d *database) load(o loadOrder, in io.Reader) error {
	con, err := d.connect()
	if err != nil {
		return err
	}
	defer mapping.Disconnect(&con)
	r, err := ipc.NewReader(in)
	if err != nil {
		return err
	}
	defer r.Release()
	if r.Schema().NumFields() != len(o.Names) {
		return fmt.Errorf("table %s: %d columns instead of %d", o.Table, r.Schema().NumFields(), len(o.Names))
	}
	if len(o.Names) == 0 {
		return pgerr.New(pgerr.Internal, "table without columns")
	}
	d.loads.Add(1)
	renamed := d.named(r, o)
	stream := C.calloc(1, C.size_t(unsafe.Sizeof(cdata.CArrowArrayStream{})))
	defer C.free(stream)
	cdata.ExportRecordReader(renamed, (*cdata.CArrowArrayStream)(stream))
	defer cdata.ReleaseCArrowArrayStream((*cdata.CArrowArrayStream)(stream))
	view := "v_" + o.Table
	if arrowmapping.ArrowScan(con, view, arrowmapping.ArrowStream{Ptr: stream}) == mapping.StateError {
		return fmt.Errorf("table %s: arrow scan", o.Table)
	}
	err = run(con, `CREATE TABLE "`+o.Table+`" AS SELECT * FROM "`+view+`"`)
	if rerr := r.Err(); rerr != nil && !errors.Is(rerr, io.EOF) {
		return rerr
	}
	return err
}

// named gives the stream's columns the plan's names, and UUIDs the extension name by which DuckDB knows them.
func (d *database) named(r *ipc.Reader, o loadOrder) array.RecordReader {
	fields := make([]arrow.Field, len(o.Names))
	for i, f := range r.Schema().Fields() {
		fields[i] = arrow.Field{Name: o.Names[i], Type: f.Type, Nullable: true}
		if f.Type.ID() == arrow.FIXED_SIZE_BINARY {
			fields[i].Metadata = arrow.NewMetadata([]string{"ARROW:extension:name", "ARROW:extension:metadata"}, []string{"arrow.uuid", ""})
		}
	}
	return &renamedReader{RecordReader: r, schema: arrow.NewSchema(fields, nil), rows: &d.rows}
}

type renamedReader struct {
	array.RecordReader
	schema *arrow.Schema
	batch  arrow.RecordBatch
	rows   *atomic.Int64
}

func (r *renamedReader) Schema() *arrow.Schema { return r.schema }

func (r *renamedReader) Next() bool {
	if r.batch != nil {
		r.batch.Release()
		r.batch = nil
	}
	if !r.RecordReader.Next() {
		return false
	}
	b := r.RecordReader.RecordBatch()
	r.rows.Add(b.NumRows())
	r.batch = array.NewRecordBatch(r.schema, b.Columns(), b.NumRows())
	return true
}

func (r *renamedReader) RecordBatch() arrow.RecordBatch { return r.batch }

// Record is the former name of RecordBatch.
func (r *renamedReader) Record() arrow.RecordBatch { return r.batch }

// query runs one printed statement and writes its rows, chunk by chunk, as an Arrow IPC stream.
func (d *database) query(o queryOrder, w *streamWriter) error {
	con, err := d.connect()
	if err != nil {
		return err
	}
	defer mapping.Disconnect(&con)
	if err := d.lock(con); err != nil {
		return err
	}
	if err := d.register(con, o); err != nil {
		return err
	}
	var stmt mapping.PreparedStatement
	state := mapping.Prepare(con, o.SQL, &stmt)
	defer mapping.DestroyPrepare(&stmt)
	if state == mapping.StateError {
		return fromDuckDB(mapping.PrepareError(stmt))
	}
	var pending mapping.PendingResult
	state = bindings.PendingPreparedStreaming(stmt, &pending)
	defer mapping.DestroyPending(&pending)
	if state == mapping.StateError {
		return fromDuckDB(mapping.PendingError(pending))
	}
	var res mapping.Result
	state = mapping.ExecutePending(pending, &res)
	defer mapping.DestroyResult(&res)
	if err := resultError(&res, state); err != nil {
		return err
	}
	return stream(&res, o.Types, w)
}

func stream(res *mapping.Result, types []plan.Type, w *streamWriter) error {
	options := arrowmapping.ResultGetArrowOptions(res)
	defer arrowmapping.DestroyArrowOptions(&options)
	count := mapping.ColumnCount(res)
	names, logical := make([]string, count), make([]mapping.LogicalType, count)
	for i := range count {
		names[i], logical[i] = "c"+strconv.Itoa(int(i)), mapping.ColumnLogicalType(res, i)
		defer mapping.DestroyLogicalType(&logical[i])
	}
	schema, bad := arrowmapping.NewArrowSchema(options, logical, names)
	if err := dataError(bad); err != nil {
		return err
	}
	edge, err := newEdge(schema, types)
	if err != nil {
		return err
	}
	out := ipc.NewWriter(w, ipc.WithSchema(edge.schema))
	for {
		chunk := mapping.FetchChunk(*res)
		if chunk.Ptr == nil {
			break
		}
		if err := writeChunk(out, edge, options, chunk); err != nil {
			return err
		}
	}
	if err := resultError(res, mapping.StateSuccess); err != nil {
		return err
	}
	return out.Close()
}

func writeChunk(out *ipc.Writer, e *edge, options arrowmapping.ArrowOptions, chunk mapping.DataChunk) error {
	defer mapping.DestroyDataChunk(&chunk)
	raw, bad := arrowmapping.DataChunkToArrowArray(options, e.from, chunk)
	if err := dataError(bad); err != nil {
		return err
	}
	defer raw.Release()
	batch, err := e.convert(raw)
	if err != nil {
		return err
	}
	defer batch.Release()
	return out.Write(batch)
}

func dataError(e mapping.ErrorData) error {
	if !mapping.ErrorDataHasError(e) {
		return nil
	}
	text := mapping.ErrorDataMessage(e)
	mapping.DestroyErrorData(&e)
	return fromDuckDB(text)
}
