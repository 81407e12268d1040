package sqltree

// primary reads a literal, name, call, CASE, CAST, subquery or parenthesised expression.
func (p *Parser) primary() (Expr, *Fault) {
	t := p.Peek()
	switch t.Kind {
	case TNumber:
		p.Take()
		return &NumberLit{Span{t.From, t.To}, t.Text}, nil
	case TString:
		p.Take()
		return &StringLit{Span{t.From, t.To}, t.Text}, nil
	case tBind:
		p.Take()
		return &BindExpr{Span{t.From, t.To}, t.Text}, nil
	case tQuoted:
		return p.reference()
	case TWord:
		return p.wordExpr(t)
	}
	if p.lang.NamedBinds && p.IsOp(":") && p.ahead(1).Kind == TWord {
		p.Take()
		w := p.Take()
		return &BindExpr{Span{t.From, w.To}, p.text[w.From:w.To]}, nil
	}
	if !p.IsOp("(") {
		return nil, p.Unexpected()
	}
	if p.lang.Lambdas && p.lambdaAhead() {
		return p.lambda()
	}
	if p.startsQuery(1) {
		q, err := p.parenQuery()
		return &Subquery{p.spanFrom(t.From), q}, err
	}
	p.Take()
	x, err := p.Expr()
	if err != nil {
		return nil, err
	}
	return x, p.NeedOp(")")
}

func (p *Parser) wordExpr(t Token) (Expr, *Fault) {
	s := Span{t.From, t.To}
	next := p.ahead(1)
	switch t.Text {
	case "NULL":
		p.Take()
		return &NullLit{s}, nil
	case "TRUE", "FALSE":
		p.Take()
		return &BoolLit{s, t.Text == "TRUE"}, nil
	case "CASE":
		return p.caseExpr()
	case "CAST", "TRY_CAST":
		if next.Text == "(" {
			return p.cast()
		}
	case "EXISTS":
		if p.lang.Callable[t.Text] && next.Text == "(" && !p.startsQuery(2) {
			return p.call()
		}
		p.Take()
		if !p.startsQuery(1) || !p.IsOp("(") {
			return nil, p.Unexpected()
		}
		q, err := p.parenQuery()
		return &Exists{p.spanFrom(t.From), q}, err
	case "INTERVAL":
		if !p.lang.TextIntervals && (next.Kind == TString || next.Kind == TNumber || next.Kind == tOp && next.Text == "-") {
			return p.interval()
		}
		if p.lang.TextIntervals && next.Kind == TString {
			p.Take()
			p.Take()
			return &Interval{Span: p.spanFrom(t.From), Text: next.Text}, nil
		}
	}
	if p.lang.Typed[t.Text] && next.Kind == TString {
		p.Take()
		p.Take()
		return &CastExpr{p.spanFrom(t.From), &StringLit{Span{next.From, next.To}, next.Text}, TypeName{Name: t.Text, At: t.From}, false}, nil
	}
	if p.lang.Lambdas && p.aheadIs(1, "->") {
		return p.lambda()
	}
	if p.lang.Bare[t.Text] && next.Text != "(" {
		p.Take()
		return &Call{Span: s, Name: t.Text}, nil
	}
	if next.Kind == tOp && next.Text == "(" && (!p.lang.Reserved[t.Text] || p.lang.Bare[t.Text] || p.lang.Callable[t.Text]) {
		return p.call()
	}
	return p.reference()
}

func (p *Parser) reference() (Expr, *Fault) {
	from := p.Peek().From
	r := &Reference{}
	for {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		r.Parts = append(r.Parts, n)
		if len(r.Parts) == 4 || !p.Op(".") {
			r.Span = p.spanFrom(from)
			return r, nil
		}
	}
}

