"""What kinds over the network share in the settings: an address, its certificates, patience."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that are reached without a network, on which nobody listens in."""


def web_address(example: str) -> Form:
    """Accept an address of the web with nothing secret in it."""
    expected = f'an address such as "{example}", in ASCII, without user, password and fragment'

    def read(value: object) -> str:
        address = str(forms.text(expected).read(value))
        try:
            parts = urlsplit(address)
            is_fit = (
                address.isascii()
                and not re.search(r"[\s#]", address)
                and parts.scheme in {"http", "https"}
                and bool(parts.hostname)
                and parts.port != 0
                and parts.username is None
            )
        except ValueError:  # a port that is no number, a bracket that does not close
            is_fit = False
        if not is_fit:
            raise Unfit(value, expected)
        return address

    return Form(expected, read)


def ca_file_key() -> str | None:
    """Make the key `ca_file`."""
    ca_file: str | None = key(
        forms.text("a path"),
        "The certificates that are trusted, in PEM, in place of the system's.",
        default=None,
        default_words="those of the system",
        example="/etc/ssl/own-ca.pem",
    )
    return ca_file


def connect_seconds_key() -> int:
    """Make the key `connect_seconds`."""
    connect_seconds: int = key(
        forms.whole(1, 60),
        "How long a connection may take, its name and TLS included.",
        default=3,
        unit="seconds",
    )
    return connect_seconds


def answer_seconds_key() -> int:
    """Make the key `answer_seconds`."""
    answer_seconds: int = key(
        forms.whole(1, 300),
        "How long request and answer may take together.",
        default=10,
        unit="seconds",
    )
    return answer_seconds


def find(address: str | None, path: KeyPath, findings: Findings) -> None:
    """Warn where numbers and secrets would leave this machine for anybody to read."""
    parts = urlsplit(address or "")
    if parts.scheme == "http" and parts.hostname not in THIS_MACHINE:
        findings.warning(
            path, "is not encrypted: anybody on the way reads numbers and tokens; `https` is"
        )
