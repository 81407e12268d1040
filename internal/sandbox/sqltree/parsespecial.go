package sqltree

// lambdaAhead says whether (a, b) -> comes next.
func (p *Parser) lambdaAhead() bool {
	for n := 1; p.ahead(n).Kind == TWord || p.ahead(n).Kind == tQuoted; n += 2 {
		if p.aheadIs(n+1, ")") {
			return p.aheadIs(n+2, "->")
		}
		if !p.aheadIs(n+1, ",") {
			return false
		}
	}
	return false
}

// lambda reads a -> x or (a, b) -> x.
func (p *Parser) lambda() (_ Expr, err *Fault) {
	l := &Lambda{}
	from := p.Peek().From
	if p.IsOp("(") {
		l.Params, err = p.names()
	} else {
		l.Params = make([]Name, 1)
		l.Params[0], err = p.Name()
	}
	if err != nil {
		return nil, err
	}
	if err = p.NeedOp("->"); err != nil {
		return nil, err
	}
	l.X, err = p.Expr()
	l.Span = p.spanFrom(from)
	return l, err
}

// units are the units of intervals.
var units = WordSet("YEAR MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND")

// unit takes a unit in singular or plural.
func (p *Parser) unit() (string, bool) {
	t := p.Peek()
	w := t.Text
	if n := len(w) - 1; n > 0 && w[n] == 'S' {
		w = w[:n]
	}
	if t.Kind != TWord || !units[w] {
		return "", false
	}
	p.Take()
	return w, true
}

// interval reads INTERVAL value unit [TO unit] [value unit …].
func (p *Parser) interval() (Expr, *Fault) {
	i := &Interval{}
	from := p.Take().From
	for {
		x, err := p.signed()
		if err != nil {
			return nil, err
		}
		part := IntervalPart{X: x}
		ok := false
		if part.Unit, ok = p.unit(); !ok {
			return nil, p.Unexpected()
		}
		if p.Word("TO") {
			if part.To, ok = p.unit(); !ok {
				return nil, p.Unexpected()
			}
		}
		i.Parts = append(i.Parts, part)
		t, next := p.Peek(), p.ahead(1)
		if t.Kind != TNumber && t.Kind != TString || next.Kind != TWord || !units[next.Text] && (len(next.Text) < 2 || !units[next.Text[:len(next.Text)-1]]) {
			i.Span = p.spanFrom(from)
			return i, nil
		}
	}
}

// semiKind takes LEFT SEMI, SEMI, LEFT ANTI or ANTI.
func (p *Parser) semiKind() (string, bool) {
	if !p.lang.SemiJoins {
		return "", false
	}
	for _, w := range []string{"SEMI", "ANTI"} {
		if p.Word("LEFT", w) || p.Word(w) {
			return w, true
		}
	}
	return "", false
}

// lateralView reads LATERAL VIEW [OUTER] f(x) [table] [AS column, …].
func (p *Parser) lateralView(l FromItem) (FromItem, *Fault) {
	at := p.Peek().From
	if err := p.NeedWord("LATERAL", "VIEW"); err != nil {
		return nil, err
	}
	outer := p.Word("OUTER")
	f, err := p.tableFunction()
	if err != nil {
		return nil, err
	}
	f.Outer = outer
	if p.IsName() && !p.IsWord("AS") {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		f.Alias = &n
	}
	for more := p.Word("AS"); more; more = p.Op(",") {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		f.Columns = append(f.Columns, n)
	}
	return &JoinItem{At: at, Kind: "CROSS", L: l, R: f}, nil
}

// functionItem reads f(x) [alias [(columns)]].
func (p *Parser) functionItem() (FromItem, *Fault) {
	f, err := p.tableFunction()
	if err != nil {
		return nil, err
	}
	if f.Alias, err = p.alias(); err != nil {
		return nil, err
	}
	if f.Alias != nil && p.lang.LateralViews && p.IsOp("(") {
		f.Columns, err = p.names()
	}
	return f, err
}
