"""Write a queue_log as long as wanted: waves over the day, redials, callers who call often."""

from __future__ import annotations

import random
from pathlib import Path

SETTINGS = """state = "state"
region = "CZ"
hot_days = 400
[sources.pbx]
kind = "asterisk"
queue_log = "queue_log"
[campaigns.missed-calls]
starts_at = 2026-01-01T00:00:00Z
dialler = "file"
[sinks.file]
path = "out/commands.ndjson"
"""


def write(folder: Path, *, calls: int, until: int, days: int = 30, seed: int = 1) -> None:
    """Write `calls` incoming calls that end before the epoch `until`, and settings for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reconcile.toml").write_text(SETTINGS, encoding="utf-8")
    chance = random.Random(seed)  # noqa: S311 - no secret
    begin = until - days * 86_400
    starts = sorted(begin + int(chance.random() * (until - begin - 600)) for _ in range(calls))
    with (folder / "queue_log").open("w", encoding="utf-8") as log:
        for place, start in enumerate(starts):
            log.write(call(chance, start, place))


def append(folder: Path, *, calls: int, since: int, seed: int = 2) -> None:
    """Append calls that begin after the epoch `since`, within ten minutes."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    with (folder / "queue_log").open("a", encoding="utf-8") as log:
        for place in range(calls):
            log.write(call(chance, since + int(chance.random() * 300), 10_000_000 + place))


def call(chance: random.Random, start: int, place: int) -> str:
    """The lines of one call: a third hangs up waiting, the others are answered."""
    number = f"+4207006{int(chance.random() ** 2 * 99_999):05}"
    head = f"{start}.{place}|sales"
    wait = 5 + int(chance.random() * 60)
    lines = [f"{start}|{head}|NONE|ENTERQUEUE||{number}|1"]
    if chance.random() < 1 / 3:
        lines.append(f"{start + wait}|{head}|NONE|ABANDON|1|1|{wait}")
    else:
        talk = 20 + int(chance.random() * 200)
        lines.append(f"{start + wait}|{head}|Agent|CONNECT|{wait}|{start}.{place}1|3")
        lines.append(f"{start + wait + talk}|{head}|Agent|COMPLETEAGENT|{wait}|{talk}|1")
    return "\n".join(lines) + "\n"
