package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowTexts: strings are UTF-8 in both; positions count characters from one. upper() is missing: PostgreSQL's maps one
// character to one.
var snowTexts = map[string]snowForm{
	"textcat(text,text)": "$1 || $2",
	"length(text)":       "LENGTH($1)", "char_length(text)": "LENGTH($1)", "character_length(text)": "LENGTH($1)",
	"length(bpchar)": "LENGTH($1)", "char_length(bpchar)": "LENGTH($1)", "character_length(bpchar)": "LENGTH($1)",
	"octet_length(text)":  "OCTET_LENGTH($1)",
	"octet_length(bytea)": "OCTET_LENGTH($1)", "length(bytea)": "OCTET_LENGTH($1)",
	"lower(text)": "LOWER(TRANSLATE($1, 'İΣ', 'iσ'))", // İ and a final Σ are the letters whose small ones depend on the neighbours
	"ltrim(text)": "LTRIM($1, ' ')", "rtrim(text)": "RTRIM($1, ' ')", "btrim(text)": "TRIM($1, ' ')",
	"reverse(text)": "REVERSE($1)",
	"md5(text)":     "MD5($1)",
	"text(bpchar)":  "$1",
}

func snowTextRules() map[string]snowRule {
	rules := map[string]snowRule{
		"substring(text,int4,int4)": snowSubstring, "substr(text,int4,int4)": snowSubstring,
		"substring(text,int4)": snowSubstring, "substr(text,int4)": snowSubstring,
		"left(text,int4)":  snowEnd("LEFT"),
		"right(text,int4)": snowEnd("RIGHT"),
		"ltrim(text,text)": known("LTRIM($1, $2)", 1), "rtrim(text,text)": known("RTRIM($1, $2)", 1), "btrim(text,text)": known("TRIM($1, $2)", 1),
		"replace(text,text,text)": known("REPLACE($1, $2, $3)", 1),
		"position(text,text)":     known("POSITION($2, $1)", 1), "strpos(text,text)": known("POSITION($2, $1)", 1),
		"starts_with(text,text)":     known("STARTSWITH($1, $2)", 1),
		"split_part(text,text,int4)": snowSplit,
		"lpad(text,int4)":            snowPad("LPAD"), "lpad(text,int4,text)": snowPad("LPAD"),
		"rpad(text,int4)": snowPad("RPAD"), "rpad(text,int4,text)": snowPad("RPAD"),
		"concat(any)": snowConcat,
	}
	for _, t := range []string{"text", "bpchar"} {
		rules[t+"like("+t+",text)"], rules[t+"nlike("+t+",text)"] = snowLike(false, false), snowLike(false, true)
		rules[t+"iclike("+t+",text)"], rules[t+"icnlike("+t+",text)"] = snowLike(true, false), snowLike(true, true)
		rules[t+"regexeq("+t+",text)"], rules[t+"regexne("+t+",text)"] = snowRegex(false), snowRegex(true)
	}
	return rules
}

// known is a form whose operand i is a constant text that is not empty.
func known(form string, i int) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		text, ok := textConst(c.Args[i])
		return sx{text: p.fillBare(form, args), p: 38, mag: widest[c.T.OID]}, ok && text != ""
	}
}

// verbatim is a text with the blanks of a char(n), where they count.
func (x sx) verbatim() string {
	if x.pad == 0 {
		return x.text
	}
	return "RPAD(" + x.text + ", " + itoa(x.pad) + ", ' ')"
}

