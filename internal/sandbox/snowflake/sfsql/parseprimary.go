package sfsql

// primary reads a literal, name, call, CASE, CAST, subquery or parenthesised expression.
func (p *parser) primary() (expr, *Error) {
	t := p.peek()
	switch t.kind {
	case tNumber:
		p.take()
		return &numberLit{span{t.from, t.to}, t.text}, nil
	case tString:
		p.take()
		return &stringLit{span{t.from, t.to}, t.text}, nil
	case tBind:
		p.take()
		return &bindExpr{span{t.from, t.to}, t.text}, nil
	case tQuoted:
		return p.reference()
	case tWord:
		return p.wordExpr(t)
	}
	if !p.isOp("(") {
		return nil, p.unexpected()
	}
	if p.startsQuery(1) {
		q, err := p.parenQuery()
		return &subquery{p.spanFrom(t.from), q}, err
	}
	p.take()
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	return x, p.needOp(")")
}

// bare are functions that need no parentheses (sql-reference/functions/current_date and its like).
var bare = wordSet(`CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP CURRENT_USER`)

func (p *parser) wordExpr(t token) (expr, *Error) {
	s := span{t.from, t.to}
	next := p.ahead(1)
	switch t.text {
	case "NULL":
		p.take()
		return &nullLit{s}, nil
	case "TRUE", "FALSE":
		p.take()
		return &boolLit{s, t.text == "TRUE"}, nil
	case "CASE":
		return p.caseExpr()
	case "CAST", "TRY_CAST":
		if next.text == "(" {
			return p.cast()
		}
	case "EXISTS":
		p.take()
		if !p.startsQuery(1) || !p.isOp("(") {
			return nil, p.unexpected()
		}
		q, err := p.parenQuery()
		return &exists{p.spanFrom(t.from), q}, err
	case "DATE", "TIME", "TIMESTAMP":
		if next.kind == tString {
			p.take()
			p.take()
			return &castExpr{p.spanFrom(t.from), &stringLit{span{next.from, next.to}, next.text}, of(typeNames[t.text].kind), false}, nil
		}
	case "INTERVAL":
		if next.kind == tString {
			p.take()
			p.take()
			return &interval{p.spanFrom(t.from), next.text}, nil
		}
	}
	if bare[t.text] && next.text != "(" {
		p.take()
		return &call{span: s, name: t.text}, nil
	}
	if next.kind == tOp && next.text == "(" && (!reserved[t.text] || bare[t.text] || callable[t.text]) {
		return p.call()
	}
	return p.reference()
}

// callable are reserved words that also name functions.
var callable = wordSet("LEFT RIGHT LIKE ILIKE RLIKE INSERT")

func (p *parser) reference() (expr, *Error) {
	from := p.peek().from
	r := &reference{}
	for {
		n, err := p.name()
		if err != nil {
			return nil, err
		}
		r.parts = append(r.parts, n)
		if len(r.parts) == 4 || !p.op(".") {
			r.span = p.spanFrom(from)
			return r, nil
		}
	}
}

func (p *parser) caseExpr() (_ expr, err *Error) {
	c := &caseExpr{}
	from := p.take().from
	if !p.isWord("WHEN") {
		if c.operand, err = p.expr(); err != nil {
			return nil, err
		}
	}
	for p.word("WHEN") {
		var w when
		if w.cond, err = p.expr(); err != nil {
			return nil, err
		}
		if err = p.needWord("THEN"); err != nil {
			return nil, err
		}
		if w.then, err = p.expr(); err != nil {
			return nil, err
		}
		c.whens = append(c.whens, w)
	}
	if len(c.whens) == 0 {
		return nil, p.unexpected()
	}
	if p.word("ELSE") {
		if c.other, err = p.expr(); err != nil {
			return nil, err
		}
	}
	err = p.needWord("END")
	c.span = p.spanFrom(from)
	return c, err
}

func (p *parser) cast() (expr, *Error) {
	t := p.take()
	p.take()
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if err := p.needWord("AS"); err != nil {
		return nil, err
	}
	to, err := p.dataType()
	if err != nil {
		return nil, err
	}
	err = p.needOp(")")
	return &castExpr{p.spanFrom(t.from), x, to, t.text == "TRY_CAST"}, err
}

