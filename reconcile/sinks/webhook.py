"""POST commands to an address, one by one or several together, and judge what comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile import clock, http_exchange
from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.http_exchange import AnswerLost, NotConnected, NotSent
from reconcile.http_peer import Peer, target_of
from reconcile.sinks import NO_MARK, Outcome, State, webhook_answers, webhook_request

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from reconcile.sinks import OutgoingCommand
    from reconcile.sinks.webhook_request import Credentials


@dataclass(slots=True)
class WebhookSink:
    """An address that takes commands over HTTP, for the length of one run.

    `ended` says why this run sends nothing more; `deadline` is when it stops to begin a request.
    """

    options: Mapping[str, Any]
    peer: Peer
    target: str
    waits_for_network: bool = True
    ended: str = ""
    deadline: float | None = None
    rests_until: datetime | None = None
    known: Credentials | None = field(default=None, repr=False)

    @property
    def knows_repeats(self) -> bool:
        """Whether the receiver does nothing for a key that it has had."""
        return bool(self.options["receiver_knows_repeats"])

    @property
    def can_tell_repeats(self) -> bool:
        """Whether all that may not have arrived can be sent again."""
        return self.knows_repeats

    @property
    def promise(self) -> str:
        """Say how often a command arrives, by what the receiver is said to know."""
        if self.knows_repeats:
            return (
                "each command is POSTed at least once, always with the same key, by which the "
                "receiver tells a repeat and does nothing for it"
            )
        return (
            "each dial is taken at most once: it is POSTed again only after an answer that says "
            "that it was not taken, and one whose answer was lost, or whose run was killed, stays "
            "in doubt; each remove is taken at least once"
        )

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Send the commands in their order, as long as the run has time and the receiver answers.

        The mark is the instant until which the receiver asked to be left alone.
        """
        self._begin(mark)
        outcomes: dict[str, Outcome] = {}
        size = int(self.options["batch"])
        for start in range(0, len(commands), size):
            for outcome in self._send(commands[start : start + size]):
                outcomes[outcome.key] = outcome
        return [outcomes[command.key] for command in commands], self._mark(mark)

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - cannot ask
        """Tell of none that it arrived: a receiver that knows repeats may get each again."""
        return set()

    def check(self) -> str:
        """Read the secrets, connect and agree on encryption; send no request."""
        try:
            known = self._credentials()
            http_exchange.connected(self.peer).close()
        except (SettingInvalid, NotConnected) as problem:
            raise SinkUnreachable(str(problem)) from problem
        signed = "signed" if known.signing_secret is not None else "not signed"
        size = self.options["batch"]
        together = "one by one" if size == 1 else f"up to {size:,} together"
        return f"{self.peer.place} takes connections; commands are POSTed {together}, {signed}"

    def _begin(self, mark: str) -> None:
        """What holds for the run: its time, the secrets, a rest that was asked for before."""
        if self.deadline is None:
            seconds = self.options["seconds_per_run"]
            longest = self.peer.connect_seconds + self.peer.answer_seconds
            self.deadline = clock.running_seconds() + seconds - longest
        rests_until, now = _read_mark(mark), clock.utc_now()
        if rests_until and now < rests_until <= now + webhook_answers.LONGEST_REST:
            self._rest(rests_until)
        try:
            self._credentials()
        except SettingInvalid as problem:
            self.ended = problem.what

    def _credentials(self) -> Credentials:
        if self.known is None:
            options = self.options
            self.known = webhook_request.credentials(
                options["signing_secret"], options["token"], options["headers"], options["folder"]
            )
        return self.known

    def _send(self, commands: Sequence[OutgoingCommand]) -> list[Outcome]:
        has_time = self.deadline is None or clock.running_seconds() <= self.deadline
        if not self.ended and not has_time:
            seconds = self.options["seconds_per_run"]
            self.ended = f"the {seconds} seconds of `seconds_per_run` are over"
        if self.ended or self.known is None:
            return _all(commands, "refused_now", self.ended)
        try:
            body = webhook_request.body_of(commands, is_batch=int(self.options["batch"]) > 1)
        except ValueError as error:
            if len(commands) > 1:
                return self._send_singly(commands)
            return _all(commands, "refused_for_good", f"its payload is no JSON object: {error}")
        return self._post(commands, body, self.known)

    def _post(
        self, commands: Sequence[OutgoingCommand], body: bytes, known: Credentials
    ) -> list[Outcome]:
        now = clock.utc_now()
        headers = webhook_request.headers_of(commands, body, known, epoch=clock.to_epoch(now))
        try:
            answer = http_exchange.exchange(
                self.peer, "POST", self.target, headers=headers, body=body
            )
        except NotConnected as error:
            self.ended = str(error)
            return _all(commands, "refused_now", self.ended)
        except NotSent as error:
            return _all(commands, "refused_now", f"{self.peer.place}: {error}")
        except AnswerLost as error:
            return self._lost(commands, f"{self.peer.place}: {error}")
        verdict = webhook_answers.verdict(answer.status)
        if verdict.judges_command and len(commands) > 1:
            return self._send_singly(commands)
        text = known.without_secrets(f"{self.peer.place}: {webhook_answers.told(answer)}")
        if verdict.state == "unsure":
            return self._lost(commands, text)
        if verdict.ends_run:
            self.ended = text
            until = webhook_answers.resting_until(answer, now)
            if until is not None and until > now:
                self._rest(until)
        return _all(commands, verdict.state, "" if verdict.state == "delivered" else text)

    def _send_singly(self, commands: Sequence[OutgoingCommand]) -> list[Outcome]:
        return [outcome for command in commands for outcome in self._send([command])]

    def _lost(self, commands: Sequence[OutgoingCommand], text: str) -> list[Outcome]:
        """A receiver that knows repeats may get them again; else no more are put in doubt now."""
        if self.knows_repeats:
            return _all(commands, "refused_now", f"{text}; sent again with the same key")
        self.ended = text
        return _all(commands, "unsure", text)

    def _rest(self, until: datetime) -> None:
        self.rests_until = until
        self.ended = f"{self.peer.place} asked to be left alone until {clock.as_text(until)}"

    def _mark(self, mark: str) -> str:
        if self.rests_until is None:
            return NO_MARK if _read_mark(mark) else mark
        return json.dumps({"rests_until": clock.as_text(self.rests_until)})


def open_sink(options: Mapping[str, Any]) -> WebhookSink:
    """Make the sink from the keys of `Webhook` and `folder`, the folder of the settings file."""
    return WebhookSink(options, Peer.of(options), target_of(options["url"]))


def _read_mark(mark: str) -> datetime | None:
    return clock.parse_instant(json.loads(mark)["rests_until"]) if mark else None


def _all(commands: Sequence[OutgoingCommand], state: State, detail: str) -> list[Outcome]:
    return [Outcome(command.key, state, detail) for command in commands]
