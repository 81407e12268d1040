"""Runs tools.sql, the statements that tools send, each in the text and in the binary format. One whose name ends in
"may be refused" may be answered by 0A000 too, one that ends in "may be refused in binary" by 0A000 in that format alone."""
import pathlib
import sys

import psycopg

from check import DSN, Checks


def statements():
    name, lines = None, []
    for line in pathlib.Path(__file__).with_name("tools.sql").read_text().splitlines():
        if line.startswith("-- "):
            if name:
                yield name, "\n".join(lines)
            name, lines = line[3:], []
        else:
            lines.append(line)
    yield name, "\n".join(lines)


def both(sql):
    conn.execute(sql).fetchall()
    try:
        conn.cursor(binary=True).execute(sql).fetchall()
    except psycopg.errors.UndefinedFunction as e:  # aclitem and pg_node_tree have no binary format in PostgreSQL either
        if "no binary output function" not in str(e):
            raise


def refusable(sql):
    try:
        both(sql)
    except psycopg.errors.FeatureNotSupported:
        pass


def refusable_in_binary(sql):
    conn.execute(sql).fetchall()
    refusable(sql)


conn = psycopg.connect(**DSN, autocommit=True)
failed = 0
for name, sql in statements():
    tool, check = name.split(": ", 1)
    c = Checks(tool)
    run = both
    if check.endswith(", may be refused in binary"):
        run = refusable_in_binary
    elif check.endswith(", may be refused"):
        run = refusable
    c.run(check, lambda: run(sql.rstrip(";")))
    failed += c.failed
sys.exit(failed > 0)
