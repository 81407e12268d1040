package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// parseIdent splits a qualified identifier; strict refuses what follows it.
func parseIdent(in Text, strict Bool) (Value, error) {
	s := strings.TrimLeft(string(in), " \t\n\r\f\v")
	fail := func(detail string, args ...any) error {
		e := pgerr.New(pgerr.InvalidParameterValue, "string is not a valid identifier: \"%s\"", string(in))
		if detail != "" {
			e = e.WithDetail(detail, args...)
		}
		return e
	}
	var items []Value
	for afterDot := false; ; afterDot = true {
		name, rest, ok := identPart(s)
		switch {
		case strings.HasPrefix(s, `"`) && !ok:
			return nil, fail("String has unclosed double quotes.")
		case strings.HasPrefix(s, `"`) && name == "":
			return nil, fail("Quoted identifier must not be empty.")
		case !ok && strings.HasPrefix(s, "."):
			return nil, fail("No valid identifier before \".\".")
		case !ok && afterDot:
			return nil, fail("No valid identifier after \".\".")
		case !ok:
			return nil, fail("")
		}
		items = append(items, Text(name))
		s = strings.TrimLeft(rest, " \t\n\r\f\v")
		if !strings.HasPrefix(s, ".") {
			break
		}
		s = strings.TrimLeft(s[1:], " \t\n\r\f\v")
	}
	if s != "" && bool(strict) {
		return nil, fail("")
	}
	return textArray(items), nil
}

// identPart reads one identifier: quoted, or folded to lower case.
func identPart(s string) (name, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		for i := 1; i < len(s); i++ {
			if s[i] != '"' {
				continue
			}
			if i+1 < len(s) && s[i+1] == '"' {
				i++
				continue
			}
			return strings.ReplaceAll(s[1:i], `""`, `"`), s[i+1:], true
		}
		return "", s, false
	}
	n := 0
	for n < len(s) && (s[n] == '_' || isAlpha(s[n]) || s[n] >= utf8.RuneSelf || n > 0 && (isDigit(s[n]) || s[n] == '$')) {
		n++
	}
	return lowerASCII(s[:n]), s[n:], n > 0
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}, s)
}
