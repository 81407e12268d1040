package datum

import (
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

// appendPadded appends a number in exactly width digits.
func appendPadded(dst []byte, v uint64, width int) []byte {
	for w := width - 1; w > 0 && v < tens[w]; w-- {
		dst = append(dst, '0')
	}
	if width == 0 {
		return dst
	}
	return strconv.AppendUint(dst, v, 10)
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
	var buf [48]byte
	return AppendBinaryDigits(dst, appendUint128(buf[:0], h, l), negative, int(scale))
}
