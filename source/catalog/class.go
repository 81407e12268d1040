package catalog

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// coreContents fills the tables that say what relations there are.
func coreContents() map[string]content {
	return map[string]content{
		"pg_catalog.pg_namespace":   namespaces,
		"pg_catalog.pg_class":       classes,
		"pg_catalog.pg_attribute":   attributes,
		"pg_catalog.pg_attrdef":     defaults,
		"pg_catalog.pg_type":        rowTypes,
		"pg_catalog.pg_index":       indexes,
		"pg_catalog.pg_constraint":  constraints,
		"pg_catalog.pg_depend":      depends,
		"pg_catalog.pg_description": descriptions,
	}
}

func namespaces(s *scope, out *rows) {
	out.add(row{"oid": oid(waggleOID), "nspname": text(ownSchema), "nspowner": oid(ownerOID)})
	for _, m := range s.view.Models() {
		out.add(row{"oid": oid(s.view.OID(m.Name)), "nspname": text(m.Name), "nspowner": oid(ownerOID)})
	}
}

func classes(s *scope, out *rows) {
	keyed := make(map[uint32]bool)
	for _, f := range s.foreigns() {
		keyed[f.from.oid], keyed[f.to.oid] = true, true
	}
	for _, l := range s.tables() {
		last := int16(0)
		for _, c := range l.columns {
			last = max(last, c.num)
		}
		r := row{"oid": oid(l.oid), "relname": text(l.name), "relnamespace": oid(l.schemaOID), "relowner": oid(ownerOID),
			"relkind": letter(l.kind), "relnatts": datum.Int(last), "reltuples": datum.Float(-1), "relpersistence": letter('p'),
			"relispopulated": datum.Bool(true), "relreplident": letter('n'), "relhasindex": datum.Bool(l.key() != nil),
			"relhastriggers": datum.Bool(keyed[l.oid]), "relhasrules": datum.Bool(l.kind == 'v')}
		if l.kind == 'r' {
			r["reltype"], r["relam"], r["relreplident"] = oid(s.view.OID(l.path("#type"))), oid(heapMethod), letter('d')
		}
		out.add(r)
		if key := l.key(); key != nil {
			out.add(row{"oid": oid(s.view.OID(l.path("#index"))), "relname": text(l.name + "_pkey"), "relnamespace": oid(l.schemaOID),
				"relowner": oid(ownerOID), "relam": oid(btreeMethod), "relkind": letter('i'), "relnatts": datum.Int(len(key)),
				"relpersistence": letter('p'), "relispopulated": datum.Bool(true), "relreplident": letter('n')})
		}
	}
}

func attributes(s *scope, out *rows) {
	for _, l := range s.tables() {
		for _, c := range l.columns {
			out.add(attribute(l.oid, c))
		}
		for i, c := range l.key() {
			c.num, c.notNull, c.expr = int16(i+1), false, ""
			out.add(attribute(s.view.OID(l.path("#index")), c))
		}
	}
}

func attribute(relation uint32, c listedColumn) row {
	t := typeOf(c.typ.OID)
	r := row{"attrelid": oid(relation), "attname": text(c.name), "atttypid": oid(t.OID), "attlen": datum.Int(t.Len),
		"attnum": datum.Int(c.num), "attcacheoff": datum.Int(-1), "atttypmod": datum.Int(c.typ.Mod), "attbyval": datum.Bool(t.ByVal),
		"attalign": letter(t.Align), "attstorage": letter(t.Storage), "attnotnull": datum.Bool(c.notNull),
		"attislocal": datum.Bool(true), "attcollation": oid(t.Collation)}
	if t.IsArray() {
		r["attndims"] = datum.Int(1)
	}
	if c.expr != "" {
		r["atthasdef"], r["attgenerated"] = datum.Bool(true), letter('s')
	}
	return r
}

// defaults shows computed columns as PostgreSQL shows generated ones. adbin holds the text itself, so that pg_get_expr
// is the identity.
func defaults(s *scope, out *rows) {
	for _, l := range s.entities {
		for _, c := range l.columns {
			if c.expr != "" {
				out.add(row{"oid": oid(defaultOID(l.oid, c.num)), "adrelid": oid(l.oid), "adnum": datum.Int(c.num), "adbin": text(c.expr)})
			}
		}
	}
}

// defaultOID numbers a default; nothing refers to it, so it need be unique within pg_attrdef alone (FNV-1a's step).
func defaultOID(relation uint32, num int16) uint32 {
	return (relation^uint32(uint16(num)))*16777619&0x7fffffff | 0x4000
}

// rowTypes gives each entity its composite type and that one's array type, as CREATE TABLE does.
func rowTypes(s *scope, out *rows) {
	for _, l := range s.entities {
		rowType, array := s.view.OID(l.path("#type")), s.view.OID(l.path("#array"))
		out.add(row{"oid": oid(rowType), "typname": text(l.name), "typnamespace": oid(l.schemaOID), "typowner": oid(ownerOID),
			"typlen": datum.Int(-1), "typtype": letter('c'), "typcategory": letter('C'), "typisdefined": datum.Bool(true),
			"typdelim": letter(','), "typrelid": oid(l.oid), "typarray": oid(array), "typinput": oid(2290), "typoutput": oid(2291),
			"typreceive": oid(2402), "typsend": oid(2403), "typalign": letter('d'), "typstorage": letter('x'), "typtypmod": datum.Int(-1)})
		out.add(row{"oid": oid(array), "typname": text("_" + l.name), "typnamespace": oid(l.schemaOID), "typowner": oid(ownerOID),
			"typlen": datum.Int(-1), "typtype": letter('b'), "typcategory": letter('A'), "typisdefined": datum.Bool(true),
			"typdelim": letter(','), "typsubscript": oid(6179), "typelem": oid(rowType), "typinput": oid(750), "typoutput": oid(751),
			"typreceive": oid(2400), "typsend": oid(2401), "typanalyze": oid(3816), "typalign": letter('d'),
			"typstorage": letter('x'), "typtypmod": datum.Int(-1)})
	}
}

func descriptions(s *scope, out *rows) {
	add := func(object, class uint32, sub int16, description string) {
		if description != "" {
			out.add(row{"objoid": oid(object), "classoid": oid(class), "objsubid": datum.Int(sub), "description": text(description)})
		}
	}
	for _, m := range s.view.Models() {
		add(s.view.OID(m.Name), classOfSpace, 0, firstOf(m.Description, m.Label))
	}
	for _, l := range s.tables() {
		add(l.oid, classOfTable, 0, l.description)
		for _, c := range l.columns {
			add(l.oid, classOfTable, c.num, c.description)
		}
	}
	for _, f := range s.foreigns() {
		add(f.oid, classOfKey, 0, f.rel.Descr)
	}
}

// numbers makes an array of attribute numbers.
func numbers(array uint32, lower int32, columns []listedColumn) datum.Value {
	items := make([]datum.Value, len(columns))
	for i, c := range columns {
		items[i] = datum.Int(c.num)
	}
	return arrayOf(array, lower, items)
}

// int2s is smallint[].
const int2s = pgcat.Int2Array
