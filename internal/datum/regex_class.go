package datum

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// alphabetic is the inside of a bracket expression for the builtin provider's alphabetic characters.
var alphabetic = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString(`\p{L}\p{Nl}`)
	for _, r := range unicode.Other_Alphabetic.R16 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, r.Lo, r.Hi)
	}
	for _, r := range unicode.Other_Alphabetic.R32 {
		fmt.Fprintf(&b, `\x{%x}-\x{%x}`, r.Lo, r.Hi)
	}
	return b.String()
})

// namedClass returns the inside of a bracket expression for a POSIX class under C.UTF-8 of the builtin provider.
func namedClass(name string) (string, bool) {
	switch name {
	case "alpha":
		return alphabetic(), true
	case "alnum":
		return alphabetic() + "0-9", true
	case "word":
		return alphabetic() + "0-9_", true
	case "digit":
		return "0-9", true
	case "xdigit":
		return "0-9A-Fa-f", true
	case "space":
		return `\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`, true
	case "blank":
		return `\t\p{Zs}`, true
	case "upper":
		return `\p{Lu}\x{2160}-\x{216f}\x{24b6}-\x{24cf}\x{1f130}-\x{1f149}\x{1f150}-\x{1f169}\x{1f170}-\x{1f189}`, true
	case "lower":
		return `\p{Ll}\x{aa}\x{ba}\x{2b0}-\x{2b8}\x{2c0}-\x{2c1}\x{2e0}-\x{2e4}\x{345}\x{37a}\x{1d2c}-\x{1d6a}\x{2170}-\x{217f}\x{24d0}-\x{24e9}`, true
	case "punct":
		return `\p{P}\p{S}`, true
	case "cntrl":
		return `\p{Cc}`, true
	case "ascii":
		return `\x00-\x7f`, true
	}
	return "", false
}

// class reads a bracket expression.
func (t *regexTranslator) class() error {
	t.at++
	negated := t.peek("^")
	if negated {
		t.at++
	}
	var b strings.Builder
	for first := true; ; first = false {
		switch {
		case t.at == len(t.in):
			return badRegex("brackets [] not balanced")
		case t.peek("]") && !first:
			t.at++
			return t.writeClass(b.String(), negated)
		case t.peek("[:"):
			end := strings.Index(t.in[t.at:], ":]")
			if end < 0 {
				return badRegex("brackets [] not balanced")
			}
			set, ok := namedClass(t.in[t.at+2 : t.at+end])
			if !ok {
				return badRegex("invalid character class")
			}
			b.WriteString(set)
			t.at += end + 2
			continue
		}
		if set, n, ok := classShorthand(t.in[t.at:]); ok {
			b.WriteString(set)
			t.at += n
			continue
		}
		if err := t.classRange(&b); err != nil {
			return err
		}
	}
}

func (t *regexTranslator) writeClass(set string, negated bool) error {
	t.classes++
	switch {
	case set == "":
		return badRegex("brackets [] not balanced")
	case t.classes > maxClasses:
		return pgerr.New(pgerr.ProgramLimitExceeded, "regular expression is too complex")
	case negated && t.newlineDot:
		set = "^" + set + `\n`
	case negated:
		set = "^" + set
	}
	t.out.WriteString("[" + set + "]")
	return nil
}

// classShorthand knows \d, \s and \w inside brackets.
func classShorthand(s string) (set string, n int, ok bool) {
	for short, name := range map[string]string{`\d`: "digit", `\s`: "space", `\w`: "word"} {
		if strings.HasPrefix(s, short) {
			set, ok = namedClass(name)
			return set, 2, ok
		}
	}
	return "", 0, false
}

func (t *regexTranslator) classRange(b *strings.Builder) error {
	low, err := t.classRune()
	if err != nil {
		return err
	}
	high := low
	if t.peek("-") && t.at+1 < len(t.in) && t.in[t.at+1] != ']' {
		t.at++
		if high, err = t.classRune(); err != nil {
			return err
		}
	}
	if high < low {
		return badRegex("invalid character range")
	}
	fmt.Fprintf(b, `\x{%x}-\x{%x}`, low, high)
	return nil
}

