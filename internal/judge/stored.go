package main

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// storedShapes are shapes in which it matters which source a table is in.
var storedShapes = []func(*generator) *node{joinedGroup, joinedGroup, topShape, commonShape, armsGroup, lateralShape, keyedShape, threeShape}

// joinedGroup aggregates over a join of t and u, by columns of either.
func joinedGroup(g *generator) *node {
	join := pick(g.r, []string{"JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"})
	g.columns = g.t()
	key := pick(g.r, []string{"t.g", "u.h", "t.k", "u.uid", "t.d", "date_trunc('month', t.ts)", "u.w % 2"})
	sums := []string{"sum(t.v)", "sum(t.n)", "count(*)", "count(t.v)", "count(u.w)", "min(t.g)", "max(u.h)", "avg(t.n)", "avg(t.v)", "sum(t.v * u.w)", "max(t.n)", "count(DISTINCT t.k)", "bool_and(t.b)", "sum(t.f)", "sum(u.w)", "min(t.iv)", "stddev(t.v)"}
	var aggs []*node
	for i := range 1 + g.r.IntN(3) {
		aggs = append(aggs, leaf(0, fmt.Sprintf("%s AS a%d", pick(g.r, sums), i)))
	}
	having := leaf(0, "")
	if g.r.IntN(4) == 0 {
		having = optional(leaf(0, pick(g.r, []string{" HAVING count(*) > 2", " HAVING sum(t.v) > 5", " HAVING min(u.w) IS NULL", " HAVING avg(t.n) > 1"})))
	}
	on := pick(g.r, []string{"t.k = u.uid", "t.k = u.k", "t.k = u.uid AND t.g = u.h", "t.k = u.uid AND u.w > 1", "t.v = u.w", "t.k = u.uid AND t.v > 2"})
	return pattern(0, "SELECT "+key+" AS key, # FROM t "+join+" u ON "+on+"# GROUP BY 1#", list(", ", aggs...), g.where(), having)
}

// topShape sorts by a total order and keeps the first rows, of a join or of one table.
func topShape(g *generator) *node {
	from := pick(g.r, []string{"t", "t JOIN u ON t.k = u.uid", "t LEFT JOIN u ON t.k = u.uid", "u LEFT JOIN t ON t.k = u.uid", "t CROSS JOIN u"})
	columns, total := g.t(), "t.id"
	if from != "t" {
		columns, total = append(g.t(), uColumns...), "t.id, u.uid"
	}
	g.columns = columns
	order := pick(g.r, []string{"t.v", "t.n DESC", "t.g NULLS FIRST", "t.d DESC NULLS LAST", "t.f", "t.ts", "t.g DESC, t.v", "t.iv", "t.b DESC"})
	return pattern(0, fmt.Sprintf("SELECT %s, # FROM %s# ORDER BY %s, %s LIMIT %d", total, from, order, total, g.r.IntN(9)), g.items(1+g.r.IntN(2)), g.where())
}

// commonShape reads a common table expression once or twice.
func commonShape(g *generator) *node {
	g.columns = g.t()
	body := pattern(0, pick(g.r, []string{"", "", "MATERIALIZED ", "NOT MATERIALIZED "})+"(SELECT t.k, t.g, sum(t.v) AS s, count(*) AS c FROM t# GROUP BY t.k, t.g)", g.where())
	rest := pick(g.r, []string{"SELECT * FROM x", "SELECT x.*, u.h FROM x JOIN u ON x.k = u.uid", "SELECT a.k, a.s, b.c FROM x a JOIN x b ON a.k = b.k AND a.g = b.g",
		"SELECT * FROM x WHERE s = (SELECT max(s) FROM x)", "SELECT u.uid, (SELECT sum(x.s) FROM x WHERE x.k = u.k) FROM u", "SELECT k, s FROM x EXCEPT SELECT uid, w FROM u",
		"SELECT * FROM u WHERE u.uid IN (SELECT x.k FROM x WHERE x.c > 1)"})
	return pattern(0, "WITH x AS #"+" "+rest, body)
}

