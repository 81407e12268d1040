-- Snowflake
SELECT o_custkey, sum(l_extendedprice * (1 - l_discount)) FROM orders JOIN lineitem ON l_orderkey = o_orderkey
WHERE o_orderdate >= date '1993-10-01' AND o_orderdate < date '1994-01-01' AND l_returnflag = 'R' GROUP BY o_custkey;
-- PostgreSQL
SELECT c_custkey, c_name, c_acctbal, n_name, c_address, c_phone, c_comment FROM customer JOIN nation ON c_nationkey = n_nationkey
WHERE c_custkey IN (SELECT o_custkey FROM orders JOIN lineitem ON l_orderkey = o_orderkey
WHERE o_orderdate >= date '1993-10-01' AND o_orderdate < date '1994-01-01' AND l_returnflag = 'R');
