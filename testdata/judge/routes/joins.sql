-- Statements over the tables t and u, which the routes of the judge place in one source and in two.
SELECT t.id, u.uid FROM t JOIN u ON t.k = u.uid ORDER BY 1, 2;
SELECT t.id, u.uid FROM t LEFT JOIN u ON t.k = u.uid AND u.w > 1 ORDER BY 1, 2;
SELECT t.id, u.uid FROM t FULL JOIN u ON t.k = u.uid WHERE t.v IS DISTINCT FROM 1 ORDER BY 1 NULLS FIRST, 2;
SELECT u.uid, count(*), count(t.id), sum(t.n), avg(t.n) FROM u LEFT JOIN t ON t.k = u.uid GROUP BY u.uid ORDER BY 1;
SELECT t.id FROM t WHERE t.k NOT IN (SELECT u.w FROM u) ORDER BY 1;
SELECT t.id FROM t WHERE t.k NOT IN (SELECT u.w FROM u WHERE u.w IS NOT NULL) ORDER BY 1;
SELECT t.id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.uid = t.k) ORDER BY 1;
SELECT t.id, (SELECT count(*) FROM u WHERE u.k = t.k) FROM t ORDER BY 1;
SELECT t.id, (SELECT sum(u.w) FROM u WHERE u.k = t.k AND u.uid > 2) FROM t ORDER BY 1;
SELECT u.h, sum(t.v), count(DISTINCT t.g) FROM t, u WHERE t.k = u.uid GROUP BY ROLLUP (u.h) ORDER BY 1 NULLS LAST, 2;
SELECT k, g, n FROM t ORDER BY n DESC NULLS LAST, id LIMIT 3;
SELECT t.k AS x FROM t UNION SELECT u.uid FROM u EXCEPT SELECT 3 ORDER BY 1;
SELECT x, count(*) FROM (SELECT k AS x FROM t UNION ALL SELECT uid FROM u) q GROUP BY x HAVING count(*) > 1 ORDER BY 1;
SELECT id, rank() OVER (PARTITION BY g ORDER BY v DESC NULLS LAST), sum(n) OVER (ORDER BY id ROWS 2 PRECEDING) FROM t ORDER BY id;
SELECT DISTINCT ON (g) g, id, v FROM t ORDER BY g, v DESC, id;
WITH x AS (SELECT k, sum(v) AS s FROM t GROUP BY k) SELECT u.uid, x.s FROM u JOIN x ON x.k = u.uid WHERE x.s >= (SELECT avg(s) FROM x) ORDER BY 1;
SELECT t.id, l.w FROM t LEFT JOIN LATERAL (SELECT u.w FROM u WHERE u.k = t.k ORDER BY u.w NULLS LAST, u.uid LIMIT 1) l ON true ORDER BY 1;
SELECT avg(n), sum(n) / nullif(count(*), 0), avg(v), stddev(v), avg(f) FROM t;
SELECT g, percentile_cont(0.5) WITHIN GROUP (ORDER BY v), string_agg(g, ',' ORDER BY id) FROM t GROUP BY g ORDER BY 1;
SELECT j, count(*) FROM t GROUP BY j ORDER BY count(*) DESC, j::text LIMIT 4;
SELECT ts + iv, tz AT TIME ZONE 'America/New_York', date_trunc('month', d), ia || 7 FROM t ORDER BY id;

SELECT t.id, u.uid FROM t LEFT JOIN u ON t.k = u.uid AND 10 / nullif(u.w, 0) < t.id ORDER BY 1, 2;
SELECT t.id, u.h FROM u RIGHT JOIN t ON t.k = u.uid AND (u.w > 1 OR t.v > 2) ORDER BY 1, 2;
SELECT t.id, count(u.uid) FROM t LEFT JOIN u ON t.k = u.uid AND (u.w IS NULL OR u.w > t.v) GROUP BY t.id ORDER BY 1;
SELECT t.id, u.uid, x.uid FROM t LEFT JOIN u ON t.k = u.uid AND t.n / 2 > u.k LEFT JOIN u x ON x.uid = t.k AND (x.k > 1 OR u.w = 1) ORDER BY 1, 2, 3;