func (t *regexTranslator) classRune() (rune, error) {
	for _, open := range []string{"[.", "[="} {
		if !t.peek(open) {
			continue
		}
		end := strings.Index(t.in[t.at:], open[1:]+"]")
		if end < 0 {
			return 0, badRegex("brackets [] not balanced")
		}
		r, n := utf8.DecodeRuneInString(t.in[t.at+2:])
		if n != end-2 {
			return 0, badRegex("invalid collating element")
		}
		t.at += end + 2
		return r, nil
	}
	if t.peek(`\`) {
		r, ok, err := t.character()
		if err == nil && !ok {
			err = badRegex("invalid escape \\ sequence")
		}
		return r, err
	}
	r, n := utf8.DecodeRuneInString(t.in[t.at:])
	t.at += n
	return r, nil
}

// character reads an escape that stands for one character; false when it stands for something else.
func (t *regexTranslator) character() (rune, bool, error) {
	if t.at+1 == len(t.in) {
		return 0, false, badRegex("invalid escape \\ sequence")
	}
	c := t.in[t.at+1]
	if i := strings.IndexByte("abBefnrtv", c); i >= 0 {
		t.at += 2
		return rune("\a\b\\\x1b\f\n\r\t\v"[i]), true, nil
	}
	switch c {
	case 'u':
		return t.hexEscape(4)
	case 'U':
		return t.hexEscape(8)
	case 'x':
		return t.hexEscape(0)
	case 'c':
		if t.at+2 < len(t.in) {
			r := rune(t.in[t.at+2] & 0x1f)
			t.at += 3
			return r, true, nil
		}
		return 0, false, badRegex("invalid escape \\ sequence")
	case '0':
		return t.octalEscape()
	}
	if isAlpha(c) || isDigit(c) {
		return 0, false, nil
	}
	r, n := utf8.DecodeRuneInString(t.in[t.at+1:])
	t.at += 1 + n
	return r, true, nil
}

func (t *regexTranslator) octalEscape() (rune, bool, error) {
	r := rune(0)
	t.at += 2
	for n := 0; n < 2 && t.at < len(t.in) && isOctal(t.in[t.at]); n++ {
		r = r<<3 | rune(t.in[t.at]-'0')
		t.at++
	}
	return r, true, nil
}

// hexEscape reads exactly n digits, or for 0 as many as there are.
func (t *regexTranslator) hexEscape(n int) (rune, bool, error) {
	t.at += 2
	r, read := uint64(0), 0
	for t.at < len(t.in) && (n == 0 || read < n) {
		d := digitValue(t.in[t.at])
		if d > 15 {
			break
		}
		r = r<<4 | d
		if r > 0x7ffffffe { // PostgreSQL's CHR_MAX
			return 0, false, badRegex("invalid escape \\ sequence")
		}
		t.at++
		read++
	}
	if r > utf8.MaxRune {
		return 0, false, pgerr.New(pgerr.FeatureNotSupported, "characters beyond Unicode in regular expressions are not supported")
	}
	if read == 0 || read < n {
		return 0, false, badRegex("invalid escape \\ sequence")
	}
	return rune(r), true, nil
}

// escape reads an escape outside brackets.
func (t *regexTranslator) escape() (bool, error) {
	r, ok, err := t.character()
	if err != nil {
		return false, err
	}
	if ok {
		t.out.WriteString(regexp.QuoteMeta(string(r)))
		return true, nil
	}
	c := t.in[t.at+1]
	t.at += 2
	switch c {
	case 'd', 's', 'w', 'D', 'S', 'W':
		set, _ := namedClass(map[byte]string{'d': "digit", 's': "space", 'w': "word"}[c|0x20])
		return true, t.writeClass(set, c < 'a')
	case 'A':
		t.out.WriteString(textStart)
		return false, nil
	case 'Z':
		t.out.WriteString(`\z`)
		return false, nil
	case 'y', 'Y':
		t.boundary, t.edges = true, true
		t.out.WriteString(map[byte]string{'y': `\b`, 'Y': `\B`}[c])
		return false, nil
	case 'm', 'M':
		return false, t.wordEdge(c == 'm')
	}
	if isDigit(c) {
		if int(c-'0') > t.groups {
			return false, badRegex("invalid backreference number")
		}
		return false, pgerr.New(pgerr.FeatureNotSupported, "back-references in regular expressions are not supported")
	}
	return false, badRegex("invalid escape \\ sequence")
}
