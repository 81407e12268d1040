package databricks

import (
	"encoding/binary"
	"errors"
)

// The part of Thrift's binary protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md) that it
// takes to look into an answer. The driver decodes answers by itself, but drops what it takes to hold them to account: states of
// errors, and how many rows a result has.
const (
	thriftVersion = 0x80010000 // in the upper half of a message's first word
	thriftCall    = 1
	thriftReply   = 2
)

// Types of Thrift's values.
const (
	thriftStop   = 0
	thriftBool   = 2
	thriftByte   = 3
	thriftDouble = 4
	thriftI16    = 6
	thriftI32    = 8
	thriftI64    = 10
	thriftString = 11
	thriftStruct = 12
	thriftMap    = 13
	thriftSet    = 14
	thriftList   = 15
)

var errThrift = errors.New("a message is not in Thrift's binary protocol")

// maxNesting bounds how deep values lie in each other; the protocol's own are 8 deep at most.
const maxNesting = 32

// maxItems bounds how many items the lists, sets and maps of a message have together: for each of them, of a few bytes, the driver
// makes values of a hundred. The longest list of the protocol's own is that of a result's columns.
const maxItems = 200_000

// thriftReader walks a message. After an error it stays at the end and yields zero values.
type thriftReader struct {
	data  []byte
	deep  int
	items int
	err   error
}

// take returns the next n bytes, which are the message's.
func (r *thriftReader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.data) {
		r.err, r.data = errThrift, nil
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *thriftReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *thriftReader) i16() int16 {
	if b := r.take(2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *thriftReader) i32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *thriftReader) i64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *thriftReader) bytes() []byte { return r.take(int(r.i32())) }

func (r *thriftReader) text() string { return string(r.bytes()) }

// message reads a message's head: what it is and which method it belongs to.
func (r *thriftReader) message() (kind int, method string) {
	word := uint32(r.i32())
	if word&0xffff0000 != thriftVersion {
		r.err, r.data = errThrift, nil
		return 0, ""
	}
	method = r.text()
	r.i32() // the number of the call
	return int(word & 0xff), method
}

// fields reads a struct: each gets a field's number and type and reads its value, or reports that it has not.
func (r *thriftReader) fields(each func(id int16, kind byte) bool) {
	if r.deep++; r.deep > maxNesting {
		r.err, r.data = errThrift, nil
	}
	for r.err == nil {
		kind := r.byte()
		if kind == thriftStop {
			break
		}
		if id := r.i16(); !each(id, kind) {
			r.skip(kind)
		}
	}
	r.deep--
}

// list reads a list: each reads an element of the wanted type.
func (r *thriftReader) list(wanted byte, each func()) {
	kind := r.byte()
	n := r.count()
	for i := 0; i < n && r.err == nil; i++ {
		if kind == wanted {
			each()
		} else {
			r.skip(kind)
		}
	}
}

// width is how many bytes a value of a type takes, 0 where that depends on the value.
func width(kind byte) int {
	switch kind {
	case thriftBool, thriftByte:
		return 1
	case thriftI16:
		return 2
	case thriftI32:
		return 4
	case thriftI64, thriftDouble:
		return 8
	}
	return 0
}

// skip passes over a value.
func (r *thriftReader) skip(kind byte) {
	if r.deep > maxNesting {
		r.err, r.data = errThrift, nil
		return
	}
	switch kind {
	case thriftString:
		r.bytes()
	case thriftStruct:
		r.fields(func(int16, byte) bool { return false })
	case thriftList, thriftSet:
		r.skipMany(r.byte())
	case thriftMap:
		key := r.byte()
		r.skipMany(key, r.byte())
	default:
		if n := width(kind); n > 0 {
			r.take(n)
			return
		}
		r.err, r.data = errThrift, nil
	}
}

// skipMany passes over a container: its length, then values of its types in turn.
func (r *thriftReader) skipMany(kinds ...byte) {
	n := r.count()
	if len(kinds) == 1 && width(kinds[0]) > 0 && n <= len(r.data) {
		r.take(n * width(kinds[0]))
		return
	}
	r.deep++
	for i := 0; i < n && r.err == nil; i++ {
		for _, kind := range kinds {
			r.skip(kind)
		}
	}
	r.deep--
}

// count reads how many items a container has.
func (r *thriftReader) count() int {
	n := int(r.i32())
	if r.items += n; n < 0 || r.items > maxItems {
		r.err, r.data = errThrift, nil
		return 0
	}
	return n
}
