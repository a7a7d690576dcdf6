"""What a minute in which nothing happens costs with a remote source, beside its own answer.

`python tests/bench/idle.py` starts PostgreSQL, MariaDB and the stand-in for mluvii on loopback,
with five busy hours in them. It measures in turn, each as a whole process: an idle run with files,
what the bare driver takes to connect and to ask the same, and an idle run with the source. The
ratio is that of the last to the sum of the others, round by round; the noise is in the spread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "databases"), str(HERE.parent), str(ROOT)]

import mluvii_server  # noqa: E402
import servers  # noqa: E402
from phone_tables import PhoneTables, SqliteFile, local, of_tables  # noqa: E402
from site_folder import Site, at  # noqa: E402
from test_mluvii import SETTINGS as MLUVII  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

SPAN = timedelta(hours=5)
FIRST = "09:00"
EACH_SECONDS = 10
OF_POSTGRESQL = """
import sys, psycopg
with psycopg.connect(host="127.0.0.1", port=sys.argv[1], dbname=sys.argv[2],
                     user="reader", password=sys.argv[3], autocommit=True) as connection:
    for statement in sys.argv[4:]:
        connection.execute(statement).fetchall()
"""
OF_MARIADB = """
import sys, pymysql
connection = pymysql.connect(host="127.0.0.1", port=int(sys.argv[1]), database=sys.argv[2],
                             user="reader", password=sys.argv[3].encode())
with connection, connection.cursor() as cursor:
    for statement in sys.argv[4:]:
        cursor.execute(statement)
        cursor.fetchall()
"""
OF_SQLITE = """
import sys, sqlite3
connection = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    connection.execute(statement).fetchall()
"""
OF_MLUVII = """
import http.client, json, sys
from urllib.parse import urlencode
form = {"response_type": "token", "grant_type": "client_credentials", "client_id": "reconcile",
        "client_secret": sys.argv[2], "scope": "mluviiPublicApi"}
connection = http.client.HTTPConnection(sys.argv[1])
kind = {"Content-Type": "application/x-www-form-urlencoded"}
connection.request("POST", "/login/connect/token", urlencode(form), kind)
token = json.loads(connection.getresponse().read())["access_token"]
for target in sys.argv[3:]:
    connection.request("GET", target, headers={"Authorization": "Bearer " + token})
    json.loads(connection.getresponse().read())
