package datum

import (
	"math"

	"github.com/cockroachdb/apd/v3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// numericFunctions is the operators and functions of numeric, and the integer functions that share their names.
func numericFunctions() family {
	two := func(op func(a, b *Numeric) (*Numeric, error)) impl {
		return binaryE(func(a, b *Numeric) (Value, error) { return wrap(op(a, b)) })
	}
	one := func(op func(a *Numeric) (*Numeric, error)) impl {
		return unaryE(func(a *Numeric) (Value, error) { return wrap(op(a)) })
	}
	f := family{
		"numeric_uminus(numeric)": unary(NumericNeg), "numeric_uplus(numeric)": identity,
		"numeric_inc(numeric)":                       one(func(a *Numeric) (*Numeric, error) { return NumericAdd(a, NewNumeric(1, 0)) }),
		"round(numeric)":                             one(func(a *Numeric) (*Numeric, error) { return NumericRound(a, 0) }),
		"trunc(numeric)":                             one(func(a *Numeric) (*Numeric, error) { return NumericTrunc(a, 0) }),
		"round(numeric,int4)":                        binaryE(func(a *Numeric, s Int) (Value, error) { return wrap(roundAt(a, s)) }),
		"trunc(numeric,int4)":                        binaryE(func(a *Numeric, s Int) (Value, error) { return wrap(truncAt(a, s)) }),
		"sign(numeric)":                              unary(numericSign),
		"scale(numeric)":                             unaryE(numericScale),
		"min_scale(numeric)":                         unaryE(numericMinScale),
		"trim_scale(numeric)":                        one(trimScale),
		"factorial(int8)":                            unaryE(factorial),
		"log(numeric)":                               one(func(a *Numeric) (*Numeric, error) { return numericLog(NewNumeric(10, 0), a) }),
		"log10(numeric)":                             one(func(a *Numeric) (*Numeric, error) { return numericLog(NewNumeric(10, 0), a) }),
		"gcd(numeric,numeric)":                       two(numericGCD),
		"lcm(numeric,numeric)":                       two(numericLCM),
		"width_bucket(numeric,numeric,numeric,int4)": numericBucket,
	}
	for names, op := range map[[3]string]func(a, b *Numeric) (*Numeric, error){
		{"numeric_add"}: NumericAdd, {"numeric_sub"}: NumericSub, {"numeric_mul"}: NumericMul, {"numeric_div"}: NumericDiv,
		{"numeric_mod", "mod"}: NumericMod, {"numeric_div_trunc", "div"}: NumericDivTrunc,
		{"numeric_power", "power", "pow"}: numericPower, {"numeric_log", "log"}: numericLog,
	} {
		for _, name := range names {
			f[name+"(numeric,numeric)"] = two(op)
		}
	}
	for names, op := range map[[2]string]func(a *Numeric) (*Numeric, error){
		{"numeric_sqrt", "sqrt"}: numericSqrt, {"numeric_exp", "exp"}: numericExp, {"numeric_ln", "ln"}: numericLn,
		{"ceil", "ceiling"}: NumericCeil, {"floor"}: NumericFloor,
	} {
		for _, name := range names {
			f[name+"(numeric)"] = one(op)
		}
	}
	f["numeric_abs(numeric)"], f["abs(numeric)"] = unary(NumericAbs), unary(NumericAbs)
	addIntegerFunctions(f)
	return f
}

// clampDigits limits round and trunc's scale as PostgreSQL does.
func clampDigits(scale Int) int32 {
	return int32(max(min(scale, maxNumericScale), -maxNumericDigits-1))
}

func roundAt(a *Numeric, scale Int) (*Numeric, error) {
	if !a.finite() {
		return a, nil
	}
	n := &Numeric{}
	n.Dec.Set(&a.Dec)
	n.round(clampDigits(scale))
	return n, n.check()
}

// truncAt cuts the digits beyond a scale by rounding what is left of them to nothing.
func truncAt(a *Numeric, scale Int) (*Numeric, error) {
	if !a.finite() {
		return a, nil
	}
	n, at := &Numeric{}, clampDigits(scale)
	n.Dec.Set(&a.Dec)
	if drop := n.Scale() - at; drop > 0 {
		if int64(drop) > apd.NumDigits(&n.Dec.Coeff) {
			n.Dec.Coeff.SetInt64(0)
		} else {
			n.Dec.Coeff.Quo(&n.Dec.Coeff, pow10(int64(drop)))
		}
		n.Dec.Exponent = -at
	}
	n.expand(max(at, 0))
	n.normalize()
	return n, n.check()
}

func numericSign(n *Numeric) *Numeric {
	if n.IsNaN() {
		return n
	}
	return NewNumeric(int64(n.sign()), 0)
}

func numericScale(n *Numeric) (Value, error) {
	if !n.finite() {
		return nil, nil
	}
	return Int(n.Scale()), nil
}

func numericMinScale(n *Numeric) (Value, error) {
	if !n.finite() {
		return nil, nil
	}
	t, err := trimScale(n)
	if err != nil {
		return nil, err
	}
	return Int(t.Scale()), nil
}

func trimScale(n *Numeric) (*Numeric, error) {
	if !n.finite() {
		return n, nil
	}
	out := &Numeric{}
	if n.sign() == 0 {
		return out, nil
	}
	out.Dec.Set(&n.Dec)
	out.Dec.Reduce(&out.Dec)
	out.expand(0)
	return out, nil
}

func factorial(n Int) (Value, error) {
	if n < 0 {
		return nil, pgerr.New(pgerr.NumericOutOfRange, "factorial of a negative number is undefined")
	}
	if n > 32177 {
		return nil, errNumericOverflow()
	}
	out := &Numeric{}
	out.Dec.Coeff.SetMathBigInt(productOf(1, int64(n)))
	return out, nil
}

func numericGCD(a, b *Numeric) (*Numeric, error) {
	if !a.finite() || !b.finite() {
		return NumericNaN(), nil
	}
	scale := max(a.Scale(), b.Scale())
	x, y := a.signed(scale), b.signed(scale)
	x.Abs(x)
	y.Abs(y)
	return fromSigned(new(apd.BigInt).GCD(nil, nil, x, y), scale)
}

func numericLCM(a, b *Numeric) (*Numeric, error) {
	if !a.finite() || !b.finite() {
		return NumericNaN(), nil
	}
	scale := max(a.Scale(), b.Scale())
	x, y := a.signed(scale), b.signed(scale)
	if x.Sign() == 0 || y.Sign() == 0 {
		return fromSigned(new(apd.BigInt), scale)
	}
	x.Abs(x)
	y.Abs(y)
	g := new(apd.BigInt).GCD(nil, nil, x, y)
	return fromSigned(x.Mul(x, y.Quo(y, g)), scale)
}

func numericBucket(_ *Func, a []Value, _ *Env) (Value, error) {
	x, low, high, n := a[0].(*Numeric), a[1].(*Numeric), a[2].(*Numeric), int64(a[3].(Int))
	switch {
	case n <= 0:
		return nil, bucketError("count must be greater than zero")
	case x.IsNaN() || low.IsNaN() || high.IsNaN():
		return nil, bucketError("operand, lower bound, and upper bound cannot be NaN")
	case low.IsInf() || high.IsInf():
		return nil, bucketError("lower and upper bounds must be finite")
	case NumericCmp(low, high) == 0:
		return nil, bucketError("lower bound cannot equal upper bound")
	}
	if NumericCmp(low, high) > 0 {
		x, low, high = NumericNeg(x), NumericNeg(low), NumericNeg(high)
	}
	switch {
	case NumericCmp(x, low) < 0:
		return Int(0), nil
	case NumericCmp(x, high) >= 0:
		return fitInt(32, n+1, true)
	}
	scale := max(x.Scale(), low.Scale(), high.Scale())
	l := low.signed(scale)
	num := x.signed(scale)
	num.Mul(num.Sub(num, l), apd.NewBigInt(n))
	den := high.signed(scale)
	return Int(num.Quo(num, den.Sub(den, l)).Int64() + 1), nil
}

// addIntegerFunctions adds gcd, lcm, shifts and increments of integers.
func addIntegerFunctions(f family) {
	for name, width := range map[string]int{"int2": 16, "int4": 32, "int8": 64} {
		mask := Int(width - 1)
		if width < 32 {
			mask = 31
		}
		shl := func(a, n Int) Int {
			switch width {
			case 16:
				return Int(int16(int32(a) << (n & mask)))
			case 32:
				return Int(int32(a) << (n & mask))
			}
			return a << (n & mask)
		}
		f[name+"shl("+name+",int4)"] = binary(shl)
		f[name+"shr("+name+",int4)"] = binary(func(a, n Int) Int { return a >> (n & mask) })
		f[name+"inc("+name+")"] = integerUnary(width, func(a int64) (int64, bool) { return a + 1, a != math.MaxInt64 })
		f[name+"dec("+name+")"] = integerUnary(width, func(a int64) (int64, bool) { return a - 1, a != math.MinInt64 })
		if width > 16 {
			f["gcd("+name+","+name+")"] = integerOp(width, gcdInt)
			f["lcm("+name+","+name+")"] = integerOp(width, lcmInt)
		}
	}
}

// gcdInt fails only where the result is |min|, which does not fit.
func gcdInt(a, b int64) (int64, bool) {
	for b != 0 {
		if b == -1 {
			return 1, true
		}
		a, b = b, a%b
	}
	return absolute(a), a != math.MinInt64
}

func lcmInt(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	g, _ := gcdInt(a, b)
	r, ok := mulInt(a/g, b)
	return absolute(r), ok && r != math.MinInt64
}
