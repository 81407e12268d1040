package bind

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func null(oid uint32, at int) *plan.Const {
	return &plan.Const{Base: plan.Base{T: unmodified(oid), At: at}}
}

func base(oid uint32, at int) plan.Base { return plan.Base{T: unmodified(oid), At: at} }

// coerceTo converts e to a type with its modifier (coerce_to_target_type); ok is false when no conversion is allowed.
func (b *binder) coerceTo(e plan.Expr, to plan.Type, c permission, at int) (plan.Expr, bool) {
	if b.err != nil {
		return null(to.OID, at), true
	}
	if !canCoerceOne(e.Type().OID, to.OID, c) {
		return e, false
	}
	return b.applyMod(b.coerce(e, to, c, at), to, c), true
}

// coerce converts e by a conversion that canCoerce has allowed (coerce_type). The modifier matters to interval literals
// alone; see applyMod for the rest.
func (b *binder) coerce(e plan.Expr, to plan.Type, c permission, at int) plan.Expr {
	from := e.Type().OID
	switch to.OID {
	case from, pgcat.Any, pgcat.AnyElement, pgcat.AnyNonArray, pgcat.AnyCompatible, pgcat.AnyCompatibleNonArray:
		return e
	}
	if isPolymorphic(to.OID) && from != pgcat.Unknown {
		return e
	}
	if from == pgcat.Unknown {
		return b.coerceUnknown(e, to, c, at)
	}
	if row, ok := e.(*plan.RowOf); ok && to.OID == pgcat.Record {
		return row
	}
	if typ(from).Kind == 'c' && to.OID == pgcat.Record {
		return b.relabel(e, to)
	}
	p, proc := pathway(to.OID, from, c)
	k := &plan.Cast{Base: plan.Base{T: unmodified(to.OID), At: castAt(e, at)}, Arg: e, Explicit: c == explicit}
	switch p {
	case relabelPath:
		return b.relabel(e, to)
	case functionPath:
		k.Method, k.Proc = plan.FunctionCast, proc
		if _, constant := e.(*plan.Const); to.OID == pgcat.Regclass && from == pgcat.Text && !constant {
			return b.regclassOf(k)
		}
		if f, ok := pgcat.ProcByOID(proc); ok && len(f.Args) > 1 {
			k.T.Mod = to.Mod
		}
	case arrayPath:
		k.Method, k.T.Mod = plan.ArrayCast, to.Mod
	case inOutPath:
		if from == pgcat.Record { // which travels as its text
			return b.coerce(b.relabel(e, unmodified(pgcat.Text)), to, c, at)
		}
		if from == pgcat.Regclass && to.OID == pgcat.Text {
			return b.regclassText(e, k.At)
		}
		k.Method = plan.InOut
	default:
		return b.fail(cannotCast(from, to.OID), at)
	}
	return b.foldCast(k)
}

func castAt(e plan.Expr, at int) int {
	if at >= 0 {
		return at
	}
	return pos(e)
}

func cannotCast(from, to uint32) *pgerr.Error {
	return pgerr.New(pgerr.CannotCoerce, "cannot cast type %s to %s", typeName(from), typeName(to))
}

// relabel changes the type of e without changing its representation.
func (b *binder) relabel(e plan.Expr, to plan.Type) plan.Expr {
	if c, ok := e.(*plan.Const); ok {
		return &plan.Const{Base: plan.Base{T: unmodified(to.OID), At: c.At}, Value: c.Value}
	}
	return &plan.Cast{Base: plan.Base{T: unmodified(to.OID), At: pos(e)}, Arg: e, Method: plan.Relabel}
}

func (b *binder) coerceUnknown(e plan.Expr, to plan.Type, c permission, at int) plan.Expr {
	switch e := e.(type) {
	case *plan.Const:
		return b.literal(e, to)
	case *plan.Late:
		if e.Kind == plan.Parameter {
			return b.coerceParam(e, to.OID)
		}
	}
	k := &plan.Cast{Base: plan.Base{T: unmodified(to.OID), At: castAt(e, at)}, Arg: e, Method: plan.InOut, Explicit: c == explicit}
	return b.foldCast(k)
}

