package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxItems bounds the elements of an array (utils/array.h).
const maxItems = 134217727

// arrays is the functions of arrays.
func arrays() family {
	return family{
		"array_ndims(anyarray)": unaryE(func(a *Array) (Value, error) {
			if len(a.Dims) == 0 {
				return nil, nil
			}
			return Int(len(a.Dims)), nil
		}),
		"array_dims(anyarray)": unaryE(func(a *Array) (Value, error) {
			if len(a.Dims) == 0 {
				return nil, nil
			}
			return Text(boundsText(a.Dims)), nil
		}),
		"array_length(anyarray,int4)":                     arrayDim(func(d Dim) int32 { return d.Len }),
		"array_lower(anyarray,int4)":                      arrayDim(func(d Dim) int32 { return d.Lower }),
		"array_upper(anyarray,int4)":                      arrayDim(func(d Dim) int32 { return d.Lower + d.Len - 1 }),
		"cardinality(anyarray)":                           unary(func(a *Array) Int { return Int(len(a.Items)) }),
		"array_append(anycompatiblearray,anycompatible)":  appendElement,
		"array_prepend(anycompatible,anycompatiblearray)": prependElement,
		"array_cat(anycompatiblearray,anycompatiblearray)": func(_ *Func, a []Value, _ *Env) (Value, error) {
			return catArrays(a[0], a[1])
		},
		"array_position(anycompatiblearray,anycompatible)":              arrayPosition,
		"array_position(anycompatiblearray,anycompatible,int4)":         arrayPosition,
		"array_positions(anycompatiblearray,anycompatible)":             arrayPositions,
		"array_remove(anycompatiblearray,anycompatible)":                arrayRemove,
		"array_replace(anycompatiblearray,anycompatible,anycompatible)": arrayReplace,
		"array_to_string(anyarray,text)":                                arrayToString,
		"array_to_string(anyarray,text,text)":                           arrayToString,
		"string_to_array(text,text)":                                    stringToArray,
		"string_to_array(text,text,text)":                               stringToArray,
		"array_fill(anyelement,_int4)":                                  arrayFill,
		"array_fill(anyelement,_int4,_int4)":                            arrayFill,
		"trim_array(anyarray,int4)":                                     binaryE(trimArray),
		"arraycontains(anyarray,anyarray)":                              binaryE(func(a, b *Array) (Value, error) { return arrayContains(a, b) }),
		"arraycontained(anyarray,anyarray)":                             binaryE(func(a, b *Array) (Value, error) { return arrayContains(b, a) }),
		"arrayoverlap(anyarray,anyarray)":                               binaryE(arrayOverlap),
		"width_bucket(anycompatible,anycompatiblearray)":                widthBucketArray,
	}
}

// boundsText is the bounds of all dimensions.
func boundsText(dims []Dim) string {
	var b []byte
	for _, d := range dims {
		b = append(b, '[')
		b = appendInt(b, pgcat.Int4, int64(d.Lower))
		b = append(b, ':')
		b = appendInt(b, pgcat.Int4, int64(d.Lower)+int64(d.Len)-1)
		b = append(b, ']')
	}
	return string(b)
}

func arrayDim(of func(Dim) int32) impl {
	return binaryE(func(a *Array, n Int) (Value, error) {
		if n < 1 || int(n) > len(a.Dims) {
			return nil, nil
		}
		return Int(of(a.Dims[n-1])), nil
	})
}

// arrayArg is an argument that may be NULL, as an array of one dimension at most.
func arrayArg(v Value, elem uint32) (*Array, error) {
	a, ok := v.(*Array)
	if !ok {
		return &Array{Elem: elem}, nil
	}
	if len(a.Dims) > 1 {
		return nil, pgerr.New("22000", "argument must be empty or one-dimensional array")
	}
	return a, nil
}

func appendElement(f *Func, a []Value, _ *Env) (Value, error) {
	x, err := arrayArg(a[0], f.Args[1])
	if err != nil {
		return nil, err
	}
	out := arrayOf(x.Elem, append(append(make([]Value, 0, len(x.Items)+1), x.Items...), a[1]))
	if len(x.Dims) == 1 {
		out.Dims[0].Lower = x.Dims[0].Lower
	}
	return out, nil
}

func prependElement(f *Func, a []Value, _ *Env) (Value, error) {
	x, err := arrayArg(a[1], f.Args[0])
	if err != nil {
		return nil, err
	}
	out := arrayOf(x.Elem, append([]Value{a[0]}, x.Items...))
	if len(x.Dims) == 1 {
		out.Dims[0].Lower = x.Dims[0].Lower
	}
	return out, nil
}

