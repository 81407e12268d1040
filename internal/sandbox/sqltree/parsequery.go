package sqltree

// Query reads [WITH …] body [ORDER BY …] [LIMIT …].
func (p *Parser) Query() (q *Query, err *Fault) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	q = &Query{}
	from := p.Peek().From
	if p.Word("WITH") {
		q.Recursive = p.Word("RECURSIVE")
		if q.With, err = p.ctes(); err != nil {
			return nil, err
		}
	}
	if q.Body, err = p.union(); err != nil {
		return nil, err
	}
	if p.Word("ORDER", "BY") {
		if q.Order, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if err := p.limit(q); err != nil {
		return nil, err
	}
	q.Span = p.spanFrom(from)
	return q, nil
}

func (p *Parser) ctes() (out []Cte, err *Fault) {
	for {
		var c Cte
		if c.Name, err = p.Name(); err != nil {
			return nil, err
		}
		if p.IsOp("(") {
			if c.Columns, err = p.names(); err != nil {
				return nil, err
			}
		}
		if err = p.NeedWord("AS"); err != nil {
			return nil, err
		}
		if c.Q, err = p.parenQuery(); err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.Op(",") {
			return out, nil
		}
	}
}

func (p *Parser) parenQuery() (*Query, *Fault) {
	if err := p.NeedOp("("); err != nil {
		return nil, err
	}
	q, err := p.Query()
	if err != nil {
		return nil, err
	}
	return q, p.NeedOp(")")
}

// limit reads LIMIT n [OFFSET m], or [OFFSET m [ROWS]] [FETCH [FIRST] n [ROWS] [ONLY]].
func (p *Parser) limit(q *Query) (err *Fault) {
	if p.Word("LIMIT") {
		if !p.lang.Fetch && p.Word("ALL") {
			return nil
		}
		if q.Limit, err = p.primary(); err != nil {
			return err
		}
		if p.Word("OFFSET") {
			q.Offset, err = p.primary()
		}
		return err
	}
	if p.Word("OFFSET") {
		if q.Offset, err = p.primary(); err != nil {
			return err
		}
		if !p.lang.Fetch {
			return nil
		}
		p.AnyWord("ROW", "ROWS")
		if !p.IsWord("FETCH") {
			return p.Unexpected()
		}
	}
	if !p.lang.Fetch || !p.Word("FETCH") {
		return nil
	}
	p.AnyWord("FIRST", "NEXT")
	if q.Limit, err = p.primary(); err != nil {
		return err
	}
	p.AnyWord("ROW", "ROWS")
	p.Word("ONLY")
	return nil
}

func (p *Parser) orderItems() (out []OrderItem, err *Fault) {
	for {
		var o OrderItem
		if o.X, err = p.Expr(); err != nil {
			return nil, err
		}
		if p.Word("DESC") {
			o.Desc = true
		} else {
			p.Word("ASC")
		}
		if p.Word("NULLS") {
			w, ok := p.AnyWord("FIRST", "LAST")
			if !ok {
				return nil, p.Unexpected()
			}
			o.Nulls = w
		}
		out = append(out, o)
		if !p.Op(",") {
			return out, nil
		}
	}
}

// union reads set operators; INTERSECT binds tighter.
func (p *Parser) union() (Body, *Fault) {
	l, err := p.intersect()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, beyond()
		}
		op := ""
		switch {
		case p.Word("UNION"):
			op = p.setAll("UNION", true)
		case p.Word("EXCEPT"), p.Word("MINUS"):
			op = p.setAll("EXCEPT", p.lang.SetAll)
		default:
			return l, nil
		}
		var r Body
		if r, err = p.intersect(); err == nil {
			l = &SetBody{op, l, r}
		}
	}
	return nil, err
}

func (p *Parser) intersect() (Body, *Fault) {
	l, err := p.term()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, beyond()
		}
		if !p.Word("INTERSECT") {
			return l, nil
		}
		op := p.setAll("INTERSECT", p.lang.SetAll)
		var r Body
		if r, err = p.term(); err == nil {
			l = &SetBody{op, l, r}
		}
	}
	return nil, err
}

// setAll takes the ALL or DISTINCT of a set operator.
func (p *Parser) setAll(op string, all bool) string {
	if all && p.Word("ALL") {
		return op + " ALL"
	}
	if all {
		p.Word("DISTINCT")
	}
	return op
}

func (p *Parser) term() (Body, *Fault) {
	switch {
	case p.IsOp("("):
		return p.parenQuery()
	case p.IsWord("SELECT"):
		return p.selectBody()
	case p.IsWord("VALUES"):
		return p.values()
	}
	return nil, p.Unexpected()
}

