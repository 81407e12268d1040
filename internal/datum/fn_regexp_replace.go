package datum

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// addReplace adds the forms of regexp_replace.
func addReplace(f family) {
	const head = "regexp_replace(text,text,text"
	f[head+")"] = func(_ *Func, a []Value, _ *Env) (Value, error) { return regexpReplace(a, "", 1, 1) }
	f[head+",text)"] = func(_ *Func, a []Value, _ *Env) (Value, error) {
		flags := string(a[3].(Text))
		if flags != "" && isDigit(flags[0]) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid regular expression option: \"%s\"", flags[:1]).
				WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
		}
		return regexpReplace(a, flags, 1, limitOf(flags))
	}
	f[head+",int4)"] = func(_ *Func, a []Value, _ *Env) (Value, error) { return regexpReplace(a, "", intArg(a, 3, 1), 1) }
	f[head+",int4,int4)"] = func(_ *Func, a []Value, _ *Env) (Value, error) {
		return regexpReplace(a, "", intArg(a, 3, 1), intArg(a, 4, 1))
	}
	f[head+",int4,int4,text)"] = func(_ *Func, a []Value, _ *Env) (Value, error) {
		return regexpReplace(a, textArg(a, 5, ""), intArg(a, 3, 1), intArg(a, 4, 1))
	}
}

func limitOf(flags string) int64 {
	if strings.Contains(flags, "g") {
		return 0
	}
	return 1
}

// regexpReplace replaces the nth match from a position on, or with 0 all of them.
func regexpReplace(a []Value, flags string, start, n int64) (Value, error) {
	s, with := textArg(a, 0, ""), textArg(a, 2, "")
	if err := atLeast("start", start, 1); err != nil {
		return nil, err
	}
	if err := atLeast("n", n, 0); err != nil {
		return nil, err
	}
	re, err := compileRegex(textArg(a, 1, ""), strings.ReplaceAll(flags, "g", ""))
	if err == nil {
		err = re.check(s, true, strings.ContainsAny(with, "123456789") && strings.Contains(with, `\`))
	}
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	end, count := 0, int64(0)
	eachErr := re.each(s, byteOffset(s, start), func(loc []int) bool {
		count++
		if n > 0 && count < n {
			return true
		}
		b.WriteString(s[end:loc[0]])
		expandReplacement(&b, with, s, loc)
		end = loc[1]
		if b.Len() > maxResult {
			err = errTooLarge()
		}
		return n == 0 && err == nil
	})
	if eachErr != nil || err != nil {
		return nil, firstError(eachErr, err)
	}
	b.WriteString(s[end:])
	return Text(b.String()), nil
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// expandReplacement writes a replacement with \1 to \9, \& and \\.
func expandReplacement(b *strings.Builder, with, s string, loc []int) {
	for i := 0; i < len(with); i++ {
		c := with[i]
		if c != '\\' || i+1 == len(with) {
			b.WriteByte(c)
			continue
		}
		g := -1
		switch d := with[i+1]; {
		case d >= '1' && d <= '9':
			g = int(d - '0')
		case d == '&':
			g = 0
		case d == '\\':
			b.WriteByte('\\')
			i++
			continue
		default:
			b.WriteByte('\\')
			continue
		}
		i++
		if 2*g < len(loc) && loc[2*g] >= 0 {
			b.WriteString(s[loc[2*g]:loc[2*g+1]])
		}
	}
}
