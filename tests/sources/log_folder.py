"""A folder with a log that is written, rotated and read as on a real machine."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from reconcile.sources.forward import Parsed, Portion, read_forward
from reconcile.sources.lines import Line
from reconcile.sources.marks import Mark


def take_lines(lines: list[Line], mark: Mark, is_final: bool) -> Parsed:  # noqa: ARG001
    """A parser that takes each line as it is."""
    rows = [(mark.file, line.number, line.text) for line in lines if line.text]
    return Parsed(len(lines), rows, [], {}, row_number=mark.row_number + len(rows))


class LogFolder:
    """Files under a clock of their own: each change is one second after the one before."""

    def __init__(self, path: Path, pattern: str = "log*", encoding: str = "utf-8") -> None:
        self.path = path
        self.pattern = pattern
        self.encoding = encoding
        self.marks: tuple[Mark, ...] = ()
        self.seconds = 1_790_000_000

    def write(self, data: bytes, name: str = "log") -> None:
        with (self.path / name).open("ab") as file:
            file.write(data)
        self.touch(name)

    def replace(self, data: bytes, name: str = "log") -> None:
        (self.path / name).unlink(missing_ok=True)
        self.write(data, name)

    def touch(self, name: str = "log") -> None:
        self.seconds += 1
        os.utime(self.path / name, (self.seconds, self.seconds))

    def rename(self, name: str, to: str) -> None:
        (self.path / name).rename(self.path / to)

    def copy(self, name: str, to: str) -> None:
        (self.path / to).write_bytes((self.path / name).read_bytes())
        self.touch(to)

    def truncate(self, name: str = "log") -> None:
        os.truncate(self.path / name, 0)
        self.touch(name)

    def compress(self, name: str, *, keep: bool = False) -> None:
        data = (self.path / name).read_bytes()
        (self.path / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
        self.touch(f"{name}.gz")
        if not keep:
            (self.path / name).unlink()

    def portions(self, batch_lines: int = 20_000) -> list[Portion]:
        """One run: what is read, with the marks kept for the next one."""
        found = list(
            read_forward(
                self.pattern,
                self.marks,
                take_lines,
                folder=self.path,
                source="pbx",
                stream="log",
                encoding=self.encoding,
                batch_lines=batch_lines,
            )
        )
        for portion in found:
            if portion.marks is not None:
                self.marks = portion.marks
        return found

    def read(self, batch_lines: int = 20_000) -> list[str]:
        """The texts of the lines of one run."""
        return [
            row[2]
            for portion in self.portions(batch_lines)
            if portion.parsed
            for row in portion.parsed.rows
        ]

    def places(self) -> list[tuple[str, int]]:
        """File and number of the lines of one run."""
        return [
            (row[0], row[1])
            for portion in self.portions()
            if portion.parsed
            for row in portion.parsed.rows
        ]
