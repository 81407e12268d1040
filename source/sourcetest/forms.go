package sourcetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// form is one query that tries one operator, function or construct.
type form struct{ kind, sql string }

// forms makes queries of everything in PostgreSQL's catalog that takes the table's columns.
func forms(t *plan.Table, key string) []form {
	g := &generator{table: t, key: key, byType: map[uint32][]string{}}
	for _, c := range t.Columns {
		g.byType[c.Type.OID] = append(g.byType[c.Type.OID], quoted(c.Name))
	}
	g.constructs()
	g.casts()
	for _, oid := range oidsOf("pg_operator") {
		if o, ok := pgcat.OperatorByOID(oid); ok {
			g.operator(o)
		}
	}
	for _, oid := range oidsOf("pg_proc") {
		if p, ok := pgcat.ProcByOID(oid); ok {
			g.function(p)
		}
	}
	return g.out
}

// oidsOf lists the objects of one of PostgreSQL's catalogs.
func oidsOf(catalog string) []uint32 {
	r, ok := pgcat.RelationByName("pg_catalog", catalog)
	if !ok {
		return nil
	}
	at := slices.IndexFunc(r.Columns, func(c pgcat.Column) bool { return c.Name == "oid" })
	var out []uint32
	for _, row := range r.Rows() {
		if n, err := strconv.ParseUint(row[at].Text, 10, 32); err == nil {
			out = append(out, uint32(n))
		}
	}
	return out
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// generator collects queries; byType are the names of columns by their types.
type generator struct {
	table  *plan.Table
	key    string
	byType map[uint32][]string
	out    []form
}

func (g *generator) from() string { return "public." + quoted(g.table.Name) }

// row adds a query of an expression of each row.
func (g *generator) row(kind, expr string) {
	g.out = append(g.out, form{kind, fmt.Sprintf("SELECT %s, %s FROM %s ORDER BY %[1]s", quoted(g.key), expr, g.from())})
}

// filter adds a query of a condition.
func (g *generator) filter(kind, cond string) {
	g.out = append(g.out, form{kind, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %[1]s", quoted(g.key), g.from(), cond)})
}

// constants stand beside columns as later arguments.
var constants = map[uint32][]string{
	pgcat.Text: {"'a'", "'%b%'", "'day'"}, pgcat.Int4: {"2", "-1"}, pgcat.Int8: {"3::int8"}, pgcat.Int2: {"2::int2"}, pgcat.Numeric: {"1.50", "-0.1"},
	pgcat.Float8: {"0.5::float8"}, pgcat.Bool: {"true"}, pgcat.Date: {"'2024-02-29'::date"}, pgcat.Timestamp: {"'2024-02-29 12:00:00'::timestamp"},
	pgcat.TimestampTZ: {"'2024-02-29 12:00:00+00'::timestamptz"}, pgcat.Interval: {"'1 day 02:00'::interval"}, pgcat.Time: {"'12:30'::time"},
}

// args are expressions of a type: columns first, then constants. Types that stand for any take a number and a text.
func (g *generator) args(oid uint32, first bool) []string {
	switch oid {
	case pgcat.Any, pgcat.AnyElement, pgcat.AnyCompatible, pgcat.AnyNonArray:
		return append(slices.Clone(g.byType[pgcat.Int4]), g.byType[pgcat.Text]...)
	case pgcat.AnyArray, pgcat.AnyCompatibleArray:
		for c, names := range g.byType {
			if t, ok := pgcat.TypeByOID(c); ok && t.IsArray() {
				return names
			}
		}
		return nil
	}
	out := slices.Clone(g.byType[oid])
	if first && len(out) > 0 {
		return out
	}
	return append(out, constants[oid]...)
}

func (g *generator) operator(o *pgcat.Operator) {
	if o.Left == 0 {
		for _, a := range g.args(o.Right, true) {
			g.row("operator", "("+o.Name+" "+a+")")
		}
		return
	}
	for _, a := range g.args(o.Left, true) {
		for _, b := range g.args(o.Right, false) {
			g.row("operator", "("+a+" "+o.Name+" "+b+")")
			if o.Result == pgcat.Bool {
				g.filter("condition", "NOT ("+a+" "+o.Name+" "+b+")")
			}
		}
	}
}

// ofServer are the functions that ask a server about itself and not about values.
func ofServer(name string) bool {
	return strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "has_") && strings.HasSuffix(name, "_privilege")
}

// maxCalls bounds the calls of one function.
const maxCalls = 8

func (g *generator) function(p *pgcat.Proc) {
	if p.Volatile == 'v' || p.RetSet || len(p.Args) == 0 && p.Kind != 'w' && p.Name != "count" || ofServer(p.Name) {
		return
	}
	calls := []string{""}
	for i, oid := range p.Args {
		var next []string
		for _, begun := range calls {
			for _, a := range g.args(oid, i == 0) {
				next = append(next, strings.TrimPrefix(begun+", "+a, ", "))
			}
		}
		calls = next[:min(len(next), 4*maxCalls)]
	}
	for _, args := range calls[:min(len(calls), maxCalls)] {
		g.call(p, args)
	}
}

func (g *generator) call(p *pgcat.Proc, args string) {
	name := "pg_catalog." + quoted(p.Name)
	switch p.Kind {
	case 'f':
		g.row("function", name+"("+args+")")
	case 'w':
		g.row("window", name+"("+args+") OVER (ORDER BY "+quoted(g.key)+")")
	case 'a':
		order := " ORDER BY " + quoted(g.key)
		if args == "" {
			args, order = "*", ""
		}
		g.out = append(g.out, form{"aggregate", "SELECT " + name + "(" + args + order + ") FROM " + g.from()})
		g.row("window", name+"("+args+") OVER (ORDER BY "+quoted(g.key)+" ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)")
		g.out = append(g.out, form{"aggregate", fmt.Sprintf("SELECT %s(%s%s) FILTER (WHERE %s > 2) FROM %s WHERE %[4]s < 5", name, args, order, quoted(g.key), g.from())})
	}
}

// casts tries every cast from a column's type to the types of the others.
func (g *generator) casts() {
	types := []string{"text", "varchar(3)", "int2", "int4", "int8", "numeric", "numeric(10,1)", "float8", "bool", "date", "timestamp", "timestamptz", "time", "interval", "uuid"}
	for _, c := range g.table.Columns {
		for _, t := range types {
			g.row("cast", quoted(c.Name)+"::"+t)
		}
	}
}

// constructs tries what is neither operator nor function, over each column.
func (g *generator) constructs() {
	for _, c := range g.table.Columns {
		x := quoted(c.Name)
		for _, e := range []string{"%s IS NULL", "%s IS NOT NULL", "%s IS DISTINCT FROM NULL", "CASE WHEN %s IS NULL THEN 'none' ELSE 'some' END",
			"coalesce(%s, %[1]s)", "nullif(%s, %[1]s)", "greatest(%s, %[1]s)", "least(%s, %[1]s)", "%s IN (%[1]s, NULL)", "%s NOT IN (%[1]s)",
			"%s BETWEEN %[1]s AND %[1]s", "(%s = %[1]s) IS NOT TRUE", "%s = ANY (ARRAY[%[1]s])"} {
			g.row("construct", fmt.Sprintf(e, x))
		}
		g.out = append(g.out,
			form{"sort", fmt.Sprintf("SELECT %s FROM %s ORDER BY %s DESC NULLS LAST, %[1]s", quoted(g.key), g.from(), x)},
			form{"sort", fmt.Sprintf("SELECT %s FROM %s ORDER BY %s, %[1]s LIMIT 3 OFFSET 1", quoted(g.key), g.from(), x)},
			form{"group", fmt.Sprintf("SELECT %s, count(*), min(%[2]s) FROM %[3]s GROUP BY %[1]s ORDER BY 1", x, quoted(g.key), g.from())},
			form{"distinct", fmt.Sprintf("SELECT DISTINCT %s FROM %s ORDER BY 1", x, g.from())},
			form{"join", fmt.Sprintf("SELECT a.%[1]s, b.%[1]s FROM %[2]s a LEFT JOIN %[2]s b ON a.%[3]s = b.%[3]s AND a.%[1]s < b.%[1]s ORDER BY 1, 2", quoted(g.key), g.from(), x)},
			form{"subquery", fmt.Sprintf("SELECT %[1]s FROM %[2]s a WHERE EXISTS (SELECT 1 FROM %[2]s b WHERE b.%[3]s = a.%[3]s AND b.%[1]s <> a.%[1]s) ORDER BY 1", quoted(g.key), g.from(), x)})
	}
}
