package sfsql

// fromList reads the FROM clause; a comma is a cross join.
func (p *parser) fromList() (fromItem, *Error) {
	l, err := p.joined()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, tooComplex()
		}
		at := p.peek().from
		if !p.op(",") {
			return l, nil
		}
		var r fromItem
		if r, err = p.joined(); err == nil {
			l = &joinItem{at: at, kind: "CROSS", l: l, r: r}
		}
	}
	return nil, err
}

// joined reads joins, left to right (sql-reference/constructs/join).
func (p *parser) joined() (fromItem, *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	l, err := p.fromItem()
	for n := 0; err == nil; n++ {
		if n > maxChain {
			return nil, tooComplex()
		}
		j := &joinItem{at: p.peek().from, l: l}
		if !p.joinKind(j) {
			return l, nil
		}
		if err := p.needWord("JOIN"); err != nil {
			return nil, err
		}
		if j.r, err = p.fromItem(); err == nil {
			err = p.joinCondition(j)
		}
		l = j
	}
	return nil, err
}

// joinKind takes the words before JOIN, or says that no join follows.
func (p *parser) joinKind(j *joinItem) bool {
	j.natural = p.word("NATURAL")
	switch {
	case p.isWord("JOIN"):
		j.kind = "INNER"
	case p.word("INNER"):
		j.kind = "INNER"
	case p.word("CROSS"):
		j.kind = "CROSS"
	default:
		kind, ok := p.anyWord("LEFT", "RIGHT", "FULL")
		if !ok {
			return j.natural
		}
		p.word("OUTER")
		j.kind = kind
	}
	return true
}

func (p *parser) joinCondition(j *joinItem) (err *Error) {
	switch {
	case j.natural || j.kind == "CROSS":
	case p.word("ON"):
		j.on, err = p.expr()
	case p.word("USING"):
		j.using, err = p.names()
	case j.kind != "INNER":
		return p.unexpected()
	default:
		j.kind = "CROSS"
	}
	return err
}

func (p *parser) fromItem() (fromItem, *Error) {
	lateral := p.word("LATERAL")
	switch {
	case p.isOp("("):
		return p.parenItem(lateral)
	case p.isWord("VALUES"):
		v, err := p.values()
		if err != nil {
			return nil, err
		}
		return p.aliased(&query{body: v}, false)
	case p.word("TABLE"):
		if err := p.needOp("("); err != nil {
			return nil, err
		}
		f, err := p.tableFunction()
		if err != nil {
			return nil, err
		}
		if err := p.needOp(")"); err != nil {
			return nil, err
		}
		f.alias, err = p.alias()
		return f, err
	case lateral:
		f, err := p.tableFunction()
		if err != nil {
			return nil, err
		}
		f.alias, err = p.alias()
		return f, err
	}
	return p.tableItem()
}

// parenItem reads (query) or (joined items).
func (p *parser) parenItem(lateral bool) (fromItem, *Error) {
	if lateral || p.startsQuery(1) {
		q, err := p.parenQuery()
		if err != nil {
			return nil, err
		}
		return p.aliased(q, lateral)
	}
	p.take()
	it, err := p.fromList()
	if err != nil {
		return nil, err
	}
	return it, p.needOp(")")
}

// startsQuery says whether the token n ahead begins a query. One in parentheses is a query if it ends there or a set operation,
// ORDER BY or LIMIT follows; anything else makes it an operand.
func (p *parser) startsQuery(n int) bool {
	depth := 0
	for ; p.aheadIs(n, "("); n++ {
		depth++
	}
	t := p.ahead(n)
	if t.kind != tWord || t.text != "SELECT" && t.text != "WITH" && t.text != "VALUES" {
		return false
	}
	for depth > 0 {
		if n = p.closing(n); !p.aheadIs(n, ")") {
			w := p.ahead(n)
			return w.kind == tWord && queryTails[w.text]
		}
		depth--
	}
	return true
}

// queryTails are the words that go on with a query after a closing parenthesis.
var queryTails = map[string]bool{"UNION": true, "INTERSECT": true, "EXCEPT": true, "MINUS": true, "ORDER": true, "LIMIT": true, "OFFSET": true, "FETCH": true}

// closing is the token after the parenthesis that closes the one around token n.
func (p *parser) closing(n int) int {
	for depth := 1; p.ahead(n).kind != tEnd; n++ {
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

func (p *parser) aheadIs(n int, op string) bool {
	t := p.ahead(n)
	return t.kind == tOp && t.text == op
}

func (p *parser) aliased(q *query, lateral bool) (fromItem, *Error) {
	it := &queryItem{q: q, lateral: lateral}
	var err *Error
	if it.alias, err = p.alias(); err != nil {
		return nil, err
	}
	if it.alias != nil && p.isOp("(") {
		it.columns, err = p.names()
	}
	return it, err
}

func (p *parser) tableFunction() (*functionItem, *Error) {
	t := p.peek()
	if t.kind != tWord || p.ahead(1).text != "(" {
		return nil, p.unexpected()
	}
	x, err := p.call()
	if err != nil {
		return nil, err
	}
	return &functionItem{f: x}, nil
}

func (p *parser) tableItem() (_ fromItem, err *Error) {
	it := &tableItem{}
	if it.parts, err = p.dotted(); err != nil {
		return nil, err
	}
	if it.alias, err = p.alias(); err != nil {
		return nil, err
	}
	if it.alias != nil && p.isOp("(") {
		it.columns, err = p.names()
	}
	return it, err
}
