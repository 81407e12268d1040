package dialect_test

import "fmt"

// relation is a FROM of the tables o and t, the first one named a (of o).
func (p phrase) relation() string {
	kind := p.of("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "JOIN", "LEFT JOIN")
	on := p.of("a.k = t.id", "a.k = t.id AND a.x > 1", "a.y = t.i2 AND t.b", "a.k = t.id AND t.n2 > a.x")
	switch p.IntN(5) {
	case 0:
		return "o a"
	case 1:
		return "o a JOIN o c ON a.k = c.k AND a.g <= c.g"
	case 2:
		return "o a LEFT JOIN (SELECT k, sum(x) AS sx, count(*) AS n FROM o GROUP BY k) z ON z.k = a.y"
	case 3:
		return "(SELECT * FROM o WHERE " + p.found("o") + ") a " + kind + " (SELECT * FROM t WHERE " + p.truth(1) + ") t ON " + on
	}
	return "o a " + kind + " t ON " + on
}

// found is a condition over one of o's rows.
func (p phrase) found(o string) string {
	number := fmt.Sprint(p.IntN(5))
	switch p.IntN(14) {
	case 0:
		return o + ".x > " + number
	case 1:
		return o + ".g " + p.of("= 'p'", "<> 'q'", "IS NULL", "LIKE 'p%'", "IN ('p', 'r')")
	case 2:
		return "EXISTS (SELECT 1 FROM t e WHERE e.id = " + o + ".k" + p.of("", " AND e.b", " AND e.i2 <> "+o+".y") + ")"
	case 3:
		return "NOT EXISTS (SELECT * FROM o e WHERE e.k = " + o + ".y AND e.x < " + o + ".x)"
	case 4:
		return o + ".k " + p.of("IN", "NOT IN") + " (SELECT e.y FROM o e" + p.of("", " WHERE e.y IS NOT NULL", " WHERE e.x > 2 AND e.y > 0") + ")"
	case 5:
		return o + ".x " + p.of("<", ">=", "=") + " (SELECT " + p.of("avg(e.x)", "max(e.x)", "0.5 * avg(e.x)", "sum(e.x) * 0.3") + " FROM o e" +
			p.of("", " WHERE e.g = "+o+".g", " WHERE e.y = "+o+".y AND e.k > 0") + ")"
	case 6:
		return o + ".y " + p.of("<", ">", "=", "<>") + " (SELECT avg(e.y) FROM o e WHERE e.k " + p.of("> 1", "= 2", "< 100") + ")"
	case 7:
		return "(" + p.found(o) + " OR " + o + ".k = " + number + ")"
	case 8:
		return "NOT (" + o + ".y > " + number + ")"
	}
	return o + ".k " + p.of(">", "<=", "<>") + " " + number
}

// shape is a random query over o and t.
func (p phrase) shape() string {
	where := " WHERE " + p.found("a")
	agg := p.of("sum(a.x)", "count(*)", "max(a.x)", "min(a.g)", "count(DISTINCT a.y)", "sum(a.y)", "sum(a.x) FILTER (WHERE a.y > 1)", "sum(CASE WHEN a.y > 1 THEN a.x ELSE 0 END)",
		"bool_or(a.y > 1)", "string_agg(a.g, ',' ORDER BY a.g, a.k)", "any_value(1)")
	keys := p.of("a.g", "a.k", "a.g, a.y", "a.y % 2", "a.g || 'x', a.k")
	over := p.of("", "PARTITION BY a.g ") + "ORDER BY a.k, a.x, a.y"
	frame := p.of("", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING", " RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING")
	switch p.IntN(12) {
	case 0, 1:
		return "SELECT a.k, a.g, a.x FROM " + p.relation() + where
	case 2, 3:
		return "SELECT " + keys + ", " + agg + " FROM " + p.relation() + where + " GROUP BY " + keys
	case 4:
		return "SELECT " + keys + ", " + agg + " FROM o a GROUP BY " + keys + " HAVING " + p.of("avg(a.x) > 2", "sum(a.x) / count(*) < 4", "count(*) > 1", "max(a.y) IS NULL", "avg(a.y) = 2")
	case 5:
		return "SELECT a.k, " + p.of("sum(a.x)", "count(*)", "max(a.y)", "min(a.x)", "first_value(a.y)", "last_value(a.x)") + " OVER (" + over + frame + ") FROM " + p.relation() + where
	case 6:
		return "SELECT a.k, " + p.of("rank()", "row_number()", "dense_rank()", "ntile(2)", "lag(a.x)", "lead(a.y, 2, 0)", "percent_rank()", "cume_dist()") + " OVER (" + over + ") FROM o a" + where
	case 7:
		return "SELECT a.k, a.y FROM o a" + where + p.of(" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT ") + "SELECT id, i2 FROM t WHERE " + p.truth(2)
	case 8:
		return "SELECT DISTINCT " + p.of("a.g", "a.k, a.x", "a.y > 1") + " FROM " + p.relation() + where
	case 9:
		return "WITH w AS (SELECT a.g, sum(a.x) AS s, count(*) AS n FROM o a" + where + " GROUP BY a.g) SELECT v.g, v.s FROM w v WHERE v.s " + p.of("= (SELECT max(s) FROM w)", "> 1", "IS NOT NULL AND v.n > (SELECT min(n) FROM w)")
	case 10:
		return "SELECT a.k, a.x, a.y, a.g FROM o a" + where + " ORDER BY " + p.of("a.g", "a.g DESC", "a.y NULLS FIRST") + ", a.k, a.x DESC, a.y LIMIT " + fmt.Sprint(p.IntN(6)) + p.of("", " OFFSET 1")
	}
	return "SELECT " + agg + ", grouping(a.g) FROM " + p.relation() + where + " GROUP BY " + p.of("ROLLUP (a.g, a.y)", "CUBE (a.g, a.k)", "GROUPING SETS ((a.g), ())")
}
