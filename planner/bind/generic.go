package bind

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func isFamily1(oid uint32) bool {
	switch oid {
	case pgcat.AnyElement, pgcat.AnyArray, pgcat.AnyNonArray, pgcat.AnyEnum, pgcat.AnyRange, pgcat.AnyMultirange:
		return true
	}
	return false
}

func isFamily2(oid uint32) bool {
	switch oid {
	case pgcat.AnyCompatible, pgcat.AnyCompatibleArray, pgcat.AnyCompatibleNonArray, pgcat.AnyCompatibleRange,
		pgcat.AnyCompatibleMultirange:
		return true
	}
	return false
}

func isPolymorphic(oid uint32) bool { return isFamily1(oid) || isFamily2(oid) }

// generic collects what a call's arguments say about its polymorphic parameters.
type generic struct {
	elem, array, rng, multi uint32   // of anyelement's family
	compat                  []uint32 // types that anycompatible must unify
	compatArray, compatRng  bool
	rng2                    uint32
	nonArray, enum          bool
	nonArray2               bool
	conflict                *pgerr.Error
}

func conflict(what string, a, b uint32) *pgerr.Error {
	return pgerr.New(pgerr.DatatypeMismatch, "arguments declared \"%s\" are not all alike", what).
		WithDetail("%s versus %s", typeName(a), typeName(b))
}

func (g *generic) unify(slot *uint32, actual uint32, what string) {
	if *slot == 0 {
		*slot = actual
	} else if *slot != actual && g.conflict == nil {
		g.conflict = conflict(what, *slot, actual)
	}
}

// collect reads the arguments; unknown literals say nothing.
func (g *generic) collect(actual, declared []uint32) {
	for i, d := range declared {
		if i >= len(actual) {
			break
		}
		a := actual[i]
		switch d {
		case pgcat.AnyNonArray:
			g.nonArray = true
		case pgcat.AnyEnum:
			g.enum = true
		case pgcat.AnyCompatibleNonArray:
			g.nonArray2 = true
		}
		if a == pgcat.Unknown || !isPolymorphic(d) {
			if d == pgcat.AnyCompatibleArray {
				g.compatArray = true
			}
			continue
		}
		g.collectOne(a, d)
	}
}

func (g *generic) collectOne(a, d uint32) {
	switch d {
	case pgcat.AnyElement, pgcat.AnyNonArray, pgcat.AnyEnum:
		g.unify(&g.elem, a, "anyelement")
	case pgcat.AnyArray:
		g.unify(&g.array, baseOf(a), "anyarray")
	case pgcat.AnyRange:
		g.unify(&g.rng, baseOf(a), "anyrange")
	case pgcat.AnyMultirange:
		g.unify(&g.multi, baseOf(a), "anymultirange")
	case pgcat.AnyCompatible, pgcat.AnyCompatibleNonArray:
		g.compat = append(g.compat, a)
	case pgcat.AnyCompatibleArray:
		g.compatArray = true
		if e := elementOf(baseOf(a)); e != 0 {
			g.compat = append(g.compat, e)
		} else {
			g.notArray("anycompatiblearray", a)
		}
	case pgcat.AnyCompatibleRange:
		g.compatRng = true
		g.unify(&g.rng2, baseOf(a), "anycompatiblerange")
	}
}

func (g *generic) notArray(what string, a uint32) {
	if g.conflict == nil {
		g.conflict = pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", what, typeName(a))
	}
}

// settle derives the element type of the first family from its arrays and ranges.
func (g *generic) settle() {
	if g.array == pgcat.AnyArray { // a column of pg_statistic
		if g.elem == 0 {
			g.elem = pgcat.AnyElement
		}
	} else if g.array != 0 {
		e := elementOf(g.array)
		if e == 0 {
			g.notArray("anyarray", g.array)
			return
		}
		if g.elem != 0 && g.elem != e && baseOf(g.elem) == e {
			g.elem = e
		}
		g.relate(e, "anyarray")
	}
	if g.multi != 0 {
		r, ok := pgcat.RangeByType(g.multi)
		if !ok || !isMultirange(g.multi) {
			g.reject("anymultirange", "a multirange type", g.multi)
			return
		}
		g.unify(&g.rng, r.Type, "anymultirange")
	}
	if g.rng != 0 {
		r, ok := pgcat.RangeByType(g.rng)
		if !ok || !isRange(g.rng) {
			g.reject("anyrange", "a range type", g.rng)
			return
		}
		g.relate(r.Subtype, "anyrange")
	}
	if g.nonArray && g.elem != 0 && elementOf(baseOf(g.elem)) != 0 && g.conflict == nil {
		g.conflict = pgerr.New(pgerr.DatatypeMismatch, "type matched to anynonarray is an array type: %s", typeName(g.elem))
	}
	if g.enum && g.elem != 0 && typ(g.elem).Kind != 'e' && g.conflict == nil {
		g.conflict = pgerr.New(pgerr.DatatypeMismatch, "type matched to anyenum is not an enum type: %s", typeName(g.elem))
	}
}

