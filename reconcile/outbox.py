"""Hand commands from the outbox to their sinks: mark, commit, call, write the outcome, commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconcile import queries
from reconcile.errors import SinkUnreachable
from reconcile.sinks import NO_MARK, OutgoingCommand

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb

    from reconcile.moment import Moment
    from reconcile.sinks import Sink


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sink did not take a command for certain, and what follows for what it did not take."""

    detail: str
    follows: str


_FOLLOWS = {
    "refused_now": "They stay in the outbox and are decided again in each run",
    "refused_for_good": "They are given up; what it did not refuse goes on",
    "unsure": "A dial that it may have taken is in doubt and not repeated; a remove is offered "
    "again, unless it is found there",
}


@dataclass(slots=True)
class Delivery:
    """What happened to commands in one run."""

    delivered: list[str] = field(default_factory=list)
    faults: dict[str, Refusal] = field(default_factory=dict)


def recover(
    connection: duckdb.DuckDBPyConnection, sinks: Mapping[str, Sink], moment: Moment
) -> set[str]:
    """Settle commands that an earlier run had offered when it was killed, and unsure removes.

    A sink that can tell repeats says whether it has them: then they are delivered, or as if never
    offered. Elsewhere a dial stays in doubt, and a remove is offered again (it harms nothing).
    Returns the sinks that cannot say so now; nothing may be delivered to them in this run, for
    that would hide what they have.
    """
    silent: set[str] = set()
    unsettled = queries.rows(connection, "core.unsettled_commands", moment.params()).rows
    for sink_name in dict.fromkeys(row[0] for row in unsettled):
        commands = [(row[1], row[2]) for row in unsettled if row[0] == sink_name]
        outcomes = _outcomes_after_kill(connection, sinks.get(sink_name), sink_name, commands)
        if outcomes is None:
            silent.add(sink_name)
        else:
            _store(connection, outcomes, moment)
    return silent


def _outcomes_after_kill(
    connection: duckdb.DuckDBPyConnection,
    sink: Sink | None,
    sink_name: str,
    commands: Sequence[tuple[str, str]],
) -> list[tuple[str, str, str]] | None:
    detail = "found after an interrupted run"
    if sink is None or not sink.can_tell_repeats:
        states = {"dial": "unsure", "remove": "not_taken"}
        return [(key, states[kind], detail) for key, kind in commands]
    try:
        taken = sink.recover([key for key, _ in commands], _mark(connection, sink_name))
    except SinkUnreachable:
        return None
    return [(key, "delivered" if key in taken else "not_taken", detail) for key, _ in commands]


def deliver(
    connection: duckdb.DuckDBPyConnection,
    sinks: Mapping[str, Sink],
    moment: Moment,
    *,
    silent: Collection[str] = (),
) -> Delivery:
    """Offer what the run decided, sink by sink, removes first, each number in its order.

    Each transaction is short: that a command is offered is committed before its sink is called
    (A4), and the outcome after it. A sink that refuses holds up no other sink. Those in `silent`
    get nothing. Each round offers one command of a number, and none twice in a run, so that the
    rounds are as many as the commands that wait for one number.
    """
    delivery = Delivery()
    while queries.run(connection, "commands.offer_commands", moment.params()):
        offered = [
            row
            for row in queries.rows(connection, "core.offered_commands", moment.params()).rows
            if row[5] == moment.run_id
        ]
        for sink_name in dict.fromkeys(row[0] for row in offered):
            commands = [OutgoingCommand(*row[1:5]) for row in offered if row[0] == sink_name]
            sink = None if sink_name in silent else sinks.get(sink_name)
            _hand_over(connection, sink, sink_name, commands, moment=moment, delivery=delivery)
    return delivery


def _hand_over(
    connection: duckdb.DuckDBPyConnection,
    sink: Sink | None,
    sink_name: str,
    commands: list[OutgoingCommand],
    *,
    moment: Moment,
    delivery: Delivery,
) -> None:
    if sink is None:
        detail = "it is not in the settings, or cannot say what it took before an interruption"
        outcomes = [(command.key, "refused_now", detail) for command in commands]
        mark = None
    else:
        answers, mark = sink.deliver(commands, _mark(connection, sink_name))
        outcomes = [(answer.key, answer.state, answer.detail) for answer in answers]
    _store(connection, outcomes, moment, sink_mark=(sink_name, mark) if mark is not None else None)
    for key, state, detail in outcomes:
        if state == "delivered":
            delivery.delivered.append(key)
        else:
            delivery.faults.setdefault(sink_name, Refusal(detail, _FOLLOWS[state]))


def _mark(connection: duckdb.DuckDBPyConnection, sink_name: str) -> str:
    found = connection.execute(
        "select mark from ops.sink_marks where sink = $1", [sink_name]
    ).fetchall()
    return str(found[0][0]) if found else NO_MARK


def _store(
    connection: duckdb.DuckDBPyConnection,
    outcomes: Sequence[tuple[str, str, str]],
    moment: Moment,
    *,
    sink_mark: tuple[str, str] | None = None,
) -> None:
    params: dict[str, Any] = moment.params()
    connection.execute("begin")
    connection.execute(
        "insert into ops.outcomes select unnest($1), unnest($2), unnest($3)",
        [list(column) for column in zip(*outcomes, strict=True)],
    )
    queries.run(connection, "commands.keep_attempts", params)
    queries.run(connection, "commands.mark_outcomes", params)
    queries.run(connection, "commands.clear_outcomes", params)
    if sink_mark is not None:
        connection.execute("delete from ops.sink_marks where sink = $1", [sink_mark[0]])
        connection.execute("insert into ops.sink_marks values ($1, $2)", list(sink_mark))
    connection.execute("commit")
