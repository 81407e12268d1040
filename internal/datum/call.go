package datum

import (
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Func is a resolved call of pg_proc: the function, the types of its arguments as they are passed, and its result type.
type Func struct {
	Proc     uint32
	Args     []uint32
	Result   uint32
	Mod      int32
	Variadic bool // the last argument is the VARIADIC array itself
}

// impl computes one function. Arguments of a strict function are never nil.
type impl func(f *Func, args []Value, env *Env) (Value, error)

// family is a table of implementations keyed by signature, as "length(text)": pg_proc's name and declared argument types.
type family map[string]impl

type registry map[uint32]entry

type entry struct {
	impl   impl
	strict bool
}

var functions = sync.OnceValue(func() registry {
	r := registry{}
	for _, f := range families() {
		for signature, fn := range f {
			if p, ok := pgcat.ProcBySignature(signature); ok {
				r[p.OID] = entry{fn, p.Strict}
			}
		}
	}
	return r
})

// Has reports whether a function of pg_proc is implemented here.
func Has(proc uint32) bool {
	_, ok := functions()[proc]
	return ok
}

// Call computes a function. A strict function of a NULL is NULL. Errors are *pgerr.Error without a position; 0A000 for a
// function without an implementation.
func Call(f Func, args []Value, env *Env) (Value, error) {
	e, ok := functions()[f.Proc]
	if !ok {
		return nil, unsupported(f.Proc)
	}
	if e.strict {
		for _, a := range args {
			if a == nil {
				return nil, nil
			}
		}
	}
	return e.impl(&f, args, env)
}

func unsupported(proc uint32) error {
	if p, ok := pgcat.ProcByOID(proc); ok {
		return pgerr.New(pgerr.FeatureNotSupported, "function %s is not supported yet", p.Signature())
	}
	return pgerr.New(pgerr.FeatureNotSupported, "function with OID %d is not supported yet", proc)
}
