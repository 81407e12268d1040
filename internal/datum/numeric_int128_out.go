package datum

import (
	"math"
	"math/bits"
	"strconv"
)

// tens are the powers of ten below 2^64.
var tens = [20]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// int128Magnitude splits a 128-bit number into its sign and its absolute value.
func int128Magnitude(high int64, low uint64) (negative bool, h, l uint64) {
	if high >= 0 {
		return false, uint64(high), low
	}
	l, borrow := bits.Sub64(0, low, 0)
	h, _ = bits.Sub64(0, uint64(high), borrow)
	return true, h, l
}

// appendUint128 appends a number of at most 38 digits.
func appendUint128(dst []byte, h, l uint64) []byte {
	if h == 0 {
		return strconv.AppendUint(dst, l, 10)
	}
	q, r := bits.Div64(h%1e19, l, 1e19)
	return appendPadded(strconv.AppendUint(dst, q, 10), r, 19)
}

// appendPadded appends a number in exactly width digits, of which it has no more.
func appendPadded(dst []byte, v uint64, width int) []byte {
	dst = append(dst, "0000000000000000000"[:width]...)
	for at := len(dst) - 1; v > 0; at-- {
		dst[at] += byte(v % 10)
		v /= 10
	}
	return dst
}

// AppendInt128 appends the text of the numeric (high·2^64 + low) × 10^-scale.
func AppendInt128(dst []byte, high int64, low uint64, scale int32) []byte {
	negative, h, l := int128Magnitude(high, low)
	if negative {
		dst = append(dst, '-')
	}
	if h == 0 && scale < int32(len(tens)) {
		if scale == 0 {
			return strconv.AppendUint(dst, l, 10)
		}
		unit := tens[scale]
		dst = append(strconv.AppendUint(dst, l/unit, 10), '.')
		return appendPadded(dst, l%unit, int(scale))
	}
	start := len(dst)
	dst = appendUint128(dst, h, l)
	if scale == 0 {
		return dst
	}
	return insertPoint(dst, start, int(scale))
}

// AppendBinaryInt128 appends the binary format of the numeric (high·2^64 + low) × 10^-scale.
func AppendBinaryInt128(dst []byte, high int64, low uint64, scale int32) []byte {
	negative, h, l := int128Magnitude(high, low)
	if filler := tens[-scale&3]; h == 0 && l <= math.MaxUint64/filler {
		return appendBinaryGroups(dst, l*filler, negative, int(scale))
	}
	var buf [48]byte
	return AppendBinaryDigits(dst, appendUint128(buf[:0], h, l), negative, int(scale))
}

// appendBinaryGroups appends a numeric given as its groups of four digits, the last (scale+3)/4 of which are behind the point.
func appendBinaryGroups(dst []byte, v uint64, negative bool, scale int) []byte {
	var groups [5]uint16 // the last one first
	n := 0
	for ; v > 0; v /= 10_000 {
		groups[n] = uint16(v % 10_000)
		n++
	}
	zeros := 0 // at the end, which are not kept
	for zeros < n && groups[zeros] == 0 {
		zeros++
	}
	weight, sign := n-1-(scale+3)/4, byte(0)
	if n == 0 {
		weight = 0
	} else if negative {
		sign = wireNegative >> 8
	}
	dst = append(dst, 0, byte(n-zeros), byte(weight>>8), byte(weight), sign, 0, byte(scale>>8), byte(scale))
	for at := n - 1; at >= zeros; at-- {
		dst = append(dst, byte(groups[at]>>8), byte(groups[at]))
	}
	return dst
}