func (p *Parser) values() (Body, *Fault) {
	v := &ValuesBody{At: p.Take().From}
	for {
		if err := p.NeedOp("("); err != nil {
			return nil, err
		}
		row, err := p.exprList()
		if err != nil {
			return nil, err
		}
		if err := p.NeedOp(")"); err != nil {
			return nil, err
		}
		v.Rows = append(v.Rows, row)
		if !p.Op(",") {
			return v, nil
		}
	}
}

func (p *Parser) selectBody() (_ Body, err *Fault) {
	s := &SelectBody{At: p.Take().From}
	if !p.Word("ALL") {
		s.Distinct = p.Word("DISTINCT")
	}
	if s.Items, err = p.selectItems(); err != nil {
		return nil, err
	}
	if p.Word("FROM") {
		if s.From, err = p.fromList(); err != nil {
			return nil, err
		}
	}
	if p.Word("WHERE") {
		if s.Where, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	if p.Word("GROUP", "BY") {
		if s.Group, err = p.grouping(); err != nil {
			return nil, err
		}
	}
	if p.Word("HAVING") {
		if s.Having, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	if p.Word("QUALIFY") {
		s.Qualify, err = p.Expr()
	}
	return s, err
}

func (p *Parser) selectItems() (out []SelectItem, err *Fault) {
	for {
		it, err := p.selectItem()
		if err != nil {
			return nil, err
		}
		out = append(out, it)
		if !p.Op(",") {
			return out, nil
		}
	}
}

func (p *Parser) selectItem() (it SelectItem, err *Fault) {
	it.At = p.Peek().From
	if it.Star = p.Op("*"); !it.Star {
		if it.Of = p.starOf(); it.Of != nil {
			it.Star = true
		}
	}
	if !it.Star {
		if it.X, err = p.Expr(); err == nil {
			it.Alias, err = p.alias()
		}
		return it, err
	}
	if p.excludes() {
		p.Take()
		if p.IsOp("(") {
			it.Exclude, err = p.names()
			return it, err
		}
		n, err := p.Name()
		it.Exclude = []Name{n}
		return it, err
	}
	return it, nil
}

// excludes says whether the word that leaves columns out comes next, and not the set operator of the same name.
func (p *Parser) excludes() bool {
	return p.IsWord(p.lang.Exclude) && (p.lang.Exclude != "EXCEPT" || p.aheadIs(1, "(") && !p.startsQuery(1))
}

// starOf takes name[.name…].* when that comes next.
func (p *Parser) starOf() (of []Name) {
	start := p.i
	for p.IsName() && p.ahead(1).Kind == tOp && p.ahead(1).Text == "." {
		n, _ := p.Name()
		of = append(of, n)
		p.Take()
		if p.Op("*") {
			return of
		}
	}
	p.i = start
	return nil
}

// Grouping reads what follows GROUP BY.
func (p *Parser) grouping() (*Grouping, *Fault) {
	g := &Grouping{}
	if p.Word("ALL") {
		g.All = true
		return g, nil
	}
	for {
		it, err := p.groupItem()
		if err != nil {
			return nil, err
		}
		g.Items = append(g.Items, it)
		if !p.Op(",") {
			return g, nil
		}
	}
}

func (p *Parser) groupItem() (it GroupItem, err *Fault) {
	switch {
	case p.IsWord("ROLLUP") && p.ahead(1).Text == "(", p.IsWord("CUBE") && p.ahead(1).Text == "(":
		it.Kind = p.Take().Text
	case p.Word("GROUPING", "SETS"):
		it.Kind = "GROUPING SETS"
	default:
		x, err := p.Expr()
		it.Sets = [][]Expr{{x}}
		return it, err
	}
	if err := p.NeedOp("("); err != nil {
		return it, err
	}
	for {
		set, err := p.groupSet()
		if err != nil {
			return it, err
		}
		it.Sets = append(it.Sets, set)
		if !p.Op(",") {
			return it, p.NeedOp(")")
		}
	}
}

// groupSet reads (a, b), () or a.
func (p *Parser) groupSet() (set []Expr, err *Fault) {
	start := p.i
	if p.Op("(") {
		if p.Op(")") {
			return []Expr{}, nil
		}
		if set, err = p.exprList(); err == nil && p.Op(")") && (p.IsOp(",") || p.IsOp(")")) {
			return set, nil
		}
		p.i = start
	}
	x, err := p.Expr()
	return []Expr{x}, err
}
