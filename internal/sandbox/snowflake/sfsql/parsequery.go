package sfsql

// query reads [WITH …] body [ORDER BY …] [LIMIT …] (sql-reference/sql/select and sql-reference/constructs).
func (p *parser) query() (q *query, err *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	q = &query{}
	from := p.peek().from
	if p.word("WITH") {
		q.recursive = p.word("RECURSIVE")
		if q.with, err = p.ctes(); err != nil {
			return nil, err
		}
	}
	if q.body, err = p.union(); err != nil {
		return nil, err
	}
	if p.word("ORDER", "BY") {
		if q.order, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if err := p.limit(q); err != nil {
		return nil, err
	}
	q.span = p.spanFrom(from)
	return q, nil
}

func (p *parser) ctes() (out []cte, err *Error) {
	for {
		var c cte
		if c.name, err = p.name(); err != nil {
			return nil, err
		}
		if p.isOp("(") {
			if c.columns, err = p.names(); err != nil {
				return nil, err
			}
		}
		if err = p.needWord("AS"); err != nil {
			return nil, err
		}
		if c.q, err = p.parenQuery(); err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.op(",") {
			return out, nil
		}
	}
}

func (p *parser) parenQuery() (*query, *Error) {
	if err := p.needOp("("); err != nil {
		return nil, err
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	return q, p.needOp(")")
}

// limit reads LIMIT n [OFFSET m], or [OFFSET m [ROWS]] [FETCH [FIRST] n [ROWS] [ONLY]] (sql-reference/constructs/limit).
func (p *parser) limit(q *query) (err *Error) {
	if p.word("LIMIT") {
		if q.limit, err = p.primary(); err != nil {
			return err
		}
		if p.word("OFFSET") {
			q.offset, err = p.primary()
		}
		return err
	}
	if p.word("OFFSET") {
		if q.offset, err = p.primary(); err != nil {
			return err
		}
		p.anyWord("ROW", "ROWS")
		if !p.isWord("FETCH") {
			return p.unexpected()
		}
	}
	if !p.word("FETCH") {
		return nil
	}
	p.anyWord("FIRST", "NEXT")
	if q.limit, err = p.primary(); err != nil {
		return err
	}
	p.anyWord("ROW", "ROWS")
	p.word("ONLY")
	return nil
}

func (p *parser) orderItems() (out []orderItem, err *Error) {
	for {
		var o orderItem
		if o.x, err = p.expr(); err != nil {
			return nil, err
		}
		if p.word("DESC") {
			o.desc = true
		} else {
			p.word("ASC")
		}
		if p.word("NULLS") {
			w, ok := p.anyWord("FIRST", "LAST")
			if !ok {
				return nil, p.unexpected()
			}
			o.nulls = w
		}
		out = append(out, o)
		if !p.op(",") {
			return out, nil
		}
	}
}

// union reads set operators; INTERSECT binds tighter (sql-reference/operators-query).
func (p *parser) union() (body, *Error) {
	l, err := p.intersect()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, tooComplex()
		}
		op := ""
		switch {
		case p.word("UNION"):
			op = "UNION"
			if p.word("ALL") {
				op = "UNION ALL"
			} else {
				p.word("DISTINCT")
			}
		case p.word("EXCEPT"), p.word("MINUS"):
			op = "EXCEPT"
		default:
			return l, nil
		}
		var r body
		if r, err = p.intersect(); err == nil {
			l = &setBody{op, l, r}
		}
	}
	return nil, err
}

func (p *parser) intersect() (body, *Error) {
	l, err := p.term()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, tooComplex()
		}
		if !p.word("INTERSECT") {
			return l, nil
		}
		var r body
		if r, err = p.term(); err == nil {
			l = &setBody{"INTERSECT", l, r}
		}
	}
	return nil, err
}

func (p *parser) term() (body, *Error) {
	switch {
	case p.isOp("("):
		return p.parenQuery()
	case p.isWord("SELECT"):
		return p.selectBody()
	case p.isWord("VALUES"):
		return p.values()
	}
	return nil, p.unexpected()
}

