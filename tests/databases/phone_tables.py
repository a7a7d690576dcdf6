"""Asterisk's tables in any of the databases, filled by a test as an Asterisk fills them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from servers import PASSWORD
from site_folder import Site

from reconcile.databases import DatabaseFile, session
from reconcile.settings.cdr_columns import CDR_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from servers import Own

ZONE = "Europe/Prague"
QUEUE_LOG = (
    *("time", "callid", "queuename", "agent", "event"),
    *("data1", "data2", "data3", "data4", "data5"),
)
_COUNTERS = {
    "postgresql": "bigint generated always as identity primary key",
    "mariadb": "bigint not null auto_increment primary key",
    "sqlite": "integer primary key",
}
_TIMES = {"postgresql": "timestamp", "mariadb": "datetime", "sqlite": "text"}


class Place(Protocol):
    """A database that a test may write to."""

    kind: str

    def execute(self, *statements: str) -> None: ...
    def settings(self) -> str: ...


@dataclass
class SqliteFile:
    path: Path
    kind = "sqlite"

    def execute(self, *statements: str) -> None:
        if not self.path.exists():
            self.path.touch()
        with session(self.kind, DatabaseFile(path=self.path, is_read_only=False)) as opened:
            for statement in statements:
                opened.change(statement)

    def settings(self) -> str:
        return f'kind = "sqlite"\npath = "{self.path}"\n'


@dataclass
class PhoneTables:
    """The tables `queue_log` and `cdr`, the first with a counter, the other with the time alone."""

    place: Place
    is_old: bool = False

    def make(self) -> None:
        kind, time = self.place.kind, _TIMES[self.place.kind]
        texts = ", ".join(f"{self.name(one)} varchar(200)" for one in QUEUE_LOG[1:])
        self.place.execute(
            "drop table if exists queue_log",
            "drop table if exists cdr",
            f"create table queue_log (id {_COUNTERS[kind]}, {self.name('time')} {time}, {texts})",
            f"create table cdr ({', '.join(self._cdr_columns(time))})",
        )

    def name(self, column: str) -> str:
        quote = "`" if self.place.kind == "mariadb" else '"'
        return f"{quote}{column}{quote}"

    @property
    def cdr_names(self) -> tuple[str, ...]:
        """The columns of the table; the old form has neither answer nor end."""
        if not self.is_old:
            return CDR_COLUMNS
        names = (one for one in CDR_COLUMNS if one not in {"answer", "end"})
        return tuple("calldate" if one == "start" else one for one in names)

    def _cdr_columns(self, time: str) -> list[str]:
        types = {"duration": "integer", "billsec": "integer", "sequence": "integer"}
        types |= dict.fromkeys(("start", "answer", "end", "calldate"), time)
        return [f"{self.name(one)} {types.get(one, 'varchar(200)')}" for one in self.cdr_names]

    def add_queue_log(self, lines: Iterable[str]) -> None:
        """Lines as Asterisk writes them into the file; the table has local times."""
        rows = []
        for line in lines:
            epoch, call_id, queue, agent, event, *data = line.rstrip("\n").split("|")
            padded = [*data, "", "", "", "", ""][:5]
            rows.append([local(float(epoch)), call_id, queue, agent, event, *padded])
        self.add("queue_log", QUEUE_LOG, rows)

    def add_cdr(self, lines: Iterable[str]) -> None:
        """Lines of a CSV file with all columns and times in UTC."""
        rows = []
        for values in csv.reader(lines):
            named = dict(zip(CDR_COLUMNS, values, strict=True))
            for time in ("start", "answer", "end"):
                if named[time]:
                    named[time] = local(
                        datetime.fromisoformat(named[time]).replace(tzinfo=UTC).timestamp()
                    )
            named["calldate"] = named["start"]
            rows.append([named[one] for one in self.cdr_names])
        self.add("cdr", self.cdr_names, rows)

    def add(self, table: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        """Insert rows; an empty time or number is null."""
        names = list(columns)
        texts = []
        for row in rows:
            values = zip(names, row, strict=True)
            texts.append(", ".join(self.literal(name, value) for name, value in values))
        if texts:
            into = ", ".join(map(self.name, names))
            values_of = ", ".join(f"({text})" for text in texts)
            self.place.execute(f"insert into {table} ({into}) values {values_of}")

    def literal(self, name: str, value: str) -> str:
        not_text = {"start", "answer", "end", "calldate", "duration", "billsec", "sequence", "time"}
        return "null" if name in not_text and not value else "'" + value.replace("'", "''") + "'"


def local(epoch: float) -> str:
    return f"{datetime.fromtimestamp(epoch, ZoneInfo(ZONE)):%Y-%m-%d %H:%M:%S}"


def of_tables(place: Place, folder: Path, *, queue_log: str = "", cdr: str = "") -> Site:
    """The shipped settings with the tables in the place of the files, and no rows yet."""
    site = Site.of_samples(folder)
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    site.change_settings('kind = "asterisk"\n', place.settings())
    site.change_settings(
        'queue_log = "recording/queue_log*"',
        f'queue_log = {{ table = "queue_log", time_zone = "{ZONE}"{queue_log} }}',
    )
    site.change_settings(
        'cdr = { path = "recording/Master.csv", columns = "21", time_zone = "UTC" }',
        f'cdr = {{ table = "cdr", time_zone = "{ZONE}"{cdr} }}',
    )
    return site


def place_of(own: Own | None, folder: Path) -> Place:
    """A server, or without one an SQLite file in the folder."""
    return own or SqliteFile(folder / "asterisk.db")
