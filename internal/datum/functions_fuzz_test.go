package datum

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzLike compares LIKE with the same pattern as a regular expression.
func FuzzLike(f *testing.F) {
	for _, p := range []string{"%", "a%b_", `\%`, "%%x", `a\`, "日%"} {
		f.Add("abc", p)
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		if len(s) > 200 || len(p) > 100 || !utf8.ValidString(s) || !utf8.ValidString(p) {
			return
		}
		m := likeMatcher{text: s, pattern: p}
		got, err := m.match()
		if err != nil {
			return
		}
		var b strings.Builder
		b.WriteString(`(?s)\A`)
		for rest := p; rest != ""; {
			r := []rune(rest)[0]
			rest = rest[len(string(r)):]
			switch {
			case r == '%':
				b.WriteString(".*")
			case r == '_':
				b.WriteString(".")
			case r == '\\' && rest == "":
				return
			case r == '\\':
				r = []rune(rest)[0]
				rest = rest[len(string(r)):]
				b.WriteString(regexp.QuoteMeta(string(r)))
			default:
				b.WriteString(regexp.QuoteMeta(string(r)))
			}
		}
		b.WriteString(`\z`)
		if want := regexp.MustCompile(b.String()).MatchString(s); got != want {
			t.Fatalf("%q LIKE %q is %v", s, p, got)
		}
	})
}

// FuzzRegex demands that any pattern is translated or refused, and that matching ends soon.
func FuzzRegex(f *testing.F) {
	for _, p := range patterns {
		f.Add(p, "i", "Hello World")
	}
	f.Fuzz(func(t *testing.T, p, flags, s string) {
		start := time.Now()
		re, err := compileRegex(p, flags)
		if err != nil {
			return
		}
		_ = re.each(s, 0, func([]int) bool { return true })
		if time.Since(start) > 5*time.Second {
			t.Fatalf("%q took %v", p, time.Since(start))
		}
	})
}

// FuzzFormats demands that no format makes to_char panic.
func FuzzFormats(f *testing.F) {
	for _, p := range append(numberPatterns, datePatterns...) {
		f.Add(p, "-12.5", int64(1709210096789012))
	}
	numbers, dates := numberFormats(), dateFormats()
	f.Fuzz(func(t *testing.T, p, number string, at int64) {
		env := &Env{}
		if n, err := numericIn(number, -1); err == nil && len(number) < 100 {
			_, _ = numbers["to_char(numeric,text)"](nil, []Value{n, Text(p)}, env)
			_, _ = numbers["to_char(float8,text)"](nil, []Value{Float(at), Text(p)}, env)
			_, _ = numbers["to_char(int8,text)"](nil, []Value{Int(at), Text(p)}, env)
		}
		if t := Timestamp(at); t >= firstTimestamp && t < MaxTimestamp {
			_, _ = dates["to_char(timestamptz,text)"](nil, []Value{t, Text(p)}, env)
		}
		_, _ = dates["to_char(interval,text)"](nil, []Value{Interval{int32(at), int32(at >> 20), at}, Text(p)}, env)
	})
}
