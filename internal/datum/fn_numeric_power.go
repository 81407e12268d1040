package datum

import (
	"math"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func numericPower(a, b *Numeric) (*Numeric, error) {
	if a.IsNaN() || b.IsNaN() {
		if !b.IsNaN() && b.sign() == 0 || !a.IsNaN() && NumericCmp(a, NewNumeric(1, 0)) == 0 {
			return NewNumeric(1, 0), nil
		}
		return NumericNaN(), nil
	}
	if a.sign() == 0 && b.sign() < 0 {
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "zero raised to a negative power is undefined")
	}
	if a.sign() < 0 && !isIntegral(b) {
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "a negative number raised to a non-integer power yields a complex result")
	}
	if !a.finite() || !b.finite() {
		return powerOfInfinity(a, b), nil
	}
	if isIntegral(b) {
		if z := b.signed(0); z.IsInt64() || b.Scale() > 0 {
			t, err := NumericTrunc(b, 0)
			if err != nil {
				return nil, err
			}
			if e := t.signed(0); e.IsInt64() && e.Int64() >= math.MinInt32 && e.Int64() <= math.MaxInt32 {
				return powerInt(a, e.Int64(), b.Scale())
			}
		}
	}
	if a.sign() == 0 {
		return NewNumeric(0, minSignificantDigits), nil
	}
	return powerReal(a, b)
}

func isIntegral(n *Numeric) bool {
	if n.IsInf() {
		return true
	}
	t, err := NumericTrunc(n, 0)
	return err == nil && NumericCmp(t, n) == 0
}

func isOdd(n *Numeric) bool {
	t, err := NumericTrunc(n, 0)
	return err == nil && t.Dec.Coeff.Bit(0) == 1
}

func powerOfInfinity(a, b *Numeric) *Numeric {
	one := NewNumeric(1, 0)
	switch {
	case a.finite() && NumericCmp(a, one) == 0, b.sign() == 0:
		return one
	case a.sign() == 0:
		return NewNumeric(0, 0)
	case b.IsInf():
		size := NumericCmp(NumericAbs(a), one)
		if size == 0 {
			return one
		}
		if (size > 0) == (b.sign() > 0) {
			return NumericInf(false)
		}
		return NewNumeric(0, 0)
	case b.sign() < 0:
		return NewNumeric(0, 0)
	}
	return NumericInf(a.Dec.Negative && isOdd(b))
}

// powerInt raises to an integer; the scale comes from an estimate of the result's weight.
func powerInt(a *Numeric, e int64, expScale int32) (*Numeric, error) {
	weight := 0.0
	if a.sign() != 0 {
		f, p := leadingDigits(a, 4)
		weight = float64(e) * (math.Log10(f) + float64(p))
	}
	switch {
	case weight > (32767+1)*4:
		return nil, errNumericOverflow()
	case weight+1 < -maxDisplayScale:
		return NewNumeric(0, maxDisplayScale), nil
	}
	scale := clampDisplay(max(minSignificantDigits-int32(weight), a.Scale(), expScale))
	switch {
	case e == 0:
		return rounded(apd.New(1, 0), scale)
	case a.sign() == 0:
		return NewNumeric(0, scale), nil
	case e == -1:
		return divideAt(NewNumeric(1, 0), a, scale, true)
	}
	digits := int64(math.Abs(weight)) + int64(scale) + 25
	r := apd.New(1, 0)
	c := computing(digits)
	square := new(apd.Decimal).Set(&a.Dec)
	for n := uint64(absolute(e)); n > 0; n >>= 1 {
		if n&1 == 1 {
			if _, err := c.Mul(r, r, square); err != nil {
				return nil, errNumericOverflow()
			}
		}
		if n > 1 {
			if _, err := c.Mul(square, square, square); err != nil {
				return nil, errNumericOverflow()
			}
		}
	}
	if e < 0 {
		if _, err := c.Quo(r, apd.New(1, 0), r); err != nil {
			return nil, errNumericOverflow()
		}
	}
	return rounded(r, scale)
}

// powerReal is exp(b · ln(a)).
func powerReal(a, b *Numeric) (*Numeric, error) {
	negative := a.sign() < 0 && isOdd(b)
	a = NumericAbs(a)
	var product apd.Decimal
	l, err := lnOf(a, 20)
	if err != nil {
		return nil, err
	}
	if _, err := computing(20).Mul(&product, l, &b.Dec); err != nil {
		return nil, errNumericOverflow()
	}
	val := doubleOf(&product)
	if math.Abs(val) > maxResultScale*3.01 {
		if val > 0 {
			return nil, errNumericOverflow()
		}
		return NewNumeric(0, maxDisplayScale), nil
	}
	val *= 0.434294481903252
	scale := clampDisplay(max(minSignificantDigits-int32(val), a.Scale(), b.Scale()))
	digits := int64(scale) + int64(math.Abs(val)) + apd.NumDigits(&b.Dec.Coeff) + 20
	if l, err = lnOf(a, digits); err != nil {
		return nil, err
	}
	if _, err := computing(digits).Mul(&product, l, &b.Dec); err != nil {
		return nil, errNumericOverflow()
	}
	n, err := expAt(&product, scale)
	if err == nil && negative {
		n = NumericNeg(n)
	}
	return n, err
}
