import datetime
import sys

import pandas
import sqlalchemy as sa
from sqlalchemy.orm import Session, declarative_base

from check import DSN, Checks, equal


def url(driver):
    return sa.URL.create(f"postgresql+{driver}", DSN["user"], DSN["password"], DSN["host"], DSN["port"], DSN["dbname"], {"sslmode": "require"})


def reflection(engine):
    i = sa.inspect(engine)
    schema = i.default_schema_name
    tables = i.get_table_names()
    equal("calls" in tables, True)
    equal("pg_catalog" not in i.get_schema_names(), True)
    for t in tables:
        i.get_columns(t), i.get_pk_constraint(t), i.get_foreign_keys(t), i.get_indexes(t)
        i.get_unique_constraints(t), i.get_check_constraints(t), i.get_table_comment(t)
    i.get_view_names(), i.get_materialized_view_names(), i.get_sequence_names(), i.get_enums(), i.get_domains()
    equal(i.get_pk_constraint("calls")["constrained_columns"], ["id"])
    equal("gong_users" in {f["referred_table"] for f in i.get_foreign_keys("calls")}, True)
    equal({"id", "started"} <= {c["name"] for c in i.get_columns("calls", schema=schema)}, True)
    i.get_multi_columns(), i.get_multi_foreign_keys(), i.get_multi_indexes()
    equal(i.has_table("calls"), True)
    equal(i.has_table("nothing"), False)
    equal(i.has_index("calls", "calls_pkey") in (True, False), True)


def autoload(engine):
    m = sa.MetaData()
    m.reflect(engine)
    calls, users = m.tables["calls"], m.tables["gong_users"]
    with engine.connect() as conn:
        q = (sa.select(users.c.email_address, sa.func.count().label("n"), sa.func.sum(calls.c.duration_s))
             .join_from(calls, users).where(calls.c.started > datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc))
             .where(calls.c.direction.in_(["Inbound", "Outbound", "Conference", "Unknown"]))
             .group_by(users.c.email_address).order_by(sa.desc("n")).limit(5))
        equal(len(conn.execute(q).all()) > 0, True)
        q = sa.select(calls.c.id).where(calls.c.title.ilike("%a%"), sa.extract("year", calls.c.started) > 2000, calls.c.is_private.is_(False))
        conn.execute(q).all()
        q = sa.select(calls.c.id, sa.func.row_number().over(partition_by=calls.c.direction, order_by=calls.c.started)).limit(3)
        equal(len(conn.execute(q).all()), 3)
        conn.execute(sa.select(sa.cast(calls.c.started, sa.Date), sa.func.date_trunc("month", calls.c.started)).distinct()).all()


def orm(engine):
    base = declarative_base()

    class User(base):
        __table__ = sa.Table("gong_users", base.metadata, autoload_with=engine)

    with Session(engine) as s:
        u = s.scalars(sa.select(User).limit(1)).one()
        equal(s.get(User, u.id) is u, True)
        equal(s.query(User).filter(User.id == u.id).count(), 1)


def stream(engine):
    with engine.connect().execution_options(stream_results=True, yield_per=10) as conn:
        equal(sum(1 for _ in conn.execute(sa.text("SELECT id FROM calls"))) > 10, True)


def frames(engine):
    with engine.connect() as conn:
        f = pandas.read_sql("SELECT id, started, minutes, is_private FROM calls", conn)
        equal(len(f) > 0 and str(f.started.dtype).startswith("datetime64"), True)
        equal(len(pandas.read_sql_table("gong_users", conn)) > 0, True)
        pandas.read_sql(sa.text("SELECT * FROM calls WHERE duration_s > :d"), conn, params={"d": 1}, index_col="id", parse_dates=["started"])
        equal(sum(len(x) for x in pandas.read_sql("SELECT id FROM calls", conn, chunksize=10)), len(f))


failed = 0
for driver in ("psycopg2", "psycopg"):
    c = Checks("sqlalchemy+" + driver[-8:])
    engine = sa.create_engine(url(driver))
    for name, fn in (("reflection", reflection), ("autoload and queries", autoload), ("orm", orm), ("stream", stream), ("pandas", frames)):
        c.run(name, lambda: fn(engine))
    failed += c.failed
sys.exit(failed > 0)
