package planner

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// The lexer knows as much of PostgreSQL's lexical structure (https://www.postgresql.org/docs/17/sql-syntax-lexical.html)
// as the guard, the splitter and the literal template need: where tokens begin and end, and of what kind they are.
// It never recurses and allocates nothing.

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenQuoted // "identifier"
	tokenString // any string constant, dollar-quoted and bit strings included
	tokenNumber
	tokenParam
	tokenOperator
	tokenPunct // ( ) [ ] , ; . :
)

type token struct {
	kind       tokenKind
	start, end int
}

func (t token) text(s string) string { return s[t.start:t.end] }

type lexer struct {
	text string
	pos  int
}

// next returns the next token, skipping blanks and comments. An unterminated quote or comment is 42601.
func (l *lexer) next() (token, error) {
	if err := l.skipBlank(); err != nil {
		return token{}, err
	}
	if l.pos >= len(l.text) {
		return token{tokenEnd, len(l.text), len(l.text)}, nil
	}
	start := l.pos
	kind, err := l.scan()
	return token{kind, start, l.pos}, err
}

func (l *lexer) scan() (tokenKind, error) {
	c := l.text[l.pos]
	switch {
	case c == '\'':
		return tokenString, l.quoted(l.pos, false)
	case c == '"':
		return tokenQuoted, l.identifier()
	case c == '$':
		return l.dollar()
	case isDigit(c), c == '.' && isDigit(l.at(1)):
		l.number()
		return tokenNumber, nil
	case isWordStart(c):
		return l.word()
	case strings.IndexByte("()[],;.:{}", c) >= 0:
		l.punct(c)
		return tokenPunct, nil
	case strings.IndexByte(operatorBytes, c) >= 0:
		l.operator()
		return tokenOperator, nil
	}
	l.pos++
	return tokenPunct, nil
}

const operatorBytes = "+-*/<>=~!@#%^&|`?"

func (l *lexer) at(k int) byte {
	if l.pos+k < len(l.text) {
		return l.text[l.pos+k]
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

func isWordPart(c byte) bool { return isWordStart(c) || isDigit(c) || c == '$' }

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func (l *lexer) skipBlank() error {
	for l.pos < len(l.text) {
		switch {
		case isSpace(l.text[l.pos]):
			l.pos++
		case l.text[l.pos] == '-' && l.at(1) == '-':
			l.lineComment()
		case l.text[l.pos] == '/' && l.at(1) == '*':
			if err := l.blockComment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) lineComment() {
	end := strings.IndexAny(l.text[l.pos:], "\r\n")
	if end < 0 {
		l.pos = len(l.text)
		return
	}
	l.pos += end
}

func (l *lexer) blockComment() error {
	start, depth := l.pos, 0
	for l.pos < len(l.text) {
		switch {
		case l.text[l.pos] == '/' && l.at(1) == '*':
			depth++
			l.pos += 2
		case l.text[l.pos] == '*' && l.at(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return nil
			}
		default:
			l.pos++
		}
	}
	return l.unterminated("/* comment", start)
}

// quoted scans a string constant that opens at l.pos; start is where the whole token began.
func (l *lexer) quoted(start int, backslash bool) error {
	l.pos++
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == '\'' && l.at(1) == '\'', c == '\\' && backslash:
			l.pos += 2
		case c == '\'':
			l.pos++
			if !l.continued() {
				return nil
			}
		default:
			l.pos++
		}
	}
	l.pos = len(l.text)
	return l.unterminated("quoted string", start)
}

// continued moves into the next segment of a string constant that goes on after a line break.
func (l *lexer) continued() bool {
	p := l.pos
	newline := false
	for p < len(l.text) && isSpace(l.text[p]) {
		newline = newline || l.text[p] == '\n' || l.text[p] == '\r'
		p++
	}
	if !newline || p >= len(l.text) || l.text[p] != '\'' {
		return false
	}
	l.pos = p + 1
	return true
}

func (l *lexer) identifier() error {
	start := l.pos
	for l.pos++; l.pos < len(l.text); l.pos++ {
		if l.text[l.pos] != '"' {
			continue
		}
		if l.at(1) != '"' {
			l.pos++
			return nil
		}
		l.pos++
	}
	return l.unterminated("quoted identifier", start)
}

// unterminated is PostgreSQL's error for a token that the text's end cuts off.
func (l *lexer) unterminated(what string, start int) error {
	return pgerr.New(pgerr.SyntaxError, "unterminated %s at or near \"%s\"", what, l.text[start:]).At(start)
}

// dollar scans $1, $$…$$ or $tag$…$tag$.
func (l *lexer) dollar() (tokenKind, error) {
	start := l.pos
	if isDigit(l.at(1)) {
		for l.pos++; isDigit(l.at(0)); {
			l.pos++
		}
		return tokenParam, nil
	}
	end := l.pos + 1
	for end < len(l.text) && isWordPart(l.text[end]) && l.text[end] != '$' {
		end++
	}
	if end >= len(l.text) || l.text[end] != '$' {
		l.pos++
		return tokenPunct, nil
	}
	tag := l.text[start : end+1]
	closing := strings.Index(l.text[end+1:], tag)
	if closing < 0 {
		l.pos = len(l.text)
		return tokenString, l.unterminated("dollar-quoted string", start)
	}
	l.pos = end + 1 + closing + len(tag)
	return tokenString, nil
}

func (l *lexer) number() {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case isWordPart(c), c == '.' && l.at(1) != '.':
			l.pos++
			if (c == 'e' || c == 'E') && (l.at(0) == '+' || l.at(0) == '-') && isDigit(l.at(1)) {
				l.pos++
			}
		default:
			return
		}
	}
}

// word scans an identifier or keyword, or a string constant with a prefix (E”, B”, X”, N”, U&”).
func (l *lexer) word() (tokenKind, error) {
	start := l.pos
	for l.pos < len(l.text) && isWordPart(l.text[l.pos]) {
		l.pos++
	}
	w := l.text[start:l.pos]
	if len(w) != 1 {
		return tokenWord, nil
	}
	switch c := w[0] | 0x20; {
	case l.at(0) == '\'' && strings.IndexByte("ebxn", c) >= 0:
		return tokenString, l.quoted(start, c == 'e')
	case c == 'u' && l.at(0) == '&' && l.at(1) == '\'':
		l.pos++
		return tokenString, l.quoted(start, false)
	case c == 'u' && l.at(0) == '&' && l.at(1) == '"':
		l.pos++
		return tokenQuoted, l.identifier()
	}
	return tokenWord, nil
}

func (l *lexer) punct(c byte) {
	l.pos++
	if c == ':' && (l.at(0) == ':' || l.at(0) == '=') {
		l.pos++
	}
}

// operator scans a run of operator bytes; a comment ends it.
func (l *lexer) operator() {
	for l.pos < len(l.text) && strings.IndexByte(operatorBytes, l.text[l.pos]) >= 0 {
		if c := l.text[l.pos]; (c == '-' && l.at(1) == '-') || (c == '/' && l.at(1) == '*') {
			return
		}
		l.pos++
	}
}
