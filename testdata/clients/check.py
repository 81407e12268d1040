"""Where the demo listens, and one printed line per check."""
import json
import os
import traceback

READY = os.environ["READY"]
SITE = json.load(open(READY))
USER = next(u for u in SITE["users"] if u["login"] == "analyst")
HOST, PORT = SITE["pg"].split(":")
DSN = dict(host=HOST, port=int(PORT), user=USER["login"], password=USER["password"], dbname=SITE["database"], sslmode="require")


class Checks:
    """Runs functions and prints how each went; `failed` counts those that did not hold."""

    def __init__(self, client):
        self.client, self.failed = client, 0

    def run(self, name, fn):
        try:
            fn()
            self.line("ok", name)
        except Exception as e:
            self.failed += 1
            if os.environ.get("VERBOSE"):
                traceback.print_exc()
            said = " ".join(str(e).split())
            self.line("FAILED", name, f": {type(e).__name__}: {said[:300]}")

    def line(self, word, name, more=""):
        print(f"{word:6} {self.client:12} {name}{more}", flush=True)


def equal(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}, want {want!r}")
