"""Write the clean rows of a checked import file, and the others with their reasons."""

from __future__ import annotations

import contextlib
import csv
import io
import os
from typing import TYPE_CHECKING

from reconcile import spreadsheet
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.import_file.findings import ImportFindings, Verdict

_REASON_COLUMNS = ("row", "line", "reason", "finding")


def write_clean(findings: ImportFindings, out: Path) -> int:
    """Write header and rows without a finding, each byte as it stands in the file.

    The file appears whole or not at all. Returns the number of rows. Raises UsageWrong where `out`
    is the import file itself or cannot be written.
    """
    file = findings.file
    clean = [each.row.text for each in findings.verdicts if each.verdict == "clean"]
    _replace(findings, out, file.bom + file.as_bytes(file.head + "".join(clean)))
    return len(clean)


def write_rejects(findings: ImportFindings, out: Path) -> int:
    """Write the rows with a finding behind their row, line and reasons, safe for a spreadsheet.

    A cell that a spreadsheet would run gets a quote in front, and a line break in it becomes a
    space. Returns the number of rows. Raises as `write_clean` does.
    """
    file = findings.file
    rejected = [each for each in findings.verdicts if each.verdict != "clean"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=file.delimiter, lineterminator=_line_end(file.head))
    writer.writerow([*_REASON_COLUMNS, *map(spreadsheet.cell, file.header)])
    writer.writerows(_reject(verdict, file.encoding) for verdict in rejected)
    _replace(findings, out, file.bom + file.as_bytes(text.getvalue()))
    return len(rejected)


def _reject(verdict: Verdict, encoding: str) -> list[str]:
    reasons = dict.fromkeys(
        finding.kind for finding in verdict.findings if finding.severity == "finding"
    )
    return [
        str(verdict.row.number),
        str(verdict.row.line),
        " ".join(reasons),
        # Names of the directory may have letters that this file's encoding has not.
        spreadsheet.cell(verdict.text().encode(encoding, "backslashreplace").decode(encoding)),
        *map(spreadsheet.cell, verdict.row.fields),
    ]


def _line_end(head: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if head.endswith(end)), "\n")


def _replace(findings: ImportFindings, out: Path, data: bytes) -> None:
    """Write beside the place, then rename, so that a reader never meets half a file."""
    if out.resolve() == findings.file.path.resolve():
        raise UsageWrong(f"`{out}` is the file that is checked", hint="name another file")
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise UsageWrong(f"`{out}` cannot be written: {error.strerror}") from error
