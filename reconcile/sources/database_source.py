"""Kinds `postgresql`, `mariadb` and `sqlite`: tables of an Asterisk or of any system, pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from reconcile.databases import DatabaseFault, session
from reconcile.databases.places import place_of
from reconcile.errors import SourceUnreadable
from reconcile.sources.database_streams import Asked, stream_of
from reconcile.sources.table_pull import newest, pull_new, pull_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconcile.databases import DatabaseFile, Server, Session
    from reconcile.errors import Problem
    from reconcile.settings import Settings, Source
    from reconcile.settings.database_access import DatabaseAccess
    from reconcile.sources.spool import Spool


def pull(
    settings: Settings, source: Source, spools: Mapping[str, Spool], now: datetime
) -> dict[str, Problem]:
    """Add to each spool what its table has behind its watermark, or the table once it has changed.

    Returns the problems of single streams. Raises SourceUnreadable where the database lets nobody
    in, SettingInvalid where the password is not where it is to be.
    """
    problems: dict[str, Problem] = {}
    asked = Asked(settings, source, now)
    try:
        with session(source.kind, _place(settings, source)) as opened:
            for stream, spool in spools.items():
                try:
                    _pull(opened, asked, stream, spool)
                except DatabaseFault as fault:
                    problems[stream] = _problem(f"`{source.name}` gives no `{stream}`", fault)
    except DatabaseFault as fault:
        raise _problem(f"the database of `{source.name}` cannot be reached", fault) from fault
    return problems


def look(settings: Settings, source: Source, stream: str, now: datetime) -> list[str]:
    """What `check` says of a stream: by which column it is pulled, and whether that has an index.

    Raises SourceUnreadable, SettingInvalid.
    """
    try:
        with session(source.kind, _place(settings, source)) as opened:
            found = stream_of(opened, Asked(settings, source, now), stream)
            if found.watermark is None:
                return ["reachable, pulled as a whole whenever it has changed"]
            column = found.watermark.column
            told = [f"reachable, new rows are told by `{column}`"]
            if found.table is None:
                told.append(f"whether `{column}` has an index is up to the query")
            elif not opened.is_indexed(found.table, column):
                told.append(
                    f"warning: the column `{column}` of `{'.'.join(found.table)}` has no index, so "
                    "each run makes the server read the whole table: `create index` on it"
                )
            if found.has_no_linkedid:
                told.append(
                    "cannot be seen: which legs belong to one call, since the table has no "
                    "`linkedid`"
                )
            return told
    except DatabaseFault as fault:
        raise _problem("cannot be pulled", fault) from fault


def newest_lines(settings: Settings, source: Source, stream: str, now: datetime) -> bytes:
    """Some of the newest rows of a stream as they would be spooled, for `check`.

    Raises SourceUnreadable, SettingInvalid.
    """
    try:
        with session(source.kind, _place(settings, source)) as opened:
            found = stream_of(opened, Asked(settings, source, now), stream)
            if found.watermark is None:
                return b""
            return newest(opened, found.wanted, found.watermark, now)
    except DatabaseFault as fault:
        raise _problem("cannot be pulled", fault) from fault


def _place(settings: Settings, source: Source) -> Server | DatabaseFile:
    access = cast("DatabaseAccess", source.detail)
    return place_of(settings.folder, access, f"sources.{source.name}")


def _pull(opened: Session, asked: Asked, stream: str, spool: Spool) -> None:
    known = str(spool.position.get("column", ""))
    found = stream_of(opened, asked, stream, known=known)
    if found.watermark is None:
        pull_whole(opened, found.wanted, spool)
    else:
        pull_new(opened, found.wanted, found.watermark, spool, asked.now)


def _problem(what: str, fault: DatabaseFault) -> SourceUnreadable:
    return SourceUnreadable(f"{what}: {fault.what}", hint=fault.hint)
