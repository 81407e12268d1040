package datum

import (
	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Scales that PostgreSQL's numeric functions choose by (utils/numeric.h).
const (
	minSignificantDigits = 16
	maxDisplayScale      = 1000
)

func errDivisionByZero() error { return pgerr.New(pgerr.DivisionByZero, "division by zero") }

func (n *Numeric) finite() bool { return n.Dec.Form == apd.Finite }

// sign is -1, 0 or 1; NaN counts as 1.
func (n *Numeric) sign() int {
	switch {
	case n.finite() && n.Dec.Coeff.Sign() == 0:
		return 0
	case n.Dec.Negative:
		return -1
	}
	return 1
}

// signed returns the coefficient with its sign, at a scale not below n's.
func (n *Numeric) signed(scale int32) *apd.BigInt {
	z := new(apd.BigInt).Set(&n.Dec.Coeff)
	if d := scale - n.Scale(); d > 0 {
		z.Mul(z, pow10(int64(d)))
	}
	if n.Dec.Negative {
		z.Neg(z)
	}
	return z
}

// fromSigned builds a numeric and checks its limits.
func fromSigned(z *apd.BigInt, scale int32) (*Numeric, error) {
	n := &Numeric{}
	n.Dec.Coeff.Set(z)
	n.Dec.Exponent = -scale
	n.normalize()
	if err := n.check(); err != nil {
		return nil, err
	}
	return n, nil
}

// NumericNeg returns -a.
func NumericNeg(a *Numeric) *Numeric {
	n := &Numeric{}
	n.Dec.Set(&a.Dec)
	if n.sign() != 0 && !n.IsNaN() {
		n.Dec.Negative = !n.Dec.Negative
	}
	return n
}

// NumericAbs returns |a|.
func NumericAbs(a *Numeric) *Numeric {
	if a.Dec.Negative {
		return NumericNeg(a)
	}
	return a
}

// NumericAdd returns a + b at the larger of both scales; beyond numeric's limits it is 22003.
func NumericAdd(a, b *Numeric) (*Numeric, error) {
	switch {
	case a.IsNaN() || b.IsNaN():
		return NumericNaN(), nil
	case a.IsInf() && b.IsInf() && a.Dec.Negative != b.Dec.Negative:
		return NumericNaN(), nil
	case a.IsInf():
		return a, nil
	case b.IsInf():
		return b, nil
	}
	scale := max(a.Scale(), b.Scale())
	x := a.signed(scale)
	return fromSigned(x.Add(x, b.signed(scale)), scale)
}

// NumericSub returns a - b.
func NumericSub(a, b *Numeric) (*Numeric, error) { return NumericAdd(a, NumericNeg(b)) }

// NumericMul returns a × b at the sum of both scales.
func NumericMul(a, b *Numeric) (*Numeric, error) {
	if a.IsNaN() || b.IsNaN() {
		return NumericNaN(), nil
	}
	if a.IsInf() || b.IsInf() {
		s := a.sign() * b.sign()
		if s == 0 {
			return NumericNaN(), nil
		}
		return NumericInf(s < 0), nil
	}
	n := &Numeric{}
	n.Dec.Coeff.Mul(&a.Dec.Coeff, &b.Dec.Coeff)
	n.Dec.Negative = a.Dec.Negative != b.Dec.Negative
	n.Dec.Exponent = -(a.Scale() + b.Scale())
	n.normalize()
	if n.Scale() > maxNumericScale {
		n.round(maxNumericScale)
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	return n, nil
}

// NumericDiv returns a / b at the scale that PostgreSQL's select_div_scale gives: at least 16 significant digits and the
// larger of both scales. A zero divisor is 22012.
func NumericDiv(a, b *Numeric) (*Numeric, error) {
	if special, n, err := divideSpecial(a, b); special {
		return n, err
	}
	return divideAt(a, b, divScale(a, b), true)
}

// NumericDivTrunc is div(a, b): the quotient cut to an integer.
func NumericDivTrunc(a, b *Numeric) (*Numeric, error) {
	if special, n, err := divideSpecial(a, b); special {
		return n, err
	}
	return divideAt(a, b, 0, false)
}

// divideSpecial answers divisions in which a NaN, an infinity or a zero divisor decides.
func divideSpecial(a, b *Numeric) (bool, *Numeric, error) {
	switch {
	case a.IsNaN() || b.IsNaN():
		return true, NumericNaN(), nil
	case b.sign() == 0:
		return true, nil, errDivisionByZero()
	case a.IsInf() && b.IsInf():
		return true, NumericNaN(), nil
	case a.IsInf():
		return true, NumericInf(a.sign() != b.sign()), nil
	case b.IsInf():
		return true, NewNumeric(0, 0), nil
	}
	return false, nil, nil
}

func divideAt(a, b *Numeric, scale int32, rounded bool) (*Numeric, error) {
	var x, y apd.BigInt
	x.Set(&a.Dec.Coeff)
	y.Set(&b.Dec.Coeff)
	if shift := int64(scale) + int64(b.Scale()) - int64(a.Scale()); shift >= 0 {
		x.Mul(&x, pow10(shift))
	} else {
		y.Mul(&y, pow10(-shift))
	}
	n := &Numeric{}
	if rounded {
		divRound(&n.Dec.Coeff, &x, &y)
	} else {
		n.Dec.Coeff.Quo(&x, &y)
	}
	n.Dec.Negative = a.Dec.Negative != b.Dec.Negative
	n.Dec.Exponent = -scale
	n.normalize()
	if err := n.check(); err != nil {
		return nil, err
	}
	return n, nil
}

// divScale is the scale of a quotient. PostgreSQL estimates the quotient's size in digits of base 10,000.
func divScale(a, b *Numeric) int32 {
	weightA, firstA := leading(a)
	weightB, firstB := leading(b)
	weight := weightA - weightB
	if firstA <= firstB {
		weight--
	}
	return min(max(minSignificantDigits-4*weight, a.Scale(), b.Scale(), 0), maxDisplayScale)
}

// leading returns weight and value of the first digit in base 10,000, both 0 for zero.
func leading(n *Numeric) (weight, digit int32) {
	if n.Dec.Coeff.Sign() == 0 {
		return 0, 0
	}
	digits := int32(apd.NumDigits(&n.Dec.Coeff))
	top := digits + n.Dec.Exponent - 1 // power of ten of the first decimal digit
	weight = floorDiv(top, 4)
	have := top - 4*weight + 1 // decimal digits in the first digit of base 10,000
	var first apd.BigInt
	if digits > have {
		first.Quo(&n.Dec.Coeff, pow10(int64(digits-have)))
	} else {
		first.Mul(&n.Dec.Coeff, pow10(int64(have-digits)))
	}
	return weight, int32(first.Int64())
}

func floorDiv(a, b int32) int32 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// NumericMod is mod(a, b): the remainder of the truncated division, with the sign of a.
func NumericMod(a, b *Numeric) (*Numeric, error) {
	switch {
	case a.IsNaN() || b.IsNaN():
		return NumericNaN(), nil
	case a.IsInf() && b.sign() == 0, b.sign() == 0:
		return nil, errDivisionByZero()
	case a.IsInf():
		return NumericNaN(), nil
	case b.IsInf():
		return a, nil
	}
	scale := max(a.Scale(), b.Scale())
	x, y := a.signed(scale), b.signed(scale)
	return fromSigned(x.Rem(x, y), scale)
}

// NumericRound rounds half away from zero to a scale between -2000 and 2000.
func NumericRound(a *Numeric, scale int32) (*Numeric, error) {
	if !a.finite() {
		return a, nil
	}
	n := &Numeric{}
	n.Dec.Set(&a.Dec)
	n.round(clampScale(scale))
	return n, n.check()
}

// NumericTrunc cuts to a scale between -2000 and 2000.
func NumericTrunc(a *Numeric, scale int32) (*Numeric, error) {
	if !a.finite() {
		return a, nil
	}
	scale = clampScale(scale)
	n := &Numeric{}
	n.Dec.Set(&a.Dec)
	if drop := n.Scale() - scale; drop > 0 {
		n.Dec.Coeff.Quo(&n.Dec.Coeff, pow10(int64(drop)))
		n.Dec.Exponent = -scale
	}
	n.expand(max(scale, 0))
	n.normalize()
	return n, n.check()
}

func clampScale(scale int32) int32 { return max(min(scale, 2000), -2000) }

// NumericCeil and NumericFloor round to an integer, up and down.
func NumericCeil(a *Numeric) (*Numeric, error) { return integral(a, false) }

// NumericFloor rounds to the integer below.
func NumericFloor(a *Numeric) (*Numeric, error) { return integral(a, true) }

func integral(a *Numeric, down bool) (*Numeric, error) {
	n, err := NumericTrunc(a, 0)
	if err != nil || !a.finite() || NumericCmp(n, a) == 0 || a.Dec.Negative != down {
		return n, err
	}
	if down {
		return NumericSub(n, NewNumeric(1, 0))
	}
	return NumericAdd(n, NewNumeric(1, 0))
}

// NumericCmp orders numerics; NaN equals NaN and is above all.
func NumericCmp(a, b *Numeric) int {
	if a.finite() && b.finite() {
		return a.Dec.Cmp(&b.Dec)
	}
	return rank(a) - rank(b)
}

func rank(n *Numeric) int {
	switch {
	case n.IsNaN():
		return 2
	case n.IsInf():
		return n.sign()
	}
	return 0
}

// NumericCoerce returns n with a type modifier applied: rounded to its scale, 22003 when it does not fit.
func NumericCoerce(n *Numeric, mod int32) (*Numeric, error) {
	out := &Numeric{}
	out.Dec.Set(&n.Dec)
	if err := out.coerce(mod); err != nil {
		return nil, err
	}
	return out, nil
}
