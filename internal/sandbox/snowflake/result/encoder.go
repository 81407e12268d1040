package result

import (
	"bytes"
	"compress/gzip"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Chunk is a part of a result: one Arrow IPC stream.
type Chunk struct {
	Rows int
	Size int64  // bytes before compression
	Data []byte // gzip, but for the first, which travels inline
}

// The sizes of the first chunk and of the largest in bytes before compression; each but the first is twice the one before.
const (
	firstSize   = 64 << 10
	largestSize = 16 << 20
)

// Encoder cuts a result into chunks as its batches come. Only one chunk is held at a time.
type Encoder struct {
	columns []gatherer
	names   []Column
	emit    func(Chunk) error
	rows    int
	chunks  int
	target  int
	// Level is gzip's; 0 does not compress.
	Level int
	// Contradict tells by position which columns are sent as text without being one, for tests of who reads them; nil is none.
	Contradict []bool
}

// NewEncoder returns an encoder that hands each chunk to emit, which keeps it.
func NewEncoder(columns []Column, emit func(Chunk) error) (*Encoder, error) {
	e := &Encoder{names: columns, emit: emit, target: firstSize, Level: gzip.BestSpeed}
	for _, c := range columns {
		g, err := newGatherer(c)
		if err != nil {
			return nil, err
		}
		e.columns = append(e.columns, g)
	}
	return e, nil
}

// Add takes the rows of a batch.
func (e *Encoder) Add(b arrow.RecordBatch) error {
	if int(b.NumCols()) != len(e.columns) {
		return contradiction(Column{Name: "*", Type: "row"}, nil)
	}
	size := 0
	for i, c := range e.columns {
		if err := c.add(b.Column(i)); err != nil {
			return err
		}
		size += c.size()
	}
	e.rows += int(b.NumRows())
	if size < e.target {
		return nil
	}
	return e.flush()
}

// Close emits what is left. A result without rows has no chunk.
func (e *Encoder) Close() error {
	if e.rows == 0 {
		return nil
	}
	return e.flush()
}

func (e *Encoder) flush() error {
	data, err := e.stream()
	if err != nil {
		return err
	}
	chunk := Chunk{Rows: e.rows, Size: int64(len(data)), Data: data}
	if e.chunks > 0 && e.Level > 0 {
		if chunk.Data, err = compress(data, e.Level); err != nil {
			return err
		}
	}
	e.rows, e.chunks, e.target = 0, e.chunks+1, min(2*e.target, largestSize)
	return e.emit(chunk)
}

// stream writes what has been gathered as one Arrow IPC stream.
func (e *Encoder) stream() ([]byte, error) {
	fields, arrays := make([]arrow.Field, len(e.columns)), make([]arrow.Array, len(e.columns))
	for i, c := range e.columns {
		values, physical := c.take()
		defer values.Release()
		if e.Contradict != nil && e.Contradict[i] {
			values, physical = nonsense(e.rows), arrow.BinaryTypes.String
		}
		fields[i], arrays[i] = e.names[i].field(physical), values
	}
	schema := arrow.NewSchema(fields, nil)
	batch := array.NewRecordBatch(schema, arrays, int64(e.rows))
	defer batch.Release()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	if err := w.Write(batch); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// nonsense is a column of text that no other type has.
func nonsense(rows int) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for range rows {
		b.Append("unexpected")
	}
	return b.NewArray()
}

func compress(data []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
