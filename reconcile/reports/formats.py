"""The formats in which rows leave the program."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format of a report, by the word it is asked for with."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"
    PARQUET = "parquet"


ENDINGS = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".md": Format.MARKDOWN,
    ".parquet": Format.PARQUET,
    ".txt": Format.TABLE,
}
"""The ending of a file name tells its format."""


class ExportFormat(StrEnum):
    """A format of an export, by the word it is asked for with, which is the ending of its file."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"
    XLSX = "xlsx"


TEXT_EXPORTS = (ExportFormat.CSV, ExportFormat.NDJSON)
"""Those that stdout takes."""
