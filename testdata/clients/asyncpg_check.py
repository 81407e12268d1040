import asyncio
import datetime
import decimal
import io
import sys

import asyncpg

from check import DSN, Checks, equal


ARGS = {**{k: DSN[k] for k in ("host", "port", "user", "password")}, "database": DSN["dbname"], "ssl": "require"}


async def types(conn):
    row = await conn.fetchrow("SELECT 1::int2, 2::int8, 1.50::numeric(5,2), true, 'x'::text, date '2026-01-02', timestamptz '2026-01-02 03:04+00', "
                              "interval '1 day 2 hours', '{1,2}'::int[], '{\"a\":1}'::jsonb, '\\x00ff'::bytea, NULL, 1.5::float8, "
                              "time '10:11', 'n'::name, '{a,b}'::text[], 'a'::\"char\", 25::oid, 'pg_class'::regclass::oid")
    equal(tuple(row)[:6], (1, 2, decimal.Decimal("1.50"), True, "x", datetime.date(2026, 1, 2)))
    equal(row[7:11], (datetime.timedelta(days=1, hours=2), [1, 2], '{"a": 1}', b"\0\xff"))


async def catalog_types(conn):
    await conn.fetch("SELECT * FROM pg_catalog.pg_class")
    await conn.fetch("SELECT * FROM pg_catalog.pg_type")
    await conn.fetch("SELECT attrelid, attname, atttypid, attnum, attacl, attoptions FROM pg_catalog.pg_attribute LIMIT 100")
    await conn.fetch("SELECT * FROM pg_catalog.pg_constraint")
    await conn.fetch("SELECT * FROM pg_catalog.pg_index")
    await conn.fetch("SELECT * FROM information_schema.columns")


async def arguments(conn):
    equal(await conn.fetchval("SELECT count(*) > 0 FROM calls WHERE started > $1 AND duration_s > $2 AND direction <> ALL($3::text[])",
                              datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc), 1, ["a"]), True)
    st = await conn.prepare("SELECT $1::numeric + $2::int4, $3::date")
    equal(tuple(await st.fetchrow(decimal.Decimal("1.5"), 2, datetime.date(2026, 1, 1))), (decimal.Decimal("3.5"), datetime.date(2026, 1, 1)))
    equal([p.name for p in st.get_parameters()], ["numeric", "int4", "date"])


async def cursors(conn):
    async with conn.transaction():
        n = 0
        async for _ in conn.cursor("SELECT id FROM calls", prefetch=10):
            n += 1
        equal(n > 10, True)
        cur = await conn.cursor("SELECT g FROM generate_series(1, 20) g")
        equal(await cur.forward(5), 5)
        equal((await cur.fetchrow())[0], 6)


async def copy(conn):
    out = io.BytesIO()
    await conn.copy_from_query("SELECT id FROM calls WHERE duration_s > $1", 1, output=out, format="csv", header=True)
    equal(out.getvalue().splitlines()[0], b"id")
    await conn.copy_from_table("gong_users", output=io.BytesIO(), columns=["id"], format="binary")


async def introspect(conn):
    try:
        row = await conn.fetchrow("SELECT c, ARRAY[c] FROM calls c LIMIT 1")
        equal(isinstance(row[0]["id"], str), True)
    except asyncpg.exceptions.FeatureNotSupportedError:
        pass  # asyncpg takes the binary format alone, which records have not


async def reset(conn):
    await conn.reset()
    await conn.set_type_codec("json", encoder=str, decoder=lambda s: s, schema="pg_catalog")
    equal(await conn.fetchval("SELECT '{}'::json"), "{}")
    equal(await conn.execute("SELECT 1; SELECT 2"), "SELECT 1")


async def timeout(conn):
    try:
        await conn.fetch("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b", timeout=0.3)
    except asyncio.TimeoutError:
        equal(await conn.fetchval("SELECT 1"), 1)
        return
    raise AssertionError("no timeout")


async def pool(_):
    async with asyncpg.create_pool(**ARGS, min_size=2, max_size=4) as p:
        equal(await asyncio.gather(*(p.fetchval("SELECT $1::int", i) for i in range(8))), list(range(8)))


async def listen(conn):
    await conn.add_listener("news", print)
    await conn.remove_listener("news", print)


async def main():
    c = Checks("asyncpg")
    for name, fn in (("types", types), ("catalog relations in binary", catalog_types), ("arguments", arguments), ("cursors", cursors),
                     ("copy", copy), ("whole rows, may be refused", introspect), ("reset, codecs", reset), ("timeout", timeout),
                     ("pool", pool), ("listen", listen)):
        conn = await asyncpg.connect(**ARGS)
        failure = None
        try:
            await fn(conn)
        except Exception as e:
            failure = e
        c.run(name, lambda: raising(failure))
        await conn.close()
    return c.failed


def raising(failure):
    if failure:
        raise failure


sys.exit(asyncio.run(main()) > 0)
