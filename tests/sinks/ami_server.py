"""A stand-in for the manager interface of Asterisk over real TCP, with its published behaviour.

What it says and in which order was seen on a live Asterisk; `fault` has it behave badly.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Lines = list[tuple[str, str]]
USER, PASSWORD = "reconcile", "only-for-tests"
LONGEST_LINE_BYTES = 1024


@dataclass
class AmiServer:
    """What it was told, and how it answers.

    `refusal` is the message of an Error for every Originate. `fault` is one of `cut` (the
    connection ends before the answer), `silent` (no answer), `no_channel` (accepted, then nothing
    could be called), `no_events` (the user may not read), `no_rights` (nothing but Originate),
    `gone` (no banner) and `web` (something else answers).
    """

    listener: socket.socket
    fault: str = ""
    refusal: str = ""
    originated: list[Lines] = field(default_factory=list)
    others: list[Lines] = field(default_factory=list)
    up: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Channels by uniqueid: state and bridge."""
    hung_up: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            connection = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        if self.fault == "gone":
            return
        if self.fault == "web":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        connection.sendall(b"Asterisk Call Manager/9.0.0\r\n")
        is_in = False
        with connection.makefile("rb") as stream:
            while lines := read_message(stream):
                said = dict(reversed(lines))
                if said["Action"] == "Login":
                    is_in = (said["Username"], said["Secret"]) == (USER, PASSWORD)
                    if not is_in:
                        self._say(connection, "Error", said, "Authentication failed")
                        return
                    self._say(connection, "Success", said, "Authentication accepted")
                    self._event(connection, Event="FullyBooted")
                elif not is_in:
                    self._say(connection, "Error", said, "Permission denied")
                elif said["Action"] == "Originate":
                    if not self._originate(connection, lines, said):
                        return
                else:
                    self.others.append(lines)
                    self._other(connection, said)

    def _originate(self, connection: socket.socket, lines: Lines, said: dict[str, str]) -> bool:
        self.originated.append(lines)
        if self.fault == "cut":
            return False
        if self.fault == "silent":
            return True
        if self.refusal:
            self._say(connection, "Error", said, self.refusal)
            return True
        self._say(connection, "Success", said, "Originate successfully queued")
        self._event(connection, Event="OriginateResponse", ActionID="another", Response="Failure",
                    Reason="0", Uniqueid=said["ChannelId"])  # fmt: skip
        is_up = said["ChannelId"] in self.up
        if self.fault == "no_channel" or is_up:
            self._event(connection, Event="OriginateResponse", ActionID=said["ActionID"],
                        Response="Failure", Reason="0", Uniqueid=said["ChannelId"])  # fmt: skip
        elif self.fault != "no_events":
            self.up[said["ChannelId"]] = ("Down", "")
            self._event(connection, Event="Newchannel", Uniqueid=said["ChannelId"])
        return True

    def _other(self, connection: socket.socket, said: dict[str, str]) -> None:
        channel = said.get("Channel", "")
        if self.fault == "no_rights":
            self._say(connection, "Error", said, "Permission denied")
        elif channel and channel not in self.up:
            self._say(connection, "Error", said, "No such channel")
        elif said["Action"] == "Hangup":
            del self.up[channel]
            self.hung_up.append(channel)
            self._say(connection, "Success", said, "Channel Hungup")
        elif said["Action"] == "Status":
            self._say(connection, "Success", said, "Channel status will follow")
            for name, (state, bridge) in self.up.items():
                if channel in ("", name):
                    self._event(connection, Event="Status", ActionID=said["ActionID"],
                                Uniqueid=name, ChannelStateDesc=state, BridgeID=bridge)  # fmt: skip
            self._event(connection, Event="StatusComplete", ActionID=said["ActionID"])
        else:
            self._say(connection, "Error", said, "Invalid/unknown command")

    def _say(
        self, connection: socket.socket, response: str, said: dict[str, str], text: str
    ) -> None:
        self._event(connection, Response=response, ActionID=said["ActionID"], Message=text)

    def _event(self, connection: socket.socket, **lines: str) -> None:
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection.sendall(text.encode() + b"\r\n")


def read_message(stream: Iterator[bytes]) -> Lines:
    """Read lines up to the blank one, as Asterisk does; nothing at the end."""
    lines: Lines = []
    for line in stream:
        text = line.rstrip(b"\r\n")
        assert len(text) <= LONGEST_LINE_BYTES, "Failed to parse message: line too long"
        if not text and lines:
            return lines
        name, _, value = text.decode().partition(":")
        if text:
            lines.append((name, value.strip()))
    return []


@contextmanager
def running(*, certificate: Path | None = None) -> Iterator[AmiServer]:
    """Serve on a free port of loopback; with a certificate by TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = AmiServer(listener)
        if certificate is not None:
            server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.tls.load_cert_chain(certificate)
        threading.Thread(target=server.serve, daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
