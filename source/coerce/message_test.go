package coerce_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/source/coerce"
)

// written is a stream of two batches of a text and a number.
func written(t *testing.T, kind arrow.DataType, options ...ipc.Option) []byte {
	t.Helper()
	texts, _, err := array.FromJSON(memory.DefaultAllocator, kind, strings.NewReader(`["`+strings.Repeat("x", 5000)+`", "y", null]`))
	if err != nil {
		t.Fatal(err)
	}
	numbers, _, err := array.FromJSON(memory.DefaultAllocator, arrow.PrimitiveTypes.Int64, strings.NewReader(`[1, null, 3]`))
	if err != nil {
		t.Fatal(err)
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "s", Type: kind, Nullable: true}, {Name: "n", Type: numbers.DataType(), Nullable: true}}, nil)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, append(options, ipc.WithSchema(schema))...)
	for range 2 {
		if err := w.Write(array.NewRecordBatch(schema, []arrow.Array{texts, numbers}, 3)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// count reads a stream to its end.
func count(data []byte) (rows int64, err error) {
	r, err := coerce.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	defer r.Release()
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	return rows, r.Err()
}

// TestStreamsAreReadOrRefused: a stream is read whole; what ends within a message, is compressed, or has dictionaries is an error, however
// large it says it is.
func TestStreamsAreReadOrRefused(t *testing.T) {
	whole := written(t, arrow.BinaryTypes.String)
	if n, err := count(whole); n != 6 || err != nil {
		t.Fatal(n, err)
	}
	for end := 0; end < len(whole)-8; end += 61 { // without its last 8 bytes, which say that it is over, a stream is whole
		if n, err := count(whole[:end]); err == nil && n == 6 {
			t.Errorf("%d of %d bytes are whole", end, len(whole))
		}
	}
	dictionary := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	for name, data := range map[string][]byte{"zstd": written(t, arrow.BinaryTypes.String, ipc.WithZstd()), "lz4": written(t, arrow.BinaryTypes.String, ipc.WithLZ4()),
		"dictionary": written(t, dictionary)} {
		if n, err := count(data); err == nil || n > 0 {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
}

// TestWhatEndsAStream: an error of the reader is the stream's, wherever it comes.
func TestWhatEndsAStream(t *testing.T) {
	whole, broken := written(t, arrow.BinaryTypes.String), errors.New("broken off")
	for end := range len(whole) - 8 {
		r, err := coerce.NewReader(io.MultiReader(bytes.NewReader(whole[:end]), iotest.ErrReader(broken)))
		if err == nil {
			for r.Next() {
			}
			err = r.Err()
			r.Release()
		}
		if !errors.Is(err, broken) {
			t.Fatalf("at %d of %d: %v", end, len(whole), err)
		}
	}
}

// TestClaimedLengthsCostNothing: a compressed batch that says it has a petabyte is refused before anything is allocated for it.
func TestClaimedLengthsCostNothing(t *testing.T) {
	data := written(t, arrow.BinaryTypes.String, ipc.WithZstd())
	magic := []byte{0x28, 0xb5, 0x2f, 0xfd} // of a frame of zstd, behind the length that it says it has
	at := bytes.Index(data, magic)
	if at < 8 {
		t.Fatal("no frame")
	}
	binary.LittleEndian.PutUint64(data[at-8:], 1<<50)
	if n, err := count(data); err == nil || n > 0 {
		t.Error(n, err)
	}
}
