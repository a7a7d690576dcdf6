"""The shipped recording in tables of real servers: the same commands as from its files."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import servers
from phone_tables import PhoneTables, of_tables, place_of
from servers import DATABASES
from site_folder import SAMPLES, Site, at

from reconcile import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOMENTS = ("08:58", "09:05", "09:15")
"""Runs whose pulls find new calls, calls that went on, and the last minute of the recording."""
RECORDING = SAMPLES / "recording"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recording read from its files."""
    site = Site.of_samples(tmp_path_factory.mktemp("recorded") / "site")
    for time in MOMENTS:
        site.run(time)
    assert len(site.commands()) > len(MOMENTS)
    return site


@pytest.fixture(params=DATABASES)
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> PhoneTables:
    """Empty tables in each database."""
    found = PhoneTables(place_of(servers.of(request, request.param), tmp_path))
    found.make()
    return found


def by_instant(name: str, instant: Callable[[str], datetime]) -> list[tuple[datetime, str]]:
    lines = (RECORDING / name).read_text(encoding="utf-8").splitlines()
    return sorted(((instant(line), line) for line in lines), key=lambda entry: entry[0])


def cdr_end(line: str) -> datetime:
    return clock.parse_instant(next(csv.reader([line]))[11])


def queue_instant(line: str) -> datetime:
    return datetime.fromtimestamp(int(line.split("|", maxsplit=1)[0]), UTC).replace(tzinfo=None)


def test_tables_that_grow_give_the_same_commands_as_the_files(
    tables: PhoneTables, recorded: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.is_old = tables.place.kind == "sqlite"
    tables.make()
    site = of_tables(tables.place, tmp_path / "site")
    pending = {
        tables.add_queue_log: by_instant("queue_log", queue_instant),
        tables.add_cdr: by_instant("Master.csv", cdr_end),
    }
    for now in map(at, MOMENTS):
        for add, lines in pending.items():
            known = [line for instant, line in lines if instant <= now]
            add(known)
            pending[add] = lines[len(known) :]
        monkeypatch.setattr(clock, "utc_now", lambda now=now: now)
        assert site.run(None).messages == []
    assert site.commands_file.read_bytes() == recorded.commands_file.read_bytes()


@pytest.mark.parametrize("tables", ["sqlite"], indirect=True)
def test_full_tables_give_the_same_commands_at_the_same_instants(
    tables: PhoneTables, recorded: Site, tmp_path: Path
) -> None:
    site = of_tables(tables.place, tmp_path / "site")
    tables.add_queue_log((RECORDING / "queue_log").read_text(encoding="utf-8").splitlines())
    tables.add_cdr((RECORDING / "Master.csv").read_text(encoding="utf-8").splitlines())
    for time in MOMENTS:
        site.run(time)
    assert site.commands_file.read_bytes() == recorded.commands_file.read_bytes()
    assert site.fetch("select count(*) from raw.queue_log") == [(218,)]
    assert site.fetch("select count(*) from raw.cdr") == [(233,)]
    of_calls = "select * exclude (changed_run) from kept.calls order by all"
    assert site.fetch(of_calls) == recorded.fetch(of_calls)
