package catalog

import (
	"strings"
	"sync"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// constraintDefs are what pg_get_constraintdef answers.
func constraintDefs(s *scope, out *rows) {
	for _, l := range s.entities {
		if key := l.key(); key != nil {
			out.add(row{"oid": oid(s.view.OID(l.path("#key"))), "def": text("PRIMARY KEY (" + columnList(key) + ")")})
		}
	}
	for _, f := range s.foreigns() {
		target := quote(f.to.name)
		if s.shadowed(f.to) {
			target = quote(f.to.schema) + "." + target
		}
		out.add(row{"oid": oid(f.oid), "def": text("FOREIGN KEY (" + columnList(f.fromCols) + ") REFERENCES " + target +
			"(" + columnList(f.toCols) + ")")})
	}
}

// shadowed reports whether an earlier model of the default search path has a relation of the same name.
func (s *scope) shadowed(l *listed) bool {
	for _, schema := range s.view.Path() {
		if schema == l.schema {
			return false
		}
		if _, ok := s.view.Find(schema, l.name); ok {
			return true
		}
	}
	return true
}

// indexDefs are what pg_get_indexdef answers: with column 0 for the whole, else for one column.
func indexDefs(s *scope, out *rows) {
	for _, l := range s.entities {
		key := l.key()
		if key == nil {
			continue
		}
		addIndexDef(out, s.view.OID(l.path("#index")), indexDef(l, key), quoted(key))
	}
}

func indexDef(l *listed, key []listedColumn) string {
	return "CREATE UNIQUE INDEX " + quote(l.name+"_pkey") + " ON " + quote(l.schema) + "." + quote(l.name) +
		" USING btree (" + columnList(key) + ")"
}

func addIndexDef(out *rows, index uint32, def string, columns []string) {
	out.add(row{"oid": oid(index), "column_no": datum.Int(0), "def": text(def)})
	for i, c := range columns {
		out.add(row{"oid": oid(index), "column_no": datum.Int(i + 1), "def": text(c)})
	}
}

func columnList(columns []listedColumn) string { return strings.Join(quoted(columns), ", ") }

func quoted(columns []listedColumn) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c.name)
	}
	return names
}

// quote writes an identifier as quote_ident does: names of models and entities are lower case, so that only key words
// need quotes.
func quote(name string) string {
	if quotedWords()[name] {
		return `"` + name + `"`
	}
	return name
}

var quotedWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for _, k := range pgcat.Keywords() {
		if k.Category != 'U' {
			words[k.Word] = true
		}
	}
	return words
})
