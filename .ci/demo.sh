#!/usr/bin/env bash
# Runs the demonstration as a newcomer would and asks it a few things as its three people.
set -euo pipefail
cd "$(dirname "$0")/.."
ready=$(mktemp -u) log=$(mktemp)
began=$SECONDS
bin/waggle-sandbox demo --pg 127.0.0.1:17432 --http 127.0.0.1:17480 --today 2026-11-20 --ready-file "$ready" >"$log" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null || true; wait $demo 2>/dev/null || true; cat "$log"; rm -f "$log"' EXIT
for _ in $(seq 300); do
  [ -s "$ready" ] && break
  kill -0 $demo
  sleep 0.2
done

ask() { # login, statement
  PGPASSWORD="$1-demo" psql "host=127.0.0.1 port=17432 user=$1 dbname=acme sslmode=require" -v ON_ERROR_STOP=1 -XAtc "$2" 2>&1 || true
}
expect() { # what, got, wanted pattern
  if [[ ! "$2" =~ $3 ]]; then
    printf 'demo: %s: got %s, wanted %s\n' "$1" "$2" "$3"
    exit 1
  fi
  printf 'demo: %s: %.200s\n' "$1" "${2//$'\n'/ | }"
}
story() { # the statement of a story
  awk '/^-- query.sql --/ {on = 1; next} /^-- / {on = 0} on' testdata/stories/"$1"-*.txtar
}

expect 'first federated answer' "$(ask admin "$(story 01)")" '^Enterprise\|.*Mid-Market\|.*SMB\|'
[ $((SECONDS - began)) -le 60 ] || { echo "demo: the first federated answer took $((SECONDS - began)) s"; exit 1; }
expect 'the same as emea' "$(ask emea "$(story 01)")" '^Enterprise\|'
[ "$(ask admin "$(story 01)")" != "$(ask emea "$(story 01)")" ] || { echo 'demo: admin and emea see the same'; exit 1; }
admin=$(ask admin 'SELECT count(*) FROM calls') analyst=$(ask analyst 'SELECT count(*) FROM calls') emea=$(ask emea 'SELECT count(*) FROM calls')
expect 'admin sees calls' "$admin" '^[1-9][0-9]*$'
[ "$analyst" -lt "$admin" ] && [ "$emea" -lt "$admin" ] && [ "$analyst" != "$emea" ] || { echo "demo: three people see $admin, $analyst and $emea calls"; exit 1; }
expect 'all accounts' "$(ask analyst 'SELECT count(*) FROM accounts')" '^300$'
expect 'shared accounts' "$(ask emea "SELECT count(*) BETWEEN 50 AND 150, min(region) = 'EMEA' AND max(region) = 'EMEA' FROM accounts")" '^t\|t$'
expect 'granted events' "$(ask analyst 'SELECT count(*) > 50000 FROM product_events')" '^t$'
expect 'events not granted' "$(ask emea 'SELECT count(*) FROM product_events')" 'INSUFFICIENT_PERMISSIONS'
expect 'hidden field' "$(ask emea 'SELECT phone FROM contacts')" 'No such column'
expect 'row policy' "$(ask emea "SELECT count(*) > 100, count(*) FILTER (WHERE account_no NOT LIKE 'emea-%') FROM invoices")" '^t\|0$'
expect 'metric' "$(ask emea 'SELECT MEASURE(call_count) FROM calls')" '^[1-9]'
expect 'explain' "$(ask admin "EXPLAIN $(story 01)")" 'Keys: account_no'
expect 'audit' "$(ask emea "SELECT count(*) > 1 FROM waggle.audit_log WHERE login = 'emea'")" '^t$'
expect 'Gong is switched on' "$(ask admin "SELECT source, status FROM waggle.connections WHERE source = 'gong'")" 'gong'
expect 'describe' "$(ask emea '\d')" 'calls'
config=$(sed -n 's/.*"config":"\([^"]*\)".*/\1/p' "$ready")
expect 'who switched Gong on' "$(bin/waggle --config "$config" audit query --acts --last 300 | grep enable_source)" 'admin +admin.enable_source'
expect 'audit verify' "$(bin/waggle --config "$config" audit verify)" 'holds'
kill $demo
wait $demo || true
[ ! -e "$ready" ] || { echo 'demo: the ready file was left behind'; exit 1; }
[ ! -e "$(dirname "$config")" ] || { echo 'demo: files were left behind'; exit 1; }
echo 'demo: done'
