package datum

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Limits of numeric: digits before and after the decimal point.
const (
	maxNumericDigits = 131072
	maxNumericScale  = 16383
)

func errNumericOverflow() error {
	return pgerr.New(pgerr.NumericOutOfRange, "value overflows numeric format")
}

// NewNumeric returns coeff × 10^-scale; scale is the display scale and not negative.
func NewNumeric(coeff int64, scale int32) *Numeric {
	n := &Numeric{}
	n.Dec.Exponent = -scale
	n.Dec.Coeff.SetInt64(coeff)
	n.normalize()
	return n
}

// NumericNaN returns NaN.
func NumericNaN() *Numeric { return &Numeric{Dec: apd.Decimal{Form: apd.NaN}} }

// NumericInf returns an infinity.
func NumericInf(negative bool) *Numeric {
	return &Numeric{Dec: apd.Decimal{Form: apd.Infinite, Negative: negative}}
}

// normalize moves the coefficient's sign into Negative; zero has none.
func (n *Numeric) normalize() {
	if n.Dec.Coeff.Sign() < 0 {
		n.Dec.Coeff.Neg(&n.Dec.Coeff)
		n.Dec.Negative = !n.Dec.Negative
	}
	if n.Dec.Coeff.Sign() == 0 && n.Dec.Form == apd.Finite {
		n.Dec.Negative = false
	}
}

// IsNaN reports whether n is NaN.
func (n *Numeric) IsNaN() bool { return n.Dec.Form == apd.NaN || n.Dec.Form == apd.NaNSignaling }

// IsInf reports whether n is an infinity.
func (n *Numeric) IsInf() bool { return n.Dec.Form == apd.Infinite }

// Scale is the display scale: the digits after the decimal point that are printed.
func (n *Numeric) Scale() int32 { return max(0, -n.Dec.Exponent) }

// NumericPrecision returns precision and scale of a type modifier; false means unconstrained.
func NumericPrecision(mod int32) (precision, scale int32, ok bool) {
	if mod < 4 {
		return 0, 0, false
	}
	return (mod - 4) >> 16 & 0xffff, ((mod-4)&0x7ff ^ 1024) - 1024, true
}

// MakeNumericMod is the type modifier of numeric(precision, scale).
func MakeNumericMod(precision, scale int32) int32 { return precision<<16 | scale&0x7ff + 4 }

func numericIn(text string, mod int32) (Value, error) {
	s := trimSpace(text)
	n, err := parseNumeric(s)
	switch {
	case err != nil:
		return nil, err
	case n == nil:
		return nil, invalid("numeric", text)
	}
	if err := n.coerce(mod); err != nil {
		return nil, err
	}
	return n, nil
}

// parseNumeric returns nil for bad syntax. The result may be beyond numeric's limits: coerce checks them.
func parseNumeric(s string) (*Numeric, error) {
	body, negative := s, false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		body, negative = s[1:], s[0] == '-'
	}
	switch {
	case strings.EqualFold(s, "nan"):
		return NumericNaN(), nil
	case strings.EqualFold(body, "infinity"), strings.EqualFold(body, "inf"):
		return NumericInf(negative), nil
	}
	n := &Numeric{}
	if base := integerBase(body); base != 10 {
		digits, ok := joinDigits(body[2:], base, true)
		if !ok {
			return nil, nil
		}
		n.Dec.Coeff.SetString(digits, int(base))
	} else if ok, err := n.parseDecimal(body); !ok || err != nil {
		return nil, err
	}
	n.Dec.Negative = negative
	n.normalize()
	return n, nil
}

