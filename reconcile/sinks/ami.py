"""Have an Asterisk dial through its manager interface, and hang up what is not answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.settings.secrets import read_secret
from reconcile.sinks import (
    Outcome,
    OutgoingCommand,
    State,
    ami_session,
    ami_wire,
    asterisk_dial,
    asterisk_values,
)
from reconcile.sinks.ami_session import ActionRefused, AnswerLost, Channel, Session, logged_in
from reconcile.sinks.ami_wire import Address
from reconcile.sinks.dial_ledger import DialLedger

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

_DENIED = "Permission denied"
_NOWHERE = "Extension does not exist"
_PLACE = ("context", "extension", "priority")
_OUR_FAULT = ("length exceeds", "Failed to parse message", "Too many lines")
"""Refusals that only the message itself can have caused: it would be refused in each run."""


@dataclass(slots=True)
class _Round:
    """One delivery: what is known of each command, and the dials whose fate may still be heard."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    channels: list[Channel] | None = None

    def settle(self, key: str, state: State, detail: str = "") -> None:
        self.outcomes[key] = Outcome(key, state, detail)


@dataclass(frozen=True, slots=True)
class AmiSink:
    """An Asterisk that is told by `Originate`, each dial under a channel id made of its key."""

    options: Mapping[str, Any]
    address: Address
    ledger: DialLedger
    can_tell_repeats: bool = True
    waits_for_network: bool = True
    promise: str = (
        "each dial is placed at most once, as long as the ledger is kept: it is noted there before "
        "it is sent, and one whose answer was lost counts as handed out and is not repeated; a run "
        "that was killed before it sent a dial sends it in the next one. A remove hangs up what "
        "the client has not answered"
    )

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Send one Originate for each dial, hang up for each remove, then hear what came of dials.

        What is not done when the connection breaks is refused for now, but for the one command
        whose answer was lost.
        """
        one = _Round()
        try:
            with self._session() as session:
                for command in commands:
                    self._hand_over(session, command, one)
                self._hear_results(session, one)
        except (OSError, AnswerLost, ActionRefused, SettingInvalid) as error:
            for command in commands:
                if command.key not in one.outcomes:
                    one.settle(command.key, "refused_now", self._fault(error))
        return [one.outcomes[command.key] for command in commands], mark

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - the ledger is
        """Tell which dials were sent, or may have been: a note stands before the first byte.

        Raises SinkUnreachable where the ledger cannot be read.
        """
        try:
            return {
                key
                for key in keys
                if key.startswith("dial|") and self.ledger.has(asterisk_values.dial_name(key))
            }
        except OSError as error:
            raise SinkUnreachable(
                f"the ledger `{self.ledger.folder}` cannot be read: {error.strerror}",
                follows="Dials of a killed run stay in doubt; the next run looks again",
            ) from error

    def check(self) -> str:
        """Log in, and say what the user may do."""
        try:
            with self._session() as session:
                session.channels("reconcile-check")
        except ActionRefused as refused:
            if _DENIED not in str(refused):
                raise SinkUnreachable(self._fault(refused)) from refused
            if self.options["takes_back"]:
                raise SinkUnreachable(
                    f"the user `{self.options['user']}` of {self.address} may not hang up: a "
                    "remove would be refused",
                    hint=f"give it {self._rights()}, or set `takes_back = false`",
                ) from refused
        except (OSError, AnswerLost, SettingInvalid) as error:
            raise SinkUnreachable(self._fault(error)) from error
        return f"{self.address} lets `{self.options['user']}` log in"

    def _session(self) -> AbstractContextManager[Session]:
        options = self.options
        password = read_secret(options["password"], options["folder"], name="password")
        return logged_in(
            self.address,
            options["user"],
            password,
            connect_seconds=options["connect_seconds"],
            answer_seconds=options["answer_seconds"],
        )

    def _hand_over(self, session: Session, command: OutgoingCommand, one: _Round) -> None:
        """Do one command. Raises AnswerLost once its own outcome is settled."""
        try:
            if command.kind == "remove":
                self._take_back(session, command, one)
            else:
                self._dial(session, command, one)
        except ActionRefused as refused:
            is_ours = any(part in str(refused) for part in _OUR_FAULT)
            state: State = "refused_for_good" if is_ours else "refused_now"
            one.settle(command.key, state, self._fault(refused))
        except asterisk_values.ValueRefused as error:
            one.settle(command.key, "refused_for_good", str(error))
        except AnswerLost as lost:
            one.settle(command.key, "unsure", self._fault(lost))
            raise

    def _dial(self, session: Session, command: OutgoingCommand, one: _Round) -> None:
        try:
            dial = asterisk_dial.dial_of(command, self.options)
            lines = ami_session.originate(dial)
            ami_wire.encode(lines)
        except ValueError as error:
            one.settle(command.key, "refused_for_good", f"it cannot be dialled: {error}")
            return
        if dial.is_expired:
            one.settle(command.key, "refused_now", "its time is over")
            return
        try:
            if self.ledger.has(dial.name):
                one.settle(command.key, "delivered", "it was handed over before")
                return
            self.ledger.note(dial.name, dial.expires_at.date())
        except OSError as error:
            text = f"the ledger `{self.ledger.folder}` cannot be written: {error.strerror}"
            one.settle(command.key, "refused_now", text)
            return
        try:
            session.ask(lines, dial.name)
        except ActionRefused:
            self.ledger.forget(dial.name)
            raise
        one.settle(command.key, "delivered")
        one.accepted[dial.name] = command.key

    def _hear_results(self, session: Session, one: _Round) -> None:
        """Wait until each dial that was accepted has a channel or a result, or the time is over.

        A call that fails has had its channel, and its call record tells how it ended. Where none
        was ever made nobody was called: the dial leaves again once that is mended.
        """
        until = clock.running_seconds() + self.options["result_seconds"]
        while set(one.accepted) - session.placed - session.ended:
            if not session.listen(until):
                break
        for name in (session.failed & set(one.accepted)) - session.placed:
            if not _is_up(session, name):
                self.ledger.forget(name)
                text = f"{self.address} can make no channel of `{self.options['endpoint']}`: no "
                one.settle(one.accepted[name], "refused_now", f"{text}such technology or trunk")

    def _take_back(self, session: Session, command: OutgoingCommand, one: _Round) -> None:
        if self.options["takes_back"]:
            if one.channels is None:
                one.channels = session.channels()
            episode = asterisk_values.episode_name(command.key)
            for channel in one.channels:
                is_first = channel.uniqueid.startswith(episode) and ";" not in channel.uniqueid
                if is_first and not self._is_reached(channel):
                    session.hang_up(channel.uniqueid)
        one.settle(command.key, "delivered")

    def _is_reached(self, first: Channel) -> bool:
        """Tell whether the client has answered, by the channel that was called first."""
        return first.is_bridged or (first.is_answered and self.options["dial"] == "customer_first")

    def _rights(self) -> str:
        call = ",call" if self.options["takes_back"] else ""
        return f"`read = call` and `write = originate{call}`"

    def _fault(self, error: Exception) -> str:
        if isinstance(error, SettingInvalid):
            return error.what
        text = (error.strerror if isinstance(error, OSError) else None) or str(error)
        if isinstance(error, ActionRefused):
            said = f"{self.address} says `{text}` to the user `{self.options['user']}`"
            if _DENIED in text:
                return f"{said}, who needs {self._rights()}"
            place = ",".join(str(self.options[name]) for name in _PLACE)
            return f"{said}; `{place}` is where a call is to lead" if _NOWHERE in text else said
        return f"{self.address} cannot be used: {text}"


def open_sink(options: Mapping[str, Any]) -> AmiSink:
    """Make the sink from the keys of `AmiSink` of the settings."""
    folder: Path = options["folder"]
    ca_file = folder / options["ca_file"] if options["ca_file"] else None
    address = Address(options["host"], options["port"], options["tls"], ca_file)
    return AmiSink(options, address, DialLedger(folder / options["ledger"]))


def _is_up(session: Session, name: str) -> bool:
    """Ask whether a call of this id is on already, where the user may ask."""
    try:
        return bool(session.channels(name))
    except (ActionRefused, AnswerLost):
        return False
