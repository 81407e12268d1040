package sourcetest

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
)

// Conversion makes a column of a stream into a type of the plan's; false where the column is none of it.
type Conversion func(column int, f arrow.Field, a arrow.Array) (out arrow.Array, want plan.Type, ok bool)

// FuzzStream reads broken forms of an Arrow stream: each is read or refused, and what is read can be looked at.
func FuzzStream(f *testing.F, whole []byte, convert Conversion) {
	f.Add(whole)
	for n := 0; n < len(whole); n += 97 {
		f.Add(whole[:n])
		broken := bytes.Clone(whole)
		broken[n] ^= 0x55
		f.Add(broken)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = pgerr.Contained(func() error {
			r, err := coerce.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			defer r.Release()
			for r.Next() {
				b := r.RecordBatch()
				for i := range int(b.NumCols()) {
					out, want, ok := convert(i, r.Schema().Field(i), b.Column(i))
					if !ok {
						continue
					}
					if out.Len() != b.Column(i).Len() || !arrow.TypeEqual(out.DataType(), plan.ArrowType(want)) {
						t.Errorf("%s of %d", out.DataType(), out.Len())
					}
					look(t, out, want)
					out.Release()
				}
			}
			return r.Err()
		})
	})
}

// look reads each value; a panic there would be the encoder's.
func look(t *testing.T, a arrow.Array, want plan.Type) {
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("a value of a converted column cannot be read: %v", p)
		}
	}()
	for k := range a.Len() {
		plan.ArrowValue(a, k, want)
	}
}
