"""The Asterisk Manager Interface on the wire: messages of `Name: value` lines over one socket."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Message = dict[str, str]
"""What Asterisk sent: the lines of one message by their names in small letters, the first wins."""

LONGEST_LINE_BYTES = 1000
"""Of a line that is sent, without its end; Asterisk refuses a message with one over 1,024."""
MOST_LINES = 100
"""Of a message that is sent; Asterisk refuses one of 128."""
_LONGEST_MESSAGE_BYTES = 1 << 20
_CHUNK_BYTES = 65_536
_END = b"\r\n\r\n"
_BANNER = b"Asterisk Call Manager/"


class NoManager(OSError):
    """What answers there is no manager interface, or no longer."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the manager interface listens, and by which certificates it is trusted with TLS."""

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None

    def __str__(self) -> str:
        """Write it for a person."""
        return f"{self.host}:{self.port}"


def encode(lines: Sequence[tuple[str, str]]) -> bytes:
    r"""Write one message: exactly these lines and the blank one that ends it.

    Raises ValueError for a line that would begin another one, is too long, or is one too many.

    >>> encode([("Action", "Ping"), ("ActionID", "7")])
    b'Action: Ping\r\nActionID: 7\r\n\r\n'
    >>> encode([("CallerID", "Jana\r\nChannel: Local/1@out")])
    Traceback (most recent call last):
    ValueError: `CallerID` has a control character
    """
    if len(lines) > MOST_LINES:
        raise ValueError(f"it has {len(lines)} lines, at most {MOST_LINES} are read")
    written = []
    for name, value in lines:
        if not name.replace("-", "").isalnum() or not name.isascii():
            raise ValueError("a line has no name of letters and digits")
        if any(ord(sign) < ord(" ") or sign == "\x7f" for sign in value):
            raise ValueError(f"`{name}` has a control character")
        line = f"{name}: {value}".encode()
        if len(line) > LONGEST_LINE_BYTES:
            raise ValueError(f"`{name}` is longer than {LONGEST_LINE_BYTES} bytes")
        written.append(line + b"\r\n")
    return b"".join(written) + b"\r\n"


def decode(text: bytes) -> Message:
    r"""Read one message without the blank line that ends it; a line without a colon is passed over.

    >>> decode(b"Response: Success\r\nMessage: Originate successfully queued\r\nResponse: no")
    {'response': 'Success', 'message': 'Originate successfully queued'}
    """
    message: Message = {}
    for line in text.decode(errors="replace").split("\n"):
        name, colon, value = line.rstrip("\r").partition(":")
        if colon:
            message.setdefault(name.strip().lower(), value.strip())
    return message


@dataclass(slots=True)
class Wire:
    """An open connection; what was received and not read yet waits in `rest`."""

    socket: socket.socket
    rest: bytearray = field(default_factory=bytearray)

    def send(self, lines: Sequence[tuple[str, str]], until: float) -> None:
        """Send one message before `until`. Raises OSError, and ValueError as `encode` does."""
        data = encode(lines)
        self.socket.settimeout(_left(until))
        self.socket.sendall(data)

    def receive(self, until: float) -> Message:
        """Wait for the next message, and for its whole, until then.

        Raises TimeoutError, and OSError where the connection ended or what comes is no message.
        """
        while True:
            place = self.rest.find(_END)
            if place >= 0:
                message = decode(bytes(self.rest[:place]))
                del self.rest[: place + len(_END)]
                return message
            self._read(until)

    def read_banner(self, until: float) -> str:
        """Read the one line that a manager interface begins with, such as `.../12.0.0`."""
        while b"\n" not in self.rest:
            if not self.rest.startswith(_BANNER[: len(self.rest)]):
                break
            self._read(until)
        if not self.rest.startswith(_BANNER):
            raise NoManager("what answers there is no manager interface of Asterisk")
        line, _, rest = self.rest.partition(b"\n")
        self.rest = rest
        return line.decode(errors="replace").strip()

    def _read(self, until: float) -> None:
        if len(self.rest) > _LONGEST_MESSAGE_BYTES:
            raise NoManager("it sent a message that does not end")
        self.socket.settimeout(_left(until))
        chunk = self.socket.recv(_CHUNK_BYTES)
        if not chunk:
            raise NoManager("it closed the connection")
        self.rest += chunk


@contextmanager
def connected(address: Address, until: float) -> Iterator[Wire]:
    """Connect, with TLS where the address says so, and read the banner. Raises OSError."""
    plain = socket.create_connection((address.host, address.port), timeout=_left(until))
    with plain:
        if not address.tls:
            wire = Wire(plain)
            wire.read_banner(until)
            yield wire
            return
        import ssl  # noqa: PLC0415 - few managers speak TLS

        context = ssl.create_default_context(cafile=address.ca_file)
        plain.settimeout(_left(until))
        with context.wrap_socket(plain, server_hostname=address.host) as secured:
            wire = Wire(secured)
            wire.read_banner(until)
            yield wire


def _left(until: float) -> float:
    """Give the seconds that are left, for a time-out of a socket."""
    left = until - clock.running_seconds()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
