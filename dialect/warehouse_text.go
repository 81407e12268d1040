package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// warehouseTexts: strings are UTF-8; positions count characters from one. upper() is missing: PostgreSQL's maps one character to
// one.
var warehouseTexts = map[string]string{
	"textcat(text,text)": "$1 || $2",
	"length(text)":       "LENGTH($1)", "char_length(text)": "LENGTH($1)", "character_length(text)": "LENGTH($1)",
	"length(bpchar)": "LENGTH($1)", "char_length(bpchar)": "LENGTH($1)", "character_length(bpchar)": "LENGTH($1)",
	"octet_length(text)":  "OCTET_LENGTH($1)",
	"octet_length(bytea)": "OCTET_LENGTH($1)", "length(bytea)": "OCTET_LENGTH($1)",
	"lower(text)":   "LOWER(TRANSLATE($1, 'İΣ', 'iσ'))", // İ and a final Σ are the letters whose small ones depend on the neighbours
	"reverse(text)": "REVERSE($1)",
	"md5(text)":     "MD5($1)",
	"text(bpchar)":  "$1",
}

func warehouseTextRules() map[string]callRule {
	rules := map[string]callRule{
		"left(text,int4)":         endOf("LEFT"),
		"right(text,int4)":        endOf("RIGHT"),
		"replace(text,text,text)": known("REPLACE($1, $2, $3)", 1),
		"position(text,text)":     known("POSITION($2, $1)", 1), "strpos(text,text)": known("POSITION($2, $1)", 1),
		"starts_with(text,text)":     known("STARTSWITH($1, $2)", 1),
		"split_part(text,text,int4)": splitPart,
		"lpad(text,int4)":            paddedTo("LPAD"), "lpad(text,int4,text)": paddedTo("LPAD"),
		"rpad(text,int4)": paddedTo("RPAD"), "rpad(text,int4,text)": paddedTo("RPAD"),
		"concat(any)": concatenated,
	}
	for _, t := range []string{"text", "bpchar"} {
		rules[t+"like("+t+",text)"], rules[t+"nlike("+t+",text)"] = likeOf(false, false), likeOf(false, true)
		rules[t+"iclike("+t+",text)"], rules[t+"icnlike("+t+",text)"] = likeOf(true, false), likeOf(true, true)
	}
	return rules
}

// known is a form whose operand i is a constant text that is not empty.
func known(form string, i int) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
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

// likeOf says LIKE with a known pattern. PostgreSQL's ILIKE compares the small letters of both.
func likeOf(fold, negated bool) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
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
		pattern = p.lang.pattern(pattern)
		literal := p.lang.quote(pattern)
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

// regex is the known pattern of a match without an anchor at its ends, and which anchors it had; false where it is not said.
func (p *warehouse) regex(c *plan.Call, args []sx) (pattern string, first, last, ok bool) {
	pattern, ok = textConst(c.Args[1])
	pattern, first = strings.CutPrefix(pattern, "^")
	if rest, cut := strings.CutSuffix(pattern, "$"); cut && !strings.HasSuffix(rest, `\`) {
		pattern, last = rest, true
	}
	return pattern, first, last, ok && p.binary && args[0].pad == 0
}

// sized is a part of a text, whose length is an error when it is negative.
func (p *warehouse) sized(c *plan.Call, args []sx, part string) string {
	negative := p.raise(pgerr.New("22011", "negative substring length not allowed").At(c.At), args[2].text, pgcat.Text)
	return p.iff(args[2].text+" < 0 AND "+args[0].text+" IS NOT NULL AND "+args[1].text+" IS NOT NULL", negative, part)
}

// endOf is LEFT or RIGHT; a negative count leaves out that many characters of the other end.
func endOf(name string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		rest := name + "(" + args[0].text + ", " + p.atLeast("LENGTH("+args[0].text+") + "+args[1].text, "0") + ")"
		if n, ok := intConst(c.Args[1]); ok && n >= 0 {
			rest = name + "(" + args[0].text + ", " + args[1].text + ")"
		} else if !ok {
			rest = p.iff(args[1].text+" >= 0", name+"("+args[0].text+", "+args[1].text+")", rest)
		}
		return sx{text: rest}, true
	}
}

// splitPart needs a separator and a part that are known and not empty.
func splitPart(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	separator, ok := textConst(c.Args[1])
	n, known := intConst(c.Args[2])
	return sx{text: p.fillBare("SPLIT_PART($1, $2, $3)", args)}, ok && known && separator != "" && n != 0
}

// maxPadded is how long a padded or repeated text may become: PostgreSQL and warehouses refuse long ones differently.
const maxPadded = 10_000

func paddedTo(name string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		n, ok := intConst(c.Args[1])
		blank := "' '"
		if len(args) == 3 {
			text, known := textConst(c.Args[2])
			blank, ok = args[2].text, ok && known && text != ""
		}
		return sx{text: name + "(" + args[0].text + ", " + p.number(max(n, 0)) + ", " + blank + ")"}, ok && n <= maxPadded
	}
}

// concatenated skips NULLs, which a warehouse's concatenation does not.
func concatenated(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	parts := make([]string, len(args))
	for i, a := range args {
		oid := c.Args[i].Type().OID
		switch {
		case characters(oid):
			parts[i] = "COALESCE(" + a.verbatim() + ", '')"
		case widest[oid] > 0:
			parts[i] = "COALESCE(" + p.texted(a.text) + ", '')"
		default:
			return sx{}, false
		}
	}
	return sx{text: paren(strings.Join(append(parts, "''"), " || "))}, true
}
