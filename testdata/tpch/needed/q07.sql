-- PostgreSQL
SELECT n_nationkey, n_name FROM nation WHERE n_name IN ('FRANCE', 'GERMANY');
-- PostgreSQL
SELECT s_suppkey, s_nationkey FROM supplier WHERE s_nationkey IN (SELECT n_nationkey FROM nation WHERE n_name IN ('FRANCE', 'GERMANY'));
-- PostgreSQL
SELECT c_custkey, n_name FROM customer JOIN nation ON c_nationkey = n_nationkey WHERE n_name IN ('FRANCE', 'GERMANY');
-- Snowflake
SELECT extract(year FROM l_shipdate), o_custkey, l_suppkey, sum(l_extendedprice * (1 - l_discount)) FROM lineitem JOIN orders ON o_orderkey = l_orderkey
WHERE l_shipdate BETWEEN date '1995-01-01' AND date '1996-12-31'
  AND l_suppkey IN (SELECT s_suppkey FROM supplier WHERE s_nationkey IN (SELECT n_nationkey FROM nation WHERE n_name IN ('FRANCE', 'GERMANY')))
  AND o_custkey IN (SELECT c_custkey FROM customer WHERE c_nationkey IN (SELECT n_nationkey FROM nation WHERE n_name IN ('FRANCE', 'GERMANY')))
GROUP BY 1, 2, 3;
