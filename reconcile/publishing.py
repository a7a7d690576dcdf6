"""Publish what changed for readers: audit files in Parquet, the read copy, the last run in brief.

Readers never open the state. They hold what they have opened for as long as they like, since every
file here is replaced by a rename.
"""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import clock, database, faults
from reconcile.audit_files import compacting, views, writing
from reconcile.audit_files.tables import AUDIT_FOLDER
from reconcile.database import READ_FILE, STATE_FILE
from reconcile.files_out import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.writing import Pending

PUBLISHED_FILE = database.PUBLISHED_FILE
STATUS_FILE = "status.json"
ALERTS_FILE = "alerts.json"
IDLE_FILE = "idle_runs.ndjson"
"""Rows of `ops.runs` since the last publishing: a run that changes nothing publishes none."""


def published_run(folder: Path) -> int:
    """The last run whose changes readers can see; 0 when there is none yet."""
    if not (folder / READ_FILE).exists():
        return 0
    try:
        return int(_published(folder)["run_id"])
    except (ValueError, KeyError, TypeError):
        return 0


def prepare(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, run_id: int, now: datetime
) -> Pending:
    """Write what changed since the last publishing under temporary names, for `publish`."""
    after = published_run(folder)
    pending = writing.write_changes(connection, folder, after=after, run_id=run_id, now=now)
    views.keep(connection, folder)
    return pending


def publish(folder: Path, pending: Pending) -> list[str]:
    """Rename the audit files in and replace the read copy. The state must be closed, the lock held.

    The first publishing after an hour or a day makes one audit file of the many of it. Gives lines
    that tell what was wrong with that.
    A kill in between leaves `published.json` behind, and the next run publishes again, over the
    same temporary names: no half-written copy stays.
    """
    pending.rename_in()
    publish_copy(folder)
    hour = pending.now.replace(minute=0, second=0, microsecond=0)
    since = _hour_of(folder) or hour
    _note_published(folder, pending.run_id, since)
    if since == hour:
        return []
    try:
        lines = compacting.compact(folder, since, hour)
    except Exception as error:  # of whatever kind, nothing is lost and the run goes on
        return [
            f"the audit files of past hours cannot be put together: {str(error).splitlines()[0]}",
            "They stay as they are, and the next run that publishes tries again",
        ]
    _note_published(folder, pending.run_id, hour)
    return lines


def _note_published(folder: Path, run_id: int, hour: datetime) -> None:
    """Note the run that readers see, and the hour up to which audit files are put together."""
    noted = {"run_id": run_id, "hour": clock.as_text(hour)}
    write_whole(folder / PUBLISHED_FILE, json.dumps(noted))


def _hour_of(folder: Path) -> datetime | None:
    try:
        return clock.parse_instant(_published(folder)["hour"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _published(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / PUBLISHED_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def publish_copy(folder: Path) -> None:
    """Replace the read copy alone. The state must be closed, the lock held."""
    beside_copy = folder / f".{READ_FILE}.new"
    try:
        shutil.copyfile(folder / STATE_FILE, beside_copy)
        beside_copy.replace(folder / READ_FILE)
    except OSError:
        beside_copy.unlink(missing_ok=True)  # a part of a copy would keep a full disk full
        raise
    (folder / IDLE_FILE).unlink(missing_ok=True)


def sweep_leftovers(folder: Path) -> None:
    """Remove what killed runs left half-written beside the state. The lock must be held."""
    beside = (STATE_FILE, READ_FILE, PUBLISHED_FILE, STATUS_FILE, ALERTS_FILE, faults.FAULTS_FILE)
    places = [folder / name for name in beside]
    audit = (compacting.REPLACED_FILE, views.SCHEMA_FILE, views.VIEWS_FILE)
    places += [folder / AUDIT_FOLDER / name for name in audit]
    for place in places:
        for left in place.parent.glob(f".{place.name}.*"):
            left.unlink(missing_ok=True)


def add_idle_run(folder: Path, row: dict[str, Any]) -> None:
    """Add the row of a run that changed nothing to what readers see, at the cost of a line."""
    values = {
        name: value.isoformat(sep=" ") if isinstance(value, datetime) else value
        for name, value in row.items()
    }
    with (folder / IDLE_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(values) + "\n")


def write_status(folder: Path, status: dict[str, Any]) -> None:
    """Write the last run in brief, for `status` and for monitors."""
    write_whole(folder / STATUS_FILE, json.dumps(status, indent=1))


def read_status(folder: Path) -> dict[str, Any] | None:
    """The last run in brief, or None before the first."""
    try:
        status = json.loads((folder / STATUS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return status if isinstance(status, dict) else None
