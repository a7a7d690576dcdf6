"""One request and its answer over HTTP, without following redirects and within bounds."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple

from reconcile import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from http.client import HTTPResponse

BODY_BYTES_MAX = 64 << 20
"""A page of 1,000 sessions with all their activities has some megabytes."""
_CHUNK_BYTES = 1 << 16
# Before anything of the request was sent.
_NEVER_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


class Request(NamedTuple):
    """What is asked."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Answer(NamedTuple):
    """What was answered, whatever its status; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """There was none; `may_have_arrived` unless the request surely never left."""

    def __init__(self, why: str, *, may_have_arrived: bool) -> None:
        super().__init__(why)
        self.may_have_arrived = may_have_arrived


def send(request: Request, *, timeout_seconds: float) -> Answer:
    """Send one request and read its whole answer within about `timeout_seconds`.

    Redirects are answers like any other. Raises NoAnswer for what goes wrong on the way.
    """
    import http.client  # noqa: PLC0415 - a run that asks nobody does not load it
    import urllib.error  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415

    class AsTheyAre(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    began_at = clock.utc_stamp()
    made = urllib.request.Request(  # noqa: S310 - the settings allow http(s) only
        request.url, request.body, dict(request.headers), method=request.method
    )
    try:
        try:
            response = urllib.request.build_opener(AsTheyAre).open(made, timeout=timeout_seconds)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            body = _body(response, timeout_seconds, began_at)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, headers, body)
    except urllib.error.URLError as error:
        reason = error.reason
        is_never_sent = isinstance(reason, _NEVER_SENT)
        raise NoAnswer(_words(reason), may_have_arrived=not is_never_sent) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_words(error), may_have_arrived=True) from error


def _body(response: HTTPResponse, timeout_seconds: float, began_at: datetime) -> bytes:
    """Read it in pieces: a server that sends a byte now and then must not hold the run."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.read1(_CHUNK_BYTES):
        size += len(piece)
        if size > BODY_BYTES_MAX:
            raise OSError(f"the answer is larger than {BODY_BYTES_MAX >> 20} MB")
        if (clock.utc_stamp() - began_at).total_seconds() > timeout_seconds:
            raise TimeoutError
        pieces.append(piece)
    expected = response.headers.get("Content-Length")
    if expected is not None and expected.isdigit() and int(expected) > size:
        raise OSError("the answer broke off")
    return b"".join(pieces)


def _words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError):
        return reason.strerror or str(reason) or type(reason).__name__
    return str(reason) or type(reason).__name__
