package datum

import (
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// setColumn computes one output column of a set-returning function, a value for each row.
type setColumn func(text string) ([]Value, error)

// jsonSets are the functions that take a JSON container apart, their output columns in order.
var jsonSets = sync.OnceValue(func() map[uint32][]setColumn {
	out := map[uint32][]setColumn{}
	for _, binary := range []bool{false, true} {
		t := "json"
		if binary {
			t = "jsonb"
		}
		s := jsonSet{binary: binary}
		for name, columns := range map[string][]setColumn{
			t + "_array_elements":      {s.elements(t+"_array_elements", false)},
			t + "_array_elements_text": {s.elements(t+"_array_elements_text", true)},
			t + "_object_keys":         {s.keys(t + "_object_keys")},
			t + "_each":                {s.members(t+"_each", memberKey), s.members(t+"_each", memberValue)},
			t + "_each_text":           {s.members(t+"_each_text", memberKey), s.members(t+"_each_text", memberText)},
		} {
			if p, ok := pgcat.ProcBySignature(name + "(" + t + ")"); ok {
				out[p.OID] = columns
			}
		}
	}
	return out
})

// SetHas reports whether CallSet computes a set-returning function.
func SetHas(proc uint32) bool { return len(jsonSets()[proc]) > 0 }

// CallSet returns one output column, from 0, of a set-returning function over one argument: a value for each row, NULLs included. A NULL
// argument has no rows. Errors are PostgreSQL's, without a position.
func CallSet(proc uint32, column int, arg Value) ([]Value, error) {
	columns := jsonSets()[proc]
	text, ok := arg.(Text)
	if column >= len(columns) {
		return nil, unsupported(proc)
	}
	if !ok {
		return nil, nil
	}
	return columns[column](string(text))
}

// jsonSet is what the functions of json and of jsonb have in common; they differ in the words of their errors.
type jsonSet struct{ binary bool }

func memberKey(m rawMember) (Value, error)   { return Text(rawKey(m.key)), nil }
func memberValue(m rawMember) (Value, error) { return Text(m.value), nil }
func memberText(m rawMember) (Value, error)  { return rawText(m.value) }

func (s jsonSet) elements(name string, text bool) setColumn {
	return func(doc string) ([]Value, error) {
		kind, list := rawMembers(doc)
		switch {
		case kind == '[' && text:
			return each(list, memberText)
		case kind == '[':
			return each(list, memberValue)
		case s.binary && kind == '{':
			return nil, badJSONUse("cannot extract elements from an object")
		case s.binary:
			return nil, badJSONUse("cannot extract elements from a scalar")
		case kind == '{':
			return nil, badJSONUse("cannot call %s on a non-array", name)
		}
		return nil, badJSONUse("cannot call %s on a scalar", name)
	}
}

func (s jsonSet) keys(name string) setColumn {
	return func(doc string) ([]Value, error) {
		kind, list := rawMembers(doc)
		switch kind {
		case '{':
			return each(list, memberKey)
		case '[':
			return nil, badJSONUse("cannot call %s on an array", name)
		}
		return nil, badJSONUse("cannot call %s on a scalar", name)
	}
}

func (s jsonSet) members(name string, value func(rawMember) (Value, error)) setColumn {
	return func(doc string) ([]Value, error) {
		kind, list := rawMembers(doc)
		switch {
		case kind == '{':
			return each(list, value)
		case s.binary:
			return nil, badJSONUse("cannot call %s on a non-object", name)
		case kind == '[':
			return nil, badJSONUse("cannot deconstruct an array as an object")
		}
		return nil, badJSONUse("cannot deconstruct a scalar")
	}
}

func each(list []rawMember, f func(rawMember) (Value, error)) ([]Value, error) {
	out := make([]Value, len(list))
	for i, m := range list {
		var err error
		if out[i], err = f(m); err != nil {
			return nil, err
		}
	}
	return out, nil
}
