SELECT k FROM o INTERSECT ALL SELECT y FROM o
SELECT k FROM o EXCEPT ALL SELECT y FROM o
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY f8) FROM t WHERE id IN (1, 3, 8)
SELECT g, percentile_cont(0.25) WITHIN GROUP (ORDER BY y DESC) FROM o GROUP BY g
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY i4), percentile_disc(0.75) WITHIN GROUP (ORDER BY f8) FROM t
SELECT sum(i8), sum(i8 / 1000) FROM t WHERE id <> 4
SELECT sum(n2 * n4), sum(n4), avg(f8) FROM t WHERE id < 4
SELECT b, sum(DISTINCT n2), count(DISTINCT s) FROM t GROUP BY b
SELECT g, y, grouping(g), grouping(y, g) FROM o GROUP BY CUBE (g, y)
SELECT k, sum(y) OVER (ORDER BY k, x, y ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING), avg(x) OVER (PARTITION BY g) > 2 FROM o
SELECT k, count(x) OVER (PARTITION BY g ORDER BY k DESC NULLS LAST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM o
SELECT lower(s), count(*) FROM t GROUP BY lower(s) ORDER BY lower(s) DESC NULLS LAST LIMIT 4
SELECT 'it''s \ "q" `b` ' || s FROM t WHERE u <> E'a\nb\t' ORDER BY id
SELECT id FROM t WHERE s LIKE '%' AND u IS NOT NULL OFFSET 2
SELECT id, z.a FROM t LEFT JOIN (VALUES (1, 1.5, true, DATE '2024-01-01', 'x'), (2, NULL, NULL, NULL, NULL)) z(a, n, b, d, s) ON z.a = t.id
SELECT x FROM o WHERE (k, g) IN ((1, 'p'), (2, 'q'))
SELECT o.k FROM o WHERE NOT (o.k > ALL (SELECT 1 WHERE false)) OR o.k IS NULL
SELECT i2, sum(i2) FROM t GROUP BY i2 HAVING sum(i2) > 0 AND max(d) > '1990-01-01'
SELECT date_trunc('month', ts), count(*) FROM t GROUP BY 1 ORDER BY 1
SELECT to_char(d, 'YYYY-MM'), count(*), sum(n2) FROM t GROUP BY 1 ORDER BY 1
SELECT max(CASE WHEN b THEN s END), min(CASE WHEN NOT b THEN ts END) FROM t
SELECT a.k, b.k FROM o a LEFT JOIN o b ON a.k = b.y AND b.g = 'p' LEFT JOIN t ON t.id = b.k WHERE t.id IS NULL
SELECT g, string_agg(DISTINCT g || 'x', ', ' ORDER BY g || 'x') FROM o GROUP BY g
SELECT count(*) FROM (SELECT DISTINCT g, y FROM o) z
SELECT g, x, row_number() OVER (PARTITION BY g ORDER BY x DESC NULLS LAST, k) FROM o ORDER BY g NULLS FIRST, 3
