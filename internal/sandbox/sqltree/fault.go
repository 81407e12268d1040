package sqltree

// Fault says why a text is no statement of its language.
//
// Near is what stands where something else was expected, at byte At of the text; "<EOF>" is its end. Listed, when it is not 0, is the
// length of a list beyond Language.MaxList. Complex says that the text is beyond the bounds of length, nesting and chains.
type Fault struct {
	At      int
	Near    string
	Listed  int
	Complex bool
}

func unexpected(at int, near string) *Fault { return &Fault{At: at, Near: near} }

func beyond() *Fault { return &Fault{Complex: true} }
