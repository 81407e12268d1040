package sfsql

import (
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tEnd tokenKind = iota
	tWord
	tQuoted // a "quoted" identifier; text is what it names
	tNumber
	tString
	tBind // text is the binding's key
	tOp
)

// token is a word (text upper-cased), literal (text decoded) or operator, with the bytes of the text it covers.
type token struct {
	kind     tokenKind
	text     string
	from, to int
}

// maxTokens and maxText bound a statement; Snowflake bounds the text at 1 MB (user-guide/query-size-limits).
const (
	maxText   = 1 << 20
	maxTokens = 500_000
)

type lexer struct {
	text   string
	at     int
	tokens []token
	binds  int
}

func lex(text string) ([]token, *Error) {
	if len(text) > maxText {
		return nil, tooComplex()
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, syntaxError(text, 0, "<invalid character>")
	}
	l := &lexer{text: text}
	for {
		if err := l.blank(); err != nil {
			return nil, err
		}
		if len(l.tokens) > maxTokens {
			return nil, tooComplex()
		}
		if l.at == len(text) {
			return append(l.tokens, token{kind: tEnd, text: "<EOF>", from: l.at, to: l.at}), nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

// blank skips white space and comments (sql-reference/sql-format-models has none; sql/comment-syntax: --, // and /* */).
func (l *lexer) blank() *Error {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case strings.ContainsRune(" \t\r\n\f\v", rune(rest[0])):
			l.at++
		case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return syntaxError(l.text, l.at, "<EOF>")
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) add(k tokenKind, text string, to int) *Error {
	l.tokens = append(l.tokens, token{k, text, l.at, to})
	l.at = to
	return nil
}

func (l *lexer) next() *Error {
	c := l.text[l.at]
	switch {
	case isLetter(c):
		to := l.at
		for to < len(l.text) && (isLetter(l.text[to]) || isDigit(l.text[to]) || l.text[to] == '$') {
			to++
		}
		return l.add(tWord, strings.ToUpper(l.text[l.at:to]), to)
	case isDigit(c), c == '.' && l.at+1 < len(l.text) && isDigit(l.text[l.at+1]):
		return l.number()
	case c == '\'':
		return l.str()
	case c == '"':
		return l.quoted()
	case strings.HasPrefix(l.text[l.at:], "$$"):
		end := strings.Index(l.text[l.at+2:], "$$")
		if end < 0 {
			return syntaxError(l.text, l.at, "$$")
		}
		return l.add(tString, l.text[l.at+2:l.at+2+end], l.at+end+4)
	}
	return l.operator()
}

func (l *lexer) operator() *Error {
	rest := l.text[l.at:]
	for _, op := range []string{"::", "||", "<>", "!=", "<=", ">=", "=>", "->"} {
		if strings.HasPrefix(rest, op) {
			return l.add(tOp, op, l.at+2)
		}
	}
	if rest[0] == '?' {
		l.binds++
		return l.add(tBind, itoa(l.binds), l.at+1)
	}
	if rest[0] == ':' && len(rest) > 1 && isDigit(rest[1]) {
		to := 1
		for to < len(rest) && isDigit(rest[to]) {
			to++
		}
		return l.add(tBind, rest[1:to], l.at+to)
	}
	if strings.IndexByte("()[],.;:+-*/%<>=", rest[0]) >= 0 {
		return l.add(tOp, rest[:1], l.at+1)
	}
	_, size := utf8.DecodeRuneInString(rest)
	return syntaxError(l.text, l.at, rest[:size])
}

// number reads digits[.digits][e[+-]digits] (sql-reference/data-types-numeric#numeric-constants).
func (l *lexer) number() *Error {
	to := l.at
	digits := func() {
		for to < len(l.text) && isDigit(l.text[to]) {
			to++
		}
	}
	digits()
	if to < len(l.text) && l.text[to] == '.' {
		to++
		digits()
	}
	if to < len(l.text) && (l.text[to] == 'e' || l.text[to] == 'E') {
		mark := to
		to++
		if to < len(l.text) && (l.text[to] == '+' || l.text[to] == '-') {
			to++
		}
		if to == len(l.text) || !isDigit(l.text[to]) {
			return syntaxError(l.text, mark, l.text[mark:mark+1])
		}
		digits()
	}
	if to < len(l.text) && isLetter(l.text[to]) {
		return syntaxError(l.text, to, l.text[to:to+1])
	}
	return l.add(tNumber, l.text[l.at:to], to)
}

func (l *lexer) quoted() *Error {
	var b strings.Builder
	for to := l.at + 1; to < len(l.text); to++ {
		if l.text[to] != '"' {
			b.WriteByte(l.text[to])
			continue
		}
		if to+1 < len(l.text) && l.text[to+1] == '"' {
			b.WriteByte('"')
			to++
			continue
		}
		if b.Len() == 0 {
			return syntaxError(l.text, l.at, `""`)
		}
		return l.add(tQuoted, b.String(), to+1)
	}
	return syntaxError(l.text, l.at, `"`)
}

// str reads a string literal with its escapes (sql-reference/data-types-text#escape-sequences-in-single-quoted-string-constants).
func (l *lexer) str() *Error {
	var b strings.Builder
	for to := l.at + 1; to < len(l.text); to++ {
		switch c := l.text[to]; {
		case c == '\'' && to+1 < len(l.text) && l.text[to+1] == '\'':
			b.WriteByte('\'')
			to++
		case c == '\'':
			return l.add(tString, b.String(), to+1)
		case c == '\\':
			n, ok := escape(l.text[to:], &b)
			if !ok {
				return syntaxError(l.text, to, `\`)
			}
			to += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return syntaxError(l.text, l.at, "'")
}

// escape decodes the escape sequence at the start of s and returns its length. A backslash before any other character is ignored.
func escape(s string, b *strings.Builder) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	if i := strings.IndexByte(`bfnrt0`, s[1]); i >= 0 && !isOctal(s) {
		b.WriteByte("\b\f\n\r\t\x00"[i])
		return 2, s[1] != '0'
	}
	switch {
	case isOctal(s):
		return 4, writeCode(b, s[1:4], 8)
	case s[1] == 'x' && len(s) >= 4:
		return 4, writeCode(b, s[2:4], 16)
	case s[1] == 'u' && len(s) >= 6:
		return 6, writeCode(b, s[2:6], 16)
	case s[1] == 'x', s[1] == 'u':
		return 0, false
	}
	_, size := utf8.DecodeRuneInString(s[1:])
	b.WriteString(s[1 : 1+size])
	return 1 + size, true
}

func isOctal(s string) bool {
	return len(s) >= 4 && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7'
}

func writeCode(b *strings.Builder, digits string, base int) bool {
	n := 0
	for _, d := range []byte(strings.ToLower(digits)) {
		v := strings.IndexByte("0123456789abcdef", d)
		if v < 0 || v >= base {
			return false
		}
		n = n*base + v
	}
	b.WriteRune(rune(n))
	return n != 0 && utf8.ValidRune(rune(n))
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
