package catalog

import "github.com/waggle-sql/waggle/internal/datum"

// depends records what CREATE TABLE, PRIMARY KEY and FOREIGN KEY record: by it clients find the unique key behind a
// foreign one.
func depends(s *scope, out *rows) {
	add := func(class, object, refClass, ref uint32, sub int16, kind byte) {
		out.add(row{"classid": oid(class), "objid": oid(object), "refclassid": oid(refClass), "refobjid": oid(ref),
			"refobjsubid": datum.Int(sub), "deptype": letter(kind)})
	}
	for _, l := range s.entities {
		add(classOfTable, l.oid, classOfSpace, l.schemaOID, 0, 'n')
		key := l.key()
		if key == nil {
			continue
		}
		constraint := s.view.OID(l.path("#key"))
		for _, c := range key {
			add(classOfKey, constraint, classOfTable, l.oid, c.num, 'a')
		}
		add(classOfTable, s.view.OID(l.path("#index")), classOfKey, constraint, 0, 'i')
	}
	for _, f := range s.foreigns() {
		for _, c := range f.fromCols {
			add(classOfKey, f.oid, classOfTable, f.from.oid, c.num, 'a')
		}
		for _, c := range f.toCols {
			add(classOfKey, f.oid, classOfTable, f.to.oid, c.num, 'n')
		}
		if f.matchesKey() {
			add(classOfKey, f.oid, classOfTable, s.view.OID(f.to.path("#index")), 0, 'n')
		}
	}
}
