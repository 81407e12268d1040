// Package rowenc writes the bytes of DataRow messages straight from Arrow columns, in the text and in the binary format,
// without a Go value per field.
package rowenc

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Column is one column of the rows to write.
type Column struct {
	Type  plan.Type
	Index int // column of the batches
	// Quotient: the value is the numeric quotient of the batches' columns Index and Divisor, NULL where the second is 0, or with
	// Strict an error there (22012).
	Quotient bool
	Strict   bool
	Divisor  int
	Format   int16 // 0 text, 1 binary
}

// Encoder writes rows of record batches. It is for one goroutine, and binds itself to the batch it was last given,
// which the caller keeps retained while it asks for its rows.
type Encoder struct {
	cols  []Column
	env   *datum.Env
	batch arrow.RecordBatch
	bound []bound
}

// bound is a column tied to one batch.
type bound struct {
	valid  []byte // bitmap, nil when nothing is NULL
	offset int    // of row 0 in valid
	isNull func(row int) bool
	value  value
}

// value appends the value of a row, which is not NULL, without its length.
type value func(dst []byte, row int) []byte

// New returns an encoder for rows of cols. A format code that is neither 0 nor 1 is 22023, a type without binary format
// 42883 or 0A000. A nil env is the zero Env.
func New(cols []Column, env *datum.Env) (*Encoder, error) {
	if env == nil {
		env = &datum.Env{}
	}
	for _, c := range cols {
		switch c.Format {
		case 0:
		case 1:
			if err := datum.HasBinary(c.Type.OID); err != nil {
				return nil, err
			}
		default:
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", c.Format)
		}
	}
	return &Encoder{cols: cols, env: env, bound: make([]bound, len(cols))}, nil
}

// AppendRow appends the DataRow message of one row. A batch whose columns do not carry the declared types is XX000.
func (e *Encoder) AppendRow(dst []byte, rec arrow.RecordBatch, row int) ([]byte, error) {
	if rec != e.batch {
		if err := e.Bind(rec); err != nil {
			return dst, err
		}
	}
	start := len(dst)
	dst = append(dst, 'D', 0, 0, 0, 0, byte(len(e.bound)>>8), byte(len(e.bound)))
	for i := range e.bound {
		b := &e.bound[i]
		if b.null(row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = b.value(append(dst, 0, 0, 0, 0), row)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst, nil
}

// AppendValue appends one value without length, for formats other than DataRow's; false means NULL. The encoder must have
// been bound to the row's batch.
func (e *Encoder) AppendValue(dst []byte, col, row int) ([]byte, bool) {
	b := &e.bound[col]
	if b.null(row) {
		return dst, false
	}
	return b.value(dst, row), true
}

func (b *bound) null(row int) bool {
	if b.valid != nil {
		at := b.offset + row
		return b.valid[at>>3]&(1<<(at&7)) == 0
	}
	return b.isNull != nil && b.isNull(row)
}

// Bind chooses how each column of a batch is written. AppendRow does it for a batch that it has not met.
func (e *Encoder) Bind(rec arrow.RecordBatch) error {
	e.batch = nil
	for i, c := range e.cols {
		last := c.Index
		if c.Quotient {
			last = max(last, c.Divisor)
		}
		if c.Index < 0 || c.Divisor < 0 || last >= int(rec.NumCols()) {
			return pgerr.New(pgerr.Internal, "column %d is not in a batch of %d columns", last, rec.NumCols())
		}
		b, err := e.bind(c, rec)
		if err != nil {
			return err
		}
		e.bound[i] = b
	}
	e.batch = rec
	return nil
}

func (e *Encoder) bind(c Column, rec arrow.RecordBatch) (bound, error) {
	a := rec.Column(c.Index)
	if c.Quotient {
		return bindQuotient(c, a, rec.Column(c.Divisor), e.env)
	}
	v := bindValue(c.Type, c.Format, a, e.env)
	if v == nil {
		return bound{}, mismatch(c.Type, a)
	}
	b := bound{value: v}
	if a.NullN() > 0 {
		b.valid, b.offset = a.NullBitmapBytes(), a.Data().Offset()
		if len(b.valid) == 0 {
			b.valid, b.isNull = nil, a.IsNull
		}
	}
	return b, nil
}

func mismatch(t plan.Type, a arrow.Array) error {
	return pgerr.New(pgerr.Internal, "a column of type %s arrived as %s", datum.FormatType(t.OID, t.Mod), a.DataType())
}

// bindValue returns nil when the array does not carry the type.
func bindValue(t plan.Type, format int16, a arrow.Array, env *datum.Env) value {
	if format == 1 {
		return binaryValue(t, a)
	}
	return textValue(t, a, env)
}
