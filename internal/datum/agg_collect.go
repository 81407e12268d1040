package datum

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// collecting is the aggregates that keep or choose values.
func collecting() aggregateFamily {
	f := aggregateFamily{
		"array_agg(anynonarray)":  arrayAgg,
		"array_agg(anyarray)":     arrayAggArray,
		"string_agg(text,text)":   stringAgg,
		"string_agg(bytea,bytea)": byteaAgg,
		"any_value(anyelement)":   func(_ *Func, rows [][]Value, _ *Env) (Value, error) { return first(present(rows, 0)), nil },
		"count()":                 func(_ *Func, rows [][]Value, _ *Env) (Value, error) { return Int(len(rows)), nil },
		"count(any)":              func(_ *Func, rows [][]Value, _ *Env) (Value, error) { return Int(len(present(rows, 0))), nil },
		"bool_and(bool)":          folded(func(a, b Value) Value { return a.(Bool) && b.(Bool) }),
		"every(bool)":             folded(func(a, b Value) Value { return a.(Bool) && b.(Bool) }),
		"bool_or(bool)":           folded(func(a, b Value) Value { return a.(Bool) || b.(Bool) }),
	}
	for _, t := range []string{"int2", "int4", "int8"} {
		f["bit_and("+t+")"] = folded(func(a, b Value) Value { return a.(Int) & b.(Int) })
		f["bit_or("+t+")"] = folded(func(a, b Value) Value { return a.(Int) | b.(Int) })
		f["bit_xor("+t+")"] = folded(func(a, b Value) Value { return a.(Int) ^ b.(Int) })
	}
	for _, t := range []string{"int2", "int4", "int8", "oid", "float4", "float8", "numeric", "text", "bpchar", "date", "time", "timetz",
		"timestamp", "timestamptz", "interval", "anyarray"} {
		f["min("+t+")"], f["max("+t+")"] = extremeOf(-1), extremeOf(1)
	}
	return f
}

func first(values []Value) Value {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

// folded combines the values that are not NULL.
func folded(op func(a, b Value) Value) aggregate {
	return func(_ *Func, rows [][]Value, _ *Env) (Value, error) {
		values := present(rows, 0)
		r := first(values)
		for i := 1; i < len(values); i++ {
			r = op(r, values[i])
		}
		return r, nil
	}
}

// extremeOf keeps the last of equal values.
func extremeOf(side int) aggregate {
	return func(f *Func, rows [][]Value, _ *Env) (Value, error) {
		values := present(rows, 0)
		r := first(values)
		for i := 1; i < len(values); i++ {
			if c := Compare(f.Args[0], values[i], r) * side; c >= 0 {
				r = values[i]
			}
		}
		return r, nil
	}
}

func arrayAgg(f *Func, rows [][]Value, _ *Env) (Value, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	items := make([]Value, len(rows))
	for i, r := range rows {
		items[i] = r[0]
	}
	return arrayOf(f.Args[0], items), nil
}

// arrayAggArray joins arrays of equal dimensions into one with a dimension more.
func arrayAggArray(f *Func, rows [][]Value, _ *Env) (Value, error) {
	var out *Array
	for _, r := range rows {
		a, ok := r[0].(*Array)
		switch {
		case !ok:
			return nil, pgerr.New(pgerr.NullNotAllowed, "cannot accumulate null arrays")
		case len(a.Dims) == 0 && out == nil:
			return nil, pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate empty arrays")
		case out == nil:
			out = &Array{Elem: a.Elem, Dims: append([]Dim{{Lower: 1}}, a.Dims...)}
		case !equalDims(out.Dims[1:], a.Dims):
			return nil, pgerr.New(pgerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
		}
		out.Dims[0].Len++
		out.Items = append(out.Items, a.Items...)
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

func equalDims(a, b []Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func stringAgg(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	b, any, err := joinRows(rows)
	if err != nil || !any {
		return nil, err
	}
	return Text(b), nil
}

func byteaAgg(_ *Func, rows [][]Value, _ *Env) (Value, error) {
	b, any, err := joinRows(rows)
	if err != nil || !any {
		return nil, err
	}
	return Bytes(b), nil
}

// joinRows puts each row's separator before its value but the first.
func joinRows(rows [][]Value) (b []byte, any bool, err error) {
	for _, r := range rows {
		if r[0] == nil {
			continue
		}
		if any {
			b = append(b, rawBytes(r[1])...)
		}
		any = true
		b = append(b, rawBytes(r[0])...)
		if len(b) > maxResult {
			return nil, false, errTooLarge()
		}
	}
	return b, any, nil
}

func rawBytes(v Value) []byte {
	switch v := v.(type) {
	case Text:
		return []byte(v)
	case Bytes:
		return v
	}
	return nil
}

// jsonAggregates is json_agg, json_object_agg and their kin.
func jsonAggregates() aggregateFamily {
	f := aggregateFamily{}
	for _, t := range []string{"json", "jsonb"} {
		for _, strict := range []bool{false, true} {
			suffix := ""
			if strict {
				suffix = "_strict"
			}
			f[t+"_agg"+suffix+"(anyelement)"] = jsonAgg(t == "jsonb", strict)
			f[t+"_object_agg"+suffix+"(any,any)"] = jsonObjectAgg(t == "jsonb", strict)
		}
	}
	return f
}

func jsonAgg(binary, strict bool) aggregate {
	return func(f *Func, rows [][]Value, env *Env) (v Value, err error) {
		if len(rows) == 0 {
			return nil, nil
		}
		b := []byte{'['}
		t, _ := pgcat.TypeByOID(f.Args[0])
		structured := f.Args[0] == pgcat.Record || t != nil && t.IsArray()
		for _, r := range rows {
			if strict && r[0] == nil {
				continue
			}
			if len(b) > 1 {
				b = append(b, ", "...)
				if r[0] != nil && structured {
					b = append(b, "\n "...)
				}
			}
			if b, err = appendToJSON(b, f.Args[0], r[0], env); err != nil {
				return nil, err
			}
			if len(b) > maxResult {
				return nil, errTooLarge()
			}
		}
		return jsonResult(append(b, ']'), binary)
	}
}

func jsonResult(b []byte, binary bool) (Value, error) {
	if binary {
		return jsonbIn(string(b))
	}
	return Text(b), nil
}

func jsonObjectAgg(binary, strict bool) aggregate {
	return func(f *Func, rows [][]Value, env *Env) (v Value, err error) {
		if len(rows) == 0 {
			return nil, nil
		}
		b := []byte("{ ")
		for _, r := range rows {
			switch {
			case r[0] == nil && binary:
				return nil, pgerr.New(pgerr.InvalidParameterValue, "field name must not be null")
			case strict && r[1] == nil && r[0] != nil:
				continue
			}
			if len(b) > 2 {
				b = append(b, ", "...)
			}
			if b, err = appendKey(b, r[0], f.Args[0], env); err != nil {
				return nil, err
			}
			b = append(b, " : "...)
			if b, err = appendToJSON(b, f.Args[1], r[1], env); err != nil {
				return nil, err
			}
			if len(b) > maxResult {
				return nil, errTooLarge()
			}
		}
		return jsonResult(append(b, " }"...), binary)
	}
}
