"""Pull 1,000,000 call detail records from real servers, against the fastest public ways.

`python tests/bench/pull.py [ROWS]` starts PostgreSQL and MariaDB on loopback, fills a table `cdr`
and pulls it as a first run does, each time in a process of its own. `--beside PYTHON` names the
Python of an environment with `connectorx`, `adbc-driver-postgresql` and `pyarrow`, whose ways are
measured in turn with ours; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "databases"), str(HERE.parent), str(HERE.parent.parent)]

import servers  # noqa: E402
from phone_tables import PhoneTables  # noqa: E402

SETTINGS = """region = "CZ"
[sources.pbx]
{place}statement_seconds = 600
cdr = {{ table = "cdr", time_zone = "UTC" }}
incoming = {{ contexts = ["from-trunk"] }}
trunks = ["PJSIP/trunk-*"]
[campaigns.missed-calls]
[sinks.stdout]
"""

MEASURED = """
import json, resource, sys, time
began = time.perf_counter()
{code}
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"seconds": time.perf_counter() - began, "mib": used, "rows": rows}}))
"""
OURS = """
from datetime import datetime
from pathlib import Path
from reconcile import pulling, settings
loaded = settings.load(Path(sys.argv[1]))
pulled = pulling.pull(loaded, datetime.fromisoformat(sys.argv[2]))
assert not pulled.faults, pulled.faults
rows = 0
for name in pulled.spools["pbx", "cdr"].files():
    with (loaded.folder / name).open("rb") as file:
        rows += sum(1 for line in file)
"""
PUBLIC = {
    "postgresql": {
        "ADBC to Arrow": """
import adbc_driver_postgresql.dbapi as adbc
with adbc.connect(sys.argv[1]) as connection, connection.cursor() as cursor:
    cursor.execute("select * from cdr")
    rows = cursor.fetch_arrow_table().num_rows
""",
        "connectorx to Arrow": """
import connectorx
rows = connectorx.read_sql(sys.argv[1], "select * from cdr", return_type="arrow").num_rows
""",
    },
    "mariadb": {
        "connectorx to Arrow": """
import connectorx
rows = connectorx.read_sql(sys.argv[1], "select * from cdr", return_type="arrow").num_rows
""",
    },
}
FILL = {
    "postgresql": "from generate_series(1, {rows}) as numbers(n)",
    "mariadb": "from (select seq as n from seq_1_to_{rows}) as numbers",
}
TIMES = {
    "postgresql": "timestamp '2026-10-20 08:00:00' + n * interval '2 second'",
    "mariadb": "timestamp '2026-10-20 08:00:00' + interval n * 2 second",
}


def fill(one: servers.Own, rows: int) -> None:
    """A table as busy as a month of a large call centre: a record every two seconds."""
    tables = PhoneTables(one)
    tables.make()
    time = TIMES[one.kind]
    number = "concat('+4207006', n % 100000)"
    text = {
        "src": number,
        "dst": "'s'",
        "dcontext": "'from-trunk'",
        "clid": f"concat('\"\" <', {number}, '>')",
        "channel": "concat('PJSIP/trunk-', n)",
        "dstchannel": "concat('PJSIP/', n % 50, '-', n)",
        "lastapp": "'Queue'",
        "lastdata": "'sales,t,,,45'",
        "disposition": "'ANSWERED'",
        "amaflags": "'DOCUMENTATION'",
        "uniqueid": "concat('1795164830.', n)",
        "userfield": "'did:420200000410'",
        "linkedid": "concat('1795164830.', n)",
        "accountcode": "''",
        "peeraccount": "''",
    }
    values = {**text, "start": time, "answer": time, "end": time}
    values |= {"duration": "20", "billsec": "15", "sequence": "n"}
    names = ", ".join(map(tables.name, values))
    one.execute(
        f"insert into cdr ({names}) select {', '.join(values.values())} "
        + FILL[one.kind].format(rows=rows),
        f"create index by_start on cdr ({tables.name('start')})",
        "analyze cdr" if one.kind == "postgresql" else "analyze table cdr",
    )


def measure(python: str, code: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [python, "-c", MEASURED.format(code=code), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(HERE.parent.parent) if python == sys.executable else ""},
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def ours(one: servers.Own) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "password").write_text(servers.PASSWORD, encoding="utf-8")
        place = one.settings()
        (folder / "reconcile.toml").write_text(SETTINGS.format(place=place), encoding="utf-8")
        now = "2026-11-15T00:00:00"
        return measure(sys.executable, OURS, str(folder / "reconcile.toml"), now)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--beside", help="the Python of an environment with the public ways")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for kind, user in ((servers.Postgresql, "postgres"), (servers.Mariadb, "mysql")):
        one = servers.make(kind, user)
        try:
            fill(one, given.rows)
            scheme = {"postgresql": "postgresql", "mariadb": "mysql"}[one.kind]
            place = f"owner:{quote(servers.PASSWORD, safe='')}@127.0.0.1:{one.port}/{one.database}"
            found: dict[str, list[dict[str, float]]] = {}
            for _ in range(given.rounds):
                found.setdefault("reconcile to its spool", []).append(ours(one))
                for name, code in PUBLIC[one.kind].items() if given.beside else ():
                    done = measure(given.beside, code, f"{scheme}://{place}")
                    found.setdefault(name, []).append(done)
            for name, runs in found.items():
                assert all(run["rows"] == given.rows for run in runs), runs
                seconds = sorted(run["seconds"] for run in runs)
                memory = max(run["mib"] for run in runs)
                print(
                    f"{one.kind:10} {name:24} {seconds[0]:6.2f} / {statistics.median(seconds):6.2f}"
                    f" / {seconds[-1]:6.2f} s, at most {memory:4.0f} MiB"
                )
            own, *others = found.values()
            for name, runs in zip(list(found)[1:], others, strict=True):
                ratios = [a["seconds"] / b["seconds"] for a, b in zip(own, runs, strict=True)]
                print(
                    f"{one.kind:10} to {name}, in turn: {statistics.median(ratios):.2f} "
                    f"({min(ratios):.2f} to {max(ratios):.2f})"
                )
        finally:
            servers.dispose(one)


if __name__ == "__main__":
    main()
