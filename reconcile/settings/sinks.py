"""The keys of `[sinks.NAME]`: where commands go, by kind.

A kind says what is its own by two class variables:

- `takes_copies`: whether a campaign may name it among its `copies`. One that dials whatever it is
  given (a phone system, another campaign) takes none: a copy is for information, and told from a
  command only by its mark.
- `patience`: how long it is waited for and how often it is tried where the settings say nothing.
  `NETWORK` is that of a kind that can be out of reach, `EACH_RUN` that of one on this machine.

A kind with many keys has a module of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from reconcile.settings import forms
from reconcile.settings.ami import Ami
from reconcile.settings.ari import Ari
from reconcile.settings.call_file import CallFile
from reconcile.settings.keys import key
from reconcile.settings.mluvii import MluviiSink
from reconcile.settings.patience import EACH_RUN, NETWORK, Patience
from reconcile.settings.sources import DATABASE_KINDS
from reconcile.settings.webhook import Webhook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.settings.database_sinks import DatabaseCommands

    SinkDetail: TypeAlias = (
        "FileSink | StdoutSink | Webhook | Ari | Ami | CallFile | MluviiSink | DatabaseCommands"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSink:
    """Kind `file`: commands are appended to a file."""

    patience: ClassVar[Patience] = EACH_RUN
    path: str = key(
        forms.text("a path"), "The file; folders are made.", example="out/commands.ndjson"
    )
    format: str = key(
        forms.one_of("ndjson", "csv"),
        "The format of the file.",
        default="",
        default_words="by the ending of `path`",
        example="ndjson",
    )

    @property
    def takes_copies(self) -> bool:
        """Whether a line has room for the mark of a copy: the columns of a CSV file are fixed."""
        return self.format != "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class StdoutSink:
    """Kind `stdout`: commands are written to standard output, one JSON object a line."""

    takes_copies: ClassVar[bool] = True
    patience: ClassVar[Patience] = EACH_RUN


SINK_KINDS: dict[str, type[SinkDetail]] = {
    "file": FileSink,
    "stdout": StdoutSink,
    "webhook": Webhook,
    "ari": Ari,
    "ami": Ami,
    "call_file": CallFile,
    "mluvii": MluviiSink,
}
"""All kinds but those of `DATABASE_KINDS`, whose keys are loaded with the first that has them."""


def sink_kinds(values: Mapping[str, object]) -> Mapping[str, type[SinkDetail]]:
    """The kinds that a sink with these values can have, with their keys."""
    if values.get("kind") not in DATABASE_KINDS:
        return SINK_KINDS
    from reconcile.settings.database_sinks import COMMAND_TABLES  # noqa: PLC0415 - few need it

    return {**SINK_KINDS, **COMMAND_TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """One place that commands go to: what all kinds share, and in `detail` the keys of its kind."""

    name: str
    detail: SinkDetail
    kind: str = key(
        forms.one_of(*SINK_KINDS, *DATABASE_KINDS),
        "What takes the commands.",
        default="",
        default_words="NAME, where it is a kind",
        example="file",
    )
    backoff_minutes: tuple[int, ...] = key(
        forms.waits(),
        "How long a remove or a copy waits after it was refused once, twice, and so on; the last "
        "one for all refusals that follow. A dial never waits: it is decided again in each run.",
        default=(),
        default_words="none, offered in each run; over a network 1, 2, 4, 8, 16, 32, 60",
        unit="minutes",
        example=NETWORK.backoff_minutes,
    )
    tries_max: int | None = key(
        forms.whole(0, 100_000),
        "How often a remove or a copy is offered before it is given up, a dead letter that "
        "`reconcile pending` and `status` show until it is discarded. 0: without end.",
        default=None,
        default_words="without end; over a network 30",
        example=NETWORK.tries_max,
    )
