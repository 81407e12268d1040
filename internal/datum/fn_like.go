package datum

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// likes is LIKE and ILIKE of text, name, bpchar and bytea, and like_escape.
func likes() family {
	f := family{
		"like_escape(text,text)":   binaryE(func(p, e Text) (Value, error) { return likeEscape(string(p), string(e)) }),
		"bytealike(bytea,bytea)":   like(false, false),
		"byteanlike(bytea,bytea)":  like(true, false),
		"like(bytea,bytea)":        like(false, false),
		"notlike(bytea,bytea)":     like(true, false),
		"textlike(text,text)":      like(false, false),
		"textnlike(text,text)":     like(true, false),
		"like(text,text)":          like(false, false),
		"notlike(text,text)":       like(true, false),
		"like(name,text)":          like(false, false),
		"notlike(name,text)":       like(true, false),
		"namelike(name,text)":      like(false, false),
		"namenlike(name,text)":     like(true, false),
		"bpcharlike(bpchar,text)":  like(false, false),
		"bpcharnlike(bpchar,text)": like(true, false),
	}
	for _, t := range []struct{ prefix, args string }{{"text", "(text,text)"}, {"name", "(name,text)"}, {"bpchar", "(bpchar,text)"}} {
		f[t.prefix+"iclike"+t.args], f[t.prefix+"icnlike"+t.args] = like(false, true), like(true, true)
	}
	return f
}

func like(negated, fold bool) impl {
	return func(_ *Func, a []Value, _ *Env) (Value, error) {
		var m likeMatcher
		if b, ok := a[0].(Bytes); ok {
			m = likeMatcher{text: string(b), pattern: string(a[1].(Bytes)), octets: true}
		} else {
			m = likeMatcher{text: string(a[0].(Text)), pattern: string(a[1].(Text))}
		}
		if fold {
			m.text, m.pattern = strings.Map(unicode.ToLower, m.text), strings.Map(unicode.ToLower, m.pattern)
		}
		ok, err := m.match()
		return Bool(ok != negated), err
	}
}

// likeMatcher matches a pattern of %, _ and \ in time linear in text × pattern: after a failure only the last % may take more.
type likeMatcher struct {
	text, pattern string
	octets        bool // _ is one byte
}

func (m *likeMatcher) width(t int) int {
	if m.octets {
		return 1
	}
	_, n := utf8.DecodeRuneInString(m.text[t:])
	return n
}

func errLikeEscape() error {
	return pgerr.New(pgerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")
}

func (m *likeMatcher) match() (bool, error) {
	t, p, star, from := 0, 0, -1, 0
	for t < len(m.text) {
		if p < len(m.pattern) && m.pattern[p] == '%' {
			p++
			if p == len(m.pattern) {
				return true, nil
			}
			star, from = p, t
			continue
		}
		size, next, err := m.one(t, p)
		if err != nil {
			return false, err
		}
		if size > 0 {
			t, p = t+size, next
			continue
		}
		if star < 0 {
			return false, nil
		}
		from += m.width(from)
		t, p = from, star
	}
	return strings.Trim(m.pattern[p:], "%") == "", nil
}

// one matches one element of the pattern; 0 means that it does not match.
func (m *likeMatcher) one(t, p int) (size, next int, err error) {
	if p == len(m.pattern) {
		return 0, 0, nil
	}
	c := m.pattern[p]
	switch c {
	case '_':
		return m.width(t), p + 1, nil
	case '\\':
		if p+1 == len(m.pattern) {
			return 0, 0, errLikeEscape()
		}
		p++
		c = m.pattern[p]
	}
	if m.text[t] != c {
		return 0, 0, nil
	}
	return 1, p + 1, nil
}

func errEscapeString() error {
	return pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").WithHint("Escape string must be empty or one character.")
}

// likeEscape rewrites a pattern with another escape character to \, or without one.
func likeEscape(pattern, escape string) (Value, error) {
	switch {
	case escape == "":
		return Text(strings.ReplaceAll(pattern, `\`, `\\`)), nil
	case utf8.RuneCountInString(escape) != 1:
		return nil, errEscapeString()
	case escape == `\`:
		return Text(pattern), nil
	}
	e, _ := utf8.DecodeRuneInString(escape)
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case r == e && !escaped:
			b.WriteByte('\\')
			escaped = true
			continue
		case r == '\\' && !escaped:
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		escaped = false
	}
	return Text(b.String()), nil
}

// similarEscape turns a pattern of SIMILAR TO into a regular expression.
func similarEscape(pattern, escape string) (Value, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return nil, errEscapeString()
	}
	e := utf8.RuneError
	if escape != "" {
		e, _ = utf8.DecodeRuneInString(escape)
	}
	var b strings.Builder
	b.WriteString("^(?:")
	escaped, inClass, quotes := false, false, 0
	for _, r := range pattern {
		switch {
		case escaped && r == '"' && !inClass:
			if quotes > 1 {
				return nil, pgerr.New("2200C", "SQL regular expression may not contain more than two escape-double-quote separators")
			}
			b.WriteString([]string{"){1,1}?(", "){1,1}(?:"}[quotes])
			quotes++
			escaped = false
		case escaped:
			b.WriteByte('\\')
			b.WriteRune(r)
			escaped = false
		case escape != "" && r == e:
			escaped = true
		case inClass:
			if r == '\\' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			inClass = r != ']'
		default:
			b.WriteString(similarRune(r))
			inClass = r == '['
		}
	}
	b.WriteString(")$")
	return Text(b.String()), nil
}

func similarRune(r rune) string {
	switch r {
	case '%':
		return ".*"
	case '_':
		return "."
	case '(':
		return "(?:"
	case '\\', '.', '^', '$':
		return `\` + string(r)
	}
	return string(r)
}