func errIncompatible(detail string) error {
	return pgerr.New(pgerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail("%s", detail)
}

// catArrays joins arrays of equal dimensions, or one with the elements of another.
func catArrays(x, y Value) (Value, error) {
	a, okA := x.(*Array)
	b, okB := y.(*Array)
	switch {
	case !okA:
		return y, nil
	case !okB || len(b.Dims) == 0:
		return a, nil
	case len(a.Dims) == 0:
		return b, nil
	}
	var dims []Dim
	inner, other := a.Dims[1:], b.Dims[1:]
	switch len(a.Dims) - len(b.Dims) {
	case 0:
		dims = append(dims, a.Dims...)
		dims[0].Len += b.Dims[0].Len
	case 1:
		other = b.Dims
		dims = append(dims, a.Dims...)
		dims[0].Len++
	case -1:
		inner = a.Dims
		dims = append(dims, b.Dims...)
		dims[0].Len++
	default:
		return nil, errIncompatible("Arrays of these dimensions are not compatible for concatenation.")
	}
	for i := range inner {
		if inner[i] != other[i] {
			return nil, errIncompatible("Arrays with differing element dimensions are not compatible for concatenation.")
		}
	}
	return &Array{Elem: a.Elem, Dims: dims, Items: append(append(make([]Value, 0, len(a.Items)+len(b.Items)), a.Items...), b.Items...)}, nil
}

// comparable1 refuses element types without equality.
func comparable1(elem uint32) error {
	if unorderedType(elem) {
		return pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", typeName(elem))
	}
	return nil
}

func sameItem(elem uint32, a, b Value) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return Compare(elem, a, b) == 0
}

func searched(v Value) (*Array, error) {
	a := v.(*Array)
	if len(a.Dims) > 1 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "searching for elements in multidimensional arrays is not supported")
	}
	return a, comparable1(a.Elem)
}

func arrayPosition(_ *Func, args []Value, _ *Env) (Value, error) {
	if args[0] == nil {
		return nil, nil
	}
	a, err := searched(args[0])
	if err != nil || len(a.Dims) == 0 {
		return nil, err
	}
	from := int64(a.Dims[0].Lower)
	if args[1] == nil && !hasNull(a) {
		return nil, nil
	}
	if len(args) == 3 {
		if args[2] == nil {
			return nil, pgerr.New(pgerr.NullNotAllowed, "initial position must not be null")
		}
		from = int64(args[2].(Int))
	}
	for i, item := range a.Items {
		if at := int64(a.Dims[0].Lower) + int64(i); at >= from && sameItem(a.Elem, item, args[1]) {
			return Int(at), nil
		}
	}
	return nil, nil
}

func hasNull(a *Array) bool {
	for _, v := range a.Items {
		if v == nil {
			return true
		}
	}
	return false
}

func arrayPositions(_ *Func, args []Value, _ *Env) (Value, error) {
	if args[0] == nil {
		return nil, nil
	}
	a, err := searched(args[0])
	if err != nil {
		return nil, err
	}
	var out []Value
	for i, item := range a.Items {
		if sameItem(a.Elem, item, args[1]) {
			out = append(out, Int(int64(a.Dims[0].Lower)+int64(i)))
		}
	}
	return arrayOf(pgcat.Int4, out), nil
}

func arrayRemove(_ *Func, args []Value, _ *Env) (Value, error) {
	a, ok := args[0].(*Array)
	if !ok {
		return nil, nil
	}
	if len(a.Dims) > 1 {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "removing elements from multidimensional arrays is not supported")
	}
	if err := comparable1(a.Elem); err != nil {
		return nil, err
	}
	var items []Value
	for _, item := range a.Items {
		if !sameItem(a.Elem, item, args[1]) {
			items = append(items, item)
		}
	}
	out := arrayOf(a.Elem, items)
	if len(items) > 0 {
		out.Dims[0].Lower = a.Dims[0].Lower
	}
	return out, nil
}

func arrayReplace(_ *Func, args []Value, _ *Env) (Value, error) {
	a, ok := args[0].(*Array)
	if !ok {
		return nil, nil
	}
	if err := comparable1(a.Elem); err != nil {
		return nil, err
	}
	out := &Array{Elem: a.Elem, Dims: a.Dims, Items: append([]Value(nil), a.Items...)}
	for i, item := range out.Items {
		if sameItem(a.Elem, item, args[1]) {
			out.Items[i] = args[2]
		}
	}
	return out, nil
}

func arrayToString(_ *Func, args []Value, env *Env) (Value, error) {
	if args[0] == nil || args[1] == nil {
		return nil, nil
	}
	a, sep := args[0].(*Array), string(args[1].(Text))
	var b []byte
	first := true
	for _, item := range a.Items {
		if item == nil && (len(args) < 3 || args[2] == nil) {
			continue
		}
		if !first {
			b = append(b, sep...)
		}
		first = false
		if item == nil {
			b = append(b, args[2].(Text)...)
		} else {
			b = AppendText(b, a.Elem, item, env)
		}
		if len(b) > maxResult {
			return nil, errTooLarge()
		}
	}
	return Text(b), nil
}

func stringToArray(_ *Func, args []Value, _ *Env) (Value, error) {
	if args[0] == nil {
		return nil, nil
	}
	s := string(args[0].(Text))
	var parts []string
	switch sep := args[1]; {
	case s == "":
		return textArray(nil), nil
	case sep == nil:
		if n := utf8.RuneCountInString(s); n > maxMade {
			return nil, errMade(int64(n))
		}
		for i := 0; i < len(s); {
			_, n := utf8.DecodeRuneInString(s[i:])
			parts = append(parts, s[i:i+n])
			i += n
		}
	case sep == Text(""):
		parts = []string{s}
	default:
		if n := strings.Count(s, string(sep.(Text))); n >= maxMade {
			return nil, errMade(int64(n) + 1)
		}
		parts = strings.Split(s, string(sep.(Text)))
	}
	items := make([]Value, len(parts))
	for i, p := range parts {
		if len(args) < 3 || args[2] == nil || Text(p) != args[2] {
			items[i] = Text(p)
		}
	}
	return textArray(items), nil
}
