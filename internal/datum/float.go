package datum

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// floatIn reads a float4 (bits 32) or a float8 (bits 64).
func floatIn(text string, bits int) (Value, error) {
	typ := "double precision"
	if bits == 32 {
		typ = "real"
	}
	s := trimLeft(text)
	n := floatPrefix(s)
	if n == 0 {
		return nil, invalid(typ, text)
	}
	number, rest := s[:n], s[n:]
	f, exact := parseFloat(number, bits)
	if f != f {
		f = math.Float64frombits(plainNaN)
	}
	if !exact {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "\"%s\" is out of range for type %s", number, typ)
	}
	if trimSpace(rest) != "" {
		return nil, invalid(typ, text)
	}
	return Float(f), nil
}

// plainNaN is C's NaN; Go's has another lowest bit.
const plainNaN = 0x7ff8000000000000

func trimLeft(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

// parseFloat reads what floatPrefix found; false means overflow, or underflow to zero.
func parseFloat(s string, bits int) (float64, bool) {
	if isHexFloat(s) && !strings.ContainsAny(s, "pP") {
		s += "p0"
	}
	f, err := strconv.ParseFloat(s, bits)
	if err != nil {
		return 0, false
	}
	if f == 0 {
		mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
		return f, !strings.ContainsAny(mantissa, "123456789")
	}
	return f, true
}

func isHexFloat(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x'
}

// floatPrefix is the length of the longest prefix that C's strtod takes, 0 when none.
func floatPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	for _, word := range []string{"infinity", "inf", "nan"} {
		if len(s)-i >= len(word) && strings.EqualFold(s[i:i+len(word)], word) {
			return i + len(word)
		}
	}
	if isHexFloat(s) {
		if n := mantissaPrefix(s[i+2:], 16); n > 0 {
			n += i + 2
			return n + exponentPrefix(s[n:], 'p')
		}
		return i + 1
	}
	n := mantissaPrefix(s[i:], 10)
	if n == 0 {
		return 0
	}
	return i + n + exponentPrefix(s[i+n:], 'e')
}

func mantissaPrefix(s string, base uint64) int {
	i, digits, dot := 0, 0, false
	for ; i < len(s); i++ {
		switch {
		case digitValue(s[i]) < base:
			digits++
		case s[i] == '.' && !dot:
			dot = true
		default:
			if digits == 0 {
				return 0
			}
			return i
		}
	}
	if digits == 0 {
		return 0
	}
	return i
}

func exponentPrefix(s string, letter byte) int {
	if s == "" || s[0]|0x20 != letter {
		return 0
	}
	i := 1
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// AppendFloat appends a float4 (bits 32) or float8 (bits 64). With extra (extra_float_digits) of 1 and above it is the
// shortest text that reads back as the same number, else %g with 15 + extra (float4: 6 + extra) digits.
func AppendFloat(dst []byte, f float64, bits, extra int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case extra > 0:
		return appendShortest(dst, f, bits)
	}
	digits := 15 + extra
	if bits == 32 {
		digits = 6 + extra
	}
	digits = max(digits, 1)
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', digits-1, 64)
	return layoutFloat(dst, trimMantissa(e), digits)
}

// appendShortest differs from strconv's shortest form in its layout, and in that a text that lies exactly half-way
// between two numbers is not taken for either (PostgreSQL's Ryu is not "strictly shortest"). Numbers of a middling size, of which that
// is never so, are strconv's in fixed notation.
func appendShortest(dst []byte, f float64, bits int) []byte {
	limit, beyond, unsafe := 15, 1e15, float64(1<<52)
	if bits == 32 {
		limit, beyond, unsafe = 6, 1e6, 1<<22
	}
	if size := math.Abs(f); size >= 1e-4 && size < beyond || f == 0 {
		return strconv.AppendFloat(dst, f, 'f', -1, bits)
	}
	var buf [32]byte
	e := strconv.AppendFloat(buf[:0], f, 'e', -1, bits)
	if math.Abs(f) >= unsafe {
		for prec := mantissaDigits(e); isHalfway(string(e), f, bits); prec++ {
			e = strconv.AppendFloat(buf[:0], f, 'e', prec, bits)
		}
	}
	return layoutFloat(dst, e, limit)
}

func mantissaDigits(e []byte) int {
	n := bytes.IndexByte(e, 'e')
	if e[0] == '-' {
		n--
	}
	if n > 1 {
		n--
	}
	return n
}

// isHalfway reports whether a decimal text lies exactly between f and one of its neighbours.
func isHalfway(text string, f float64, bits int) bool {
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return false
	}
	twice := new(big.Rat).Add(exact, exact)
	for _, up := range []float64{math.Inf(1), math.Inf(-1)} {
		next := math.Nextafter(f, up)
		if bits == 32 {
			next = float64(math.Nextafter32(float32(f), float32(up)))
		}
		if math.IsInf(next, 0) {
			continue
		}
		sum := new(big.Rat).Add(new(big.Rat).SetFloat64(f), new(big.Rat).SetFloat64(next))
		if sum.Cmp(twice) == 0 {
			return true
		}
	}
	return false
}

// trimMantissa removes the final zeros of d.ddde±xx, as %g does.
func trimMantissa(e []byte) []byte {
	at := bytes.IndexByte(e, 'e')
	end := at
	if bytes.IndexByte(e[:at], '.') >= 0 {
		for e[end-1] == '0' {
			end--
		}
		if e[end-1] == '.' {
			end--
		}
	}
	return append(e[:end], e[at:]...)
}

// layoutFloat appends d.ddde±xx in fixed notation when its exponent is at least -4 and less than limit.
func layoutFloat(dst, e []byte, limit int) []byte {
	if e[0] == '-' {
		dst = append(dst, '-')
		e = e[1:]
	}
	at := bytes.IndexByte(e, 'e')
	exponent, _ := strconv.Atoi(string(e[at+1:]))
	if exponent < -4 || exponent >= limit {
		return append(dst, e...)
	}
	var buf [32]byte
	digits := append(buf[:0], e[0])
	if at > 2 {
		digits = append(digits, e[2:at]...)
	}
	if exponent < 0 {
		dst = append(dst, "0.0000"[:1-exponent]...)
		return append(dst, digits...)
	}
	if whole := exponent + 1; whole < len(digits) {
		dst = append(append(dst, digits[:whole]...), '.')
		return append(dst, digits[whole:]...)
	}
	dst = append(dst, digits...)
	for range exponent + 1 - len(digits) {
		dst = append(dst, '0')
	}
	return dst
}
