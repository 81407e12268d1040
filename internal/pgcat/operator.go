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
	byOID  map[uint32]*Operator
	byName map[string][]*Operator
}

var operators = sync.OnceValue(func() operatorIndex {
	x := operatorIndex{make(map[uint32]*Operator, len(operatorRows)), map[string][]*Operator{}}
	for i := range operatorRows {
		o := &operatorRows[i]
		x.byOID[o.OID] = o
		x.byName[o.Name] = append(x.byName[o.Name], o)
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
