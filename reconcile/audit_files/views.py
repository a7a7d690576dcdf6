"""Tell other tools what stands in the audit files: `schema.json` for programs, `views.sql` for SQL.

Both are written anew when the version, the place or the tables that have files change.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconcile import __version__, scratch
from reconcile.audit_files.tables import AUDIT_FOLDER, AUDIT_TABLES, SCHEMA_VERSION
from reconcile.files_out import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from reconcile.audit_files.tables import AuditTable

SCHEMA_FILE = "schema.json"
VIEWS_FILE = "views.sql"

_HEAD = """\
-- The audit files of reconcile as tables for DuckDB, the newest version of each row:
--     duckdb -init views.sql
-- `NAME_versions` has all versions; the newest `changed_run` of a key counts. Times are UTC.
-- Written by reconcile {version}; form of the files: version {schema_version}.
"""


def keep(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write both files where they are not as they should be; `folder` is that of the state."""
    audit = folder / AUDIT_FOLDER
    filled = [name for name in AUDIT_TABLES if (audit / name).is_dir()]
    head = {
        "version": SCHEMA_VERSION,
        "program": __version__,
        "folder": str(audit.absolute()),
        "with_files": filled,
    }
    if not filled or _known(audit) == head:
        return
    columns = {table.name: _columns(connection, table) for table in AUDIT_TABLES.values()}
    write_whole(audit / VIEWS_FILE, views_sql(audit, columns, filled))
    tables = {
        table.name: {"key": table.key, "columns": columns[table.name]}
        for table in AUDIT_TABLES.values()
    }
    write_whole(audit / SCHEMA_FILE, json.dumps({**head, "tables": tables}, indent=1) + "\n")


def views_sql(audit: Path, columns: dict[str, dict[str, str]], filled: list[str]) -> str:
    """Write two views for each table; one without files yet is empty and has its columns."""
    parts = [_HEAD.format(version=__version__, schema_version=SCHEMA_VERSION)]
    for table in AUDIT_TABLES.values():
        rows = _no_rows(columns[table.name])
        if table.name in filled:
            pattern = scratch.in_text(str(audit.absolute() / table.name / "*" / "*.parquet"))
            rows = (
                f"select *\nfrom read_parquet(\n    '{pattern}',\n"
                "    hive_partitioning = true, union_by_name = true\n)"
            )
        parts.append(
            f"create or replace view {table.name}_versions as\n{rows};\n\n"
            f"create or replace view {table.name} as\nselect *\nfrom {table.name}_versions\n"
            f"qualify row_number() over (\n    partition by {', '.join(table.key)}\n"
            "    order by changed_run desc\n) = 1;\n"
        )
    return "\n".join(parts)


def _known(audit: Path) -> dict[str, Any] | None:
    """The head of the present `schema.json`; None where there is none to be read."""
    if not (audit / VIEWS_FILE).is_file():
        return None
    try:
        found = json.loads((audit / SCHEMA_FILE).read_text(encoding="utf-8"))
        return {name: value for name, value in found.items() if name != "tables"}
    except (OSError, ValueError, AttributeError):
        return None


def _columns(connection: duckdb.DuckDBPyConnection, table: AuditTable) -> dict[str, str]:
    found = connection.execute(
        f"describe select {table.columns} from {table.relation}"  # noqa: S608 - our own names
    ).fetchall()
    return {name: kind.lower() for name, kind, *_ in found}


def _no_rows(columns: dict[str, str]) -> str:
    nulls = ",\n    ".join(f"null::{kind} as {name}" for name, kind in columns.items())
    return f"select\n    {nulls},\n    null::date as date\nwhere false"
