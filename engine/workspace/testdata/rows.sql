-- Rows and arrays of rows travel as text, which is neither compared nor ordered as they are.
SELECT array_agg(DISTINCT x) FROM (VALUES (10), (9)) x(a)
SELECT json_agg(DISTINCT x) FROM (VALUES (1.0), (1.00)) x(a)
SELECT greatest(x, y), least(x, y) FROM (VALUES (10)) x(a), (VALUES (9)) y(a)
SELECT count(DISTINCT s.r) FROM (SELECT ROW(b) AS r FROM (VALUES (1.0), (1.00)) y(b) UNION ALL SELECT ROW(1)) s
SELECT max(x) FROM (SELECT array_agg(t) AS x FROM (VALUES (10), (9)) t(a) GROUP BY a) s
SELECT x FROM (SELECT array_agg(t) AS x FROM (VALUES (10), (9)) t(a) GROUP BY a) s ORDER BY x
SELECT DISTINCT x FROM (SELECT array_agg(t) AS x FROM (VALUES (1.0), (1.00)) t(a) GROUP BY a::text) s
SELECT ARRAY[ROW(1.0)] = ARRAY[ROW(1.00)]
SELECT array_position(ARRAY[ROW(1.0)], ROW(1.00))
-- A row that is a column is NULL where an outer join has no row, by whatever name it is asked for.
SELECT (s).r, (s).id, s FROM (VALUES (1), (2)) a(id) LEFT JOIN (SELECT t AS r, t.id FROM (VALUES (1, 'x')) t(id, v)) s ON s.id = a.id ORDER BY a.id
SELECT to_json((s).r), count((s).r) OVER () FROM (VALUES (1), (2)) a(id) LEFT JOIN (SELECT t AS r, t.id FROM (VALUES (1, 'x')) t(id, v)) s ON s.id = a.id ORDER BY a.id
SELECT * FROM (VALUES (1), (2)) a(id) LEFT JOIN (SELECT t AS r, t.id FROM (VALUES (1, 'x')) t(id, v)) s ON s.id = a.id ORDER BY a.id
SELECT s.* FROM (VALUES (1), (2)) a(id) LEFT JOIN (SELECT t AS r, t.id FROM (VALUES (1, 'x')) t(id, v)) s ON s.id = a.id ORDER BY a.id
SELECT r FROM (VALUES (1), (2)) a(id) LEFT JOIN (SELECT t AS r, t.id AS n FROM (VALUES (1, 'x')) t(id, v)) s ON s.n = a.id JOIN (VALUES (1), (2)) y(k) ON y.k = a.id ORDER BY y.k
SELECT r FROM (VALUES (1), (2)) a(id) JOIN (SELECT t AS r, t.id AS n FROM (VALUES (1, 'x')) t(id, v)) s ON s.n = a.id
-- What a row's text and JSON are made of.
SELECT row_to_json(s.r), row_to_json(s.q) FROM (SELECT t AS r, u AS q FROM (SELECT 1 AS "a b", 2 AS c) t, (SELECT 3 AS a, 4 AS "b c") u) s
SELECT row_to_json(ROW())
SELECT x, row_to_json(x) FROM (SELECT ch, v, id FROM t) x
SELECT x::name FROM (SELECT repeat('x', 80) AS a) x
SELECT ROW(t.*), ROW(t.*, 1), ROW(0, *), ROW(t) FROM (VALUES (1, 2)) t(a, b)
-- A char(n) has its blanks wherever a function writes it.
SELECT to_json(ch), to_jsonb(ch), json_build_array(ch, v), jsonb_build_object('k', ch), json_build_object(ch, 1), concat(ch, '|'), concat_ws('-', ch, ch), format('%s|%L', ch, ch), id FROM t WHERE ch IS NOT NULL
SELECT json_agg(ch ORDER BY id), jsonb_object_agg(id::text, ch), json_agg(DISTINCT v) FROM t
SELECT to_json('ab'::char(4)), to_json(ch), count(*) FROM t GROUP BY ch ORDER BY ch
