"""Keys of a source with a select of the user that are wrong, or hardly meant, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from reconcile.settings.sources import TableFiles
from reconcile.settings.table_selects import SELECTS

if TYPE_CHECKING:
    from reconcile.settings.database_tables import OwnTable
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath
    from reconcile.settings.table_selects import TableSelects


def find(table: TableSelects, path: KeyPath, findings: Findings) -> None:
    """Look for contradictions among the keys of one source."""
    if any(findings.are_against((*path, name)) for name in SELECTS):
        return
    given = [f"`{name}`" for name in SELECTS if getattr(table, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of `contacts`, `calls` and `do_not_call`"
        findings.error(path, f"has {found}, expected one of them: a source gives one thing")
    if table.fold_key is not None and table.calls is None:
        findings.error((*path, "fold_key"), "needs `calls`, for only calls are folded")
    if isinstance(table, TableFiles):
        _files(table, path, findings)
    elif len(given) == 1:
        _own(cast("OwnTable", table), path, findings)


def _files(table: TableFiles, path: KeyPath, findings: Findings) -> None:
    is_default = (table.encoding, table.delimiter, table.header) == ("utf-8", ",", True)
    if table.format not in {"csv", ""} and not is_default:
        findings.warning(
            path,
            f"has `encoding`, `delimiter` or `header` without effect: its format is {table.format}",
        )


def _own(table: OwnTable, path: KeyPath, findings: Findings) -> None:
    if (table.table is None) == (table.query is None):
        found = "neither `table` nor" if table.table is None else "both `table` and"
        findings.error(path, f"has {found} `query`, expected one of them")
    if table.calls is not None and table.query is not None and table.watermark is None:
        findings.error(
            path, "lacks `watermark`, the column by which new rows of a `query` are told"
        )
    if table.calls is None and table.watermark is not None:
        findings.warning(
            (*path, "watermark"), "has no effect: contacts and lists are pulled as a whole"
        )
