"""Hand commands from the outbox to their sinks: mark, commit, call, write the outcome, commit.

Copies go the same way, after the commands; what becomes of one moves no episode.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from reconcile import queries
from reconcile.errors import SinkUnreachable
from reconcile.lanes import COMMANDS, COPIES, LANES
from reconcile.sinks import NO_MARK, Outcome, OutgoingCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import duckdb

    from reconcile.lanes import Lane
    from reconcile.moment import Moment
    from reconcile.sinks import Sink


class State(Protocol):
    """What the outbox needs of the state: a connection, and to be without it for a while."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open state; another one after it was closed."""

    def closed(self) -> AbstractContextManager[object]:
        """Close the state meanwhile."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sink did not take a command for certain, and what follows for what it did not take."""

    detail: str
    follows: str


@dataclass(slots=True)
class Delivery:
    """What happened to commands in one run."""

    delivered: list[str] = field(default_factory=list)
    faults: dict[str, Refusal] = field(default_factory=dict)


def recover(state: State, sinks: Mapping[str, Sink], moment: Moment) -> dict[str, str]:
    """Settle what an earlier run had offered when it was killed, and unsure removes and copies.

    A sink that can tell repeats says whether it has them: then they are delivered, or as if never
    offered. Elsewhere a dial stays in doubt, and others are offered again (it harms nothing).
    Returns the sinks that cannot say so now, each with why; nothing may be delivered to them in
    this run, for that would hide what they have.
    """
    silent: dict[str, str] = {}
    for lane in LANES:
        unsettled = lane.unsettled(state.connection, moment.params()).rows
        for sink_name in dict.fromkeys(row[0] for row in unsettled):
            commands = [(row[1], row[2]) for row in unsettled if row[0] == sink_name]
            try:
                outcomes = _outcomes_after_kill(state, sinks.get(sink_name), sink_name, commands)
            except SinkUnreachable as problem:
                silent[sink_name] = problem.what
            else:
                _store(state, lane, sink_name, outcomes, moment=moment)
    return silent


def _outcomes_after_kill(
    state: State, sink: Sink | None, sink_name: str, commands: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    detail = "found after an interrupted run"
    if sink is None or not sink.can_tell_repeats:
        return [
            (key, "unsure" if kind == "dial" else "not_taken", detail) for key, kind in commands
        ]
    mark = _mark(state, sink_name)
    with _room(state, sink):
        taken = sink.recover([key for key, _ in commands], mark)
    return [(key, "delivered" if key in taken else "not_taken", detail) for key, _ in commands]


def deliver(
    state: State, sinks: Mapping[str, Sink], moment: Moment, *, silent: Mapping[str, str]
) -> Delivery:
    """Offer what the run decided, sink by sink, removes first, each number in its order.

    Each transaction is short: that a command is offered is committed before its sink is called
    (A4), and the outcome after it; while a sink waits for its network the state is closed. A sink
    that refuses holds up no other sink. Those in `silent` get nothing and are at fault. Each round
    offers one command of a number, and none twice in a run, so that the rounds are as many as the
    commands that wait for one number. The copies of what was taken follow the last command.
    """
    delivery = Delivery()
    for sink_name, why in silent.items():
        delivery.faults[sink_name] = Refusal(why, COMMANDS.follows["unsure"])
    quiet = set(silent)
    for lane in LANES:
        for sink_name, commands in _rounds(state, lane, moment):
            sink = None if sink_name in quiet else sinks.get(sink_name)
            answers, mark = _hand_over(state, sink, sink_name, commands)
            outcomes = [(answer.key, answer.state, answer.detail) for answer in answers]
            given_up = _store(state, lane, sink_name, outcomes, moment=moment, mark=mark)
            taken = [answer.key for answer in answers if answer.state == "delivered"]
            if not lane.are_copies:
                delivery.delivered += taken
            refused = next((answer for answer in answers if answer.state != "delivered"), None)
            if refused is not None:
                refusal = Refusal(refused.detail, lane.follows[refused.state] + _ended(given_up))
                delivery.faults.setdefault(sink_name, refusal)
            is_unsure = any(answer.state == "unsure" for answer in answers)
            if is_unsure and sink is not None and sink.can_tell_repeats:
                quiet.add(sink_name)  # a new mark would hide what it may have
    for sink_name, detail, are_copies in _waiting(state, moment):
        lane = COPIES if are_copies else COMMANDS
        delivery.faults.setdefault(sink_name, Refusal(detail, lane.follows["refused_now"]))
    return delivery


def _waiting(state: State, moment: Moment) -> list[tuple[str, str, bool]]:
    """The sinks that are still at fault, though they are called again only later."""
    found: list[tuple[str, str, bool]] = queries.rows(
        state.connection, "core.waiting_tries", moment.params()
    ).rows
    return found


def _ended(given_up: int) -> str:
    """What is to be added where some were given up."""
    return f"; {given_up:,} tried as often as `tries_max` allows and given up" if given_up else ""


def _rounds(
    state: State, lane: Lane, moment: Moment
) -> Iterator[tuple[str, list[OutgoingCommand]]]:
    """Mark what is offered next until nothing is left, and give it sink by sink."""
    while queries.run(state.connection, lane.offer, moment.params()):
        offered = [
            row
            for row in lane.offered(state.connection, moment.params()).rows
            if row[5] == moment.run_id
        ]
        for sink_name in dict.fromkeys(row[0] for row in offered):
            yield sink_name, [OutgoingCommand(*row[1:5]) for row in offered if row[0] == sink_name]


def _hand_over(
    state: State, sink: Sink | None, sink_name: str, commands: list[OutgoingCommand]
) -> tuple[list[Outcome], str | None]:
    """Call the sink; give its answers and its new mark, none where it was not called."""
    if sink is None:
        detail = "it is not in the settings, or cannot say what it took before an interruption"
        return [Outcome(command.key, "refused_now", detail) for command in commands], None
    mark = _mark(state, sink_name)
    with _room(state, sink):
        return sink.deliver(commands, mark)


def _room(state: State, sink: Sink) -> AbstractContextManager[object]:
    """The state is closed while a network is waited for."""
    return state.closed() if sink.waits_for_network else nullcontext()


def _mark(state: State, sink_name: str) -> str:
    found = state.connection.execute(
        "select mark from ops.sink_marks where sink = $1", [sink_name]
    ).fetchall()
    return str(found[0][0]) if found else NO_MARK


def _store(
    state: State,
    lane: Lane,
    sink_name: str,
    outcomes: Sequence[tuple[str, str, str]],
    *,
    moment: Moment,
    mark: str | None = None,
) -> int:
    """Write what a sink answered, in one transaction; tell how many were given up by it."""
    connection = state.connection
    params = {**moment.params(), "sink": sink_name if lane.are_copies else None}
    connection.execute("begin")
    connection.execute(
        "insert into ops.outcomes select unnest($1), unnest($2), unnest($3)",
        [list(column) for column in zip(*outcomes, strict=True)],
    )
    for name in (*lane.before, "core.answered_tries", *lane.after):
        queries.run(connection, name, params)
    given_up = connection.execute(
        "select count(*) from core.answered_tries where is_given_up"
    ).fetchall()[0][0]
    connection.execute("drop table core.answered_tries")
    if mark is not None:
        connection.execute("delete from ops.sink_marks where sink = $1", [sink_name])
        connection.execute("insert into ops.sink_marks values ($1, $2)", [sink_name, mark])
    connection.execute("commit")
    return int(given_up)
