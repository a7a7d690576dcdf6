"""Whether the server over which reports are mailed takes a connection and the login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import report_mail
from reconcile.errors import SinkUnreachable

if TYPE_CHECKING:
    from reconcile.settings import Settings


def report(settings: Settings) -> tuple[list[str], bool]:
    """Connect and sign in, send nothing; nothing is told where no report is mailed."""
    server = report_mail.server_of(settings)
    if server is None:
        return [], True
    try:
        server.check()
    except SinkUnreachable as problem:
        return [f"mail: the server {server.place} is not usable: {problem.follows}"], False
    return [f"mail: the server {server.place} can be signed in to"], True
