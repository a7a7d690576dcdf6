"""A folder with the files and the select of a `table` source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.sources.batch import StoredRow
from reconcile.sources.canonical import CALLS
from reconcile.sources.table import read_calls, read_contacts
from reconcile.sources.table_form import TableForm

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.sources.batch import Batch, Contact
    from reconcile.sources.marks import Mark

_VALUES = [column.name for column in CALLS.columns if column.name != "known_at"]
CALL = ("source", "file", "line", "known_at", "content_hash", *_VALUES)


class TableFolder:
    """Reads as the runs of a source do, with marks, kept rows and fingerprint."""

    def __init__(self, path: Path, form: TableForm, *, fold_key: str | None = None) -> None:
        self.path = path
        self.form = form
        self.fold_key = fold_key
        self.marks: tuple[Mark, ...] = ()
        self.fingerprint: str | None = None
        self.kept: list[StoredRow] = []
        self.batches: list[Batch] = []

    def write(self, name: str, data: str | bytes) -> None:
        with (self.path / name).open("ab") as file:
            file.write(data.encode(self.form.encoding) if isinstance(data, str) else data)

    def select(self, text: str, name: str = "calls.sql") -> None:
        (self.path / name).write_text(text)

    def run(self, pattern: str, batch_lines: int = 20_000) -> list[dict[str, Any]]:
        """The calls of one run; its batches stay to be looked at."""
        self.batches = []
        for batch in read_calls(
            pattern,
            self.marks,
            folder=self.path,
            source="crm",
            select="calls.sql",
            form=self.form,
            fold_key=self.fold_key,
            stored_rows=self._stored,
            fingerprint=self.fingerprint,
            batch_lines=batch_lines,
        ):
            self.batches.append(batch)
            self.marks = self.marks if batch.marks is None else batch.marks
            self.fingerprint = batch.fingerprint or self.fingerprint
            for load in batch.loads:
                if load.table == "raw.table_rows":
                    self.kept += [StoredRow(*row[1:]) for row in load.rows]
        return [
            dict(zip(CALL, row, strict=True))
            for batch in self.batches
            for load in batch.loads
            if load.table == "raw.table_calls"
            for row in load.rows
        ]

    def contacts(self, pattern: str) -> tuple[Contact, ...] | None:
        """The directory that one run gives."""
        self.batches = list(
            read_contacts(
                pattern,
                folder=self.path,
                select="contacts.sql",
                form=self.form,
                fingerprint=self.fingerprint,
            )
        )
        [batch] = self.batches
        self.fingerprint = batch.fingerprint or self.fingerprint
        return batch.contacts

    def rejects(self) -> list[tuple[str, int, str]]:
        return [
            (each.file, each.line, each.reason) for batch in self.batches for each in batch.rejected
        ]

    def faults(self) -> list[str]:
        return [fault.what for batch in self.batches for fault in batch.faults]

    def aside(self) -> list[str]:
        return [fault.what for batch in self.batches for fault in batch.aside]

    def _stored(self, keys: Any) -> list[StoredRow]:
        return [row for row in self.kept if row.fold_key in keys]
