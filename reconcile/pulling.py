"""Pull what remote sources have into their spools, before the state is opened.

A network can be slow, and the state is to be open for a fraction of a second only. So a database or
a web service is asked first, before the state is even locked. What it has that is new is put into a
spool in the folder of the state, and the run reads that as it reads files. Which kinds are pulled
the registry says.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from reconcile import clock, database, feeds, ownership, publishing
from reconcile.errors import Problem
from reconcile.settings.schedules import source_job
from reconcile.sources import loading, registry
from reconcile.sources.marks import find
from reconcile.sources.spool import FOLDER, spool_of
from reconcile.state import OpenState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from reconcile.settings import Settings, Source
    from reconcile.sources.spool import Spool

    Pull = Callable[[], dict["Stream", Problem]]

Stream = tuple[str, str]
"""A source and one of its streams."""
_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Pulled:
    """The spools of the remote sources that were asked, and what went wrong, by stream.

    `left_out` are the jobs of the remote sources whose slot has not come.
    """

    spools: dict[Stream, Spool] = field(default_factory=dict)
    faults: dict[Stream, Problem] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


def pull_as_owner(settings: Settings, now: datetime | None, *, takes_over: bool) -> Pulled:
    """Pull for a run that holds the lock of runs and not yet that of the state.

    So a slow server keeps nobody out but other runs. Whoever does not own the state is refused
    before he can spool into it. Raises what `ownership.claim`, `database.lock` and `pull` raise.
    """
    wait_seconds = settings.wait_seconds
    if _remote(settings) and not ownership.is_last(settings):
        with (
            database.lock(settings.state_folder, wait_seconds=wait_seconds),
            OpenState(settings.state_folder, wait_seconds=wait_seconds) as state,
        ):
            ownership.claim(state.connection, settings, takes_over=takes_over)
    return pull(settings, now)


def pull(settings: Settings, now: datetime | None, *, scratch: Path | None = None) -> Pulled:
    """Pull every remote source whose slot has come; one that cannot be reached stops no other.

    The lock of runs must be held, for the spools. They are asked side by side, each within its own
    time-outs, and told of in the order of the settings. What is pulled may be younger than `now`,
    and is older than the instant that a run reads from the clock behind it. A dry run has a
    `scratch` folder: it pulls into a copy of the spools there, whatever the schedules say, and
    leaves the spools as they are. Raises OSError where the folder of the state takes no files.
    """
    sources = _remote(settings)
    pulled = Pulled()
    if not sources:
        return pulled
    at = now or clock.utc_now()
    left_out = frozenset[str]() if scratch else _left_out(settings, sources, at)
    pulled = Pulled(left_out=left_out)
    folder, written_as = settings.state_folder, settings.state
    if scratch is not None:
        _copy_spools(folder, scratch)
        folder, written_as = scratch, str(scratch)
    pulls = []
    for source in sources:
        if source_job(source.name) in left_out:
            continue
        spools = {
            stream: spool_of(folder, written_as, source.name, stream)
            for stream in feeds.streams(source)
        }
        for stream, spool in spools.items():
            spool.tidy()
            pulled.spools[source.name, stream] = spool
        pulls.append(partial(_asked, settings, source, spools, at))
    for problems in _side_by_side(pulls):
        pulled.faults.update(problems)
    return pulled


def _remote(settings: Settings) -> list[Source]:
    return [source for source in settings.sources if source.kind in registry.PULLED]


def _asked(
    settings: Settings, source: Source, spools: dict[str, Spool], now: datetime
) -> dict[Stream, Problem]:
    """Have a source pulled; a problem of the whole source is one of each of its streams."""
    try:
        problems = registry.puller(source.kind)(settings, source, spools, now)
    except Problem as problem:
        problems = dict.fromkeys(spools, problem)
    return {(source.name, stream): problem for stream, problem in problems.items()}


def _side_by_side(pulls: Sequence[Pull]) -> list[dict[Stream, Problem]]:
    """What each pull gives, in their order, each in a thread of its own where there are several.

    What one raises is raised once all have come to their end.
    """
    if len(pulls) < _SEVERAL:
        return [pull() for pull in pulls]
    given: dict[int, dict[Stream, Problem]] = {}
    raised: dict[int, BaseException] = {}

    def ask(place: int) -> None:
        try:
            given[place] = pulls[place]()
        except BaseException as error:  # raised below, where the run hears of it
            raised[place] = error

    # An interrupted run waits for none of them: what they have not kept does not count.
    threads = [Thread(target=ask, args=(place,), daemon=True) for place in range(len(pulls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[min(raised)]
    return [given[place] for place in range(len(pulls))]


def _left_out(settings: Settings, sources: list[Source], now: datetime) -> frozenset[str]:
    """The jobs of sources whose slot has not come, as the last run has left them.

    Where that is not known, or was under another schedule, a source is pulled.
    """
    if not any(source.schedule for source in sources):
        return frozenset()
    status = publishing.read_status(settings.state_folder) or {}
    waiting = {
        job["job"]
        for job in status.get("schedule", [])
        if settings.schedules.get(job["job"]) == job["schedule"]
        and settings.time_zone == job["time_zone"]
        and clock.parse_instant(job["next_slot_at"]) > now
    }
    return frozenset(job for source in sources if (job := source_job(source.name)) in waiting)


def _copy_spools(folder: Path, scratch: Path) -> None:
    """Copy the spools as they stand; a run beside this one may sweep a file in this moment."""
    if not (folder / FOLDER).is_dir():
        return

    def copied(source: str, target: str) -> None:
        try:
            shutil.copy2(source, target)
        except FileNotFoundError:
            return

    shutil.copytree(folder / FOLDER, scratch / FOLDER, copy_function=copied)


def sweep(connection: duckdb.DuckDBPyConnection, settings: Settings, pulled: Pulled) -> None:
    """Remove the files that were read to their end. The run that read them must be committed."""
    for (source, stream), spool in pulled.spools.items():
        files = () if stream in registry.SNAPSHOTS else spool.files()
        if not files:
            continue
        done = {
            mark.state
            for mark in loading.marks_of(connection, source, stream)
            if mark.fault is None and not mark.is_waiting
        }
        for path in _read_files(settings, files, done):
            path.unlink(missing_ok=True)


def _read_files(
    settings: Settings, files: list[str], done: set[tuple[str, str, int, int]]
) -> Iterator[Path]:
    for name in files:
        found = find(settings.folder / name, name)
        if found is not None and found.state in done:
            yield found.path
