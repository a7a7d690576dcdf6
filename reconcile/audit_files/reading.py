"""Find the newest version of each row of a table, in its audit files and beside them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.tables import AuditTable

FILES = "read_parquet($files, hive_partitioning = false, union_by_name = true)"
"""The rows of audit files of whatever version, given as the parameter `files`."""
_A_DAY = timedelta(days=1)


def table_named(name: str) -> AuditTable:
    """The table of that name, hyphens or underscores. Raises UsageWrong when there is none."""
    found = AUDIT_TABLES.get(name.replace("-", "_"))
    if found is None:
        raise UsageWrong(
            f"there are no audit files `{name}`",
            hint="there are " + ", ".join(f"`{known}`" for known in AUDIT_TABLES),
        )
    return found


def patterns(folder: Path, since: datetime, until: datetime) -> list[str]:
    """The folders of audit files of these days below that of a table, as patterns."""
    first, last = f"date={since:%Y-%m-%d}", f"date={until:%Y-%m-%d}"
    return [
        str(day / "*.parquet")
        for day in sorted(folder.glob("date=*"))
        if first <= day.name <= last and any(day.glob("*.parquet"))
    ]


def select(
    connection: duckdb.DuckDBPyConnection,
    table: AuditTable,
    state_folder: Path,
    *,
    from_at: datetime,
    to_at: datetime,
    has_all_versions: bool = False,
) -> tuple[str, dict[str, object]]:
    """The select of the rows whose time lies in the period, in its order, and its parameters.

    The newest version of each, or all of them. `connection` is that of the read copy, which has
    what idle runs have brought since, and what was there before there were audit files of it.
    """
    here = f"select {table.columns} from {table.relation}"  # noqa: S608 - names of our own
    params: dict[str, object] = {"from_at": from_at, "to_at": to_at}
    # A row is written by a run after the time it tells of; two clocks may differ a little.
    since = from_at if from_at - datetime.min < _A_DAY else from_at - _A_DAY  # noqa: DTZ901
    places = patterns(state_folder / AUDIT_FOLDER / table.name, since, datetime.max)  # noqa: DTZ901
    rows = here
    if places:
        params["files"] = places
        shared = shared_columns(connection, here, places)
        rows = f"{here} union all by name select {shared} from {FILES}"  # noqa: S608
    of_each = f"select * from versions qualify {table.is_newest}"  # noqa: S608
    if has_all_versions:
        of_each = "select distinct * from versions"
    text = (
        f"with versions as ({rows}), found as ({of_each}) select * from found "  # noqa: S608 - ours
        f"where {table.instant} >= $from_at and {table.instant} < $to_at "
        f"order by {table.instant}, {', '.join(table.key)}, changed_run"
    )
    return text, params


def shared_columns(connection: duckdb.DuckDBPyConnection, select: str, files: list[str]) -> str:
    """What the files, of whatever version, have of the columns of a select."""
    known = {name for name, *_ in connection.execute(f"describe {select}").fetchall()}
    found = connection.execute(
        f"describe select * from {FILES}",  # noqa: S608 - our own text
        {"files": files},
    ).fetchall()
    return ", ".join(name for name, *_ in found if name in known)


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: AuditTable,
    place: str,
    *,
    published: str,
    state_folder: Path,
    condition: str,
    params: dict[str, object],
    since: datetime,
    until: datetime,
) -> None:
    """Fill the table at `place` with the rows for which a condition holds, as they stood by then.

    They come from the read copy, the database `published`; of others the newest version comes from
    the audit files of these days.
    """
    connection.execute(
        f"insert into {place} by name from {published}.{table.relation} where {condition}", params
    )
    files = patterns(state_folder / AUDIT_FOLDER / table.name, since, until)
    add_versions(connection, files, table, place, condition=condition, params=params)


def add_versions(
    connection: duckdb.DuckDBPyConnection,
    files: list[str],
    table: AuditTable,
    place: str,
    *,
    condition: str = "true",
    params: dict[str, object] | None = None,
) -> None:
    """Add the newest version in audit files of each row that is not yet in the table at `place`."""
    if not files:
        return
    shared = shared_columns(connection, f"from {place}", files)
    same = " and ".join(f"here.{part} = versions.{part}" for part in table.key)
    connection.execute(
        f"insert into {place} by name select versions.* from ("  # noqa: S608 - our names
        f"select {shared} from {FILES} where {condition} qualify {table.is_newest}"
        f") as versions where not exists (select 1 from {place} as here where {same})",
        {**(params or {}), "files": files},
    )
