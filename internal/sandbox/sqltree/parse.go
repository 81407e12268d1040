package sqltree

import "strings"

// maxDepth bounds the nesting of a statement.
const maxDepth = 200

// Parser reads one statement's text by its language.
type Parser struct {
	lang   *Language
	text   string
	tokens []Token
	i      int
	depth  int
}

// NewParser reads the text's tokens.
func NewParser(text string, lang *Language) (*Parser, *Fault) {
	tokens, err := lex(text, lang)
	if err != nil {
		return nil, err
	}
	return &Parser{lang: lang, text: text, tokens: tokens}, nil
}

// Peek is the next token.
func (p *Parser) Peek() Token { return p.tokens[p.i] }

func (p *Parser) ahead(n int) Token { return p.tokens[min(p.i+n, len(p.tokens)-1)] }

// Take takes the next token; the last one stays.
func (p *Parser) Take() Token {
	t := p.tokens[p.i]
	if p.i < len(p.tokens)-1 {
		p.i++
	}
	return t
}

// Unexpected is the fault at the next token.
func (p *Parser) Unexpected() *Fault {
	t := p.Peek()
	shown := p.text[t.From:t.To]
	if t.Kind == TEnd {
		shown = "<EOF>"
	}
	return unexpected(t.From, shown)
}

// enter bounds recursion; leave is called as the matching defer.
func (p *Parser) enter() *Fault {
	if p.depth++; p.depth > maxDepth {
		return beyond()
	}
	return nil
}

func (p *Parser) leave() { p.depth-- }

// IsWord says whether the words come next.
func (p *Parser) IsWord(words ...string) bool {
	for i, w := range words {
		if t := p.ahead(i); t.Kind != TWord || t.Text != w {
			return false
		}
	}
	return true
}

// IsOp says whether the operator comes next.
func (p *Parser) IsOp(op string) bool { t := p.Peek(); return t.Kind == tOp && t.Text == op }

// Word takes the words when all of them come next.
func (p *Parser) Word(words ...string) bool {
	if !p.IsWord(words...) {
		return false
	}
	p.i += len(words)
	return true
}

// AnyWord takes one of the words when it comes next.
func (p *Parser) AnyWord(words ...string) (string, bool) {
	for _, w := range words {
		if p.Word(w) {
			return w, true
		}
	}
	return "", false
}

// Op takes the operator when it comes next.
func (p *Parser) Op(op string) bool {
	if !p.IsOp(op) {
		return false
	}
	p.Take()
	return true
}

// NeedWord takes the words, or is a fault.
func (p *Parser) NeedWord(words ...string) *Fault {
	for _, w := range words {
		if !p.Word(w) {
			return p.Unexpected()
		}
	}
	return nil
}

// NeedOp takes the operator, or is a fault.
func (p *Parser) NeedOp(op string) *Fault {
	if !p.Op(op) {
		return p.Unexpected()
	}
	return nil
}

// IsQuery says whether a query begins.
func (p *Parser) IsQuery() bool {
	return p.IsWord("SELECT") || p.IsWord("WITH") || p.IsWord("VALUES") || p.IsOp("(")
}

// End takes at most one semicolon and demands the end of the text.
func (p *Parser) End() *Fault {
	p.Op(";")
	if p.Peek().Kind != TEnd {
		return p.Unexpected()
	}
	return nil
}

// end is the byte after the last token taken.
func (p *Parser) end() int { return p.tokens[max(p.i-1, 0)].To }

func (p *Parser) spanFrom(from int) Span { return Span{from, p.end()} }

// WordSet is the set of the words in a text.
func WordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// IsName says whether the next token can be an identifier.
func (p *Parser) IsName() bool {
	t := p.Peek()
	return t.Kind == tQuoted || t.Kind == TWord && !p.lang.Reserved[t.Text]
}

// Name takes an identifier.
func (p *Parser) Name() (Name, *Fault) {
	if !p.IsName() {
		return Name{}, p.Unexpected()
	}
	t := p.Take()
	text := t.Text
	if t.Kind == TWord && p.lang.KeepCase {
		text = p.text[t.From:t.To]
	}
	return Name{text, t.Kind == tQuoted, t.From}, nil
}

// names reads a parenthesised list of identifiers.
func (p *Parser) names() (out []Name, err *Fault) {
	if err := p.NeedOp("("); err != nil {
		return nil, err
	}
	for {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.Op(",") {
			return out, p.NeedOp(")")
		}
	}
}

// Dotted reads name[.name…], at most three parts.
func (p *Parser) Dotted() (out []Name, err *Fault) {
	for {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if len(out) == 3 || !p.Op(".") {
			return out, nil
		}
	}
}

// Texts reads a name with points as its parts.
func (p *Parser) Texts() (out []string, err *Fault) {
	parts, err := p.Dotted()
	for _, n := range parts {
		out = append(out, n.Text)
	}
	return out, err
}

// alias reads [AS] name, or nothing.
func (p *Parser) alias() (*Name, *Fault) {
	if p.Word("AS") {
		n, err := p.Name()
		return &n, err
	}
	if t := p.Peek(); !p.IsName() || t.Kind == TWord && p.lang.NotAlias[t.Text] {
		return nil, nil
	}
	n, err := p.Name()
	return &n, err
}

func (p *Parser) exprList() (out []Expr, err *Fault) {
	for {
		x, err := p.Expr()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if !p.Op(",") {
			return out, nil
		}
	}
}
