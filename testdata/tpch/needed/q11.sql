-- PostgreSQL
SELECT n_nationkey FROM nation WHERE n_name = 'GERMANY';
-- PostgreSQL
SELECT ps_partkey, s_nationkey, sum(ps_supplycost * ps_availqty) FROM partsupp JOIN supplier ON ps_suppkey = s_suppkey WHERE s_nationkey IN (SELECT n_nationkey FROM nation WHERE n_name = 'GERMANY') GROUP BY ps_partkey, s_nationkey;
-- PostgreSQL
SELECT s_nationkey, sum(ps_supplycost * ps_availqty) FROM partsupp JOIN supplier ON ps_suppkey = s_suppkey WHERE s_nationkey IN (SELECT n_nationkey FROM nation WHERE n_name = 'GERMANY') GROUP BY s_nationkey;
