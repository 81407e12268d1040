-- Snowflake
SELECT l_suppkey, sum(l_extendedprice * (1 - l_discount)) AS total FROM lineitem
WHERE l_shipdate >= date '1996-01-01' AND l_shipdate < date '1996-04-01' GROUP BY l_suppkey;
-- PostgreSQL
SELECT s_suppkey, s_name, s_address, s_phone FROM supplier WHERE s_suppkey IN (SELECT l_suppkey FROM (SELECT l_suppkey, sum(l_extendedprice * (1 - l_discount)) AS total FROM lineitem
WHERE l_shipdate >= date '1996-01-01' AND l_shipdate < date '1996-04-01' GROUP BY l_suppkey ORDER BY 2 DESC LIMIT 1) best);
