"""Publish what changed for readers: audit files in Parquet, the read copy, the last run in brief.

Readers never open the state. They hold what they have opened for as long as they like, since every
file here is replaced by a rename.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import database, faults
from reconcile.database import READ_FILE, STATE_FILE
from reconcile.files_out import write_whole

if TYPE_CHECKING:
    import duckdb

AUDIT_FOLDER = "audit"
PUBLISHED_FILE = database.PUBLISHED_FILE
STATUS_FILE = "status.json"
IDLE_FILE = "idle_runs.ndjson"
"""Rows of `ops.runs` since the last publishing: a run that changes nothing publishes none."""

# Tables whose rows carry the run that last changed them; each becomes a folder of audit files.
AUDIT_TABLES = {
    "calls": "kept.calls",
    "dropped_calls": "kept.dropped_calls",
    "episodes": "kept.episodes",
    "attempts": "kept.attempts",
    "decisions": "kept.decisions",
    "commands": "kept.commands",
    "copies": "kept.copies",
    "witnesses": "kept.witnesses",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """Audit files written under temporary names, to be renamed in."""

    files: tuple[tuple[Path, Path], ...]
    run_id: int


def published_run(folder: Path) -> int:
    """The last run whose changes readers can see; 0 when there is none yet."""
    if not (folder / READ_FILE).exists():
        return 0
    try:
        return int(json.loads((folder / PUBLISHED_FILE).read_text(encoding="utf-8"))["run_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def write_audit_files(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, run_id: int, now: datetime
) -> Pending:
    """Write what changed since the last publishing as Parquet, one small file a table.

    Hive folders by the date of the run; rows are versions: the newest `changed_run` of a key
    counts.
    """
    after = published_run(folder)
    changed = {name: f"{table} where changed_run > {after}" for name, table in AUDIT_TABLES.items()}
    # Every version of the settings, for a decision of long ago names one of long ago: a few rows.
    if _has_new_settings(connection, folder, after):
        changed["settings"] = "ops.settings"
    files = []
    for name, rows in changed.items():
        found = connection.execute(f"select count(*) from {rows}").fetchall()  # noqa: S608 - ours
        if not found[0][0]:
            continue
        target = folder / AUDIT_FOLDER / name / f"date={now:%Y-%m-%d}" / f"run-{run_id:010}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        # The same name each time, so that a kill leaves one file at most.
        beside = folder / AUDIT_FOLDER / name / ".run.parquet.new"
        place = str(beside).replace("'", "''")
        connection.execute(
            f"copy (select * from {rows}) "  # noqa: S608
            f"to '{place}' (format parquet, compression zstd)"
        )
        files.append((beside, target))
    return Pending(tuple(files), run_id)


def _has_new_settings(connection: duckdb.DuckDBPyConnection, folder: Path, after: int) -> bool:
    if not (folder / AUDIT_FOLDER / "settings").is_dir():
        return True
    new = connection.execute(
        "select count(*) from ops.settings where first_run_at in "
        "(select run_at from ops.runs where run_id > $1)",
        [after],
    ).fetchall()
    return bool(new[0][0])


def publish(folder: Path, pending: Pending) -> None:
    """Rename the audit files in and replace the read copy. The state must be closed, the lock held.

    A kill in between leaves `published.json` behind, and the next run publishes again, over the
    same temporary names: no half-written copy stays.
    """
    for beside, target in pending.files:
        beside.replace(target)
    publish_copy(folder)
    write_whole(folder / PUBLISHED_FILE, json.dumps({"run_id": pending.run_id}))


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
    for name in (STATE_FILE, READ_FILE, PUBLISHED_FILE, STATUS_FILE, faults.FAULTS_FILE):
        for left in folder.glob(f".{name}.*"):
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
