package datum

import (
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxResult is the size in bytes above which a result is refused with 54000.
const maxResult = 256<<20 - 1

func errTooLarge() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "requested length too large")
}

// The adapters make an impl of a plain Go function; the ones that end in E may fail.

func unary[A, R Value](f func(A) R) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A)), nil }
}

func unaryE[A Value](f func(A) (Value, error)) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A)) }
}

func binary[A, B, R Value](f func(A, B) R) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A), a[1].(B)), nil }
}

func binaryE[A, B Value](f func(A, B) (Value, error)) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A), a[1].(B)) }
}

func ternary[A, B, C, R Value](f func(A, B, C) R) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A), a[1].(B), a[2].(C)), nil }
}

func ternaryE[A, B, C Value](f func(A, B, C) (Value, error)) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) { return f(a[0].(A), a[1].(B), a[2].(C)) }
}

func constant(v Value) impl {
	return func(*Func, []Value, *Env) (Value, error) { return v, nil }
}

func identity(_ *Func, a []Value, _ *Env) (Value, error) { return a[0], nil }

// swapped calls a function of two arguments with them exchanged.
func swapped(f impl) impl {
	return func(fn *Func, a []Value, env *Env) (Value, error) { return f(fn, []Value{a[1], a[0]}, env) }
}

// after calls f with its first argument prepared by one function.
func after(first func(Value) Value, f impl) impl {
	return func(fn *Func, a []Value, env *Env) (Value, error) {
		b := append([]Value(nil), a...)
		b[0] = first(b[0])
		return f(fn, b, env)
	}
}

// wrap turns a typed result into a Value, so that a nil pointer beside an error is a nil Value.
func wrap[V Value](v V, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func outOfRange(what string) error {
	return pgerr.New(pgerr.NumericOutOfRange, "%s out of range", what)
}
