"""Which formats a command takes: those of reports, or fewer."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from reconcile.errors import UsageWrong
from reconcile.reports.formats import Format


class TextFormat(StrEnum):
    """Formats of what is more than rows."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class RowFormat(StrEnum):
    """Formats of rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


_ENDINGS = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".md": Format.MARKDOWN,
    ".parquet": Format.PARQUET,
    ".txt": Format.TABLE,
}


def by_ending(form: Format | None, output: Path | None) -> Format:
    """The format asked for, or by the ending of the file. Raises UsageWrong for another ending."""
    if form is not None:
        return form
    if output is None:
        return Format.TABLE
    try:
        return _ENDINGS[output.suffix.lower()]
    except KeyError:
        raise UsageWrong(
            f"the ending of `{output}` tells no format", hint="name one with `--format`"
        ) from None
