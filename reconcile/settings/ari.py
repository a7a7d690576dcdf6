"""The keys of `[sinks.NAME]` of the kind `ari`: an Asterisk is told to dial over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import asterisk_dialling, forms, web_address
from reconcile.settings.asterisk_dialling import AsteriskDialling
from reconcile.settings.keys import key
from reconcile.settings.secrets import Secret, secret

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

STASIS = "Stasis"
"""The one application of the dialplan that this interface runs: it hands the call to a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ari(AsteriskDialling):
    """Kind `ari`: the REST interface of an Asterisk places the calls."""

    url: str = key(
        web_address.web_address("http://127.0.0.1:8088/ari"),
        "Where the interface is, with the `prefix` of `http.conf` and `/ari`.",
        example="http://127.0.0.1:8088/ari",
    )
    user: str = key(
        forms.text("the name of a user"),
        "The user of `ari.conf`, one with `read_only = no`.",
        example="reconcile",
    )
    password: Secret = secret("His password.", is_needed=True)
    ca_file: str | None = web_address.ca_file_key()
    connect_seconds: int = web_address.connect_seconds_key()
    answer_seconds: int = web_address.answer_seconds_key()


def find(ari: Ari, path: KeyPath, findings: Findings) -> None:
    """Refuse what cannot be meant, or asked of this interface; warn of clear text."""
    asterisk_dialling.find(ari, path, findings)
    if ari.application not in (None, STASIS):
        findings.error(
            (*path, "application"),
            f"is `{ari.application}`, and the interface runs no application but `{STASIS}`; "
            "expected a `context` that leads to it, or kind `ami` or `call_file`",
        )
    elif ari.application is not None and ari.data is None:
        findings.error(path, "lacks `data`, whose first part is the name of the Stasis program")
    if ari.queue is not None:
        findings.error(
            (*path, "queue"),
            "cannot be told over this interface; expected a `context` whose extensions are "
            f'queues, with `extension = "{ari.queue}"`, or kind `ami` or `call_file`',
        )
    web_address.find(ari.url, (*path, "url"), findings)
