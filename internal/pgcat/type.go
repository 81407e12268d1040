package pgcat

import "sync"

// Type is a row of pg_type.
type Type struct {
	OID       uint32
	Name      string
	Namespace uint32
	Len       int16 // -1 varlena, -2 C string
	ByVal     bool
	Kind      byte // typtype: b, c, d, e, m, p or r
	Category  byte
	Preferred bool
	Delim     byte
	Relid     uint32
	Subscript uint32 // procedure; 0 when the type cannot be subscripted
	Elem      uint32
	Array     uint32
	Input     uint32 // procedures
	Output    uint32
	Receive   uint32
	Send      uint32
	ModIn     uint32
	ModOut    uint32
	Align     byte
	Storage   byte
	NotNull   bool
	BaseType  uint32 // of a domain
	TypMod    int32  // of a domain
	Collation uint32
}

// IsArray reports whether t is a true array type ('_int4', not int2vector or oidvector), record[] among them.
func (t *Type) IsArray() bool {
	return (t.Category == 'A' || t.Elem == Record) && t.Len == -1 && t.Elem != 0 && t.Name[0] == '_'
}

type typeIndex struct {
	byOID  map[uint32]*Type
	byName map[string]*Type
}

var types = sync.OnceValue(func() typeIndex {
	x := typeIndex{make(map[uint32]*Type, len(typeRows)), make(map[string]*Type, len(typeRows))}
	for i := range typeRows {
		t := &typeRows[i]
		x.byOID[t.OID] = t
		if t.Namespace == PGCatalog {
			x.byName[t.Name] = t
		}
	}
	return x
})

// TypeByOID returns a type of pg_type.
func TypeByOID(oid uint32) (*Type, bool) {
	t, ok := types().byOID[oid]
	return t, ok
}

// TypesByName returns the type of schema pg_catalog with a typname: "int4", not "integer".
func TypesByName(name string) (*Type, bool) {
	t, ok := types().byName[name]
	return t, ok
}

// Types returns all types, by OID.
func Types() []Type { return typeRows }

// Range is a row of pg_range.
type Range struct {
	Type, Subtype, Multirange, Collation uint32
	Canonical, SubtypeDiff               uint32 // procedures, 0 when none
}

var ranges = sync.OnceValue(func() map[uint32]*Range {
	t := open("pg_range")
	out := make(map[uint32]*Range, 2*len(t.rows))
	for i := range t.rows {
		r := t.record(i)
		p := &Range{r.oid("rngtypid"), r.oid("rngsubtype"), r.oid("rngmultitypid"), r.oid("rngcollation"),
			r.oid("rngcanonical"), r.oid("rngsubdiff")}
		out[p.Type], out[p.Multirange] = p, p
	}
	return out
})

// RangeByType returns the range type, or the multirange type's range, with an OID.
func RangeByType(oid uint32) (*Range, bool) {
	r, ok := ranges()[oid]
	return r, ok
}
