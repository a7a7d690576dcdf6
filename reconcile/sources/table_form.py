"""How the files of a table are written, and which parser reads their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.sources.table_input import delimited_parser, ndjson_parser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconcile.sources.forward import Parse
    from reconcile.sources.marks import Mark


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
