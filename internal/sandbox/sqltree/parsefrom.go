package sqltree

// fromList reads the FROM clause; a comma is a cross join.
func (p *Parser) fromList() (FromItem, *Fault) {
	l, err := p.joined()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, beyond()
		}
		at := p.Peek().From
		if !p.Op(",") {
			return l, nil
		}
		var r FromItem
		if r, err = p.joined(); err == nil {
			l = &JoinItem{At: at, Kind: "CROSS", L: l, R: r}
		}
	}
	return nil, err
}

// joined reads joins, left to right.
func (p *Parser) joined() (FromItem, *Fault) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	l, err := p.fromItem()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, beyond()
		}
		if p.lang.LateralViews && p.IsWord("LATERAL", "VIEW") {
			l, err = p.lateralView(l)
			continue
		}
		j := &JoinItem{At: p.Peek().From, L: l}
		if !p.joinKind(j) {
			return l, nil
		}
		if err := p.NeedWord("JOIN"); err != nil {
			return nil, err
		}
		if j.R, err = p.fromItem(); err == nil {
			err = p.joinCondition(j)
		}
		l = j
	}
	return nil, err
}

// joinKind takes the words before JOIN, or says that no join follows.
func (p *Parser) joinKind(j *JoinItem) bool {
	j.Natural = p.Word("NATURAL")
	if kind, ok := p.semiKind(); ok {
		j.Kind = kind
		return true
	}
	switch {
	case p.IsWord("JOIN"):
		j.Kind = "INNER"
	case p.Word("INNER"):
		j.Kind = "INNER"
	case p.Word("CROSS"):
		j.Kind = "CROSS"
	default:
		kind, ok := p.AnyWord("LEFT", "RIGHT", "FULL")
		if !ok {
			return j.Natural
		}
		p.Word("OUTER")
		j.Kind = kind
	}
	return true
}

func (p *Parser) joinCondition(j *JoinItem) (err *Fault) {
	switch {
	case j.Natural || j.Kind == "CROSS":
	case p.Word("ON"):
		j.On, err = p.Expr()
	case p.Word("USING"):
		j.Using, err = p.names()
	case j.Kind != "INNER":
		return p.Unexpected()
	default:
		j.Kind = "CROSS"
	}
	return err
}

func (p *Parser) fromItem() (FromItem, *Fault) {
	lateral := p.Word("LATERAL")
	switch {
	case p.IsOp("("):
		return p.parenItem(lateral)
	case p.IsWord("VALUES"):
		v, err := p.values()
		if err != nil {
			return nil, err
		}
		return p.aliased(&Query{Body: v}, false)
	case !p.lang.LateralViews && p.Word("TABLE"):
		if err := p.NeedOp("("); err != nil {
			return nil, err
		}
		f, err := p.tableFunction()
		if err != nil {
			return nil, err
		}
		if err := p.NeedOp(")"); err != nil {
			return nil, err
		}
		f.Alias, err = p.alias()
		return f, err
	case lateral, p.lang.LateralViews && p.Peek().Kind == TWord && p.aheadIs(1, "("):
		return p.functionItem()
	}
	return p.tableItem()
}

// parenItem reads (query) or (joined items).
func (p *Parser) parenItem(lateral bool) (FromItem, *Fault) {
	if lateral || p.startsQuery(1) {
		q, err := p.parenQuery()
		if err != nil {
			return nil, err
		}
		return p.aliased(q, lateral)
	}
	p.Take()
	it, err := p.fromList()
	if err != nil {
		return nil, err
	}
	return it, p.NeedOp(")")
}

// startsQuery says whether the token n ahead begins a query. One in parentheses is a query if it ends there or a set operation,
// ORDER BY or LIMIT follows; anything else makes it an operand.
func (p *Parser) startsQuery(n int) bool {
	depth := 0
	for ; p.aheadIs(n, "("); n++ {
		depth++
	}
	t := p.ahead(n)
	if t.Kind != TWord || t.Text != "SELECT" && t.Text != "WITH" && t.Text != "VALUES" {
		return false
	}
	for depth > 0 {
		if n = p.closing(n); !p.aheadIs(n, ")") {
			w := p.ahead(n)
			return w.Kind == TWord && queryTails[w.Text]
		}
		depth--
	}
	return true
}

// queryTails are the words that go on with a query after a closing parenthesis.
var queryTails = map[string]bool{"UNION": true, "INTERSECT": true, "EXCEPT": true, "MINUS": true, "ORDER": true, "LIMIT": true, "OFFSET": true, "FETCH": true}

// closing is the token after the parenthesis that closes the one around token n.
func (p *Parser) closing(n int) int {
	for depth := 1; p.ahead(n).Kind != TEnd; n++ {
		switch {
		case p.aheadIs(n, "("):
			depth++
		case p.aheadIs(n, ")"):
			if depth--; depth == 0 {
				return n + 1
			}
		}
	}
	return n
}

func (p *Parser) aheadIs(n int, op string) bool {
	t := p.ahead(n)
	return t.Kind == tOp && t.Text == op
}

func (p *Parser) aliased(q *Query, lateral bool) (FromItem, *Fault) {
	it := &QueryItem{Q: q, Lateral: lateral}
	var err *Fault
	if it.Alias, err = p.alias(); err != nil {
		return nil, err
	}
	if it.Alias != nil && p.IsOp("(") {
		it.Columns, err = p.names()
	}
	return it, err
}

func (p *Parser) tableFunction() (*FunctionItem, *Fault) {
	t := p.Peek()
	if t.Kind != TWord || p.ahead(1).Text != "(" {
		return nil, p.Unexpected()
	}
	x, err := p.call()
	if err != nil {
		return nil, err
	}
	return &FunctionItem{F: x}, nil
}

func (p *Parser) tableItem() (_ FromItem, err *Fault) {
	it := &TableItem{}
	if it.Parts, err = p.Dotted(); err != nil {
		return nil, err
	}
	if it.Alias, err = p.alias(); err != nil {
		return nil, err
	}
	if it.Alias != nil && p.IsOp("(") {
		it.Columns, err = p.names()
	}
	return it, err
}
