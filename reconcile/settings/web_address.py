"""An address of the web in the settings: what it may hold, and when it is worth a warning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit

if TYPE_CHECKING:
    from reconcile.settings.findings import Findings
    from reconcile.settings.places import KeyPath

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


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


def find(address: str | None, path: KeyPath, findings: Findings) -> None:
    """Warn where numbers and secrets would leave this machine for anybody to read."""
    parts = urlsplit(address or "")
    if parts.scheme == "http" and parts.hostname not in _THIS_MACHINE:
        findings.warning(
            path, "is not encrypted: anybody on the way reads numbers and tokens; `https` is"
        )
