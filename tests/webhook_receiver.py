"""A small HTTP server on loopback that takes commands, and every fault that such a server can have.

`Receiver` is a context; `play` says how the next requests are answered, one by one, and the last of
them for ever. What came in stands in `requests`; `taken` are the keys that it acted upon, each
once, as a receiver does that keeps keys.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

CERTIFICATES = Path(__file__).parent / "certificates"
"""`localhost.pem` with its key, signed by `own-ca.pem`; `other-ca.pem` has signed nothing."""


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def commands(self) -> list[dict[str, Any]]:
        found = json.loads(self.body)
        return found.get("commands", [found])

    @property
    def keys(self) -> list[str]:
        return [command["key"] for command in self.commands]


Behaviour = Callable[["Connection"], None]


@dataclass
class Connection:
    stream: socket.socket
    receiver: Receiver
    read: bytes = b""

    def head(self) -> bytes:
        """What came until the end of the headers; the rest stays in `read`."""
        while b"\r\n\r\n" not in self.read:
            self._more()
        head, _, self.read = self.read.partition(b"\r\n\r\n")
        return head

    def request(self) -> Request:
        """The whole request, noted by the receiver."""
        line, *rest = self.head().decode().split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)
        }
        while len(self.read) < int(headers["content-length"]):
            self._more()
        request = Request(line, headers, self.read)
        self.receiver.requests.append(request)
        return request

    def answer(self, status: int, *headers: str, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *headers, "", ""]
        self.stream.sendall("\r\n".join(lines).encode() + body)

    def reset(self) -> None:
        """Cut the line at once, as a process that dies or a firewall does."""
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()

    def _more(self) -> None:
        part = self.stream.recv(65_536)
        if not part:
            raise ConnectionResetError
        self.read += part


def answers(status: int, *headers: str, body: bytes = b"") -> Behaviour:
    """Take nothing, and say so."""

    def behave(connection: Connection) -> None:
        connection.request()
        connection.answer(status, *headers, body=body)

    return behave


def takes(connection: Connection, status: int = 204) -> None:
    """Act upon each key that is new, and answer."""
    connection.receiver.take(connection.request())
    connection.answer(status)


def takes_and_says_409_to_repeats(connection: Connection) -> None:
    is_new = connection.receiver.take(connection.request())
    connection.answer(204 if is_new else 409)


def takes_and_cuts(connection: Connection) -> None:
    connection.receiver.take(connection.request())
    connection.reset()


def takes_and_breaks_off_its_answer(connection: Connection) -> None:
    connection.receiver.take(connection.request())
    connection.stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
    connection.reset()


def cuts_at_once(connection: Connection) -> None:
    connection.reset()


def cuts_in_the_headers(connection: Connection) -> None:
    connection.stream.recv(40)
    connection.reset()


def cuts_in_the_body(connection: Connection) -> None:
    connection.head()
    connection.reset()


def is_silent(connection: Connection) -> None:
    """Take it, and answer when nobody waits any more."""
    connection.receiver.take(connection.request())
    connection.receiver.released.wait(30)


def drips(connection: Connection) -> None:
    """Take it, and answer with one byte at a time, for ever."""
    connection.receiver.take(connection.request())
    connection.stream.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    with suppress(OSError):
        while not connection.receiver.released.wait(0.1):
            connection.stream.sendall(b"a")


def babbles(connection: Connection) -> None:
    connection.request()
    connection.stream.sendall(b"220 mail.example ESMTP\r\n\r\n")


@dataclass
class Receiver:
    """A server with its thread; `is_encrypted` makes it speak TLS as `localhost`."""

    is_encrypted: bool = False
    requests: list[Request] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    behaviours: list[Behaviour] = field(default_factory=lambda: [takes])
    released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.context = None
        if self.is_encrypted:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(CERTIFICATES / "localhost.pem")
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for thread in self.threads:
            thread.join()

    @property
    def url(self) -> str:
        host = "localhost" if self.is_encrypted else "127.0.0.1"
        return f"{'https' if self.is_encrypted else 'http'}://{host}:{self.port}/commands?of=acme"

    def play(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)

    def take(self, request: Request) -> bool:
        """Act upon the keys that are new; say whether there were any."""
        new = [key for key in request.keys if key not in self.taken]
        self.taken += new
        return bool(new)

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self.server.accept()
            except OSError:
                return
            behave = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            self.threads.append(threading.Thread(target=self._serve, args=(stream, behave)))
            self.threads[-1].start()

    def _serve(self, stream: socket.socket, behave: Behaviour) -> None:
        with suppress(OSError), stream:
            if self.context is not None:
                stream = self.context.wrap_socket(stream, server_side=True)
            with stream:
                behave(Connection(stream, self))


def full_server() -> tuple[socket.socket, list[socket.socket]]:
    """A server whose queue is full: a connection to it is neither made nor refused."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    waiting = []
    for _ in range(4):
        stream = socket.socket()
        stream.setblocking(False)
        stream.connect_ex(server.getsockname())
        waiting.append(stream)
    time.sleep(0.1)
    return server, waiting
