package main

import (
	"fmt"
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// tables are the rows that random query shapes read: rich in NULLs, duplicates and keys without a partner.
const tables = `WITH t(id, k, g, v, n, d, f, ts, tz, iv, j, b, ia) AS (VALUES
 (1,1,'a',10,1.50,date '2024-01-01',0.5::float8,timestamp '2024-01-01 10:00',timestamptz '2024-03-10 09:59+00',interval '1 day','{"a":1}'::jsonb,true,ARRAY[1,2]),
 (2,1,'b',NULL,2.25,'2024-01-31',-1.25,'2024-01-31 23:59:59.5',NULL,'25:00','[1,"x"]',false,'{}'),(3,2,'a',30,NULL,'2024-02-29',NULL,NULL,'2024-01-01 00:00+00','1 mon','{"a":2}',NULL,'{NULL,3}'),
 (4,NULL,'c',10,-1.00,NULL,1e10,'1999-12-31','2024-03-10 09:59+00',NULL,NULL,true,NULL),(5,3,NULL,-5,0.00,'2023-12-31','0','2024-02-29 12:30','2024-11-03 05:30+00','31 days','null',false,'{1,2}'),
 (6,2,'b',0,99.99,'2024-01-31',3,'2024-01-01 10:00','1970-01-01 00:00+00','-02:00','{"b":[]}',true,'{9}')), u(uid, k, h, w) AS (VALUES (1,1,'a',1),(2,1,'x',NULL),(3,2,'b',3),(4,NULL,'b',4),(5,9,NULL,5))
`

var (
	tColumns = []source{{"t.id", pgcat.Int4}, {"t.k", pgcat.Int4}, {"t.g", pgcat.Text}, {"t.v", pgcat.Int4}, {"t.n", pgcat.Numeric}, {"t.d", pgcat.Date}, {"t.f", pgcat.Float8},
		{"t.ts", pgcat.Timestamp}, {"t.tz", pgcat.TimestampTZ}, {"t.iv", pgcat.Interval}, {"t.j", pgcat.JSONB}, {"t.b", pgcat.Bool}, {"t.ia", pgcat.Int4Array}}
	uColumns = []source{{"u.uid", pgcat.Int4}, {"u.k", pgcat.Int4}, {"u.h", pgcat.Text}, {"u.w", pgcat.Int4}}
	outputs  = []uint32{pgcat.Int4, pgcat.Text, pgcat.Numeric, pgcat.Date, pgcat.Bool, pgcat.Float8, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval, pgcat.JSONB, pgcat.Int4Array}
)

// t are the columns of the table t.
func (g *generator) t() []source {
	return slices.DeleteFunc(slices.Clone(tColumns), func(c source) bool { return g.narrow && slices.Contains(wide, c.oid) })
}

// wide are the types that not every source has.
var wide = []uint32{pgcat.Interval, pgcat.JSONB, pgcat.Int4Array}

// randomShape is a query over two small tables; its expressions cannot fail, so that only its shape is judged.
func randomShape(g *generator) *node {
	return pattern(0, tables+"#", pick(g.r, shapes)(randomly(g)))
}

// storedShape is one over tables that are stored as t and u.
func storedShape(g *generator) *node { return pick(g.r, append(shapes, storedShapes...))(randomly(g)) }

func randomly(g *generator) *generator {
	g.calm = true
	return g
}

var shapes = []func(*generator) *node{plainShape, groupShape, groupShape, windowShape, unionShape, distinctShape, plainShape, nestedShape}

// from makes a FROM clause and sets the columns in scope.
func (g *generator) from() *node {
	g.columns = g.t()
	joins := []string{"JOIN u ON t.k = u.k", "LEFT JOIN u ON t.k = u.k", "RIGHT JOIN u ON t.k = u.k", "FULL JOIN u ON t.k = u.k", "CROSS JOIN u",
		"LEFT JOIN u ON t.k = u.k AND #", "JOIN u ON #", "LEFT JOIN u ON #"}
	if g.r.IntN(2) == 0 {
		return leaf(0, "FROM t")
	}
	join := pick(g.r, joins)
	g.columns = append(g.t(), uColumns...)
	n := pattern(0, "FROM t "+join)
	if len(n.parts) == 2 {
		n.kids = []*node{g.predicate(1)}
	}
	return n
}

// predicate is a condition: an expression, or a subquery's.
func (g *generator) predicate(depth int) *node {
	inner := *g
	inner.columns = append(append([]source{}, g.columns...), source{"s.k", pgcat.Int4}, source{"s.w", pgcat.Int4}, source{"s.h", pgcat.Text})
	var n *node
	switch g.r.IntN(9) {
	case 0:
		n = pattern(pgcat.Bool, "EXISTS (SELECT 1 FROM u s WHERE #)", inner.expression(pgcat.Bool, depth))
	case 1:
		n = pattern(pgcat.Bool, "(# IN (SELECT s.k FROM u s WHERE #))", g.expression(pgcat.Int4, 1), inner.expression(pgcat.Bool, depth))
	case 2:
		n = pattern(pgcat.Bool, "(# NOT IN (SELECT s.w FROM u s WHERE #))", g.expression(pgcat.Int4, 1), inner.expression(pgcat.Bool, depth))
	case 3:
		n = pattern(pgcat.Bool, "(# > (SELECT count(s.w) FROM u s WHERE #))", g.expression(pgcat.Int4, 1), inner.expression(pgcat.Bool, depth))
	case 4:
		n = pattern(pgcat.Bool, "(# "+pick(g.r, []string{"<", "=", ">=", "<>"})+" "+pick(g.r, []string{"ANY", "ALL"})+" (SELECT s.w FROM u s))", g.expression(pgcat.Int4, 1))
	default:
		return g.expression(pgcat.Bool, depth+1)
	}
	n.plain = "true"
	return n
}

func (g *generator) where() *node {
	if g.r.IntN(2) == 0 {
		return leaf(0, "")
	}
	return optional(pattern(0, " WHERE #", g.predicate(2)))
}

// items are n select items.
func (g *generator) items(n int) *node {
	var out []*node
	for i := range n {
		out = append(out, pattern(0, fmt.Sprintf("# AS c%d", i), g.item()))
	}
	return list(", ", out...)
}

// item is an expression, or a scalar subquery.
func (g *generator) item() *node {
	oid := pick(g.r, outputs)
	if g.r.IntN(6) > 0 {
		return g.expression(oid, 2)
	}
	inner := *g
	inner.columns = append(append([]source{}, g.columns...), source{"s.k", pgcat.Int4}, source{"s.w", pgcat.Int4}, source{"s.h", pgcat.Text})
	return pattern(pgcat.Int8, "(SELECT "+pick(g.r, []string{"count(*)", "sum(s.w)", "count(DISTINCT s.h)", "max(s.w)"})+" FROM u s WHERE #)", inner.expression(pgcat.Bool, 2))
}

func plainShape(g *generator) *node {
	from, count := g.from(), 1+g.r.IntN(4)
	n := pattern(0, "SELECT # # #", g.items(count), from, g.where())
	return g.cut(n, count)
}

// cut may add a total order with LIMIT and OFFSET.
func (g *generator) cut(n *node, columns int) *node {
	if g.r.IntN(3) > 0 {
		return n
	}
	order := ""
	for i := range columns {
		order += fmt.Sprintf("%s%d%s%s", map[bool]string{true: ", "}[i > 0], i+1, pick(g.r, []string{"", " DESC"}), pick(g.r, []string{"", " NULLS FIRST", " NULLS LAST"}))
	}
	return pattern(0, "SELECT * FROM (#) q ORDER BY "+order+"#", n, optional(leaf(0, fmt.Sprintf(" LIMIT %d OFFSET %d", g.r.IntN(5), g.r.IntN(3)))))
}

var aggregates = []struct {
	text string
	oid  uint32
}{
	{"count(*)", 0}, {"count(#)", pgcat.Text}, {"count(DISTINCT #)", pgcat.Int4}, {"sum(#)", pgcat.Int4}, {"sum(#)", pgcat.Numeric}, {"avg(#)", pgcat.Int4}, {"avg(#)", pgcat.Numeric},
	{"min(#)", pgcat.Text}, {"max(#)", pgcat.Date}, {"min(#)", pgcat.Numeric}, {"bool_or(#)", pgcat.Bool}, {"bool_and(#)", pgcat.Bool}, {"sum(DISTINCT #)", pgcat.Int4},
	{"string_agg(g2, ',' ORDER BY g2)", pgcat.Text}, {"array_agg(v2 ORDER BY v2)", pgcat.Int4}, {"stddev(#)", pgcat.Int4}, {"variance(#)", pgcat.Numeric},
	{"sum(#)", pgcat.Float8}, {"avg(#)", pgcat.Float8}, {"max(#)", pgcat.Timestamp}, {"min(#)", pgcat.TimestampTZ}, {"sum(#)", pgcat.Interval},
	{"count(DISTINCT #)", pgcat.JSONB}, {"count(DISTINCT #)", pgcat.Interval}, {"count(DISTINCT #)", pgcat.Text}, {"avg(#)", pgcat.Interval}, {"bit_or(#)", pgcat.Int4},
	{"percentile_disc(0.5) WITHIN GROUP (ORDER BY #)", pgcat.Int4}, {"percentile_cont(0.5) WITHIN GROUP (ORDER BY #)", pgcat.Int4},
}

func (g *generator) aggregate() *node {
	a := pick(g.r, aggregates)
	n := leaf(0, a.text)
	switch a.text {
	case "string_agg(g2, ',' ORDER BY g2)":
		n = pattern(0, "string_agg(#, ',' ORDER BY t.g, t.id)", leaf(0, "t.g"))
	case "array_agg(v2 ORDER BY v2)":
		n = pattern(0, "array_agg(# ORDER BY t.v NULLS FIRST)", leaf(0, "t.v"))
	case "count(*)":
	default:
		n = pattern(0, a.text, g.expression(a.oid, 1))
	}
	if g.r.IntN(4) == 0 {
		return pattern(0, "##", n, optional(pattern(0, " FILTER (WHERE #)", g.expression(pgcat.Bool, 1))))
	}
	return n
}

func groupShape(g *generator) *node {
	from := g.from()
	keys := []*node{g.expression(pick(g.r, outputs), 1), g.expression(pick(g.r, outputs), 1)}[:1+g.r.IntN(2)]
	form := pick(g.r, []string{"#1", "#1", "#1", "ROLLUP (#1)", "CUBE (#1)", "GROUPING SETS ((#1), ())"})
	group := ""
	for i := range keys {
		group += map[bool]string{true: ", "}[i > 0] + fmt.Sprint("c", i)
	}
	var aggs []*node
	for i := range 1 + g.r.IntN(3) {
		aggs = append(aggs, pattern(0, fmt.Sprintf("# AS a%d", i), g.aggregate()))
	}
	items := make([]*node, len(keys))
	for i, k := range keys {
		items[i] = pattern(0, fmt.Sprintf("# AS c%d", i), k)
	}
	grouping := leaf(0, replaceOne(form, group))
	having := leaf(0, "")
	if g.r.IntN(4) == 0 {
		having = optional(leaf(0, pick(g.r, []string{" HAVING count(*) > 1", " HAVING sum(t.v) > 5", " HAVING max(t.g) IS NOT NULL", " HAVING count(DISTINCT t.k) < 2"})))
	}
	return pattern(0, "SELECT #, # # # GROUP BY ##", list(", ", items...), list(", ", aggs...), from, g.where(), grouping, having)
}

func replaceOne(form, by string) string {
	for i := range len(form) - 1 {
		if form[i:i+2] == "#1" {
			return form[:i] + by + form[i+2:]
		}
	}
	return form
}

var windowCalls = []string{"row_number()", "rank()", "dense_rank()", "count(*)", "sum(t.v)", "avg(t.v)", "min(t.n)", "max(t.g)", "lag(t.v)", "lead(t.g, 2)", "first_value(t.v)", "last_value(t.g)",
	"nth_value(t.v, 2)", "ntile(3)", "percent_rank()", "cume_dist()", "count(t.v) FILTER (WHERE t.v > 0)", "lag(t.v, 1, -1)", "sum(t.n)", "bool_or(t.v > 5)", "array_agg(t.v)", "sum(t.f)",
	"max(t.ts)", "sum(t.iv)", "lag(t.j)", "first_value(t.tz)", "count(t.ia)", "string_agg(t.g, '-')", "avg(t.n)", "stddev(t.v)", "lead(t.iv, 1, '1 day')"}

var windowOrders = []string{"ORDER BY t.id", "ORDER BY t.v, t.id", "ORDER BY t.g DESC NULLS LAST, t.id", "ORDER BY t.d NULLS FIRST, t.id DESC", "ORDER BY t.iv, t.id", "ORDER BY t.n DESC, t.id", "ORDER BY t.f, t.id"}

var windowFrames = []string{"", "", "", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS UNBOUNDED PRECEDING", " RANGE UNBOUNDED PRECEDING", " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
	" GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW"}

func windowShape(g *generator) *node {
	g.columns = g.t()
	var items []*node
	for i := range 1 + g.r.IntN(3) {
		partition := pick(g.r, []string{"", "PARTITION BY t.k ", "PARTITION BY t.g ", "PARTITION BY t.v > 5 ", "PARTITION BY t.j ", "PARTITION BY t.iv ", "PARTITION BY date_trunc('month', t.ts) "})
		items = append(items, leaf(0, fmt.Sprintf("%s OVER (%s%s%s) AS w%d", pick(g.r, windowCalls), partition, pick(g.r, windowOrders), pick(g.r, windowFrames), i)))
	}
	return pattern(0, "SELECT t.id, # FROM t#", list(", ", items...), g.where())
}

func unionShape(g *generator) *node {
	types := []uint32{pick(g.r, outputs), pick(g.r, outputs)}
	arm := func() *node {
		from := g.from()
		return pattern(0, "(SELECT # AS c0, # AS c1 # #)", g.expression(types[0], 2), g.expression(types[1], 1), from, g.where())
	}
	op := pick(g.r, []string{"UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"})
	n := pattern(0, "# "+op+" #", arm(), arm())
	if g.r.IntN(3) == 0 {
		n = pattern(0, "##", n, optional(pattern(0, " "+pick(g.r, []string{"UNION", "EXCEPT", "INTERSECT"})+" #", arm())))
	}
	return g.cut(n, 2)
}

func distinctShape(g *generator) *node {
	from := g.from()
	if g.r.IntN(2) == 0 {
		return g.cut(pattern(0, "SELECT DISTINCT # # #", g.items(2), from, g.where()), 2)
	}
	g.columns = g.t()
	return pattern(0, "SELECT DISTINCT ON (x) x, t.id, # FROM (SELECT *, # AS x FROM t) t# ORDER BY x, t.v DESC, t.id", g.expression(pgcat.Text, 1),
		(&generator{r: g.r, calm: true, columns: g.t()}).expression(pick(g.r, outputs), 1), g.where())
}

// nestedShape queries a subquery, laterally too.
func nestedShape(g *generator) *node {
	from := g.from()
	inner := pattern(0, "(SELECT #, t.id AS tid # #) q", g.items(2), from, g.where())
	if g.r.IntN(2) == 0 {
		return pattern(0, "SELECT q.c0, count(*), min(q.tid) FROM # GROUP BY q.c0", inner)
	}
	return pattern(0, "SELECT q.c0, q.c1, l.* FROM # LEFT JOIN LATERAL (SELECT s.h, s.w + q.tid AS z FROM u s WHERE s.k = q.tid) l ON true", inner)
}
