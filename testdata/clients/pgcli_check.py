"""What pgcli reads of a server to complete names, and its backslash commands."""
import sys

import pgcli.pgexecute
import psycopg
from pgspecial.main import PGSpecial

from check import DSN, Checks, equal

c = Checks("pgcli")
special = PGSpecial()
e = pgcli.pgexecute.PGExecute(DSN["dbname"], DSN["user"], DSN["password"], DSN["host"], DSN["port"], None, sslmode="require")


def completion():
    equal("revenue" in e.schemata(), True)
    equal(("revenue", "calls") in list(e.tables()), True)
    columns = list(e.table_columns())
    equal(any(row[:3] == ("revenue", "calls", "started") for row in columns), True)
    list(e.views()), list(e.view_columns()), list(e.datatypes()), list(e.casing())
    equal(len(list(e.functions())) > 1000, True)
    equal(DSN["dbname"] in e.databases(), True)
    equal(len(e.search_path()) > 0, True)
    e.full_databases()


def foreign_keys():
    try:
        equal(any(k.parenttable == "gong_users" and k.childtable == "calls" for k in e.foreignkeys()), True)
    except psycopg.errors.FeatureNotSupported:
        pass


def says(command):
    for _title, rows, headers, status, sql, success, _special in e.run(command, pgspecial=special):
        if not success:
            raise AssertionError(status)
        list(rows or [])


def statements():
    says("SELECT id, started FROM calls LIMIT 3")
    says("EXPLAIN SELECT count(*) FROM calls")
    says("BEGIN; SELECT 1; ROLLBACK")
    says(r"SELECT 1 AS a \G")


c.run("completion", completion)
c.run("foreign keys, may be refused", foreign_keys)
for command in (r"\d", r"\d calls", r"\d+ calls", r"\dt", r"\dt+", r"\dv", r"\dm", r"\di", r"\ds", r"\dn", r"\dn+", r"\df a*", r"\df+ abs", r"\sf lower(text)",
                r"\du", r"\du+", r"\dT", r"\dT+ int4", r"\dx", r"\dp", r"\z calls", r"\ddp", r"\db", r"\dD", r"\dE", r"\l", r"\l+"):
    c.run(command, lambda: says(command))
c.run("statements", statements)
sys.exit(c.failed > 0)