// call reads name(args) and what may follow it: WITHIN GROUP, IGNORE NULLS, OVER.
func (p *parser) call() (_ *call, err *Error) {
	t := p.take()
	c := &call{name: t.text}
	p.take()
	if c.star = p.op("*"); !c.star && !p.isOp(")") {
		c.distinct = p.word("DISTINCT")
		if err = p.callArgs(c); err != nil {
			return nil, err
		}
	}
	p.nulls(c)
	if err = p.needOp(")"); err != nil {
		return nil, err
	}
	if p.word("WITHIN", "GROUP") {
		if err = p.within(c); err != nil {
			return nil, err
		}
	}
	p.nulls(c)
	if p.word("OVER") {
		if c.over, err = p.window(); err != nil {
			return nil, err
		}
	}
	c.span = p.spanFrom(t.from)
	return c, nil
}

func (p *parser) nulls(c *call) {
	for _, w := range []string{"IGNORE", "RESPECT"} {
		if c.nulls == "" && p.word(w, "NULLS") {
			c.nulls = w
		}
	}
}

func (p *parser) within(c *call) (err *Error) {
	if err = p.needOp("("); err != nil {
		return err
	}
	if err = p.needWord("ORDER", "BY"); err != nil {
		return err
	}
	if c.within, err = p.orderItems(); err != nil {
		return err
	}
	return p.needOp(")")
}

// callArgs reads arguments: plain, name => value, EXTRACT's part FROM x, POSITION's a IN b.
func (p *parser) callArgs(c *call) *Error {
	for {
		if t := p.peek(); t.kind == tWord && p.ahead(1).text == "=>" {
			p.take()
			p.take()
			x, err := p.expr()
			if err != nil {
				return err
			}
			if c.named == nil {
				c.named = map[string]expr{}
			}
			c.named[t.text] = x
		} else if err := p.callArg(c); err != nil {
			return err
		}
		if !p.op(",") {
			return nil
		}
	}
}

func (p *parser) callArg(c *call) *Error {
	var x expr
	var err *Error
	if c.name == "POSITION" {
		x, err = p.sum()
	} else {
		x, err = p.expr()
	}
	if err != nil {
		return err
	}
	c.args = append(c.args, x)
	if len(c.args) != 1 || !(c.name == "EXTRACT" && p.word("FROM") || c.name == "POSITION" && p.word("IN")) {
		return nil
	}
	if x, err = p.expr(); err == nil {
		c.args = append(c.args, x)
	}
	return err
}

// window reads OVER's parentheses (sql-reference/functions-window-syntax).
func (p *parser) window() (w *window, err *Error) {
	w = &window{}
	if err = p.needOp("("); err != nil {
		return nil, err
	}
	if p.word("PARTITION", "BY") {
		if w.partition, err = p.exprList(); err != nil {
			return nil, err
		}
	}
	if p.word("ORDER", "BY") {
		if w.order, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if unit, ok := p.anyWord("ROWS", "RANGE"); ok {
		if w.frame, err = p.frame(unit); err != nil {
			return nil, err
		}
	}
	return w, p.needOp(")")
}

func (p *parser) frame(unit string) (f *frame, err *Error) {
	f = &frame{unit: unit, hi: bound{kind: "CURRENT ROW"}}
	if !p.word("BETWEEN") {
		f.lo, err = p.bound()
		return f, err
	}
	if f.lo, err = p.bound(); err != nil {
		return nil, err
	}
	if err = p.needWord("AND"); err != nil {
		return nil, err
	}
	f.hi, err = p.bound()
	return f, err
}

func (p *parser) bound() (b bound, err *Error) {
	if p.word("CURRENT", "ROW") {
		return bound{kind: "CURRENT ROW"}, nil
	}
	prefix := "UNBOUNDED "
	if !p.word("UNBOUNDED") {
		t := p.peek()
		if _, ok := atoi(t.text); t.kind != tNumber || !ok {
			return b, p.unexpected()
		}
		b.n = p.take().text
		prefix = "n "
	}
	w, ok := p.anyWord("PRECEDING", "FOLLOWING")
	if !ok {
		return b, p.unexpected()
	}
	b.kind = prefix + w
	return b, nil
}
