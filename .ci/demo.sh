#!/usr/bin/env bash
# Runs the demonstration as a newcomer would and asks it a few things as two people.
set -euo pipefail
cd "$(dirname "$0")/.."
ready=$(mktemp -u) log=$(mktemp)
bin/waggle-sandbox demo --pg 127.0.0.1:17432 --http 127.0.0.1:17480 --ready-file "$ready" >"$log" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null || true; wait $demo 2>/dev/null || true; cat "$log"; rm -f "$log"' EXIT
for _ in $(seq 300); do
  [ -s "$ready" ] && break
  kill -0 $demo
  sleep 0.2
done

ask() { # login, statement
  PGPASSWORD="$1-demo" psql "host=127.0.0.1 port=17432 user=$1 dbname=acme sslmode=require" -v ON_ERROR_STOP=1 -XAtc "$2"
}
expect() { # what, got, wanted pattern
  if [[ ! "$2" =~ $3 ]]; then
    printf 'demo: %s: got %s, wanted %s\n' "$1" "$2" "$3"
    exit 1
  fi
  printf 'demo: %s: %s\n' "$1" "${2//$'\n'/ | }"
}

expect 'one row' "$(ask analyst 'SELECT 1 + 1')" '^2$'
admin=$(ask admin 'SELECT count(*) FROM calls') analyst=$(ask analyst 'SELECT count(*) FROM calls') emea=$(ask emea 'SELECT count(*) FROM calls')
expect 'admin sees calls' "$admin" '^[1-9][0-9]*$'
[ "$analyst" -lt "$admin" ] && [ "$emea" -lt "$admin" ] && [ "$analyst" != "$emea" ] || { echo "demo: three people see $admin, $analyst and $emea calls"; exit 1; }
expect 'federated' "$(ask admin 'SELECT count(*) > 0 FROM meetings m JOIN calls c ON c.started::date = m.start_time::date')" '^t$'
expect 'metric' "$(ask emea 'SELECT MEASURE(call_count) FROM calls')" '^[1-9]'
expect 'explain' "$(ask emea "EXPLAIN SELECT title FROM calls WHERE started >= '2026-10-01'")" 'extensive'
expect 'audit' "$(ask emea "SELECT count(*) > 1 FROM waggle.audit_log WHERE login = 'emea'")" '^t$'
expect 'describe' "$(PGPASSWORD=emea-demo psql 'host=127.0.0.1 port=17432 user=emea dbname=acme sslmode=require' -XAtc '\d')" 'calls'
config=$(sed -n 's/.*"config":"\([^"]*\)".*/\1/p' "$ready")
expect 'audit verify' "$(bin/waggle --config "$config" audit verify)" 'holds'
kill $demo
wait $demo || true
[ ! -e "$ready" ] || { echo 'demo: the ready file was left behind'; exit 1; }
[ ! -e "$(dirname "$config")" ] || { echo 'demo: files were left behind'; exit 1; }
echo 'demo: done'
