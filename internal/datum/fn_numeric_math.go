package datum

import (
	"math"
	"math/big"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxResultScale bounds the decimal exponent of exp and power's results by estimate (numeric.h).
const maxResultScale = 2000

// productOf multiplies from × … × to by halves, so that the factors stay of like size.
func productOf(from, to int64) *big.Int {
	if from > to {
		return big.NewInt(1)
	}
	if to-from < 16 {
		p := big.NewInt(from)
		for i := from + 1; i <= to; i++ {
			p.Mul(p, big.NewInt(i))
		}
		return p
	}
	middle := (from + to) / 2
	return new(big.Int).Mul(productOf(from, middle), productOf(middle+1, to))
}

// computing is a context of a precision in digits.
func computing(digits int64) *apd.Context {
	c := apd.BaseContext.WithPrecision(uint32(max(digits, 20)))
	c.MaxExponent, c.MinExponent = apd.MaxExponent, apd.MinExponent
	return c
}

// rounded makes a numeric of a computed decimal at a display scale.
func rounded(d *apd.Decimal, scale int32) (*Numeric, error) {
	n := &Numeric{}
	n.Dec.Set(d)
	n.round(scale)
	return n, n.check()
}

func clampDisplay(scale int32) int32 { return max(min(scale, maxDisplayScale), 0) }

// doubleOf approximates a finite numeric; it never fails.
func doubleOf(d *apd.Decimal) float64 {
	f, err := strconv.ParseFloat(d.Text('e'), 64)
	if err != nil && f == 0 {
		return 0
	}
	return f
}

func numericSqrt(a *Numeric) (*Numeric, error) {
	switch {
	case a.IsNaN():
		return a, nil
	case a.sign() < 0:
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "cannot take square root of a negative number")
	case a.IsInf():
		return a, nil
	}
	weight, _ := leading(a)
	half := weight*4/2 + 1
	if weight < 0 {
		half = 1 - (1-weight*4)/2
	}
	return sqrtAt(a, clampDisplay(max(minSignificantDigits-half, a.Scale())))
}

// sqrtAt is the root of a finite number that is not negative, at a display scale.
func sqrtAt(a *Numeric, scale int32) (*Numeric, error) {
	x := a.signed(0)
	z := new(big.Int)
	// the root of coefficient × 10^(2·scale+2), cut, keeps one more digit than is shown
	shift := 2*int64(scale) + 2 - int64(a.Scale())
	if shift >= 0 {
		z.Mul(x.MathBigInt(), pow10(shift).MathBigInt())
	} else {
		z.Quo(x.MathBigInt(), pow10(-shift).MathBigInt())
	}
	out := &Numeric{}
	out.Dec.Coeff.SetMathBigInt(z.Sqrt(z))
	out.Dec.Exponent = -scale - 1
	out.round(scale)
	return out, out.check()
}

func numericExp(a *Numeric) (*Numeric, error) {
	switch {
	case a.IsNaN():
		return a, nil
	case a.IsInf() && a.Dec.Negative:
		return NewNumeric(0, 0), nil
	case a.IsInf():
		return a, nil
	}
	weight := doubleOf(&a.Dec) * 0.434294481903252
	weight = max(min(weight, maxResultScale), -maxResultScale)
	return expAt(&a.Dec, clampDisplay(max(minSignificantDigits-int32(weight), a.Scale())))
}

func expAt(d *apd.Decimal, scale int32) (*Numeric, error) {
	val := doubleOf(d)
	if math.Abs(val) >= maxResultScale*3 {
		if val > 0 {
			return nil, errNumericOverflow()
		}
		return NewNumeric(0, scale), nil
	}
	digits := int64(scale) + max(int64(val*0.4343), 0) + 12
	if int64(val*0.4343)+int64(scale) < -2 {
		return NewNumeric(0, scale), nil
	}
	var r apd.Decimal
	if _, err := computing(digits).Exp(&r, d); err != nil {
		return nil, errNumericOverflow()
	}
	return rounded(&r, scale)
}

