package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// operator prints what warehouses say in their own way, and refuses what they have not.
func (p *warehouse) operator(n plan.Node) (*sel, bool) {
	switch n := n.(type) {
	case *plan.Scan:
		return p.scan(n), true
	case *plan.Values:
		return p.values(n), true
	case *plan.Filter:
		return p.filter(n), true
	case *plan.Project:
		return p.computed(n)
	case *plan.Join:
		return p.joinOf(n)
	case *plan.Aggregate:
		return p.groupOf(n), true
	case *plan.Window:
		return p.window(n, p.windowFunc), true
	case *plan.Limit:
		return p.limitTo(n), true
	case *plan.SetOp:
		return p.setOf(n), true
	case *plan.Unique:
		return p.unique(n), true
	case *plan.FuncScan, *plan.ProjectSet:
		p.unsupported(-1, "a set-returning function")
		return &sel{}, true
	}
	return nil, false
}

// scan reads a table.
func (p *warehouse) scan(n *plan.Scan) *sel {
	alias := p.alias("t")
	s := &sel{from: p.lang.object(n.Table.Object) + " AS " + alias, plain: true}
	for i, f := range n.Fields {
		c := n.Table.Columns[f]
		x := p.lang.column(alias+"."+p.lang.ident(c.Physical), c.Type)
		x.foreign = c.Collation != "" && c.Collation != "C.UTF-8" && collatable(c.Type.OID)
		p.set(s, n.Out[i].ID, x)
	}
	return s
}

// filter says conjuncts one by one: in them stand subqueries that stand nowhere else.
func (p *warehouse) filter(n *plan.Filter) *sel {
	s := p.open(p.node(n.Input))
	where, filtering := p.where, p.filtering
	for _, c := range conjunctsOf(n.Cond) {
		p.where, p.filtering = true, true
		s.where = append(s.where, p.expr(c).text)
	}
	p.where, p.filtering = where, filtering
	return s
}

func conjunctsOf(e plan.Expr) []plan.Expr {
	if and, ok := e.(*plan.And); ok {
		return and.Args
	}
	return []plan.Expr{e}
}

// computed projects aggregates where they are computed, since a query that refers to an outer one must do so in its own WHERE;
// false for any other projection.
func (p *warehouse) computed(n *plan.Project) (*sel, bool) {
	a, ok := n.Input.(*plan.Aggregate)
	if !ok {
		return nil, false
	}
	s := p.groupOf(a)
	out, list := s.keep(), p.exprs(n.Exprs)
	for i, c := range n.Out {
		list[i].plain = false
		p.set(out, c.ID, list[i])
	}
	return out, true
}

// values prints rows of expressions; a single row needs no FROM, several are constants.
func (p *warehouse) values(n *plan.Values) *sel {
	s := &sel{}
	if len(n.Rows) == 1 {
		for i, e := range n.Rows[0] {
			x := p.expr(e)
			x.plain = false
			p.set(s, n.Out[i].ID, x)
		}
		return s
	}
	if len(n.Rows) == 0 {
		for _, c := range n.Out {
			p.set(s, c.ID, p.null(c.Type, -1))
		}
		s.where = []string{"FALSE"}
		return s
	}
	return p.valueRows(n)
}

// maxRows is how many rows of constants one VALUES holds.
const maxRows = 16_384

func (p *warehouse) valueRows(n *plan.Values) *sel {
	reps, rows := make([]sx, len(n.Out)), make([]string, len(n.Rows))
	for i, r := range n.Rows {
		items := make([]string, len(r))
		for j, e := range r {
			if _, ok := e.(*plan.Const); !ok || len(n.Rows) > maxRows {
				p.unsupported(e.Pos(), "VALUES of this form")
			}
			x := p.expr(e)
			items[j] = x.text
			if i == 0 {
				reps[j] = x
			} else {
				reps[j] = mixed(reps[j], x)
			}
			reps[j].oid = n.Out[j].Type.OID
		}
		rows[i] = paren(strings.Join(items, ", "))
	}
	if len(n.Out) == 0 {
		p.unsupported(-1, "rows without columns")
	}
	return p.aliased("VALUES "+strings.Join(rows, ", "), n.Out, reps)
}

// wider are the digits that hold both numbers, 0 where one's are not known.
func wider(a, b sx) int32 {
	if a.p == 0 || b.p == 0 {
		return 0
	}
	return min(38, max(a.p-a.s, b.p-b.s)+max(a.s, b.s))
}

// mixed is what a column of two sources is: numbers of several display scales cannot be told apart any more.
func mixed(a, b sx) sx {
	switch {
	case a.null:
		return b
	case b.null:
		return a
	}
	a.mag = max(a.mag, b.mag)
	if a.mag == 0 || b.mag == 0 {
		a.mag = 0
	}
	a.pad = max(a.pad, b.pad)
	if a.oid == pgcat.Numeric && a.p > 0 && b.p > 0 && a.s == b.s {
		a.p = wider(a, b)
	}
	if a.oid == pgcat.Numeric && ((a.p == 0) != (b.p == 0) || a.s != b.s || a.scale != 0 || b.scale != 0 || a.loose || b.loose) {
		a.loose, a.scale, a.p, a.s = true, 0, wider(a, b), max(a.s, b.s)
	}
	return a
}

