"""Keys of the logs of one Asterisk that are wrong, or hardly meant, together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.settings.asterisk_logs import AsteriskLogs, CdrFile, CelFile, Mark
    from reconcile.settings.database_tables import CdrTable, CelTable
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_MARKS = ("dialled_number", "attempt_key")


def find(logs: AsteriskLogs, path: KeyPath, findings: Findings) -> None:
    """Look for contradictions among the logs of the source at `path`."""
    if any(findings.are_against((*path, name)) for name in ("queue_log", "cdr", "cel")):
        return
    if logs.queue_log is None and not logs.shows_channels:
        findings.error(
            path, "has neither `queue_log` nor `cdr` nor `cel`, expected at least one of them"
        )
    for name, files, marks in (
        ("cdr", logs.cdr, {key: getattr(logs, key) for key in _MARKS}),
        ("cel", logs.cel, {f"cel_{key}": getattr(logs, f"cel_{key}") for key in _MARKS}),
    ):
        _columns(marks, files, path, name, findings)
    if not logs.shows_channels:
        if logs.menus:
            findings.warning(
                (*path, "menus"),
                "has no effect without `cdr` or `cel`, which alone tell of menus",
            )
        return
    if logs.incoming is None:
        findings.warning(path, "lacks `incoming`, so only calls of queues count as incoming")
    if not logs.trunks:
        findings.warning(
            path, "lacks `trunks`, so outgoing calls are not seen and no such talk ends an episode"
        )


def _columns(
    marks: Mapping[str, Mark | None],
    files: CdrFile | CdrTable | CelFile | CelTable | None,
    path: KeyPath,
    name: str,
    findings: Findings,
) -> None:
    """Refuse a mark that is looked for in a column which the files do not have."""
    for key, mark in marks.items():
        if mark is None:
            continue
        if files is None:
            findings.error((*path, key), f"needs `{name}`, for its column stands there")
        elif mark.column is not None and mark.column not in files.columns:
            findings.error(
                (*path, key),
                f"looks in column `{mark.column}`, which `{name}.columns` does not have",
            )
