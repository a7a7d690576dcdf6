"""The format of a file by the ending of its path, where the settings leave it out."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from reconcile.settings.sinks import FileSink
from reconcile.settings.sources import ResultFiles, TableFiles

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_READ = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
}
_COMPRESSED = ".gz"
_WRITTEN = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
_ENDINGS: dict[type, dict[str, str]] = {
    TableFiles: _READ,
    ResultFiles: _READ,
    FileSink: _WRITTEN,
}


def fill_format(table: type, found: dict[str, Any], path: KeyPath, findings: Findings) -> None:
    """Put the format in force into the keys found, or note that the ending does not tell it."""
    endings = _ENDINGS.get(table, {})
    if not endings or found["format"] or found["path"] is None:
        return
    if findings.are_against((*path, "format")):
        return
    ending = PurePath(found["path"].lower().removesuffix(_COMPRESSED)).suffix
    if ending in endings:
        found["format"] = endings[ending]
        return
    words = "`, `".join(dict.fromkeys(endings.values()))
    findings.error(
        path, f"lacks `format`, which its `path` does not tell, expected one of `{words}`"
    )