// joinOf refuses joins that see columns of their left side, and has EXISTS for semi-joins.
func (p *warehouse) joinOf(n *plan.Join) (*sel, bool) {
	if n.Lateral {
		p.unsupported(-1, "a lateral join")
		return &sel{}, true
	}
	if n.Kind == plan.Semi || n.Kind == plan.Anti {
		return p.exists(n), true
	}
	if n.Kind != plan.Inner && n.Cond != nil && asks(n.Cond) {
		p.unsupported(n.Cond.Pos(), "a subquery in the condition of an outer join")
	}
	return p.join(n), true
}

// asks reports whether an expression holds a subquery.
func asks(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(c plan.Expr) {
		_, is := c.(*plan.Subquery)
		found = found || is
	})
	return found
}

// limitTo closes a select. Its numbers are constants; WITH TIES is a condition over ranks.
func (p *warehouse) limitTo(n *plan.Limit) *sel {
	s := p.node(n.Input)
	if s.tail != "" {
		s = p.wrap(s)
	}
	count := p.bound(n.Count, "LIMIT", pgerr.InvalidLimit)
	offset := p.bound(n.Offset, "OFFSET", pgerr.InvalidOffset)
	if n.WithTies && count != "" {
		return p.withTies(s, count, offset)
	}
	if count == "" && offset == "" {
		return s
	}
	s.tail = " LIMIT " + count
	if count == "" {
		s.tail = p.lang.unlimited
	}
	if offset != "" {
		s.tail += " OFFSET " + offset
	}
	return s
}

func (p *warehouse) withTies(s *sel, count, offset string) *sel {
	if len(s.order) == 0 || s.distinct+s.qualify != "" {
		p.unsupported(-1, "WITH TIES of this order")
	}
	over := " OVER (ORDER BY " + strings.Join(s.order, ", ") + ")"
	s.qualify = " QUALIFY RANK()" + over + " <= " + count
	if offset != "" {
		s.qualify += " + " + offset + " AND ROW_NUMBER()" + over + " > " + offset
	}
	return s
}

// bound prints a LIMIT or OFFSET; "" means none.
func (p *warehouse) bound(e plan.Expr, what, code string) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *plan.Late:
		return p.late(e).text
	case *plan.Const:
		if v, ok := e.Value.(datum.Int); ok {
			if v < 0 {
				p.fail(pgerr.New(code, "%s must not be negative", what).At(e.At))
			}
			if p.mask {
				return "$"
			}
			return strconv.FormatInt(int64(v), 10)
		}
		if e.Value == nil {
			return ""
		}
	}
	if p.dry || p.show { // it is folded when the plan is filled
		return p.expr(e).text
	}
	return p.unsupported(e.Pos(), "%s of an expression", what).text
}

// setOf prints a set operation; not every language has ALL beside UNION's.
func (p *warehouse) setOf(n *plan.SetOp) *sel {
	if n.All && n.Kind != plan.Union && !p.lang.multisets {
		p.unsupported(-1, "INTERSECT ALL and EXCEPT ALL")
	}
	left := p.arm(n.Left)
	reps := make([]sx, len(n.Out))
	for i, c := range n.Left.Cols() {
		reps[i] = p.cols[c.ID]
	}
	right := p.arm(n.Right)
	for i, c := range n.Right.Cols() {
		x := p.cols[c.ID]
		if !n.All {
			p.comparable(x, -1)
		}
		if reps[i].den != 0 || x.den != 0 {
			p.unsupported(-1, "a quotient in a set operation")
		}
		if p.lang.digital && reps[i].oid == pgcat.Numeric && reps[i].s != x.s && !reps[i].null && !x.null {
			p.unsupported(-1, "numbers of several scales in a set operation")
		}
		reps[i] = mixed(reps[i], x)
	}
	if len(n.Out) == 0 {
		p.unsupported(-1, "a set operation without columns")
	}
	return p.aliased(paren(left)+setWord(n)+paren(right), n.Out, reps)
}

// unique removes duplicates; DISTINCT ON keeps the first row in the order of its keys.
func (p *warehouse) unique(n *plan.Unique) *sel {
	s := p.open(p.node(n.Input))
	if n.On == nil {
		for _, id := range s.cols {
			p.comparable(p.cols[id], -1)
		}
		if len(s.cols) == 0 {
			s.tail = " LIMIT 1"
			return s
		}
		s.distinct = "DISTINCT "
		return s
	}
	return p.firstOf(s, n, func(on string) {
		order := strings.Join(s.order, ", ")
		if order == "" {
			order = on
		}
		s.qualify = " QUALIFY ROW_NUMBER() OVER (PARTITION BY " + on + " ORDER BY " + order + ") = 1"
	})
}
