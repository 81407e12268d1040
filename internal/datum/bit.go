package datum

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// bitIn reads a bit string: binary digits, or hexadecimal ones after an x. A modifier is the length of a bit, the most of a varbit.
func bitIn(oid uint32, mod int32, text string) (Value, error) {
	digits, hex := text, false
	if text != "" && strings.ContainsRune("bBxX", rune(text[0])) {
		digits, hex = text[1:], text[0]|0x20 == 'x'
	}
	if n := len(digits); n > maxResult || hex && n > maxResult/4 {
		return nil, errTooLarge()
	}
	var b strings.Builder
	for i := 0; i < len(digits); i++ {
		v := strings.IndexByte("0123456789abcdef", digits[i]|0x20)
		if digits[i] < '0' || v < 0 || !hex && v > 1 || hex && v >= 10 && !isAlpha(digits[i]) {
			_, n := utf8.DecodeRuneInString(digits[i:])
			what := map[bool]string{false: "binary", true: "hexadecimal"}[hex]
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "\"%s\" is not a valid %s digit", digits[i:i+n], what)
		}
		if hex {
			fmt.Fprintf(&b, "%04b", v)
		} else {
			b.WriteByte(digits[i])
		}
	}
	if mod < 0 {
		return Text(b.String()), nil
	}
	return bitLength(oid, Text(b.String()), mod, false)
}

// bitLength applies a modifier: an explicit cast cuts or fills with zeros on the right.
func bitLength(oid uint32, v Text, n int32, explicit bool) (Value, error) {
	length := int32(len(v))
	switch {
	case n <= 0 || length == n || oid == pgcat.Varbit && length < n:
		return v, nil
	case explicit && length > n:
		return v[:n], nil
	case explicit:
		return v + Text(strings.Repeat("0", int(n-length))), nil
	case oid == pgcat.Varbit:
		return nil, pgerr.New("22001", "bit string too long for type bit varying(%d)", n)
	}
	return nil, pgerr.New("22026", "bit string length %d does not match type bit(%d)", length, n)
}

// bitStrings is the casts of bit strings.
func bitStrings() family {
	f := family{}
	for name, oid := range map[string]uint32{"bit": pgcat.Bit, "varbit": pgcat.Varbit} {
		f[name+"("+name+",int4,bool)"] = ternaryE(func(v Text, n Int, explicit Bool) (Value, error) {
			return bitLength(oid, v, int32(n), bool(explicit))
		})
	}
	for name, width := range map[string]int{"int4": 32, "int8": 64} {
		f[name+"(bit)"] = unaryE(func(v Text) (Value, error) { return intOfBits(v, width) })
	}
	return f
}

// intOfBits reads a bit string as a number in two's complement of the integer's width.
func intOfBits(v Text, width int) (Value, error) {
	if len(v) > width {
		return nil, outOfRange(map[int]string{32: "integer", 64: "bigint"}[width])
	}
	n := uint64(0)
	for _, c := range v {
		n = n<<1 | uint64(c-'0')
	}
	if width == 32 {
		return Int(int32(uint32(n))), nil
	}
	return Int(int64(n)), nil
}

// bitsOfInt is the lowest digits of a number in two's complement; a modifier below one means one.
func bitsOfInt(v, n int64) (Value, error) {
	n = max(n, 1)
	if n > math.MaxInt32/8 {
		return nil, errTooLarge()
	}
	digits := make([]byte, n)
	for i := range digits {
		digits[len(digits)-1-i] = byte('0' + v>>min(i, 63)&1)
	}
	return Text(digits), nil
}
