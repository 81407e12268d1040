package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// routine is a way to make a value of a type from others: text with a # for each argument.
type routine struct {
	text   string
	args   []uint32
	result uint32
	weight int
}

// internalName are functions that no one calls, or whose answer depends on the server, the moment or an unbounded argument; and powers, whose last
// digit differs from one C library to the next, which a sine of it makes any number.
var internalName = regexp.MustCompile("^(pg_|has_|bt|hash|gin|gist|brin|spg|inet_|txid|binary_|current_|session_|set_|ts|to_ts|json_to_ts|query_|table_|schema_|cursor_|database_|xml|" +
	"currval|nextval|setval|lastval|version|getdatabase|lo_|amvalidate|row_security|dsimple|thesaurus|dsnowball|unique_key|loread|lowrite|prs|array_to_ts|websearch|plainto|phraseto|numnode|range_|multirange|" +
	"pow|dpow|repeat|lpad|rpad|factorial|col_desc|obj_desc|shobj|format_type|quote_|similar_|like_|ri_|suppress|uuid_|char$|name$|cideq|oideq|timeofday|now|statement_|transaction_|clock_|inter_|array_fill|convert|" +
	"to_ascii|getpgusername|enum|acl|make_acl|timenow|interval_.*(accum|avg|sum|stddev|combine|serialize)|(int|float|numeric).*(accum|avg|_sum|stddev|var|combine|serialize|regr|inc|inv).*|.*(_in|_out|recv|send|_support|sel|typmodin|typmodout|joinsel|_transfn|_finalfn|_accum|_inv|larger|smaller)$|.*(in|out)$)")

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func usable(oid uint32) bool { return typeName(oid) != "" }

// routines are all functions, operators and casts of PostgreSQL's catalogs over our types, and the constructs that are neither.
func routines() []routine {
	out := slices.Clone(constructs)
	for _, k := range kinds {
		for _, t := range []string{"(CASE WHEN # THEN # ELSE # END)", "coalesce(#, #)", "nullif(#, #)", "greatest(#, #)", "least(#, #)"} {
			args := []uint32{k.oid, k.oid}
			if strings.HasPrefix(t, "(CASE") {
				args = []uint32{pgcat.Bool, k.oid, k.oid}
			}
			out = append(out, routine{t, args, k.oid, 2})
		}
		for _, t := range []string{"(# IS NULL)", "(# IS DISTINCT FROM #)", "(# IN (#, #))", "(# NOT IN (#, #))", "(# BETWEEN # AND #)", "(# = ANY (ARRAY[#, #]))"} {
			args := slices.Repeat([]uint32{k.oid}, strings.Count(t, "#"))
			out = append(out, routine{t, args, pgcat.Bool, 1})
		}
	}
	return append(append(append(out, functions()...), operators()...), casts()...)
}

