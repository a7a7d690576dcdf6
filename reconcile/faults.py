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


def settle(folder: Path, faults: dict[str, list[str]], now: datetime) -> list[list[str]]:
    """Compare the faults of this run with those that last, and give the texts to be told now.

    `faults` maps a name that stays the same (`source pbx/cdr`) to its lines. A new one is told, one
    that goes on once an hour, and one that is gone gives a last line. The file is written only
    when something changes.
    """
    known = _load(folder)
    texts: list[list[str]] = []
    kept: dict[str, Fault] = {}
    for name, lines in faults.items():
        fault = known.get(name)
        if fault is None or (name.startswith("source ") and fault.lines[0] != lines[0]):
            kept[name] = Fault(now, now, lines)
            texts.append(lines)
        elif now - fault.told_at >= _TELL_AGAIN_AFTER:
            kept[name] = Fault(fault.since, now, lines)
            texts.append([lines[0] + f" (since {fault.since:%Y-%m-%d %H:%M} UTC)", *lines[1:]])
        else:
            kept[name] = Fault(fault.since, fault.told_at, lines)
    for name, fault in known.items():
        if name not in faults:
            texts.append([f"ended after {_lasted(now - fault.since)}: {fault.lines[0]}"])
    if kept != known:
        _save(folder, kept)
    return texts


def lasting(folder: Path) -> dict[str, Fault]:
    """The faults that last, by name, for `status`."""
    return _load(folder)


def _lasted(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004


def _load(folder: Path) -> dict[str, Fault]:
    try:
        stored = json.loads((folder / FAULTS_FILE).read_text(encoding="utf-8"))
        return {
            name: Fault(
                datetime.fromisoformat(fault["since"]),
                datetime.fromisoformat(fault["told_at"]),
                fault["lines"],
            )
            for name, fault in stored.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # a damaged memory of faults only makes them be told once more


def _save(folder: Path, faults: dict[str, Fault]) -> None:
    stored = {
        name: {
            "since": fault.since.isoformat(),
            "told_at": fault.told_at.isoformat(),
            "lines": fault.lines,
        }
        for name, fault in faults.items()
    }
    write_whole(folder / FAULTS_FILE, json.dumps(stored, indent=1))
