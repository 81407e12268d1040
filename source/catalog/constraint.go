package catalog

import (
	"sync"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

func constraints(s *scope, out *rows) {
	for _, l := range s.entities {
		if key := l.key(); key != nil {
			out.add(row{"oid": oid(s.view.OID(l.path("#key"))), "conname": text(l.name + "_pkey"), "connamespace": oid(l.schemaOID),
				"contype": letter('p'), "convalidated": datum.Bool(true), "conrelid": oid(l.oid), "conindid": oid(s.view.OID(l.path("#index"))),
				"confupdtype": letter(' '), "confdeltype": letter(' '), "confmatchtype": letter(' '), "conislocal": datum.Bool(true),
				"connoinherit": datum.Bool(true), "conkey": numbers(int2s, 1, key)})
		}
	}
	for _, f := range s.foreigns() {
		index := uint32(0)
		if f.matchesKey() {
			index = s.view.OID(f.to.path("#index"))
		}
		out.add(row{"oid": oid(f.oid), "conname": text(f.rel.Name), "connamespace": oid(f.from.schemaOID), "contype": letter('f'),
			"convalidated": datum.Bool(true), "conrelid": oid(f.from.oid), "conindid": oid(index), "confrelid": oid(f.to.oid),
			"confupdtype": letter('a'), "confdeltype": letter('a'), "confmatchtype": letter('s'), "conislocal": datum.Bool(true),
			"connoinherit": datum.Bool(true), "conkey": numbers(int2s, 1, f.fromCols), "confkey": numbers(int2s, 1, f.toCols),
			"conpfeqop": f.operators(f.toCols, f.fromCols), "conppeqop": f.operators(f.toCols, f.toCols),
			"conffeqop": f.operators(f.fromCols, f.fromCols)})
	}
}

// operators returns the equality operators between columns, 0 where there is none of just these types.
func (f foreign) operators(left, right []listedColumn) datum.Value {
	items := make([]datum.Value, len(left))
	for i := range left {
		items[i] = datum.Int(0)
		for _, op := range pgcat.OperatorsByName("=") {
			if op.Left == comparedAs(left[i].typ.OID) && op.Right == comparedAs(right[i].typ.OID) {
				items[i] = datum.Int(op.OID)
			}
		}
	}
	return arrayOf(pgcat.OIDArray, 1, items)
}

// comparedAs is the type whose operators a type uses.
func comparedAs(oid uint32) uint32 {
	if oid == pgcat.Varchar {
		return pgcat.Text
	}
	return oid
}

func indexes(s *scope, out *rows) {
	for _, l := range s.entities {
		key := l.key()
		if key == nil {
			continue
		}
		classes, collations, options := make([]datum.Value, len(key)), make([]datum.Value, len(key)), make([]datum.Value, len(key))
		for i, c := range key {
			classes[i] = datum.Int(btreeClasses()[comparedAs(c.typ.OID)])
			collations[i] = datum.Int(typeOf(c.typ.OID).Collation)
			options[i] = datum.Int(0)
		}
		yes := datum.Bool(true)
		out.add(row{"indexrelid": oid(s.view.OID(l.path("#index"))), "indrelid": oid(l.oid), "indnatts": datum.Int(len(key)),
			"indnkeyatts": datum.Int(len(key)), "indisunique": yes, "indisprimary": yes, "indimmediate": yes, "indisvalid": yes,
			"indisready": yes, "indislive": yes, "indkey": numbers(pgcat.Int2Vector, 0, key),
			"indcollation": arrayOf(pgcat.OIDVector, 0, collations), "indclass": arrayOf(pgcat.OIDVector, 0, classes),
			"indoption": arrayOf(pgcat.Int2Vector, 0, options)})
	}
}

// btreeClasses are the default operator classes of btree by type.
var btreeClasses = sync.OnceValue(func() map[uint32]uint32 {
	out := make(map[uint32]uint32)
	r, ok := pgcat.RelationByName("pg_catalog", "pg_opclass")
	if !ok {
		return out
	}
	at := make(map[string]int)
	for i, c := range r.Columns {
		at[c.Name] = i
	}
	for _, f := range r.Rows() {
		if number(f[at["opcmethod"]].Text) == btreeMethod && f[at["opcdefault"]].Text == "t" {
			out[number(f[at["opcintype"]].Text)] = number(f[at["oid"]].Text)
		}
	}
	return out
})
