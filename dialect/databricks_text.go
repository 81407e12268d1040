package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

func brickTexts() map[string]string {
	return joinTables(warehouseTexts, map[string]string{
		"ltrim(text)": "TRIM(LEADING ' ' FROM $1)", "rtrim(text)": "TRIM(TRAILING ' ' FROM $1)", "btrim(text)": "TRIM(BOTH ' ' FROM $1)",
		"ascii(text)": "ASCII($1)",
	})
}

func brickTextRules() map[string]callRule {
	rules := joinTables(warehouseTextRules(), map[string]callRule{
		"ltrim(text,text)": known("TRIM(LEADING $2 FROM $1)", 1), "rtrim(text,text)": known("TRIM(TRAILING $2 FROM $1)", 1),
		"btrim(text,text)":          known("TRIM(BOTH $2 FROM $1)", 1),
		"substring(text,int4,int4)": brickSubstring, "substr(text,int4,int4)": brickSubstring,
		"substring(text,int4)": brickSubstring, "substr(text,int4)": brickSubstring,
		"translate(text,text,text)":    brickTranslate,
		"overlay(text,text,int4,int4)": brickOverlay, "overlay(text,text,int4)": brickOverlay,
	})
	for _, t := range []string{"text", "bpchar"} {
		rules[t+"regexeq("+t+",text)"], rules[t+"regexne("+t+",text)"] = brickRegex(false), brickRegex(true)
	}
	return rules
}

// brickPattern leaves escapes only before what they change: before anything else Databricks refuses them.
func brickPattern(like string) string {
	var b strings.Builder
	for i := 0; i < len(like); i++ {
		if like[i] == '\\' && i+1 < len(like) {
			if i++; strings.IndexByte(`%_\`, like[i]) >= 0 {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(like[i])
	}
	return b.String()
}

// brickRegex says a match with a known pattern that means the same to both: Databricks's finds a part, and its $ also stands before a
// last line break.
func brickRegex(negated bool) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		pattern, first, last, ok := p.regex(c, args)
		re, said := toRE2(pattern)
		if !ok || !said || anchored(re) || startsRepeated(pattern) {
			return sx{}, false
		}
		literal := brickText("(?s)" + map[bool]string{true: "^"}[first] + re + map[bool]string{true: `\z`}[last])
		if p.mask {
			literal = "$"
		}
		return boolean(paren(strings.TrimPrefix(not(negated)+" ", " ") + args[0].text + " RLIKE " + literal)), true
	}
}

func startsRepeated(pattern string) bool {
	return pattern != "" && strings.IndexByte("*+?", pattern[0]) >= 0
}

// anchored reports ^ or $ outside of brackets.
func anchored(re string) bool {
	for i := 0; i < len(re); i++ {
		switch re[i] {
		case '\\':
			i++
		case '[':
			if end, ok := bracket(re[i:]); ok {
				i += end - 1
			}
		case '^', '$':
			return true
		}
	}
	return false
}

// brickSubstring: PostgreSQL's window may begin before the text; Databricks counts from the end there.
func brickSubstring(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	start, known := intConst(c.Args[1])
	from := p.atLeast(args[1].text, "1")
	if known {
		from = p.number(max(start, 1))
	}
	if len(args) == 2 {
		return sx{text: "SUBSTR(" + args[0].text + ", " + from + ")"}, true
	}
	n, sized := intConst(c.Args[2])
	if sized && n < 0 {
		return sx{}, false
	}
	if known && sized {
		return sx{text: "SUBSTR(" + args[0].text + ", " + from + ", " + p.number(max(n+min(start, 1)-1, 0)) + ")"}, true
	}
	window := p.fillBare("CAST($3 AS BIGINT) + LEAST($2, 1) - 1", args)
	length := p.fillBare("CAST(CASE WHEN $1 < 0 THEN 0 WHEN $1 > 2147483647 THEN 2147483647 ELSE $1 END AS INT)", []sx{{text: window}})
	part := "SUBSTR(" + args[0].text + ", " + from + ", " + length + ")"
	if !sized {
		part = p.sized(c, args, part)
	}
	return sx{text: part}, true
}

// brickTranslate maps characters of a known text that is not empty.
func brickTranslate(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	from, ok := textConst(c.Args[1])
	_, known := textConst(c.Args[2])
	return sx{text: p.fillBare("TRANSLATE($1, $2, $3)", args)}, ok && known && from != ""
}

// brickOverlay puts a text into another one, at a known place.
func brickOverlay(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	at, ok := intConst(c.Args[2])
	if !ok || at < 1 || len(args[0].text) > maxRepeated || len(args[1].text) > maxRepeated {
		return sx{}, false
	}
	rest := "LENGTH(" + args[1].text + ") + " + p.number(at)
	if len(args) == 4 {
		n, known := intConst(c.Args[3])
		if !known || n < 0 {
			return sx{}, false
		}
		rest = p.number(at + n)
	}
	return sx{text: p.fill("SUBSTR($1, 1, "+p.number(at-1)+") || $2 || SUBSTR($1, "+rest+")", args)}, true
}
