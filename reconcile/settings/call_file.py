"""The keys of `[sinks.NAME]` of the kind `call_file`: an Asterisk is told by files in its spool."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from reconcile.settings import asterisk_dialling, asterisk_texts, forms
from reconcile.settings.asterisk_dialling import AsteriskDialling
from reconcile.settings.asterisk_texts import NUMBER_PLACES
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.patience import EACH_RUN, Patience

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,80}")


def account() -> Form:
    """Accept an account code, which Asterisk takes as the name of a file too."""
    expected = "letters, digits, `_` and `-`, at most 80"

    def read(value: object) -> str:
        if not isinstance(value, str) or not _ACCOUNT.fullmatch(value):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFile(AsteriskDialling):
    """Kind `call_file`: files in its spool tell an Asterisk on this machine to dial."""

    patience: ClassVar[Patience] = EACH_RUN
    spool: str = key(
        forms.text("a path"),
        "The spool folder of Asterisk, with `outgoing` in it.",
        default="/var/spool/asterisk",
    )
    account: str | None = key(
        account(),
        "The account code of the call records.",
        default=None,
        default_words="none",
        example="callback",
    )
    staging_folder: str | None = key(
        forms.text("a path"),
        "Where files are written before they are moved into `outgoing`, and where the ledger is "
        "kept; it has to lie on the same file system. Keep it: without it a dial of a killed run "
        "can be handed over again.",
        default=None,
        default_words="`reconcile` in `spool`",
        example="/var/spool/asterisk/reconcile",
    )
    owner: str | None = key(
        forms.text("the name of a user"),
        "Who the files are given to, with the group of that user: the user that Asterisk runs as. "
        "Asterisk writes into a file while it dials. Only root can give files away.",
        default=None,
        default_words="the user of this program",
        example="asterisk",
    )
    mode: str = key(
        forms.one_of("0600", "0640", "0660", "0664"),
        "The rights on the files.",
        default="0640",
    )


def find(call_file: CallFile, path: KeyPath, findings: Findings) -> None:
    """Refuse what cannot be meant.

    A channel that a call file makes has no name of ours, so nothing tells that a wait in the queue
    log is that for an operator: with the number of the client it would be a call of his.
    """
    asterisk_dialling.find(call_file, path, findings)
    shown = call_file.caller_id or ""
    is_known = not any(findings.are_against((*path, name)) for name in ("endpoint", "caller_id"))
    if (
        is_known
        and call_file.dial == "agent_first"
        and asterisk_texts.names(call_file.endpoint or "", "queue")
        and asterisk_texts.names(shown.partition("<")[2] or shown, *NUMBER_PLACES)
    ):
        findings.error(
            (*path, "caller_id"),
            "has the number of the client, by which the queue log would tell of a call of his; "
            "expected one of your own in `<>`, such as `{name} {digits} <+420200000410>`",
        )
