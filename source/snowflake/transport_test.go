package snowflake

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"testing"

	fast "github.com/klauspost/compress/gzip"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestInflated: a chunk that is larger than it may be, or that is closed by another goroutine, is not read on.
func TestInflated(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	chunk := func(left int64) *inflated {
		reader, err := fast.NewReader(bytes.NewReader(packed.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		return &inflated{reader: reader, left: left, name: "sf"}
	}
	if data, err := io.ReadAll(chunk(100_000)); err != nil || len(data) != 100_000 {
		t.Error(len(data), err)
	}
	if _, err := io.ReadAll(chunk(99_999)); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Error(err)
	}
	closed := chunk(100_000)
	_ = closed.Close()
	if _, err := io.ReadAll(closed); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
