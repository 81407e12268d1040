package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// like compiles LIKE, ILIKE (with ANY and ALL) and RLIKE (functions/like, -ilike, -rlike): LIKE's escape character is the backslash
// unless another one is given; RLIKE finds its pattern anywhere.
func (s *scope) like(x *sqltree.Like) (value, *Error) {
	return s.Like(x, func(v, p value, given *value) (string, *Error) {
		escape := `\`
		if given != nil {
			t, ok := constText(*given)
			if !ok || len([]rune(t)) != 1 {
				return "", failure("INVALID_ESCAPE_CHAR", "`EscapeChar` should be a string literal of length one, but got "+
					"\"%s\".", s.c.Source(x.Escape))
			}
			escape = t
		}
		return s.c.likeText(x.Op, v, p, escape)
	})
}

func (c *compiler) likeText(op string, v, p value, escape string) (string, *Error) {
	args, ok := c.fit("tt", []value{v, p})
	if !ok {
		return "", mismatch(op, []value{v, p})
	}
	if op == "RLIKE" {
		re, err := c.pattern(p, true)
		return fmt.Sprintf("regexp_matches(%s, %s)", args[0].SQL, re), err
	}
	if t, ok := constText(p); ok && !escaped(t, escape) {
		return "", failure("INVALID_FORMAT.ESC_IN_THE_MIDDLE", "The format is invalid: '%s'. The escape character is not allowed to "+
			"precede '%s'.", t, escape)
	}
	return fmt.Sprintf("(%s %s %s ESCAPE %s)", args[0].SQL, op, args[1].SQL, sqltree.Text(escape)), nil
}

// escaped says whether each escape character of a pattern stands before %, _ or itself.
func escaped(pattern, escape string) bool {
	rs, e := []rune(pattern), []rune(escape)[0]
	for i := 0; i < len(rs); i++ {
		if rs[i] != e {
			continue
		}
		if i++; i == len(rs) || rs[i] != '%' && rs[i] != '_' && rs[i] != e {
			return false
		}
	}
	return true
}

// pattern is a Java regular expression for DuckDB's. A literal's . and $ keep Java's meaning (line terminators; before a final one);
// what RE2 lacks is refused. End may be said where nothing is taken from the match.
func (c *compiler) pattern(p value, end bool) (string, *Error) {
	t, ok := constText(p)
	if !ok {
		if p.Type.Kind == Void {
			return "CAST(NULL AS VARCHAR)", nil
		}
		return "", unsupported("a regular expression that is not a literal")
	}
	out, ok := javaPattern(t, end)
	if !ok {
		return "", unsupported("the regular expression '%s'", t)
	}
	return sqltree.Text(out), nil
}

// javaPattern rewrites a Java pattern, or says that it has something that RE2 has not or means otherwise.
func javaPattern(t string, end bool) (string, bool) {
	var b strings.Builder
	all := strings.HasPrefix(t, "(?s)") || strings.HasPrefix(t, "(?is)") || strings.HasPrefix(t, "(?si)")
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '\\':
			if i++; i == len(t) || strings.IndexByte("123456789kGRXhHVNGZ", t[i]) >= 0 {
				return "", false
			}
			b.WriteString(t[i-1 : i+1])
		case c == '[':
			to := class(t, i)
			if to < 0 {
				return "", false
			}
			b.WriteString(t[i:to])
			i = to - 1
		case c == '(' && strings.HasPrefix(t[i:], "(?") && !allowedGroup(t[i:]):
			return "", false
		case c == '+' && i > 0 && strings.IndexByte("*+?}", t[i-1]) >= 0 && (i < 2 || t[i-2] != '\\'):
			return "", false
		case c == '$' && !end:
			return "", false
		case c == '$':
			b.WriteString(`(?:(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z)`)
		case c == '.' && !all:
			b.WriteString(`[^\n\r\x{85}\x{2028}\x{2029}]`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

func allowedGroup(t string) bool {
	for _, p := range []string{"(?:", "(?s)", "(?i)", "(?is)", "(?si)"} {
		if strings.HasPrefix(t, p) {
			return true
		}
	}
	return false
}

// class is the end of a character class without nesting or intersection, or -1.
func class(t string, from int) int {
	for i := from + 1; i < len(t); i++ {
		switch {
		case t[i] == '\\':
			i++
		case t[i] == '[', strings.HasPrefix(t[i:], "&&"):
			return -1
		case t[i] == ']' && i > from+1:
			return i + 1
		}
	}
	return -1
}

// regexpReplace replaces every match; $1 is a group (functions/regexp_replace).
func regexpReplace(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fit("ttt", a)
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	re, err := s.c.pattern(a[1], false)
	if err != nil {
		return value{}, err
	}
	with, ok := constText(a[2])
	if !ok {
		return value{}, unsupported("a replacement that is not a literal")
	}
	if with, ok = replacement(with); !ok {
		return value{}, unsupported("the replacement %s", s.c.Source(x.Args[2]))
	}
	return value{SQL: fmt.Sprintf("regexp_replace(%s, %s, %s, 'g')", v[0].SQL, re, sqltree.Text(with)), Type: of(String), Nullable: a[0].Nullable}, nil
}

// replacement turns Java's $1 and \x into RE2's \1 and x.
func replacement(t string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '\\' && i+1 < len(t):
			i++
			if b.WriteByte(t[i]); t[i] == '\\' {
				b.WriteByte('\\')
			}
		case c == '$' && i+1 < len(t) && t[i+1] >= '0' && t[i+1] <= '9' && (i+2 == len(t) || t[i+2] < '0' || t[i+2] > '9'):
			i++
			b.WriteString(`\` + t[i:i+1])
		case c == '$', c == '\\':
			return "", false
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// regexpExtract is the first match's group, by default the first one; no match makes an empty string (functions/regexp_extract).
func regexpExtract(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fit("tt", a[:2])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	re, err := s.c.pattern(a[1], false)
	if err != nil {
		return value{}, err
	}
	group := 1
	if len(a) == 3 {
		if group, ok = constInt(a[2]); !ok {
			return value{}, unsupported("a group that is not a literal")
		}
	}
	return value{SQL: fmt.Sprintf("regexp_extract(%s, %s, %d)", v[0].SQL, re, group), Type: of(String), Nullable: a[0].Nullable}, nil
}

// regexpLike is RLIKE (functions/regexp_like).
func regexpLike(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	sql, err := s.c.likeText("RLIKE", a[0], a[1], "")
	return value{SQL: sql, Type: of(Boolean), Nullable: true}, err
}

// regexpCount counts matches (functions/regexp_count).
func regexpCount(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fit("tt", a)
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	re, err := s.c.pattern(a[1], false)
	return value{SQL: castTo(fmt.Sprintf("len(regexp_extract_all(%s, %s))", v[0].SQL, re), of(Int)), Type: of(Int), Nullable: true}, err
}
