package coerce

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Conversion makes a column's array one of the plan's type, which the caller releases.
type Conversion func(arrow.Array) (arrow.Array, error)

// Table makes a source's batches into batches of the plan's types.
type Table struct {
	Schema  *arrow.Schema
	Columns []Conversion // of the first columns of a batch; what follows is not read
}

// partRows is how many rows are converted at a time: few enough to stay in a processor's cache, and to be little beside the batch they
// are from, which a warehouse makes of 16 MiB.
const partRows = 8192

// maxNulls bounds the rows of an array that has no data at all, of which a few bytes may claim any number.
const maxNulls = 1 << 20

var errNulls = errors.New("a batch without values has too many rows")

// ErrColumns is the error of a batch with too few columns.
var ErrColumns = errors.New("a batch lacks columns")

// Each converts a batch in parts and gives each to emit, which takes it over. Its errors are ErrColumns, that of
// an array that breaks Arrow's rules, a conversion's, and emit's.
func (t *Table) Each(in arrow.RecordBatch, emit func(arrow.RecordBatch) error) error {
	if len(t.Columns) > int(in.NumCols()) {
		return ErrColumns
	}
	for i := range t.Columns {
		a := in.Column(i)
		if err := array.Validate(a); err != nil {
			return err
		}
		if a.DataType().ID() == arrow.NULL && a.Len() > maxNulls {
			return errNulls
		}
	}
	for from := int64(0); from < in.NumRows(); from += partRows {
		part, err := t.part(in, from, min(from+partRows, in.NumRows()))
		if err != nil {
			return err
		}
		if err := emit(part); err != nil {
			return err
		}
	}
	return nil
}

// part converts some rows.
func (t *Table) part(in arrow.RecordBatch, from, to int64) (arrow.RecordBatch, error) {
	if to-from < in.NumRows() {
		in = in.NewSlice(from, to)
		defer in.Release()
	}
	out := make([]arrow.Array, 0, len(t.Columns))
	defer func() {
		for _, a := range out {
			a.Release()
		}
	}()
	for i, convert := range t.Columns {
		a, err := convert(in.Column(i))
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return array.NewRecordBatch(t.Schema, out, in.NumRows()), nil
}
