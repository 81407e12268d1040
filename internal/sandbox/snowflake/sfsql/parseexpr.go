package sfsql

// expr reads an expression. Precedence, loosest first: OR, AND, NOT, comparisons, + - ||, * / %, unary minus, :: and path.
func (p *parser) expr() (expr, *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	return p.chain("OR", func() (expr, *Error) { return p.chain("AND", p.not) })
}

func (p *parser) chain(op string, next func() (expr, *Error)) (expr, *Error) {
	from := p.peek().from
	x, err := next()
	if err != nil || !p.isWord(op) {
		return x, err
	}
	l := &logic{op: op, xs: []expr{x}}
	for p.word(op) {
		if x, err = next(); err != nil {
			return nil, err
		}
		l.xs = append(l.xs, x)
	}
	l.span = p.spanFrom(from)
	return l, nil
}

func (p *parser) not() (expr, *Error) {
	from := p.peek().from
	if !p.word("NOT") {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	x, err := p.not()
	return &unary{p.spanFrom(from), "NOT", x}, err
}

// comparison reads one predicate after another, left to right.
func (p *parser) comparison() (expr, *Error) {
	from := p.peek().from
	x, err := p.sum()
	for err == nil {
		var y expr
		if y, err = p.predicate(x, from); err == nil && y == nil {
			return x, nil
		}
		x = y
	}
	return nil, err
}

func (p *parser) predicate(x expr, from int) (expr, *Error) {
	if t := p.peek(); t.kind == tOp {
		switch t.text {
		case "=", "<>", "!=", "<", "<=", ">", ">=":
			p.take()
			return p.compared(x, t.text, from)
		}
		return nil, nil
	}
	if p.word("IS") {
		return p.is(x, from)
	}
	start := p.i
	not := p.word("NOT")
	switch op, _ := p.anyWord("BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"); op {
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

func (p *parser) compared(x expr, op string, from int) (expr, *Error) {
	if op == "!=" {
		op = "<>"
	}
	w, ok := p.anyWord("ANY", "SOME", "ALL")
	if !ok {
		y, err := p.sum()
		return &binary{p.spanFrom(from), op, x, y}, err
	}
	if !p.startsQuery(1) {
		return nil, p.unexpected()
	}
	q, err := p.parenQuery()
	return &quantified{p.spanFrom(from), op, x, q, w == "ALL"}, err
}

func (p *parser) is(x expr, from int) (expr, *Error) {
	not := p.word("NOT")
	if p.word("NULL") {
		return &isNull{p.spanFrom(from), x, not}, nil
	}
	if err := p.needWord("DISTINCT", "FROM"); err != nil {
		return nil, err
	}
	y, err := p.sum()
	return &isDistinct{p.spanFrom(from), x, y, not}, err
}

func (p *parser) between(x expr, from int, not bool) (expr, *Error) {
	lo, err := p.sum()
	if err != nil {
		return nil, err
	}
	if err := p.needWord("AND"); err != nil {
		return nil, err
	}
	hi, err := p.sum()
	return &between{p.spanFrom(from), x, lo, hi, not}, err
}

// maxList is the longest IN list (error 001795).
const maxList = 16384

func (p *parser) in(x expr, from int, not bool) (expr, *Error) {
	if p.startsQuery(1) && p.isOp("(") {
		q, err := p.parenQuery()
		return &inQuery{p.spanFrom(from), x, q, not}, err
	}
	if err := p.needOp("("); err != nil {
		return nil, err
	}
	list, err := p.exprList()
	if err != nil {
		return nil, err
	}
	if len(list) > maxList {
		line, position := place(p.text, from)
		return nil, &Error{1795, "42601", "SQL compilation error: error line " + itoa(line) + " at position " + itoa(position) +
			"\nmaximum number of expressions in a list exceeded, expected at most 16,384, got " + grouped(len(list))}
	}
	return &inList{p.spanFrom(from), x, list, not}, p.needOp(")")
}

func (p *parser) like(x expr, op string, from int, not bool) (_ expr, err *Error) {
	if op == "REGEXP" {
		op = "RLIKE"
	}
	l := &like{op: op, x: x, not: not}
	w, many := "", false
	if op != "RLIKE" && !not {
		w, many = p.anyWord("ANY", "ALL")
	}
	if l.all = w == "ALL"; many {
		if err = p.needOp("("); err != nil {
			return nil, err
		}
		if l.patterns, err = p.exprList(); err != nil {
			return nil, err
		}
		if err = p.needOp(")"); err != nil {
			return nil, err
		}
	} else {
		y, err := p.sum()
		if err != nil {
			return nil, err
		}
		l.patterns = []expr{y}
	}
	if op != "RLIKE" && p.word("ESCAPE") {
		l.escape, err = p.sum()
	}
	l.span = p.spanFrom(from)
	return l, err
}

func (p *parser) sum() (expr, *Error) { return p.binary(p.product, "+", "-", "||") }

func (p *parser) product() (expr, *Error) { return p.binary(p.signed, "*", "/", "%") }

// maxChain bounds a left-deep chain of operators of one precedence, or of set operators.
const maxChain = 300

func (p *parser) binary(next func() (expr, *Error), ops ...string) (expr, *Error) {
	from := p.peek().from
	x, err := next()
	for n := 0; err == nil; n++ {
		op := ""
		for _, o := range ops {
			if op == "" && p.op(o) {
				op = o
			}
		}
		if op == "" {
			return x, nil
		}
		if n > maxChain {
			return nil, tooComplex()
		}
		var y expr
		if y, err = next(); err == nil {
			x = &binary{p.spanFrom(from), op, x, y}
		}
	}
	return nil, err
}

func (p *parser) signed() (expr, *Error) {
	from := p.peek().from
	for _, op := range []string{"-", "+"} {
		if p.op(op) {
			if err := p.enter(); err != nil {
				return nil, err
			}
			defer p.leave()
			x, err := p.signed()
			return &unary{p.spanFrom(from), op, x}, err
		}
	}
	return p.postfix()
}

// postfix reads ::type and variant paths (sql-reference/functions/cast, user-guide/querying-semistructured).
func (p *parser) postfix() (expr, *Error) {
	from := p.peek().from
	x, err := p.primary()
	for n := 0; err == nil; n++ {
		if n > maxDepth {
			return nil, tooComplex()
		}
		switch {
		case p.op("::"):
			var t Type
			if t, err = p.dataType(); err == nil {
				x = &castExpr{p.spanFrom(from), x, t, false}
			}
		case p.isOp(":"), p.isOp("["):
			if _, again := x.(*path); again {
				return nil, p.unexpected()
			}
			x, err = p.path(x, from)
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) path(x expr, from int) (expr, *Error) {
	pt := &path{x: x}
	colon := p.op(":")
	for first := true; ; first = false {
		switch {
		case first && colon, !first && p.op("."):
			t := p.peek()
			if t.kind != tWord && t.kind != tQuoted {
				return nil, p.unexpected()
			}
			p.take()
			key := t.text
			if t.kind == tWord {
				key = p.text[t.from:t.to]
			}
			pt.steps = append(pt.steps, &stringLit{span{t.from, t.to}, key})
		case p.op("["):
			i, err := p.expr()
			if err != nil {
				return nil, err
			}
			if err := p.needOp("]"); err != nil {
				return nil, err
			}
			pt.steps = append(pt.steps, i)
		default:
			pt.span = p.spanFrom(from)
			return pt, nil
		}
	}
}

// dataType reads a type's name with its arguments (sql-reference/intro-summary-data-types).
func (p *parser) dataType() (Type, *Error) {
	t := p.peek()
	if t.kind != tWord {
		return Type{}, p.unexpected()
	}
	if p.word("DOUBLE", "PRECISION") {
		return of(Float), nil
	}
	d, ok := typeNames[t.text]
	if !ok {
		return Type{}, p.unexpected()
	}
	p.take()
	args, err := p.typeArgs()
	if err != nil {
		return Type{}, err
	}
	return d.with(args, func(format string, a ...any) *Error { return compilation(2, "0A000", format, a...) })
}

func (p *parser) typeArgs() (args []int, err *Error) {
	if !p.op("(") {
		return nil, nil
	}
	for {
		t := p.peek()
		n, ok := atoi(t.text)
		if t.kind != tNumber || !ok {
			return nil, p.unexpected()
		}
		p.take()
		args = append(args, n)
		if !p.op(",") {
			return args, p.needOp(")")
		}
	}
}
