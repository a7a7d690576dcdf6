"""Hand commands to whatever reads stdout, one JSON object a line."""

from __future__ import annotations

import select
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import streams
from reconcile.sinks import Outcome, OutgoingCommand
from reconcile.sinks.records import Ndjson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class StdoutSink:
    """Commands as lines on stdout; what the reader does with them is out of sight."""

    can_tell_repeats: bool = False
    waits_for_network: bool = False
    promise: str = (
        "each command is written to stdout at most once; one that was being written when a run "
        "was killed stays in doubt and is not repeated"
    )

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Write one line for each command, flushed one by one."""
        return [_deliver_one(command) for command in commands], mark

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - no memory
        """Tell nothing: what stdout took cannot be looked up."""
        return set()

    def check(self) -> str:
        """Stdout is always there; who reads it is not known."""
        return "commands are written to stdout as lines of JSON"


def open_sink(options: Mapping[str, Any]) -> StdoutSink:  # noqa: ARG001 - it has none
    """Make the sink; it has no settings."""
    return StdoutSink()


def _deliver_one(command: OutgoingCommand) -> Outcome:
    line = Ndjson().line(command.payload_json).decode()
    try:
        is_taken = streams.out(line)
    except OSError as error:
        return Outcome(command.key, "unsure", f"stdout took a part at most: {error.strerror}")
    if is_taken:
        return Outcome(command.key, "delivered")
    # A pipe takes a line up to this length whole or not at all.
    if len(line.encode()) <= select.PIPE_BUF:
        return Outcome(command.key, "refused_now", "nobody reads stdout")
    return Outcome(command.key, "unsure", "the reader of stdout left during a long line")
