-- PostgreSQL
SELECT p_partkey FROM part WHERE p_type = 'ECONOMY ANODIZED STEEL';
-- PostgreSQL
SELECT c_custkey FROM customer JOIN nation ON c_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'AMERICA';
-- Snowflake
SELECT l_partkey, l_suppkey, l_extendedprice, l_discount, o_orderdate, o_custkey FROM lineitem JOIN orders ON l_orderkey = o_orderkey
WHERE o_orderdate BETWEEN date '1995-01-01' AND date '1996-12-31'
  AND l_partkey IN (SELECT p_partkey FROM part WHERE p_type = 'ECONOMY ANODIZED STEEL')
  AND o_custkey IN (SELECT c_custkey FROM customer JOIN nation ON c_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'AMERICA');
-- PostgreSQL
SELECT s_suppkey, s_nationkey FROM supplier WHERE s_suppkey IN (SELECT l_suppkey FROM lineitem JOIN orders ON l_orderkey = o_orderkey
WHERE o_orderdate BETWEEN date '1995-01-01' AND date '1996-12-31'
  AND l_partkey IN (SELECT p_partkey FROM part WHERE p_type = 'ECONOMY ANODIZED STEEL')
  AND o_custkey IN (SELECT c_custkey FROM customer JOIN nation ON c_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'AMERICA'));
-- PostgreSQL
SELECT n_nationkey, n_name FROM nation WHERE n_nationkey IN (SELECT s_nationkey FROM supplier WHERE s_suppkey IN (SELECT l_suppkey FROM lineitem JOIN orders ON l_orderkey = o_orderkey
WHERE o_orderdate BETWEEN date '1995-01-01' AND date '1996-12-31'
  AND l_partkey IN (SELECT p_partkey FROM part WHERE p_type = 'ECONOMY ANODIZED STEEL')
  AND o_custkey IN (SELECT c_custkey FROM customer JOIN nation ON c_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'AMERICA')));
