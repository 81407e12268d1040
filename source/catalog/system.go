package catalog

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// systemRows reads PostgreSQL's own rows of a catalog by column name.
func systemRows(catalog string) func(yield func(get func(column string) string) bool) {
	return func(yield func(func(string) string) bool) {
		r, ok := pgcat.RelationByName("pg_catalog", catalog)
		if !ok {
			return
		}
		at := make(map[string]int, len(r.Columns))
		for i, c := range r.Columns {
			at[c.Name] = i
		}
		for _, fields := range r.Rows() {
			if !yield(func(column string) string { return fields[at[column]].Text }) {
				return
			}
		}
	}
}

// systemNames are the schema-qualified names of PostgreSQL's own relations, and their columns' names by number.
type systemNames struct {
	relations map[string]string
	columns   map[string]string // by attrelid.attnum
}

func readSystemNames() systemNames {
	n := systemNames{make(map[string]string), make(map[string]string)}
	schemas := make(map[string]string)
	for get := range systemRows("pg_namespace") {
		schemas[get("oid")] = get("nspname")
	}
	for get := range systemRows("pg_class") {
		n.relations[get("oid")] = schemas[get("relnamespace")] + "." + quote(get("relname"))
	}
	for get := range systemRows("pg_attribute") {
		n.columns[get("attrelid")+"."+get("attnum")] = quote(get("attname"))
	}
	return n
}

// pick returns the columns that a list of attribute numbers names, whatever stands around the numbers.
func (n systemNames) pick(relation, numbers string) []string {
	var out []string
	for _, num := range strings.FieldsFunc(numbers, func(c rune) bool { return c < '0' || c > '9' }) {
		out = append(out, n.columns[relation+"."+num])
	}
	return out
}

// systemKeys are the primary keys, unique constraints and checks of PostgreSQL's own.
func systemKeys(out *rows) {
	names := readSystemNames()
	words := map[string]string{"p": "PRIMARY KEY", "u": "UNIQUE"}
	for get := range systemRows("pg_constraint") {
		def := "CHECK (" + get("conbin") + ")"
		if word, ok := words[get("contype")]; ok {
			def = word + " (" + strings.Join(names.pick(get("conrelid"), get("conkey")), ", ") + ")"
		}
		out.add(row{"oid": oid(number(get("oid"))), "def": text(def)})
	}
}

// systemIndexes are the indexes of PostgreSQL's own relations, TOAST tables left out.
func systemIndexes(out *rows) {
	names := readSystemNames()
	for get := range systemRows("pg_index") {
		table, index := names.relations[get("indrelid")], names.relations[get("indexrelid")]
		if table == "" || index == "" {
			continue
		}
		unique := ""
		if get("indisunique") == "t" {
			unique = "UNIQUE "
		}
		columns := names.pick(get("indrelid"), get("indkey"))
		addIndexDef(out, number(get("indexrelid")), "CREATE "+unique+"INDEX "+index[strings.Index(index, ".")+1:]+" ON "+table+
			" USING btree ("+strings.Join(columns, ", ")+")", columns)
	}
}

// functionDefs are what pg_get_function_arguments, …_identity_arguments, …_result and pg_get_functiondef answer.
func functionDefs(out *rows) {
	for get := range systemRows("pg_proc") {
		p, ok := pgcat.ProcByOID(number(get("oid")))
		if !ok {
			continue
		}
		r := row{"oid": oid(p.OID), "arguments": text(arguments(p, true)), "identity_arguments": text(arguments(p, false))}
		if p.Kind != 'p' {
			r["result"] = text(result(p))
		}
		if def := functionDef(p, get); def != "" {
			r["def"] = text(def)
		}
		out.add(r)
	}
}

// arguments prints a function's arguments as print_function_arguments of ruleutils.c does.
func arguments(p *pgcat.Proc, defaults bool) string {
	types := p.AllArgs
	if types == nil {
		types = p.Args
	}
	texts, first := strings.Split(p.DefaultText, ", "), len(p.Args)-p.Defaults
	var out []string
	input := 0
	for i := range types {
		mode := argumentMode(p, i)
		if mode == 't' {
			continue
		}
		arg := argument(p, i, types[i])
		if mode != 'o' {
			if defaults && input >= first && input-first < len(texts) {
				arg += " DEFAULT " + texts[input-first]
			}
			input++
		}
		out = append(out, arg)
	}
	return joinArguments(p, out)
}

func argumentMode(p *pgcat.Proc, i int) byte {
	if p.Modes == nil {
		return 'i'
	}
	return p.Modes[i]
}

func argument(p *pgcat.Proc, i int, oid uint32) string {
	arg := map[byte]string{'o': "OUT ", 'b': "INOUT ", 'v': "VARIADIC "}[argumentMode(p, i)]
	if i < len(p.Names) && p.Names[i] != "" {
		arg += quote(p.Names[i]) + " "
	}
	return arg + datum.FormatType(oid, -1)
}

// joinArguments puts ORDER BY before the aggregated arguments of an ordered-set aggregate; a VARIADIC that is both direct and
// aggregated stands twice.
func joinArguments(p *pgcat.Proc, list []string) string {
	a, ok := pgcat.AggregateByProc(p.OID)
	if !ok || a.Kind == 'n' {
		return strings.Join(list, ", ")
	}
	direct := min(a.DirectArgs, len(list))
	aggregated := list[direct:]
	if len(aggregated) == 0 {
		aggregated = list[len(list)-1:]
	}
	return strings.TrimSpace(strings.Join(list[:direct], ", ") + " ORDER BY " + strings.Join(aggregated, ", "))
}

// result prints what a function returns: TABLE(…) when it has table columns.
func result(p *pgcat.Proc) string {
	var columns []string
	for i, mode := range p.Modes {
		if mode == 't' {
			columns = append(columns, quote(p.Names[i])+" "+datum.FormatType(p.AllArgs[i], -1))
		}
	}
	switch {
	case columns != nil:
		return "TABLE(" + strings.Join(columns, ", ") + ")"
	case p.RetSet:
		return "SETOF " + datum.FormatType(p.Result, -1)
	}
	return datum.FormatType(p.Result, -1)
}
