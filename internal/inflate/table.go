package inflate

import mathbits "math/bits"

// An entry of a table tells what a code stands for. Its lowest 4 bits are the code's length (of a link: of its first part), the next 4 its
// kind, the next 8 how many further bits belong to it, the upper 16 a value: the byte, the base of a length or distance, or
// where the codes go on that are longer than a first part.
type entry uint32

// The kinds; 0 is no code at all.
const (
	literal entry = 1 << 4
	number  entry = 2 << 4
	stop    entry = 4 << 4
	link    entry = 8 << 4
)

func (e entry) length() uint { return uint(e & 15) }
func (e entry) more() uint   { return uint(e >> 8 & 255) }
func (e entry) value() int   { return int(e >> 16) }

const (
	maxLength = 15 // of a code
	litBits   = 11 // of the first part of a literal's or length's code
	distBits  = 8
	litSpace  = 1<<litBits + 288<<(maxLength-litBits)
	distSpace = 1<<distBits + 32<<(maxLength-distBits)
)

// build makes the table of a canonical code (RFC 1951, 3.2.2): lengths are those of the symbols' codes, 0 where there is none, and symbol is
// a symbol's entry without length. It reports whether the code is complete, or one of a single symbol, or empty.
func build(table []entry, first uint, lengths []uint8, symbol func(int) entry) bool {
	var count [maxLength + 1]int
	longest := 0
	for _, n := range lengths {
		count[n]++
		longest = max(longest, int(n))
	}
	count[0] = 0
	clear(table[:1<<first])
	var code [maxLength + 2]int
	for n := 1; n <= maxLength; n++ {
		code[n+1] = (code[n] + count[n]) << 1
		if code[n]+count[n] > 1<<n {
			return false
		}
	}
	used := code[longest] + count[longest]
	if longest > 0 && used != 1<<longest && (used != 1 || longest != 1) {
		return false
	}
	free := 1 << first // where the next second part begins
	for s, n := range lengths {
		if n == 0 {
			continue
		}
		reversed := int(mathbits.Reverse16(uint16(code[n])) >> (16 - n))
		code[n]++
		e := symbol(s) | entry(n)
		if uint(n) <= first {
			spread(table[:1<<first], reversed, uint(n), e)
			continue
		}
		head := &table[reversed&(1<<first-1)]
		if *head == 0 {
			*head = entry(free)<<16 | entry(uint(longest)-first)<<8 | link | entry(first)
			clear(table[free : free+1<<(uint(longest)-first)])
			free += 1 << (uint(longest) - first)
		}
		spread(table[head.value():head.value()+1<<head.more()], reversed>>first, uint(n)-first, e)
	}
	return true
}

// spread writes an entry wherever a code's bits are the lowest.
func spread(table []entry, code int, length uint, e entry) {
	for at := code; at < len(table); at += 1 << length {
		table[at] = e
	}
}

// litEntry is the entry of a literal, the end of a block, or a length (RFC 1951, 3.2.5).
func litEntry(s int) entry {
	switch {
	case s < 256:
		return literal | entry(s)<<16
	case s == 256:
		return stop
	case s < 265:
		return number | entry(s-254)<<16
	case s < 285:
		more := uint(s-261) / 4
		return number | entry(more)<<8 | entry(3+(4+(s-265)%4)<<more)<<16
	case s == 285:
		return number | 258<<16
	}
	return 0
}

// distEntry is the entry of a distance.
func distEntry(s int) entry {
	switch {
	case s < 4:
		return number | entry(s+1)<<16
	case s < 30:
		more := uint(s-2) / 2
		return number | entry(more)<<8 | entry(1+(2+s%2)<<more)<<16
	}
	return 0
}
