package datum

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Bounds of a regular expression: bytes, and bracket expressions and class escapes, which are large in RE2.
const (
	maxPattern = 32 << 10
	maxClasses = 400
)

// regex is a PostgreSQL advanced regular expression compiled to RE2.
type regex struct {
	*regexp.Regexp
	later *regexp.Regexp // the same for a search that starts inside the text, where ^ cannot match
	edges bool           // what precedes the search decides about lines or words
	// exact: the bounds of the match are PostgreSQL's. captures: those of the groups are too.
	exact, captures bool
	ascii           bool // only over ASCII text: the pattern has word boundaries
	groups          int
}

func badRegex(text string) error {
	return pgerr.New(pgerr.InvalidRegexp, "invalid regular expression: %s", text)
}

func unsupportedRegex(what string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "%s in regular expressions are not supported", what)
}

// compileRegex translates a pattern under flags ("i", "n", …; g is the caller's). Bad patterns are 2201B, what RE2
// cannot say is 0A000.
func compileRegex(pattern, flags string) (*regex, error) {
	if len(pattern) > maxPattern {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "regular expression is too long")
	}
	t := &regexTranslator{}
	for _, c := range flags {
		if !t.flag(c) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", string(c))
		}
	}
	if err := t.translate(pattern); err != nil {
		return nil, err
	}
	source := t.prefix() + t.out.String()
	re, err := regexp.Compile(strings.ReplaceAll(source, textStart, `\A`))
	if err != nil {
		return nil, goRegexError(err)
	}
	r := &regex{Regexp: re, later: re, edges: t.edges, ascii: t.boundary, groups: t.groups}
	if strings.Contains(source, textStart) {
		if r.later, err = regexp.Compile(strings.ReplaceAll(source, textStart, `[^\x{0}-\x{10ffff}]`)); err != nil {
			return nil, goRegexError(err)
		}
	}
	switch {
	case t.lazy == 0:
		r.Longest()
		r.later.Longest()
		r.exact, r.captures = true, !t.ambiguous
	case t.lazy+t.eager == 1 && t.bars == 0:
		r.exact, r.captures = true, true
	}
	return r, nil
}

func goRegexError(err error) error {
	if strings.Contains(err.Error(), "repeat count") || strings.Contains(err.Error(), "too large") {
		return pgerr.New(pgerr.ProgramLimitExceeded, "regular expression is too complex")
	}
	return badRegex("parentheses () not balanced")
}

// check refuses a text or a use for which RE2's answer may differ.
func (r *regex) check(s string, bounds, groups bool) error {
	switch {
	case r.ascii && !isASCII(s):
		return unsupportedRegex("word boundaries over non-ASCII text")
	case bounds && !r.exact:
		return unsupportedRegex("non-greedy quantifiers beside other quantifiers or alternatives")
	case groups && !r.captures && r.groups > 0:
		return unsupportedRegex("groups beside alternatives that overlap")
	}
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// textStart stands for the beginning of the text in what a translator writes; no pattern contains it.
const textStart = "\x00"

// regexTranslator writes RE2's syntax for PostgreSQL's.
type regexTranslator struct {
	in                               string
	at                               int
	out                              strings.Builder
	fold, expanded, literal, basic   bool
	newlineDot, newlineAnchors       bool // . and [^] stop at newlines; ^ and $ match at them
	groups, depth, lazy, eager, bars int
	classes                          int
	boundary, ambiguous, edges       bool
}

func (t *regexTranslator) flag(c rune) bool {
	switch c {
	case 'i':
		t.fold = true
	case 'c':
		t.fold = false
	case 'x':
		t.expanded = true
	case 't':
		t.expanded = false
	case 'n', 'm':
		t.newlineDot, t.newlineAnchors = true, true
	case 's':
		t.newlineDot, t.newlineAnchors = false, false
	case 'p':
		t.newlineDot, t.newlineAnchors = true, false
	case 'w':
		t.newlineDot, t.newlineAnchors = false, true
	case 'q':
		t.literal = true
	case 'b':
		t.basic = true
	case 'e':
		t.literal, t.basic = false, false
	default:
		return false
	}
	return true
}

func (t *regexTranslator) prefix() string {
	p := "(?"
	if t.fold {
		p += "i"
	}
	if !t.newlineDot {
		p += "s"
	}
	if t.newlineAnchors {
		p += "m"
	}
	if p == "(?" {
		return ""
	}
	return p + ")"
}

func (t *regexTranslator) translate(pattern string) error {
	t.in = pattern
	if err := t.director(); err != nil {
		return err
	}
	switch {
	case t.literal:
		t.out.WriteString(regexp.QuoteMeta(t.in[t.at:]))
		return nil
	case t.basic:
		return unsupportedRegex("basic regular expressions")
	}
	if err := t.alternatives(); err != nil {
		return err
	}
	if t.at < len(t.in) {
		return badRegex("parentheses () not balanced")
	}
	return nil
}

// director reads the ***: and ***= directors and embedded options, which stand at the beginning alone.
func (t *regexTranslator) director() error {
	if rest, ok := strings.CutPrefix(t.in, "***"); ok {
		switch {
		case strings.HasPrefix(rest, "="):
			t.literal = true
		case !strings.HasPrefix(rest, ":"):
			return badRegex("quantifier operand invalid")
		}
		t.at = 4
	}
	if !t.literal && strings.HasPrefix(t.in[t.at:], "(?") && t.at+2 < len(t.in) && isAlpha(t.in[t.at+2]) {
		for t.at += 2; t.at < len(t.in) && isAlpha(t.in[t.at]); t.at++ {
			if !t.flag(rune(t.in[t.at])) {
				return badRegex("invalid embedded option")
			}
		}
		if t.at == len(t.in) || t.in[t.at] != ')' {
			return badRegex("invalid embedded option")
		}
		t.at++
	}
	return nil
}

func (t *regexTranslator) peek(s string) bool { return strings.HasPrefix(t.in[t.at:], s) }

// alternatives reads branches up to ) or the end.
func (t *regexTranslator) alternatives() error {
	if t.depth++; t.depth > 200 {
		return pgerr.New(pgerr.ProgramLimitExceeded, "regular expression is too complex")
	}
	defer func() { t.depth-- }()
	branches := []string{}
	for {
		from := t.at
		if err := t.branch(); err != nil {
			return err
		}
		branches = append(branches, t.in[from:t.at])
		if !t.peek("|") {
			break
		}
		t.at++
		t.bars++
		t.out.WriteByte('|')
	}
	if len(branches) > 1 && !distinctLiterals(branches) {
		t.ambiguous = true
	}
	return nil
}

// distinctLiterals reports whether at most one of the branches can match at any place.
func distinctLiterals(branches []string) bool {
	for i, a := range branches {
		if a == "" || strings.ContainsAny(a, `\.[]()*+?{}^$`) {
			return false
		}
		for j, b := range branches {
			if i != j && strings.HasPrefix(a, b) {
				return false
			}
		}
	}
	return true
}
