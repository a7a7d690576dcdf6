"""The other side of an HTTP request: where it is, and how long it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side: where it is, whose certificates count, how long it is waited for.

    `connect_seconds` bounds name, connection and TLS together, `answer_seconds` all from the first
    byte of the request to the last of the answer: neither begins anew with a byte that comes.
    Without `ca_file` the certificates of the system count; they are checked in any case.
    """

    is_encrypted: bool
    host: str
    port: int
    connect_seconds: float
    answer_seconds: float
    ca_file: Path | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Make it of the settings of a kind over HTTP, and `folder`, from which paths count."""
        address = urlsplit(options["url"])
        is_encrypted = address.scheme == "https"
        return cls(
            is_encrypted=is_encrypted,
            host=address.hostname or "",
            port=address.port or (443 if is_encrypted else 80),
            connect_seconds=options["connect_seconds"],
            answer_seconds=options["answer_seconds"],
            ca_file=options["folder"] / options["ca_file"] if options["ca_file"] else None,
        )

    @property
    def place(self) -> str:
        """Name it without path and query, which can hold what is nobody's business."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_encrypted else 'http'}://{host}:{self.port}"


def target_of(url: str) -> str:
    """What of an address is asked for there: its path and query."""
    address = urlsplit(url)
    return (address.path or "/") + (f"?{address.query}" if address.query else "")
