"""What the settings say of a source, brought to the arguments of its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.settings import AsteriskLogs, TableFiles
from reconcile.settings.mluvii import MluviiSource
from reconcile.settings.table_selects import TableSelects
from reconcile.sources import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconcile.settings import Settings, Source
    from reconcile.sources.batch import Batch, StoredRow
    from reconcile.sources.marks import Mark
    from reconcile.sources.spool import Spool


def streams(source: Source) -> list[str]:
    """The streams that the settings of a source ask for, in the order in which they are read."""
    detail = source.detail
    if isinstance(detail, AsteriskLogs):
        wanted = {"queue_log": detail.queue_log, "cdr": detail.cdr, "cel": detail.cel}
        return [stream for stream, files in wanted.items() if files is not None]
    if isinstance(detail, TableSelects):
        return [detail.gives]
    if isinstance(detail, MluviiSource):
        return list(detail.gives)
    return list(registry.STREAMS[source.kind])


def batches(
    settings: Settings,
    source: Source,
    stream: str,
    *,
    marks: Iterable[Mark] = (),
    fingerprint: str | None = None,
    stored_rows: Callable[[Iterable[str]], list[StoredRow]] | None = None,
    spool: Spool | None = None,
) -> Iterator[Batch]:
    """Read one stream on from its marks; without any, from the beginning.

    A stream of a remote source is read from its `spool`, which must hold a file.
    """
    read = registry.reader(source.kind, stream)
    own, patterns = _own_arguments(source, stream)
    if spool is not None:
        patterns = spool.files()
    is_snapshot = stream in registry.SNAPSHOTS
    if not is_snapshot:
        own |= {"source": source.name}
    if not isinstance(source.detail, AsteriskLogs):
        own |= {"fingerprint": fingerprint}
    if stream == "calls":
        own |= {"stored_rows": stored_rows}
    if is_snapshot:
        return read(patterns, folder=settings.folder, **own)
    return read(patterns, marks, folder=settings.folder, **own)


def _own_arguments(source: Source, stream: str) -> tuple[dict[str, Any], str | list[str]]:
    """What only this stream takes, and the pattern of its files, if it has files of its own."""
    detail = source.detail
    if isinstance(detail, AsteriskLogs):
        files = {"cdr": detail.cdr, "cel": detail.cel}.get(stream)
        if files is None:
            return {}, str(detail.queue_log or "")
        pattern = getattr(files, "path", "")  # a table has none
        return {"columns": files.columns, "time_zone": files.time_zone}, pattern
    from reconcile.sources.table_form import TableForm  # noqa: PLC0415 - not for Asterisk's logs

    if isinstance(detail, TableSelects):
        own: dict[str, Any] = {"form": TableForm("csv"), "select": detail.select}
        if isinstance(detail, TableFiles):
            own["form"] = TableForm(
                detail.format,
                encoding=detail.encoding,
                delimiter=detail.delimiter,
                has_header=detail.header,
            )
        if stream == "calls":
            own["fold_key"] = detail.fold_key
        return own, detail.path if isinstance(detail, TableFiles) else ""
    if isinstance(detail, MluviiSource):
        from reconcile.sources import mluvii  # noqa: PLC0415 - only where something was pulled

        shipped = {"form": TableForm("ndjson"), "select": mluvii.select(detail, stream)}
        return shipped | ({"fold_key": mluvii.FOLD_KEY} if stream == "calls" else {}), []
    return {"form": TableForm(detail.format), "select": detail.results}, detail.path
