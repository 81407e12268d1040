-- PostgreSQL
SELECT n_nationkey, n_name FROM nation JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'EUROPE';
-- PostgreSQL
SELECT p_partkey, p_mfgr, ps_supplycost, s_name, s_address, s_nationkey, s_phone, s_acctbal, s_comment
FROM part JOIN partsupp ON p_partkey = ps_partkey JOIN supplier ON s_suppkey = ps_suppkey
WHERE p_size = 15 AND p_type LIKE '%BRASS' AND s_nationkey IN (SELECT n_nationkey FROM nation JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'EUROPE');
-- PostgreSQL
SELECT ps_partkey, s_nationkey, min(ps_supplycost) FROM partsupp JOIN supplier ON s_suppkey = ps_suppkey
WHERE s_nationkey IN (SELECT n_nationkey FROM nation JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'EUROPE')
  AND ps_partkey IN (SELECT p_partkey FROM part JOIN partsupp ON p_partkey = ps_partkey JOIN supplier ON s_suppkey = ps_suppkey
    WHERE p_size = 15 AND p_type LIKE '%BRASS' AND s_nationkey IN (SELECT n_nationkey FROM nation JOIN region ON n_regionkey = r_regionkey WHERE r_name = 'EUROPE'))
GROUP BY ps_partkey, s_nationkey;
