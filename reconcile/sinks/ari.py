"""Have an Asterisk dial over its REST interface, and take back what it has not dialled yet.

Each dial writes its own name into a global variable of Asterisk as its channel begins: `recover`
finds it there after a kill, also when the call was over at once. The variables are counted from 0
in each run, so they are as many as the most dials of one run, and go with the next start of
Asterisk.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.http_exchange import AnswerLost, NotConnected, NotSent
from reconcile.sinks import Outcome, OutgoingCommand, State, asterisk_values
from reconcile.sinks.ari_requests import Ari, told
from reconcile.sinks.asterisk_dial import Extension, dial_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconcile.http_exchange import Answer
    from reconcile.sinks.ari_requests import Channel
    from reconcile.sinks.asterisk_dial import Application, AsteriskDial

_GLOBALS = "func_global.so"
_OK, _CONFLICT = 200, 409
_OF_THE_COMMAND = {400, 413, 422}
"""Answers that speak of what one command says."""
_OF_A_GATEWAY = {502, 504}
"""It answers for an Asterisk behind it, which may have taken the dial."""
_SERVER_FAULT = 500
_OWN = ("folder", "dial", "endpoint", "context", "extension", "application", "data")


@dataclass(slots=True)
class AriSink:
    """An Asterisk that dials; one object serves one run."""

    options: Mapping[str, Any]
    can_tell_repeats: bool = True
    waits_for_network: bool = True
    promise: str = (
        "each dial is placed exactly once, as long as the state is kept and Asterisk is not "
        "started anew between a run that was killed and the next one; where it is, a dial of that "
        "run can be placed again; one whose answer was lost stays in doubt and is not repeated"
    )
    dial_count: int = 0
    fault: str = ""
    """Why the rest of the run is not offered."""

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Place or take back, one after the other; after a fault of the way nothing more is asked.

        What would follow in this run is refused for now: a phone system that does not answer is
        waited for once.
        """
        return [self._deliver_one(command) for command in commands], mark

    def _deliver_one(self, command: OutgoingCommand) -> Outcome:
        if self.fault:
            return Outcome(command.key, "refused_now", self.fault)
        place = self._remove if command.kind == "remove" else self._dial
        state, detail, ends_run = place(command)
        if ends_run:
            self.fault = f"not offered, for {detail}"
        return Outcome(command.key, state, detail)

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - it needs none
        """Find which dials a killed run had placed; removes are offered again, which harms nothing.

        Raises SinkUnreachable where Asterisk cannot say so now.
        """
        wanted = {asterisk_values.dial_name(key): key for key in keys if key.startswith("dial|")}
        if not wanted:
            return set()
        ari = self._ari()
        found = {channel.id for channel in ari.channels()}
        if not ari.has_module(_GLOBALS):
            raise SinkUnreachable(
                f"{ari.place} does not run `{_GLOBALS}`, so it does not know which dials it had",
                hint=f"`load = {_GLOBALS}` in `modules.conf`",
            )
        for place in count():
            name = ari.variable(self._variable(place))
            if not name:
                break
            found.add(name)
        return {key for name, key in wanted.items() if name in found}

    def check(self) -> str:
        """Say which Asterisk answers, and that this user may place calls there."""
        ari = self._ari()
        version = ari.version()
        ari.hang_up("reconcile-check")  # nothing is called so; who may only read is refused
        if not ari.has_module(_GLOBALS):
            raise SinkUnreachable(
                f"{ari.place} does not run `{_GLOBALS}`, in which it notes what it dialled",
                hint=f"`load = {_GLOBALS}` in `modules.conf`",
            )
        return f"Asterisk {version} answers at {ari.place} and takes orders of this user"

    def _dial(self, command: OutgoingCommand) -> tuple[State, str, bool]:
        try:
            dial = dial_of(command, self.options)
        except asterisk_values.ValueRefused as error:
            return "refused_for_good", str(error), False
        if dial.is_expired:
            return "refused_now", "its time has passed", False
        try:
            answer = self._ari().originate(self._body(dial))
        except (NotConnected, NotSent) as error:
            return "refused_now", str(error), True
        except SettingInvalid as error:
            return "refused_now", error.what, True
        except AnswerLost as error:
            return "unsure", str(error), True
        self.dial_count += answer.status == _OK
        return _verdict(answer)

    def _body(self, dial: AsteriskDial) -> dict[str, Any]:
        variables = {**dial.variables, f"GLOBAL({self._variable(self.dial_count)})": dial.name}
        return {
            "channelId": dial.name,
            "endpoint": dial.endpoint,
            **_destination(dial.destination),
            "timeout": dial.ring_seconds,
            "variables": variables,
            **({"callerId": dial.caller_id} if dial.caller_id else {}),
        }

    def _remove(self, command: OutgoingCommand) -> tuple[State, str, bool]:
        """Hang up what rings for this episode; who has answered is never hung up on."""
        ari = self._ari()
        try:
            begin = asterisk_values.episode_name(command.key)
            ours = [one for one in ari.channels() if _is_of(one, begin)]
            talking = ari.bridged() if any(one.state == "Up" for one in ours) else set()
            for one in ours:
                if not self._has_client(one, talking):
                    ari.hang_up(one.id)
        except asterisk_values.ValueRefused as error:
            return "refused_for_good", str(error), False
        except SinkUnreachable as error:
            return "refused_now", error.what, True
        return "delivered", "", False

    def _has_client(self, channel: Channel, talking: Collection[str]) -> bool:
        """Whether the client has answered: he is the first party, or is bridged with it."""
        if channel.state != "Up":
            return False
        return self.options["dial"] == "customer_first" or channel.id in talking

    def _variable(self, place: int) -> str:
        """Name the global variable of one dial of a run, other than that of any other sink."""
        options = self.options
        own = [str(options[name]) for name in _OWN if options[name] is not None]
        digest = hashlib.sha256("\n".join(own).encode()).hexdigest()[:8]
        return f"RECONCILE_{digest}_{place}"

    def _ari(self) -> Ari:
        return Ari(self.options)


def open_sink(options: Mapping[str, Any]) -> AriSink:
    """Make the sink from the keys of the kind `ari`."""
    return AriSink(options)


def _is_of(channel: Channel, begin: str) -> bool:
    """Tell the channels that were ordered; the far half of a Local channel ends with it."""
    return channel.id.startswith(begin) and ";" not in channel.id


def _destination(place: Extension | Application) -> dict[str, Any]:
    """Name an extension, or the Stasis program and its arguments: the application it runs in."""
    if isinstance(place, Extension):
        return {"context": place.context, "extension": place.name, "priority": place.priority}
    program, _, arguments = place.data.partition(",")
    return {"app": program, **({"appArgs": arguments} if arguments else {})}


def _verdict(answer: Answer) -> tuple[State, str, bool]:
    """What an answer says of its dial, in words, and whether all that follow would fare alike."""
    status = answer.status
    if status == _OK:
        return "delivered", "", False
    if status == _CONFLICT:
        return "delivered", "it is being dialled already", False
    if status in _OF_THE_COMMAND:
        return "refused_for_good", f"Asterisk {told(answer)}", False
    if status in _OF_A_GATEWAY:
        return "unsure", f"Asterisk {told(answer)}", True
    return "refused_now", f"Asterisk {told(answer)}", status < _SERVER_FAULT
