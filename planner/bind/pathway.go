package bind

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// permission is how freely a conversion may be chosen.
type permission byte

const (
	implicit   permission = 'i'
	assignment permission = 'a'
	explicit   permission = 'e'
)

func (c permission) allows(declared byte) bool {
	rank := func(b byte) int {
		switch b {
		case 'i':
			return 0
		case 'a':
			return 1
		}
		return 2
	}
	return rank(byte(c)) >= rank(declared)
}

// path is a way from one type to another.
type path uint8

const (
	noPath path = iota
	relabelPath
	functionPath
	arrayPath
	inOutPath
)

// pathway finds how a value of type from becomes one of type to (find_coercion_pathway).
func pathway(to, from uint32, c permission) (path, uint32) {
	from, to = baseOf(from), baseOf(to)
	if from == to {
		return relabelPath, 0
	}
	if k, ok := pgcat.CastFor(from, to); ok {
		if !c.allows(k.Context) {
			return noPath, 0
		}
		switch k.Method {
		case 'f':
			return functionPath, k.Func
		case 'b':
			return relabelPath, 0
		}
		return inOutPath, 0
	}
	if to != pgcat.OIDVector && to != pgcat.Int2Vector {
		if p := arrayPathway(to, from, c); p != noPath {
			return p, 0
		}
	}
	if c != implicit && category(to) == 'S' || c == explicit && category(from) == 'S' {
		return inOutPath, 0
	}
	return noPath, 0
}

func arrayPathway(to, from uint32, c permission) path {
	te, fe := elementOf(to), elementOf(from)
	if te == 0 || fe == 0 {
		return noPath
	}
	switch p, _ := pathway(te, fe, c); p {
	case noPath:
		return noPath
	case inOutPath:
		return inOutPath
	}
	return arrayPath
}

// canCoerce reports whether arguments of some types may be passed as others (can_coerce_type).
func canCoerce(from, to []uint32, c permission) bool {
	generic := false
	for i, f := range from {
		t := to[i]
		if f == t || t == pgcat.Any {
			continue
		}
		if isPolymorphic(t) {
			generic = true
			continue
		}
		if f == pgcat.Unknown {
			continue
		}
		if p, _ := pathway(t, f, c); p != noPath {
			continue
		}
		if t == pgcat.Record && typ(f).Kind == 'c' || t == pgcat.RecordArray && typ(elementOf(f)).Kind == 'c' {
			continue
		}
		return false
	}
	return !generic || genericConsistent(from, to)
}

func canCoerceOne(from, to uint32, c permission) bool {
	return canCoerce([]uint32{from}, []uint32{to}, c)
}
