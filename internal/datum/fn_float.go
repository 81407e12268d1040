package datum

import (
	"math"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func floatOverflow() error { return pgerr.New(pgerr.NumericOutOfRange, "value out of range: overflow") }
func floatUnderflow() error {
	return pgerr.New(pgerr.NumericOutOfRange, "value out of range: underflow")
}
func errInput() error { return pgerr.New(pgerr.NumericOutOfRange, "input is out of range") }

// floatArithmetic is + - * / over float4 and float8. A mixed pair is computed as float8.
func floatArithmetic() family {
	f := family{}
	for _, w := range []struct {
		suffix, args string
		bits         int
	}{
		{"float4", "(float4,float4)", 32}, {"float8", "(float8,float8)", 64},
		{"float48", "(float4,float8)", 64}, {"float84", "(float8,float4)", 64},
	} {
		f[w.suffix+"pl"+w.args] = floatOp(w.bits, func(a, b float64) float64 { return a + b }, nil)
		f[w.suffix+"mi"+w.args] = floatOp(w.bits, func(a, b float64) float64 { return a - b }, nil)
		f[w.suffix+"mul"+w.args] = floatOp(w.bits, func(a, b float64) float64 { return a * b },
			func(a, b float64) bool { return a != 0 && b != 0 })
		div := floatOp(w.bits, func(a, b float64) float64 { return a / b },
			func(a, b float64) bool { return a != 0 && !math.IsInf(b, 0) })
		f[w.suffix+"div"+w.args] = func(fn *Func, a []Value, env *Env) (Value, error) {
			if a[1].(Float) == 0 && !math.IsNaN(float64(a[0].(Float))) {
				return nil, errDivisionByZero()
			}
			return div(fn, a, env)
		}
	}
	for _, name := range []string{"float4", "float8"} {
		f[name+"um("+name+")"] = unary(func(a Float) Float { return -a })
		f[name+"up("+name+")"] = identity
		abs := unary(func(a Float) Float { return Float(math.Abs(float64(a))) })
		f[name+"abs("+name+")"], f["abs("+name+")"] = abs, abs
	}
	return f
}

// floatOp computes with overflow checked, and underflow where nonzero says that the result may not be 0.
func floatOp(bits int, op func(a, b float64) float64, nonzero func(a, b float64) bool) impl {
	return binaryE(func(x, y Float) (Value, error) {
		a, b := float64(x), float64(y)
		r := op(a, b)
		if bits == 32 {
			r = float64(float32(r))
		}
		switch {
		case math.IsInf(r, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0):
			return nil, floatOverflow()
		case nonzero != nil && r == 0 && nonzero(a, b):
			return nil, floatUnderflow()
		}
		return Float(r), nil
	})
}

// floatMath is the mathematical functions over float8.
func floatMath() family {
	f := family{
		"pi()":                 constant(Float(math.Pi)),
		"sign(float8)":         unary(floatSign),
		"power(float8,float8)": binaryE(floatPower), "pow(float8,float8)": binaryE(floatPower), "dpow(float8,float8)": binaryE(floatPower),
		"degrees(float8)":                         unaryE(func(x Float) (Value, error) { return checkFloat(float64(x)/radiansPerDegree, float64(x)) }),
		"radians(float8)":                         unaryE(radians),
		"atan2(float8,float8)":                    binary(func(y, x Float) Float { return Float(math.Atan2(float64(y), float64(x))) }),
		"atan2d(float8,float8)":                   binary(func(y, x Float) Float { return Float(atan2Degrees(float64(y), float64(x))) }),
		"width_bucket(float8,float8,float8,int4)": floatBucket,
		"sqrt(float8)":                            unaryE(floatSqrt), "dsqrt(float8)": unaryE(floatSqrt),
		"exp(float8)": unaryE(floatExp), "dexp(float8)": unaryE(floatExp),
	}
	for _, n := range []string{"ln", "dlog1"} {
		f[n+"(float8)"] = logarithm(math.Log)
	}
	for _, n := range []string{"log", "log10", "dlog10"} {
		f[n+"(float8)"] = logarithm(math.Log10)
	}
	for names, op := range map[[2]string]func(float64) float64{
		{"round", "dround"}: math.RoundToEven, {"trunc", "dtrunc"}: math.Trunc, {"ceil", "ceiling"}: math.Ceil,
		{"floor", ""}: math.Floor, {"cbrt", "dcbrt"}: math.Cbrt, {"atan", ""}: math.Atan, {"tanh", ""}: math.Tanh,
		{"asinh", ""}: math.Asinh, {"erf", ""}: math.Erf, {"erfc", ""}: math.Erfc, {"atand", ""}: atanDegrees,
	} {
		for _, name := range names {
			f[name+"(float8)"] = unary(func(x Float) Float { return Float(op(float64(x))) })
		}
	}
	addTrigonometry(f)
	return f
}

const radiansPerDegree = 0.0174532925199432957692

// addTrigonometry adds functions with a domain: outside it they are 22003.
func addTrigonometry(f family) {
	unit := func(x float64) bool { return x >= -1 && x <= 1 }
	finite := func(x float64) bool { return !math.IsInf(x, 0) }
	for _, t := range []struct {
		name   string
		op     func(float64) float64
		domain func(float64) bool
	}{
		{"sin", math.Sin, finite}, {"cos", math.Cos, finite}, {"tan", math.Tan, finite},
		{"cot", func(x float64) float64 { return 1 / math.Tan(x) }, finite},
		{"asin", math.Asin, unit}, {"acos", math.Acos, unit}, {"atanh", math.Atanh, unit},
		{"acosh", math.Acosh, func(x float64) bool { return x >= 1 }},
		{"sind", sinDegrees, finite}, {"cosd", cosDegrees, finite}, {"tand", tanDegrees, finite}, {"cotd", cotDegrees, finite},
		{"asind", asinDegrees, unit}, {"acosd", acosDegrees, unit},
	} {
		f[t.name+"(float8)"] = unaryE(func(x Float) (Value, error) {
			v := float64(x)
			if !math.IsNaN(v) && !t.domain(v) {
				return nil, errInput()
			}
			return Float(t.op(v)), nil
		})
	}
	for name, op := range map[string]func(float64) float64{"sinh": math.Sinh, "cosh": math.Cosh} {
		f[name+"(float8)"] = unary(func(x Float) Float { return Float(op(float64(x))) })
	}
}

// checkFloat refuses an infinite result of a finite argument.
func checkFloat(r, arg float64) (Value, error) {
	if math.IsInf(r, 0) && !math.IsInf(arg, 0) {
		return nil, floatOverflow()
	}
	return Float(r), nil
}

func radians(x Float) (Value, error) {
	r := float64(x) * radiansPerDegree
	if r == 0 && x != 0 {
		return nil, floatUnderflow()
	}
	return Float(r), nil
}

func floatSign(x Float) Float {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0 // of NaN too
}

func floatSqrt(x Float) (Value, error) {
	if x < 0 {
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "cannot take square root of a negative number")
	}
	return Float(math.Sqrt(float64(x))), nil
}

