package datum

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// jsons is the functions that take JSON apart: of json over its text, of jsonb over its value.
func jsons() family {
	f := family{
		"json_typeof(json)":             unary(func(s Text) Text { return rawKind(string(s)) }),
		"jsonb_typeof(jsonb)":           unary(func(s Text) Text { return rawKind(string(s)) }),
		"json_array_length(json)":       unaryE(arrayLength),
		"jsonb_array_length(jsonb)":     unaryE(arrayLength),
		"json_strip_nulls(json)":        unaryE(stripRaw),
		"jsonb_strip_nulls(jsonb)":      onJSON(func(j *JSON) (*JSON, error) { stripNulls(j); return j, nil }),
		"jsonb_pretty(jsonb)":           unaryE(pretty),
		"jsonb_exists(jsonb,text)":      binaryE(func(s, k Text) (Value, error) { return exists(s, []Value{k}, true) }),
		"jsonb_exists_any(jsonb,_text)": binaryE(func(s Text, keys *Array) (Value, error) { return exists(s, keys.Items, false) }),
		"jsonb_exists_all(jsonb,_text)": binaryE(func(s Text, keys *Array) (Value, error) { return exists(s, keys.Items, true) }),
		"jsonb_contains(jsonb,jsonb)":   binaryE(contains),
		"jsonb_contained(jsonb,jsonb)":  binaryE(func(a, b Text) (Value, error) { return contains(b, a) }),
	}
	for _, t := range []string{"json", "jsonb"} {
		f[t+"_object_field("+t+",text)"] = rawField('{', false)
		f[t+"_object_field_text("+t+",text)"] = rawField('{', true)
		f[t+"_array_element("+t+",int4)"] = scalarElement(t == "jsonb", rawField('[', false))
		f[t+"_array_element_text("+t+",int4)"] = scalarElement(t == "jsonb", rawField('[', true))
		f[t+"_extract_path("+t+",_text)"] = rawPath(false)
		f[t+"_extract_path_text("+t+",_text)"] = rawPath(true)
	}
	for _, to := range []string{"numeric", "int2", "int4", "int8", "float4", "float8", "bool"} {
		typ, _ := pgcat.TypesByName(to)
		f[to+"(jsonb)"] = func(_ *Func, a []Value, _ *Env) (Value, error) { return jsonScalar(a[0].(Text), typ.OID) }
	}
	return f
}

func rawKind(s string) Text {
	switch s = trimSpace(s); firstByte(s) {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

func badJSONUse(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidParameterValue, format, args...)
}

func arrayLength(s Text) (Value, error) {
	kind, members := rawMembers(string(s))
	switch kind {
	case '[':
		return Int(len(members)), nil
	case '{':
		return nil, badJSONUse("cannot get array length of a non-array")
	}
	return nil, badJSONUse("cannot get array length of a scalar")
}

func rawField(kind byte, text bool) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) {
		s := string(a[0].(Text))
		if k, _ := rawMembers(s); k != kind {
			return nil, nil
		}
		step := ""
		if i, ok := a[1].(Int); ok {
			step = string(appendInt(nil, pgcat.Int4, int64(i)))
		} else {
			step = string(a[1].(Text))
		}
		v, ok := rawStep(s, step)
		if !ok {
			return nil, nil
		}
		if text {
			return rawText(v)
		}
		return Text(v), nil
	}
}

// scalarElement takes a scalar jsonb for an array of one element, as PostgreSQL stores it.
func scalarElement(binary bool, f impl) impl {
	return func(fn *Func, a []Value, env *Env) (Value, error) {
		s := a[0].(Text)
		if kind, _ := rawMembers(string(s)); binary && kind != '[' && kind != '{' {
			a = []Value{"[" + s + "]", a[1]}
		}
		return f(fn, a, env)
	}
}

func rawPath(text bool) impl {
	return binaryE(func(in Text, path *Array) (Value, error) {
		s := trimSpace(string(in))
		if len(path.Items) == 0 {
			s = string(in)
		}
		for _, step := range path.Items {
			if step == nil {
				return nil, nil
			}
		}
		for _, step := range path.Items {
			v, ok := rawStep(s, string(step.(Text)))
			if !ok {
				return nil, nil
			}
			s = v
		}
		if text {
			return rawText(s)
		}
		return Text(s), nil
	})
}

// onJSON computes jsonb from jsonb.
func onJSON(f func(j *JSON) (*JSON, error)) impl {
	return unaryE(func(s Text) (Value, error) {
		j, err := ParseJSON(string(s))
		if err != nil {
			return nil, err
		}
		return jsonbOf(f(&j))
	})
}

func jsonbOf(j *JSON, err error) (Value, error) {
	if err != nil {
		return nil, err
	}
	return Text(AppendJSON(nil, j)), nil
}

