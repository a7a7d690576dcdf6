"""Files that commands are written to, against all that is read and kept: none may be both."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import TYPE_CHECKING

from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.literals import literal
from reconcile.settings.mluvii import MluviiSource
from reconcile.settings.sinks import FileSink
from reconcile.settings.sources import TableFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings
    from reconcile.settings.sources import Source


def find(settings: Settings, findings: Findings) -> None:
    """Refuse a sink whose file is read by a source, kept by the program, or of another sink."""
    taken: dict[str, str] = {}
    for sink in settings.sinks:
        path = ("sinks", sink.name, "path")
        if not isinstance(sink.detail, FileSink) or not sink.detail.path:
            continue  # a path with a fault is told of already
        written = sink.detail.path
        place = _place(settings, written)
        for key, pattern in _read(settings):
            if _fits(place, _place(settings, pattern)):
                findings.error(
                    path,
                    f"is `{literal(written)}`, which `{key}` reads: commands would be written into "
                    "what is read, expected a file of its own",
                )
                break
        if _is_inside(place, _place(settings, settings.state)):
            findings.error(
                path,
                f"is `{literal(written)}`, which lies in the folder of the state, expected a place "
                "outside it",
            )
        if place in taken:
            findings.error(
                path,
                f"is `{literal(written)}`, to which the sink `{taken[place]}` writes as well, "
                "expected a file of its own: what has arrived is looked for in it",
            )
        taken.setdefault(place, sink.name)


def _read(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each key that names files to be read, and these files; the settings file is one of them."""
    yield settings.file.name, str(settings.file)
    for source in settings.sources:
        for key, pattern in _read_of(source):
            yield f"sources.{source.name}.{key}", pattern


def _read_of(source: Source) -> Iterator[tuple[str, str]]:
    detail = source.detail
    if isinstance(detail, AsteriskLogs):
        if detail.queue_log:
            yield "queue_log", detail.queue_log
        for name, files in (("cdr", detail.cdr), ("cel", detail.cel)):
            if files is not None and files.path:
                yield f"{name}.path", files.path
        return
    if isinstance(detail, MluviiSource):
        return
    if detail.path:
        yield "path", detail.path
    if isinstance(detail, TableFiles):
        if detail.select:
            yield detail.gives, detail.select
    elif detail.results:
        yield "results", detail.results


def _place(settings: Settings, written: str) -> str:
    """Where a path leads, links followed."""
    return os.path.realpath(settings.folder / written)


def _fits(place: str, pattern: str) -> bool:
    """Whether a path is one that a pattern of a source matches: `*` stays within one folder."""
    if place == pattern:
        return True
    parts, wanted = PurePath(place).parts, PurePath(pattern).parts
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _is_inside(place: str, folder: str) -> bool:
    return PurePath(place).is_relative_to(folder)
