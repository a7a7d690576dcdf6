"""One HTTP request and its answer, within a time that holds, and what is certain when it fails."""

from __future__ import annotations

import io
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import clock

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

    from reconcile.http_peer import Peer

MOST_ANSWER_BYTES = 65_536


class NotConnected(Exception):
    """No connection came about: the other side has nothing of the request."""


class NotSent(Exception):
    """The connection broke before the request was out: the other side has not the whole of it."""


class AnswerLost(Exception):
    """The request went out whole and no answer came that can be read: it may have been taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, its headers by their names in small letters, and its body.

    Of the body there is as much as came in time and was asked for: `is_whole` where that is all.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True


def exchange(
    peer: Peer,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    most_bytes: int = MOST_ANSWER_BYTES,
) -> Answer:
    """Send one request over a connection of its own and read the answer; nothing is followed.

    A connection that is kept can end just when the next request is sent on it, and then nobody
    knows whether that was taken. Proxies that the environment names are not used.
    Raises NotConnected, NotSent, AnswerLost, and ValueError for headers that cannot be sent.
    """
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415 - only who sends pays

    with closing(connected(peer)) as stream:
        timed = _TimedStream(stream, clock.running_seconds() + peer.answer_seconds)
        connection = HTTPConnection(peer.host, peer.port)
        connection.sock = timed
        connection.request(method, target, body, {**headers, "Connection": "close"})
        try:
            timed.send()
        except OSError as error:
            raise NotSent(f"cut while the request was sent: {reason(error)}") from error
        try:
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            raise AnswerLost(f"sent, and no answer: {reason(error)}") from error
        text, is_whole = b"", False
        with suppress(OSError, HTTPException):  # the status stands, whatever becomes of the rest
            text = response.read(most_bytes)
            is_whole = not response.length and len(text) < most_bytes
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, text, is_whole)


def connected(peer: Peer) -> socket.socket:
    """Open a connection, encrypted where the address says so. Raises NotConnected."""
    until = clock.running_seconds() + peer.connect_seconds
    try:
        context = _context(peer.ca_file) if peer.is_encrypted else None
        stream = _first_open(_addresses(peer, until), until)
    except OSError as error:
        raise NotConnected(f"{peer.place} cannot be reached: {reason(error)}") from error
    if context is None:
        return stream
    try:
        secure: ssl.SSLSocket = context.wrap_socket(
            stream, server_hostname=peer.host, do_handshake_on_connect=False
        )
    except (OSError, ValueError) as error:
        stream.close()
        raise NotConnected(f"{peer.place} is not to be trusted: {reason(error)}") from error
    try:
        secure.settimeout(_left(until))
        secure.do_handshake()
    except OSError as error:
        secure.close()
        raise NotConnected(f"{peer.place} is not to be trusted: {reason(error)}") from error
    return secure


def reason(error: BaseException) -> str:
    """Say in a few words what went wrong, without addresses of objects or codes of libraries.

    >>> reason(ConnectionRefusedError(111, "Connection refused"))
    'Connection refused'
    >>> reason(TimeoutError("timed out"))
    'time-out'
    """
    if isinstance(error, TimeoutError):
        return "time-out"
    verification = getattr(error, "verify_message", "")
    if verification:
        return f"its certificate is refused: {verification}"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return "".join(sign for sign in str(text) if sign.isprintable())[:120]


class _TimedStream:
    """A connection with one end of time for all that goes over it, in the form http.client uses.

    What is to be sent is gathered, so that head and body leave together.
    """

    def __init__(self, stream: socket.socket, until: float) -> None:
        self._stream = stream
        self._until = until
        self._gathered = bytearray()

    def sendall(self, data: bytes) -> None:
        self._gathered += data

    def send(self) -> None:
        left = memoryview(self._gathered)
        while left:
            self._stream.settimeout(_left(self._until))
            left = left[self._stream.send(left) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReading(self._stream, self._until))

    def close(self) -> None:
        """Leave it open: who opened it closes it."""


class _TimedReading(io.RawIOBase):
    def __init__(self, stream: socket.socket, until: float) -> None:
        super().__init__()
        self._stream = stream
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        self._stream.settimeout(_left(self._until))
        return self._stream.recv_into(buffer)


def _left(until: float) -> float:
    seconds = until - clock.running_seconds()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _context(ca_file: Path | None) -> Any:  # noqa: ANN401 - ssl is imported below
    import ssl  # noqa: PLC0415 - only who sends pays

    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise OSError(f"`{ca_file}` holds no certificates to trust: {reason(error)}") from error


def _addresses(peer: Peer, until: float) -> list[Any]:
    """Look the name up, no longer than there is time: the system's look-up knows no time-out."""
    import socket  # noqa: PLC0415 - only who sends pays
    from threading import Thread  # noqa: PLC0415

    found: list[Any] = []
    faults: list[OSError] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(peer.host, peer.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            faults.append(error if isinstance(error, OSError) else OSError("no name of a host"))

    thread = Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(until))
    if thread.is_alive():
        raise TimeoutError
    for fault in faults:
        raise fault
    return found


def _first_open(addresses: list[Any], until: float) -> socket.socket:
    """Try each address, with an equal share of the time that is left."""
    import socket  # noqa: PLC0415 - only who sends pays

    last: OSError = OSError("its name leads to no address")
    for place, (family, kind, protocol, _, address) in enumerate(addresses):
        stream = socket.socket(family, kind, protocol)
        try:
            stream.settimeout(_left(until) / (len(addresses) - place))
            stream.connect(address)
        except OSError as error:
            stream.close()
            last = error
        else:
            return stream
    raise last