func stripNulls(j *JSON) {
	keys, items := j.Keys[:0:0], j.Items[:0:0]
	for i := range j.Items {
		if j.Kind == JSONObject {
			if j.Items[i].Kind == JSONNull {
				continue
			}
			keys = append(keys, j.Keys[i])
		}
		stripNulls(&j.Items[i])
		items = append(items, j.Items[i])
	}
	j.Keys, j.Items = keys, items
}

// stripRaw rewrites a json text without white space and without members that are null.
func stripRaw(s Text) (Value, error) { return Text(appendStripped(nil, trimSpace(string(s)))), nil }

func appendStripped(dst []byte, s string) []byte {
	kind, members := rawMembers(s)
	switch kind {
	case '"':
		return AppendJSONString(dst, rawKey(s))
	case '{', '[':
	default:
		return append(dst, s...)
	}
	dst = append(dst, kind)
	first := true
	for _, m := range members {
		if kind == '{' && m.value == "null" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		if kind == '{' {
			dst = append(AppendJSONString(dst, rawKey(m.key)), ':')
		}
		dst = appendStripped(dst, m.value)
	}
	return append(dst, kind+2)
}

func pretty(s Text) (Value, error) {
	j, err := ParseJSON(string(s))
	if err != nil {
		return nil, err
	}
	out := appendPretty(nil, &j, 0)
	if len(out) > maxResult {
		return nil, errTooLarge()
	}
	return Text(out), nil
}

func appendPretty(dst []byte, j *JSON, level int) []byte {
	if j.Kind != JSONObject && j.Kind != JSONArray || len(dst) > maxResult {
		return AppendJSON(dst, j)
	}
	open, end := byte('['), byte(']')
	if j.Kind == JSONObject {
		open, end = '{', '}'
	}
	line := func(level int) { dst = append(append(dst, '\n'), strings.Repeat("    ", level)...) }
	dst = append(dst, open)
	for i := range j.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		line(level + 1)
		if j.Kind == JSONObject {
			dst = append(AppendJSONString(dst, j.Keys[i]), ": "...)
		}
		dst = appendPretty(dst, &j.Items[i], level+1)
	}
	line(level)
	return append(dst, end)
}

func (j *JSON) scalar() bool { return j.Kind != JSONArray && j.Kind != JSONObject }

func (j *JSON) has(key string) bool {
	switch j.Kind {
	case JSONObject:
		return j.field(key) >= 0
	case JSONArray:
		for i := range j.Items {
			if j.Items[i].Kind == JSONString && j.Items[i].Text == key {
				return true
			}
		}
		return false
	}
	return j.Kind == JSONString && j.Text == key
}

// field is the position of a key, -1 when absent.
func (j *JSON) field(key string) int {
	for i, k := range j.Keys {
		if k == key {
			return i
		}
	}
	return -1
}

func exists(s Text, keys []Value, all bool) (Value, error) {
	j, err := ParseJSON(string(s))
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k != nil && j.has(string(k.(Text))) != all {
			return Bool(!all), nil
		}
	}
	return Bool(all), nil
}

func contains(a, b Text) (Value, error) {
	x, err := ParseJSON(string(a))
	if err != nil {
		return nil, err
	}
	y, err := ParseJSON(string(b))
	if err != nil {
		return nil, err
	}
	if x.Kind == JSONArray && y.scalar() {
		y = JSON{Kind: JSONArray, Items: []JSON{y}}
	}
	return Bool(jsonContains(&x, &y)), nil
}

func jsonContains(a, b *JSON) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case JSONObject:
		for i, k := range b.Keys {
			at := a.field(k)
			if at < 0 || !jsonContains(&a.Items[at], &b.Items[i]) {
				return false
			}
		}
		return true
	case JSONArray:
		for i := range b.Items {
			found := false
			for k := 0; k < len(a.Items) && !found; k++ {
				found = jsonContains(&a.Items[k], &b.Items[i])
			}
			if !found {
				return false
			}
		}
		return true
	}
	return compareJSON(a, b) == 0
}

// jsonScalar casts a jsonb number or boolean.
func jsonScalar(s Text, to uint32) (Value, error) {
	j, err := ParseJSON(string(s))
	if err != nil {
		return nil, err
	}
	switch {
	case j.Kind == JSONBool && to == pgcat.Bool:
		return Bool(j.Truth), nil
	case j.Kind == JSONNumber && to == pgcat.Numeric:
		return j.Number(), nil
	case j.Kind == JSONNumber && to != pgcat.Bool:
		return numberOf(j.Number(), to)
	}
	kind := [...]string{"null", "boolean", "numeric", "string", "array", "object"}[j.Kind]
	return nil, badJSONUse("cannot cast jsonb %s to type %s", kind, typeName(to))
}

// numberOf converts a numeric to another type of number.
func numberOf(n *Numeric, to uint32) (Value, error) {
	switch to {
	case pgcat.Int2:
		return intOfNumeric(n, 16)
	case pgcat.Int4:
		return intOfNumeric(n, 32)
	case pgcat.Int8:
		return intOfNumeric(n, 64)
	}
	return floatOfNumeric(n, to)
}
