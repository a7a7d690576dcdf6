"""How the files of a table are written, and which parser reads their lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from reconcile.errors import SettingInvalid
from reconcile.sources.table_input import delimited_parser, ndjson_parser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.sources.forward import Parse
    from reconcile.sources.marks import Mark

_ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "json",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class TableForm:
    """How the files of a table are written: `format` is csv, ndjson, json or parquet."""

    format: str
    encoding: str = "utf-8"
    delimiter: str = ","
    has_header: bool = True

    @property
    def is_read_forward(self) -> bool:
        """Whether lines can be added to a file of that format."""
        return self.format in {"csv", "ndjson"}

    def parser(self, marks: Iterable[Mark] = ()) -> Parse:
        """The parser of its lines, for the formats that have lines, beginning at these marks."""
        if self.format == "csv":
            return delimited_parser(self.delimiter, has_header=self.has_header)
        return ndjson_parser(
            list(dict.fromkeys(name for mark in marks for name in mark.header or ()))
        )


def format_of(path: str) -> str:
    """The format that the ending of a path (`.csv`, `.ndjson.gz`) tells.

    Raises SettingInvalid when it tells none.
    """
    suffixes = [suffix for suffix in PurePath(path).suffixes if suffix != ".gz"]
    name = suffixes[-1].rstrip("*").lower() if suffixes else ""
    if name not in _ENDINGS:
        raise SettingInvalid(
            f"the ending of `{path}` tells no format, expected one of {', '.join(_ENDINGS)}",
            hint="say it with `format`",
        )
    return _ENDINGS[name]
