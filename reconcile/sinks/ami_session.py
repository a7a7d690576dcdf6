"""A session with the manager interface: log in, ask, and hear what becomes of dials."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.sinks import ami_wire
from reconcile.sinks.asterisk_dial import Application

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.sinks.ami_wire import Address, Message, Wire
    from reconcile.sinks.asterisk_dial import AsteriskDial, Extension

_LOGIN = "reconcile-login"
_STATUS = "reconcile-status"
_HANGUP = "reconcile-hangup"
_NO_CHANNEL = "No such channel"
_NOTHING_CAME = "0"  # AST_CONTROL result of a call for which nothing was heard


class ActionRefused(Exception):
    """Asterisk said no to an action; the text is its own."""


class AnswerLost(Exception):
    """An action was sent, or a part of it, and whether it was done is not known."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that is up, and how far its call has come."""

    uniqueid: str
    is_answered: bool
    is_bridged: bool


@dataclass(slots=True)
class Session:
    """A session that is logged in.

    `placed` are the uniqueids of channels that were made meanwhile, `failed` the action ids of
    dials that failed before anything was heard of them, `ended` those whose result came.
    """

    wire: Wire
    answer_seconds: float
    placed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def ask(self, lines: Sequence[tuple[str, str]], action_id: str) -> Message:
        """Send an action and wait for its answer.

        Raises ActionRefused where Asterisk says no, AnswerLost where none came, and ValueError for
        values that no message can carry: then nothing was sent.
        """
        until = clock.running_seconds() + self.answer_seconds
        try:
            self.wire.send([*lines, ("ActionID", action_id)], until)
            while True:
                message = self.wire.receive(until)
                if "response" in message and message.get("actionid") == action_id:
                    break
                self._hear(message)
        except OSError as error:
            raise AnswerLost(_words(error)) from error
        if message["response"] == "Error":
            raise ActionRefused(message.get("message", "without a reason"))
        return message

    def listen(self, until: float) -> bool:
        """Hear one message more; False where none came until then, or none comes any more."""
        try:
            self._hear(self.wire.receive(until))
        except OSError:
            return False
        return True

    def channels(self, uniqueid: str = "") -> list[Channel]:
        """List the channels that are up, or only one. Raises as `ask`."""
        lines = [("Action", "Status")]
        if uniqueid:
            lines.append(("Channel", uniqueid))
        try:
            self.ask(lines, _STATUS)
        except ActionRefused as refused:
            if _NO_CHANNEL in str(refused):
                return []
            raise
        return list(self._listed())

    def hang_up(self, uniqueid: str) -> None:
        """End a channel; one that is gone already is ended. Raises as `ask`."""
        try:
            self.ask([("Action", "Hangup"), ("Channel", uniqueid), ("Cause", "16")], _HANGUP)
        except ActionRefused as refused:
            if _NO_CHANNEL not in str(refused):
                raise

    def _listed(self) -> Iterator[Channel]:
        until = clock.running_seconds() + self.answer_seconds
        while True:
            try:
                message = self.wire.receive(until)
            except OSError as error:
                raise AnswerLost(_words(error)) from error
            if message.get("actionid") != _STATUS:
                self._hear(message)
            elif message.get("event") == "StatusComplete":
                return
            else:
                yield Channel(
                    message.get("uniqueid", ""),
                    is_answered=message.get("channelstatedesc") == "Up",
                    is_bridged=bool(message.get("bridgeid")),
                )

    def _hear(self, message: Message) -> None:
        event = message.get("event")
        if event == "Newchannel":
            self.placed.add(message.get("uniqueid", ""))
        elif event == "OriginateResponse":
            action_id = message.get("actionid", "")
            self.ended.add(action_id)
            is_failure = message.get("response") == "Failure"
            if is_failure and message.get("reason") == _NOTHING_CAME:
                self.failed.add(action_id)


@contextmanager
def logged_in(
    address: Address, user: str, password: str, *, connect_seconds: float, answer_seconds: float
) -> Iterator[Session]:
    """Connect and log in; what comes of dials is heard, nothing else is asked for.

    Raises OSError and AnswerLost where it cannot be reached, ActionRefused where it refuses.
    """
    until = clock.running_seconds() + connect_seconds
    with ami_wire.connected(address, until) as wire:
        session = Session(wire, answer_seconds)
        login = [("Action", "Login"), ("Username", user), ("Secret", password), ("Events", "call")]
        session.ask(login, _LOGIN)
        yield session


def originate(dial: AsteriskDial) -> list[tuple[str, str]]:
    """Write the lines of one Originate, but for its ActionID."""
    lines = [
        ("Action", "Originate"),
        ("Channel", dial.endpoint),
        *_destination(dial.destination),
        ("CallerID", dial.caller_id),
        ("Timeout", str(dial.ring_seconds * 1000)),
        ("Async", "true"),
        ("ChannelId", dial.name),
        *(("Variable", f"{name}={value}") for name, value in dial.variables.items()),
    ]
    return [(name, value) for name, value in lines if value]


def _destination(place: Extension | Application) -> list[tuple[str, str]]:
    if isinstance(place, Application):
        return [("Application", place.name), ("Data", place.data)]
    return [("Context", place.context), ("Exten", place.name), ("Priority", str(place.priority))]


def _words(error: OSError) -> str:
    return error.strerror or str(error)
