package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// duckTexts: strings are UTF-8 in both; positions count characters from one.
var duckTexts = map[string]duckForm{
	"textcat(text,text)": "$1 || $2",
	"length(text)":       "CAST(length($1) AS INTEGER)", "char_length(text)": "CAST(length($1) AS INTEGER)",
	"character_length(text)": "CAST(length($1) AS INTEGER)",
	"octet_length(text)":     "CAST(strlen($1) AS INTEGER)", "octet_length(bytea)": "CAST(octet_length($1) AS INTEGER)",
	"length(bytea)":             "CAST(octet_length($1) AS INTEGER)",
	"substring(text,int4,int4)": substring3, "substr(text,int4,int4)": substring3,
	"substring(text,int4)": substring2, "substr(text,int4)": substring2,
	"left(text,int4)": "left($1, $2)", "right(text,int4)": "CASE WHEN $2 = -2147483648 THEN $1 ELSE right($1, $2) END", // as PostgreSQL, whose negation wraps
	"ltrim(text)": "ltrim($1)", "rtrim(text)": "rtrim($1)", "btrim(text)": "trim($1)",
	"ltrim(text,text)": "ltrim($1, $2)", "rtrim(text,text)": "rtrim($1, $2)", "btrim(text,text)": "trim($1, $2)",
	"replace(text,text,text)": "replace($1, $2, $3)",
	"position(text,text)":     "CAST(strpos($1, $2) AS INTEGER)", "strpos(text,text)": "CAST(strpos($1, $2) AS INTEGER)",
	"starts_with(text,text)": "starts_with($1, $2)",
	"repeat(text,int4)":      "CASE WHEN $2 IS NOT NULL THEN repeat($1, greatest($2, 0)) END", "md5(text)": "md5($1)",
}

const substring2 = "CASE WHEN $2 IS NOT NULL THEN substr($1, greatest($2, 1)) END"

const substring3 = "CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN NULL WHEN $3 < 0 THEN {22011:negative substring length not allowed} ELSE " +
	"substr($1, greatest($2, 1), greatest($3::BIGINT + least($2, 1) - 1, 0)) END"

// duckRule says a call when it can; otherwise forms and datum are tried.
type duckRule func(p *duck, c *plan.Call, args []sx) (sx, bool)

var duckRules = map[string]duckRule{
	"textlike(text,text)": likeRule(" LIKE "), "textnlike(text,text)": likeRule(" NOT LIKE "),
	"texticlike(text,text)": likeRule(" ILIKE "), "texticnlike(text,text)": likeRule(" NOT ILIKE "),
	"namelike(name,text)": likeRule(" LIKE "), "namenlike(name,text)": likeRule(" NOT LIKE "),
	"nameiclike(name,text)": likeRule(" ILIKE "), "nameicnlike(name,text)": likeRule(" NOT ILIKE "),
	"textregexeq(text,text)": regexRule("s", false), "textregexne(text,text)": regexRule("s", true),
	"texticregexeq(text,text)": regexRule("is", false), "texticregexne(text,text)": regexRule("is", true),
	"nameregexeq(name,text)": regexRule("s", false), "nameregexne(name,text)": regexRule("s", true),
	"concat(any)": concatRule, "concat_ws(text,any)": concatRule,
	"extract(text,timestamp)": extractRule, "extract(text,date)": extractRule, "date_part(text,timestamp)": extractRule,
	"date_part(text,date)": extractRule, "extract(text,timestamptz)": extractRule, "date_part(text,timestamptz)": extractRule,
	"date_trunc(text,timestamp)":                    truncRule,
	"timestamptz_pl_interval(timestamptz,interval)": instantRule(" + "), "timestamptz_mi_interval(timestamptz,interval)": instantRule(" - "),
	"date_pl_interval(date,interval)": shiftRule(1, "CAST($1 AS TIMESTAMP) + $2"), "date_mi_interval(date,interval)": shiftRule(1, "CAST($1 AS TIMESTAMP) - $2"),
	"timestamp_pl_interval(timestamp,interval)": shiftRule(1, "$1 + $2"), "timestamp_mi_interval(timestamp,interval)": shiftRule(1, "$1 - $2"),
	"interval_pl_timestamp(interval,timestamp)": shiftRule(0, "$2 + $1"), "interval_pl_date(interval,date)": shiftRule(0, "CAST($2 AS TIMESTAMP) + $1"),
	"interval_mul(interval,float8)": timesRule(0, 1), "mul_d_interval(float8,interval)": timesRule(1, 0),
	"textanycat(text,anynonarray)": joinRule, "anytextcat(anynonarray,text)": joinRule,
	"array_eq(anyarray,anyarray)": listRule(" = "), "array_ne(anyarray,anyarray)": listRule(" <> "),
}

// likeRule says LIKE with a known pattern; one that ends in a lone backslash fails only when it is reached, which datum knows.
func likeRule(op string) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		pattern, ok := textConst(c.Args[1])
		if !ok || loneEscape(pattern) {
			return sx{}, false
		}
		return sx{text: paren(args[0].text + op + args[1].text + ` ESCAPE '\'`), oid: pgcat.Bool}, true
	}
}

