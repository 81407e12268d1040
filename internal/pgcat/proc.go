package pgcat

import "sync"

// Proc is a row of pg_proc: function, aggregate, window function or procedure.
type Proc struct {
	OID         uint32
	Name        string
	Namespace   uint32
	Kind        byte // 'f' function, 'a' aggregate, 'w' window function, 'p' procedure
	Strict      bool
	RetSet      bool
	Volatile    byte     // 'i' immutable, 's' stable, 'v' volatile
	Args        []uint32 // input arguments
	Defaults    int      // how many of the last Args have a default
	DefaultText string   // the defaults as SQL, separated by ", "
	Variadic    uint32   // element type of the last argument, or 2276 for VARIADIC "any"; 0 when not variadic
	Result      uint32
	AllArgs     []uint32 // inputs and outputs; nil when all are inputs
	Modes       []byte   // of AllArgs: i, o, b, v or t; nil when all are inputs
	Names       []string // of AllArgs, or of Args; "" for an unnamed one; nil when none is named
	Language    uint32   // 12 internal, 13 C, 14 SQL
	Src         string   // name of the C function for an internal one
}

var procsByOID = sync.OnceValue(func() map[uint32]*Proc {
	m := make(map[uint32]*Proc, len(procRows))
	for i := range procRows {
		m[procRows[i].OID] = &procRows[i]
	}
	return m
})

var procsByName = sync.OnceValue(func() map[string][]*Proc {
	m := make(map[string][]*Proc, len(procRows))
	for i := range procRows {
		if p := &procRows[i]; p.Namespace == PGCatalog {
			m[p.Name] = append(m[p.Name], p)
		}
	}
	return m
})

// ProcByOID returns a procedure.
func ProcByOID(oid uint32) (*Proc, bool) {
	p, ok := procsByOID()[oid]
	return p, ok
}

// ProcsByName returns the procedures of schema pg_catalog with a name, by OID.
func ProcsByName(name string) []*Proc { return procsByName()[name] }

// Aggregate is a row of pg_aggregate.
type Aggregate struct {
	Proc       uint32
	Kind       byte // 'n' normal, 'o' ordered-set, 'h' hypothetical-set
	DirectArgs int
	Trans      uint32 // procedures
	Final      uint32
	Combine    uint32
	SortOp     uint32 // operator
	TransType  uint32
	Initial    Field
}

var aggregates = sync.OnceValue(func() map[uint32]*Aggregate {
	t := open("pg_aggregate")
	out := make(map[uint32]*Aggregate, len(t.rows))
	for i := range t.rows {
		r := t.record(i)
		out[r.oid("aggfnoid")] = &Aggregate{
			Proc: r.oid("aggfnoid"), Kind: r.letter("aggkind"), DirectArgs: int(r.number("aggnumdirectargs")),
			Trans: r.oid("aggtransfn"), Final: r.oid("aggfinalfn"), Combine: r.oid("aggcombinefn"),
			SortOp: r.oid("aggsortop"), TransType: r.oid("aggtranstype"), Initial: r.row[r.index["agginitval"]],
		}
	}
	return out
})

// AggregateByProc returns what pg_aggregate says about an aggregate function.
func AggregateByProc(oid uint32) (*Aggregate, bool) {
	a, ok := aggregates()[oid]
	return a, ok
}
