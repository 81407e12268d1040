package proxy

import (
	"encoding/binary"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/proxy/rowenc"
)

// tape is a reader that counts its rows. One that keeps can go back, within its limit of bytes.
type tape struct {
	result  Result // nil once it has ended
	limit   int64  // bytes to keep, 0 for a tape that only goes forward
	bytes   int64
	kept    []reel
	current reel
	read    int64 // rows of all batches so far
	rows    int64 // that have been encoded, with their bytes
	sent    int64
}

// reel is a batch with the number of rows before it.
type reel struct {
	batch  arrow.RecordBatch
	before int64
}

func (r reel) holds(n int64) bool {
	return r.batch != nil && n > r.before && n <= r.before+r.batch.NumRows()
}

// at finds row n, from 1.
func (t *tape) at(n int64) (arrow.RecordBatch, int, bool, error) {
	for !t.current.holds(n) {
		if n <= t.read {
			if t.limit == 0 {
				return nil, 0, false, errForwardOnly()
			}
			i := sort.Search(len(t.kept), func(i int) bool { return t.kept[i].before >= n }) - 1
			t.current = t.kept[i]
			continue
		}
		if ok, err := t.next(); !ok {
			return nil, 0, false, err
		}
	}
	return t.current.batch, int(n - t.current.before - 1), true, nil
}

func errForwardOnly() error {
	return pgerr.New(pgerr.ObjectNotInPrerequisite, "cursor can only scan forward").
		WithHint("Declare it with SCROLL option to enable backward scan.")
}

// next reads one batch.
func (t *tape) next() (bool, error) {
	if t.result == nil {
		return false, nil
	}
	if !t.result.Next() {
		err := t.result.Err()
		t.end()
		if t.limit == 0 {
			t.current = reel{}
		}
		return false, err
	}
	batch := t.result.RecordBatch()
	t.current = reel{batch, t.read}
	t.read += batch.NumRows()
	if t.limit > 0 && batch.NumRows() > 0 {
		t.bytes += batchBytes(batch)
		if t.bytes > t.limit {
			return false, pgerr.New(pgerr.ProgramLimitExceeded, "the cursor's result is too large to be kept").
				WithDetail("A SCROLL or WITH HOLD cursor may keep %d MiB.", t.limit>>20).
				WithHint("declare it without SCROLL and WITH HOLD, or narrow its query")
		}
		batch.Retain()
		t.kept = append(t.kept, t.current)
	}
	return true, nil
}

func batchBytes(batch arrow.RecordBatch) (n int64) {
	for _, c := range batch.Columns() {
		n += int64(c.Data().SizeInBytes())
	}
	return n
}

func (t *tape) readAll() error {
	for {
		if ok, err := t.next(); !ok {
			return err
		}
	}
}

func (t *tape) open() bool { return t.result != nil }

// fail tells the result why nobody will read on.
func (t *tape) fail(err error) {
	if t != nil && t.result != nil {
		t.result.Fail(err)
	}
}

// panicking, deferred, tells the result of a panic on its way to the session's end.
func (t *tape) panicking() {
	if v := recover(); v != nil {
		t.fail(pgerr.Panicked(v))
		panic(v)
	}
}

// end accounts for what has been sent and releases the result.
func (t *tape) end() {
	if t.result != nil {
		t.result.Sent(t.rows, t.sent)
		t.result.Release()
		t.result = nil
	}
}

func (t *tape) close() {
	t.end()
	for _, r := range t.kept {
		r.batch.Release()
	}
	t.kept, t.current = nil, reel{}
}

// batchRows encodes a tape's rows.
type batchRows struct {
	tape    *tape
	encoder *rowenc.Encoder
	batch   arrow.RecordBatch
	row     int
	borrows bool // the tape belongs to a cursor
}

func (b *batchRows) at(n int64) (ok bool, err error) {
	b.batch, b.row, ok, err = b.tape.at(n)
	return ok, err
}

func (b *batchRows) encode(dst []byte) ([]byte, error) {
	out, err := b.encoder.AppendRow(dst, b.batch, b.row)
	if err == nil {
		b.tape.rows++
		b.tape.sent += int64(len(out) - len(dst))
	}
	return out, err
}

func (b *batchRows) close() {
	if !b.borrows {
		b.tape.close()
	}
}

// textRows are rows made here, all text.
type textRows struct {
	values  [][]string
	current []string
}

func (t *textRows) at(n int64) (bool, error) {
	if n < 1 || n > int64(len(t.values)) {
		return false, nil
	}
	t.current = t.values[n-1]
	return true, nil
}

func (t *textRows) encode(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, 'D', 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(t.current)))
	for _, v := range t.current {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(v)))
		dst = append(dst, v...)
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst, nil
}

func (t *textRows) close() {}
