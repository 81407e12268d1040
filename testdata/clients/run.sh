#!/usr/bin/env bash
# Installs the clients into the folder CACHE (with apt-get what is Debian's), starts the demo and tries them, two at a time:
# one line per check, a summary last. CLIENTS names those to try; a client that cannot be had is skipped, which fails when
# REQUIRE is set. BIN is the folder of the built programs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$CACHE/out"
CACHE=$(cd "$CACHE" && pwd)
: "${BIN:=bin}" "${REQUIRE:=}" "${CLIENTS:=jdbc sqlalchemy tools pgx psql node odbc psycopg3 asyncpg psycopg2 pgcli pq perl}"
export READY=$CACHE/ready.json NODE_MODULES_OF=$CACHE PYTHONDONTWRITEBYTECODE=1 PAGER=cat LC_ALL=C.UTF-8
python=$CACHE/venv/bin/python

package() { # what is missing, Debian's packages that bring it
  command -v "$1" >/dev/null && return
  shift
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}
python_ready() {
  package python3 python3 python3-venv
  [ -x "$python" ] || python3 -m venv "$CACHE/venv"
  "$python" -m pip -q --disable-pip-version-check install -r "$here/requirements.txt"
}
odbc_ready() {
  python_ready && package odbcinst unixodbc odbcinst odbc-postgresql || return
  odbcinst -q -d -n 'PostgreSQL Unicode' || DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends odbc-postgresql
}
node_ready() {
  package npm nodejs npm
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$CACHE" pg@8.23.1 pg-cursor@2.22.0 pg-query-stream@4.17.0 postgres@3.4.9
}
jdbc_ready() {
  package javac default-jdk-headless && package mvn maven &&
    mvn -q -f "$here/jdbc/pom.xml" dependency:copy-dependencies -DoutputDirectory="$CACHE/jars" &&
    javac -cp "$CACHE/jars/*" -d "$CACHE/classes" "$here"/jdbc/*.java
}
ready() { # client
  case $1 in
    psql) package psql postgresql-client ;;
    odbc) odbc_ready ;;
    node) node_ready ;;
    jdbc) jdbc_ready ;;
    pgx) go build -o "$CACHE/pgx" "$here/pgx/main.go" ;;
    pq) cd "$here/pq" && go build -o "$CACHE/pq" . ;;
    perl) perl -MDBD::Pg -e1 || { apt-get update -q && apt-get install -qy --no-install-recommends libdbd-pg-perl; } ;;
    *) python_ready ;;
  esac
}
try() { # client
  cd "$here"
  case $1 in
    psql) sh psql_check.sh ;;
    node) node node_check.mjs ;;
    jdbc) java -cp "$CACHE/classes:$CACHE/jars/*" Check "jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?sslmode=require" $PGUSER $PGPASSWORD ;;
    pgx | pq) "$CACHE/$1" ;;
    perl) perl perl_check.pl ;;
    *) "$python" "$1_check.py" ;;
  esac
}
one() { # client; its lines, and one of its own when it ends otherwise than by failed checks
  local out=$CACHE/out/$1.txt code=0 began=$SECONDS
  (try "$1") >"$out" 2>"$out.err" </dev/null || code=$?
  if [ $code != 0 ] && ! grep -q ^FAILED "$out" || ! grep -qE '^(ok|FAILED)' "$out"; then
    printf 'FAILED %-12s ends with %s: %s\n' "$1" $code "$(tail -n1 "$out.err")" >>"$out"
  fi
  cat "$out"
  echo "       $1 took $((SECONDS - began)) s"
}

rm -f "$READY" "$CACHE"/out/*
there=
for c in $CLIENTS; do
  if (ready "$c") >"$CACHE/out/$c.log" 2>&1; then
    there="$there $c"
  else
    printf 'skipped: %-12s %s\n' "$c" "$(grep -v '^ *$' "$CACHE/out/$c.log" | tail -n1)" | tee "$CACHE/out/$c.txt"
  fi
done
"$BIN/waggle-sandbox" demo --pg 127.0.0.1:19532 --http 127.0.0.1:19580 --today 2026-11-20 --ready-file "$READY" >"$CACHE/demo.log" 2>&1 &
demo=$!
trap 'kill -INT $demo; wait $demo || true' EXIT
while [ ! -s "$READY" ]; do
  kill -0 $demo || { cat "$CACHE/demo.log"; exit 1; }
  sleep 0.2
done
export PGHOST=127.0.0.1 PGPORT=19532 PGDATABASE=acme PGUSER=analyst PGPASSWORD=analyst-demo PGSSLMODE=require
export -f one try
export here CACHE python
printf '%s\n' $there | timeout 600 xargs -P2 -I{} bash -c 'one {}' || echo "FAILED clients      end with $?, not all of them tried" | tee "$CACHE/out/all.txt"
cat "$CACHE"/out/*.txt | awk -v require="$REQUIRE" '
  {n[$1]++}
  END {
    printf "%d passed, %d failed, %d skipped\n", n["ok"], n["FAILED"], n["skipped:"]
    exit n["ok"] == 0 || n["FAILED"] > 0 || (require != "" && n["skipped:"] > 0)
  }'
