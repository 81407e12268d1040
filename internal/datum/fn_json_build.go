package datum

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// jsonBuilders is the functions that make JSON of other values.
func jsonBuilders() family {
	f := family{}
	for _, t := range []struct {
		name   string
		binary bool
	}{{"json", false}, {"jsonb", true}} {
		finish := func(b []byte, err error) (Value, error) {
			switch {
			case err != nil:
				return nil, err
			case len(b) > maxResult:
				return nil, errTooLarge()
			case t.binary:
				return jsonbIn(string(b))
			}
			return Text(b), nil
		}
		one := func(fn *Func, a []Value, env *Env) (Value, error) {
			return finish(appendToJSON(nil, fn.Args[0], a[0], env))
		}
		f["to_"+t.name+"(anyelement)"] = one
		if !t.binary {
			f["array_to_json(anyarray)"] = one
		}
		array := func(fn *Func, a []Value, env *Env) (Value, error) {
			values, types, err := spread(fn, a, 0)
			if err != nil || fn.Variadic && values == nil && len(a) > 0 && a[0] == nil {
				return nil, err
			}
			return finish(buildArray(values, types, env))
		}
		object := func(fn *Func, a []Value, env *Env) (Value, error) {
			values, types, err := spread(fn, a, 0)
			if err != nil || fn.Variadic && values == nil && len(a) > 0 && a[0] == nil {
				return nil, err
			}
			return finish(buildObject(values, types, t.binary, env))
		}
		f[t.name+"_build_array(any)"], f[t.name+"_build_array()"] = array, array
		f[t.name+"_build_object(any)"], f[t.name+"_build_object()"] = object, object
		f[t.name+"_object(_text)"] = unaryE(func(a *Array) (Value, error) { return finish(objectOfArray(a)) })
		f[t.name+"_object(_text,_text)"] = binaryE(func(k, v *Array) (Value, error) { return finish(objectOfArrays(k, v)) })
	}
	return f
}

// appendToJSON appends a value as to_json does.
func appendToJSON(dst []byte, oid uint32, v Value, env *Env) ([]byte, error) {
	oid = base(oid)
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case Bool:
		if v {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case *Array:
		if t, ok := pgcat.TypeByOID(oid); ok && t.IsArray() {
			return appendArrayJSON(dst, v, env)
		}
	case Record:
		return nil, pgerr.New(pgerr.FeatureNotSupported, "rows as JSON are not supported")
	case Float, *Numeric:
		s := AppendText(nil, oid, v, env)
		if c := s[len(s)-1]; c == 'N' || c == 'y' {
			return AppendJSONString(dst, string(s)), nil
		}
		return append(dst, s...), nil
	case Int:
		if oid == pgcat.Int2 || oid == pgcat.Int4 || oid == pgcat.Int8 {
			return appendInt(dst, oid, int64(v)), nil
		}
	case Date, Timestamp:
		return AppendJSONString(dst, isoText(oid, v, env)), nil
	case Text:
		if oid == pgcat.JSON || oid == pgcat.JSONB || oid == pgcat.Record {
			return append(dst, v...), nil
		}
	}
	return AppendJSONString(dst, string(AppendText(nil, oid, v, env))), nil
}

// isoText is a date or timestamp in XML Schema's form, whatever DateStyle is.
func isoText(oid uint32, v Value, env *Env) string {
	iso := *env
	iso.DateStyle = ISO
	s := AppendText(nil, oid, v, &iso)
	t, ok := v.(Timestamp)
	if !ok || infinite(t) != "" {
		return string(s)
	}
	for i := range s {
		if s[i] == ' ' {
			s[i] = 'T'
			break
		}
	}
	if oid != pgcat.TimestampTZ {
		return string(s)
	}
	return string(fullOffset(s))
}

// fullOffset completes ±hh to ±hh:00.
func fullOffset(s []byte) []byte {
	for i := len(s) - 1; i > 10; i-- {
		if s[i] == '+' || s[i] == '-' {
			end := i + 3
			if end == len(s) || s[end] != ':' {
				return append(append(append([]byte{}, s[:end]...), ":00"...), s[end:]...)
			}
			break
		}
	}
	return s
}

