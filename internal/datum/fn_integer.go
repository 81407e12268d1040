package datum

import (
	"math"
	"math/bits"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// integerArithmetic is + - * / % and their kin over int2, int4 and int8, with PostgreSQL's overflow errors.
func integerArithmetic() family {
	f := family{}
	for _, w := range []struct {
		suffix, args string
		bits         int
	}{
		{"int2", "(int2,int2)", 16}, {"int4", "(int4,int4)", 32}, {"int8", "(int8,int8)", 64},
		{"int24", "(int2,int4)", 32}, {"int42", "(int4,int2)", 32}, {"int48", "(int4,int8)", 64},
		{"int84", "(int8,int4)", 64}, {"int28", "(int2,int8)", 64}, {"int82", "(int8,int2)", 64},
	} {
		f[w.suffix+"pl"+w.args] = integerOp(w.bits, addInt)
		f[w.suffix+"mi"+w.args] = integerOp(w.bits, subInt)
		f[w.suffix+"mul"+w.args] = integerOp(w.bits, mulInt)
		f[w.suffix+"div"+w.args] = nonzero(integerOp(w.bits, divInt))
		f[w.suffix+"mod"+w.args] = nonzero(integerOp(w.bits, modInt))
		f["mod"+w.args] = nonzero(integerOp(w.bits, modInt))
	}
	for name, width := range map[string]int{"int2": 16, "int4": 32, "int8": 64} {
		f[name+"um("+name+")"] = integerUnary(width, func(a int64) (int64, bool) { return -a, a != math.MinInt64 })
		f[name+"up("+name+")"] = integerUnary(width, func(a int64) (int64, bool) { return a, true })
		f[name+"abs("+name+")"] = integerUnary(width, absInt)
		f["abs("+name+")"] = integerUnary(width, absInt)
		f[name+"and("+name+","+name+")"] = integerOp(width, func(a, b int64) (int64, bool) { return a & b, true })
		f[name+"or("+name+","+name+")"] = integerOp(width, func(a, b int64) (int64, bool) { return a | b, true })
		f[name+"xor("+name+","+name+")"] = integerOp(width, func(a, b int64) (int64, bool) { return a ^ b, true })
		f[name+"not("+name+")"] = integerUnary(width, func(a int64) (int64, bool) { return ^a, true })
	}
	return f
}

func integerOp(width int, op func(a, b int64) (int64, bool)) impl {
	return func(_ *Func, args []Value, _ *Env) (Value, error) {
		r, ok := op(int64(args[0].(Int)), int64(args[1].(Int)))
		return fitInt(width, r, ok)
	}
}

// nonzero refuses a zero divisor before op sees it.
func nonzero(op impl) impl {
	return func(f *Func, args []Value, env *Env) (Value, error) {
		if args[1].(Int) == 0 {
			return nil, pgerr.New(pgerr.DivisionByZero, "division by zero")
		}
		return op(f, args, env)
	}
}

func integerUnary(width int, op func(a int64) (int64, bool)) impl {
	return func(_ *Func, args []Value, _ *Env) (Value, error) {
		r, ok := op(int64(args[0].(Int)))
		return fitInt(width, r, ok)
	}
}

func fitInt(width int, r int64, ok bool) (Value, error) {
	if !ok || r>>(width-1) != 0 && r>>(width-1) != -1 {
		name := map[int]string{16: "smallint", 32: "integer", 64: "bigint"}[width]
		return nil, pgerr.New(pgerr.NumericOutOfRange, "%s out of range", name)
	}
	return Int(r), nil
}

func addInt(a, b int64) (int64, bool) {
	r := a + b
	return r, (r > a) == (b > 0)
}

func subInt(a, b int64) (int64, bool) {
	r := a - b
	return r, (r < a) == (b > 0)
}

func mulInt(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(absolute(a)), uint64(absolute(b)))
	if hi != 0 || lo > 1<<63 {
		return 0, false
	}
	negative := (a < 0) != (b < 0)
	if lo == 1<<63 {
		return math.MinInt64, negative
	}
	if negative {
		return -int64(lo), true
	}
	return int64(lo), true
}

// absolute is |a| as an unsigned number in an int64's bits.
func absolute(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}

func absInt(a int64) (int64, bool) { return absolute(a), a != math.MinInt64 }

func divInt(a, b int64) (int64, bool) {
	if b == -1 {
		return -a, a != math.MinInt64
	}
	return a / b, true
}

func modInt(a, b int64) (int64, bool) {
	if b == -1 {
		return 0, true
	}
	return a % b, true
}
