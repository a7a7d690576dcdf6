"""What `run` tells: the commands of a dry run, lines for `-v`, the data and errors of `--json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reconcile import streams
from reconcile.errors import (
    AlertRaised,
    AuditFailed,
    ClockWrong,
    Problem,
    SinkUnreachable,
    SourceUnreadable,
)
from reconcile.masking import masked
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reconcile.run_record import RunResult

_FAULTS: dict[str, type[Problem]] = {
    "source": SourceUnreadable,
    "clock": ClockWrong,
    "audit": AuditFailed,
    "alert": AlertRaised,
    "sink": SinkUnreachable,
}
"""The first word of a fault's name, and the error it stands for in JSON."""

_HINT = "hint: "


def data(result: RunResult, *, is_dry: bool) -> dict[str, Any]:
    """Give a run for JSON."""
    from reconcile.reports.values import jsonable  # noqa: PLC0415

    told = asdict(result)
    del told["row"]
    told["findings"] = [{"audit": audit, "detail": detail} for audit, detail in result.findings]
    told["counts"] = _steps(result)
    told["is_dry"] = is_dry
    told["exit_code"] = int(result.exit_code)
    return {name: jsonable(value) for name, value in told.items()}


def problems(result: RunResult) -> Iterator[Problem]:
    """The faults of a run as errors, whether they have to be told on stderr now or not."""
    for name, lines in result.faults.items():
        kind = _FAULTS.get(name.partition(" ")[0], Problem)
        yield kind(
            lines[0],
            follows="\n".join(line for line in lines[1:] if not line.startswith(_HINT)),
            hint=next((line.removeprefix(_HINT) for line in lines if line.startswith(_HINT)), ""),
        )


def print_commands(result: RunResult, place: str) -> None:
    """Show what a run would hand over, one command a line."""
    from reconcile.reports.labels import counted  # noqa: PLC0415

    for command in result.commands:
        who = command.get("contact_name") or command.get("contact_id") or ""
        streams.out(
            plain(
                f"{command['command']:<6}  {command['number']:<15}  {command['reason']:<14}  "
                f"{command['campaign']}  {who}"
            ).rstrip()
        )
    what = f"{counted(len(result.commands), 'command')} would leave, nothing was changed"
    streams.note(f"{place}: {what}" if place else what)


def tell_details(
    file: Path, warnings: Sequence[str], result: RunResult, *, shows_numbers: bool
) -> None:
    """Write what was done as key=value lines, each with the run."""
    for pairs in _details(file, warnings, result):
        line = " ".join(f"{name}={_value(value)}" for name, value in pairs.items())
        streams.note(line if shows_numbers else masked(line))


def tell_summary(summary: dict[str, int]) -> None:
    """Write what the runs of several settings files came to, as one key=value line."""
    streams.note(" ".join(f"{name}={count}" for name, count in summary.items()))


def _details(
    file: Path, warnings: Sequence[str], result: RunResult
) -> Iterator[dict[str, object]]:
    from reconcile import clock  # noqa: PLC0415

    run_id = {"run_id": result.run_id}
    yield {
        **run_id,
        "settings": file,
        "run_at": clock.as_text(result.run_at),
        "is_idle": result.is_idle,
        "exit_code": int(result.exit_code),
    }
    for warning in warnings:
        yield {**run_id, "warning": warning}
    for name, lines in result.faults.items():
        yield {**run_id, "fault": name, "what": lines[0]}
    for step, count in _steps(result).items():
        yield {**run_id, "step": step, "rows": count}
    for name, count in result.decisions.items():
        decision, _, reason = name.partition(" ")
        yield {**run_id, "decision": decision, "reason": reason, "episodes": count}
    for command in result.commands:
        wanted = ("command", "number", "reason", "campaign", "contact_id")
        yield {**run_id, **{name: command[name] for name in wanted if command.get(name)}}
    yield {**run_id, "commands": len(result.commands), "delivered": len(result.delivered)}


def _steps(result: RunResult) -> dict[str, int]:
    """Rows by step, without those that did nothing."""
    return {name: count for name, count in result.counts.items() if count}


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = plain(str(value))
    return json.dumps(text, ensure_ascii=False) if not text or set(text) & set(' "=') else text