// lnError is the error for a logarithm of zero or less.
func lnError(a *Numeric) error {
	if a.sign() == 0 {
		return pgerr.New(pgerr.InvalidLogArgument, "cannot take logarithm of zero")
	}
	return pgerr.New(pgerr.InvalidLogArgument, "cannot take logarithm of a negative number")
}

func numericLn(a *Numeric) (*Numeric, error) {
	switch {
	case a.IsNaN():
		return a, nil
	case a.sign() <= 0:
		return nil, lnError(a)
	case a.IsInf():
		return a, nil
	}
	weight := lnWeight(a)
	scale := clampDisplay(max(minSignificantDigits-weight, a.Scale()))
	r, err := lnOf(a, int64(scale)+int64(max(weight, 0))+12)
	if err != nil {
		return nil, err
	}
	return rounded(r, scale)
}

func lnOf(a *Numeric, digits int64) (*apd.Decimal, error) {
	r := new(apd.Decimal)
	if _, err := computing(digits).Ln(r, &a.Dec); err != nil {
		return nil, errNumericOverflow()
	}
	return r, nil
}

// lnWeight estimates the decimal weight of ln(a) as PostgreSQL does.
func lnWeight(a *Numeric) int32 {
	if a.sign() <= 0 {
		return 0
	}
	if NumericCmp(a, NewNumeric(9, 1)) >= 0 && NumericCmp(a, NewNumeric(11, 1)) <= 0 {
		x, err := NumericSub(a, NewNumeric(1, 0))
		if err != nil || x.sign() == 0 {
			return 0
		}
		weight, digit := leading(x)
		return weight*4 + int32(math.Log10(float64(digit)))
	}
	f, p := leadingDigits(a, 2)
	return int32(math.Log10(math.Abs(math.Log(f) + float64(p)*2.302585092994046)))
}

// leadingDigits returns f and p with a ≈ f × 10^p, f of at most n digits in base 10,000.
func leadingDigits(a *Numeric, n int) (float64, int32) {
	weight, _ := leading(a)
	t, _ := trimScale(a)
	have := 0
	if t != nil {
		// digits in base 10,000 of the trimmed number, from its weight down to its last digit that is not 0
		d := new(apd.Decimal)
		d.Reduce(&t.Dec)
		have = int(weight-floorDiv(d.Exponent, 4)) + 1
	}
	n = min(n, max(have, 1))
	p := (weight - int32(n) + 1) * 4
	var x apd.BigInt
	x.Set(&a.Dec.Coeff)
	if shift := int64(a.Dec.Exponent) - int64(p); shift >= 0 {
		x.Mul(&x, pow10(shift))
	} else {
		x.Quo(&x, pow10(-shift))
	}
	f, _ := new(big.Float).SetInt(x.MathBigInt()).Float64()
	return f, p
}

// numericLog is log(base, num).
func numericLog(base, num *Numeric) (*Numeric, error) {
	switch {
	case base.IsNaN() || num.IsNaN():
		return NumericNaN(), nil
	case num.sign() < 0 && (num.IsInf() || base.IsInf()):
		return nil, lnError(num)
	case base.sign() <= 0:
		return nil, lnError(base)
	case num.sign() <= 0:
		return nil, lnError(num)
	case base.IsInf() && num.IsInf():
		return NumericNaN(), nil
	case base.IsInf():
		return NewNumeric(0, 0), nil
	case num.IsInf():
		return num, nil
	}
	weight := lnWeight(num) - lnWeight(base)
	scale := clampDisplay(max(minSignificantDigits-weight, base.Scale(), num.Scale()))
	digits := int64(scale) + int64(max(weight, 0)) + 24
	x, err := lnOf(num, digits)
	if err != nil {
		return nil, err
	}
	y, err := lnOf(base, digits)
	if err != nil {
		return nil, err
	}
	if y.Sign() == 0 {
		return nil, errDivisionByZero()
	}
	if _, err := computing(digits).Quo(x, x, y); err != nil {
		return nil, errNumericOverflow()
	}
	return rounded(x, scale)
}
