package soql

// query is a SELECT. A semi-join's has items, from, where alone.
type query struct {
	items  []item
	from   string
	fromAt int
	alias  string
	where  cond
	group  []expr
	rollup string // "", ROLLUP or CUBE
	having cond
	order  []order
	limit  *count
	offset *count
}

// item is one entry of a select list.
type item struct {
	expr  expr
	alias string
	at    int
	child *query // a subquery of the object's children; expr is nothing then
}

// expr is a path of names, or a function's call when function is set.
type expr struct {
	at       int
	path     []string
	function string // in capital letters
	args     []expr
}

// cond is a condition: *logic, *negation or *compare.
type cond interface{ place() int }

// logic joins conditions by AND or by OR.
type logic struct {
	or    bool
	terms []cond
}

type negation struct {
	at   int
	term cond
}

// compare is a comparison of a field, or of a function of it, with literals or with a semi-join's rows.
type compare struct {
	left   expr
	op     string // = != < <= > >= LIKE IN INCLUDES, negated ones with not
	not    bool   // NOT IN, EXCLUDES
	list   bool
	values []literal
	sub    *query
	opAt   int
	subAt  int
}

func (l *logic) place() int    { return l.terms[0].place() }
func (n *negation) place() int { return n.at }
func (c *compare) place() int  { return c.left.at }

// literal is what a field is compared with.
type literal struct {
	kind literalKind
	text string // a text's value, a number's or a date's spelling, a date literal's name
	like string
	n    int // of a date literal that has a number
	wild int // the place of an escape that only LIKE has, 0 when there is none
	at   int
}

type literalKind uint8

const (
	aText literalKind = iota
	aNumber
	aDate
	aDatetime
	aClock
	aBoolean
	aNull
	aPeriod // TODAY, LAST_N_DAYS:n …
)

type order struct {
	expr  expr
	desc  bool
	nulls string // "", FIRST or LAST
}

type count struct {
	n  int
	at int
}