func (p *parser) values() (body, *Error) {
	v := &valuesBody{at: p.take().from}
	for {
		if err := p.needOp("("); err != nil {
			return nil, err
		}
		row, err := p.exprList()
		if err != nil {
			return nil, err
		}
		if err := p.needOp(")"); err != nil {
			return nil, err
		}
		v.rows = append(v.rows, row)
		if !p.op(",") {
			return v, nil
		}
	}
}

func (p *parser) selectBody() (_ body, err *Error) {
	s := &selectBody{at: p.take().from}
	if !p.word("ALL") {
		s.distinct = p.word("DISTINCT")
	}
	if s.items, err = p.selectItems(); err != nil {
		return nil, err
	}
	if p.word("FROM") {
		if s.from, err = p.fromList(); err != nil {
			return nil, err
		}
	}
	if p.word("WHERE") {
		if s.where, err = p.expr(); err != nil {
			return nil, err
		}
	}
	if p.word("GROUP", "BY") {
		if s.group, err = p.grouping(); err != nil {
			return nil, err
		}
	}
	if p.word("HAVING") {
		if s.having, err = p.expr(); err != nil {
			return nil, err
		}
	}
	if p.word("QUALIFY") {
		s.qualify, err = p.expr()
	}
	return s, err
}

func (p *parser) selectItems() (out []selectItem, err *Error) {
	for {
		it, err := p.selectItem()
		if err != nil {
			return nil, err
		}
		out = append(out, it)
		if !p.op(",") {
			return out, nil
		}
	}
}

func (p *parser) selectItem() (it selectItem, err *Error) {
	it.at = p.peek().from
	if it.star = p.op("*"); !it.star {
		if it.of = p.starOf(); it.of != nil {
			it.star = true
		}
	}
	if !it.star {
		if it.x, err = p.expr(); err == nil {
			it.alias, err = p.alias()
		}
		return it, err
	}
	if p.word("EXCLUDE") {
		if p.isOp("(") {
			it.exclude, err = p.names()
			return it, err
		}
		n, err := p.name()
		it.exclude = []name{n}
		return it, err
	}
	return it, nil
}

// starOf takes name[.name…].* when that comes next.
func (p *parser) starOf() (of []name) {
	start := p.i
	for p.isName() && p.ahead(1).kind == tOp && p.ahead(1).text == "." {
		n, _ := p.name()
		of = append(of, n)
		p.take()
		if p.op("*") {
			return of
		}
	}
	p.i = start
	return nil
}

// grouping reads what follows GROUP BY (sql-reference/constructs/group-by, -rollup, -cube, -grouping-sets).
func (p *parser) grouping() (*grouping, *Error) {
	g := &grouping{}
	if p.word("ALL") {
		g.all = true
		return g, nil
	}
	for {
		it, err := p.groupItem()
		if err != nil {
			return nil, err
		}
		g.items = append(g.items, it)
		if !p.op(",") {
			return g, nil
		}
	}
}

func (p *parser) groupItem() (it groupItem, err *Error) {
	switch {
	case p.isWord("ROLLUP") && p.ahead(1).text == "(", p.isWord("CUBE") && p.ahead(1).text == "(":
		it.kind = p.take().text
	case p.word("GROUPING", "SETS"):
		it.kind = "GROUPING SETS"
	default:
		x, err := p.expr()
		it.sets = [][]expr{{x}}
		return it, err
	}
	if err := p.needOp("("); err != nil {
		return it, err
	}
	for {
		set, err := p.groupSet()
		if err != nil {
			return it, err
		}
		it.sets = append(it.sets, set)
		if !p.op(",") {
			return it, p.needOp(")")
		}
	}
}

// groupSet reads (a, b), () or a.
func (p *parser) groupSet() (set []expr, err *Error) {
	start := p.i
	if p.op("(") {
		if p.op(")") {
			return []expr{}, nil
		}
		if set, err = p.exprList(); err == nil && p.op(")") && (p.isOp(",") || p.isOp(")")) {
			return set, nil
		}
		p.i = start
	}
	x, err := p.expr()
	return []expr{x}, err
}
