package datum

import (
	"strings"
	"unicode/utf8"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// textEdits is padding, trimming and replacing in text.
func textEdits() family {
	f := family{
		"lpad(text,int4,text)":    ternaryE(func(s Text, n Int, fill Text) (Value, error) { return pad(string(s), n, string(fill), true) }),
		"rpad(text,int4,text)":    ternaryE(func(s Text, n Int, fill Text) (Value, error) { return pad(string(s), n, string(fill), false) }),
		"lpad(text,int4)":         binaryE(func(s Text, n Int) (Value, error) { return pad(string(s), n, " ", true) }),
		"rpad(text,int4)":         binaryE(func(s Text, n Int) (Value, error) { return pad(string(s), n, " ", false) }),
		"replace(text,text,text)": ternaryE(replace),
		"translate(text,text,text)": ternary(func(s, from, to Text) Text {
			return Text(translate(string(s), []rune(string(from)), []rune(string(to))))
		}),
		"overlay(text,text,int4,int4)": func(_ *Func, a []Value, _ *Env) (Value, error) {
			return overlay(string(a[0].(Text)), string(a[1].(Text)), int64(a[2].(Int)), int64(a[3].(Int)))
		},
		"overlay(text,text,int4)": ternaryE(func(s, t Text, from Int) (Value, error) {
			return overlay(string(s), string(t), int64(from), int64(utf8.RuneCountInString(string(t))))
		}),
		"unistr(text)": unaryE(unistr),
	}
	for name, cut := range map[string]func(s, set string) string{"btrim": strings.Trim, "ltrim": strings.TrimLeft, "rtrim": strings.TrimRight} {
		f[name+"(text)"] = unary(func(s Text) Text { return Text(cut(string(s), " ")) })
		f[name+"(text,text)"] = binary(func(s, set Text) Text { return Text(cut(string(s), string(set))) })
	}
	return f
}

func pad(s string, n Int, fill string, before bool) (Value, error) {
	n = max(n, 0)
	if int64(n)*4 > 1<<30-5 {
		return nil, errTooLarge()
	}
	have := utf8.RuneCountInString(s)
	if have >= int(n) {
		return Text(firstRunes(s, int(n))), nil
	}
	if fill == "" {
		return Text(s), nil
	}
	missing, width := int(n)-have, utf8.RuneCountInString(fill)
	if int64(len(s))+int64(missing/width+1)*int64(len(fill)) > maxResult {
		return nil, errTooLarge()
	}
	padding := strings.Repeat(fill, missing/width) + firstRunes(fill, missing%width)
	if before {
		return Text(padding + s), nil
	}
	return Text(s + padding), nil
}

func replace(s, from, to Text) (Value, error) {
	if from == "" {
		return s, nil
	}
	n := strings.Count(string(s), string(from))
	if int64(len(s))+int64(n)*int64(len(to)) > maxResult {
		return nil, errTooLarge()
	}
	return Text(strings.ReplaceAll(string(s), string(from), string(to))), nil
}

func translate(s string, from, to []rune) string {
	m := make(map[rune]rune, len(from))
	for i := len(from) - 1; i >= 0; i-- {
		m[from[i]] = -1
		if i < len(to) {
			m[from[i]] = to[i]
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := m[r]; ok {
			return t
		}
		return r
	}, s)
}

func overlay(s, t string, from, n int64) (Value, error) {
	if from <= 0 {
		return nil, errNegativeLength()
	}
	if from+n != int64(int32(from+n)) {
		return nil, outOfRange("integer")
	}
	head := firstRunes(s, int(from-1))
	tail := skipRunes(s, from+n-1)
	if len(head)+len(t)+len(tail) > maxResult {
		return nil, errTooLarge()
	}
	return Text(head + t + tail), nil
}

// unistr decodes \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX and \\.
func unistr(in Text) (Value, error) {
	s := string(in)
	var b strings.Builder
	high := rune(0)
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i != 0 {
			if high != 0 {
				return nil, errSurrogate()
			}
			if i < 0 {
				i = len(s)
			}
			b.WriteString(s[:i])
			s = s[i:]
			continue
		}
		r, size, err := unistrEscape(s)
		if err != nil {
			return nil, err
		}
		s = s[size:]
		switch {
		case high != 0 && r >= 0xdc00 && r <= 0xdfff:
			r = (high-0xd800)<<10 + (r - 0xdc00) + 0x10000
			high = 0
		case high != 0 || r >= 0xdc00 && r <= 0xdfff:
			return nil, errSurrogate()
		case r >= 0xd800 && r <= 0xdbff:
			high = r
			continue
		}
		b.WriteRune(r)
	}
	if high != 0 {
		return nil, errSurrogate()
	}
	return Text(b.String()), nil
}

func errSurrogate() error { return pgerr.New(pgerr.SyntaxError, "invalid Unicode surrogate pair") }

func unistrEscape(s string) (rune, int, error) {
	if strings.HasPrefix(s, `\\`) {
		return '\\', 2, nil
	}
	for _, form := range []struct {
		prefix string
		digits int
	}{{`\+`, 6}, {`\u`, 4}, {`\U`, 8}, {`\`, 4}} {
		n := len(form.prefix) + form.digits
		if !strings.HasPrefix(s, form.prefix) || len(s) < n {
			continue
		}
		r, ok := uint64(0), true
		for _, c := range []byte(s[len(form.prefix):n]) {
			d := digitValue(c)
			r, ok = r<<4|d&15, ok && d < 16
		}
		if !ok {
			continue
		}
		if r == 0 || r > utf8.MaxRune {
			return 0, 0, pgerr.New(pgerr.InvalidParameterValue, "invalid Unicode code point: %04X", r)
		}
		return rune(r), n, nil
	}
	return 0, 0, pgerr.New(pgerr.SyntaxError, "invalid Unicode escape").
		WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
}
