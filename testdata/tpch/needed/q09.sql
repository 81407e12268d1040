-- PostgreSQL
SELECT p_partkey FROM part WHERE p_name LIKE '%green%';
-- PostgreSQL
SELECT ps_partkey, ps_suppkey, ps_supplycost FROM partsupp WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE '%green%');
-- PostgreSQL
SELECT s_suppkey, s_nationkey FROM supplier WHERE s_suppkey IN (SELECT ps_suppkey FROM partsupp WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE '%green%'));
-- PostgreSQL
SELECT n_nationkey, n_name FROM nation;
-- Snowflake
SELECT l_partkey, l_suppkey, l_quantity, l_extendedprice, l_discount, o_orderdate FROM lineitem JOIN orders ON o_orderkey = l_orderkey
WHERE l_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE '%green%');
