#!/bin/sh
# Installs the clients into the folder CACHE, starts the demo and tries them all: one line per check, a summary last.
# It needs python3, node, java and mvn, and for ODBC the packages odbc-postgresql and unixodbc.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)
READY=$CACHE/ready.json NODE_MODULES_OF=$CACHE
export READY NODE_MODULES_OF
[ -x "$CACHE/venv/bin/python" ] || python3 -m venv "$CACHE/venv"
"$CACHE/venv/bin/pip" -q install psycopg2-binary 'psycopg[binary]' asyncpg sqlalchemy pandas pyodbc
npm install --silent --no-audit --no-fund --prefix "$CACHE" pg pg-cursor pg-query-stream postgres
mvn -q -f "$here/jdbc/pom.xml" dependency:copy-dependencies -DoutputDirectory="$CACHE/jars"
javac -cp "$CACHE/jars/*" -d "$CACHE/classes" "$here/jdbc/Check.java"
rm -f "$READY"
bin/waggle-sandbox demo --pg 127.0.0.1:19532 --http 127.0.0.1:19580 --ready-file "$READY" >"$CACHE/demo.log" 2>&1 &
demo=$!
trap 'kill -INT $demo; wait $demo || true' EXIT
while [ ! -s "$READY" ]; do
  kill -0 $demo || { cat "$CACHE/demo.log"; exit 1; }
  sleep 0.2
done
PGHOST=127.0.0.1 PGPORT=19532 PGDATABASE=acme PGUSER=analyst PGPASSWORD=analyst-demo PGSSLMODE=require PAGER=cat
export PGHOST PGPORT PGDATABASE PGUSER PGPASSWORD PGSSLMODE PAGER
{
  sh "$here/psql_check.sh" || true
  for c in psycopg2 psycopg3 asyncpg sqlalchemy odbc tools; do
    (cd "$here" && PYTHONDONTWRITEBYTECODE=1 "$CACHE/venv/bin/python" ${c}_check.py) || true
  done
  node "$here/node_check.mjs" || true
  go run "$here/pgx/main.go" || true
  java -cp "$CACHE/classes:$CACHE/jars/*" Check "jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?sslmode=require" $PGUSER $PGPASSWORD || true
} | tee "$CACHE/clients.txt"
awk '{n[$1]++} END {printf "%d ok, %d failed\n", n["ok"], n["FAILED"]; exit n["FAILED"] > 0}' "$CACHE/clients.txt"
