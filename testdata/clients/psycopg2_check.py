import datetime
import decimal
import io
import sys

import psycopg2
import psycopg2.extras

from check import DSN, Checks, equal

c = Checks("psycopg2")
conn = psycopg2.connect(**DSN)


def one(sql, args=None):
    with conn, conn.cursor() as cur:
        cur.execute(sql, args)
        return cur.fetchone()


def types():
    row = one("SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', timestamptz '2026-01-02 03:04+00', "
              "interval '1 day 2 hours', '{1,2}'::int[], '{\"a\":1}'::jsonb, '\\x00ff'::bytea, NULL")
    equal(row[:6], (1, 2, decimal.Decimal("1.50"), True, "x", datetime.date(2026, 1, 2)))
    equal((row[7], row[8], row[9], bytes(row[10]), row[11]), (datetime.timedelta(days=1, hours=2), [1, 2], {"a": 1}, b"\0\xff", None))


def arguments():
    equal(one("SELECT count(*) > 0 FROM calls WHERE started > %s AND direction = ANY(%s) AND title <> %s",
              (datetime.datetime(2000, 1, 1), ["Inbound", "Outbound", "Conference", "Unknown"], "o'neil")), (True,))
    equal(one("SELECT %s, %s, %s::date, %s", (1, "a", datetime.date(2026, 1, 1), None)), (1, "a", datetime.date(2026, 1, 1), None))


def named_cursor():
    with conn, conn.cursor("page") as cur:
        cur.itersize = 10
        cur.execute("SELECT id FROM calls ORDER BY id")
        rows = list(cur)
        equal(len(rows), len(set(rows)))
        equal(len(rows) > 10, True)
    with conn, conn.cursor("s", scrollable=True) as cur:
        cur.execute("SELECT g FROM generate_series(1, 20) g")
        cur.scroll(5)
        equal(cur.fetchone(), (6,))
        cur.scroll(-3)
        equal(cur.fetchone(), (4,))
    with conn, conn.cursor("h", withhold=True) as cur:
        cur.execute("SELECT g FROM generate_series(1, 5) g")
        conn.commit()
        equal(len(cur.fetchall()), 5)


def copy():
    out = io.StringIO()
    with conn, conn.cursor() as cur:
        cur.copy_expert("COPY (SELECT id, title FROM calls) TO STDOUT WITH CSV HEADER", out)
        equal(out.getvalue().splitlines()[0], "id,title")
        cur.copy_to(io.StringIO(), "gong_users", columns=("id", "email_address"))


def savepoint():
    with conn, conn.cursor() as cur:
        cur.execute("SAVEPOINT a")
        try:
            cur.execute("SELECT 1/0")
        except psycopg2.errors.DivisionByZero:
            cur.execute("ROLLBACK TO SAVEPOINT a")
        cur.execute("SELECT 1")


def sessions():
    conn.set_session(isolation_level="SERIALIZABLE", readonly=True)
    equal(one("SHOW transaction_isolation"), ("serializable",))
    conn.set_session(autocommit=True)
    with conn.cursor() as cur:
        cur.execute("SELECT 1")
    conn.set_session(autocommit=False)
    conn.reset()
    equal(conn.server_version >= 170000, True)


def dictionary():
    with conn, conn.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
        cur.execute("SELECT 1 AS a, 'b' AS b")
        equal(dict(cur.fetchone()), {"a": 1, "b": "b"})
    with conn, conn.cursor() as cur:
        psycopg2.extras.execute_values(cur, "SELECT * FROM (VALUES %s) v(a, b)", [(1, "x"), (2, "y")])
        equal(cur.fetchall(), [(1, "x"), (2, "y")])
    equal(psycopg2.extras.HstoreAdapter.get_oids(conn), ((), ()))


def errors():
    try:
        one("SELECT nothing FROM calls")
    except psycopg2.errors.UndefinedColumn as e:
        conn.rollback()
        equal("LINE 1" in str(e), True)
        return
    raise AssertionError("no error")


for name, fn in (("types", types), ("arguments", arguments), ("server-side cursors", named_cursor), ("copy", copy),
                 ("savepoint", savepoint), ("sessions", sessions), ("dictionary rows, execute_values, hstore", dictionary),
                 ("errors", errors)):
    c.run(name, fn)
    conn.rollback()
sys.exit(c.failed > 0)