// joinDigits removes underscores, each of which a digit must follow; only after a base's prefix may one come first.
func joinDigits(s string, base uint64, leading bool) (string, bool) {
	for i := range len(s) {
		if s[i] == '_' {
			if i+1 == len(s) || i == 0 && !leading || digitValue(s[i+1]) >= base {
				return "", false
			}
		} else if digitValue(s[i]) >= base {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), s != ""
}

func (n *Numeric) parseDecimal(s string) (bool, error) {
	mantissa, exponent := s, ""
	at := strings.IndexAny(s, "eE")
	if at >= 0 {
		mantissa, exponent = s[:at], s[at+1:]
	}
	whole, fraction, dot := strings.Cut(mantissa, ".")
	w, okWhole := joinDigits(whole, 10, false)
	f, okFraction := joinDigits(fraction, 10, false)
	if !okWhole && whole != "" || !okFraction && fraction != "" || w+f == "" || dot && whole == "" && fraction == "" {
		return false, nil
	}
	shift := int64(0)
	if at >= 0 {
		var ok bool
		var err error
		if shift, ok, err = parseExponent(exponent); !ok || err != nil {
			return ok, err
		}
	}
	if strings.Trim(w+f, "0") == "" {
		w, f = "0", ""
		n.Dec.Exponent = int32(max(min(shift-int64(len(fraction)-strings.Count(fraction, "_")), 0), -1<<30))
		return true, nil
	}
	digits := strings.TrimLeft(w+f, "0")
	e := shift - int64(len(f))
	if int64(len(digits))+e > maxNumericDigits {
		n.Dec.Exponent = 1 << 30 // too large for numeric, whatever the modifier: coerce says how
		n.Dec.Coeff.SetInt64(1)
		return true, nil
	}
	n.Dec.Coeff.SetString(digits, 10)
	n.Dec.Exponent = int32(e)
	return true, nil
}

func parseExponent(s string) (int64, bool, error) {
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	digits, ok := joinDigits(s, 10, false)
	if !ok {
		return 0, false, nil
	}
	var e int64
	for _, d := range []byte(digits) {
		if e = e*10 + int64(d-'0'); e > 1<<30-1 {
			return 0, true, errNumericOverflow()
		}
	}
	if negative {
		e = -e
	}
	return e, true, nil
}

// coerce applies a type modifier in place, checks numeric's limits and makes the exponent minus the display scale.
func (n *Numeric) coerce(mod int32) error {
	precision, scale, ok := NumericPrecision(mod)
	if !ok {
		return n.check()
	}
	if n.Dec.Form != apd.Finite {
		if n.IsInf() {
			return fieldOverflow().WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
		}
		return nil
	}
	limit := precision - scale
	if n.Dec.Exponent <= maxNumericDigits {
		n.round(scale)
	}
	if n.Dec.Coeff.Sign() != 0 && apd.NumDigits(&n.Dec.Coeff)+int64(n.Dec.Exponent) > int64(limit) {
		power, digits := "10^", limit
		if limit == 0 {
			power, digits = "", 1
		}
		return fieldOverflow().WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s%d.",
			precision, scale, power, digits)
	}
	return nil
}

func fieldOverflow() *pgerr.Error {
	return pgerr.New(pgerr.NumericOutOfRange, "numeric field overflow")
}

// check fails beyond numeric's limits and makes the exponent minus the display scale.
func (n *Numeric) check() error {
	if n.Dec.Form != apd.Finite {
		return nil
	}
	if n.Dec.Exponent < -maxNumericScale {
		return errNumericOverflow()
	}
	if n.Dec.Coeff.Sign() != 0 && apd.NumDigits(&n.Dec.Coeff)+int64(n.Dec.Exponent) > maxNumericDigits {
		return errNumericOverflow()
	}
	n.expand(0)
	return nil
}

// expand multiplies the coefficient so that the scale is at least scale.
func (n *Numeric) expand(scale int32) {
	if d := n.Dec.Exponent + scale; d > 0 {
		n.Dec.Coeff.Mul(&n.Dec.Coeff, pow10(int64(d)))
		n.Dec.Exponent = -scale
	}
}

// round rounds half away from zero to a scale, which may be negative; the display scale becomes max(scale, 0).
func (n *Numeric) round(scale int32) {
	if n.Dec.Form != apd.Finite {
		return
	}
	if drop := int64(-n.Dec.Exponent) - int64(scale); drop > 0 {
		if drop > apd.NumDigits(&n.Dec.Coeff) {
			n.Dec.Coeff.SetInt64(0)
		} else {
			divRound(&n.Dec.Coeff, &n.Dec.Coeff, pow10(drop))
		}
		n.Dec.Exponent = -scale
	}
	n.expand(max(scale, 0))
	n.normalize()
}

// divRound sets z to x / y rounded half up; both are positive.
func divRound(z, x, y *apd.BigInt) {
	var r apd.BigInt
	z.QuoRem(x, y, &r)
	if r.Add(&r, &r).Cmp(y) >= 0 {
		z.Add(z, apd.NewBigInt(1))
	}
}

// pow10 returns 10^n as a new number.
func pow10(n int64) *apd.BigInt {
	if n < 19 {
		p := int64(1)
		for range n {
			p *= 10
		}
		return apd.NewBigInt(p)
	}
	return new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(n), nil)
}

// AppendNumeric appends a numeric with all digits of its display scale.
func AppendNumeric(dst []byte, n *Numeric) []byte {
	switch {
	case n.IsNaN():
		return append(dst, "NaN"...)
	case n.IsInf() && n.Dec.Negative:
		return append(dst, "-Infinity"...)
	case n.IsInf():
		return append(dst, "Infinity"...)
	}
	if n.Dec.Negative {
		dst = append(dst, '-')
	}
	start := len(dst)
	dst = n.Dec.Coeff.Append(dst, 10)
	if n.Dec.Exponent >= 0 {
		for range n.Dec.Exponent {
			dst = append(dst, '0')
		}
		return dst
	}
	return insertPoint(dst, start, int(-n.Dec.Exponent))
}

// insertPoint puts the decimal point before the last scale digits of dst[start:], after at least one digit.
func insertPoint(dst []byte, start, scale int) []byte {
	for missing := scale + 1 - (len(dst) - start); missing > 0; missing-- {
		dst = append(dst, '0')
		copy(dst[start+1:], dst[start:])
		dst[start] = '0'
	}
	dst = append(dst, 0)
	at := len(dst) - 1 - scale
	copy(dst[at+1:], dst[at:])
	dst[at] = '.'
	return dst
}
