"""Make one audit file of the many of an hour and of a day that are over, and lose nothing by it.

The new file is renamed in beside those that it replaces; the newest version of a row counts, so a
reader who sees both sees nothing wrong. The replaced ones go a day later: whoever had listed the
folder by then has opened them, or will not. Killed at any step, the next time does the rest.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconcile import clock, database, scratch
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES
from reconcile.audit_files.writing import write_parquet
from reconcile.files_out import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

REPLACED_FILE = "replaced.json"
READERS_HAVE = timedelta(days=1)
"""How long a replaced file stays, by the clock, for readers that have listed it."""

_A_DAY = timedelta(days=1)
_HOURLY = re.compile(r"(?:run|hour)-(\d\d)-\d+\.parquet")
_LAST_RUN = re.compile(r"(\d+)\.parquet$")


def compact(folder: Path, since: datetime, now: datetime) -> list[str]:
    """Make one file of each hour since `since` that is over at `now`, and of each day that is.

    `folder` is that of the state, whose lock must be held. Returns what is wrong, a line for each
    damaged file that was put aside. Raises OSError or an error of DuckDB where nothing can be
    written; what was there before is then there still.
    """
    audit = folder / AUDIT_FOLDER
    replaced = _read_replaced(audit)
    gone = {name for names in replaced.values() for name in names}
    damaged: list[str] = []
    replaced_now: list[str] = []
    with database.connect(":memory:") as connection:
        for place in _places(audit, since, now):
            for kind, names in _groups(place, now, {path.name for path in _listed(place)}).items():
                left = [name for name in names if _key(audit, place / name) not in gone]
                found = _compact(connection, place, kind, left, damaged)
                replaced_now += [_key(audit, place / name) for name in found]
    present = clock.utc_now()
    if replaced_now:
        at = clock.as_text(present)
        replaced[at] = sorted({*replaced.get(at, ()), *replaced_now})
    _remove(audit, replaced, present)
    return damaged


def _places(audit: Path, since: datetime, now: datetime) -> Iterator[Path]:
    """The folders of these days, of each table."""
    day = since.date()
    while day <= now.date():
        for name in AUDIT_TABLES:
            place = audit / name / f"date={day}"
            if place.is_dir():
                yield place
        day += _A_DAY


def _groups(place: Path, now: datetime, names: set[str]) -> dict[str, list[str]]:
    """The files of which one is to be made, by what that is: `hour-10`, then `day`."""
    groups: dict[str, list[str]] = defaultdict(list)
    if place.name < f"date={now:%Y-%m-%d}":
        groups["day"] = sorted(names)
        return groups
    for name in sorted(names):
        found = _HOURLY.fullmatch(name)
        if found and found[1] < f"{now:%H}":
            groups[f"hour-{found[1]}"].append(name)
    return groups


def _compact(
    connection: duckdb.DuckDBPyConnection,
    place: Path,
    kind: str,
    names: list[str],
    damaged: list[str],
) -> list[str]:
    """Make one file of these; give the names of those that it replaces."""
    if len(names) <= 1:
        return []
    beside = place.parent / ".compact.parquet.new"
    try:
        _write(connection, place, names, beside)
    except Exception:
        aside = [name for name in names if not _is_readable(connection, place / name)]
        if not aside:
            raise
        for name in aside:
            (place / name).replace(place / f"{name}.damaged")
            damaged.append(f"`{place / name}` cannot be read; it is now `{name}.damaged`")
        return _compact(connection, place, kind, [n for n in names if n not in aside], damaged)
    last_run = max(int(found[1]) for name in names if (found := _LAST_RUN.search(name)))
    target = f"{kind}-{last_run:010}.parquet"
    beside.replace(place / target)
    return [name for name in names if name != target]


def _write(
    connection: duckdb.DuckDBPyConnection, place: Path, names: list[str], beside: Path
) -> None:
    # Distinct: what a killed publishing had brought in came once more with the next one.
    files = ", ".join(f"'{scratch.in_text(str(place / name))}'" for name in names)
    select = (
        f"select distinct * from read_parquet([{files}], "  # noqa: S608 - names of our own files
        "hive_partitioning = false, union_by_name = true)"
    )
    write_parquet(connection, select, beside, is_synced=True)


def _is_readable(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    try:
        connection.execute(
            "select count(columns(*)) from read_parquet($1, hive_partitioning = false)", [str(path)]
        ).fetchall()
    except Exception:  # whatever it is, this file is the one
        return False
    return True


def _listed(place: Path) -> Iterator[Path]:
    return place.glob("[!.]*.parquet")


def _key(audit: Path, path: Path) -> str:
    return str(path.relative_to(audit))


def _read_replaced(audit: Path) -> dict[str, list[str]]:
    """The replaced files that are still there, by the instant at which they were replaced.

    Where that cannot be read they stay for good: a file too many does no harm.
    """
    try:
        found: Any = json.loads((audit / REPLACED_FILE).read_text(encoding="utf-8"))
        return {str(at): [str(name) for name in names] for at, names in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remove(audit: Path, replaced: dict[str, list[str]], now: datetime) -> None:
    """Remove what readers have had time for, and keep in mind the rest."""
    kept = {}
    for at, names in replaced.items():
        if clock.parse_instant(at) + READERS_HAVE > now:
            kept[at] = names
            continue
        for name in names:
            (audit / name).unlink(missing_ok=True)
    write_whole(audit / REPLACED_FILE, json.dumps(kept, indent=1))
