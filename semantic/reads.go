package semantic

import "strings"

// readsAny reports whether a PostgreSQL expression may read one of the columns: whether one of their names stands in it
// as an identifier that is no function, type of a cast or part of a qualified name. It errs towards true.
func readsAny(expr string, names map[string]bool) bool {
	for i := 0; i < len(expr); {
		switch c := expr[i]; {
		case c == '\'':
			i = afterQuote(expr, i)
		case c == '"':
			end := afterQuote(expr, i)
			if names[strings.ReplaceAll(strings.Trim(expr[i:end], `"`), `""`, `"`)] {
				return true
			}
			i = end
		case strings.HasPrefix(expr[i:], "--"):
			i = after(expr, i, "\n")
		case strings.HasPrefix(expr[i:], "/*"):
			i = after(expr, i+2, "*/")
		case isWord(c):
			end := i
			for end < len(expr) && isWord(expr[end]) {
				end++
			}
			called := strings.HasPrefix(strings.TrimLeft(expr[end:], " \t\n"), "(")
			cast := strings.HasSuffix(strings.TrimRight(expr[:i], " \t\n"), "::")
			if !called && !cast && names[strings.ToLower(expr[i:end])] {
				return true
			}
			i = end
		default:
			i++
		}
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// afterQuote returns the offset after the quoted token at i, whose quote is doubled inside, or escaped in E'…'.
func afterQuote(s string, i int) int {
	quote := s[i]
	escapes := quote == '\'' && i > 0 && s[i-1]|0x20 == 'e' && (i == 1 || !isWord(s[i-2]))
	for i++; i < len(s); i++ {
		if escapes && s[i] == '\\' {
			i++
			continue
		}
		if s[i] != quote {
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1
		}
		i++
	}
	return len(s)
}

func after(s string, i int, mark string) int {
	if k := strings.Index(s[i:], mark); k >= 0 {
		return i + k + len(mark)
	}
	return len(s)
}
