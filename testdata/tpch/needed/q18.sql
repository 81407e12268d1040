-- Snowflake
SELECT o_orderkey, o_orderdate, o_totalprice, o_custkey, sum(l_quantity) FROM orders JOIN lineitem ON o_orderkey = l_orderkey
WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300)
GROUP BY o_orderkey, o_orderdate, o_totalprice, o_custkey;
-- PostgreSQL
SELECT c_custkey, c_name FROM customer WHERE c_custkey IN (SELECT o_custkey FROM orders WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300));
