"""Bring back the directory and the do-not-call lists as they stood for a past run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reconcile import queries
from reconcile.audit_files.reading import fill
from reconcile.audit_files.tables import AUDIT_TABLES

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

CHANGES = {"contacts": "contact_changes", "do_not_call": "do_not_call_changes"}
"""The tables of `kept` that hold them, each with the one of what new files have changed."""
_BRING_BACK = {
    "contacts": "commands.bring_back_contacts",
    "do_not_call": "commands.bring_back_do_not_call",
}

_LATER = datetime.max  # noqa: DTZ901 - without a zone, as all times here
_A_DAY = timedelta(days=1)


def bring_back(
    connection: duckdb.DuckDBPyConnection,
    published: str,
    state_folder: Path,
    *,
    run_id: int,
    run_at: datetime,
) -> None:
    """Fill `kept.contacts` and `kept.do_not_call`, which are empty, with what the run knew.

    Those of now are read from the database `published`, the read copy; what changed since stands
    there, or of older days in the audit files. Before the version of the program that first kept
    changes they did not change: see `is_known`.
    """
    params: dict[str, object] = {"run_id": run_id}
    for name, changes in CHANGES.items():
        table = AUDIT_TABLES[changes]
        fill(
            connection, table, table.relation, published=published, state_folder=state_folder,
            condition="changed_run > $run_id", params=params,
            since=run_at - _A_DAY, until=_LATER,
        )  # fmt: skip
        connection.execute(f"create temp table present_{name} as from {published}.kept.{name}")
        queries.run(connection, _BRING_BACK[name], params)
        connection.execute(f"drop table temp.present_{name}")


def is_known(connection: duckdb.DuckDBPyConnection, run_id: int) -> bool:
    """Whether each run after this one kept what it changed of directory and lists."""
    found = connection.execute(
        "select not exists (from ops.runs where run_id > $1 and unread is null)", [run_id]
    ).fetchall()
    return bool(found[0][0])
