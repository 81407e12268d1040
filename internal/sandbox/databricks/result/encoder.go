package result

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Part is some rows of a result: the messages of an Arrow IPC stream between the schema and the end.
type Part struct {
	Rows int64 // of the result; the data may have more
	Data []byte
}

// The sizes of the first part and of the largest in bytes; each is twice the one before. A part has no more rows than maxRows.
const (
	firstSize   = 256 << 10
	largestSize = 8 << 20
	maxRows     = 100_000
)

// Encoder cuts a result into parts as its batches come. Only one part is held at a time.
type Encoder struct {
	// Contradict tells by position which columns are sent as text without being one, for tests of who reads them; nil is none.
	Contradict []bool
	// Pad is how many rows that are none of the result's follow those of a part, as in the vendor's files.
	Pad int64

	columns []Column
	form    Form
	emit    func(Part) error
	held    []arrow.RecordBatch
	rows    int64
	bytes   int
	target  int
	head    []byte
}

// NewEncoder returns an encoder that hands each part to emit, which keeps it.
func NewEncoder(columns []Column, form Form, emit func(Part) error) *Encoder {
	return &Encoder{columns: columns, form: form, emit: emit, target: firstSize}
}

// Head is the beginning of the stream that every part continues: its schema.
func (e *Encoder) Head() ([]byte, error) {
	if e.head == nil {
		whole, err := stream(e.schema(), nil)
		if err != nil {
			return nil, err
		}
		e.head = whole[:len(whole)-len(End())]
	}
	return e.head, nil
}

// End is what ends an Arrow IPC stream.
func End() []byte { return []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0} }

// schema is what is sent, with the columns that contradict their description.
func (e *Encoder) schema() *arrow.Schema {
	schema := e.form.arrowSchema(e.columns)
	fields := schema.Fields()
	for i := range fields {
		if e.contradicts(i) {
			fields[i].Type = arrow.BinaryTypes.String
		}
	}
	return arrow.NewSchema(fields, nil)
}

func (e *Encoder) contradicts(i int) bool { return e.Contradict != nil && e.Contradict[i] }

// Add takes the rows of a batch, which stays valid while it is retained.
func (e *Encoder) Add(b arrow.RecordBatch) error {
	if int(b.NumCols()) != len(e.columns) {
		return fmt.Errorf("the result has %d columns, its description %d", b.NumCols(), len(e.columns))
	}
	b.Retain()
	e.held = append(e.held, b)
	e.rows += b.NumRows()
	for _, c := range b.Columns() {
		e.bytes += size(c)
	}
	if e.bytes < e.target && e.rows+b.NumRows() <= maxRows {
		return nil
	}
	return e.flush()
}

// size is how many bytes an array's values are.
func size(a arrow.Array) int {
	switch a := a.(type) {
	case *array.String:
		return len(a.ValueBytes()) + 4*a.Len()
	case *array.Binary:
		return len(a.ValueBytes()) + 4*a.Len()
	}
	if t, ok := a.DataType().(arrow.FixedWidthDataType); ok {
		return a.Len() * t.BitWidth() / 8
	}
	return a.Len()
}

// Close emits what is left and lets go of what is held. A result without rows has no part.
func (e *Encoder) Close() error {
	if e.rows == 0 {
		return nil
	}
	return e.flush()
}

// Drop lets go of what is held when the result is not wanted any more.
func (e *Encoder) Drop() {
	for _, b := range e.held {
		b.Release()
	}
	e.held, e.rows, e.bytes = nil, 0, 0
}

func (e *Encoder) flush() error {
	defer e.Drop()
	batch, err := e.gather()
	if err != nil {
		return err
	}
	defer batch.Release()
	out := Part{Rows: batch.NumRows()}
	if out.Data, err = e.body(batch); err != nil {
		return err
	}
	if e.Pad > 0 {
		extra := batch.NewSlice(0, min(e.Pad, batch.NumRows()))
		defer extra.Release()
		more, err := e.body(extra)
		if err != nil {
			return err
		}
		out.Data = append(out.Data, more...)
	}
	e.target = min(2*e.target, largestSize)
	return e.emit(out)
}

// gather makes one batch of those that are held, in the types that are sent.
func (e *Encoder) gather() (arrow.RecordBatch, error) {
	schema := e.schema()
	columns := make([]arrow.Array, len(e.columns))
	for i := range e.columns {
		parts := make([]arrow.Array, len(e.held))
		for k, b := range e.held {
			parts[k] = b.Column(i)
		}
		whole, err := array.Concatenate(parts, memory.DefaultAllocator)
		if err != nil {
			return nil, err
		}
		defer whole.Release()
		if columns[i], err = e.sent(i, whole, schema.Field(i).Type); err != nil {
			return nil, err
		}
		defer columns[i].Release()
	}
	return array.NewRecordBatch(schema, columns, e.rows), nil
}

// body is a batch as the messages of a stream without its schema and end.
func (e *Encoder) body(batch arrow.RecordBatch) ([]byte, error) {
	head, err := e.Head()
	if err != nil {
		return nil, err
	}
	whole, err := stream(batch.Schema(), batch)
	if err != nil {
		return nil, err
	}
	return whole[len(head) : len(whole)-len(End())], nil
}

func stream(schema *arrow.Schema, batch arrow.RecordBatch) ([]byte, error) {
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	if batch != nil {
		if err := w.Write(batch); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
