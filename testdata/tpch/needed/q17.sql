-- PostgreSQL
SELECT p_partkey FROM part WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX';
-- Snowflake
SELECT l_partkey, l_partkey AS key, sum(l_extendedprice) FROM lineitem o WHERE l_partkey IN (SELECT p_partkey FROM part WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX')
  AND l_quantity < (SELECT 0.2 * avg(l_quantity) FROM lineitem i WHERE i.l_partkey = o.l_partkey) GROUP BY l_partkey;
