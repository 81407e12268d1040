package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// regexps is the operators ~ and their kin, substring by pattern, and regexp_….
func regexps() family {
	f := family{
		"similar_escape(text,text)":    similarEscapeOf,
		"similar_to_escape(text,text)": binaryE(func(p, e Text) (Value, error) { return similarEscape(string(p), string(e)) }),
		"similar_to_escape(text)":      unaryE(func(p Text) (Value, error) { return similarEscape(string(p), `\`) }),
		"substring(text,text)":         binaryE(func(s, p Text) (Value, error) { return substringByRegex(string(s), string(p)) }),
		"substring(text,text,text)": ternaryE(func(s, p, e Text) (Value, error) {
			r, err := similarEscape(string(p), string(e))
			if err != nil {
				return nil, err
			}
			return substringByRegex(string(s), string(r.(Text)))
		}),
		"regexp_split_to_array(text,text)":      regexpSplit,
		"regexp_split_to_array(text,text,text)": regexpSplit,
		"regexp_match(text,text)":               regexpMatch,
		"regexp_match(text,text,text)":          regexpMatch,
		"regexp_like(text,text)":                regexpLike,
		"regexp_like(text,text,text)":           regexpLike,
	}
	for _, t := range []struct{ prefix, args string }{{"text", "(text,text)"}, {"name", "(name,text)"}, {"bpchar", "(bpchar,text)"}} {
		for infix, flags := range map[string]string{"": "", "ic": "i"} {
			f[t.prefix+infix+"regexeq"+t.args] = regexTest(flags, false)
			f[t.prefix+infix+"regexne"+t.args] = regexTest(flags, true)
		}
	}
	for name, n := range map[string]int{"regexp_count": 4, "regexp_instr": 7, "regexp_substr": 6} {
		fn := map[string]impl{"regexp_count": regexpCount, "regexp_instr": regexpInstr, "regexp_substr": regexpSubstr}[name]
		types := []string{"text", "text", "int4", "int4", "int4", "text", "int4"}
		if name != "regexp_instr" {
			types = []string{"text", "text", "int4", "int4", "text", "int4"}
		}
		if name == "regexp_count" {
			types = []string{"text", "text", "int4", "text"}
		}
		for k := 2; k <= n; k++ {
			f[name+"("+strings.Join(types[:k], ",")+")"] = fn
		}
	}
	addReplace(f)
	return f
}

func similarEscapeOf(_ *Func, a []Value, _ *Env) (Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	escape := Text(`\`)
	if a[1] != nil {
		escape = a[1].(Text)
	}
	return similarEscape(string(a[0].(Text)), string(escape))
}

func textArg(a []Value, i int, otherwise string) string {
	if i < len(a) {
		if t, ok := a[i].(Text); ok {
			return string(t)
		}
	}
	return otherwise
}

func intArg(a []Value, i int, otherwise int64) int64 {
	if i < len(a) {
		if n, ok := a[i].(Int); ok {
			return int64(n)
		}
	}
	return otherwise
}

func regexTest(flags string, negated bool) impl {
	return binaryE(func(s, p Text) (Value, error) {
		ok, err := regexMatches(string(s), string(p), flags)
		return Bool(ok != negated), err
	})
}

func regexMatches(s, pattern, flags string) (bool, error) {
	re, err := compileRegex(pattern, flags)
	if err != nil {
		return false, err
	}
	return re.MatchString(s), re.check(s, false, false)
}

func substringByRegex(s, pattern string) (Value, error) {
	re, err := compileRegex(pattern, "")
	if err == nil {
		err = re.check(s, true, true)
	}
	if err != nil {
		return nil, err
	}
	loc := re.find(s, 0)
	if loc == nil {
		return nil, nil
	}
	return group(s, loc, min(re.groups, 1)), nil
}

// regexOf compiles for a function that refuses the flag g.
func regexOf(function, pattern, flags string) (*regex, error) {
	if strings.Contains(flags, "g") {
		e := pgerr.New(pgerr.InvalidParameterValue, "%s() does not support the \"global\" option", function)
		if function == "regexp_match" {
			e = e.WithHint("Use the regexp_matches function instead.")
		}
		return nil, e
	}
	return compileRegex(pattern, flags)
}

func regexpMatch(_ *Func, a []Value, _ *Env) (Value, error) {
	s := textArg(a, 0, "")
	re, err := regexOf("regexp_match", textArg(a, 1, ""), textArg(a, 2, ""))
	if err == nil {
		err = re.check(s, true, true)
	}
	if err != nil {
		return nil, err
	}
	loc := re.find(s, 0)
	if loc == nil {
		return nil, nil
	}
	return re.matched(s, loc), nil
}

// matched is what a match has captured: its groups, or all of it when the pattern has none.
func (r *regex) matched(s string, loc []int) *Array {
	if r.groups == 0 {
		return textArray([]Value{group(s, loc, 0)})
	}
	items := make([]Value, r.groups)
	for i := range items {
		items[i] = group(s, loc, i+1)
	}
	return textArray(items)
}

func regexpLike(_ *Func, a []Value, _ *Env) (Value, error) {
	s := textArg(a, 0, "")
	re, err := regexOf("regexp_like", textArg(a, 1, ""), textArg(a, 2, ""))
	if err != nil {
		return nil, err
	}
	return Bool(re.MatchString(s)), re.check(s, false, false)
}

func textArray(items []Value) *Array { return arrayOf(pgcat.Text, items) }

// arrayOf is a one-dimensional array.
func arrayOf(elem uint32, items []Value) *Array {
	if len(items) == 0 {
		return &Array{Elem: elem}
	}
	return &Array{Elem: elem, Dims: []Dim{{Len: int32(len(items)), Lower: 1}}, Items: items}
}

func regexpSplit(_ *Func, a []Value, _ *Env) (Value, error) {
	s := textArg(a, 0, "")
	re, err := regexOf("regexp_split_to_array", textArg(a, 1, ""), textArg(a, 2, ""))
	if err == nil {
		err = re.check(s, true, false)
	}
	if err != nil {
		return nil, err
	}
	var items []Value
	end := 0
	err = re.each(s, 0, func(loc []int) bool {
		if loc[0] < len(s) && loc[1] > end {
			items = append(items, Text(s[end:loc[0]]))
			end = loc[1]
		}
		return true
	})
	return textArray(append(items, Text(s[end:]))), err
}

// atLeast checks a parameter of regexp_….
func atLeast(name string, n, least int64) error {
	if n < least {
		return pgerr.New(pgerr.InvalidParameterValue, "invalid value for parameter \"%s\": %d", name, n)
	}
	return nil
}

// byteOffset is where the character at a 1-based position begins; past the end it is len(s) + 1.
func byteOffset(s string, position int64) int {
	at := 0
	for ; position > 1; position-- {
		if at >= len(s) {
			return len(s) + 1
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		at += n
	}
	return at
}

func regexpCount(_ *Func, a []Value, _ *Env) (Value, error) {
	s, start := textArg(a, 0, ""), intArg(a, 2, 1)
	if err := atLeast("start", start, 1); err != nil {
		return nil, err
	}
	re, err := regexOf("regexp_count", textArg(a, 1, ""), textArg(a, 3, ""))
	if err == nil {
		err = re.check(s, true, false)
	}
	if err != nil {
		return nil, err
	}
	n := 0
	err = re.each(s, byteOffset(s, start), func([]int) bool { n++; return true })
	return Int(n), err
}

// nth finds the nth match from a 1-based position, nil when there is none; groups says whether one of its groups is asked for.
func (r *regex) nth(s string, start, n int64, groups bool) (found []int, err error) {
	if err := r.check(s, true, groups); err != nil {
		return nil, err
	}
	err = r.each(s, byteOffset(s, start), func(loc []int) bool {
		n--
		if n == 0 {
			found = loc
		}
		return n > 0
	})
	return found, err
}

func regexpInstr(_ *Func, a []Value, _ *Env) (Value, error) {
	s, start, n, end, sub := textArg(a, 0, ""), intArg(a, 2, 1), intArg(a, 3, 1), intArg(a, 4, 0), intArg(a, 6, 0)
	for _, err := range []error{atLeast("start", start, 1), atLeast("n", n, 1), atLeast("endoption", end, 0),
		atLeast("endoption", -end, -1), atLeast("subexpr", sub, 0)} {
		if err != nil {
			if end > 1 && start > 0 && n > 0 {
				err = atLeast("endoption", end, end+1)
			}
			return nil, err
		}
	}
	re, err := regexOf("regexp_instr", textArg(a, 1, ""), textArg(a, 5, ""))
	if err != nil {
		return nil, err
	}
	loc, err := re.nth(s, start, n, sub > 0)
	if err != nil || loc == nil || sub > int64(re.groups) || loc[2*sub] < 0 {
		return Int(0), err
	}
	return Int(utf8.RuneCountInString(s[:loc[2*sub+end]]) + 1), nil
}

func regexpSubstr(_ *Func, a []Value, _ *Env) (Value, error) {
	s, start, n, sub := textArg(a, 0, ""), intArg(a, 2, 1), intArg(a, 3, 1), intArg(a, 5, 0)
	for _, err := range []error{atLeast("start", start, 1), atLeast("n", n, 1), atLeast("subexpr", sub, 0)} {
		if err != nil {
			return nil, err
		}
	}
	re, err := regexOf("regexp_substr", textArg(a, 1, ""), textArg(a, 4, ""))
	if err != nil {
		return nil, err
	}
	loc, err := re.nth(s, start, n, sub > 0)
	if err != nil || loc == nil || sub > int64(re.groups) {
		return nil, err
	}
	return group(s, loc, int(sub)), nil
}
