package inflate

import (
	"encoding/binary"
	"io"
)

// bits takes bits from the input, the lowest of a byte first.
type bits struct {
	in   []byte // with its pad
	end  int    // of the input without it
	pos  int    // of what has not been taken into acc
	acc  uint64
	have uint // bits in acc; those above are the ones at pos, or zero
}

// fill makes at least 56 bits ready. Those behind the input's end are zero; it is an error when one of them has been used.
func (b *bits) fill() error {
	if b.pos > b.end && uint(b.pos-b.end)*8 > b.have {
		return io.ErrUnexpectedEOF
	}
	b.acc |= binary.LittleEndian.Uint64(b.in[b.pos:]) << (b.have & 63)
	b.pos += int(63-b.have) >> 3
	b.have |= 56
	return nil
}

// take uses n bits of those that are ready.
func (b *bits) take(n uint) uint32 {
	v := uint32(b.acc) & (1<<n - 1)
	b.acc >>= n
	b.have -= n
	return v
}

// align drops the rest of the present byte and gives back those that are ready.
func (b *bits) align() {
	b.pos -= int(b.have >> 3)
	b.acc, b.have = 0, 0
}
