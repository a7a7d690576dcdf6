"""A folder beside a phone system: settings, logs, a directory, and runs of the program on them.

`Site.of_samples(folder)` is a copy of the shipped recording, `Site.small(folder)` an empty log that
a test writes line by line. Both run as cron would run them, through files, in this process.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import clock, database, running, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import duckdb

    from reconcile.run_record import RunResult

MINUTE = timedelta(minutes=1)
SAMPLES = Path(__file__).parent.parent / "samples"
CLIENT, OTHER = "+420700610101", "+420700610102"

SMALL = """\
region = "CZ"

[sources.pbx]
kind = "asterisk"
queue_log = "queue_log*"

[sources.directory]
kind = "table"
path = "contacts.csv"
contacts = "contacts.sql"

[campaigns.missed-calls]
starts_at = 2026-11-20T08:00:00Z
dialler = "file"

[sinks.file]
path = "out/commands.ndjson"
"""
CONTACTS = "id,phone\n" + "".join(f"10{n:02},+4207006101{n:02}\n" for n in range(1, 11))


def at(text: str) -> datetime:
    """`10:05` or `10:05:20` on the day of the recording."""
    return datetime.fromisoformat(f"2026-11-20T{text}")


def minutes(first: str, last: str) -> Iterator[datetime]:
    """Each minute from the first to the last."""
    now = at(first)
    while now <= at(last):
        yield now
        now += MINUTE


@dataclass
class Site:
    """A folder with `reconcile.toml`; `drop` and `talk` write the queue log of a small one."""

    folder: Path

    @classmethod
    def of_samples(cls, folder: Path) -> Site:
        """A copy of the shipped recording with its settings."""
        shutil.copytree(SAMPLES, folder, dirs_exist_ok=True)
        return cls(folder)

    @classmethod
    def small(cls, folder: Path) -> Site:
        """Ten contacts and an empty queue log."""
        folder.mkdir(parents=True, exist_ok=True)
        site = cls(folder)
        site.settings_file.write_text(SMALL, encoding="utf-8")
        (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
        (folder / "contacts.sql").write_text(
            "select id as contact_id, phone as number from input\n", encoding="utf-8"
        )
        (folder / "queue_log").touch()
        return site

    def copy(self, folder: Path) -> Site:
        """The same in another folder, with all that the program has kept."""
        shutil.copytree(self.folder, folder)
        return Site(folder)

    # its files

    @property
    def settings_file(self) -> Path:
        return self.folder / "reconcile.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def commands_file(self) -> Path:
        return self.folder / "out" / "commands.ndjson"

    @property
    def queue_log(self) -> Path:
        return self.folder / "queue_log"

    @property
    def directory(self) -> Path:
        return self.folder / "contacts.csv"

    def change_settings(self, old: str, new: str) -> None:
        """Replace one part of the settings; it must be there."""
        text = self.settings_file.read_text(encoding="utf-8")
        assert old in text
        self.settings_file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def log(self, time: str, call_id: str, *fields: str) -> None:
        """Write a line of the queue log."""
        epoch = int(at(time).replace(tzinfo=UTC).timestamp())
        with self.queue_log.open("a", encoding="utf-8") as file:
            file.write("|".join((str(epoch), call_id, "sales", *fields)) + "\n")

    def drop(self, call_id: str, number: str, ended: str, waited: int = 10) -> None:
        """A client waits in the queue and hangs up at `ended`."""
        began = f"{at(ended) - timedelta(seconds=waited):%H:%M:%S}"
        self.log(began, call_id, "NONE", "ENTERQUEUE", "", number, "1")
        self.log(ended, call_id, "NONE", "ABANDON", "1", "1", str(waited))

    def talk(self, call_id: str, number: str, connected: str, seconds: int = 20) -> None:
        """A client waits five seconds, is connected, and talks."""
        began = f"{at(connected) - timedelta(seconds=5):%H:%M:%S}"
        ended = f"{at(connected) + timedelta(seconds=seconds):%H:%M:%S}"
        self.log(began, call_id, "NONE", "ENTERQUEUE", "", number, "1")
        self.log(connected, call_id, "SIP/1", "CONNECT", "5", f"{call_id}1", "5")
        self.log(ended, call_id, "SIP/1", "COMPLETEAGENT", "5", str(seconds), "1")

    # runs

    @property
    def settings(self) -> settings.Settings:
        return settings.load(self.settings_file)

    def run(self, time: str | None, **options: bool) -> RunResult:
        """A run at a minute of the day; at the clock's present one without it."""
        now = None if time is None else at(time)
        return running.run(self.settings, now=now, **options)

    def replay(self, first: str, last: str) -> set[str]:
        """A run at each minute from the first to the last; returns the minutes of idle ones."""
        loaded = self.settings
        return {
            f"{now:%H:%M}" for now in minutes(first, last) if running.run(loaded, now=now).is_idle
        }

    # what came of them

    def commands(self) -> list[str]:
        """Each line of the commands file as `09:12 dial +420200500106 2`, in its order."""
        return [brief(command) for command in self.payloads()]

    def payloads(self) -> list[dict[str, Any]]:
        if not self.commands_file.is_file():
            return []
        lines = self.commands_file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def opened(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The state to read from, between two runs."""
        return database.connect(self.state / database.STATE_FILE, read_only=True)

    def fetch(self, statement: str) -> list[tuple]:
        """Rows of the state, between two runs."""
        with self.opened() as connection:
            return connection.execute(statement).fetchall()

    def decisions(self) -> dict[str, str]:
        """What holds of each open episode: number to `wait not_due`."""
        return dict(
            self.fetch(
                "select number, decision || ' ' || reason from kept.decisions "
                "where last_run_at is null"
            )
        )

    def kept(self, *schemas: str) -> dict[str, list[tuple]]:
        """All rows of all tables of some schemas, of `kept` by default."""
        wanted = ", ".join(f"'{schema}'" for schema in schemas or ("kept",))
        with self.opened() as connection:
            tables = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                f"where schema_name in ({wanted}) order by all"
            ).fetchall()
            return {
                name: connection.execute(f"from {name} order by all").fetchall()
                for (name,) in tables
            }

    def files(self) -> dict[str, tuple[int, str]]:
        """Each file and folder with the instant of its last change and a hash of what it holds."""
        return {
            str(path.relative_to(self.folder)): (
                path.stat().st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            )
            for path in sorted(self.folder.rglob("*"))
        }


def brief(command: dict[str, Any]) -> str:
    """`09:12 dial +420200500106 2`; a remove has its reason in the place of the attempt."""
    issued = clock.parse_instant(command["issued_at"])
    what = command.get("attempt") or command["reason"]
    return f"{issued:%H:%M} {command['command']} {command['number']} {what}"
