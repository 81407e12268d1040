#!/bin/sh
# psql's own commands; libpq's variables say where. One line per check.
failed=0
check() {
  name=$1
  shift
  if out=$(psql -X -v ON_ERROR_STOP=1 "$@" 2>&1) && ! printf '%s' "$out" | grep -q 'ERROR:'; then
    printf 'ok     psql         %s\n' "$name"
  else
    failed=1
    printf 'FAILED psql         %s: %s\n' "$name" "$(printf '%s' "$out" | grep -m1 ERROR)"
  fi
}
for d in d dt dv dm di ds 'd calls' 'd+ calls' 'd pg_catalog.pg_class' 'd calls_pkey' 'd call*' 'dn' 'dn+' 'df a*' 'df+ abs' 'da' 'do' 'dT' 'dT+ int4' 'du' 'du+' \
  'dg' 'dp' 'z calls' 'ddp' 'dD' 'dC' 'dc' 'dO' 'dL' 'dL+' 'dF' 'dFd' 'dFp' 'dFt' 'dx' 'dx+' 'dy' 'det' 'des' 'dew' 'deu' 'dA' 'dAc' 'dAf' 'dAo' 'dAp' 'db' 'db+' \
  'dconfig *' 'dd' 'dE' 'dl' 'dP' 'dPn' 'drds' 'dRp' 'dRs' 'dX' 'dtS+ pg_catalog.pg_a*' 'dS+ pg_class' 'l' 'l+' 'conninfo' 'encoding' 'sf abs(int4)' 'sf+ lower(text)' 'lo_list' 'dti+' 'dvS information_schema.*'; do
  check "\\$d" -c "\\$d"
done
feed() {
  name=$1
  shift
  if out=$(printf '%s\n' "$@" | psql -X -v ON_ERROR_STOP=1 2>&1); then
    printf 'ok     psql         %s\n' "$name"
  else
    failed=1
    printf 'FAILED psql         %s: %s\n' "$name" "$(printf '%s' "$out" | grep -m1 ERROR)"
  fi
}
feed '\gdesc' "SELECT id, started FROM calls WHERE id <> '' \\gdesc"
feed '\gset' 'SELECT 1 AS a \gset' 'SELECT :a;'
feed '\gexec' "SELECT 'SELECT 1' \\gexec"
feed '\gx' 'SELECT * FROM gong_users LIMIT 1 \gx'
feed '\crosstabview' 'SELECT direction, media, count(*) FROM calls GROUP BY 1, 2 \crosstabview'
feed '\copy (query) to' '\copy (SELECT id FROM calls) to /dev/null csv header'
check 'COPY TO STDOUT' -c "COPY (SELECT id FROM calls) TO STDOUT WITH (FORMAT csv)"
check 'FETCH_COUNT' -v FETCH_COUNT=10 -c "SELECT id FROM calls"
check 'SINGLE transaction' -1 -c "SELECT 1" -c "SELECT 2"
check 'ON_ERROR_ROLLBACK' -v ON_ERROR_ROLLBACK=on -c "BEGIN" -c "SELECT 1" -c "COMMIT"
check '\errverbose' -c '\errverbose'
check 'EXPLAIN' -c "EXPLAIN SELECT * FROM calls"
check 'several statements' -c "SELECT 1; SELECT 2"
check 'PREPARE, EXECUTE' -c "PREPARE p(int) AS SELECT \$1 + 1; EXECUTE p(1)"
n=$(printf '%s\n' 'SELECT 1 \watch 1' | timeout 8 psql -X -At 2>&1 | grep -c '^1$')
[ "$n" -ge 2 ] && echo 'ok     psql         \watch' || { failed=1; echo 'FAILED psql         \watch'; }
exit $failed
