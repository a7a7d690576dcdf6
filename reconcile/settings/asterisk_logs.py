"""The keys of `[sources.NAME]` with kind `asterisk`: the logs of an Asterisk."""

# ruff: noqa: RUF009 - `key` makes a dataclass field

from __future__ import annotations

from dataclasses import dataclass

from reconcile.settings import forms
from reconcile.settings.cdr_columns import column, columns
from reconcile.settings.keys import key
from reconcile.settings.own_numbers import own_numbers
from reconcile.settings.patterns import pattern
from reconcile.settings.regions import time_zone

GLOB = "a path, `*` allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFile:
    """CDR files as cdr_csv or cdr_custom write them, without a header line."""

    path: str = key(
        forms.text(GLOB),
        "The files.",
        example="/var/log/asterisk/cdr-csv/Master.csv",
    )
    columns: tuple[str, ...] = key(
        columns(),
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

    column: str = key(column(), "The CDR column to look in.", example="userfield")
    pattern: str = key(
        pattern(1),
        "A regular expression whose one group is the dialled number.",
        example="^did:(.+)$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptKey:
    """Where the mark stands that a call was dialled for a command."""

    column: str = key(column(), "The CDR column to look in.", example="userfield")
    pattern: str = key(
        pattern(1, 2),
        "A regular expression: one group is the command key, two are number and attempt number.",
        example="^callback/([^/]+)/(\\d+)$",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskLogs:
    """Kind `asterisk`: the logs of an Asterisk, at least one of `queue_log` and `cdr`."""

    queue_log: str | None = key(
        forms.text(GLOB),
        "Queue logs, rotated ones too. Needed to see who hung up in a queue.",
        default=None,
        example="/var/log/asterisk/queue_log*",
    )
    cdr: CdrFile | None = key(
        forms.sub_table(CdrFile, "a table with `path`, `columns` and `time_zone`"),
        "Call records (CDR). Needed to see who hung up in a menu, and outgoing calls.",
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
        "Channels that lead outside, as they stand in `dstchannel`; every other one is a desk.",
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
        "Where the line stands that the client dialled; `dst` does not keep it.",
        default=None,
        default_words="the line is not known",
    )
    attempt_key: AttemptKey | None = key(
        forms.sub_table(AttemptKey, "a table with `column` and `pattern`"),
        "Where an outgoing call carries the mark of its command.",
        default=None,
        default_words="calls are matched by number and time",
    )
    own_numbers: tuple[str, ...] = key(
        own_numbers(),
        "The company's own lines and extensions, never clients; a block of numbers as its "
        "beginning and `*`. The `dialled_numbers` of all campaigns count as own too.",
        default=(),
        default_words="none but those",
        example=("+420200500100", "+4202000004*"),
    )
