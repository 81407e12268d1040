package datum

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// branch reads atoms with their quantifiers.
func (t *regexTranslator) branch() error {
	for t.at < len(t.in) && !t.peek("|") && !t.peek(")") {
		if t.expanded && t.skipBlank() {
			continue
		}
		if strings.HasPrefix(t.in[t.at:], "(?#") {
			end := strings.IndexByte(t.in[t.at:], ')')
			if end < 0 {
				return badRegex("parentheses () not balanced")
			}
			t.at += end + 1
			continue
		}
		quantifiable, err := t.atom()
		if err != nil {
			return err
		}
		if err := t.quantifier(quantifiable); err != nil {
			return err
		}
	}
	return nil
}

// skipBlank skips white space and comments of the expanded syntax.
func (t *regexTranslator) skipBlank() bool {
	switch c := t.in[t.at]; {
	case isSpace(c):
		t.at++
	case c == '#':
		end := strings.IndexByte(t.in[t.at:], '\n')
		if end < 0 {
			end = len(t.in) - t.at
		}
		t.at += end
	default:
		return false
	}
	return true
}

// atom reads one atom or constraint; constraints take no quantifier.
func (t *regexTranslator) atom() (bool, error) {
	switch c := t.in[t.at]; c {
	case '(':
		return t.group()
	case '[':
		if t.peek("[[:<:]]") || t.peek("[[:>:]]") {
			start := t.in[t.at+3] == '<'
			t.at += 7
			return false, t.wordEdge(start)
		}
		return true, t.class()
	case '.':
		t.at++
		t.out.WriteByte('.')
		return true, nil
	case '^', '$':
		t.at++
		switch {
		case t.newlineAnchors:
			t.edges = true
			t.out.WriteByte(c)
		case c == '^':
			t.out.WriteString(textStart)
		default:
			t.out.WriteString(`\z`)
		}
		return false, nil
	case '\\':
		return t.escape()
	case '*', '+', '?':
		return false, badRegex("quantifier operand invalid")
	case '{':
		if t.at+1 < len(t.in) && isDigit(t.in[t.at+1]) {
			return false, badRegex("quantifier operand invalid")
		}
	}
	r, n := utf8.DecodeRuneInString(t.in[t.at:])
	t.at += n
	t.out.WriteString(regexp.QuoteMeta(string(r)))
	return true, nil
}

func (t *regexTranslator) group() (bool, error) {
	t.at++
	switch {
	case t.peek("?:"):
		t.at += 2
		t.out.WriteString("(?:")
	case t.peek("?=") || t.peek("?!") || t.peek("?<=") || t.peek("?<!"):
		return false, unsupportedRegex("lookahead and lookbehind constraints")
	case t.peek("?"):
		return false, badRegex("quantifier operand invalid")
	default:
		t.groups++
		t.out.WriteByte('(')
	}
	if err := t.alternatives(); err != nil {
		return false, err
	}
	if !t.peek(")") {
		return false, badRegex("parentheses () not balanced")
	}
	t.at++
	t.out.WriteByte(')')
	return true, nil
}

// quantifier reads *, +, ?, {m}, {m,}, {m,n}, each with a ? for the non-greedy form.
func (t *regexTranslator) quantifier(allowed bool) error {
	if t.at == len(t.in) {
		return nil
	}
	from := t.at
	fixed := false
	switch c := t.in[t.at]; {
	case c == '*' || c == '+' || c == '?':
		t.at++
	case c == '{' && t.at+1 < len(t.in) && isDigit(t.in[t.at+1]):
		var err error
		if fixed, err = t.bound(); err != nil {
			return err
		}
	case c == '{' && t.at+1 < len(t.in):
		return nil
	case c == '{':
		return badRegex("braces {} not balanced")
	default:
		return nil
	}
	if !allowed {
		return badRegex("quantifier operand invalid")
	}
	lazy := t.peek("?")
	if lazy {
		t.at++
	}
	t.out.WriteString(t.in[from:t.at])
	switch {
	case lazy:
		t.lazy++
	case !fixed:
		t.eager++
	}
	if t.at < len(t.in) && strings.IndexByte("*+?", t.in[t.at]) >= 0 ||
		t.at+1 < len(t.in) && t.in[t.at] == '{' && isDigit(t.in[t.at+1]) {
		return badRegex("quantifier operand invalid")
	}
	return nil
}

func (t *regexTranslator) bound() (fixed bool, err error) {
	end := strings.IndexByte(t.in[t.at:], '}')
	if end < 0 {
		return false, badRegex("braces {} not balanced")
	}
	low, high, comma := strings.Cut(t.in[t.at+1:t.at+end], ",")
	t.at += end + 1
	m, err := strconv.Atoi(low)
	n := m
	if comma && high != "" && err == nil {
		n, err = strconv.Atoi(high)
	}
	if err != nil || m > 255 || n > 255 || n < m {
		return false, badRegex("invalid repetition count(s)")
	}
	return !comma, nil
}

// wordEdge writes a word boundary that the neighbouring atom makes one-sided.
func (t *regexTranslator) wordEdge(start bool) error {
	t.boundary, t.edges = true, true
	written := t.out.String()
	if start {
		rest := t.in[t.at:]
		if rest != "" && (isAlpha(rest[0]) || isDigit(rest[0]) || rest[0] == '_') || strings.HasPrefix(rest, `\w`) || strings.HasPrefix(rest, `\d`) {
			t.out.WriteString(`\b`)
			return nil
		}
	} else if n := len(written); n > 0 && (isAlpha(written[n-1]) || isDigit(written[n-1]) || written[n-1] == '_') &&
		(n < 2 || written[n-2] != '\\') {
		t.out.WriteString(`\b`)
		return nil
	}
	return pgerr.New(pgerr.FeatureNotSupported, "this word boundary in a regular expression is not supported")
}