"""


class Cost(NamedTuple):
    """What a process took."""

    wall: float
    processor: float


class Beside(NamedTuple):
    """A site with a source, and the command that asks that source alone."""

    name: str
    site: Site
    own: list[str]


def timed(command: list[str]) -> Cost:
    """Run it as cron would; none of it may fail or say anything."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begin
        told.seek(0)
        text = told.read().decode()
    if process.returncode or text:
        sys.exit(f"{' '.join(command)} left with {process.returncode}: {text}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def run(site: Site, now: str) -> list[str]:
    return [sys.executable, "-m", "reconcile", "run", "-s", str(site.settings_file), "--now", now]


def epoch_of(instant: datetime) -> int:
    return int(instant.replace(tzinfo=UTC).timestamp())


def of_files(folder: Path) -> Site:
    site = Site.of_samples(folder)
    site.change_settings('"recording/queue_log*"', '"queue_log"')
    site.change_settings('"recording/Master.csv"', '"Master.csv"')
    for file in ("queue_log", "Master.csv"):
        (site.folder / file).touch()
    return site


def of_database(place: servers.Own | SqliteFile, folder: Path) -> Beside:
    """Tables with a call each ten seconds, all of which were answered by a colleague."""
    tables = PhoneTables(place)
    tables.make()
    begin = at(FIRST) - SPAN
    legs, events = [], []
    for n in range(int(SPAN.total_seconds()) // EACH_SECONDS - 6):
        start = begin + timedelta(seconds=EACH_SECONDS * n)
        end = start + timedelta(seconds=20)
        epoch = epoch_of(start)
        legs.append(
            f'"","+42070{n:07}","s","menu","","PJSIP/world-{n}","","Queue","","{start}","{start}",'
            f'"{end}",20,20,"ANSWERED","DOCUMENTATION","{epoch}.{n}","did:420200000410","",'
            f'"{epoch}.{n}",{n}'
        )
        events.append(f"{epoch}|{epoch}.{n}|sales|NONE|ENTERQUEUE||+42070{n:07}|1")
        events.append(f"{epoch + 9}|{epoch}.{n}|sales|SIP/1|CONNECT|9|{epoch}.1|3")
        events.append(f"{epoch + 20}|{epoch}.{n}|sales|SIP/1|COMPLETECALLER|9|11|1")
    for first in range(0, len(legs), 500):
        tables.add_cdr(legs[first : first + 500])
        tables.add_queue_log(events[3 * first : 3 * (first + 500)])
    start = tables.name("start")
    place.execute(
        f"create index by_start on cdr ({start})",
        *([f"analyze {'' if place.kind == 'postgresql' else 'table '}{one}" for one in
           ("cdr", "queue_log")] if place.kind != "sqlite" else ["analyze"]),
    )  # fmt: skip
    site = of_tables(place, folder)
    lookback = timedelta(minutes=site.settings.sources[0].open_call_limit_minutes + 65)
    newest = begin + timedelta(seconds=EACH_SECONDS * (len(legs) - 1))
    tail = local(epoch_of(newest - lookback))
    statements = [
        "select max(id) from queue_log",
        f"select * from queue_log where id >= {len(events) - 1_000}",
        f"select max({start}) from cdr",
        f"select * from cdr where {start} >= '{tail}'",
    ]
    if isinstance(place, SqliteFile):
        return Beside(
            "sqlite", site, [sys.executable, "-c", OF_SQLITE, str(place.path), *statements]
        )
    code = {"postgresql": OF_POSTGRESQL, "mariadb": OF_MARIADB}[place.kind]
    access = [str(place.port), place.database, servers.PASSWORD]
    return Beside(place.kind, site, [sys.executable, "-c", code, *access, *statements])


@contextmanager
def of_mluvii(folder: Path) -> Iterator[Beside]:
    """The stand-in for mluvii, with sessions that were all answered."""
    with mluvii_server.running() as mluvii:
        mluvii.now = at(FIRST)
        mluvii.add_campaign()
        for n in range(1_000):
            mluvii.add_contact(1_000 + n, f"+42070{n:07}")
        begin = at(FIRST) - SPAN
        for n in range(int(SPAN.total_seconds()) // EACH_SECONDS - 6):
            start = begin + timedelta(seconds=EACH_SECONDS * n)
            end = start + timedelta(seconds=20)
            mluvii.sessions.append(mluvii_server.talked(n, start, start, end))
        folder.mkdir()
        site = Site(folder)
        site.settings_file.write_text(MLUVII.format(url=mluvii.url), encoding="utf-8")
        (folder / "secret").write_text(mluvii_server.CLIENT_SECRET + "\n", encoding="utf-8")
        targets: list[str] = []
        answer = mluvii.answer

        def noted(method: str, target: str, body: object) -> tuple[int, object]:
            if method == "GET":
                targets.append(target)
            return answer(method, target, body)

        site.run(FIRST)
        mluvii.answer = noted  # type: ignore[method-assign]
        site.run("09:01")
        mluvii.answer = answer  # type: ignore[method-assign]
        place = mluvii.url.removeprefix("http://")
        own = [sys.executable, "-c", OF_MLUVII, place, mluvii_server.CLIENT_SECRET, *targets]
        yield Beside("mluvii", site, own)


def tell(name: str, files: list[Cost], own: list[Cost], idle: list[Cost]) -> None:
    for field in ("wall", "processor"):
        of_files, of_own, of_idle = (
            [getattr(one, field) for one in many] for many in (files, own, idle)
        )
        ratios = [c / (a + b) for a, b, c in zip(of_files, of_own, of_idle, strict=True)]
        a, b, c, ratio = map(statistics.median, (of_files, of_own, of_idle, ratios))
        print(
            f"{name:10} {field:9}  files {a * 1000:5.0f}  own answer {b * 1000:5.0f}  "
            f"idle run {c * 1000:5.0f} ms   {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="postgresql,mariadb,sqlite,mluvii")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        files = of_files(folder / "files")
        besides = []
        for kind, user in ((servers.Postgresql, "postgres"), (servers.Mariadb, "mysql")):
            if kind.kind in given.only:
                one = servers.make(kind, user)
                stack.callback(servers.dispose, one)
                besides.append(of_database(one, folder / one.kind))
        if "sqlite" in given.only:
            besides.append(of_database(SqliteFile(folder / "asterisk.db"), folder / "sqlite"))
        if "mluvii" in given.only:
            besides.append(stack.enter_context(of_mluvii(folder / "mluvii")))
        for site in (files, *(one.site for one in besides)):
            for time_ in ("09:01", "09:02", "09:03"):
                site.run(time_)
            assert site.run("09:04").is_idle
        alone: list[Cost] = []
        taken: dict[str, tuple[list[Cost], list[Cost]]] = {one.name: ([], []) for one in besides}
        for n in range(given.rounds):
            now = f"2026-11-20T09:{n + 5:02}:00Z"
            alone.append(timed(run(files, now)))
            for one in besides:
                own, idle = taken[one.name]
                own.append(timed(one.own))
                idle.append(timed(run(one.site, now)))
        for source, (own, idle) in taken.items():
            tell(source, alone, own, idle)


if __name__ == "__main__":
    main()
