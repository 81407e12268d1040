SELECT sum(i2), sum(i4), sum(i8), sum(n2), sum(f8) FROM t WHERE id <> 5 and id <> 4
SELECT sum(n) FROM t
SELECT avg(i2), avg(i4), avg(i8), avg(n2) FROM t
SELECT avg(n) FROM t WHERE id < 4
SELECT avg(f8), avg(f4) FROM t WHERE id in (1,2,3)
SELECT min(i4), max(i4), min(n2), max(n), min(n), min(s), max(s), min(d), max(ts), min(f8), max(f8), max(iv) FROM t
SELECT max(ch), min(uu::text), max(tm) FROM t
SELECT count(*), count(s), count(DISTINCT s), count(DISTINCT n), count(DISTINCT ch), count(n2) FROM t
SELECT bool_and(b), bool_or(b), every(b) FROM t
SELECT string_agg(s, ',' ORDER BY id) FROM t
SELECT string_agg(s, ',' ORDER BY id DESC) FILTER (WHERE id > 1) FROM t
SELECT string_agg(DISTINCT ch, '|') FROM t
SELECT string_agg(s, u ORDER BY id) FROM t
SELECT array_agg(i4 ORDER BY id), array_agg(s ORDER BY i4 DESC), array_agg(n ORDER BY id) FROM t
SELECT array_agg(DISTINCT i2) FROM t
SELECT array_agg(i4) FROM t WHERE false
SELECT sum(i4), count(*), avg(i4), string_agg(s, ',') FROM t WHERE false
SELECT stddev(f8), variance(f8), stddev_pop(f8), var_pop(f8) FROM t WHERE id < 4
SELECT stddev(i4), variance(n2) FROM t WHERE id < 4
SELECT corr(i2, f8), covar_pop(i2, f8), regr_slope(i2, f8), regr_count(i2, f8) FROM t WHERE id < 4
SELECT corr(y, 1) FROM o
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i4) FROM t
SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY n2) FROM t
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY i4 DESC) FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY i4) FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY s) FROM t
SELECT mode() WITHIN GROUP (ORDER BY i4) FROM t
SELECT bit_and(i4), bit_or(i4), bit_xor(i4) FROM t
SELECT any_value(i4) FROM t WHERE id = 1
SELECT json_agg(s ORDER BY id) FROM t
SELECT jsonb_object_agg(id, s) FROM t
SELECT sum(i4) FILTER (WHERE b), count(*) FILTER (WHERE i4 > 0) FROM t
SELECT sum(DISTINCT i4), avg(DISTINCT i4), count(DISTINCT i4) FROM t
SELECT g, count(*), sum(x), avg(y) FROM o GROUP BY g ORDER BY g
SELECT g, sum(x) FROM o GROUP BY g HAVING sum(x) > 3 ORDER BY 1
SELECT n, count(*) FROM t GROUP BY n ORDER BY n
SELECT n2, count(*) FROM t GROUP BY n2 ORDER BY n2 DESC
SELECT ch, count(*) FROM t GROUP BY ch ORDER BY ch
SELECT n + 1, count(*) FROM t GROUP BY n + 1 ORDER BY 1
SELECT i4 % 2, count(*) FROM t GROUP BY 1 ORDER BY 1 NULLS FIRST
SELECT DISTINCT n FROM t ORDER BY n
SELECT DISTINCT s, b FROM t ORDER BY s, b
SELECT DISTINCT g FROM o ORDER BY g NULLS FIRST
SELECT DISTINCT ON (g) g, y, x FROM o ORDER BY g, y DESC
SELECT DISTINCT ON (n) n, id FROM t ORDER BY n, id
SELECT g, y, sum(x) FROM o GROUP BY GROUPING SETS ((g, y), (g), ()) ORDER BY g, y, 3
SELECT g, y, count(*), grouping(g, y) FROM o GROUP BY ROLLUP (g, y) ORDER BY 1, 2, 3, 4
SELECT g, y, count(*) FROM o GROUP BY CUBE (g, y) ORDER BY 1, 2, 3
SELECT n, count(*) FROM t GROUP BY GROUPING SETS ((n), ()) ORDER BY 1, 2
SELECT count(*) FROM t HAVING count(*) > 100
SELECT 1 FROM t HAVING true
SELECT id, n FROM t ORDER BY n
SELECT id, n FROM t ORDER BY n DESC NULLS LAST, id
SELECT id, f8 FROM t ORDER BY f8
SELECT id, s FROM t ORDER BY s DESC
SELECT id, iv FROM t ORDER BY iv, id
SELECT id FROM t ORDER BY b, d DESC
SELECT id FROM t ORDER BY id LIMIT 2
SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 3
SELECT id FROM t ORDER BY id OFFSET 4
SELECT id FROM t ORDER BY id LIMIT NULL
SELECT id FROM t ORDER BY id LIMIT 0
SELECT id FROM t ORDER BY id LIMIT -1
SELECT id FROM t ORDER BY id LIMIT (SELECT count(*) FROM o) - 4
SELECT y FROM o ORDER BY y FETCH FIRST 3 ROWS WITH TIES
SELECT y FROM o ORDER BY y DESC NULLS LAST OFFSET 1 FETCH FIRST 1 ROWS WITH TIES
SELECT t.id, o.g FROM t JOIN o ON o.k = t.id ORDER BY 1, 2
SELECT t.id, o.g FROM t LEFT JOIN o ON o.k = t.id ORDER BY 1, 2
SELECT t.id, o.k, o.g FROM t RIGHT JOIN o ON o.k = t.id ORDER BY 1, 2, 3
SELECT t.id, o.k, o.g FROM t FULL JOIN o ON o.k = t.id ORDER BY 1, 2, 3
SELECT t.id, o.k FROM t CROSS JOIN o ORDER BY 1, 2 LIMIT 7
SELECT t.id, o.k FROM t, o WHERE t.id = o.k AND o.y > 1 ORDER BY 1
SELECT a.id, b.id FROM t a JOIN t b ON a.n = b.n ORDER BY 1, 2
SELECT a.id, b.id FROM t a JOIN t b ON a.n2 < b.n AND a.id < b.id ORDER BY 1, 2
SELECT t.id, o.k FROM t LEFT JOIN o ON o.k < t.id AND o.g = 'p' ORDER BY 1, 2
SELECT t.id, q.m FROM t, LATERAL (SELECT max(y) AS m FROM o WHERE o.k <= t.id) q ORDER BY 1
SELECT t.id, q.y FROM t LEFT JOIN LATERAL (SELECT y FROM o WHERE o.k = t.id ORDER BY y LIMIT 1) q ON true ORDER BY 1
SELECT t.id, e FROM t, unnest(t.ia) AS e ORDER BY 1, 2
SELECT t.id, e, o FROM t, unnest(t.ta) WITH ORDINALITY AS q(e, o) ORDER BY 1, 3
SELECT t.id, g FROM t, generate_series(1, t.id) g WHERE t.id < 4 ORDER BY 1, 2
SELECT * FROM generate_series(1, 5) g
SELECT * FROM generate_series(5, 1, -2) g
SELECT * FROM generate_series(1, 5, 0) g
SELECT * FROM generate_series(1, 0) g
SELECT * FROM generate_series(1::bigint, 3) WITH ORDINALITY
SELECT * FROM generate_series(1.0, 2.5, 0.5) g
SELECT * FROM generate_series(3, 1, -0.5) g
SELECT * FROM generate_series(timestamp '2024-01-31', timestamp '2024-05-01', interval '1 month') g
SELECT * FROM generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') g
SELECT * FROM generate_series(timestamptz '2024-01-01', timestamptz '2024-01-02', interval '6 hours') g
SELECT * FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '0') g
SELECT * FROM unnest(array[1,2,3], array['a','b']) AS q(a, b)
SELECT * FROM unnest(array[1,NULL,3]) WITH ORDINALITY AS q(a, n)
SELECT * FROM ROWS FROM (generate_series(1,3), generate_series(1,2)) AS q(a, b)
SELECT generate_series(1, 3), id FROM t WHERE id < 3 ORDER BY 2, 1
SELECT generate_series(1, 3), generate_series(1, 2)
SELECT id, unnest(ia) FROM t ORDER BY 1, 2
SELECT id, unnest(ia), unnest(ta) FROM t WHERE id = 1 ORDER BY 1, 2
SELECT unnest(array[1,2]) + 1
SELECT generate_subscripts(ia, 1), id FROM t ORDER BY 2, 1
SELECT string_to_table('a,b,c', ',')
SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (NULL, NULL)) v(a, b) ORDER BY a
SELECT * FROM (VALUES (1, 1.5), (2, 2.25)) v(a, b) ORDER BY a
SELECT * FROM (VALUES (1.0), (1.00), (NULL)) v(a)
SELECT sum(a), avg(a), max(a) FROM (VALUES (1.0), (1.25), (NULL)) v(a)
VALUES (1, 'x'), (2, 'y')
SELECT id FROM t UNION SELECT k FROM o ORDER BY 1
SELECT id FROM t UNION ALL SELECT k FROM o ORDER BY 1
SELECT id FROM t INTERSECT SELECT k FROM o ORDER BY 1
SELECT id FROM t EXCEPT SELECT k FROM o ORDER BY 1
SELECT k FROM o INTERSECT ALL SELECT id FROM t ORDER BY 1
SELECT k FROM o EXCEPT ALL SELECT id FROM t ORDER BY 1
SELECT n FROM t UNION SELECT x FROM o ORDER BY 1
SELECT n2 FROM t UNION ALL SELECT x FROM o ORDER BY 1
SELECT 1 UNION SELECT 1.5 ORDER BY 1
SELECT id, s FROM t WHERE id < 3 UNION ALL (SELECT k, g FROM o ORDER BY k LIMIT 2) ORDER BY 1, 2
WITH a AS (SELECT id, n2 FROM t WHERE id < 4) SELECT x.id, y.n2 FROM a x JOIN a y ON x.id = y.id ORDER BY 1
WITH a AS (SELECT k, sum(x) AS sx FROM o GROUP BY k), b AS (SELECT max(sx) AS m FROM a) SELECT a.k FROM a, b WHERE a.sx = b.m
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT sum(n), count(*) FROM r
WITH RECURSIVE r(n, f) AS (SELECT 1, 1::numeric UNION ALL SELECT n + 1, f * n FROM r WHERE n < 30) SELECT max(f) FROM r
WITH RECURSIVE r(n, p) AS (SELECT 1, 'a'::text UNION SELECT n % 3 + 1, 'a' FROM r) SELECT * FROM r ORDER BY 1
SELECT id, row_number() OVER (ORDER BY id), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY s) FROM t ORDER BY id
SELECT k, y, row_number() OVER (PARTITION BY g ORDER BY y, k), ntile(2) OVER (ORDER BY k, y) FROM o ORDER BY k, y
SELECT k, y, lag(y) OVER (ORDER BY k, y), lead(y, 2) OVER (ORDER BY k, y), lag(y, 1, 0) OVER (ORDER BY k, y) FROM o ORDER BY k, y
SELECT k, x, lag(x, 1, 9.999) OVER (ORDER BY k, y) FROM o ORDER BY k, x
SELECT k, first_value(y) OVER w, last_value(y) OVER w, nth_value(y, 2) OVER w FROM o WINDOW w AS (PARTITION BY g ORDER BY k) ORDER BY k, y
SELECT k, sum(y) OVER (ORDER BY k), count(*) OVER (), avg(y) OVER (PARTITION BY g) FROM o ORDER BY k, y
SELECT k, sum(x) OVER (ORDER BY k, y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), max(x) OVER (ORDER BY k, y ROWS UNBOUNDED PRECEDING) FROM o ORDER BY k, y
SELECT k, sum(y) OVER (ORDER BY k RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM o ORDER BY k, y
SELECT k, sum(y) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM o ORDER BY k, y
SELECT id, percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY b) FROM t ORDER BY id
SELECT id, rank() OVER (ORDER BY n) FROM t ORDER BY id
SELECT id, sum(n) OVER (ORDER BY id) FROM t WHERE id < 4 ORDER BY id
SELECT id, count(*) FILTER (WHERE b) OVER (ORDER BY id) FROM t ORDER BY id
SELECT g, sum(y), sum(sum(y)) OVER (ORDER BY g) FROM o GROUP BY g ORDER BY g
SELECT id FROM t WHERE s LIKE 'a%' OR (i4 > 1 AND b)
SELECT id FROM t WHERE NOT (i4 > 1)
SELECT id FROM t WHERE n = 1
SELECT id FROM t WHERE n2 = 10.5 AND s IS NOT NULL
SELECT id FROM t WHERE (i4, i2) = (7, 1)
SELECT id FROM t WHERE 1 / i2 > 0 AND i2 <> 0
SELECT id FROM t WHERE (SELECT count(*) FROM o WHERE o.k = t.id) > 1
SELECT id, (SELECT g FROM o WHERE k = t.id ORDER BY y LIMIT 1) FROM t ORDER BY 1
SELECT x.id, (SELECT count(*) FROM t y WHERE y.id < x.id AND EXISTS (SELECT 1 FROM o WHERE o.k = y.id)) FROM t x ORDER BY 1
SELECT * FROM (SELECT id, i4 + 1 AS z FROM t) q WHERE z > 0 ORDER BY z
SELECT max(c) FROM (SELECT count(*) AS c FROM o GROUP BY g) q
SELECT sum(v) FROM (SELECT y * 2 AS v FROM o ORDER BY y LIMIT 3) q
SELECT count(*) FROM generate_series(1, 100000)
SELECT sum(g)::text, avg(g) FROM generate_series(1, 1000) g
SELECT g % 3 AS m, count(*), sum(g) FROM generate_series(1, 100) g GROUP BY m ORDER BY m
SELECT a.g, b.g FROM generate_series(1,3) a(g), generate_series(1,2) b(g) ORDER BY 1, 2
SELECT sum(i8) FROM t
SELECT sum(i4 * 2) FROM t
SELECT id, i4, i4 + 1, (i4 + 1) * 2, ((i4 + 1) * 2) / 3 FROM t WHERE id <> 4
SELECT id / (id - 3) FROM t
SELECT d, count(*) FROM t GROUP BY d ORDER BY d
SELECT date_trunc('year', ts), count(*) FROM t GROUP BY 1 ORDER BY 1
SELECT iv, count(*) FROM t GROUP BY iv ORDER BY iv
SELECT ia, count(*) FROM t GROUP BY ia ORDER BY 2 DESC, 1
SELECT f8, count(*) FROM t GROUP BY f8 ORDER BY f8
SELECT b, max(n) FROM t GROUP BY b ORDER BY b
SELECT j, count(*) FROM t GROUP BY j
SELECT t.* FROM t WHERE id = 1
SELECT o.* FROM o ORDER BY k, y
SELECT FROM t
SELECT count(*) FROM (SELECT FROM t) q
SELECT 'infinity'::timestamp, '-infinity'::date, 'infinity'::interval FROM t WHERE id = 1
SELECT CASE WHEN id = 1 THEN 'infinity'::timestamp ELSE ts END FROM t ORDER BY 1
SELECT max(CASE WHEN id = 1 THEN 'NaN'::numeric ELSE n2 END) FROM t
SELECT extract(year from CASE WHEN id = 1 THEN '0044-03-15 BC'::date ELSE d END) FROM t
SELECT CASE WHEN id = 1 THEN 'infinity'::date ELSE d END + 1 FROM t
SELECT NULL, NULL::int, NULL::numeric, NULL::text FROM t WHERE id = 1
SELECT coalesce(NULL, n2, NULL) FROM t
SELECT string_agg(s, NULL) FROM t
SELECT timetz '10:00+02' < timetz '09:00+00', id FROM t WHERE id = 1
SELECT tm::timetz, id FROM t WHERE id = 1
SELECT lower('ÀÉ' || s) FROM t
SELECT 9223372036854775807 + id FROM t
SELECT 32767::int2 + i2 FROM t
SELECT 1e308::float8 * 10 * id FROM t
SELECT 99999999999999999999999999999999999999::numeric + id FROM t WHERE id = 1
SELECT 99999999999999999999999999999999999999::numeric * n2 FROM t WHERE id = 1
SELECT sum(x * 1.000000000000000000001) FROM o
SELECT sum(x) * sum(x) * sum(x) FROM o
SELECT avg(x) * 2, round(avg(x), 2), avg(x)::numeric(10,3) FROM o
SELECT sum(y)::numeric / nullif(count(*), 0) FROM o
SELECT (count(*) FILTER (WHERE y > 1))::numeric / nullif(count(*), 0) FROM o
SELECT round(100.0 * count(*) / 7, 1) FROM o
SELECT stddev(i2), variance(i4), var_pop(i2), stddev_pop(n2), stddev_samp(n), var_samp(n2) FROM t WHERE id IN (1, 2, 3, 6)
SELECT stddev(i2), variance(i2) FROM t WHERE id = 1
SELECT stddev(i2), var_pop(i2) FROM t WHERE id IN (1, 1)
SELECT mode() WITHIN GROUP (ORDER BY y), mode() WITHIN GROUP (ORDER BY g DESC) FROM o
SELECT g, sum(x * 1.5), avg(x / 3) FROM o GROUP BY g ORDER BY g
SELECT id, interval '1 day 2 hours' * id, i2 * interval '1 month', interval '1 hour' * i4 FROM t WHERE id <> 4 ORDER BY id
SELECT ts + id * interval '1 second', d + id, ts - interval '1 mon 1 day' * id FROM t ORDER BY id
SELECT interval '1 day' * 1.5 * id FROM t ORDER BY id
SELECT interval '100 years' * i4 FROM t WHERE id = 4
