import datetime
import decimal
import sys

import pyodbc

from check import DSN, Checks, equal


def connect(**more):
    text = (f"Driver={{PostgreSQL Unicode}};Server={DSN['host']};Port={DSN['port']};Database={DSN['dbname']};Uid={DSN['user']};"
            f"Pwd={DSN['password']};SSLmode=require;")
    return pyodbc.connect(text + "".join(f"{k}={v};" for k, v in more.items()))


def metadata(conn):
    cur = conn.cursor()
    tables = cur.tables().fetchall()
    equal("calls" in {t.table_name for t in tables}, True)
    cur.tables(table="calls", tableType="TABLE").fetchall()
    schema = next(t.table_schem for t in tables if t.table_name == "calls")
    equal([k.column_name for k in cur.primaryKeys("calls", schema=schema).fetchall()], ["id"])
    columns = {c.column_name: c for c in cur.columns(table="calls").fetchall()}
    equal((columns["id"].nullable, columns["started"].type_name), (0, "timestamptz"))
    equal("gong_users" in {r.pktable_name for r in cur.foreignKeys(foreignTable="calls").fetchall()}, True)
    equal("call_parties" in {r.fktable_name for r in cur.foreignKeys(table="calls").fetchall()}, True)
    cur.statistics("calls").fetchall()
    cur.rowIdColumns("calls").fetchall()
    cur.rowVerColumns("calls").fetchall()
    cur.procedures().fetchmany(5)
    equal(len(cur.getTypeInfo().fetchall()) > 10, True)


def rows(conn):
    cur = conn.cursor()
    row = cur.execute("SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', 1.5::float8, "
                      "timestamp '2026-01-02 03:04', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, NULL").fetchone()
    equal(tuple(row)[:3], (1, 2, decimal.Decimal("1.50")))
    equal(tuple(row)[5:8], (datetime.date(2026, 1, 2), 1.5, datetime.datetime(2026, 1, 2, 3, 4)))
    equal(len(cur.execute("SELECT * FROM calls").fetchall()) > 10, True)


def arguments(conn):
    cur = conn.cursor()
    n = cur.execute("SELECT count(*) FROM calls WHERE duration_s > ? AND started > ? AND direction <> ? AND is_private = ?",
                    1, datetime.datetime(2000, 1, 1), "x", False).fetchone()[0]
    equal(n > 0, True)
    for i in range(3):
        equal(cur.execute("SELECT ? + 1, ?::text", i, "é").fetchone()[1], "é")
    conn.commit()


def errors(conn):
    cur = conn.cursor()
    try:
        cur.execute("SELECT 1/0").fetchall()
    except pyodbc.Error as e:
        equal("22012" in str(e), True)
    conn.rollback()
    equal(cur.execute("SELECT 1").fetchone()[0], 1)


failed = 0
for label, options in (("odbc", {}), ("odbc declare", {"UseDeclareFetch": 1, "Fetch": 10}),
                       ("odbc simple", {"UseServerSidePrepare": 0, "Protocol": "7.4-2"}), ("odbc bools", {"BoolsAsChar": 0, "TextAsLongVarchar": 0})):
    c = Checks(label)
    conn = connect(**options)
    for name, fn in (("tables, columns, keys, statistics, types", metadata), ("rows", rows), ("arguments", arguments), ("errors", errors)):
        c.run(name, lambda: fn(conn))
        conn.rollback()
    failed += c.failed
sys.exit(failed > 0)
