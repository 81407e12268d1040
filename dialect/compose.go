package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// tongue is what a SQL language says in its own way.
type tongue interface {
	// operator prints an operator that the language says otherwise than the composer does; false for any other.
	operator(n plan.Node) (*sel, bool)
	// value prints a typed expression, in parentheses where it is made of several words.
	value(e plan.Expr) sx
	// ordered prints an expression by which rows are ordered.
	ordered(e plan.Expr) string
	// unsupported refuses what the language cannot say, and returns a stand-in.
	unsupported(at int, format string, args ...any) sx
}

// composer makes one statement out of a plan, operator by operator: what all SQL languages share. The first error stops it;
// text after an error is meaningless.
type composer struct {
	own    tongue
	cols   map[plan.ColID]sx // what a reference to a column is, where it stands
	ctes   map[int]*cte
	limit  int    // bytes of a statement: repeated operands must not multiply without end
	target string // whom the statement is for, in errors
	flat   bool   // conditions below a join are said after it
	single bool   // GROUPING takes one key alone
	once   string // says of a common table expression that it is computed once
	// recursion prints both terms of a recursive common table expression; nil where the language has none.
	recursion func(op *plan.SetOp) string
	common    func(c *plan.CTE, refs int) string // prints one common table expression in the language's own way, if it has one
	matched   func(cond plan.Expr) string        // prints a join's condition in the language's own way, if it has one
	err       error
	next      int
	depth     int
}

// cte is a common table expression as its references see it: columns x0, x1, …
type cte struct {
	name  string
	cols  []sx
	parts []plan.ColID // the hidden parts of columns, which are columns behind them
}

func newComposer(own tongue, limit int, target string) composer {
	return composer{own: own, cols: map[plan.ColID]sx{}, ctes: map[int]*cte{}, limit: limit, target: target, once: " AS "}
}

// fail keeps the first error.
func (p *composer) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *composer) alias(prefix string) string {
	p.next++
	return prefix + strconv.Itoa(p.next)
}

// enter bounds the recursion (the guard before the parser bounds it far lower).
func (p *composer) enter(at int) bool {
	p.depth++
	if p.depth > 2000 {
		p.fail(pgerr.New(pgerr.StatementTooComplex, "the plan is too deep").At(at))
	}
	return p.err == nil
}

func (p *composer) leave() { p.depth-- }

// columns returns the plan's columns with these identities.
func (p *composer) columns(root plan.Node, out []plan.ColID) []plan.Col {
	byID := map[plan.ColID]plan.Col{}
	for _, c := range root.Cols() {
		byID[c.ID] = c
	}
	cols := make([]plan.Col, 0, len(out))
	for _, id := range out {
		c, ok := byID[id]
		if !ok {
			p.fail(pgerr.New(pgerr.Internal, "the plan has no column %d", id))
		}
		cols = append(cols, c)
	}
	return cols
}

// bounded prints an expression by form, at a bounded depth; what has no type yet has the plan's.
func (p *composer) bounded(e plan.Expr, form func(plan.Expr) sx) sx {
	if !p.enter(e.Pos()) {
		return sx{text: "NULL"}
	}
	defer p.leave()
	x := form(e)
	if x.oid == 0 {
		x.oid = e.Type().OID
	}
	x.text = p.count(x.text)
	return x
}

// connective prints AND, OR, NOT and IS NULL; false for any other expression.
func (p *composer) connective(e plan.Expr) (sx, bool) {
	text := func(e plan.Expr) string { return p.own.value(e).text }
	join := func(args []plan.Expr, word string) string {
		parts := make([]string, len(args))
		for i, a := range args {
			parts[i] = text(a)
		}
		return strings.Join(parts, word)
	}
	switch e := e.(type) {
	case *plan.And:
		return boolean(paren(join(e.Args, " AND "))), true
	case *plan.Or:
		return boolean(paren(join(e.Args, " OR "))), true
	case *plan.Not:
		return boolean("(NOT " + text(e.Arg) + ")"), true
	case *plan.IsNull:
		return boolean(paren(text(e.Arg) + " IS" + not(e.Negated) + " NULL")), true
	}
	return sx{}, false
}

func boolean(text string) sx { return sx{text: text, oid: pgcat.Bool} }

// count bounds the text.
func (p *composer) count(s string) string {
	if len(s) > p.limit {
		p.fail(pgerr.New(pgerr.StatementTooComplex, "the statement for the %s is too long", p.target).
			WithDetail("It would have more than %d bytes.", p.limit))
		return "NULL"
	}
	return s
}

// set declares a column of s and what a reference to it is from here on.
func (p *composer) set(s *sel, id plan.ColID, x sx) {
	x.text = p.count(x.text)
	if s.texts == nil {
		s.texts = map[plan.ColID]string{}
	}
	s.cols = append(s.cols, id)
	s.texts[id] = x.text
	p.cols[id] = p.carried(s, x)
}

// firstHidden is the first identity of a column that the printer adds; the planner's own are far below.
const firstHidden plan.ColID = 1 << 30

// hidden keeps an expression for later, as a column of no select yet.
func (p *composer) hidden(x sx) plan.ColID {
	p.next++
	id := firstHidden + plan.ColID(p.next)
	p.cols[id] = x
	return id
}

// carried makes the hidden parts of x columns of s too.
func (p *composer) carried(s *sel, x sx) sx {
	for _, part := range []*plan.ColID{&x.den, &x.scale} {
		if *part != 0 {
			id := p.hidden(sx{})
			p.set(s, id, p.cols[*part])
			*part = id
		}
	}
	return x
}

// copy declares columns of another select in s.
func (p *composer) copy(s *sel, ids []plan.ColID) {
	for _, id := range ids {
		s.cols = append(s.cols, id)
		if s.texts == nil {
			s.texts = map[plan.ColID]string{}
		}
		s.texts[id] = p.cols[id].text
	}
}

// open returns s if something may be added to it as it stands, else a select from it.
func (p *composer) open(s *sel) *sel {
	if !s.closed() && len(s.order) == 0 {
		return s
	}
	return p.wrap(s)
}

// wrap makes s a subquery: its columns become bare ones.
func (p *composer) wrap(s *sel) *sel {
	alias := p.alias("t")
	w := &sel{from: paren(p.count(s.sql())) + " AS " + alias, plain: true}
	p.rename(w, s.cols, alias)
	return w
}

// rename makes columns of a subquery bare ones of w.
func (p *composer) rename(w *sel, cols []plan.ColID, alias string) {
	if w.texts == nil {
		w.texts = map[plan.ColID]string{}
	}
	for _, id := range cols {
		x := p.cols[id]
		x.text, x.plain, x.raw = alias+"."+name(id), true, ""
		w.cols = append(w.cols, id)
		w.texts[id] = x.text
		p.cols[id] = x
	}
}

// item makes s an item of another FROM.
func (p *composer) item(s *sel) *sel {
	if s.closed() || len(s.order) > 0 || len(s.where) > 0 || s.from == "" {
		return p.wrap(s)
	}
	return s
}
