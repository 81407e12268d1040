package inflate

import (
	"encoding/binary"
	"io"
)

// block reads a block's header.
func (r *Reader) block() error {
	if err := r.fill(); err != nil {
		return err
	}
	r.last = r.take(1) == 1
	switch r.take(2) {
	case 0:
		r.align()
		if r.end-r.pos < 4 {
			return io.ErrUnexpectedEOF
		}
		at := r.in[r.pos:]
		n := binary.LittleEndian.Uint16(at)
		if n != ^binary.LittleEndian.Uint16(at[2:]) {
			return ErrCorrupt
		}
		r.pos += 4
		r.next, r.left = stored, int(n)
		return nil
	case 1:
		r.fixed()
	case 2:
		if err := r.dynamic(); err != nil {
			return err
		}
	default:
		return ErrCorrupt
	}
	r.next = codes
	return nil
}

// fixed makes the tables that need not be sent (RFC 1951, 3.2.6).
func (r *Reader) fixed() {
	var lengths [288]uint8
	for s := range lengths {
		switch {
		case s < 144:
			lengths[s] = 8
		case s < 256:
			lengths[s] = 9
		case s < 280:
			lengths[s] = 7
		default:
			lengths[s] = 8
		}
	}
	build(r.lits[:], litBits, lengths[:], litEntry)
	var distances [32]uint8
	for s := range distances {
		distances[s] = 5
	}
	build(r.dists[:], distBits, distances[:], distEntry)
}

// order is that in which the lengths of the code of the lengths are sent.
var order = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the tables of a block (RFC 1951, 3.2.7).
func (r *Reader) dynamic() error {
	lits, dists, n := int(r.take(5))+257, int(r.take(5))+1, int(r.take(4))+4
	if lits > 286 || dists > 30 {
		return ErrCorrupt
	}
	var small [19]uint8
	for _, s := range order[:n] {
		if err := r.fill(); err != nil {
			return err
		}
		small[s] = uint8(r.take(3))
	}
	var table [1 << 7]entry
	if !build(table[:], 7, small[:], func(s int) entry { return literal | entry(s)<<16 }) {
		return ErrCorrupt
	}
	var all [286 + 30]uint8
	lengths := all[:lits+dists]
	for i := 0; i < len(lengths); {
		if err := r.fill(); err != nil {
			return err
		}
		e := table[r.acc&(1<<7-1)]
		if e == 0 {
			return ErrCorrupt
		}
		r.take(e.length())
		value, times := uint8(e.value()), 1
		switch value {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			value, times = lengths[i-1], 3+int(r.take(2))
		case 17:
			value, times = 0, 3+int(r.take(3))
		case 18:
			value, times = 0, 11+int(r.take(7))
		}
		if times > len(lengths)-i {
			return ErrCorrupt
		}
		for range times {
			lengths[i] = value
			i++
		}
	}
	if !build(r.lits[:], litBits, lengths[:lits], litEntry) || !build(r.dists[:], distBits, lengths[lits:], distEntry) {
		return ErrCorrupt
	}
	return nil
}

// codes decodes symbols until the block ends or enough has been made.
func (r *Reader) codes() error {
	e, err := r.decode()
	if err == nil && e&stop != 0 {
		r.endBlock()
	}
	return err
}

// decode is the loop of codes; it returns the symbol that has ended it. What it uses for each symbol is held in variables. A fill makes 56
// bits ready: for three literals with short codes, and a length; then for a distance.
func (r *Reader) decode() (e entry, err error) {
	out, to, b := r.out, r.to, r.bits
	in, pos, acc, have := b.in, b.pos, b.acc, b.have
	for to < window+made {
		if pos > b.end && uint(pos-b.end)*8 > have {
			err = io.ErrUnexpectedEOF
			break
		}
		acc |= binary.LittleEndian.Uint64(in[pos:]) << (have & 63)
		pos += int(63-have) >> 3
		have |= 56
		e = r.lits[acc&(1<<litBits-1)]
		for n := 0; n < 3 && e&literal != 0; n++ {
			out[to] = byte(e >> 16)
			to++
			acc >>= e.length()
			have -= e.length()
			e = r.lits[acc&(1<<litBits-1)]
		}
		if e&link != 0 {
			e = r.lits[(e.value()+int(acc>>litBits&(1<<e.more()-1)))%litSpace]
		}
		acc >>= e.length()
		have -= e.length()
		if e&literal != 0 {
			out[to] = byte(e >> 16)
			to++
			continue
		}
		if e&number == 0 {
			if e&stop == 0 {
				err = ErrCorrupt
			}
			break
		}
		length := e.value() + int(acc&(1<<e.more()-1))
		acc >>= e.more()
		have -= e.more()
		acc |= binary.LittleEndian.Uint64(in[pos:]) << (have & 63)
		pos += int(63-have) >> 3
		have |= 56
		d := r.dists[acc&(1<<distBits-1)]
		if d&link != 0 {
			d = r.dists[(d.value()+int(acc>>distBits&(1<<d.more()-1)))%distSpace]
		}
		acc >>= d.length()
		distance := d.value() + int(acc&(1<<d.more()-1))
		acc >>= d.more()
		have -= d.length() + d.more()
		if d&number == 0 || distance > to-r.low {
			err = ErrCorrupt
			break
		}
		repeat(out[to-distance:to+length+16], distance, length)
		to += length
	}
	r.to, r.pos, r.acc, r.have = to, pos, acc, have
	return e, err
}

// repeat writes length bytes behind the first distance bytes of b, from its start on. It may write up to 15 more.
func repeat(b []byte, distance, length int) {
	end := distance + length
	for ; distance < 8; distance *= 2 { // twice the distance leads to the same bytes
		for i := range distance {
			b[distance+i] = b[i]
		}
	}
	for at := distance; at < end; at += 8 {
		binary.LittleEndian.PutUint64(b[at:], binary.LittleEndian.Uint64(b[at-distance:]))
	}
}