func textConst(e plan.Expr) (string, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return "", false
	}
	t, ok := c.Value.(datum.Text)
	return string(t), ok
}

func loneEscape(pattern string) bool {
	n := len(pattern) - len(strings.TrimRight(pattern, `\`))
	return n%2 == 1
}

// regexRule says a match with a known pattern that means the same to RE2.
func regexRule(options string, negated bool) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		pattern, ok := textConst(c.Args[1])
		if !ok {
			return sx{}, false
		}
		re2, ok := toRE2(pattern)
		if !ok {
			return sx{}, false
		}
		not := ""
		if negated {
			not = "NOT "
		}
		return sx{text: paren(not + "regexp_matches(" + args[0].text + ", " + quote(re2) + ", '" + options + "')"), oid: pgcat.Bool}, true
	}
}

// toRE2 accepts the part of PostgreSQL's regular expressions that RE2 reads alike: literals, ".", "^", "$", groups, "|",
// quantifiers, bracket lists of ASCII without classes, \d and escaped punctuation.
func toRE2(p string) (string, bool) {
	var b strings.Builder
	if strings.HasPrefix(p, "***") {
		return "", false
	}
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			if i++; i == len(p) {
				return "", false
			}
			switch e := p[i]; {
			case e == 'd':
				b.WriteString("[0-9]")
			case strings.IndexByte(`.*+?()[]{}|^$\/-@#%&~!"',:;<>=_`, e) >= 0:
				b.WriteString(quoteRE2(e))
			default:
				return "", false
			}
		case c == '[':
			end, ok := bracket(p[i:])
			if !ok {
				return "", false
			}
			b.WriteString(p[i : i+end])
			i += end - 1
		case c == '(':
			if strings.HasPrefix(p[i:], "(?") && !strings.HasPrefix(p[i:], "(?:") {
				return "", false
			}
			if strings.HasPrefix(p[i:], "(*") || strings.HasPrefix(p[i:], "(+") || strings.HasPrefix(p[i:], "()") || strings.HasPrefix(p[i:], "(|") {
				return "", false
			}
			b.WriteByte(c)
		case c == '{', c == '}':
			return "", false
		case c == '*' || c == '+' || c == '?':
			if i == 0 || i+1 < len(p) && strings.IndexByte("*+?", p[i+1]) >= 0 || p[i-1] == '^' || p[i-1] == '|' {
				return "", false
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

func quoteRE2(c byte) string {
	if strings.IndexByte(`.*+?()[]{}|^$\`, c) >= 0 {
		return `\` + string(c)
	}
	return string(c)
}

// bracket measures a bracket list of plain ASCII.
func bracket(p string) (int, bool) {
	i := 1
	if i < len(p) && p[i] == '^' {
		i++
	}
	for start := i; i < len(p); i++ {
		switch c := p[i]; {
		case c == ']' && i > start:
			return i + 1, true
		case c == ']', c == '[', c == '\\', c == '&', c == '~', c >= 0x80:
			return 0, false
		}
	}
	return 0, false
}

// concatRule says concat and concat_ws over strings and integers, whose text is alike; others go through datum.
func concatRule(p *duck, c *plan.Call, args []sx) (sx, bool) {
	if c.Variadic {
		return sx{}, false
	}
	texts, ok := p.plainTexts(args)
	if !ok {
		return sx{}, false
	}
	return sx{text: c.Name + paren(strings.Join(texts, ", ")), oid: pgcat.Text}, true
}

// plainTexts prints values whose text is the same in both; ok is false for any other.
func (p *duck) plainTexts(args []sx) (texts []string, ok bool) {
	for _, a := range args {
		switch a.oid {
		case pgcat.Text, pgcat.Varchar, pgcat.Name, pgcat.Unknown, pgcat.JSON:
			texts = append(texts, a.text)
		case pgcat.Int2, pgcat.Int4, pgcat.Int8, pgcat.OID:
			texts = append(texts, "CAST("+a.text+" AS VARCHAR)")
		case numericOID:
			texts = append(texts, p.asText(a).text)
		default:
			return nil, false
		}
	}
	return texts, true
}

// joinRule says text || any and any || text for such values.
func joinRule(p *duck, c *plan.Call, args []sx) (sx, bool) {
	texts, ok := p.plainTexts(args)
	if !ok {
		return sx{}, false
	}
	return sx{text: paren(strings.Join(texts, " || ")), oid: pgcat.Text}, true
}

// listRule compares arrays whose elements compare by their own representation.
func listRule(op string) duckRule {
	return func(p *duck, c *plan.Call, args []sx) (sx, bool) {
		elem, ok := ElementOID(args[0].oid)
		if !ok || needsKey(sx{oid: elem}) {
			return sx{}, false
		}
		return sx{text: paren(args[0].text + op + args[1].text), oid: pgcat.Bool}, true
	}
}
