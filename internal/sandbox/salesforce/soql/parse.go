package soql

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parser reads one query. After a failure it stands at the end, so that every loop ends.
type parser struct {
	text   string
	tokens []token
	i      int
	depth  int
	err    *Error
}

const maxDepth = 100 // of parentheses

// parse reads a query.
func parse(text string) (*query, *Error) { return whole(text, (*parser).query) }

// condition reads a WHERE clause's condition alone.
func condition(text string) (cond, *Error) { return whole(text, (*parser).cond) }

// whole reads a text of which nothing may be left.
func whole[T any](text string, read func(*parser) T) (T, *Error) {
	p, err := start(text)
	if err != nil {
		var none T
		return none, err
	}
	out := read(p)
	if p.now().kind != end {
		p.unexpected()
	}
	return out, p.err
}

func start(text string) (*parser, *Error) {
	if utf8.RuneCountInString(text) > MaxQuery {
		return nil, plain(MalformedQuery, "SOQL statements cannot be longer than %d characters.", MaxQuery)
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, plain(MalformedQuery, "the query is not well-formed text")
	}
	tokens, err := lex(text)
	return &parser{text: text, tokens: tokens}, err
}

func (p *parser) now() token { return p.tokens[p.i] }

func (p *parser) peek() token { return p.tokens[min(p.i+1, len(p.tokens)-1)] }

func (p *parser) step() token {
	t := p.now()
	p.i = min(p.i+1, len(p.tokens)-1)
	return t
}

// fail keeps the first failure and goes to the end.
func (p *parser) fail(at int, format string, args ...any) {
	if p.err == nil {
		p.err = place(p.text, at, MalformedQuery, format, args...)
	}
	p.i = len(p.tokens) - 1
}

func (p *parser) unexpected() {
	t := p.now()
	p.fail(t.at, "unexpected token: '%s'", t.text)
}

// refuse is for what Salesforce knows and the sandbox does not serve.
func (p *parser) refuse(at int, what string) { p.fail(at, "%s is not served by the sandbox", what) }

// accept steps over a symbol, or over words that follow each other, if they are there.
func (p *parser) accept(s string) bool {
	if p.now().is(s) {
		p.step()
		return true
	}
	words := strings.Fields(s)
	for i, w := range words {
		if p.i+i >= len(p.tokens) || !p.tokens[p.i+i].word(w) {
			return false
		}
	}
	p.i += len(words)
	return true
}

func (p *parser) expect(s string) {
	if !p.accept(s) {
		if p.now().kind == end {
			p.fail(p.now().at, "expecting '%s', found '<EOF>'", s)
			return
		}
		p.unexpected()
	}
}

// list reads what commas separate.
func (p *parser) list(one func()) {
	one()
	for p.accept(",") {
		one()
	}
}

// enter counts a level of parentheses; a query that is deeper than maxDepth is too complicated.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth && p.err == nil {
		p.fail(p.now().at, "")
		p.err = plain(TooComplicated, "Query is either selecting too many fields or the filter conditions are too complicated.")
	}
	return p.err == nil
}

func (p *parser) leave() { p.depth-- }

// reserved are the words that name nothing
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_reservedwords.htm).
func reserved(w string) bool {
	return slices.Contains(strings.Fields(`AND ASC DESC EXCLUDES FIRST FROM GROUP HAVING IN INCLUDES LAST LIKE LIMIT NOT NULL NULLS OR
		SELECT USING WHERE WITH ORDER OFFSET BY FOR`), strings.ToUpper(w))
}

// query reads a whole SELECT.
func (p *parser) query() *query {
	q := &query{}
	p.expect("SELECT")
	p.list(func() { q.items = append(q.items, p.item()) })
	p.expect("FROM")
	p.object(q)
	if p.now().word("USING") || p.now().word("WITH") {
		p.refuse(p.now().at, strings.ToUpper(p.now().text))
	}
	if p.accept("WHERE") {
		q.where = p.cond()
	}
	if p.now().word("WITH") {
		p.refuse(p.now().at, "WITH")
	}
	p.grouping(q)
	p.ending(q)
	return q
}

func (p *parser) object(q *query) {
	t := p.now()
	if t.word("ORDER") || t.word("GROUP") { // objects' names too
		p.step()
	} else {
		p.name()
	}
	q.from, q.fromAt = t.text, t.at
	p.accept("AS")
	if n := p.now(); n.kind == word && !reserved(n.text) {
		q.alias = p.step().text
	}
	if p.now().is(",") {
		p.refuse(p.now().at, "a list of objects")
	}
}

// name reads a name that is not reserved.
func (p *parser) name() token {
	t := p.now()
	if t.kind != word || reserved(t.text) {
		p.unexpected()
		return t
	}
	return p.step()
}

// item reads an entry of the select list.
func (p *parser) item() item {
	t := p.now()
	switch {
	case t.is("("):
		return p.children()
	case t.word("TYPEOF"):
		p.refuse(t.at, "TYPEOF")
	}
	it := item{at: t.at, expr: p.expr()}
	if n := p.now(); n.kind == word && !reserved(n.text) {
		it.alias = p.step().text
	}
	return it
}

// children reads a subquery of the select list.
func (p *parser) children() item {
	it := item{at: p.step().at}
	if !p.enter() {
		return it
	}
	defer p.leave()
	it.child = p.query()
	p.expect(")")
	return it
}

// expr reads a path or a function's call.
func (p *parser) expr() expr {
	t := p.name()
	e := expr{at: t.at, path: []string{t.text}}
	if p.now().is("(") {
		return p.call(t)
	}
	for p.accept(".") {
		if p.now().kind != word {
			p.unexpected()
		}
		e.path = append(e.path, p.step().text)
	}
	return e
}

func (p *parser) call(name token) expr {
	e := expr{at: name.at, function: strings.ToUpper(name.text)}
	p.expect("(")
	if !p.enter() {
		return e
	}
	defer p.leave()
	if !p.now().is(")") {
		p.list(func() { e.args = append(e.args, p.expr()) })
	}
	p.expect(")")
	return e
}

func (p *parser) grouping(q *query) {
	if !p.accept("GROUP BY") {
		return
	}
	for _, kind := range []string{"ROLLUP", "CUBE"} {
		if p.now().word(kind) && p.peek().is("(") {
			p.step()
			q.rollup = kind
		}
	}
	if q.rollup != "" {
		p.expect("(")
	}
	p.list(func() { q.group = append(q.group, p.expr()) })
	if q.rollup != "" {
		p.expect(")")
	}
	if p.accept("HAVING") {
		q.having = p.cond()
	}
}

func (p *parser) ending(q *query) {
	if p.accept("ORDER BY") {
		p.list(func() { q.order = append(q.order, p.order()) })
	}
	if p.accept("LIMIT") {
		q.limit = p.count()
	}
	if p.accept("OFFSET") {
		q.offset = p.count()
	}
	if n := p.now(); n.word("FOR") || n.word("UPDATE") || n.word("ALL") {
		p.refuse(n.at, strings.ToUpper(n.text))
	}
}

func (p *parser) order() order {
	o := order{expr: p.expr()}
	if !p.accept("ASC") {
		o.desc = p.accept("DESC")
	}
	if p.accept("NULLS FIRST") {
		o.nulls = "FIRST"
	} else if p.accept("NULLS LAST") {
		o.nulls = "LAST"
	}
	return o
}

func (p *parser) count() *count {
	t := p.now()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil || n < 0 {
		p.unexpected()
		return nil
	}
	p.step()
	return &count{n: n, at: t.at}
}
