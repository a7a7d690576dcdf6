"""The keys of `[sources.NAME]` with kind `asterisk`: the logs of an Asterisk."""

# ruff: noqa: RUF009 - `key` makes a dataclass field

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconcile.settings import cdr_columns, cel_columns, forms
from reconcile.settings.keys import key
from reconcile.settings.own_numbers import own_numbers
from reconcile.settings.patterns import pattern
from reconcile.settings.regions import time_zone

if TYPE_CHECKING:
    from reconcile.settings.database_tables import CdrTable, CelTable, QueueLogTable

GLOB = "a path, `*` allowed"


class Mark(Protocol):
    """A value that is looked for in one column of a log."""

    @property
    def column(self) -> str:
        """The column that is searched."""
        ...

    @property
    def pattern(self) -> str:
        """The regular expression whose groups are the value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFile:
    """CDR files as cdr_csv or cdr_custom write them, without a header line."""

    path: str = key(
        forms.text(GLOB),
        "The files.",
        example="/var/log/asterisk/cdr-csv/Master.csv",
    )
    columns: tuple[str, ...] = key(
        cdr_columns.columns(),
        '"18" or "21" (with `newcdrcolumns=yes`) for cdr_csv, the names in order for cdr_custom, '
        '"-" for one to skip.',
        example="18",
    )
    time_zone: str = key(
        time_zone(),
        "The zone of the times in the file: UTC with `usegmtime=yes`, else that of the server.",
        example="UTC",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """How a client's call is told from others."""

    contexts: tuple[str, ...] = key(
        forms.texts("a list of dialplan contexts"),
        "Dialplan contexts in which a client's call begins.",
        example=("from-trunk",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledNumber:
    """Where the line stands that the client dialled."""

    column: str = key(cdr_columns.column(), "The CDR column to look in.", example="userfield")
    pattern: str = key(
        pattern(1),
        "A regular expression whose one group is the dialled number.",
        example="^did:(.+)$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptKey:
    """Where the mark stands that a call was dialled for a command."""

    column: str = key(cdr_columns.column(), "The CDR column to look in.", example="userfield")
    pattern: str = key(
        pattern(1, 2),
        "A regular expression: one group is the command key, two are number and attempt number.",
        example="^callback/([^/]+)/(\\d+)$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CelDialledNumber:
    """Where the events keep the line that the client dialled."""

    column: str = key(
        cel_columns.column(),
        "The CEL column to look in, in the events of the client's channel, the first ones first.",
        example="exten",
    )
    pattern: str = key(
        pattern(1),
        "A regular expression whose one group is the dialled number.",
        example="^(\\+?[0-9]{6,})$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CelAttemptKey:
    """Where the events of an outgoing call keep the mark of its command."""

    column: str = key(
        cel_columns.column(), "The CEL column to look in, in all events.", example="userfield"
    )
    pattern: str = key(
        pattern(1, 2),
        "A regular expression: one group is the command key, two are number and attempt number.",
        example="^callback/([^/]+)/(\\d+)$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CelFile:
    """CEL files as cel_custom writes them, without a header line."""

    path: str = key(forms.text(GLOB), "The files.", example="/var/log/asterisk/cel-custom/*.csv")
    columns: tuple[str, ...] = key(
        cel_columns.columns(),
        '"20" as the shipped cel_custom.conf has them, or the names in order, "-" for one to skip.',
        example="20",
    )
    time_zone: str | None = key(
        time_zone(),
        "The zone of the times in the file, where `dateformat` of cel.conf writes local ones.",
        default=None,
        default_words="seconds since 1970, as shipped",
        example="Europe/Prague",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskLogs:
    """Kind `asterisk`: the logs of an Asterisk, at least one of `queue_log`, `cdr` and `cel`."""

    queue_log: str | QueueLogTable | None = key(
        forms.text(GLOB),
        "Queue logs, rotated ones too. Needed to see who hung up in a queue.",
        default=None,
        example="/var/log/asterisk/queue_log*",
    )
    cdr: CdrFile | CdrTable | None = key(
        forms.sub_table(CdrFile, "a table with `path`, `columns` and `time_zone`"),
        "Call records (CDR). Needed to see who hung up in a menu, and outgoing calls.",
        default=None,
    )
    cel: CelFile | CelTable | None = key(
        forms.sub_table(CelFile, "a table with `path` and `columns`"),
        "Channel events (CEL). They show calls while they go on, outgoing ones too, menu keys, and "
        "to the second who was connected when.",
        default=None,
    )
    incoming: Incoming | None = key(
        forms.sub_table(Incoming, 'a table such as `{ contexts = ["from-trunk"] }`'),
        "Where a client's call begins in the dialplan.",
        default=None,
        default_words="only the calls of queues",
    )
    trunks: tuple[str, ...] = key(
        forms.texts("a list of channel names, `*` and `?` allowed"),
        "Channels that lead outside, as they stand in `dstchannel` (CDR) and `channame` (CEL); "
        "every other one is a desk.",
        default=(),
        default_words="no outgoing calls",
        example=("PJSIP/trunk-*",),
    )
    menus: tuple[str, ...] = key(
        forms.texts("a list of dialplan contexts"),
        "Dialplan contexts that are voice menus: hanging up there is an `ivr` drop.",
        default=(),
        default_words="no menus",
        example=("ivr-main",),
    )
    dialled_number: DialledNumber | None = key(
        forms.sub_table(DialledNumber, "a table with `column` and `pattern`"),
        "Where the CDR keeps the line that the client dialled; `dst` does not.",
        default=None,
        default_words="the line is not known",
    )
    attempt_key: AttemptKey | None = key(
        forms.sub_table(AttemptKey, "a table with `column` and `pattern`"),
        "Where the CDR of an outgoing call carries the mark of its command.",
        default=None,
        default_words="calls are matched by number and time",
    )
    cel_dialled_number: CelDialledNumber | None = key(
        forms.sub_table(CelDialledNumber, "a table with `column` and `pattern`"),
        "Where the events of a call keep the line that the client dialled.",
        default=None,
        default_words="the CDR tells, if it does",
    )
    cel_attempt_key: CelAttemptKey | None = key(
        forms.sub_table(CelAttemptKey, "a table with `column` and `pattern`"),
        "Where the events of an outgoing call carry the mark of its command.",
        default=None,
        default_words="the CDR tells, if it does",
    )
    own_numbers: tuple[str, ...] = key(
        own_numbers(),
        "The company's own lines and extensions, never clients; a block of numbers as its "
        "beginning and `*`. The `dialled_numbers` of all campaigns count as own too.",
        default=(),
        default_words="none but those",
        example=("+420200500100", "+4202000004*"),
    )

    @property
    def shows_channels(self) -> bool:
        """Whether a log tells of channels: of menus, desks and outgoing calls."""
        return self.cdr is not None or self.cel is not None

    @property
    def shows_outgoing(self) -> bool:
        """Whether outgoing calls can be told."""
        return self.shows_channels and bool(self.trunks)