// applyMod makes a value obey a type modifier (coerce_type_typmod).
func (b *binder) applyMod(e plan.Expr, to plan.Type, c permission) plan.Expr {
	t := e.Type()
	if to.Mod < 0 || t.Mod == to.Mod || b.err != nil {
		return e
	}
	fn := modFunction(to.OID)
	if fn == 0 {
		return remod(e, to)
	}
	k := &plan.Cast{Base: plan.Base{T: to, At: pos(e)}, Arg: e, Method: plan.Length, Proc: fn, Explicit: c == explicit}
	return b.foldCast(k)
}

// remod states a modifier that needs no computing.
func remod(e plan.Expr, to plan.Type) plan.Expr {
	if c, ok := e.(*plan.Const); ok {
		return &plan.Const{Base: plan.Base{T: to, At: c.At}, Value: c.Value}
	}
	return &plan.Cast{Base: plan.Base{T: to, At: pos(e)}, Arg: e, Method: plan.Relabel}
}

// modFunction returns the function that applies a modifier to values of a type or of its elements, 0 when none does.
func modFunction(oid uint32) uint32 {
	oid = baseOf(oid)
	if t := typ(oid); t.IsArray() {
		oid = t.Elem
	}
	if k, ok := pgcat.CastFor(oid, oid); ok {
		return k.Func
	}
	return 0
}

// foldCast computes a cast of a constant when the result depends on nothing else and raises no error.
func (b *binder) foldCast(k *plan.Cast) plan.Expr {
	c, ok := k.Arg.(*plan.Const)
	if !ok || b.err != nil {
		return k
	}
	if c.Value == nil {
		return &plan.Const{Base: k.Base}
	}
	if !foldable(k) {
		return k
	}
	v, err := datum.Cast(c.Value, c.T.OID, k.T.OID, k.T.Mod, k.Explicit, &b.env)
	if err != nil || tooBig(v) {
		return k
	}
	return &plan.Const{Base: plan.Base{T: k.T, At: pos(k)}, Value: v}
}

func foldable(k *plan.Cast) bool {
	from, to := k.Arg.Type().OID, k.T.OID
	if isReg(to) || isReg(from) || !plainType(from) || !plainType(to) {
		return false
	}
	switch k.Method {
	case plan.FunctionCast, plan.Length:
		return immutable(k.Proc)
	case plan.InOut:
		return immutable(typ(to).Input) && immutable(typ(from).Output)
	case plan.ArrayCast:
		p, proc := pathway(elementOf(to), elementOf(from), explicit)
		return p == relabelPath || p == functionPath && immutable(proc)
	}
	return true
}

// plainType reports whether datum holds values of a type.
func plainType(oid uint32) bool {
	t := typ(baseOf(oid))
	return t.Kind == 'b' && oid != pgcat.XML && oid != pgcat.Money
}

func immutable(proc uint32) bool {
	p, ok := pgcat.ProcByOID(proc)
	return ok && p.Volatile == 'i'
}

// toBoolean converts a condition; what names the clause.
func (b *binder) toBoolean(e plan.Expr, what string) plan.Expr {
	return b.toSpecific(e, pgcat.Bool, what)
}

// toSpecific converts the argument of a construct that demands one type.
func (b *binder) toSpecific(e plan.Expr, oid uint32, what string) plan.Expr {
	if e.Type().OID == oid {
		return b.noSet(e, what)
	}
	r, ok := b.coerceTo(e, unmodified(oid), assignment, -1)
	if !ok {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "argument of %s must be type %s, not type %s", what, typeName(oid),
			typeName(e.Type().OID)), pos(e))
	}
	return b.noSet(r, what)
}

func (b *binder) noSet(e plan.Expr, what string) plan.Expr {
	if c, ok := e.(*plan.Call); ok && returnsSet(c) {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "argument of %s must not return a set", what), pos(e))
	}
	return e
}