func (p *Parser) caseExpr() (_ Expr, err *Fault) {
	c := &CaseExpr{}
	from := p.Take().From
	if !p.IsWord("WHEN") {
		if c.Operand, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	for p.Word("WHEN") {
		var w When
		if w.Cond, err = p.Expr(); err != nil {
			return nil, err
		}
		if err = p.NeedWord("THEN"); err != nil {
			return nil, err
		}
		if w.Then, err = p.Expr(); err != nil {
			return nil, err
		}
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 {
		return nil, p.Unexpected()
	}
	if p.Word("ELSE") {
		if c.Other, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	err = p.NeedWord("END")
	c.Span = p.spanFrom(from)
	return c, err
}

func (p *Parser) cast() (Expr, *Fault) {
	t := p.Take()
	p.Take()
	x, err := p.Expr()
	if err != nil {
		return nil, err
	}
	if err := p.NeedWord("AS"); err != nil {
		return nil, err
	}
	to, err := p.dataType()
	if err != nil {
		return nil, err
	}
	err = p.NeedOp(")")
	return &CastExpr{p.spanFrom(t.From), x, to, t.Text == "TRY_CAST"}, err
}

// Call reads name(args) and what may follow it: WITHIN GROUP, IGNORE NULLS, OVER.
func (p *Parser) call() (_ *Call, err *Fault) {
	t := p.Take()
	c := &Call{Name: t.Text}
	p.Take()
	if c.Star = p.Op("*"); !c.Star && !p.IsOp(")") {
		c.Distinct = p.Word("DISTINCT")
		if err = p.callArgs(c); err != nil {
			return nil, err
		}
	}
	p.nulls(c)
	if err = p.NeedOp(")"); err != nil {
		return nil, err
	}
	if p.Word("WITHIN", "GROUP") {
		if err = p.within(c); err != nil {
			return nil, err
		}
	}
	if p.lang.Filter && p.Word("FILTER") {
		if c.Filter, err = p.filter(); err != nil {
			return nil, err
		}
	}
	p.nulls(c)
	if p.Word("OVER") {
		if c.Over, err = p.window(); err != nil {
			return nil, err
		}
	}
	c.Span = p.spanFrom(t.From)
	return c, nil
}

func (p *Parser) nulls(c *Call) {
	for _, w := range []string{"IGNORE", "RESPECT"} {
		if c.Nulls == "" && p.Word(w, "NULLS") {
			c.Nulls = w
		}
	}
}

func (p *Parser) within(c *Call) (err *Fault) {
	if err = p.NeedOp("("); err != nil {
		return err
	}
	if err = p.NeedWord("ORDER", "BY"); err != nil {
		return err
	}
	if c.Within, err = p.orderItems(); err != nil {
		return err
	}
	return p.NeedOp(")")
}

// callArgs reads arguments: plain, name => value, or separated by the words of Language.Between.
func (p *Parser) callArgs(c *Call) *Fault {
	if p.lang.Trims && c.Name == "TRIM" && p.trimmed() {
		return p.trim(c)
	}
	for {
		if t := p.Peek(); t.Kind == TWord && p.ahead(1).Text == "=>" {
			p.Take()
			p.Take()
			x, err := p.Expr()
			if err != nil {
				return err
			}
			if c.Named == nil {
				c.Named = map[string]Expr{}
			}
			c.Named[t.Text] = x
		} else if err := p.callArg(c); err != nil {
			return err
		}
		if !p.Op(",") {
			return nil
		}
	}
}

func (p *Parser) callArg(c *Call) *Fault {
	words := p.lang.Between[c.Name]
	read := p.Expr
	if len(words) > 0 && words[0] == "IN" {
		read = p.sum
	}
	x, err := read()
	if err != nil {
		return err
	}
	c.Args = append(c.Args, x)
	for _, w := range words {
		if len(c.Args) == 1 && w != words[0] || !p.Word(w) {
			continue
		}
		if x, err = p.Expr(); err != nil {
			return err
		}
		c.Args = append(c.Args, x)
	}
	return nil
}

// trimmed says whether TRIM's words stand between its parentheses.
func (p *Parser) trimmed() bool {
	if p.IsWord("BOTH") || p.IsWord("LEADING") || p.IsWord("TRAILING") {
		return true
	}
	return p.IsWord("FROM") || p.ahead(1).Kind == TWord && p.ahead(1).Text == "FROM"
}

// trim reads [BOTH | LEADING | TRAILING] [characters] FROM x as a call of BTRIM, LTRIM or RTRIM, x first.
func (p *Parser) trim(c *Call) *Fault {
	side, _ := p.AnyWord("BOTH", "LEADING", "TRAILING")
	c.Name = map[string]string{"LEADING": "LTRIM FROM", "TRAILING": "RTRIM FROM"}[side]
	if c.Name == "" {
		c.Name = "BTRIM"
	}
	var chars []Expr
	if !p.IsWord("FROM") {
		x, err := p.Expr()
		if err != nil {
			return err
		}
		chars = []Expr{x}
	}
	if err := p.NeedWord("FROM"); err != nil {
		return err
	}
	x, err := p.Expr()
	c.Args = append([]Expr{x}, chars...)
	return err
}

func (p *Parser) filter() (x Expr, err *Fault) {
	if err = p.NeedOp("("); err != nil {
		return nil, err
	}
	if err = p.NeedWord("WHERE"); err != nil {
		return nil, err
	}
	if x, err = p.Expr(); err != nil {
		return nil, err
	}
	return x, p.NeedOp(")")
}

// window reads OVER's parentheses.
func (p *Parser) window() (w *Window, err *Fault) {
	w = &Window{}
	if err = p.NeedOp("("); err != nil {
		return nil, err
	}
	if p.Word("PARTITION", "BY") {
		if w.Partition, err = p.exprList(); err != nil {
			return nil, err
		}
	}
	if p.Word("ORDER", "BY") {
		if w.Order, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if unit, ok := p.AnyWord("ROWS", "RANGE"); ok {
		if w.Frame, err = p.frame(unit); err != nil {
			return nil, err
		}
	}
	return w, p.NeedOp(")")
}

func (p *Parser) frame(unit string) (f *Frame, err *Fault) {
	f = &Frame{Unit: unit, Hi: Bound{Kind: "CURRENT ROW"}}
	if !p.Word("BETWEEN") {
		f.Lo, err = p.bound()
		return f, err
	}
	if f.Lo, err = p.bound(); err != nil {
		return nil, err
	}
	if err = p.NeedWord("AND"); err != nil {
		return nil, err
	}
	f.Hi, err = p.bound()
	return f, err
}

func (p *Parser) bound() (b Bound, err *Fault) {
	if p.Word("CURRENT", "ROW") {
		return Bound{Kind: "CURRENT ROW"}, nil
	}
	prefix := "UNBOUNDED "
	if !p.Word("UNBOUNDED") {
		t := p.Peek()
		if _, ok := natural(t.Text); t.Kind != TNumber || !ok {
			return b, p.Unexpected()
		}
		b.N = p.Take().Text
		prefix = "n "
	}
	w, ok := p.AnyWord("PRECEDING", "FOLLOWING")
	if !ok {
		return b, p.Unexpected()
	}
	b.Kind = prefix + w
	return b, nil
}