func (g *generic) reject(what, kind string, a uint32) {
	if g.conflict == nil {
		g.conflict = pgerr.New(pgerr.DatatypeMismatch, "argument declared %s is not %s but type %s", what, kind, typeName(a))
	}
}

func (g *generic) relate(elem uint32, what string) {
	if g.elem == 0 {
		g.elem = elem
	} else if g.elem != elem && g.conflict == nil {
		g.conflict = pgerr.New(pgerr.DatatypeMismatch,
			"argument declared %s is not consistent with argument declared %s", what, "anyelement").
			WithDetail("%s versus %s", typeName(elem), typeName(g.elem))
	}
}

// compatible returns the common type of the second family, 0 when the arguments say nothing or nothing fits.
func (g *generic) compatible() uint32 {
	if g.rng2 != 0 {
		if r, ok := pgcat.RangeByType(g.rng2); ok {
			return r.Subtype
		}
	}
	if len(g.compat) == 0 {
		return 0
	}
	t, ok := commonOf(g.compat)
	if !ok {
		return 0
	}
	return t
}

// genericConsistent reports whether arguments fit the polymorphic parameters (check_generic_type_consistency).
func genericConsistent(actual, declared []uint32) bool {
	var g generic
	g.collect(actual, declared)
	g.settle()
	if g.conflict != nil {
		return false
	}
	if len(g.compat) > 0 {
		t := g.compatible()
		if t == 0 {
			return false
		}
		for _, c := range g.compat {
			if !canCoerceOne(c, t, implicit) {
				return false
			}
		}
		if g.nonArray2 && elementOf(t) != 0 {
			return false
		}
	}
	return true
}

// resolveGeneric replaces the polymorphic parameters in place and returns the result's type
// (enforce_generic_type_consistency).
func resolveGeneric(actual, declared []uint32, result uint32) (uint32, *pgerr.Error) {
	var g generic
	uses := isPolymorphic(result)
	for _, d := range declared {
		uses = uses || isPolymorphic(d)
	}
	if !uses {
		return result, nil
	}
	g.collect(actual, declared)
	g.settle()
	if g.conflict != nil {
		return 0, g.conflict
	}
	compat := g.compatible()
	if len(g.compat) > 0 && compat == 0 {
		return 0, conflict("anycompatible", g.compat[0], g.compat[len(g.compat)-1])
	}
	if compat == 0 {
		compat = pgcat.Text
	}
	for i, d := range declared {
		if t, err := g.concrete(d, compat); err != nil {
			return 0, err
		} else if t != 0 {
			declared[i] = t
		}
	}
	if t, err := g.concrete(result, compat); err != nil {
		return 0, err
	} else if t != 0 {
		return t, nil
	}
	return result, nil
}

// concrete returns the type that a polymorphic one stands for, 0 when d is not polymorphic.
func (g *generic) concrete(d, compat uint32) (uint32, *pgerr.Error) {
	undetermined := pgerr.New(pgerr.DatatypeMismatch, "could not determine polymorphic type because input has type %s", "unknown")
	switch d {
	case pgcat.AnyElement, pgcat.AnyNonArray, pgcat.AnyEnum:
		if g.elem == 0 {
			return 0, undetermined
		}
		return g.elem, nil
	case pgcat.AnyArray:
		if g.array != 0 {
			return g.array, nil
		}
		return arrayFor(g.elem, undetermined)
	case pgcat.AnyRange:
		if g.rng == 0 {
			return 0, undetermined
		}
		return g.rng, nil
	case pgcat.AnyMultirange:
		if r, ok := pgcat.RangeByType(g.rng); ok {
			return r.Multirange, nil
		}
		return 0, undetermined
	case pgcat.AnyCompatible, pgcat.AnyCompatibleNonArray:
		return compat, nil
	case pgcat.AnyCompatibleArray:
		return arrayFor(compat, undetermined)
	case pgcat.AnyCompatibleRange:
		if g.rng2 == 0 {
			return 0, undetermined
		}
		return g.rng2, nil
	case pgcat.AnyCompatibleMultirange:
		if r, ok := pgcat.RangeByType(g.rng2); ok {
			return r.Multirange, nil
		}
		return 0, undetermined
	}
	return 0, nil
}

func arrayFor(elem uint32, undetermined *pgerr.Error) (uint32, *pgerr.Error) {
	if elem == 0 {
		return 0, undetermined
	}
	if elem == pgcat.AnyElement {
		return pgcat.AnyArray, nil
	}
	if a := arrayOf(elem); a != 0 {
		return a, nil
	}
	return 0, pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", typeName(elem))
}
