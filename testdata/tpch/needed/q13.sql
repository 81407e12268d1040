-- PostgreSQL
SELECT c_custkey FROM customer;
-- Snowflake
SELECT o_custkey, count(o_orderkey) FROM orders WHERE o_comment NOT LIKE '%special%requests%' GROUP BY o_custkey;
