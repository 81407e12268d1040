package pgcat

import "sync"

// Cast is a row of pg_cast.
type Cast struct {
	OID, From, To uint32
	Func          uint32 // procedure; 0 unless Method is 'f'
	Context       byte   // 'e' explicit only, 'a' also in assignment, 'i' also implicit
	Method        byte   // 'f' function, 'b' binary coercible, 'i' through the types' input and output functions
}

type castIndex struct {
	all  []Cast
	pair map[[2]uint32]*Cast
}

var casts = sync.OnceValue(func() castIndex {
	t := open("pg_cast")
	x := castIndex{make([]Cast, len(t.rows)), make(map[[2]uint32]*Cast, len(t.rows))}
	for i := range t.rows {
		r := t.record(i)
		x.all[i] = Cast{r.oid("oid"), r.oid("castsource"), r.oid("casttarget"), r.oid("castfunc"), r.letter("castcontext"), r.letter("castmethod")}
		x.pair[[2]uint32{x.all[i].From, x.all[i].To}] = &x.all[i]
	}
	return x
})

// CastFor returns the cast that pg_cast declares between two types; From and To may be equal (length coercion).
func CastFor(from, to uint32) (*Cast, bool) {
	c, ok := casts().pair[[2]uint32{from, to}]
	return c, ok
}

// Casts returns all casts, by OID.
func Casts() []Cast { return casts().all }
