// Package inflate reads gzip data (RFC 1952, RFC 1951) that lies in memory whole: a part of a result as a source compresses it. That all
// of the input is at hand makes it about twice as fast as a reader that has to ask for each byte.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"sync/atomic"
)

// Errors of data that is none of gzip's, and of a read after Close.
var (
	ErrCorrupt = errors.New("the data is no gzip that can be read")
	ErrClosed  = errors.New("the reader is closed")
)

const (
	window = 32 << 10  // how far back a match may reach
	made   = 128 << 10 // what is made at a time, about
	slack  = 258 + 16  // what a match may take beyond that
	pad    = 16        // zero bytes behind the input, so that eight may be taken at once at its end
)

// state is what comes next in the input.
type state uint8

const (
	member state = iota // a gzip header
	block               // the header of a block
	stored              // bytes as they are
	codes               // symbols of a compressed block
	sums                // a member's checksum and size
)

// Reader inflates. It is for one goroutine, but for Close. At the end of the data, or after an error, it holds none of it any more.
type Reader struct {
	bits
	next  state
	last  bool // the block is its member's last one
	left  int  // of a stored block
	out   []byte
	low   int // out[low:to] has been made
	from  int // out[from:to] has not been read
	to    int
	lits  [litSpace]entry
	dists [distSpace]entry
	sum   uint32 // CRC-32 of a member so far
	size  uint32
	err   error

	closed atomic.Bool
}

// NewReader returns a reader of data, which it owns from now on.
func NewReader(data []byte) *Reader {
	n := len(data)
	return &Reader{bits: bits{in: append(data, make([]byte, pad)...), end: n}, out: make([]byte, window+made+slack)}
}

// Read fills p. It returns io.EOF where the data ends rightly, io.ErrUnexpectedEOF where it breaks off, and ErrCorrupt where it is wrong.
func (r *Reader) Read(p []byte) (int, error) {
	for r.from == r.to && r.err == nil {
		r.slide()
		if r.err = r.more(); r.err != nil {
			r.in = nil
		}
	}
	n := copy(p, r.out[r.from:r.to])
	r.from += n
	if n == 0 && len(p) > 0 {
		return 0, r.err
	}
	return n, nil
}

// Close makes the next Read fail, also one under way. Another goroutine may call it.
func (r *Reader) Close() error {
	r.closed.Store(true)
	return nil
}

// slide keeps what matches may reach back to, and makes room behind it.
func (r *Reader) slide() {
	if r.to < window+made {
		return
	}
	copy(r.out, r.out[r.to-window:r.to])
	r.low, r.from, r.to = 0, window, window
}

// more makes some output, or takes the next piece of the input that makes none.
func (r *Reader) more() error {
	if r.closed.Load() {
		return ErrClosed
	}
	switch r.next {
	case member:
		return r.member()
	case block:
		return r.block()
	case sums:
		return r.sums()
	}
	was := r.to
	var err error
	if r.next == stored {
		err = r.stored()
	} else {
		err = r.codes()
	}
	r.sum = crc32.Update(r.sum, crc32.IEEETable, r.out[was:r.to])
	r.size += uint32(r.to - was)
	return err
}

// endBlock goes on behind a block.
func (r *Reader) endBlock() {
	if r.next = block; r.last {
		r.next = sums
	}
}

// Flags of a gzip header.
const (
	headerSum = 1 << 1
	extra     = 1 << 2
	name      = 1 << 3
	comment   = 1 << 4
)

// member reads a gzip header; where the data ends there instead, it ends rightly, unless it is empty.
func (r *Reader) member() error {
	at := r.in[r.pos:r.end]
	switch {
	case len(at) == 0 && r.pos > 0:
		return io.EOF
	case len(at) < 10:
		return io.ErrUnexpectedEOF
	case at[0] != 0x1f || at[1] != 0x8b || at[2] != 8:
		return ErrCorrupt
	}
	flags, n := at[3], 10
	if flags&extra != 0 {
		if n += 2; n > len(at) {
			return io.ErrUnexpectedEOF
		}
		n += int(binary.LittleEndian.Uint16(at[n-2:]))
	}
	for _, text := range []byte{name, comment} {
		for flags&text != 0 && n < len(at) && at[n] != 0 {
			n++
		}
		if flags&text != 0 {
			n++
		}
	}
	if flags&headerSum != 0 {
		n += 2
		if n <= len(at) && uint16(crc32.ChecksumIEEE(at[:n-2])) != binary.LittleEndian.Uint16(at[n-2:]) {
			return ErrCorrupt
		}
	}
	if n > len(at) {
		return io.ErrUnexpectedEOF
	}
	r.pos += n
	r.next, r.sum, r.size, r.low = block, 0, 0, r.to
	return nil
}

// sums compares a member's checksum and size with what was made.
func (r *Reader) sums() error {
	r.align()
	if r.end-r.pos < 8 {
		return io.ErrUnexpectedEOF
	}
	at := r.in[r.pos:]
	if binary.LittleEndian.Uint32(at) != r.sum || binary.LittleEndian.Uint32(at[4:]) != r.size {
		return ErrCorrupt
	}
	r.pos += 8
	r.next = member
	return nil
}

// stored copies bytes.
func (r *Reader) stored() error {
	n := min(r.left, window+made-r.to)
	if n > r.end-r.pos {
		return io.ErrUnexpectedEOF
	}
	copy(r.out[r.to:], r.in[r.pos:r.pos+n])
	r.pos, r.to, r.left = r.pos+n, r.to+n, r.left-n
	if r.left == 0 {
		r.endBlock()
	}
	return nil
}
