package coerce

import (
	"encoding/binary"
	"errors"
	"io"
)

// recordMessage is the kind of messages with rows (Message.fbs).
const recordMessage = 3

var errMessage = errors.New("the stream holds a message that cannot be read")

// messages passes a stream on, each message's metadata when it has been looked at: arrow-go decompresses a body to the length that it
// says it has, and takes dictionaries whatever their size. No source of ours sends either.
type messages struct {
	in   io.Reader
	meta []byte // still to be passed on
	body int64  // bytes of the body, which are passed on as they come
	end  bool
}

// Read passes on what follows.
func (m *messages) Read(p []byte) (int, error) {
	if len(m.meta) == 0 && m.body == 0 {
		if m.end {
			return 0, io.EOF
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
	if len(m.meta) > 0 {
		n := copy(p, m.meta)
		m.meta = m.meta[n:]
		return n, nil
	}
	n, err := m.in.Read(p[:min(int64(len(p)), m.body)])
	if m.body -= int64(n); err == io.EOF && m.body > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF && n > 0 {
		err = nil
	}
	return n, err
}

// next reads a message's metadata. A length of zero ends the stream.
func (m *messages) next() error {
	head := make([]byte, 8)
	if _, err := io.ReadFull(m.in, head); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(head[4:])
	if binary.LittleEndian.Uint32(head) != continuation || n > maxMetadata {
		return errMessage
	}
	m.end = n == 0
	data := make([]byte, 8+n)
	copy(data, head)
	if _, err := io.ReadFull(m.in, data[8:]); err == io.EOF {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	body, ok := (&schema{data: data[8:]}).record()
	if !ok && !m.end {
		return errMessage
	}
	m.meta, m.body = data, body
	return nil
}

// record checks a Message whose header is a RecordBatch that is not compressed and whose vectors are there, and returns its body's
// length. Slots are those of Message.fbs: two vectors of 16 bytes an item, and the compression.
func (s *schema) record() (body int64, ok bool) {
	root, ok := s.follow(0)
	kind, ok2 := s.slot(root, 1)
	header, ok3 := s.slot(root, 2)
	length, ok4 := s.slot(root, 3)
	if !ok || !ok2 || !ok3 || !ok4 || kind == 0 || kind >= len(s.data) || s.data[kind] != recordMessage || header == 0 || length+8 > len(s.data) {
		return 0, false
	}
	if length > 0 {
		body = int64(binary.LittleEndian.Uint64(s.data[length:]))
	}
	table, ok := s.follow(header)
	compression, ok2 := s.slot(table, 3)
	ok = ok && ok2 && compression == 0 && s.structs(table, 1) && s.structs(table, 2) && s.vector(root, 4, -1)
	return body, ok && body >= 0 && body <= maxBody
}

// structs checks a table's vector of items of 16 bytes.
func (s *schema) structs(table, number int) bool {
	at, ok := s.slot(table, number)
	if !ok || at == 0 {
		return ok
	}
	v, ok := s.follow(at)
	n, ok2 := s.u32(v)
	return ok && ok2 && v+4+16*n <= len(s.data)
}
