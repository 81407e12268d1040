package pgcat

import (
	"strings"
	"sync"
)

// Signature is the function's name and input types by their names in pg_type: "int4pl(int4,int4)".
func (p *Proc) Signature() string {
	var b strings.Builder
	b.WriteString(p.Name)
	b.WriteByte('(')
	for i, a := range p.Args {
		if i > 0 {
			b.WriteByte(',')
		}
		if t, ok := TypeByOID(a); ok {
			b.WriteString(t.Name)
		}
	}
	b.WriteByte(')')
	return b.String()
}

var signatures = sync.OnceValue(func() map[string]*Proc {
	m := make(map[string]*Proc, len(procRows))
	for i := range procRows {
		if p := &procRows[i]; p.Namespace == PGCatalog {
			m[p.Signature()] = p
		}
	}
	return m
})

// ProcBySignature returns the function of pg_catalog with a Signature.
func ProcBySignature(signature string) (*Proc, bool) {
	p, ok := signatures()[signature]
	return p, ok
}
