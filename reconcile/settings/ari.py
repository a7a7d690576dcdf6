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
    """Refuse settings that would dial the same party for every client; warn of clear text."""
    asterisk_dialling.find(ari, path, findings)
    web_address.find(ari.url, (*path, "url"), findings)
