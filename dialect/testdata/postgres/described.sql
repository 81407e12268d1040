CREATE TABLE t (a int4, b text, c numeric(10,2), d date, ts timestamp, tz timestamptz, f float8, v varchar(20), arr int4[], j jsonb, bo bool, i8 int8, u uuid, iv interval, ch char(5), sm int2, js json, nm name, r float4, by bytea, tm time);
CREATE TABLE u (a int4, e text, k int8);
CREATE TABLE w (id int4, "Upper" text, ts timestamp(3), price numeric);
CREATE TABLE emp (empno int4, dept text, salary numeric(12,2), hired date, boss int4);
INSERT INTO t (a, b, c, d, ts, tz, f, v, arr, j, bo, i8, u, iv, ch, sm, js, nm, r, by, tm)
SELECT i, 'b' || i % 3, i * 1.5, date '2024-01-01' + i, timestamp '2024-01-01' + i * interval '1 hour', timestamptz '2024-01-01 00:00+00' + i * interval '1 day',
  i / 4.0, 'v' || i, ARRAY[i, i + 1], jsonb_build_object('k', i), i % 2 = 0, i * 10, md5(i::text)::uuid, i * interval '1 day', 'c' || i, i, '{"a": 1}', 'n' || i, i / 2.0, '\x01', time '10:00' + i * interval '1 minute'
FROM generate_series(1, 6) i;
INSERT INTO t DEFAULT VALUES;
INSERT INTO u VALUES (1, 'x', 1), (2, 'y', 2), (2, NULL, 3), (NULL, 'z', 4);
INSERT INTO w VALUES (1, 'U', '2024-01-01 01:02:03.123', 1.50), (2, NULL, NULL, NULL);
INSERT INTO emp VALUES (1, 'a', 10, '2024-01-01', NULL), (2, 'a', 20, '2024-01-02', 1), (3, 'b', 30, NULL, 1), (4, NULL, NULL, '2024-02-01', 2);