// armsGroup aggregates over a union of both tables.
func armsGroup(g *generator) *node {
	op := pick(g.r, []string{"UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT"})
	g.columns = g.t()
	one := g.where()
	g.columns = uColumns
	two := g.where()
	outer := pick(g.r, []string{"SELECT x, count(*), sum(y) FROM # q GROUP BY x", "SELECT * FROM # q WHERE x > 1", "SELECT x, max(z) FROM # q WHERE y > 0 GROUP BY x HAVING count(*) > 1", "SELECT DISTINCT x FROM # q", "SELECT * FROM # q ORDER BY x, y, z LIMIT 5"})
	return pattern(0, outer, pattern(0, "(SELECT t.k AS x, t.v AS y, t.g AS z FROM t# "+op+" SELECT u.uid, u.w, u.h FROM u#)", one, two))
}

// lateralShape joins rows with what a subquery finds for each.
func lateralShape(g *generator) *node {
	inner := pick(g.r, []string{"(SELECT count(*) AS c, sum(u.w) AS s FROM u WHERE u.k = t.k)", "(SELECT u.uid AS c, u.w AS s FROM u WHERE u.k = t.k ORDER BY u.uid DESC LIMIT 2)",
		"(SELECT max(u.w) AS c, min(u.h) AS s FROM u WHERE u.uid <= t.k)", "(SELECT t.v + u.w AS c, u.h AS s FROM u WHERE u.uid = t.k)"})
	g.columns = g.t()
	return pattern(0, "SELECT t.id, l.c, l.s FROM t "+pick(g.r, []string{"LEFT JOIN LATERAL #", "JOIN LATERAL #"})+"#", leaf(0, inner+" l ON true"), g.where())
}

// keyedShape selects by what the other table holds: transfers of keys, semi and anti joins.
func keyedShape(g *generator) *node {
	both := append(g.t(), uColumns...)
	inner := *g
	inner.columns = both
	condition := inner.expression(pgcat.Bool, 2)
	form := pick(g.r, []string{"EXISTS (SELECT 1 FROM u WHERE u.uid = t.k AND #)", "NOT EXISTS (SELECT 1 FROM u WHERE u.uid = t.k AND #)", "t.k IN (SELECT u.uid FROM u WHERE #)",
		"t.k NOT IN (SELECT u.uid FROM u WHERE #)", "t.v > (SELECT avg(u.w) FROM u WHERE u.k = t.k AND #)", "t.v >= ALL (SELECT u.w FROM u WHERE u.k = t.k AND #)",
		"t.k = ANY (SELECT u.k FROM u WHERE #)", "(t.k, t.g) IN (SELECT u.uid, u.h FROM u WHERE #)", "t.n = (SELECT max(s.n) FROM t s WHERE s.k = t.k)", "t.v < (SELECT count(*) FROM u WHERE u.k = t.k AND #)"})
	n := pattern(0, form)
	if len(n.parts) == 2 {
		n.kids = []*node{condition}
	}
	return pattern(0, "SELECT t.id, t.g FROM t WHERE #", n)
}

// threeShape joins three occurrences of the tables.
func threeShape(g *generator) *node {
	g.columns = append(g.t(), uColumns...)
	kinds := []string{"JOIN", "LEFT JOIN", "JOIN", "RIGHT JOIN", "FULL JOIN"}
	first, second := pick(g.r, kinds), pick(g.r, kinds)
	last := pick(g.r, []string{"u x ON x.k = t.k", "t x ON x.k = u.uid", "u x ON x.uid = u.k", "t x ON x.id = t.v AND x.k = u.k", "t x ON x.id = t.id"})
	return pattern(0, "SELECT t.id, u.uid, # FROM t "+first+" u ON t.k = u.uid "+second+" "+last+"#", g.items(1), g.where())
}
