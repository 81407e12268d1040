package bind

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// commonOf finds the type that all of some types can become (select_common_type_from_oids); not ok when two categories meet.
func commonOf(oids []uint32) (uint32, bool) {
	t, bad := commonType(oids)
	return t, bad < 0
}

// commonType returns the common type and the index of the first type that does not fit, or -1.
func commonType(oids []uint32) (uint32, int) {
	first := oids[0]
	same := first != pgcat.Unknown
	for _, o := range oids {
		same = same && o == first
	}
	if same {
		return first, -1
	}
	t := baseOf(first)
	for i, o := range oids[1:] {
		n := baseOf(o)
		if n == pgcat.Unknown || n == t {
			continue
		}
		switch {
		case t == pgcat.Unknown:
			t = n
		case category(n) != category(t):
			return t, i + 1
		case !preferred(t) && canCoerceOne(t, n, implicit) && !canCoerceOne(n, t, implicit):
			t = n
		}
	}
	if t == pgcat.Unknown {
		t = pgcat.Text
	}
	return t, -1
}

// selectCommon finds the common type of expressions; what names the construct in the error.
func (b *binder) selectCommon(what string, exprs []plan.Expr) uint32 {
	oids := typesOf(exprs)
	t, bad := commonType(oids)
	if bad >= 0 {
		b.fail(pgerr.New(pgerr.DatatypeMismatch, "%s types %s and %s cannot be matched", what, typeName(t),
			typeName(oids[bad])), pos(exprs[bad]))
	}
	return t
}

// commonMod is the type modifier that all expressions share, else -1.
func commonMod(exprs []plan.Expr, oid uint32) int32 {
	mod := int32(-1)
	for i, e := range exprs {
		t := e.Type()
		if t.OID != oid || i > 0 && t.Mod != mod {
			return -1
		}
		mod = t.Mod
	}
	return mod
}

// toCommon converts an expression to the common type.
func (b *binder) toCommon(what string, e plan.Expr, oid uint32) plan.Expr {
	from := e.Type().OID
	if from == oid {
		return e
	}
	if !canCoerceOne(from, oid, implicit) {
		return b.fail(pgerr.New(pgerr.CannotCoerce, "%s could not convert type %s to %s", what, typeName(from),
			typeName(oid)), pos(e))
	}
	return b.coerce(e, plan.Type{OID: oid, Mod: -1}, implicit, pos(e))
}

// unifyAll converts expressions to their common type, in place, and returns it.
func (b *binder) unifyAll(what string, exprs []plan.Expr) plan.Type {
	oid := b.selectCommon(what, exprs)
	for i := range exprs {
		exprs[i] = b.toCommon(what, exprs[i], oid)
	}
	return plan.Type{OID: oid, Mod: commonMod(exprs, oid)}
}
