package catalog

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// functionDef prints CREATE FUNCTION of a function in C as pg_get_functiondef of ruleutils.c does; "" for an aggregate and for
// a function in SQL, whose body is not kept.
func functionDef(p *pgcat.Proc, get func(string) string) string {
	if p.Kind == 'a' || p.Kind == 'p' || p.Language != 12 && p.Language != 13 {
		return ""
	}
	language, library := "internal", ""
	if p.Language == 13 {
		language, library = "c", "'"+get("probin")+"', "
	}
	out := "CREATE OR REPLACE FUNCTION pg_catalog." + quote(p.Name) + "(" + arguments(p, true) + ")\n RETURNS " + result(p) +
		"\n LANGUAGE " + language + "\n"
	if words := functionWords(p, get); words != "" {
		out += words + "\n"
	}
	return out + "AS " + library + "$function$" + p.Src + "$function$\n"
}

// functionWords are the words that differ from a new function's, in PostgreSQL 17's order.
func functionWords(p *pgcat.Proc, get func(string) string) string {
	var words strings.Builder
	add := func(when bool, word string) {
		if when {
			words.WriteString(" " + word)
		}
	}
	add(p.Kind == 'w', "WINDOW")
	add(p.Volatile == 'i', "IMMUTABLE")
	add(p.Volatile == 's', "STABLE")
	add(get("proparallel") == "s", "PARALLEL SAFE")
	add(get("proparallel") == "r", "PARALLEL RESTRICTED")
	add(p.Strict, "STRICT")
	add(get("prosecdef") == "t", "SECURITY DEFINER")
	add(get("proleakproof") == "t", "LEAKPROOF")
	cost, rows := get("procost"), get("prorows")
	add(cost != "1" && cost != "", "COST "+cost)
	add(rows != "0" && rows != "1000" && rows != "", "ROWS "+rows)
	support := get("prosupport")
	add(support != "-" && support != "0" && support != "", "SUPPORT "+support)
	return words.String()
}

// keywords are the rows of pg_get_keywords().
func keywords(out *rows) {
	for _, k := range pgcat.Keywords() {
		out.add(row{"word": text(k.Word), "catcode": datum.Int(k.Category), "barelabel": datum.Bool(k.BareLabel),
			"catdesc": text(k.CategoryDescription), "baredesc": text(k.BareDescription)})
	}
}
