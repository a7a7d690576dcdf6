"""Sinks in memory that do as they are told, in the place of those of a settings file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile import run_start
from reconcile.errors import SinkUnreachable
from reconcile.sinks import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class Interrupted(Exception):
    """Stands for a kill while the sink is called: what it took is not written down."""


@dataclass
class ScriptedSink:
    """Answers with `answer`, and keeps each payload that it takes; `tries` counts its calls.

    `meanwhile` is done while it is called. Interrupted, it takes what it is given and the run dies.
    """

    answer: str = "delivered"
    can_tell_repeats: bool = True
    waits_for_network: bool = False
    promise: str = "as the test says"
    is_interrupted: bool = False
    is_silent: bool = False
    meanwhile: Callable[[], object] = lambda: None
    taken: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0

    def deliver(self, commands, mark):
        self.tries += 1
        self.meanwhile()
        if self.answer in ("delivered", "unsure"):
            self.taken += [json.loads(command.payload_json) for command in commands]
        if self.is_interrupted:
            raise Interrupted
        detail = "" if self.answer == "delivered" else "as told"
        return [Outcome(command.key, self.answer, detail) for command in commands], mark

    def recover(self, keys, mark):  # noqa: ARG002 - the interface of sinks
        self.meanwhile()
        if self.is_silent:
            raise SinkUnreachable("nobody answers")
        return set(keys) & {payload["key"] for payload in self.taken}

    def brief(self) -> list[str]:
        """What it took as `dial +420700610101`, with `copy of ` before what is marked as one."""
        return [
            f"{'copy of ' if payload.get('copy') else ''}{payload['command']} {payload['number']}"
            for payload in self.taken
        ]


def put_in(patch: pytest.MonkeyPatch, **sinks: ScriptedSink) -> None:
    """Let the sinks of these names be these; others stay as they are set."""
    real = run_start.open_sinks
    patch.setattr(run_start, "open_sinks", lambda settings: {**real(settings), **sinks})
