package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// call prints a function, or an operator where it was written as one.
func (p *postgres) call(e *plan.Call) string {
	proc, ok := p.proc(e.Proc, e.At)
	if !ok {
		return "NULL"
	}
	if proc.RetSet {
		return p.refuse(e.At, "function %s here", proc.Signature())
	}
	if e.Op == "" {
		return p.function(e)
	}
	if len(e.Args) == 1 {
		return paren(operator(e.Op) + p.expr(e.Args[0]))
	}
	return paren(p.compared(e.Args[0], e.Op) + operator(e.Op) + p.expr(e.Args[1]))
}

// function prints a call by the function's name.
func (p *postgres) function(e *plan.Call) string {
	proc, ok := p.proc(e.Proc, e.At)
	if !ok {
		return "NULL"
	}
	args := p.exprs(e.Args)
	if e.Variadic && len(args) > 0 {
		args[len(args)-1] = "VARIADIC " + args[len(args)-1]
	}
	return "pg_catalog." + ident(proc.Name) + paren(strings.Join(args, ", "))
}

// proc refuses what may not run at a source: what is volatile, what reads the source's own catalog or session, and, unless
// the source collates as C.UTF-8, what depends on a collation's letters.
func (p *postgres) proc(oid uint32, at int) (*pgcat.Proc, bool) {
	proc, ok := pgcat.ProcByOID(oid)
	if !ok || proc.OID >= 16384 || proc.Namespace != pgcat.PGCatalog {
		p.refuse(at, "this function")
		return nil, false
	}
	switch {
	case proc.Volatile == 'v', proc.Volatile == 's' && !movable(proc), private(proc):
		p.refuse(at, "function %s", proc.Signature())
		return nil, false
	case !p.plain && lettered[proc.Name] && takesText(proc):
		p.refuse(at, "function %s under an unknown collation", proc.Signature())
		return nil, false
	}
	return proc, true
}

// movable: a stable function whose value depends on TimeZone, DateStyle and IntervalStyle alone, which are set at the source
// as they are here.
func movable(proc *pgcat.Proc) bool {
	if proc.Name == "age" {
		return len(proc.Args) == 2
	}
	return stableNames[proc.Name] || strings.HasSuffix(proc.Name, "_timestamptz") || strings.HasPrefix(proc.Name, "timestamptz_") ||
		strings.Contains(proc.Name, "_timestamptz_")
}

var stableNames = set("date_trunc", "date_part", "extract", "timezone", "to_char", "to_date", "to_timestamp", "date", "timestamp",
	"timestamptz", "time", "timetz", "date_add", "date_subtract", "make_timestamptz", "concat", "concat_ws", "format", "quote_literal",
	"quote_nullable", "array_to_string", "array_to_json", "to_json", "to_jsonb", "row_to_json", "json_build_array", "json_build_object",
	"jsonb_build_array", "jsonb_build_object", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "generate_series",
	"overlaps", "textanycat", "anytextcat", "array_agg", "timestamp_timestamptz", "date_timestamptz", "timestamptz_date")

// private reports a function that reads the server's files, settings, catalog or locks, immutable or not.
func private(proc *pgcat.Proc) bool {
	return strings.HasPrefix(proc.Name, "pg_") || strings.HasPrefix(proc.Name, "has_") || strings.HasPrefix(proc.Name, "lo_") ||
		strings.HasPrefix(proc.Name, "query_to_") || strings.HasPrefix(proc.Name, "table_to_") || strings.HasPrefix(proc.Name, "ts_") ||
		strings.HasPrefix(proc.Name, "inet_") || proc.Name == "version"
}

// lettered are the functions that know which letters are upper case, or which characters are letters.
var lettered = set("lower", "upper", "initcap", "texticlike", "texticnlike", "bpchariclike", "bpcharicnlike", "nameiclike", "nameicnlike",
	"texticregexeq", "texticregexne", "bpcharicregexeq", "bpcharicregexne", "nameicregexeq", "nameicregexne", "textregexeq",
	"textregexne", "bpcharregexeq", "bpcharregexne", "nameregexeq", "nameregexne", "regexp_match", "regexp_matches", "regexp_replace",
	"regexp_split_to_array", "regexp_split_to_table", "regexp_like", "regexp_count", "regexp_instr", "regexp_substr", "substring",
	"casefold", "to_char", "to_date", "to_timestamp", "sort")

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// takesText reports a function that decides by the letters of its own arguments: substring by position does not.
func takesText(proc *pgcat.Proc) bool {
	switch proc.Name {
	case "to_char", "to_date", "to_timestamp", "sort":
		return false
	case "substring":
		return len(proc.Args) > 1 && proc.Args[1] == pgcat.Text
	case "lower", "upper":
		return proc.Args[0] == pgcat.Text
	}
	return true
}

// cast prints a conversion; a truncation that was not asked for raises an error in PostgreSQL only on storing, so that it is
// not said.
func (p *postgres) cast(e *plan.Cast) string {
	from, to := e.Arg.Type().OID, e.T.OID
	if catalogType(from) || catalogType(to) {
		return p.refuse(e.At, "a cast of an object's name")
	}
	if e.Method == plan.Length && !e.Explicit && (to == pgcat.Varchar || to == pgcat.Bpchar) {
		return p.refuse(e.At, "this cast")
	}
	return paren(p.expr(e.Arg) + "::" + p.typeName(e.T))
}

// catalogType reports the types whose text names an object of a server's catalog.
func catalogType(oid uint32) bool {
	t, ok := pgcat.TypeByOID(oid)
	return !ok || strings.HasPrefix(strings.TrimPrefix(t.Name, "_"), "reg")
}
