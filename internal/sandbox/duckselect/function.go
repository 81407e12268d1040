package duckselect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Function is one overload on a language's allow-list: a letter for each argument (the language says what a letter takes; a final *
// repeats the one before it), the result's type or what makes it of the arguments, and the DuckDB form, in which $1, $2, … are the
// arguments and $* all of them. Page is the vendor page where that is not the name's own.
type Function[T comparable] struct {
	Name string
	Args string
	Type T
	Of   func([]Value[T]) T
	Form string
	Page string
}

// Index groups overloads by name.
func Index[T comparable](lists ...[]Function[T]) map[string][]Function[T] {
	m := map[string][]Function[T]{}
	for _, list := range lists {
		for _, f := range list {
			m[f.Name] = append(m[f.Name], f)
		}
	}
	return m
}

// Fit converts arguments to an overload's letters, one at a time.
func Fit[T comparable](letters string, args []Value[T], one func(letter byte, v Value[T]) (Value[T], bool)) ([]Value[T], bool) {
	repeat := strings.HasSuffix(letters, "*")
	letters = strings.TrimSuffix(letters, "*")
	for repeat && len(letters) < len(args) {
		letters += letters[len(letters)-1:]
	}
	if len(letters) != len(args) {
		return nil, false
	}
	out := make([]Value[T], len(args))
	for i := range args {
		v, ok := one(letters[i], args[i])
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}

// Overload applies the first overload that the arguments fit. Without one it returns the numbers of arguments that there are overloads
// for; hi is -1 where there is no limit.
func (c *Compiler[T]) Overload(overloads []Function[T], args []Value[T], one func(letter byte, v Value[T]) (Value[T], bool)) (v Value[T], lo, hi int, ok bool) {
	lo = 1 << 30
	for i := range overloads {
		f := &overloads[i]
		letters := strings.TrimSuffix(f.Args, "*")
		lo = min(lo, len(letters))
		switch {
		case letters != f.Args:
			hi = -1
		case hi >= 0:
			hi = max(hi, len(letters))
		}
		if vs, ok := Fit(f.Args, args, one); ok {
			return c.Apply(f, vs), 0, 0, true
		}
	}
	return v, lo, hi, false
}

// Apply fills an overload's form. A result of an exact type is cast to it, as DuckDB's own functions have other widths.
func (c *Compiler[T]) Apply(f *Function[T], args []Value[T]) Value[T] {
	out := Value[T]{Type: f.Type}
	if f.Of != nil {
		out.Type = f.Of(args)
	}
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.SQL
		out.Nullable = out.Nullable || a.Nullable
	}
	out.SQL = sqltree.Fill(f.Form, texts)
	if c.Rules.Exact(out.Type) {
		out.SQL = c.castTo(out.SQL, out.Type)
	}
	return out
}
