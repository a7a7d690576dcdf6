"""The keys of `[sinks.NAME]` of the kind `ami`: an Asterisk is told by its manager interface."""

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
class Ami(AsteriskDialling):
    """Kind `ami`: the manager interface of an Asterisk places the calls."""

    host: str = key(
        forms.text("a host name or address"),
        "Where the manager interface is reached.",
        default="127.0.0.1",
    )
    port: int = key(forms.whole(1, 65_535), "Its port; with TLS it is often 5039.", default=5038)
    tls: bool = key(forms.flag(), "Whether it speaks TLS.", default=False)
    ca_file: str | None = web_address.ca_file_key()
    user: str = key(
        forms.text("a name of `manager.conf`"),
        "Its user, with `read = call` and `write = originate,call`.",
        example="reconcile",
    )
    password: Secret = secret("Where the secret of this user is kept.", is_needed=True)
    takes_back: bool = key(
        forms.flag(),
        "Whether a remove hangs up what the client has not answered, which needs `write = call`. "
        "Without it a dial that was handed out runs its course, and `write = originate` is enough.",
        default=True,
    )
    connect_seconds: int = key(
        forms.whole(1, 60), "How long connection and login may take.", default=5, unit="seconds"
    )
    answer_seconds: int = key(
        forms.whole(1, 60), "How long the answer to one action may take.", default=5, unit="seconds"
    )
    result_seconds: int = key(
        forms.whole(0, 60),
        "How long a run listens after its dials for one of which no channel could be made; for any "
        "other it waits no longer than that the channel is there.",
        default=3,
        unit="seconds",
    )
    ledger: str = key(
        forms.text("a path"),
        "The folder in which each dial is noted before it is sent. Keep it: without it a dial of a "
        "killed run is sent again.",
        default="ami-ledger",
    )


def find(ami: Ami, path: KeyPath, findings: Findings) -> None:
    """Refuse what cannot be meant; warn of clear text."""
    asterisk_dialling.find(ami, path, findings)
    if not ami.tls and ami.host not in web_address.THIS_MACHINE:
        findings.warning(
            (*path, "tls"),
            "is off: the secret and all numbers go over the network as they are",
        )
