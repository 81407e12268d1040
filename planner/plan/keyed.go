package plan

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// Keyed is a transfer of join keys: the distinct values of a column of one fragment restrict another one, which is asked
// after it (DECISIONS 18). It never changes a result: rows of Probe with another value, or with NULL, find no partner.
type Keyed struct {
	Build, Probe int // fragments
	From         Col // of Build, whose values travel
	To           Col // of Probe, which they restrict; the types may differ in the width of an integer
	MaxKeys      int // of more keys, none are sent and Probe is asked for all its rows
	MaxBytes     int // of their text, likewise
	Array        bool
	Why          string // for people: which declaration allows it
}

// Restrict returns a fragment's plan for the rows whose column To is one of the keys, which are values of To's type.
func (k Keyed) Restrict(n Node, keys []datum.Value) Node {
	term := k.term(keys)
	f, ok := n.(*Filter)
	if !ok {
		return &Filter{Input: n, Cond: term}
	}
	args := []Expr{f.Cond}
	if and, ok := f.Cond.(*And); ok {
		args = and.Args
	}
	args = append(append(make([]Expr, 0, len(args)+1), args...), term)
	return &Filter{Input: f.Input, Cond: &And{Base: Base{T: Type{OID: pgcat.Bool, Mod: -1}, At: -1}, Args: args}}
}

func (k Keyed) term(keys []datum.Value) Expr {
	of := Type{OID: k.To.Type.OID, Mod: -1}
	arg := Expr(&Ref{Base: Base{T: k.To.Type, At: -1}, ID: k.To.ID, Name: k.To.Name})
	if of.OID == pgcat.Varchar { // which compares as text
		of.OID = pgcat.Text
		arg = &Cast{Base: Base{T: of, At: -1}, Arg: arg, Method: Relabel}
	}
	base := Base{T: Type{OID: pgcat.Bool, Mod: -1}, At: -1}
	if t, ok := pgcat.TypeByOID(of.OID); ok && k.Array {
		list := &datum.Array{Elem: of.OID, Dims: []datum.Dim{{Len: int32(len(keys)), Lower: 1}}, Items: keys}
		array := &Const{Base: Base{T: Type{OID: t.Array, Mod: -1}, At: -1}, Value: list}
		return &AnyAll{Base: base, Arg: arg, Array: array, Proc: equality(of.OID), Op: "="}
	}
	in := &In{Base: base, Arg: arg, Proc: equality(of.OID)}
	for _, v := range keys {
		in.List = append(in.List, &Const{Base: Base{T: of, At: -1}, Value: v})
	}
	return in
}

// Fits reports whether To's type, an integer, can hold a value.
func (k Keyed) Fits(v int64) bool {
	switch k.To.Type.OID {
	case pgcat.Int2:
		return v == int64(int16(v))
	case pgcat.Int4:
		return v == int64(int32(v))
	}
	return true
}

// equality is the procedure of = between two values of a type.
func equality(oid uint32) uint32 {
	for _, o := range pgcat.OperatorsByName("=") {
		if o.Left == oid && o.Right == oid {
			return o.Code
		}
	}
	return 0
}
