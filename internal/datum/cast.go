package datum

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Cast converts a value between types as PostgreSQL's explicit (or, without explicit, assignment) cast does: by the
// function of pg_cast, by relabelling, element by element for arrays, else through text; then the length coercion of
// the target's typmod. Errors are *pgerr.Error without a position.
func Cast(v Value, from, to uint32, mod int32, explicit bool, env *Env) (Value, error) {
	if v == nil {
		return nil, nil
	}
	if i, ok := v.(Int); ok && to == pgcat.Bit { // the lowest digits, where a length coercion keeps the first
		return bitsOfInt(int64(i), int64(mod))
	}
	v, err := convert(v, from, to, explicit, env)
	if err != nil || v == nil || mod < 0 {
		return v, err
	}
	return coerceLength(v, to, mod, explicit, env)
}

func convert(v Value, from, to uint32, explicit bool, env *Env) (Value, error) {
	if from == to {
		return v, nil
	}
	c, ok := pgcat.CastFor(from, to)
	switch {
	case ok && c.Method == 'b':
		return relabel(v, to), nil
	case ok && c.Method == 'f':
		return callCast(c.Func, v, from, to, explicit, env)
	case ok:
		return throughText(v, from, to, env)
	}
	return convertArray(v, from, to, explicit, env)
}

// relabel reads the bits of an object identifier as a signed number, and the other way round.
func relabel(v Value, to uint32) Value {
	i, ok := v.(Int)
	switch {
	case ok && to == pgcat.Int4:
		return Int(int32(i))
	case ok && (to == pgcat.OID || isReg(to)):
		return Int(uint32(i))
	}
	return v
}

// callCast calls a cast function with as many of (value, typmod, explicit) as it takes.
func callCast(proc uint32, v Value, from, to uint32, explicit bool, env *Env) (Value, error) {
	p, ok := pgcat.ProcByOID(proc)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "cast function %d is unknown", proc)
	}
	args := []Value{v, Int(-1), Bool(explicit)}[:len(p.Args)]
	return Call(Func{Proc: proc, Args: append([]uint32{from}, p.Args[1:]...), Result: to, Mod: -1}, args, env)
}

func throughText(v Value, from, to uint32, env *Env) (Value, error) {
	return In(to, -1, string(AppendText(nil, from, v, env)), env)
}

func convertArray(v Value, from, to uint32, explicit bool, env *Env) (Value, error) {
	a, isArray := v.(*Array)
	t, ok := pgcat.TypeByOID(to)
	if !isArray || !ok || t.Elem == 0 || !t.IsArray() {
		return throughText(v, from, to, env)
	}
	out := &Array{Elem: t.Elem, Dims: a.Dims, Items: make([]Value, len(a.Items))}
	for i, item := range a.Items {
		c, err := Cast(item, a.Elem, t.Elem, -1, explicit, env)
		if err != nil {
			return nil, err
		}
		out.Items[i] = c
	}
	return out, nil
}

// coerceLength applies a typmod by the cast of a type to itself.
func coerceLength(v Value, oid uint32, mod int32, explicit bool, env *Env) (Value, error) {
	if a, ok := v.(*Array); ok {
		out := &Array{Elem: a.Elem, Dims: a.Dims, Items: make([]Value, len(a.Items))}
		for i, item := range a.Items {
			c, err := Cast(item, a.Elem, a.Elem, mod, explicit, env)
			if err != nil {
				return nil, err
			}
			out.Items[i] = c
		}
		return out, nil
	}
	c, ok := pgcat.CastFor(oid, oid)
	if !ok {
		return v, nil
	}
	p, ok := pgcat.ProcByOID(c.Func)
	if !ok {
		return v, nil
	}
	args := []Value{v, Int(mod), Bool(explicit)}[:len(p.Args)]
	return Call(Func{Proc: c.Func, Args: p.Args, Result: oid, Mod: mod}, args, env)
}
