package sqltree

import "slices"

// Expr reads an expression. Precedence, loosest first: OR, AND, NOT, comparisons, Language.Levels, unary minus, :: and path.
func (p *Parser) Expr() (Expr, *Fault) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	return p.chain("OR", func() (Expr, *Fault) { return p.chain("AND", p.not) })
}

func (p *Parser) chain(op string, next func() (Expr, *Fault)) (Expr, *Fault) {
	from := p.Peek().From
	x, err := next()
	if err != nil || !p.IsWord(op) {
		return x, err
	}
	l := &Logic{Op: op, Xs: []Expr{x}}
	for p.Word(op) {
		if x, err = next(); err != nil {
			return nil, err
		}
		l.Xs = append(l.Xs, x)
	}
	l.Span = p.spanFrom(from)
	return l, nil
}

func (p *Parser) not() (Expr, *Fault) {
	from := p.Peek().From
	if !p.Word("NOT") && !p.Op("!") {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	x, err := p.not()
	return &Unary{p.spanFrom(from), "NOT", x}, err
}

// comparison reads one predicate after another, left to right.
func (p *Parser) comparison() (Expr, *Fault) {
	from := p.Peek().From
	x, err := p.sum()
	for err == nil {
		var y Expr
		if y, err = p.predicate(x, from); err == nil && y == nil {
			return x, nil
		}
		x = y
	}
	return nil, err
}

func (p *Parser) predicate(x Expr, from int) (Expr, *Fault) {
	if t := p.Peek(); t.Kind == tOp {
		if slices.Contains(p.lang.Compares, t.Text) {
			p.Take()
			return p.compared(x, t.Text, from)
		}
		return nil, nil
	}
	if p.Word("IS") {
		return p.is(x, from)
	}
	start := p.i
	not := p.Word("NOT")
	switch op, _ := p.AnyWord("BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"); op {
	case "BETWEEN":
		return p.between(x, from, not)
	case "IN":
		return p.in(x, from, not)
	case "":
		p.i = start
		return nil, nil
	default:
		return p.like(x, op, from, not)
	}
}

func (p *Parser) compared(x Expr, op string, from int) (Expr, *Fault) {
	if op == "!=" {
		op = "<>"
	}
	w, ok := "", false
	if p.lang.Quantified {
		w, ok = p.AnyWord("ANY", "SOME", "ALL")
	}
	if !ok {
		y, err := p.sum()
		return &Binary{p.spanFrom(from), op, x, y}, err
	}
	if !p.startsQuery(1) {
		return nil, p.Unexpected()
	}
	q, err := p.parenQuery()
	return &Quantified{p.spanFrom(from), op, x, q, w == "ALL"}, err
}

func (p *Parser) is(x Expr, from int) (Expr, *Fault) {
	not := p.Word("NOT")
	if p.Word("NULL") {
		return &IsNull{p.spanFrom(from), x, not}, nil
	}
	if p.lang.Truth {
		if w, ok := p.AnyWord("TRUE", "FALSE", "UNKNOWN"); ok {
			return &IsTruth{p.spanFrom(from), x, w, not}, nil
		}
	}
	if err := p.NeedWord("DISTINCT", "FROM"); err != nil {
		return nil, err
	}
	y, err := p.sum()
	return &IsDistinct{p.spanFrom(from), x, y, not}, err
}

func (p *Parser) between(x Expr, from int, not bool) (Expr, *Fault) {
	lo, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := p.NeedWord("AND"); err != nil {
		return nil, err
	}
	hi, err := p.sum()
	return &Between{p.spanFrom(from), x, lo, hi, not}, err
}

func (p *Parser) in(x Expr, from int, not bool) (Expr, *Fault) {
	if p.startsQuery(1) && p.IsOp("(") {
		q, err := p.parenQuery()
		return &InQuery{p.spanFrom(from), x, q, not}, err
	}
	if err := p.NeedOp("("); err != nil {
		return nil, err
	}
	list, err := p.exprList()
	if err != nil {
		return nil, err
	}
	if p.lang.MaxList > 0 && len(list) > p.lang.MaxList {
		return nil, &Fault{At: from, Listed: len(list)}
	}
	return &InList{p.spanFrom(from), x, list, not}, p.NeedOp(")")
}

func (p *Parser) like(x Expr, op string, from int, not bool) (_ Expr, err *Fault) {
	if op == "REGEXP" {
		op = "RLIKE"
	}
	l := &Like{Op: op, X: x, Not: not}
	w, many := "", false
	if op != "RLIKE" && !not {
		w, many = p.AnyWord("ANY", "ALL")
	}
	if l.All = w == "ALL"; many {
		if err = p.NeedOp("("); err != nil {
			return nil, err
		}
		if l.Patterns, err = p.exprList(); err != nil {
			return nil, err
		}
		if err = p.NeedOp(")"); err != nil {
			return nil, err
		}
	} else {
		y, err := p.sum()
		if err != nil {
			return nil, err
		}
		l.Patterns = []Expr{y}
	}
	if op != "RLIKE" && p.Word("ESCAPE") {
		l.Escape, err = p.sum()
	}
	l.Span = p.spanFrom(from)
	return l, err
}

// sum reads the binary operators that bind tighter than comparisons.
func (p *Parser) sum() (Expr, *Fault) { return p.level(0) }

func (p *Parser) level(n int) (Expr, *Fault) {
	if n == len(p.lang.Levels) {
		return p.signed()
	}
	return p.binary(func() (Expr, *Fault) { return p.level(n + 1) }, p.lang.Levels[n])
}

// maxChain bounds a left-deep chain of operators of one precedence, or of set operators.
const maxChain = 300

func (p *Parser) binary(next func() (Expr, *Fault), ops []string) (Expr, *Fault) {
	from := p.Peek().From
	x, err := next()
	for n := 0; err == nil; n++ {
		op := ""
		for _, o := range ops {
			if op == "" && (p.Op(o) || IsLetter(o[0]) && p.Word(o)) {
				op = o
			}
		}
		if op == "" {
			return x, nil
		}
		if n > maxChain {
			return nil, beyond()
		}
		var y Expr
		if y, err = next(); err == nil {
			x = &Binary{p.spanFrom(from), op, x, y}
		}
	}
	return nil, err
}

func (p *Parser) signed() (Expr, *Fault) {
	from := p.Peek().From
	for _, op := range []string{"-", "+"} {
		if p.Op(op) {
			if err := p.enter(); err != nil {
				return nil, err
			}
			defer p.leave()
			x, err := p.signed()
			return &Unary{p.spanFrom(from), op, x}, err
		}
	}
	return p.postfix()
}

// postfix reads ::type and paths.
func (p *Parser) postfix() (Expr, *Fault) {
	from := p.Peek().From
	x, err := p.primary()
	for n := 0; err == nil; n++ {
		if n > maxDepth {
			return nil, beyond()
		}
		switch {
		case p.Op("::"):
			var t TypeName
			if t, err = p.dataType(); err == nil {
				x = &CastExpr{p.spanFrom(from), x, t, false}
			}
		case p.IsOp(":"), p.IsOp("["):
			if at, again := x.(*Path); again && (at.Colon || p.IsOp(":")) {
				return nil, p.Unexpected()
			}
			x, err = p.path(x, from)
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *Parser) path(x Expr, from int) (Expr, *Fault) {
	pt := &Path{X: x}
	pt.Colon = p.Op(":")
	for first := true; ; first = false {
		switch {
		case first && pt.Colon, !first && pt.Colon && p.Op("."):
			t := p.Peek()
			if t.Kind != TWord && t.Kind != tQuoted {
				return nil, p.Unexpected()
			}
			p.Take()
			key := t.Text
			if t.Kind == TWord {
				key = p.text[t.From:t.To]
			}
			pt.Steps = append(pt.Steps, &StringLit{Span{t.From, t.To}, key})
		case p.Op("["):
			i, err := p.Expr()
			if err != nil {
				return nil, err
			}
			if err := p.NeedOp("]"); err != nil {
				return nil, err
			}
			pt.Steps = append(pt.Steps, i)
		default:
			pt.Span = p.spanFrom(from)
			return pt, nil
		}
	}
}

// dataType reads a type's name with its arguments.
func (p *Parser) dataType() (t TypeName, err *Fault) {
	w := p.Peek()
	t.At = w.From
	if two := w.Text + " " + p.ahead(1).Text; w.Kind == TWord && p.ahead(1).Kind == TWord && p.lang.Types[two] {
		p.Take()
		t.Name = two
	} else if t.Name = w.Text; w.Kind != TWord || !p.lang.Types[w.Text] {
		return t, p.Unexpected()
	}
	p.Take()
	if p.lang.Nested[t.Name] && p.IsOp("<") {
		return t, p.typeOf(&t)
	}
	t.Args, err = p.typeArgs()
	return t, err
}

// typeOf reads the types in angle brackets.
func (p *Parser) typeOf(t *TypeName) *Fault {
	if err := p.enter(); err != nil {
		return err
	}
	defer p.leave()
	for more := p.Op("<"); more; more = p.Op(",") {
		e, err := p.dataType()
		if err != nil {
			return err
		}
		t.Of = append(t.Of, e)
	}
	return p.NeedOp(">")
}

func (p *Parser) typeArgs() (args []int, err *Fault) {
	if !p.Op("(") {
		return nil, nil
	}
	for {
		t := p.Peek()
		n, ok := natural(t.Text)
		if t.Kind != TNumber || !ok {
			return nil, p.Unexpected()
		}
		p.Take()
		args = append(args, n)
		if !p.Op(",") {
			return args, p.NeedOp(")")
		}
	}
}
