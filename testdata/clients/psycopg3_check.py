import datetime
import decimal
import sys

import psycopg
from psycopg.types import TypeInfo
from psycopg.types.enum import EnumInfo
from psycopg.types.composite import CompositeInfo
from psycopg.types.range import RangeInfo

from check import DSN, Checks, equal

conn = psycopg.connect(**DSN, autocommit=True)
WIDE = ("SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', timestamptz '2026-01-02 03:04+00', "
        "interval '1 day 2 hours', '{1,2}'::int[], '{\"a\":1}'::jsonb, '\\x00ff'::bytea, NULL, 1.5::float8, "
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, time '10:11', 'n'::name, '{a,b}'::text[], timestamp '2026-01-02 03:04'")


def wide(binary):
    row = conn.execute(WIDE, binary=binary).fetchone()
    equal(row[:6], (1, 2, decimal.Decimal("1.50"), True, "x", datetime.date(2026, 1, 2)))
    equal(row[7:11], (datetime.timedelta(days=1, hours=2), [1, 2], {"a": 1}, b"\0\xff"))
    equal(row[14:17], (datetime.time(10, 11), "n", ["a", "b"]))


def arguments(binary):
    p = "%b" if binary else "%t"
    row = conn.execute(f"SELECT {p}, {p}, {p}::text, {p}, {p}, {p}, {p}::timestamptz",
                       (1, 70000, "a", 1.5, decimal.Decimal("2.5"), datetime.date(2026, 1, 1),
                        datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))).fetchone()
    equal(row[:6], (1, 70000, "a", 1.5, decimal.Decimal("2.5"), datetime.date(2026, 1, 1)))
    n = conn.execute(f"SELECT count(*) FROM calls WHERE duration_s > {p} AND direction <> ALL({p}) AND title LIKE {p}",
                     (1, ["a", "b"], "%")).fetchone()[0]
    equal(n > 0, True)


def cursors():
    with conn.transaction(), conn.cursor("page") as cur:
        cur.execute("SELECT id FROM calls WHERE duration_s > %s ORDER BY id", (0,))
        equal(len(cur.fetchmany(10)), 10)
        equal(cur.description[0].name, "id")
        equal(len(cur.fetchall()) > 0, True)
    with conn.transaction(), conn.cursor("s", scrollable=True, binary=True) as cur:
        cur.execute("SELECT g FROM generate_series(1, 20) g")
        cur.scroll(5)
        equal(cur.fetchone(), (6,))
        cur.scroll(0, mode="absolute")
        equal(cur.fetchone(), (1,))


def pipeline():
    with conn.pipeline():
        a, b = conn.execute("SELECT 1"), conn.execute("SELECT count(*) FROM gong_users")
        c = conn.execute("SELECT %s::text", ("x",))
        equal((a.fetchone(), c.fetchone()), ((1,), ("x",)))
        equal(b.fetchone()[0] > 0, True)
    try:
        with conn.pipeline() as p:
            conn.execute("SELECT 1/0")
            conn.execute("SELECT 2")
            p.sync()
    except psycopg.errors.DivisionByZero:
        pass
    equal(conn.execute("SELECT 3").fetchone(), (3,))


def copy():
    with conn.cursor().copy("COPY (SELECT 1, 'a'::text) TO STDOUT") as cp:
        equal(list(cp.rows()), [("1", "a")])
    with conn.cursor().copy("COPY (SELECT 1::int4, 'a'::text, now()) TO STDOUT (FORMAT binary)") as cp:
        cp.set_types(["int4", "text", "timestamptz"])
        equal([r[:2] for r in cp.rows()], [(1, "a")])


def prepared():
    for i in range(8):
        equal(conn.execute("SELECT count(*) FROM gong_users WHERE id <> %s", (str(i),)).fetchone()[0] > 0, True)
    conn.execute("DEALLOCATE ALL")
    equal(conn.execute("SELECT 1", prepare=True).fetchone(), (1,))
    with conn.cursor() as cur:
        cur.executemany("SELECT %s::int", [(1,), (2,)], returning=True)
        equal(cur.fetchone(), (1,))


def infos():
    equal(TypeInfo.fetch(conn, "text").oid, 25)
    equal(TypeInfo.fetch(conn, "hstore"), None)
    equal(EnumInfo.fetch(conn, "nothing"), None)
    equal(CompositeInfo.fetch(conn, "calls").field_names[0], "id")
    equal(RangeInfo.fetch(conn, "int4range").subtype_oid, 23)


def transactions():
    with conn.transaction():
        try:
            with conn.transaction():
                conn.execute("SELECT 1/0")
        except psycopg.errors.DivisionByZero:
            pass
        equal(conn.execute("SELECT 1").fetchone(), (1,))
    conn.read_only, conn.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
    with conn.transaction():
        conn.execute("SELECT 1")


def stream():
    with conn.cursor() as cur:
        equal(len(list(cur.stream("SELECT id, started FROM calls"))) > 0, True)
    with psycopg.ClientCursor(conn) as cur:
        equal(cur.execute("SELECT %s, %s::date", ("a'b", datetime.date(2026, 1, 1))).fetchone()[0], "a'b")
    with psycopg.RawCursor(conn) as cur:
        equal(cur.execute("SELECT $1::int + $2", (1, 2)).fetchone(), (3,))


c = Checks("psycopg")
for name, fn in (("types, text", lambda: wide(False)), ("types, binary", lambda: wide(True)),
                 ("arguments, text", lambda: arguments(False)), ("arguments, binary", lambda: arguments(True)),
                 ("server-side cursors", cursors), ("pipeline", pipeline), ("copy, text and binary", copy),
                 ("prepared, executemany", prepared), ("TypeInfo, EnumInfo, CompositeInfo, RangeInfo", infos),
                 ("nested transactions", transactions), ("stream, client-side and raw cursors", stream)):
    c.run(name, fn)
sys.exit(c.failed > 0)