func appendArrayJSON(dst []byte, a *Array, env *Env) ([]byte, error) {
	if len(a.Items) == 0 {
		return append(dst, "[]"...), nil
	}
	at := 0
	var err error
	var level func(d int)
	level = func(d int) {
		dst = append(dst, '[')
		for i := range a.Dims[d].Len {
			if i > 0 {
				dst = append(dst, ',')
			}
			if d+1 < len(a.Dims) {
				level(d + 1)
				continue
			}
			if err == nil {
				dst, err = appendToJSON(dst, a.Elem, a.Items[at], env)
			}
			at++
		}
		dst = append(dst, ']')
	}
	level(0)
	return dst, err
}

func buildArray(values []Value, types []uint32, env *Env) (b []byte, err error) {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		if b, err = appendToJSON(b, types[i], v, env); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func buildObject(values []Value, types []uint32, binary bool, env *Env) (b []byte, err error) {
	if len(values)%2 != 0 {
		name := "json_build_object()"
		if binary {
			name = "jsonb_build_object()"
		}
		return nil, pgerr.New(pgerr.InvalidParameterValue, "argument list must have even number of elements").
			WithHint("The arguments of %s must consist of alternating keys and values.", name)
	}
	b = append(b, '{')
	for i := 0; i < len(values); i += 2 {
		if i > 0 {
			b = append(b, ", "...)
		}
		if values[i] == nil && binary {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "argument %d: key must not be null", i+1)
		}
		if b, err = appendKey(b, values[i], types[i], env); err != nil {
			return nil, err
		}
		b = append(b, " : "...)
		if b, err = appendToJSON(b, types[i+1], values[i+1], env); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendKey(b []byte, v Value, oid uint32, env *Env) ([]byte, error) {
	if v == nil {
		return nil, errNullKey()
	}
	_, isArray := v.(*Array)
	_, isRecord := v.(Record)
	if isArray || isRecord || oid == pgcat.Record || oid == pgcat.JSON || oid == pgcat.JSONB {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "key value must be scalar, not array, composite, or json")
	}
	if t, ok := v.(Bool); ok {
		if t {
			return append(b, `"true"`...), nil
		}
		return append(b, `"false"`...), nil
	}
	if d, ok := v.(Date); ok {
		return AppendJSONString(b, isoText(oid, d, env)), nil
	}
	if t, ok := v.(Timestamp); ok {
		return AppendJSONString(b, isoText(oid, t, env)), nil
	}
	return AppendJSONString(b, string(AppendText(nil, oid, v, env))), nil
}

func errNullKey() error {
	return pgerr.New(pgerr.NullNotAllowed, "null value not allowed for object key")
}

func objectOfArray(a *Array) ([]byte, error) {
	switch {
	case len(a.Dims) == 0:
	case len(a.Dims) == 1 && len(a.Items)%2 != 0:
		return nil, pgerr.New(pgerr.ArraySubscriptError, "array must have even number of elements")
	case len(a.Dims) == 2 && a.Dims[1].Len != 2:
		return nil, pgerr.New(pgerr.ArraySubscriptError, "array must have two columns")
	case len(a.Dims) > 2:
		return nil, errSubscripts()
	}
	b := []byte{'{'}
	for i := 0; i+1 < len(a.Items); i += 2 {
		var err error
		if b, err = appendPair(b, a.Items[i], a.Items[i+1]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func objectOfArrays(keys, values *Array) ([]byte, error) {
	switch {
	case len(keys.Dims) > 1 || len(keys.Dims) != len(values.Dims):
		return nil, errSubscripts()
	case len(keys.Items) != len(values.Items):
		return nil, pgerr.New(pgerr.ArraySubscriptError, "mismatched array dimensions")
	}
	b := []byte{'{'}
	for i := range keys.Items {
		var err error
		if b, err = appendPair(b, keys.Items[i], values.Items[i]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendPair(b []byte, key, value Value) ([]byte, error) {
	if key == nil {
		return nil, errNullKey()
	}
	if len(b) > 1 {
		b = append(b, ", "...)
	}
	b = append(AppendJSONString(b, string(key.(Text))), " : "...)
	if value == nil {
		return append(b, "null"...), nil
	}
	return AppendJSONString(b, string(value.(Text))), nil
}
