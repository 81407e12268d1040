package sqltree

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// TokenKind is a kind of token.
type TokenKind uint8

// The kinds.
const (
	TEnd TokenKind = iota
	TWord
	tQuoted // a quoted identifier; text is what it names
	TNumber
	TString
	tBind // text is the binding's key
	tOp
)

// Token is a word (text upper-cased), literal (text decoded) or operator, with the bytes of the text it covers.
type Token struct {
	Kind     TokenKind
	Text     string
	From, To int
}

// maxTokens bounds a statement.
const maxTokens = 500_000

type lexer struct {
	lang   *Language
	text   string
	at     int
	tokens []Token
	binds  int
}

func lex(text string, lang *Language) ([]Token, *Fault) {
	if len(text) > lang.MaxText {
		return nil, beyond()
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, unexpected(0, "<invalid character>")
	}
	l := &lexer{lang: lang, text: text}
	for {
		if err := l.blank(); err != nil {
			return nil, err
		}
		if len(l.tokens) > maxTokens {
			return nil, beyond()
		}
		if l.at == len(text) {
			return append(l.tokens, Token{Kind: TEnd, Text: "<EOF>", From: l.at, To: l.at}), nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

// blank skips white space and comments.
func (l *lexer) blank() *Fault {
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch {
		case strings.ContainsRune(" \t\r\n\f\v", rune(rest[0])):
			l.at++
		case strings.HasPrefix(rest, "--"), l.lang.Dollars && strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			l.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return unexpected(l.at, "<EOF>")
			}
			l.at += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) add(k TokenKind, text string, to int) *Fault {
	l.tokens = append(l.tokens, Token{k, text, l.at, to})
	l.at = to
	return nil
}

func (l *lexer) next() *Fault {
	c := l.text[l.at]
	switch {
	case IsLetter(c):
		return l.word()
	case isDigit(c), c == '.' && l.at+1 < len(l.text) && isDigit(l.text[l.at+1]):
		return l.number()
	case c == '\'', c == '"' && l.lang.Backticks:
		return l.str(l.at)
	case c == '"', c == '`' && l.lang.Backticks:
		return l.quoted(c)
	case l.lang.Dollars && strings.HasPrefix(l.text[l.at:], "$$"):
		end := strings.Index(l.text[l.at+2:], "$$")
		if end < 0 {
			return unexpected(l.at, "$$")
		}
		return l.add(TString, l.text[l.at+2:l.at+2+end], l.at+end+4)
	}
	return l.operator()
}

func (l *lexer) word() *Fault {
	to := l.at
	for to < len(l.text) && (IsLetter(l.text[to]) || isDigit(l.text[to]) || l.lang.Dollars && l.text[to] == '$') {
		to++
	}
	if w := l.text[l.at:to]; l.lang.Joined && strings.EqualFold(w, "r") && to < len(l.text) && (l.text[to] == '\'' || l.text[to] == '"') {
		end := strings.IndexByte(l.text[to+1:], l.text[to])
		if end < 0 {
			return unexpected(to, l.text[to:to+1])
		}
		return l.addString(l.text[to+1:to+1+end], to+end+2)
	}
	return l.add(TWord, strings.ToUpper(l.text[l.at:to]), to)
}

// addString adds a string literal, or adds it to the one before.
func (l *lexer) addString(text string, to int) *Fault {
	if n := len(l.tokens); l.lang.Joined && n > 0 && l.tokens[n-1].Kind == TString {
		l.tokens[n-1].Text += text
		l.tokens[n-1].To, l.at = to, to
		return nil
	}
	return l.add(TString, text, to)
}

func (l *lexer) operator() *Fault {
	rest := l.text[l.at:]
	for _, op := range l.lang.Operators {
		if strings.HasPrefix(rest, op) {
			return l.add(tOp, op, l.at+len(op))
		}
	}
	if rest[0] == '?' {
		l.binds++
		return l.add(tBind, strconv.Itoa(l.binds), l.at+1)
	}
	if l.lang.Dollars && rest[0] == ':' && len(rest) > 1 && isDigit(rest[1]) {
		to := 1
		for to < len(rest) && isDigit(rest[to]) {
			to++
		}
		return l.add(tBind, rest[1:to], l.at+to)
	}
	if strings.IndexByte(l.lang.Singles, rest[0]) >= 0 {
		return l.add(tOp, rest[:1], l.at+1)
	}
	_, size := utf8.DecodeRuneInString(rest)
	return unexpected(l.at, rest[:size])
}

// number reads digits[.digits][e[+-]digits][suffix].
func (l *lexer) number() *Fault {
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
			return unexpected(mark, l.text[mark:mark+1])
		}
		digits()
	}
	if l.lang.Suffixes {
		to += suffix(l.text[to:])
	}
	if to < len(l.text) && IsLetter(l.text[to]) {
		return unexpected(to, l.text[to:to+1])
	}
	return l.add(TNumber, l.text[l.at:to], to)
}

// suffix is the length of a number's suffix.
func suffix(rest string) int {
	switch {
	case len(rest) >= 2 && strings.EqualFold(rest[:2], "BD"):
		return 2
	case rest != "" && strings.IndexByte("lLsSyYdDfF", rest[0]) >= 0:
		return 1
	}
	return 0
}

// quoted reads an identifier in quotes q, of which two stand for one.
func (l *lexer) quoted(q byte) *Fault {
	var b strings.Builder
	for to := l.at + 1; to < len(l.text); to++ {
		if l.text[to] != q {
			b.WriteByte(l.text[to])
			continue
		}
		if to+1 < len(l.text) && l.text[to+1] == q {
			b.WriteByte(q)
			to++
			continue
		}
		if b.Len() == 0 {
			return unexpected(l.at, l.text[l.at:to+1])
		}
		return l.add(tQuoted, b.String(), to+1)
	}
	return unexpected(l.at, l.text[l.at:l.at+1])
}

// str reads the string literal that begins at a byte.
func (l *lexer) str(from int) *Fault {
	var b strings.Builder
	q := l.text[from]
	for to := from + 1; to < len(l.text); to++ {
		switch c := l.text[to]; {
		case c == q && to+1 < len(l.text) && l.text[to+1] == q:
			if l.lang.Joined {
				return unexpected(to, l.text[to:to+2])
			}
			b.WriteByte(q)
			to++
		case c == q:
			return l.addString(b.String(), to+1)
		case c == '\\':
			n, ok := l.lang.Escape(l.text[to:], &b)
			if !ok {
				return unexpected(to, `\`)
			}
			to += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return unexpected(from, l.text[from:from+1])
}

// WriteCode writes the character of a code in digits; false for digits that are none and for no character.
func WriteCode(b *strings.Builder, digits string, base int) bool {
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

// IsLetter says whether a byte may begin an identifier.
func IsLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// natural reads a number without a point.
func natural(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}
