package soql

import (
	"strconv"
	"strings"
)

// cond reads terms joined by AND, or by OR: both together need parentheses.
func (p *parser) cond() cond {
	if !p.enter() {
		return &compare{}
	}
	defer p.leave()
	terms := []cond{p.term()}
	joint := ""
	for {
		t := p.now()
		if !t.word("AND") && !t.word("OR") {
			break
		}
		if joint != "" && !strings.EqualFold(joint, t.text) {
			p.fail(t.at, "unexpected token: '%s'", t.text)
			break
		}
		joint = t.text
		p.step()
		terms = append(terms, p.term())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return &logic{or: strings.EqualFold(joint, "OR"), terms: terms}
}

func (p *parser) term() cond {
	t := p.now()
	switch {
	case t.word("NOT"):
		p.step()
		if !p.enter() {
			return &compare{}
		}
		defer p.leave()
		return &negation{at: t.at, term: p.term()}
	case t.is("("):
		p.step()
		c := p.cond()
		p.expect(")")
		return c
	}
	return p.compare()
}

func (p *parser) compare() cond {
	c := &compare{left: p.expr(), opAt: p.now().at}
	switch t := p.step(); {
	case t.is("=") || t.is("!=") || t.is("<") || t.is("<=") || t.is(">") || t.is(">="):
		c.op = t.text
	case t.is("<>"):
		c.op = "!="
	case t.word("LIKE"):
		c.op = "LIKE"
	case t.word("IN"), t.word("INCLUDES"):
		c.op, c.list = strings.ToUpper(t.text), true
	case t.word("EXCLUDES"):
		c.op, c.list, c.not = "INCLUDES", true, true
	case t.word("NOT") && p.now().word("IN"):
		p.step()
		c.op, c.list, c.not = "IN", true, true
	default:
		p.fail(t.at, "unexpected token: '%s'", t.text)
		return c
	}
	p.right(c)
	for _, v := range c.values {
		if v.wild > 0 && c.op != "LIKE" {
			p.fail(v.wild, "illegal character sequence '%s' in string literal", p.text[v.wild:v.wild+2])
		}
	}
	return c
}

// right reads what follows an operator.
func (p *parser) right(c *compare) {
	switch {
	case !c.list:
		c.values = []literal{p.literal()}
	case c.op == "IN" && p.now().is("(") && p.peek().word("SELECT"):
		p.subselect(c)
	default:
		p.expect("(")
		p.list(func() { c.values = append(c.values, p.literal()) })
		p.expect(")")
	}
}

// subselect reads the query of a semi-join.
func (p *parser) subselect(c *compare) {
	c.subAt = p.step().at
	if !p.enter() {
		return
	}
	defer p.leave()
	c.sub = p.query()
	p.expect(")")
}

func (p *parser) literal() literal {
	t := p.now()
	out := literal{text: t.text, like: t.pattern, at: t.at}
	switch t.kind {
	case text:
		out.kind, out.wild = aText, t.wild
		if len([]rune(t.text)) > MaxString {
			p.fail(t.at, "a string literal of a WHERE clause cannot be longer than %d characters", MaxString)
		}
	case number:
		out.kind = aNumber
	case date:
		out.kind = aDate
	case datetime:
		out.kind = aDatetime
	case clock:
		out.kind = aClock
	case word:
		return p.named()
	default:
		p.unexpected()
	}
	p.step()
	return out
}

// named reads a literal that is a word: true, false, null or a date literal.
func (p *parser) named() literal {
	t := p.now()
	out := literal{text: strings.ToUpper(t.text), at: t.at}
	switch {
	case t.word("TRUE"), t.word("FALSE"):
		out.kind = aBoolean
	case t.word("NULL"):
		out.kind = aNull
	case period(out.text):
		out.kind = aPeriod
	case counted(out.text):
		out.kind = aPeriod
		p.step()
		p.expect(":")
		n, err := strconv.Atoi(p.now().text)
		if p.now().kind != number || err != nil || n < 0 || n > 10_000 {
			p.unexpected()
			return out
		}
		out.n = n
	default:
		p.unexpected()
		return out
	}
	p.step()
	return out
}