func floatExp(x Float) (Value, error) {
	r := math.Exp(float64(x))
	if r == 0 && !math.IsInf(float64(x), -1) {
		return nil, floatUnderflow()
	}
	return checkFloat(r, float64(x))
}

func logarithm(op func(float64) float64) impl {
	return unaryE(func(x Float) (Value, error) {
		switch {
		case x == 0:
			return nil, pgerr.New(pgerr.InvalidLogArgument, "cannot take logarithm of zero")
		case x < 0:
			return nil, pgerr.New(pgerr.InvalidLogArgument, "cannot take logarithm of a negative number")
		}
		if v := float64(x); v < smallestNormal { // math.Log is wrong for these on some processors
			return Float(op(v*(1<<54)) - op(1<<54)), nil
		}
		return Float(op(float64(x))), nil
	})
}

// smallestNormal is the least float8 with all its digits.
const smallestNormal = 0x1p-1022

func floatPower(x, y Float) (Value, error) {
	a, b := float64(x), float64(y)
	switch {
	case math.IsNaN(a) && b == 0, math.IsNaN(b) && a == 1:
		return Float(1), nil
	case math.IsNaN(a) || math.IsNaN(b):
		return Float(math.NaN()), nil
	case a == 0 && b < 0:
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "zero raised to a negative power is undefined")
	case a < 0 && !math.IsInf(b, 0) && math.Floor(b) != b:
		return nil, pgerr.New(pgerr.InvalidPowerArgument, "a negative number raised to a non-integer power yields a complex result")
	}
	r := math.Pow(a, b)
	if !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		if math.IsInf(r, 0) {
			return nil, floatOverflow()
		}
		if r == 0 && a != 0 {
			return nil, floatUnderflow()
		}
	}
	return Float(r), nil
}

func floatBucket(_ *Func, a []Value, _ *Env) (Value, error) {
	x, low, high, n := float64(a[0].(Float)), float64(a[1].(Float)), float64(a[2].(Float)), int64(a[3].(Int))
	switch {
	case n <= 0:
		return nil, bucketError("count must be greater than zero")
	case math.IsNaN(x) || math.IsNaN(low) || math.IsNaN(high):
		return nil, bucketError("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(low, 0) || math.IsInf(high, 0):
		return nil, bucketError("lower and upper bounds must be finite")
	case low == high:
		return nil, bucketError("lower bound cannot equal upper bound")
	}
	from, to := low, high
	if low > high {
		x, from, to = -x, -low, -high
	}
	switch {
	case x < from:
		return Int(0), nil
	case x >= to:
		return fitInt(32, n+1, true)
	}
	span := to - from
	if math.IsInf(span, 0) {
		return Int(min(int64(float64(n)*((x/2-from/2)/(to/2-from/2))), n-1) + 1), nil
	}
	return Int(min(int64(float64(n)*((x-from)/span)), n-1) + 1), nil
}

func bucketError(text string) error { return pgerr.New("2201G", "%s", text) }
