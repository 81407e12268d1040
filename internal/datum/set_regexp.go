package datum

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// RegexpMatches is regexp_matches(string, pattern[, flags]): the text of a text[] for the first match, or for each with the flag g. A NULL
// argument has no rows.
func RegexpMatches(args []Value, env *Env) ([]Value, error) {
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
	}
	s, flags := textArg(args, 0, ""), textArg(args, 2, "")
	re, err := compileRegex(textArg(args, 1, ""), strings.ReplaceAll(flags, "g", ""))
	if err == nil {
		err = re.check(s, true, true)
	}
	if err != nil {
		return nil, err
	}
	var out []Value
	err = re.each(s, 0, func(loc []int) bool {
		out = append(out, Text(AppendText(nil, pgcat.TextArray, re.matched(s, loc), env)))
		return strings.Contains(flags, "g")
	})
	return out, err
}