// constructs have a grammar of their own.
var constructs = []routine{
	{"(# AND #)", []uint32{pgcat.Bool, pgcat.Bool}, pgcat.Bool, 6}, {"(# OR #)", []uint32{pgcat.Bool, pgcat.Bool}, pgcat.Bool, 6}, {"(NOT #)", []uint32{pgcat.Bool}, pgcat.Bool, 4},
	{"(# IS TRUE)", []uint32{pgcat.Bool}, pgcat.Bool, 1}, {"(# IS NOT FALSE)", []uint32{pgcat.Bool}, pgcat.Bool, 1},
	{"(#)[#]", []uint32{pgcat.Int4Array, pgcat.Int4}, pgcat.Int4, 2}, {"(#)[#]", []uint32{pgcat.TextArray, pgcat.Int4}, pgcat.Text, 2},
	{"ARRAY[#, #]", []uint32{pgcat.Int4, pgcat.Int4}, pgcat.Int4Array, 2}, {"ARRAY[#, #]", []uint32{pgcat.Text, pgcat.Text}, pgcat.TextArray, 2},
	{"(# || #)", []uint32{pgcat.Int4Array, pgcat.Int4Array}, pgcat.Int4Array, 2}, {"(# @> #)", []uint32{pgcat.Int4Array, pgcat.Int4Array}, pgcat.Bool, 2},
	{"(# && #)", []uint32{pgcat.TextArray, pgcat.TextArray}, pgcat.Bool, 1}, {"array_length(#, 1)", []uint32{pgcat.Int4Array}, pgcat.Int4, 1},
	{"cardinality(#)", []uint32{pgcat.TextArray}, pgcat.Int4, 1}, {"array_to_string(#, ',', '*')", []uint32{pgcat.TextArray}, pgcat.Text, 1},
	{"array_append(#, #)", []uint32{pgcat.Int4Array, pgcat.Int4}, pgcat.Int4Array, 1}, {"array_position(#, #)", []uint32{pgcat.Int4Array, pgcat.Int4}, pgcat.Int4, 1},
	{"concat(#, #)", []uint32{pgcat.Text, pgcat.Numeric}, pgcat.Text, 1}, {"concat_ws('-', #, #)", []uint32{pgcat.Text, pgcat.Date}, pgcat.Text, 1},
	{"lpad(#, 5, #)", []uint32{pgcat.Text, pgcat.Text}, pgcat.Text, 1}, {"repeat(#, 2)", []uint32{pgcat.Text}, pgcat.Text, 1},
	{"extract(epoch FROM #)", []uint32{pgcat.Timestamp}, pgcat.Numeric, 1}, {"extract(month FROM #)", []uint32{pgcat.Date}, pgcat.Numeric, 1},
	{"extract(hour FROM #)", []uint32{pgcat.TimestampTZ}, pgcat.Numeric, 1}, {"extract(day FROM #)", []uint32{pgcat.Interval}, pgcat.Numeric, 1},
	{"date_trunc('month', #)", []uint32{pgcat.Timestamp}, pgcat.Timestamp, 1}, {"date_trunc('week', #)", []uint32{pgcat.TimestampTZ}, pgcat.TimestampTZ, 1},
	{"(# AT TIME ZONE 'America/New_York')", []uint32{pgcat.Timestamp}, pgcat.TimestampTZ, 1}, {"(# AT TIME ZONE 'Asia/Kolkata')", []uint32{pgcat.TimestampTZ}, pgcat.Timestamp, 1},
	{"((#)::numeric(10,2) * 1)", []uint32{pgcat.Numeric}, pgcat.Numeric, 2}, {"(#)::varchar(3)::text", []uint32{pgcat.Text}, pgcat.Text, 1}, {"((#)::timestamp(0) + '1 day'::interval)", []uint32{pgcat.Timestamp}, pgcat.Timestamp, 1},
	{"to_char(#, 'YYYY-MM-DD HH24:MI:SS')", []uint32{pgcat.Timestamp}, pgcat.Text, 1}, {"to_char(#, 'FM999,990.00')", []uint32{pgcat.Numeric}, pgcat.Text, 1},
	{"(# LIKE '%a%')", []uint32{pgcat.Text}, pgcat.Bool, 1}, {"(# ~ '[a-c]+')", []uint32{pgcat.Text}, pgcat.Bool, 1},
	{"((#, #) < (#, #))", []uint32{pgcat.Int4, pgcat.Text, pgcat.Int4, pgcat.Text}, pgcat.Bool, 1},
	{"substring(# FROM 2 FOR 2)", []uint32{pgcat.Text}, pgcat.Text, 1}, {"(# -> 'a')", []uint32{pgcat.JSONB}, pgcat.JSONB, 1}, {"(# ->> 'b')", []uint32{pgcat.JSONB}, pgcat.Text, 1},
}

func functions() []routine {
	var out []routine
	seen := map[string]bool{}
	for _, name := range procNames() {
		if seen[name] || internalName.MatchString(name) || !plainName.MatchString(name) {
			continue
		}
		seen[name] = true
		for _, p := range pgcat.ProcsByName(name) {
			if p.Kind != 'f' || p.RetSet || p.Volatile == 'v' || p.Variadic != 0 || !usable(p.Result) || !allUsable(p.Args) {
				continue
			}
			out = append(out, routine{name + "(" + strings.Join(slices.Repeat([]string{"#"}, len(p.Args)), ", ") + ")", p.Args, p.Result, 1})
		}
	}
	return out
}

// procNames are the names of all functions, by trying each OID that PostgreSQL reserves for its own.
func procNames() []string {
	var out []string
	for oid := uint32(1); oid < 10000; oid++ {
		if p, ok := pgcat.ProcByOID(oid); ok && p.Namespace == pgcat.PGCatalog {
			out = append(out, p.Name)
		}
	}
	return out
}

func allUsable(args []uint32) bool {
	return len(args) > 0 && !slices.ContainsFunc(args, func(a uint32) bool { return !usable(a) })
}

func operators() []routine {
	var out []routine
	for oid := uint32(1); oid < 10000; oid++ {
		o, ok := pgcat.OperatorByOID(oid)
		if !ok || o.Name == "^" && o.Result == pgcat.Float8 || !usable(o.Result) || !usable(o.Right) || strings.ContainsAny(o.Name, "@?") && o.Right == pgcat.JSONB {
			continue
		}
		switch {
		case o.Left == 0:
			out = append(out, routine{"(" + o.Name + " #)", []uint32{o.Right}, o.Result, 2})
		case usable(o.Left):
			out = append(out, routine{"(# " + o.Name + " #)", []uint32{o.Left, o.Right}, o.Result, 2})
		}
	}
	return out
}

func casts() []routine {
	var out []routine
	for _, c := range pgcat.Casts() {
		if usable(c.From) && usable(c.To) && c.From != c.To {
			out = append(out, routine{"(#)::" + typeName(c.To), []uint32{c.From}, c.To, 2})
		}
	}
	for _, k := range kinds {
		if k.oid != pgcat.Text {
			out = append(out, routine{"(#)::text", []uint32{k.oid}, pgcat.Text, 1})
		}
	}
	return out
}
