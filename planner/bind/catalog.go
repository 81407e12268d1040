package bind

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// typ returns a type of pg_type; the zero Type for an unknown OID, so that callers may read its fields.
func typ(oid uint32) *pgcat.Type {
	if t, ok := pgcat.TypeByOID(oid); ok {
		return t
	}
	return &pgcat.Type{}
}

// baseOf returns the type under a domain, else the type itself.
func baseOf(oid uint32) uint32 {
	for range 32 {
		t := typ(oid)
		if t.Kind != 'd' {
			return oid
		}
		oid = t.BaseType
	}
	return oid
}

func category(oid uint32) byte        { return typ(oid).Category }
func preferred(oid uint32) bool       { return typ(oid).Preferred }
func unmodified(oid uint32) plan.Type { return plan.Type{OID: oid, Mod: -1} }

// elementOf returns the element type of an array type (also of int2vector and oidvector), 0 for others.
func elementOf(oid uint32) uint32 {
	if t := typ(oid); (t.Category == 'A' || t.Elem == pgcat.Record) && t.Elem != 0 {
		return t.Elem
	}
	return 0
}

func arrayOf(oid uint32) uint32 { return typ(oid).Array }

func isRange(oid uint32) bool      { return typ(oid).Kind == 'r' }
func isMultirange(oid uint32) bool { return typ(oid).Kind == 'm' }

// typeNames are the SQL spellings that format_type prints instead of typname.
var typeNames = map[string]string{
	"bool": "boolean", "int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real",
	"float8": "double precision", "varchar": "character varying", "bpchar": "character", "varbit": "bit varying",
	"time": "time without time zone", "timetz": "time with time zone", "timestamp": "timestamp without time zone",
	"timestamptz": "timestamp with time zone", "char": `"char"`,
}

// typeName prints a type as format_type does in error messages.
func typeName(oid uint32) string {
	t, ok := pgcat.TypeByOID(oid)
	switch {
	case oid == 0:
		return "-"
	case !ok:
		return "???"
	case t.IsArray():
		return typeName(t.Elem) + "[]"
	case t.Namespace != pgcat.PGCatalog:
		return "information_schema." + t.Name
	}
	if n, ok := typeNames[t.Name]; ok {
		return n
	}
	return t.Name
}

func typesOf(args []plan.Expr) []uint32 {
	oids := make([]uint32, len(args))
	for i, a := range args {
		oids[i] = a.Type().OID
	}
	return oids
}

// equalityOf returns the procedure of the type's default equality, "less than" of its default order; 0 when it has none.
func equalityOf(oid uint32) uint32 { return defaultOperator("=", oid) }
func lessOf(oid uint32) uint32     { return defaultOperator("<", oid) }

func defaultOperator(name string, oid uint32) uint32 {
	oid = comparisonType(oid)
	for _, o := range pgcat.OperatorsByName(name) {
		if o.Left == oid && o.Right == oid {
			return o.Code
		}
	}
	return 0
}

// comparisonType is the type whose default operator class a type uses: text for varchar, anyarray for arrays.
func comparisonType(oid uint32) uint32 {
	oid = baseOf(oid)
	t := typ(oid)
	switch {
	case oid == pgcat.Varchar, oid == pgcat.Unknown:
		return pgcat.Text
	case oid == pgcat.Regproc, oid == pgcat.Regclass, oid == pgcat.Regtype, oid == pgcat.Regprocedure, oid == pgcat.Regrole,
		oid == pgcat.Regnamespace, oid == pgcat.Regoper, oid == pgcat.Regoperator, oid == pgcat.Regconfig,
		oid == pgcat.Regdictionary, oid == pgcat.Regcollation:
		return pgcat.OID
	case t.IsArray() && oid != pgcat.Int2Vector:
		if defaultOperatorExact("<", oid) || !comparable(t.Elem) {
			return oid
		}
		return pgcat.AnyArray
	case oid == pgcat.Int2Vector:
		return pgcat.AnyArray
	case t.Kind == 'e':
		return pgcat.AnyEnum
	case t.Kind == 'r':
		return pgcat.AnyRange
	case t.Kind == 'm':
		return pgcat.AnyMultirange
	case oid == pgcat.Cidr:
		return pgcat.Inet
	case t.Kind == 'c':
		return pgcat.Record
	}
	return oid
}

func defaultOperatorExact(name string, oid uint32) bool {
	for _, o := range pgcat.OperatorsByName(name) {
		if o.Left == oid && o.Right == oid {
			return true
		}
	}
	return false
}

func comparable(oid uint32) bool { return equalityOf(oid) != 0 }

// unordered are the types that have a "<" but no btree operator class.
func unordered(oid uint32) bool {
	switch comparisonType(oid) {
	case pgcat.Point, pgcat.Box, pgcat.Circle, pgcat.Lseg, pgcat.Path, pgcat.Polygon, pgcat.Line, pgcat.JSON, pgcat.XML:
		return true
	}
	return false
}

// requireOrder fails unless values of a type can be sorted.
func (b *binder) requireOrder(oid uint32, at int) {
	if b.comparesRows(oid, at) {
		return
	}
	if lessOf(oid) == 0 || unordered(oid) {
		b.fail(pgerr.New(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", typeName(oid)).
			WithHint("Use an explicit ordering operator or modify the query."), at)
	}
}

// comparesRows refuses to sort or group by whole rows and arrays of them: they travel as text, and the plan compares rows item by item
// alone.
func (b *binder) comparesRows(oid uint32, at int) bool {
	if oid != pgcat.Record && oid != arrayOf(pgcat.Record) {
		return false
	}
	b.fail(pgerr.New(pgerr.FeatureNotSupported, "sorting and grouping by whole rows is not supported").
		WithHint("Name the columns."), at)
	return true
}

// requireEquality fails unless values of a type can be compared for equality; it returns the procedure.
func (b *binder) requireEquality(oid uint32, at int) uint32 {
	if b.comparesRows(oid, at) {
		return 0
	}
	p := equalityOf(oid)
	if p == 0 || unordered(oid) {
		b.fail(pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", typeName(oid)), at)
	}
	return p
}

// formatType prints a type with its modifier, as format_type does.
func formatType(t plan.Type) string {
	name := typeName(t.OID)
	if t.Mod < 0 {
		return name
	}
	switch t.OID {
	case pgcat.Varchar, pgcat.Bpchar:
		return fmt.Sprintf("%s(%d)", name, t.Mod-4)
	case pgcat.Numeric:
		m := t.Mod - 4
		return fmt.Sprintf("numeric(%d,%d)", m>>16&0xffff, (m&0x7ff^1024)-1024)
	}
	return name
}
