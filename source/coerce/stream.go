package coerce

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// Bounds of one message of a stream, so that a broken length cannot take the process's memory.
const (
	maxBody     = 1 << 30
	maxMetadata = 16 << 20
	maxFields   = 100_000
	maxNesting  = 32
)

// NewReader reads an Arrow IPC stream, at the metadata of which it looks first: arrow-go takes the lengths that it finds there at their
// word, and allocates what they say. Compressed batches and dictionaries are an error.
func NewReader(in io.Reader) (*ipc.Reader, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[4:])
	if binary.LittleEndian.Uint32(head) != continuation || n > maxMetadata {
		return nil, errSchema
	}
	var start bytes.Buffer
	start.Write(head)
	if _, err := io.CopyN(&start, in, int64(n)); err != nil {
		return nil, err
	}
	s := schema{data: start.Bytes()[8:]}
	if err := s.message(); err != nil {
		return nil, err
	}
	return ipc.NewReader(io.MultiReader(&start, &messages{in: in}), ipc.WithBodySizeLimit(maxBody), ipc.WithMetadataSizeLimit(maxMetadata))
}

// continuation begins a message (https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format).
const continuation = 0xffffffff

var errSchema = errors.New("the stream does not begin with a schema that can be read")

// schema is a message's metadata, a flatbuffer (https://flatbuffers.dev/internals), of which it is checked that vectors are not
// longer than the data. Numbers of slots are those of Arrow's Message.fbs and Schema.fbs.
type schema struct {
	data   []byte
	fields int
}

func (s *schema) u32(at int) (int, bool) {
	if at < 0 || at+4 > len(s.data) {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(s.data[at:])
	return int(n), n < 1<<31
}

// slot is where a table's field lies; 0 where it has none.
func (s *schema) slot(table, number int) (int, bool) {
	if table < 0 || table+4 > len(s.data) {
		return 0, false
	}
	entries := table - int(int32(binary.LittleEndian.Uint32(s.data[table:])))
	if entries < 0 || entries+4 > len(s.data) {
		return 0, false
	}
	at, size := 4+2*number, int(binary.LittleEndian.Uint16(s.data[entries:]))
	if at+2 > size {
		return 0, true
	}
	if entries+at+2 > len(s.data) {
		return 0, false
	}
	if offset := int(binary.LittleEndian.Uint16(s.data[entries+at:])); offset > 0 {
		return table + offset, true
	}
	return 0, true
}

// follow is where a reference leads to.
func (s *schema) follow(at int) (int, bool) {
	offset, ok := s.u32(at)
	return at + offset, ok && at+offset+4 <= len(s.data)
}

// message checks a Message whose header is a Schema.
func (s *schema) message() error {
	root, ok := s.follow(0)
	header, ok2 := s.slot(root, 2)
	if !ok || !ok2 || header == 0 {
		return errSchema
	}
	table, ok := s.follow(header)
	if !ok || !s.vector(table, 1, 0) || !s.vector(table, 2, -1) {
		return errSchema
	}
	return nil
}

// vector checks a table's vector of references; those of fields are followed at a depth.
func (s *schema) vector(table, number, depth int) bool {
	at, ok := s.slot(table, number)
	if !ok || at == 0 {
		return ok
	}
	v, ok := s.follow(at)
	n, ok2 := s.u32(v)
	if !ok || !ok2 || v+4+4*n > len(s.data) {
		return false
	}
	for i := 0; depth >= 0 && i < n; i++ {
		field, ok := s.follow(v + 4 + 4*i)
		if s.fields++; !ok || s.fields > maxFields || !s.field(field, depth+1) {
			return false
		}
	}
	return true
}

// unions are Arrow's type 14, which no source of ours sends.
const unions = 14

// field checks a Field: its type is no union, its children and its metadata are there.
func (s *schema) field(table, depth int) bool {
	kind, ok := s.slot(table, 2)
	if !ok || depth > maxNesting || kind >= len(s.data) || kind > 0 && s.data[kind] == unions {
		return false
	}
	return s.vector(table, 5, depth) && s.vector(table, 6, -1)
}
