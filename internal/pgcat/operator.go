package pgcat

import "sync"

// Operator is a row of pg_operator.
type Operator struct {
	OID                 uint32
	Name                string
	Kind                byte   // 'b' infix, 'l' prefix
	Left, Right, Result uint32 // types; Left is 0 for a prefix operator
	Commutator, Negator uint32 // operators, 0 when none
	Code                uint32 // procedure
	Merges, Hashes      bool
}

type operatorIndex struct {
	all    []Operator
	byOID  map[uint32]*Operator
	byName map[string][]*Operator
}

var operators = sync.OnceValue(func() operatorIndex {
	t := open("pg_operator")
	x := operatorIndex{make([]Operator, len(t.rows)), make(map[uint32]*Operator, len(t.rows)), map[string][]*Operator{}}
	for i := range t.rows {
		r := t.record(i)
		p := &x.all[i]
		*p = Operator{
			OID: r.oid("oid"), Name: r.text("oprname"), Kind: r.letter("oprkind"),
			Left: r.oid("oprleft"), Right: r.oid("oprright"), Result: r.oid("oprresult"),
			Commutator: r.oid("oprcom"), Negator: r.oid("oprnegate"), Code: r.oid("oprcode"),
			Merges: r.flag("oprcanmerge"), Hashes: r.flag("oprcanhash"),
		}
		x.byOID[p.OID] = p
		x.byName[p.Name] = append(x.byName[p.Name], p)
	}
	return x
})

// OperatorsByName returns the operators with a name, by OID.
func OperatorsByName(name string) []*Operator { return operators().byName[name] }

// OperatorByOID returns an operator.
func OperatorByOID(oid uint32) (*Operator, bool) {
	o, ok := operators().byOID[oid]
	return o, ok
}