// snowLike says LIKE with a known pattern. PostgreSQL's ILIKE compares the small letters of both.
func snowLike(fold, negated bool) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		pattern, ok := textConst(c.Args[1])
		if !ok || loneEscape(pattern) || !p.binary {
			return sx{}, false
		}
		text := args[0].verbatim()
		if fold {
			small, ok := lowered(pattern)
			if !ok {
				return sx{}, false
			}
			pattern, text = small, "LOWER(TRANSLATE("+text+", 'İΣ', 'iσ'))"
		}
		literal := snowText(pattern)
		if p.mask {
			literal = "$"
		}
		if strings.Contains(pattern, `\`) {
			literal += ` ESCAPE '\\'`
		}
		return boolean(paren(text + not(negated) + " LIKE " + literal)), true
	}
}

// lowered is PostgreSQL's lower() of a text.
func lowered(text string) (string, bool) {
	proc, ok := pgcat.ProcBySignature("lower(text)")
	if !ok {
		return "", false
	}
	v, err := datum.Call(datum.Func{Proc: proc.OID}, []datum.Value{datum.Text(text)}, &datum.Env{})
	small, isText := v.(datum.Text)
	return string(small), err == nil && isText
}

// snowRegex says a match with a known pattern that means the same to both: Snowflake's must match the whole text.
func snowRegex(negated bool) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		pattern, ok := textConst(c.Args[1])
		if !ok || !p.binary || args[0].pad > 0 {
			return sx{}, false
		}
		head, tail := ".*", ".*"
		if rest, ok := strings.CutPrefix(pattern, "^"); ok {
			pattern, head = rest, ""
		}
		if rest, ok := strings.CutSuffix(pattern, "$"); ok && !strings.HasSuffix(rest, `\`) {
			pattern, tail = rest, ""
		}
		alternative := strings.Contains(pattern, "|") && (head == "" || tail == "")
		re, ok := toRE2(pattern)
		if !ok || alternative || strings.ContainsAny(re, "^$") || strings.Contains(re, "(?:") {
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
func snowSubstring(p *snow, c *plan.Call, args []sx) (sx, bool) {
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
	negative := "TO_VARCHAR(" + snowRaise("22011", "negative substring length not allowed", c.At, args[2].text) + ")"
	return sx{text: "IFF(" + args[2].text + " < 0 AND " + args[0].text + " IS NOT NULL AND " + args[1].text + " IS NOT NULL, " + negative + ", " + p.fillBare(form, args) + ")"}, true
}

// snowEnd is LEFT or RIGHT; a negative count leaves out that many characters of the other end.
func snowEnd(name string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		rest := name + "(" + args[0].text + ", GREATEST(LENGTH(" + args[0].text + ") + " + args[1].text + ", 0))"
		if n, ok := intConst(c.Args[1]); ok && n >= 0 {
			rest = name + "(" + args[0].text + ", " + args[1].text + ")"
		} else if !ok {
			rest = "IFF(" + args[1].text + " >= 0, " + name + "(" + args[0].text + ", " + args[1].text + "), " + rest + ")"
		}
		return sx{text: rest}, true
	}
}

// snowSplit needs a separator and a part that are known and not empty.
func snowSplit(p *snow, c *plan.Call, args []sx) (sx, bool) {
	separator, ok := textConst(c.Args[1])
	n, known := intConst(c.Args[2])
	return sx{text: p.fillBare("SPLIT_PART($1, $2, $3)", args)}, ok && known && separator != "" && n != 0
}

// maxPadded is how long a padded or repeated text may become: PostgreSQL and Snowflake refuse long ones differently.
const maxPadded = 10_000

func snowPad(name string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		n, ok := intConst(c.Args[1])
		blank := "' '"
		if len(args) == 3 {
			text, known := textConst(c.Args[2])
			blank, ok = args[2].text, ok && known && text != ""
		}
		return sx{text: name + "(" + args[0].text + ", " + p.number(max(n, 0)) + ", " + blank + ")"}, ok && n <= maxPadded
	}
}

// snowConcat skips NULLs, which Snowflake's concatenation does not.
func snowConcat(p *snow, c *plan.Call, args []sx) (sx, bool) {
	parts := make([]string, len(args))
	for i, a := range args {
		oid := c.Args[i].Type().OID
		switch {
		case characters(oid):
			parts[i] = "COALESCE(" + a.verbatim() + ", '')"
		case widest[oid] > 0:
			parts[i] = "COALESCE(TO_VARCHAR(" + a.text + "), '')"
		default:
			return sx{}, false
		}
	}
	return sx{text: paren(strings.Join(append(parts, "''"), " || "))}, true
}
