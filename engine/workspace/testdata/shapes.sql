SELECT * FROM (SELECT id FROM t ORDER BY id DESC LIMIT 3) q ORDER BY id
SELECT count(*) FROM (SELECT DISTINCT g FROM o) q
SELECT g FROM (SELECT DISTINCT g, y FROM o) q ORDER BY g, 1
SELECT DISTINCT y > 1 FROM o ORDER BY 1
SELECT DISTINCT ON (k) k FROM o ORDER BY k, y
SELECT k, x FROM (SELECT DISTINCT ON (g) g, k, x FROM o ORDER BY g, k DESC) q ORDER BY k, x
SELECT a.id, b.k, c.g FROM t a JOIN (o b JOIN o c ON b.y = c.y) ON a.id = b.k ORDER BY 1, 2, 3
SELECT a.id, b.k, c.g FROM t a LEFT JOIN (o b LEFT JOIN o c ON b.y = c.y AND b.k <> c.k) ON a.id = b.k ORDER BY 1, 2, 3
SELECT a.id, b.k, c.g FROM (t a LEFT JOIN o b ON a.id = b.k) FULL JOIN o c ON b.y = c.y ORDER BY 1, 2, 3
SELECT a.id, q.c FROM t a LEFT JOIN (SELECT k, count(*) AS c FROM o GROUP BY k) q ON q.k = a.id ORDER BY 1
SELECT a.id, q.c FROM t a JOIN LATERAL (SELECT count(*) AS c, sum(x) AS sx FROM o WHERE o.k = a.id) q ON q.c > 0 ORDER BY 1
SELECT a.id, q.z FROM t a CROSS JOIN LATERAL (SELECT a.id * 2 AS z) q ORDER BY 1
SELECT a.id, q.z, r.w FROM t a CROSS JOIN LATERAL (SELECT a.id * 2 AS z) q CROSS JOIN LATERAL (SELECT q.z + a.id AS w) r ORDER BY 1
SELECT a.id, v.x FROM t a CROSS JOIN LATERAL (VALUES (a.id), (a.id + 10)) v(x) WHERE a.id < 3 ORDER BY 1, 2
SELECT a.id, e.x FROM t a LEFT JOIN LATERAL unnest(a.ia) AS e(x) ON true ORDER BY 1, 2
SELECT a.id, s FROM t a, LATERAL generate_series(a.id, a.id + 1) s WHERE a.id IN (1, 2) ORDER BY 1, 2
SELECT id, (SELECT max(s) FROM generate_series(1, t.id) s) FROM t ORDER BY 1
SELECT id, (SELECT count(*) FROM unnest(t.ia) e WHERE e > 1) FROM t ORDER BY 1
SELECT id, ARRAY(SELECT y FROM o WHERE o.k <= t.id ORDER BY y DESC NULLS LAST LIMIT 2) FROM t ORDER BY 1
SELECT id, EXISTS (SELECT 1 FROM o WHERE o.k = t.id AND o.y IN (SELECT y FROM o WHERE g = 'q')) FROM t ORDER BY 1
SELECT id FROM t WHERE id = (SELECT min(k) FROM o WHERE o.y > 1)
SELECT id FROM t WHERE (SELECT true)
SELECT id FROM t WHERE id IN (SELECT k FROM o UNION SELECT 6) ORDER BY 1
SELECT id FROM t WHERE i2 = ANY (SELECT y FROM o) ORDER BY 1
SELECT id FROM t WHERE i2 <> ALL (SELECT y FROM o WHERE y IS NOT NULL) ORDER BY 1
SELECT id FROM t WHERE n IN (SELECT 1.000) ORDER BY 1
SELECT id FROM t WHERE (id, i2) IN (SELECT k, y FROM o) ORDER BY 1
SELECT id FROM t WHERE (id, 3) IN (SELECT k, y FROM o) ORDER BY 1
SELECT id FROM t WHERE (id, i2) NOT IN (SELECT k, y FROM o) ORDER BY 1
SELECT (SELECT g FROM o WHERE k = 2), (SELECT g FROM o WHERE k = 77)
SELECT (SELECT count(*) FROM t), (SELECT sum(y) FROM o)
SELECT sum((SELECT count(*) FROM o WHERE o.k = t.id)) FROM t
SELECT k, (SELECT sum(o2.y) FROM o o2 WHERE o2.k = o.k) FROM o GROUP BY k ORDER BY k
SELECT k, sum(y) + (SELECT max(id) FROM t) FROM o GROUP BY k ORDER BY k
SELECT g, count(*) FROM o WHERE y IS NOT NULL GROUP BY g HAVING count(*) > 1 AND max(y) > (SELECT avg(y) FROM o) ORDER BY g
SELECT upper_g, count(*) FROM (SELECT g || '!' AS upper_g FROM o) q GROUP BY upper_g ORDER BY 1
SELECT g, y % 2, count(*) FROM o GROUP BY g, y % 2 ORDER BY 1, 2
SELECT count(*) FROM o GROUP BY g ORDER BY 1
SELECT max(y) FROM o GROUP BY g HAVING false
SELECT count(*), sum(y) FROM o WHERE false
SELECT g, sum(y) FROM o WHERE false GROUP BY g
SELECT sum(y) FROM o GROUP BY ()
SELECT g, sum(y) FROM o GROUP BY GROUPING SETS ((g), (g)) ORDER BY 1, 2
SELECT 1, sum(y) FROM o GROUP BY GROUPING SETS ((), ()) ORDER BY 1
SELECT g, k, sum(y), grouping(g), grouping(k) FROM o GROUP BY g, ROLLUP (k) ORDER BY 1, 2, 3
SELECT x, sum(y) FROM o GROUP BY CUBE (x) ORDER BY x NULLS FIRST, 2
SELECT count(DISTINCT g), count(DISTINCT y), sum(DISTINCT y) FROM o
SELECT count(*) FILTER (WHERE g = 'p'), sum(y) FILTER (WHERE x > 1) FROM o
SELECT array_agg(g ORDER BY y DESC, k) FILTER (WHERE g IS NOT NULL) FROM o
SELECT array_agg(x ORDER BY x) FROM o
SELECT array_agg(k ORDER BY k)[2] FROM o
SELECT string_agg(g || ':' || y, ', ' ORDER BY g, y) FROM o
SELECT min(x), max(x), sum(x), avg(x), count(x) FROM o
SELECT sum(x)::numeric(10,1), sum(x)::int, sum(x)::float8 FROM o
SELECT sum(y)::int, avg(y)::float8, avg(y)::numeric(6,2) FROM o
SELECT avg(x) > 2, avg(y) = 3.2, avg(y) < avg(x) FROM o
SELECT g, avg(x) FROM o GROUP BY g ORDER BY avg(x)
SELECT g, avg(y) FROM o GROUP BY g ORDER BY avg(y) DESC NULLS LAST, g
SELECT k, avg(x) OVER (PARTITION BY g ORDER BY k) FROM o ORDER BY k, x
SELECT k, sum(x) OVER (PARTITION BY g) / nullif(sum(x) OVER (), 0) FROM o ORDER BY k, x
SELECT k, x - lag(x) OVER (ORDER BY k, y) FROM o ORDER BY k, x
SELECT k, y, rank() OVER (PARTITION BY g ORDER BY x DESC NULLS LAST) AS r FROM o ORDER BY k, y
SELECT * FROM (SELECT k, y, row_number() OVER (PARTITION BY g ORDER BY k) AS r FROM o) q WHERE r = 1 ORDER BY k, y
SELECT k, count(*) OVER (ORDER BY k RANGE UNBOUNDED PRECEDING), count(*) OVER (ORDER BY k ROWS 1 PRECEDING) FROM o ORDER BY 1, 2, 3
SELECT k, last_value(k) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM o ORDER BY 1
SELECT id, sum(i4) OVER (ORDER BY d RANGE BETWEEN interval '1 year' PRECEDING AND CURRENT ROW) FROM t WHERE id <> 4 ORDER BY id
SELECT id, first_value(s) OVER (ORDER BY n NULLS LAST, id) FROM t ORDER BY id
SELECT k, max(x) OVER (ORDER BY x NULLS FIRST ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) FROM o ORDER BY k, 2
SELECT k, string_agg(g, ',') OVER (ORDER BY k, y) FROM o ORDER BY k, y
SELECT k, array_agg(y) OVER (ORDER BY k, y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM o ORDER BY k, y
SELECT k, bool_or(g = 'p') OVER (PARTITION BY k) FROM o ORDER BY k, 2
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b
WITH a AS (SELECT k, y FROM o) SELECT a.k, (SELECT count(*) FROM a b WHERE b.k = a.k) FROM a ORDER BY 1
WITH a AS (SELECT n FROM t) SELECT DISTINCT n FROM a ORDER BY n
WITH a(p, q) AS (VALUES (1, 'x'), (2, 'y')) SELECT q FROM a WHERE p = 2
WITH RECURSIVE c AS (SELECT k, y FROM o WHERE k = 1 UNION ALL SELECT o.k, o.y FROM o JOIN c ON o.k = c.y WHERE o.k > c.k) SELECT * FROM c ORDER BY 1, 2
WITH RECURSIVE f(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM f WHERE b < 100) SELECT a FROM f ORDER BY a
WITH RECURSIVE r(n, t) AS (SELECT 1, 'x'::text UNION ALL SELECT n + 1, t || 'x' FROM r WHERE n < 5) SELECT * FROM r ORDER BY 1
SELECT id FROM t WHERE EXISTS (WITH z AS (SELECT k FROM o WHERE o.k = t.id) SELECT 1 FROM z) ORDER BY 1
(SELECT id FROM t ORDER BY id LIMIT 2) UNION ALL (SELECT k FROM o ORDER BY k DESC NULLS LAST LIMIT 1) ORDER BY 1
SELECT id, 'a' AS c FROM t WHERE id = 1 UNION ALL SELECT NULL, 'b' UNION ALL SELECT 5, NULL ORDER BY 1, 2
SELECT s FROM t UNION SELECT g FROM o ORDER BY 1 NULLS FIRST
SELECT n2, n FROM t EXCEPT SELECT n2, n FROM t WHERE id > 3 ORDER BY 1
SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2 ORDER BY 1
SELECT ia FROM t UNION SELECT array[9] ORDER BY 1
SELECT CASE WHEN id = 1 THEN i4 ELSE i8 END FROM t ORDER BY 1
SELECT CASE WHEN id = 1 THEN n2 WHEN id = 2 THEN n ELSE i8 END FROM t ORDER BY 1
SELECT CASE WHEN false THEN 1/0 ELSE 1 END FROM t
SELECT coalesce(i2, i4, i8, n2, f8) FROM t ORDER BY id
SELECT id, i4 > 0 AND s IS NOT NULL OR b, NOT (b AND i4 > 0) FROM t ORDER BY id
SELECT id FROM t WHERE NOT (n2 > 5 OR n2 IS NULL) ORDER BY id
SELECT id FROM t ORDER BY CASE WHEN b THEN 0 ELSE 1 END, s DESC NULLS LAST, id
SELECT id AS a, -id AS b FROM t ORDER BY b
SELECT id FROM t ORDER BY length(s), id
SELECT id, generate_series(1, 2) AS g FROM t WHERE id < 3 ORDER BY g DESC, id
SELECT generate_series(1, i2) FROM t WHERE id IN (1, 6) ORDER BY 1
SELECT id, unnest(ta) FROM t WHERE id IN (1, 2, 4) ORDER BY 1, 2 LIMIT 3
SELECT count(*) FROM (SELECT generate_series(1, 3), generate_series(1, 5)) q
SELECT * FROM generate_series(1, 3) a, generate_series(a, 3) b ORDER BY 1, 2
SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS q(v, n) WHERE v > 1 ORDER BY n DESC
SELECT sum(a * b) FROM generate_series(1, 100) a, generate_series(1, 10) b
SELECT a, count(*) FROM generate_series(1, 10) a, generate_series(1, 10) b WHERE b % a = 0 GROUP BY a ORDER BY a
SELECT x.n, y.n FROM (VALUES (1), (2)) x(n) LEFT JOIN (VALUES (2), (3)) y(n) USING (n) ORDER BY 1
SELECT n FROM (VALUES (1), (2)) x(n) FULL JOIN (VALUES (2), (3)) y(n) USING (n) ORDER BY 1
SELECT * FROM (VALUES (1, 'a')) x(a, b) NATURAL JOIN (VALUES (1, 'c')) y(a, c)
SELECT (VALUES (1))
SELECT * FROM (VALUES (1), (NULL), (3)) v(a) WHERE a NOT IN (SELECT 3)
SELECT * FROM (VALUES ('a'::char(3)), ('b')) v(c) WHERE c = 'a  '
SELECT c || '|' FROM (VALUES ('a '::text), ('b')) v(c)
SELECT id FROM t LIMIT 1 + 1
SELECT count(*) FROM (SELECT id FROM t LIMIT 3 OFFSET 1) q
SELECT id FROM t WHERE id > 1 ORDER BY id LIMIT 2 OFFSET 1
SELECT q.id FROM (SELECT id FROM t ORDER BY id LIMIT 4) q WHERE q.id % 2 = 0 ORDER BY 1
SELECT y FROM o ORDER BY y NULLS FIRST FETCH FIRST ROW WITH TIES
SELECT round(sum(x) / 3, 4), trunc(avg(x), 3) FROM o
SELECT x * y, x + y, x / nullif(y, 0), x - 0.001 FROM o ORDER BY k, x
SELECT sum(x * y) FROM o
SELECT sum(x * 0.1) / sum(y) FROM o
SELECT sum(i8) + 1, sum(i8) * 2 FROM t
SELECT sum(i8::numeric * i8) FROM t
SELECT max(n2) - min(n2), max(n), min(n) FROM t WHERE id IN (1, 3, 6)
SELECT i4 + n2 * 2 - i2 / 2.0 FROM t ORDER BY id
SELECT -n2 * -1, +n2, abs(-n2) FROM t ORDER BY id
SELECT n2 BETWEEN 1 AND 20, n BETWEEN 0.5 AND 1.5 FROM t ORDER BY id
SELECT id, n2 = ANY (array[10.5, 3.33]), n = ANY (array[1, 2]) FROM t ORDER BY id
SELECT d + i2, ts + i2 * interval '1 day' FROM t WHERE id < 4 ORDER BY id
SELECT d - interval '1 month' * i2 FROM t WHERE id < 4 ORDER BY id
SELECT max(ts) - min(ts), max(d) - min(d) FROM t
SELECT id, d BETWEEN '2000-01-01' AND '2024-12-31' FROM t ORDER BY id
SELECT id FROM t WHERE ts >= '2000-01-01' AND ts < '2024-06-01'::date ORDER BY id
SELECT id FROM t WHERE tz > '2000-01-01 00:00:00+02' ORDER BY id
SELECT id, uu = uu, uu IS NULL FROM t ORDER BY id
SELECT id, ba > '\x00', max(ba::text) OVER () FROM t ORDER BY id
SELECT max(uu::text), count(DISTINCT uu) FROM t
SELECT id, ia[1] + ia[2], array_length(ia, 1) > 1 FROM t ORDER BY id
SELECT ia FROM t ORDER BY ia
SELECT id FROM t WHERE ia = '{1,2,3}' ORDER BY id
SELECT DISTINCT ta FROM t ORDER BY 1
SELECT t FROM (SELECT 1 AS a, 'x' AS b) t
SELECT row(1, 'a')
SELECT count(t) FROM t
SELECT count(DISTINCT (k, g)) FROM o
SELECT o IS NULL FROM o
SELECT t1.id FROM t t1, t t2 WHERE t1.id = t2.id AND t1.s LIKE t2.s ORDER BY 1
SELECT i4 / i2 FROM t WHERE i2 <> 0 ORDER BY id
SELECT nullif(i2, 0), 10 / nullif(i2, 0) FROM t ORDER BY id
SELECT i2 / i2 FROM t
SELECT i4 * i4 FROM t
SELECT (i4::int8 * i4)::int4 FROM t
SELECT f8::int4 FROM t
SELECT sum(i4)::int4 FROM t
SELECT i2::int8 << 2, i4 >> 1, i4 & i2 FROM t ORDER BY id
SELECT 'x' LIKE s, s LIKE 'a%', s NOT LIKE '%b%' FROM t ORDER BY id
SELECT s LIKE '%\%' FROM t ORDER BY id
SELECT id FROM t WHERE s = ANY ('{abc,ABC}') ORDER BY id
SELECT id FROM t WHERE s = ANY (ARRAY[s, u]) ORDER BY id
SELECT id FROM t WHERE id = ALL (ARRAY[id, 1]) ORDER BY id
SELECT coalesce(s, 'none') || coalesce('/' || u, '') FROM t ORDER BY id
SELECT md5(s), md5(coalesce(u, '')) FROM t ORDER BY id
SELECT random() < 2, random() IS NULL FROM t
SELECT count(*) FROM (SELECT gen_random_uuid() FROM t) q
SELECT now() = now(), current_date = current_date FROM t WHERE id = 1
SELECT id FROM t WHERE current_timestamp > tz ORDER BY id
