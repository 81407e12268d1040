package sfsql

import "strings"

// maxDepth bounds the nesting of a statement.
const maxDepth = 200

type parser struct {
	text   string
	tokens []token
	i      int
	depth  int
}

func newParser(text string) (*parser, *Error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	return &parser{text: text, tokens: tokens}, nil
}

func (p *parser) peek() token { return p.tokens[p.i] }

func (p *parser) ahead(n int) token { return p.tokens[min(p.i+n, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[p.i]
	if p.i < len(p.tokens)-1 {
		p.i++
	}
	return t
}

// unexpected is the syntax error at the next token.
func (p *parser) unexpected() *Error {
	t := p.peek()
	shown := p.text[t.from:t.to]
	if t.kind == tEnd {
		shown = "<EOF>"
	}
	return syntaxError(p.text, t.from, shown)
}

// enter bounds recursion; leave is called as the matching defer.
func (p *parser) enter() *Error {
	if p.depth++; p.depth > maxDepth {
		return tooComplex()
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) isWord(words ...string) bool {
	for i, w := range words {
		if t := p.ahead(i); t.kind != tWord || t.text != w {
			return false
		}
	}
	return true
}

func (p *parser) isOp(op string) bool { t := p.peek(); return t.kind == tOp && t.text == op }

// word takes the words when all of them come next.
func (p *parser) word(words ...string) bool {
	if !p.isWord(words...) {
		return false
	}
	p.i += len(words)
	return true
}

func (p *parser) anyWord(words ...string) (string, bool) {
	for _, w := range words {
		if p.word(w) {
			return w, true
		}
	}
	return "", false
}

func (p *parser) op(op string) bool {
	if !p.isOp(op) {
		return false
	}
	p.take()
	return true
}

func (p *parser) needWord(words ...string) *Error {
	for _, w := range words {
		if !p.word(w) {
			return p.unexpected()
		}
	}
	return nil
}

func (p *parser) needOp(op string) *Error {
	if !p.op(op) {
		return p.unexpected()
	}
	return nil
}

// end is the byte after the last token taken.
func (p *parser) end() int { return p.tokens[max(p.i-1, 0)].to }

func (p *parser) spanFrom(from int) span { return span{from, p.end()} }

// reserved words never name a column or table unquoted (sql-reference/reserved-keywords).
var reserved = wordSet(`ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT
	CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL
	GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS
	NATURAL NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE
	THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES VIEW WHEN WHENEVER WHERE WITH`)

// notAlias are words that end a FROM item or select item and so are no alias without AS.
var notAlias = wordSet(`LIMIT OFFSET FETCH EXCEPT WINDOW PIVOT UNPIVOT MATCH_RECOGNIZE ASOF MATCH_CONDITION AT BEFORE CHANGES`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// isName says whether the next token can be an identifier.
func (p *parser) isName() bool {
	t := p.peek()
	return t.kind == tQuoted || t.kind == tWord && !reserved[t.text]
}

func (p *parser) name() (name, *Error) {
	if !p.isName() {
		return name{}, p.unexpected()
	}
	t := p.take()
	return name{t.text, t.kind == tQuoted, t.from}, nil
}

// names reads a parenthesised list of identifiers.
func (p *parser) names() (out []name, err *Error) {
	if err := p.needOp("("); err != nil {
		return nil, err
	}
	for {
		n, err := p.name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.op(",") {
			return out, p.needOp(")")
		}
	}
}

// dotted reads name[.name…], at most three parts.
func (p *parser) dotted() (out []name, err *Error) {
	for {
		n, err := p.name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if len(out) == 3 || !p.op(".") {
			return out, nil
		}
	}
}

// alias reads [AS] name, or nothing.
func (p *parser) alias() (*name, *Error) {
	if p.word("AS") {
		n, err := p.name()
		return &n, err
	}
	if t := p.peek(); !p.isName() || t.kind == tWord && notAlias[t.text] {
		return nil, nil
	}
	n, err := p.name()
	return &n, err
}

func (p *parser) exprList() (out []expr, err *Error) {
	for {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if !p.op(",") {
			return out, nil
		}
	}
}
