"""What was found in an import file, in the form in which it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconcile.import_file.reading import ImportFile, ImportRow


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know of a row. `severity` is `finding`, or `remark`, which leaves it clean."""

    kind: str
    severity: str
    column: str | None
    number: str | None
    detail: str | None
    contact_ids: tuple[str, ...] = ()
    contact_count: int = 0
    other_rows: tuple[int, ...] = ()
    other_row_count: int = 0
    campaign: str | None = None
    added_at: datetime | None = None

    def text(self, when: Callable[[datetime], str] = clock.as_text) -> str:
        """The finding as a person reads it: `+420700610113 is contact 1012`; `when` tells times."""
        return SENTENCES[self.kind].format(
            where=f"{self.column}: " if self.column else "",
            number=self.number,
            detail=self.detail,
            read=f", read as {self.number}" if self.number else "",
            contacts=_some(self.contact_ids, self.contact_count),
            rows=_some(self.other_rows, self.other_row_count),
            row_word="row" if self.other_row_count == 1 else "rows",
            campaign=self.campaign,
            since=when(self.added_at) if self.added_at else "",
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the finding for JSON, times in RFC 3339, with only what its kind has."""
        found = {
            "kind": self.kind,
            "severity": self.severity,
            "column": self.column,
            "number": self.number,
            "contact_ids": list(self.contact_ids),
            "contact_count": self.contact_count,
            "other_rows": list(self.other_rows),
            "other_row_count": self.other_row_count,
            "campaign": self.campaign,
            "added_at": clock.as_text(self.added_at) if self.added_at else None,
            "text": self.text(),
        }
        return {key: value for key, value in found.items() if value not in (None, [], 0)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one row of the file: `clean` or `finding`, with all there is to know."""

    row: ImportRow
    name: str
    numbers: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """`finding` where anything but remarks was found, else `clean`."""
        return "finding" if any(f.severity == "finding" for f in self.findings) else "clean"

    def text(self, when: Callable[[datetime], str] = clock.as_text) -> str:
        """All findings and remarks in one line; `clean` where there are none."""
        return "; ".join(finding.text(when) for finding in self.findings) or "clean"

    def as_dict(self) -> dict[str, Any]:
        """Give the verdict for JSON."""
        return {
            "row": self.row.number,
            "line": self.row.line,
            "name": self.name,
            "numbers": list(self.numbers),
            "verdict": self.verdict,
            "findings": [finding.as_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ImportFindings:
    """The verdicts of a file, one for each row in its order."""

    file: ImportFile
    verdicts: tuple[Verdict, ...]

    @property
    def has_findings(self) -> bool:
        """Whether any row is not clean (exit code 1)."""
        return any(verdict.verdict != "clean" for verdict in self.verdicts)

    @property
    def clean_count(self) -> int:
        """How many rows may be imported as they are."""
        return sum(verdict.verdict == "clean" for verdict in self.verdicts)

    def kind_counts(self) -> dict[str, int]:
        """How many rows show each kind of finding or remark, in the order of their first row."""
        counts: dict[str, int] = {}
        for verdict in self.verdicts:
            for kind in dict.fromkeys(finding.kind for finding in verdict.findings):
                counts[kind] = counts.get(kind, 0) + 1
        return counts

    def as_table(
        self, when: Callable[[datetime], str] = clock.as_text, *, with_clean: bool = True
    ) -> tuple[list[str], list[list[object]]]:
        """Column names and rows to be printed; rows without any finding or remark on request."""
        rows: list[list[object]] = [
            [each.row.number, each.row.line, each.name, " / ".join(each.numbers), each.text(when)]
            for each in self.verdicts
            if with_clean or each.findings
        ]
        return ["row", "line", "name", "numbers", "verdict"], rows


SENTENCES = {
    "encoding": "{detail}",
    "control": "{detail}",
    "quote": "{detail}",
    "field_count": "{detail}",
    "formula": "{where}a spreadsheet could run it as a formula",
    "formula_sign": "{where}formula sign in front{read}",
    "empty": "{where}empty",
    "withheld": "{where}no number",
    "damaged": "{where}{detail}",
    "letters": "{where}{detail}",
    "short": "{where}{detail}",
    "impossible": "{where}{detail}",
    "on_contact": "{number} is contact {contacts}",
    "on_duplicate": "{number} is contact {contacts}, already a duplicate group",
    "other_row": "{number} also in {row_word} {rows}",
    "would_block": "would newly block {number}, who waits for a call since {since} in `{campaign}`",
    "line_break": "{detail}",
    "twice_in_row": "{number}: same number twice in one row, no duplicate",
    "extension": "{where}extension {detail}{read}",
    "possible": "{where}{detail}",
}
"""The text of each kind of `sql/reports/import_findings.sql`."""


def _some(shown: tuple[object, ...], count: int) -> str:
    listed = ", ".join(str(each) for each in shown)
    return f"{listed} and {count - len(shown)} more" if count > len(shown) else listed
