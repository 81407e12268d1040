package soql

import (
	"regexp"
	"strings"
)

// The limits of https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm
const (
	MaxQuery  = 100_000 // characters of a query
	MaxString = 4_000   // characters of a text in a WHERE clause
)

type tokenKind uint8

const (
	end tokenKind = iota
	word
	symbol
	text
	number
	date
	datetime
	clock
)

// token is a piece of a query. Of a text, text is its value and pattern what LIKE makes of it, with \ before what is meant as it is;
// wild is the place of an escape that only LIKE has, 0 when there is none.
type token struct {
	kind          tokenKind
	text, pattern string
	at, wild      int
}

func (t token) is(s string) bool { return t.kind == symbol && t.text == s }

func (t token) word(w string) bool { return t.kind == word && strings.EqualFold(t.text, w) }

// The forms of literals. A datetime has a zone
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm).
var (
	datetimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})`)
	dateForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	clockForm    = regexp.MustCompile(`^\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z`)
	numberForm   = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)`)
	wordForm     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*`)
)

// lex cuts a query into tokens, the last of which is end.
func lex(query string) ([]token, *Error) {
	var out []token
	for at := 0; ; {
		for at < len(query) && strings.IndexByte(" \t\r\n", query[at]) >= 0 {
			at++
		}
		if at == len(query) {
			return append(out, token{kind: end, text: "<EOF>", at: at}), nil
		}
		t, size, err := next(query, at)
		if err != nil {
			return nil, err
		}
		t.at = at
		out = append(out, t)
		at += size
	}
}

// next reads the token at a place and returns how long it is.
func next(query string, at int) (token, int, *Error) {
	rest := query[at:]
	if rest[0] == '\'' {
		return quoted(query, at)
	}
	for _, f := range []struct {
		kind tokenKind
		form *regexp.Regexp
	}{{word, wordForm}, {datetime, datetimeForm}, {date, dateForm}, {clock, clockForm}, {number, numberForm}} {
		if s := f.form.FindString(rest); s != "" {
			if f.kind != word && len(s) < len(rest) && wordForm.MatchString(rest[len(s):]) {
				return token{}, 0, place(query, at+len(s), MalformedQuery, "unexpected token: '%s'", wordForm.FindString(rest[len(s):]))
			}
			return token{kind: f.kind, text: s}, len(s), nil
		}
	}
	for _, s := range []string{"!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", ":"} {
		if strings.HasPrefix(rest, s) {
			return token{kind: symbol, text: s}, len(s), nil
		}
	}
	return token{}, 0, place(query, at, MalformedQuery, "unexpected token: '%s'", string([]rune(rest[:min(len(rest), 4)])[0]))
}

// escapes are what may follow a backslash, with what it means
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm).
func escape(c byte) (string, bool) {
	switch c {
	case 'n', 'N':
		return "\n", true
	case 'r', 'R':
		return "\r", true
	case 't', 'T':
		return "\t", true
	case 'b', 'B':
		return "\b", true
	case 'f', 'F':
		return "\f", true
	case '"', '\'', '\\', '_', '%':
		return string(c), true
	}
	return "", false
}

// quoted reads a text in quotes.
func quoted(query string, at int) (token, int, *Error) {
	var value, pattern strings.Builder
	wild := 0
	for i := at + 1; i < len(query); i++ {
		switch c := query[i]; c {
		case '\'':
			return token{kind: text, text: value.String(), pattern: pattern.String(), wild: wild}, i + 1 - at, nil
		case '\\':
			i++
			if i == len(query) {
				return token{}, 0, place(query, at, MalformedQuery, "unexpected end of the string literal")
			}
			s, ok := escape(query[i])
			if !ok {
				return token{}, 0, place(query, i-1, MalformedQuery, "illegal character sequence '\\%c' in string literal", query[i])
			}
			value.WriteString(s)
			if s == "_" || s == "%" {
				wild = i - 1
			}
			if s == "_" || s == "%" || s == "\\" {
				pattern.WriteByte('\\')
			}
			pattern.WriteString(s)
		default:
			value.WriteByte(c)
			pattern.WriteByte(c)
		}
	}
	return token{}, 0, place(query, at, MalformedQuery, "string literal is not closed")
}
