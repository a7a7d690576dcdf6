"""Gather what is wrong with the settings, so that all of it is told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile.settings.forms import HIDDEN
from reconcile.settings.literals import dotted, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconcile.settings.places import KeyPath


@dataclass(frozen=True, slots=True)
class Finding:
    """A key and what is to be said of it; an empty path is the file as a whole."""

    path: KeyPath
    what: str


@dataclass(slots=True)
class Findings:
    """Errors and warnings in the order of their discovery."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, path: KeyPath, what: str) -> None:
        """Note what makes the settings unusable."""
        self.errors.append(Finding(path, what))

    def warning(self, path: KeyPath, what: str) -> None:
        """Note what is usable but hardly meant."""
        self.warnings.append(Finding(path, what))

    def are_against(self, path: KeyPath) -> bool:
        """Tell whether an error is known of this key or of one inside it."""
        return any(finding.path[: len(path)] == path for finding in self.errors)

    def unfit(self, path: KeyPath, value: object, wrong: object, expected: str) -> None:
        """Note a value of the wrong form; `wrong` is the part of it that is to blame.

        HIDDEN in its place keeps the value out of the text, which can end in a mail.
        """
        if wrong is HIDDEN:
            self.error(path, f"has a value that is not shown here, expected {expected}")
            return
        part = "" if wrong is value else f", {shown(wrong)} in it does not fit"
        self.error(path, f"is {shown(value)}{part}, expected {expected}")

    def unknown(self, path: KeyPath, known: Iterable[str], kinds: Sequence[str] = ()) -> None:
        """Note a key that does not exist; `kinds` are the kinds that would have it."""
        from difflib import get_close_matches  # noqa: PLC0415 - good settings need none

        names = sorted(known)
        nearest = get_close_matches(path[-1], names, n=1)
        if kinds:
            expected = f"it belongs to kind `{'`, `'.join(kinds)}`"
        elif nearest:
            expected = f"the nearest is `{nearest[0]}`"
        else:
            expected = f"expected one of `{'`, `'.join(names)}`"
        self.error(path, f"is not known here, {expected}")


def worded(
    findings: Iterable[Finding],
    file_name: str,
    lines: Mapping[KeyPath, int],
    changed: Sequence[KeyPath] = (),
) -> tuple[str, ...]:
    """Each finding as one sentence with key, file and line, in the order of the lines.

    The keys of `changed` got their values on the command line.
    """
    ordered = sorted(findings, key=lambda finding: lines.get(finding.path, 0))
    return tuple(
        f"`{dotted(finding.path)}` in `--set` {finding.what}"
        if any(finding.path[: len(path)] == path for path in changed)
        else f"{_subject(finding.path, file_name, lines)} {finding.what}"
        for finding in ordered
    )


def _subject(path: KeyPath, file_name: str, lines: Mapping[KeyPath, int]) -> str:
    if not path:
        return f"`{file_name}`"
    line = f", line {lines[path]}," if path in lines else ""
    return f"`{dotted(path)}` in `{file_name}`{line}"
