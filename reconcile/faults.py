"""Lasting faults: told when they begin, once an hour, and when they end, for few mails."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.files_out import write_whole

FAULTS_FILE = "faults.json"
_TELL_AGAIN_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Fault:
    """One fault that lasts: since when, when it was last told, and its text."""

    since: datetime
    told_at: datetime
    lines: list[str]


def settle(
    folder: Path, found: dict[str, list[str]], now: datetime, *, is_watched: bool = False
) -> list[list[str]]:
    """Compare the faults of this run with those that last, and give the texts to be told now.

    `found` maps a name (`source pbx/cdr`) to its lines. The file is written only when something
    changes; `is_watched` as in `compare`.
    """
    known = lasting(folder)
    kept, texts = compare(known, found, now, is_watched=is_watched)
    if kept != known:
        write_whole(folder / FAULTS_FILE, to_text(kept))
    return texts


def compare(
    known: dict[str, Fault], found: dict[str, list[str]], now: datetime, *, is_watched: bool
) -> tuple[dict[str, Fault], list[list[str]]]:
    """The faults that last from now on, and what is to be told of them.

    A fault is the same as long as its name and its first line are; a new one is told, one that
    goes on once an hour (each time where a person watches), and one that is gone gives a last line.
    """
    texts: list[list[str]] = []
    kept: dict[str, Fault] = {}
    for name, lines in found.items():
        fault = known.get(name)
        if fault is None or fault.lines[0] != lines[0]:
            kept[name] = Fault(now, now, lines)
            texts.append(lines)
            continue
        is_due = now - fault.told_at >= _TELL_AGAIN_AFTER
        kept[name] = Fault(fault.since, now if is_due else fault.told_at, lines)
        if is_due or is_watched:
            texts.append([f"{lines[0]} (since {fault.since:%Y-%m-%d %H:%M} UTC)", *lines[1:]])
    for name, fault in known.items():
        if name not in found:
            texts.append([f"ended after {_lasted(now - fault.since)}: {fault.lines[0]}"])
    return kept, texts


def lasting(folder: Path) -> dict[str, Fault]:
    """The faults that last, by name, for `status`."""
    try:
        return from_text((folder / FAULTS_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}


def _lasted(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004


def from_text(text: str) -> dict[str, Fault]:
    """Read what `to_text` wrote; a damaged memory of faults only makes them be told once more."""
    try:
        return {
            name: Fault(
                datetime.fromisoformat(fault["since"]),
                datetime.fromisoformat(fault["told_at"]),
                [str(line) for line in fault["lines"]] or [name],
            )
            for name, fault in json.loads(text).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def to_text(faults: dict[str, Fault]) -> str:
    """Write faults as JSON."""
    stored = {
        name: {
            "since": fault.since.isoformat(),
            "told_at": fault.told_at.isoformat(),
            "lines": fault.lines,
        }
        for name, fault in faults.items()
    }
    return json.dumps(stored, indent=1)
