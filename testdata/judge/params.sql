-- $ int4=5
SELECT $1 + 1;
-- $ int4=5
SELECT x FROM generate_series(1, 10) x WHERE x > $1 ORDER BY x;
-- $ 5
SELECT x FROM generate_series(1, 10) x WHERE x > $1 ORDER BY x;
-- $ text=a%
SELECT x FROM (VALUES ('abc'),('b'),(NULL)) t(x) WHERE x LIKE $1;
-- $ 2024-01-15
SELECT d FROM (VALUES (date '2024-01-01'), ('2024-02-01')) t(d) WHERE d > $1;
-- $ 2024-01-15
-- $ 1 month
SELECT $1::date + $2::interval;
-- $ null
SELECT $1::int IS NULL, coalesce($1, 7);
-- $ 3
SELECT x FROM generate_series(1, 10) x ORDER BY x LIMIT $1;
-- $ 3
-- $ 2
SELECT x FROM generate_series(1, 10) x ORDER BY x LIMIT $1 OFFSET $2;
-- $ null
SELECT x FROM generate_series(1, 3) x ORDER BY x LIMIT $1;
-- $ -1
SELECT x FROM generate_series(1, 3) x ORDER BY x LIMIT $1;
-- $ {1,3}
SELECT x FROM generate_series(1, 4) x WHERE x = ANY ($1) ORDER BY x;
-- $ _int4={1,3}
SELECT x FROM generate_series(1, 4) x WHERE x = ANY ($1::int[]) ORDER BY x;
-- $ 1.50
SELECT $1::numeric * 2, $1::numeric(10,3);
-- $ numeric=1.50
-- $ float8=2.5
SELECT $1, $2, $1 * 2, $2 * 2;
-- $ text=x
SELECT $1, $1 || 'y', upper($1), length($1);
-- $ x
SELECT $1;
-- $ x
-- $ y
SELECT $1 || $2;
-- $ true
SELECT x FROM (VALUES (1),(2)) t(x) WHERE $1 ORDER BY x;
-- $ bool=f
SELECT NOT $1;
-- $ {"a": 1}
SELECT $1::jsonb -> 'a', $1::jsonb @> '{"a":1}';
-- $ a1b2c3d4-e5f6-7890-abcd-ef0123456789
SELECT $1::uuid;
-- $ \x0102
SELECT $1::bytea, length($1::bytea);
-- $ 2024-03-10 09:30:00+00
SELECT $1::timestamptz, $1::timestamptz AT TIME ZONE 'America/New_York';
-- $ timestamptz=2024-03-10 09:30:00+00
SELECT date_trunc('day', $1), extract(hour FROM $1);
-- $ day
SELECT date_trunc($1, timestamp '2024-03-10 09:30');
-- $ abc
SELECT $1::int;
-- $ int4=1
-- $ int4=0
SELECT $1 / $2;
-- $ int8=9223372036854775807
SELECT $1 + 1;
-- $ 1
-- $ 2
SELECT $1 + $2;
-- $ 1
SELECT $1 IN (1, 2), CASE $1 WHEN 1 THEN 'one' ELSE 'other' END;
-- $ 2
SELECT $1 BETWEEN 1 AND 3, greatest($1, 5), nullif($1, 2);
-- $ x
SELECT count(*) FROM (VALUES ('x'),('y')) t(k) WHERE k = $1;
-- $ x
-- $ z
SELECT k FROM (VALUES ('x'),('y')) t(k) WHERE k IN ($1, $2);
-- $ 2
SELECT g, count(*) FROM (VALUES (1),(2),(2)) t(g) GROUP BY g HAVING count(*) >= $1 ORDER BY g;
-- $ 10
SELECT sum(x) OVER (ORDER BY x ROWS $1 PRECEDING) FROM generate_series(1, 3) x;
-- $ UTC
SELECT timestamp '2024-01-01' AT TIME ZONE $1;
-- $ ^a
SELECT x ~ $1, regexp_replace(x, $1, 'Z') FROM (VALUES ('abc')) t(x);
-- $ int2=7
-- $ float4=1.25
-- $ time=10:00
-- $ interval=1 day
-- $ date=2024-01-01
-- $ timestamp=2024-01-01 00:00
-- $ varchar=v
-- $ bpchar=c
-- $ json={"a":1}
-- $ oid=5
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10;
-- $ _text={a,"b c",NULL}
-- $ _int8={1,2}
SELECT $1, $2, $1[2], array_length($2, 1);
-- $ 1
SELECT $1, $1 + 1;
-- $ 1
SELECT $2;
-- $ x
SELECT * FROM (SELECT $1::text AS a UNION ALL SELECT 'q') t ORDER BY a;
-- $ 3
SELECT * FROM (VALUES (1, $1)) t(a, b);
-- $ 3
VALUES ($1), (4) ORDER BY 1;
-- $ 1
SELECT * FROM generate_series($1, 3) ORDER BY 1;
-- $ 1
SELECT (SELECT x FROM (VALUES (1, 'a'), (2, 'b')) t(k, x) WHERE k = $1);
-- $ 1
SELECT jsonb_build_object('a', $1::int);
-- $ 1
SELECT pg_typeof($1);
-- $ 1
SELECT $1 IS NULL;
-- $ a
SELECT coalesce(NULL, $1), $1 = 'a';
