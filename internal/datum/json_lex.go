package datum

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// jsonToken is the kind of a JSON token: a punctuation mark is itself.
type jsonToken byte

const (
	jsonEnd    jsonToken = 0
	jsonString jsonToken = 's'
	jsonNumber jsonToken = '0'
	jsonTrue   jsonToken = 't'
	jsonFalse  jsonToken = 'f'
	jsonNull   jsonToken = 'n'
)

// jsonLexer cuts JSON into tokens; its errors are PostgreSQL's.
type jsonLexer struct {
	s          string
	start, end int // of the token
	tok        jsonToken
	decode     bool   // decode strings into text, which also checks surrogates
	text       []byte // of a string, when decode is set
}

func jsonError(format string, args ...any) error {
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail(format, args...)
}

func (l *jsonLexer) token() string { return l.s[l.start:l.end] }

func (l *jsonLexer) invalidToken() error { return jsonError("Token \"%s\" is invalid.", l.token()) }

// expected is the error for a token that does not fit.
func (l *jsonLexer) expected(what string) error {
	if l.tok == jsonEnd {
		return jsonError("The input string ended unexpectedly.")
	}
	return jsonError("Expected %s, but found \"%s\".", what, l.token())
}

func (l *jsonLexer) next() error {
	i := l.end
	for i < len(l.s) && (l.s[i] == ' ' || l.s[i] == '\t' || l.s[i] == '\n' || l.s[i] == '\r') {
		i++
	}
	l.start, l.end = i, i
	if i == len(l.s) {
		l.tok = jsonEnd
		return nil
	}
	switch c := l.s[i]; {
	case c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':':
		l.tok, l.end = jsonToken(c), i+1
		return nil
	case c == '"':
		l.tok = jsonString
		return l.string()
	case c == '-' || isDigit(c):
		l.tok = jsonNumber
		return l.number()
	}
	return l.word()
}

func isJSONWord(c byte) bool { return isAlpha(c) || isDigit(c) || c == '_' || c >= 0x80 }

func (l *jsonLexer) word() error {
	for l.end < len(l.s) && isJSONWord(l.s[l.end]) {
		l.end++
	}
	if l.end == l.start {
		_, n := utf8.DecodeRuneInString(l.s[l.start:])
		l.end += n
		return l.invalidToken()
	}
	switch l.token() {
	case "true":
		l.tok = jsonTrue
	case "false":
		l.tok = jsonFalse
	case "null":
		l.tok = jsonNull
	default:
		return l.invalidToken()
	}
	return nil
}

func (l *jsonLexer) number() error {
	i, bad := l.start, false
	digits := func() {
		n := digitPrefix(l.s[i:])
		bad = bad || n == 0
		i += n
	}
	at := func(c byte) bool { return i < len(l.s) && l.s[i] == c }
	if at('-') {
		i++
	}
	if at('0') {
		i++
	} else {
		digits()
	}
	if at('.') {
		i++
		digits()
	}
	if at('e') || at('E') {
		i++
		if at('+') || at('-') {
			i++
		}
		digits()
	}
	for i < len(l.s) && isJSONWord(l.s[i]) {
		i++
		bad = true
	}
	l.end = i
	if bad {
		return l.invalidToken()
	}
	return nil
}

func (l *jsonLexer) string() error {
	l.text = l.text[:0]
	high := rune(0) // a high surrogate that waits for its low one
	for i := l.start + 1; i < len(l.s); {
		switch c := l.s[i]; {
		case c == '"' && high == 0:
			l.end = i + 1
			return nil
		case c == '\\':
			var err error
			if i, err = l.escape(i, &high); err != nil {
				return err
			}
			continue
		case c < 0x20:
			return jsonError("Character with value 0x%02x must be escaped.", c)
		case high != 0:
			return jsonError("Unicode low surrogate must follow a high surrogate.")
		default:
			if l.decode {
				l.text = append(l.text, c)
			}
			i++
		}
	}
	l.end = len(l.s)
	return l.invalidToken()
}

// escape reads a backslash sequence at i and returns where it ends.
func (l *jsonLexer) escape(i int, high *rune) (int, error) {
	i++
	if i == len(l.s) {
		l.end = i
		return i, l.invalidToken()
	}
	c := l.s[i]
	if c == 'u' {
		return l.unicode(i+1, high)
	}
	if l.decode && *high != 0 {
		return i, jsonError("Unicode low surrogate must follow a high surrogate.")
	}
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	default:
		_, n := utf8.DecodeRuneInString(l.s[i:])
		return i, jsonError("Escape sequence \"\\%s\" is invalid.", l.s[i:i+n])
	}
	if l.decode {
		l.text = append(l.text, c)
	}
	return i + 1, nil
}

func (l *jsonLexer) unicode(i int, high *rune) (int, error) {
	for k := range 4 {
		if i+k == len(l.s) {
			l.end = i + k
			return i, l.invalidToken()
		}
		if digitValue(l.s[i+k]) > 15 {
			return i, jsonError("\"\\u\" must be followed by four hexadecimal digits.")
		}
	}
	if !l.decode {
		return i + 4, nil
	}
	n, _ := strconv.ParseUint(l.s[i:i+4], 16, 32)
	r := rune(n)
	switch {
	case r >= 0xd800 && r < 0xdc00:
		if *high != 0 {
			return i, jsonError("Unicode high surrogate must not follow a high surrogate.")
		}
		*high = r
		return i + 4, nil
	case r >= 0xdc00 && r < 0xe000:
		if *high == 0 {
			return i, jsonError("Unicode low surrogate must follow a high surrogate.")
		}
		r, *high = utf16.DecodeRune(*high, r), 0
	case *high != 0:
		return i, jsonError("Unicode low surrogate must follow a high surrogate.")
	case r == 0:
		return i, pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
			WithDetail("\\u0000 cannot be converted to text.")
	}
	l.text = utf8.AppendRune(l.text, r)
	return i + 4, nil
}
