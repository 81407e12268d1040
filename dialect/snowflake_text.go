package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

func snowTextForms() map[string]string {
	return joinTables(warehouseTexts, map[string]string{
		"ltrim(text)": "LTRIM($1, ' ')", "rtrim(text)": "RTRIM($1, ' ')", "btrim(text)": "TRIM($1, ' ')",
	})
}

func snowTextRules() map[string]callRule {
	rules := joinTables(warehouseTextRules(), map[string]callRule{
		"ltrim(text,text)": known("LTRIM($1, $2)", 1), "rtrim(text,text)": known("RTRIM($1, $2)", 1), "btrim(text,text)": known("TRIM($1, $2)", 1),
		"substring(text,int4,int4)": snowSubstring, "substr(text,int4,int4)": snowSubstring,
		"substring(text,int4)": snowSubstring, "substr(text,int4)": snowSubstring,
	})
	for _, t := range []string{"text", "bpchar"} {
		rules[t+"regexeq("+t+",text)"], rules[t+"regexne("+t+",text)"] = snowRegex(false), snowRegex(true)
	}
	return rules
}

// snowText doubles quotes and backslashes, which are both special in Snowflake's strings.
func snowText(s string) string { return quote(strings.ReplaceAll(s, `\`, `\\`)) }

// snowRegex says a match with a known pattern that means the same to both: Snowflake's must match the whole text.
func snowRegex(negated bool) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		pattern, first, last, ok := p.regex(c, args)
		head, tail := map[bool]string{false: ".*"}[first], map[bool]string{false: ".*"}[last]
		alternative := strings.Contains(pattern, "|") && (first || last)
		re, said := toRE2(pattern)
		if !ok || !said || alternative || strings.ContainsAny(re, "^$") || strings.Contains(re, "(?:") {
			return sx{}, false
		}
		literal := snowText(head + "(" + re + ")" + tail)
		if re == "" {
			literal = snowText(head + tail)
		}
		if p.mask {
			literal = "$"
		}
		return boolean(paren(strings.TrimPrefix(not(negated)+" ", " ") + "REGEXP_LIKE(" + args[0].text + ", " + literal + ", 's')")), true
	}
}

// snowSubstring: PostgreSQL's window may begin before the text; Snowflake counts from the end there.
func snowSubstring(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	start, known := intConst(c.Args[1])
	if len(args) == 2 {
		if known {
			return sx{text: "SUBSTR(" + args[0].text + ", " + p.number(max(start, 1)) + ")"}, true
		}
		return sx{text: p.fillBare("SUBSTR($1, GREATEST($2, 1))", args)}, true
	}
	n, sized := intConst(c.Args[2])
	if known && sized && n >= 0 {
		return sx{text: "SUBSTR(" + args[0].text + ", " + p.number(max(start, 1)) + ", " + p.number(max(n+min(start, 1)-1, 0)) + ")"}, true
	}
	form := "SUBSTR($1, GREATEST($2, 1), GREATEST($3 + LEAST($2, 1) - 1, 0))"
	if sized {
		return sx{text: p.fillBare(form, args)}, n >= 0
	}
	return sx{text: p.sized(c, args, p.fillBare(form, args))}, true
}
