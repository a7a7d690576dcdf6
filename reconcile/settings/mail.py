"""The keys of `[mail]`: the server over which reports are mailed, and what a mail address is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms, web_address
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.secrets import Secret, secret

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.program import Settings

PORTS = {"starttls": 587, "tls": 465, "off": 25}
"""The usual port of each way to secure the line."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)


def address() -> Form:
    """Accept one mail address, bare: it goes to the server as it stands."""
    expected = 'a mail address such as "reports@example.com"'

    def read(value: object) -> str:
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            raise Unfit(value, expected)
        return value

    return Form(expected, read)


def addresses() -> Form:
    """Accept a list of mail addresses, each once."""
    expected = 'a list of mail addresses such as ["lead@example.com"], each once'

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or len({*map(str, value)}) != len(value):
            raise Unfit(value, expected)
        for one in value:
            if not isinstance(one, str) or not _ADDRESS.fullmatch(one):
                raise Unfit(one, expected)
        return tuple(value)

    return Form(expected, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The server that takes mails."""

    server: str = key(
        forms.text("the name of a mail server"),
        "The server that takes the mails.",
        example="mail.example.com",
    )
    sender: str = key(address(), "The address they come from.", example="reconcile@example.com")
    tls: str = key(
        forms.one_of("starttls", "tls", "off"),
        "How the line is secured: `starttls` once the server has greeted, `tls` from the first "
        "byte, or not at all. The certificate is checked in any case.",
        default="starttls",
    )
    port: int | None = key(
        forms.whole(1, 65_535),
        "Its port.",
        default=None,
        default_words="587 with `starttls`, 465 with `tls`, 25 without",
        example=587,
    )
    user: str | None = key(
        forms.text("a name"),
        "Who signs in.",
        default=None,
        default_words="nobody signs in",
        example="reconcile",
    )
    password: Secret | None = secret("Where the password of `user` is kept.")
    ca_file: str | None = web_address.ca_file_key()
    connect_seconds: int = web_address.connect_seconds_key()
    answer_seconds: int = key(
        forms.whole(1, 300),
        "How long all that is said to the server in one run may take.",
        default=15,
        unit="seconds",
    )

    @property
    def port_in_force(self) -> int:
        """The port set, or the usual one."""
        return self.port or PORTS[self.tls]


def mail_to_key() -> tuple[str, ...]:
    """Make the key `mail_to` of a report."""
    mail_to: tuple[str, ...] = key(
        addresses(),
        "Who gets the file by mail as well, by the server of `[mail]`.",
        default=(),
        default_words="nobody",
        example=("lead@example.com",),
    )
    return mail_to


def find(settings: Settings, findings: Findings) -> None:
    """Refuse mails without a server and half a login; warn of numbers that anybody could read."""
    mail = settings.mail
    if mail is None:
        for report in settings.reports:
            if report.mail_to and not findings.are_against(("mail",)):
                findings.error(
                    ("reports", report.name, "mail_to"),
                    "names who gets the report, expected a table `[mail]` with the server",
                )
        return
    if (mail.user is None) != (mail.password is None) and not findings.are_against(("mail",)):
        findings.error(("mail",), "has one of `user` and `password`, expected both or none")
    if mail.tls == "off" and mail.server not in web_address.THIS_MACHINE:
        findings.warning(
            ("mail", "tls"), 'is "off": anybody on the way reads the password and the numbers'
        )
