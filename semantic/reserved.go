package semantic

import (
	"slices"
	"strings"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// systemColumns are the columns that every table of PostgreSQL has.
var systemColumns = []string{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}

// reservedSchemas are names that no model can have.
var reservedSchemas = []string{"information_schema", "public", "waggle", "catalog"}

// reservedWords are the key words that cannot stand bare as a column's name; a few of them, as user, would even mean
// something else.
var reservedWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for _, k := range pgcat.Keywords() {
		if k.Category == 'R' || k.Category == 'T' {
			words[k.Word] = true
		}
	}
	return words
})

// reserved reports a name that cannot be used.
func (l *loader) reserved(at Place, what, name string) {
	switch {
	case reservedWords()[name]:
		l.problems.Add(at, "choose another, as "+name+"_", "%q is a key word of SQL and cannot name a %s", name, what)
	case what != "model" && what != "entity" && slices.Contains(systemColumns, name):
		l.problems.Add(at, "choose another", "%q is a system column of PostgreSQL and cannot name a %s", name, what)
	case what == "model" && (slices.Contains(reservedSchemas, name) || strings.HasPrefix(name, "pg_")):
		l.problems.Add(at, "choose another", "%q is a schema of the system and cannot name a model", name)
	}
}
