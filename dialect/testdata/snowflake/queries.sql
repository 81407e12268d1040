SELECT count(*), count(i4), count(DISTINCT b), sum(i4), sum(i8), sum(n2), min(s), max(d), min(tz), max(f8) FROM t
SELECT b, count(*), sum(n2) FROM t GROUP BY b
SELECT b, sum(n2) FILTER (WHERE i4 > 1), count(*) FILTER (WHERE i4 > 1), count(DISTINCT v) FILTER (WHERE b) FROM t GROUP BY b
SELECT b, i4 > 2, count(*) FROM t GROUP BY 1, 2
SELECT extract(year from d), sum(n4) FROM t GROUP BY 1 ORDER BY 1 DESC NULLS LAST
SELECT g, y, sum(x), grouping(g, y) FROM o GROUP BY GROUPING SETS ((g, y), (g), ())
SELECT g, y, count(*) FROM o GROUP BY ROLLUP (g, y)
SELECT g, y, count(*) FROM o GROUP BY CUBE (g, y)
SELECT bool_and(b), bool_or(b), every(i4 > 0) FROM t
SELECT bool_and(b) FROM t WHERE false
SELECT string_agg(v, ',' ORDER BY id) FROM t
SELECT b, string_agg(v, '' ORDER BY v DESC, id) FROM t GROUP BY b
SELECT string_agg(DISTINCT g, '-') FROM o
SELECT string_agg(DISTINCT g, '-' ORDER BY g DESC) FROM o
SELECT string_agg(g, '-' ORDER BY g NULLS FIRST, k) FILTER (WHERE y > 2) FROM o
SELECT string_agg(s, ',') FROM t WHERE false
SELECT sum(CASE WHEN b THEN n2 ELSE 0 END) FROM t
SELECT b, sum(CASE WHEN i4 > 100 THEN n2 * n4 ELSE 0 END), sum(coalesce(n2, 0)) FROM t WHERE id < 4 OR id > 4 GROUP BY b
SELECT sum(CASE WHEN id = 99 THEN n2 ELSE 0 END) FROM t
SELECT g, sum(x) FROM o GROUP BY g HAVING sum(x) > 3
SELECT g, max(x) FROM o GROUP BY g HAVING count(*) > 1
SELECT k, x FROM o WHERE x > (SELECT avg(x) FROM o)
SELECT k, x FROM o WHERE x < (SELECT 0.2 * avg(x) FROM o)
SELECT k, x FROM o WHERE x = (SELECT avg(x) FROM o WHERE k = 3)
SELECT k, x FROM o WHERE x <= (SELECT 2 * avg(x) FROM o WHERE g = 'q')
SELECT g FROM o GROUP BY g HAVING avg(x) > 2
SELECT g FROM o GROUP BY g HAVING avg(y) >= 2
SELECT g FROM o GROUP BY g HAVING avg(y) = 2
SELECT g FROM o GROUP BY g HAVING sum(x) / 2 > 2.2
SELECT g FROM o GROUP BY g HAVING sum(x) / sum(y) > 1
SELECT g FROM o WHERE k > 0 GROUP BY g HAVING sum(x) / (sum(y) - 5) < 1
SELECT k, g, x FROM o WHERE x < (SELECT avg(i.x) FROM o i WHERE i.g = o.g)
SELECT k, g, x FROM o WHERE x = (SELECT max(i.x) FROM o i WHERE i.g = o.g)
SELECT k, g, x FROM o WHERE x > (SELECT sum(i.x) * 0.3 FROM o i WHERE i.g = o.g AND i.y = o.y)
SELECT t.id FROM t WHERE EXISTS (SELECT 1 FROM o WHERE o.k = t.id)
SELECT t.id FROM t WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.k = t.id AND o.x > 2)
SELECT t.id FROM t WHERE EXISTS (SELECT 1 FROM o WHERE o.k = t.id AND o.y <> t.i2)
SELECT t.id FROM t WHERE id IN (SELECT k FROM o)
SELECT t.id FROM t WHERE id NOT IN (SELECT k FROM o)
SELECT t.id FROM t WHERE id NOT IN (SELECT k FROM o WHERE k IS NOT NULL)
SELECT t.id FROM t WHERE i4 IN (SELECT y FROM o WHERE g = 'p') AND b
SELECT id, (SELECT max(x) FROM o) FROM t
SELECT t.id, o.x FROM t JOIN o ON o.k = t.id
SELECT t.id, o.x FROM t LEFT JOIN o ON o.k = t.id AND o.x > 1
SELECT t.id, o.x FROM t RIGHT JOIN o ON o.k = t.id
SELECT t.id, o.x FROM t FULL JOIN o ON o.k = t.id
SELECT a.k, b.x FROM o a CROSS JOIN o b WHERE a.k < b.k
SELECT a.k, c.id FROM o a JOIN (o b JOIN t c ON b.k = c.id) ON a.k = c.id
SELECT id FROM t UNION SELECT k FROM o
SELECT id, n2 FROM t UNION ALL SELECT k, x FROM o
SELECT id FROM t INTERSECT SELECT k FROM o
SELECT id FROM t EXCEPT SELECT k FROM o
SELECT DISTINCT b, v FROM t
SELECT DISTINCT x FROM o ORDER BY x DESC NULLS LAST LIMIT 3
SELECT DISTINCT ON (g) g, k, x FROM o ORDER BY g, k DESC, x
SELECT DISTINCT ON (g) g, k FROM o ORDER BY g, k LIMIT 2
SELECT id FROM t ORDER BY id LIMIT 3 OFFSET 2
SELECT id FROM t ORDER BY id OFFSET 5
SELECT k FROM o ORDER BY k FETCH FIRST 2 ROWS WITH TIES
SELECT k FROM o ORDER BY k OFFSET 1 FETCH FIRST 2 ROWS WITH TIES
SELECT * FROM (SELECT id, s FROM t ORDER BY id LIMIT 4) x WHERE s > 'a'
SELECT count(*) FROM (SELECT id FROM t LIMIT 4) x
SELECT k, row_number() OVER (ORDER BY k, x), rank() OVER (ORDER BY g), dense_rank() OVER (PARTITION BY g ORDER BY y) FROM o
SELECT k, sum(x) OVER (PARTITION BY g), count(*) OVER () FROM o
SELECT k, sum(x) OVER (ORDER BY k), sum(x) OVER (ORDER BY k, x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM o
SELECT k, lag(x) OVER (ORDER BY k, x), lead(x, 2) OVER (ORDER BY k, x), lag(y, 1, 0) OVER (PARTITION BY g ORDER BY k, x) FROM o
SELECT k, first_value(x) OVER (PARTITION BY g ORDER BY k, x), last_value(x) OVER (PARTITION BY g ORDER BY k, x) FROM o
SELECT k, ntile(3) OVER (ORDER BY k, x), percent_rank() OVER (ORDER BY k), cume_dist() OVER (ORDER BY k) FROM o
SELECT k, min(x) OVER (ORDER BY k, x ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) FROM o
SELECT * FROM (SELECT k, row_number() OVER (PARTITION BY g ORDER BY x DESC, k) r FROM o) z WHERE r = 1
WITH w AS (SELECT g, sum(x) s FROM o GROUP BY g) SELECT a.g, b.s FROM w a JOIN w b ON a.s = b.s
WITH w AS (SELECT g, sum(x) s FROM o GROUP BY g) SELECT g FROM w WHERE s = (SELECT max(s) FROM w)
WITH w AS (SELECT * FROM o WHERE k > 1), v AS (SELECT * FROM w WHERE x > 2) SELECT count(*) FROM v
WITH w AS (SELECT g, avg(x) a FROM o GROUP BY g) SELECT g FROM w WHERE a > 3
WITH w AS (SELECT avg(x) a FROM o) SELECT k FROM o WHERE x > (SELECT a FROM w) UNION ALL SELECT y FROM o WHERE x < (SELECT a FROM w)
WITH w AS (SELECT avg(x * y) a FROM o WHERE y > 0) SELECT g, sum(x) FROM o GROUP BY g HAVING sum(x) > (SELECT a FROM w) UNION ALL SELECT g, max(x) FROM o GROUP BY g HAVING sum(x) < (SELECT a FROM w)
WITH w AS (SELECT k, CASE WHEN y > 2 THEN x ELSE y END c FROM o) SELECT a.k, a.c, b.c FROM w a JOIN w b ON a.k = b.k
SELECT DISTINCT CASE WHEN y > 2 THEN 1.0 ELSE 1.00 END = 1 FROM o
SELECT t.id, z.n FROM t JOIN (VALUES (1, 'a'), (2, 'b'), (3, NULL)) z(i, n) ON z.i = t.id
SELECT id, z.n FROM t JOIN (VALUES (1, 1.5), (2, 2.5)) z(i, n) ON z.i = t.id
SELECT any_value(g), k FROM o GROUP BY k
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM o
SELECT g, percentile_disc(0.25) WITHIN GROUP (ORDER BY y DESC) FROM o GROUP BY g
SELECT sum(f8), avg(f8) FROM t WHERE id < 4
SELECT d, count(*) FROM t GROUP BY d ORDER BY count(*) DESC, d LIMIT 3
SELECT ts, count(*) FROM t GROUP BY ts
SELECT DISTINCT ts, ch FROM t
SELECT ch, count(*) FROM t GROUP BY ch ORDER BY ch
SELECT min(ch), max(ch), min(ts), max(tm) FROM t
SELECT true FROM t WHERE i4 > 3 OR b
SELECT 1 FROM t
SELECT id FROM t ORDER BY b, n2 DESC, id
SELECT id FROM t ORDER BY s, id
SELECT id FROM t ORDER BY f8 DESC, id
SELECT lower(g) || 'x' AS "C4", x + 1 AS c4 FROM o
