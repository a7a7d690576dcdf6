"""Limits and pacing as a client and a dialler meet them: through the program, minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import CAMPAIGN, CLIENT, EARLY, LINE_B, TWO_CAMPAIGNS, at, drop, minutes
from call_records import unanswered as unanswered_at
from oracle import MINUTE, Limit, ProgramSettings

from reconcile import pipeline, queries, without
from reconcile.explain import Chain
from reconcile.explain.timeline import events
from reconcile.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from oracle import CallRecord

OTHER, THIRD_NUMBER = "+420700610102", "+420700610103"
A_DAY = timedelta(days=1)
THREE_A_DAY = (Limit(3, 24),)


def evening(record: CallRecord) -> CallRecord:
    """The same call on the day before."""
    return replace(
        record,
        started_at=record.started_at - A_DAY,
        ended_at=record.ended_at - A_DAY,
        known_at=record.known_at - A_DAY,
    )


def by_hand(call_id: str, clock: str, **columns: str) -> CallRecord:
    return unanswered_at(call_id, f"{clock}:00", f"{clock}:20", **columns)


def waiting(told: list[tuple], number: str = CLIENT) -> list[tuple]:
    """What is said of a number: decision, reason, due, proof."""
    return [tuple(rest) for found, *rest in told if found == number]


class Played:
    """A program that has been run at some instants."""

    def __init__(self, program: in_process.Program, rules: ProgramSettings) -> None:
        self.program = program
        self.program.set_rules(rules, {"pbx"})

    def run(self, now: datetime) -> list[tuple]:
        assert self.program.run(now) == []
        return self.program.fetch(
            "select number, decision, reason, due_at, proof from kept.decisions "
            "where last_run_at is null order by promised_at, number, campaign"
        )

    def dials(self) -> list[tuple[str, str]]:
        rows = self.program.fetch(
            "select handed_out_at, number from kept.attempts order by handed_out_at, number"
        )
        return [(f"{handed_out_at:%H:%M}", number) for handed_out_at, number in rows]


@pytest.fixture
def program() -> Iterator[in_process.Program]:
    with in_process.running_program() as running:
        yield running


def test_three_and_three_calls_around_midnight_do_not_slip_through_three_a_day(
    program: in_process.Program,
) -> None:
    campaign = replace(CAMPAIGN, starts_at=EARLY - A_DAY, give_up_after_minutes=3000)
    played = Played(program, ProgramSettings((campaign,), limits=THREE_A_DAY))
    called = [evening(by_hand(f"h{place}", f"23:{place}0")) for place in (2, 3, 4)]
    program.load_records([*called, evening(drop("d", "23:58"))])
    for now in (at("00:00") - MINUTE, *minutes("00:00", "00:10")):
        told = played.run(now)
    held = ("wait", "limit", at("23:20"), ["pbx/h2", "pbx/h3", "pbx/h4"])
    assert waiting(told) == [held]
    idle = program.idle_count
    later = [*minutes("00:11", "23:18")[::60], at("23:19"), at("23:19:59")]
    for now in later:
        assert waiting(played.run(now)) == [held]
    assert program.idle_count - idle == len(later), "nothing is looked at until then"
    for now in minutes("23:20", "23:31"):
        played.run(now)
    assert [clock for clock, _ in played.dials()] == ["23:20", "23:30"]


def test_a_dial_and_its_call_count_once_and_one_that_nobody_saw_counts_too(
    program: in_process.Program,
) -> None:
    played = Played(program, ProgramSettings((replace(CAMPAIGN, limits=(Limit(2, 24),)),)))
    program.load_records([drop("d", "10:00"), by_hand("o", "10:05")])
    for now in minutes("10:00", "11:05"):
        told = played.run(now)
    assert [clock for clock, _ in played.dials()] == ["10:05", "10:15"]
    unseen = program.fetch("select command_key from kept.attempts where call_id is null")
    ((decision, reason, due_at, proof),) = waiting(told)
    assert (decision, reason) == ("wait", "limit")
    assert proof == sorted(["pbx/o", *(key for (key,) in unseen)])
    assert due_at == at("10:05") + A_DAY


def test_the_limit_of_a_contact_counts_all_its_numbers_also_within_one_run(
    program: in_process.Program,
) -> None:
    played = Played(
        program, ProgramSettings((replace(CAMPAIGN, limits=(Limit(2, 24, "contact"),)),))
    )
    program.set_directory([("1", CLIENT), ("1", OTHER), ("1", THIRD_NUMBER)])
    program.load_records(
        [
            by_hand("h", "09:00", number=THIRD_NUMBER),
            drop("d", "10:00:00"),
            drop("e", "10:00:10", number=OTHER),
        ]
    )
    for now in minutes("10:00", "10:06"):
        told = played.run(now)
    assert played.dials() == [("10:05", CLIENT)]
    ((_, reason, due_at, _),) = waiting(told, OTHER)
    assert (reason, due_at) == ("limit", at("09:00") + A_DAY)


def test_two_numbers_of_a_contact_due_at_once_share_what_is_left(
    program: in_process.Program,
) -> None:
    played = Played(
        program, ProgramSettings((replace(CAMPAIGN, limits=(Limit(1, 1, "contact"),)),))
    )
    program.set_directory([("1", CLIENT), ("1", OTHER)])
    program.load_records([drop("d", "10:00"), drop("e", "10:00", number=OTHER)])
    for now in minutes("10:00", "10:04"):
        played.run(now)
    told = played.run(at("10:05"))
    assert [reason for _, reason, *_ in waiting(told)] == ["attempt_1_of_3"]
    (key,) = (one for (one,) in program.fetch("select episode_id from kept.attempts"))
    assert waiting(told, OTHER) == [("wait", "limit", at("10:05"), [key])]


def test_a_run_hands_out_as_many_dials_as_it_may_the_oldest_promises_first(
    program: in_process.Program,
) -> None:
    numbers = [f"+4207006101{place:02}" for place in range(10, 15)]
    played = Played(program, ProgramSettings((CAMPAIGN,), dials_per_run=2))
    program.load_records(
        [
            drop(f"d{place}", f"10:00:{place:02}", number=number)
            for place, number in enumerate(reversed(numbers), start=1)
        ]
    )
    for now in minutes("10:00", "10:09"):
        played.run(now)
    order = [number for _, number in played.dials()]
    assert [clock for clock, _ in played.dials()] == ["10:06", "10:06", "10:07", "10:07", "10:08"]
    assert sorted(order[:2]) == numbers[3:], "hung up first"
    assert order[4] == numbers[0], "hung up last"


def test_no_more_dials_are_on_the_way_than_may_be(program: in_process.Program) -> None:
    campaign = replace(CAMPAIGN, dials_waiting_max=1)
    played = Played(program, ProgramSettings((campaign,)))
    program.load_records(
        [
            drop("d", "10:00"),
            drop("e", "10:00:30", number=OTHER),
            unanswered_at("o", "10:05:05", "10:07:10"),
        ]
    )
    reasons = {}
    for now in minutes("10:00", "10:08"):
        reasons[now] = [reason for _, reason, *_ in waiting(played.run(now), OTHER)]
    assert reasons[at("10:06")] == reasons[at("10:07")] == ["pacing"]
    assert played.dials() == [("10:05", CLIENT), ("10:08", OTHER)]


def test_dials_that_no_sink_took_keep_their_places_and_do_not_pile_up(
    program: in_process.Program,
) -> None:
    played = Played(program, ProgramSettings((CAMPAIGN,), dials_per_run=1))
    program.load_records([drop("d", "10:00"), drop("e", "10:00:30", number=OTHER)])
    program.sink.is_down = True
    for now in minutes("10:00", "10:10"):
        told = played.run(now)
    assert program.fetch("select number, state from kept.commands") == [(CLIENT, "issued")]
    assert [reason for _, reason, *_ in waiting(told, OTHER)] == ["pacing"]
    program.sink.is_down = False
    for now in minutes("10:11", "10:12"):
        played.run(now)
    assert played.dials() == [("10:11", CLIENT), ("10:12", OTHER)]


def test_the_higher_priority_leaves_first_and_stands_first_at_the_sink(
    program: in_process.Program,
) -> None:
    low, high = TWO_CAMPAIGNS[0], replace(TWO_CAMPAIGNS[1], priority=1)
    played = Played(program, ProgramSettings((low, high), dials_per_run=2))
    program.load_records(
        [
            drop("d", "10:00:00"),
            drop("e", "10:00:10", number=THIRD_NUMBER),
            drop("f", "10:00:20", number=OTHER, dialled_number=LINE_B),
        ]
    )
    for now in minutes("10:00", "10:06"):
        played.run(now) if now != at("10:05") else None
    assert [key.split("|")[2] for key in program.sink.taken] == [OTHER, CLIENT]


def test_without_limits_their_tables_are_as_with_them(program: in_process.Program) -> None:
    def columns() -> list[tuple]:
        return [
            program.fetch(f"describe core.{name}") for name in ("limit_numbers", "limit_counts")
        ]

    moment = Moment(EARLY, 1, limits_since=EARLY)
    for name in (
        *("core.attempt_standings", "core.redials", "core.plans", "core.directory"),
        *pipeline.COUNT,
    ):
        queries.run(program.connection, name, moment.params())
    with_limits = columns()
    program.connection.execute(without.LIMITS)
    assert columns() == with_limits


def test_explain_tells_each_call_that_counted_and_when_a_dial_is_possible_again() -> None:
    decision = {
        "decision": "wait", "reason": "limit", "attempt_number": 2, "attempt_count": 3,
        "due_at": at("10:02") + A_DAY, "first_run_at": at("12:00"), "episode_id": "e",
        "proof": ["pbx/1", "pbx/2", "k"], "other_numbers": [],
    }  # fmt: skip
    rows = [
        {"called_at": at("10:02"), "number": CLIENT, "attempt_number": None, "attempt_key": None},
        {"called_at": at("10:30"), "number": OTHER, "attempt_number": None, "attempt_key": "crm-7"},
        {"called_at": at("11:00"), "number": CLIENT, "attempt_number": 1, "campaign": "missed"},
    ]
    rows = [{**row, "episode_id": "e", "first_run_at": at("12:00")} for row in rows]
    names = (
        *("episodes", "calls", "witnesses", "drops", "pauses", "commands"),
        *("deliveries_by_hand", "attempts"),
    )
    parts = {**{name: [] for name in names}, "decisions": [decision], "limits": rows}
    (event,) = events(Chain(CLIENT, "number", parts), lambda instant: f"{instant:%T}")
    assert event.text == (
        "`limit`: the client was called as often as a limit allows, 3 calls in 24 hours: "
        f"10:02:00 by hand, 10:30:00 tagged `crm-7` to {OTHER}, 11:00:00 attempt 1 of `missed`; "
        "attempt 2 of 3 is possible again from 10:02:00"
    )
