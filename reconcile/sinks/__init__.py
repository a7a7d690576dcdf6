"""Where commands go: the promise that every sink keeps, and the one registry of sinks.

A sink is a module of this package with a function `open_sink(options)`, named in `KINDS`.
It carries payloads as they are and knows no rule about calls, campaigns or attempts.

`options` has the keys of the kind's dataclass in `reconcile/settings/sinks.py` by their names, the
`kind`, and `folder`: the folder of the settings file, from which every path counts. `path` is
resolved already, any other path the sink resolves itself (`options["folder"] / options[...]`). A
key made by `secret()` comes as its `Secret`: the sink reads it when it first needs it, in
`deliver`, `recover` or `check`, by `read_secret(options["password"], options["folder"],
name="password")`. Opening a sink touches nothing: every run opens all of them, also one that sends
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from reconcile.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

KINDS = {
    "ari": "reconcile.sinks.ari",
    "file": "reconcile.sinks.file",
    "stdout": "reconcile.sinks.stdout",
    "webhook": "reconcile.sinks.webhook",
    "ami": "reconcile.sinks.ami",
    "call_file": "reconcile.sinks.call_file",
    "mluvii": "reconcile.sinks.mluvii",
    "postgresql": "reconcile.sinks.database_table",
    "mariadb": "reconcile.sinks.database_table",
    "sqlite": "reconcile.sinks.database_table",
}
"""Every kind of sink and the module that carries it."""

NO_MARK = ""
"""The mark of a sink that has delivered nothing yet."""

State = Literal["delivered", "refused_now", "refused_for_good", "unsure"]


@dataclass(frozen=True, slots=True)
class OutgoingCommand:
    """A command on its way: its key, `dial` or `remove`, the number, and the payload as JSON.

    A copy for a sink that does not dial has all of its command, and `"copy": true` in the payload.
    """

    key: str
    kind: str
    number: str
    payload_json: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one command that was offered.

    - `delivered`: the sink has it;
    - `refused_now`: the sink surely has not, or does nothing for a repeat; it may take it in a
      later run;
    - `refused_for_good`: the sink will never take it;
    - `unsure`: the sink may have it.
    """

    key: str
    state: State
    detail: str = ""


class Sink(Protocol):
    """What every sink does."""

    @property
    def can_tell_repeats(self) -> bool:
        """Whether `recover` knows what arrived, so that an unsure command may leave again."""

    @property
    def waits_for_network(self) -> bool:
        """Whether `deliver` and `recover` can wait for another machine, as no file does.

        The state is then closed while they are called: it is free for other programs, and what
        they say is written once it is open again.
        """

    @property
    def promise(self) -> str:
        """One sentence: how often a command arrives, and under which condition."""

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Offer commands in this order; give one outcome for each, in order, and the new mark.

        The mark is the sink's own memory, a text to be stored and passed in next time. No fault
        of the outer world is raised; it is the outcome of the commands it hits.
        """

    def recover(self, keys: Collection[str], mark: str) -> set[str]:
        """Tell which of these keys have arrived, after a run was killed while it delivered.

        `mark` is the one of the last delivery that was stored. Raises SinkUnreachable where the
        sink cannot say so now: the commands then stay unsure, and that run must deliver nothing
        to this sink, for a new mark would hide them.
        """

    def check(self) -> str:
        """Say in one sentence what is usable, touching nothing. Raises SinkUnreachable if not."""


@runtime_checkable
class TendedSink(Protocol):
    """A sink that sees to something of its own in every run, also in one that hands over nothing.

    For what it has handed on and may still take back, such as a file that lies in a spool.
    """

    def tend(self) -> None:
        """See to it, without waiting for another machine; a fault is left for `deliver` to tell."""


def open_sink(kind: str, options: Mapping[str, Any]) -> Sink:
    """Make the sink of a kind from its settings, `options` as told at the top of this module.

    Raises SettingInvalid for an unknown kind, and where the kind finds a fault in its options.
    """
    if kind not in KINDS:
        known = ", ".join(f"`{name}`" for name in sorted(KINDS))
        raise SettingInvalid(f"there is no sink of the kind `{kind}`, expected one of {known}")
    sink: Sink = import_module(KINDS[kind]).open_sink({**options, "kind": kind})
    return sink
