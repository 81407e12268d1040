-- PostgreSQL
SELECT c_custkey FROM customer WHERE c_mktsegment = 'BUILDING';
-- Snowflake
SELECT l_orderkey, o_orderdate, o_shippriority, o_custkey, sum(l_extendedprice * (1 - l_discount)) FROM orders JOIN lineitem ON l_orderkey = o_orderkey
WHERE o_orderdate < date '1995-03-15' AND l_shipdate > date '1995-03-15' AND o_custkey IN (SELECT c_custkey FROM customer WHERE c_mktsegment = 'BUILDING')
GROUP BY l_orderkey, o_orderdate, o_shippriority, o_custkey;
