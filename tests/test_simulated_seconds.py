"""A simulation does what a naive walk through the seconds of each number does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import in_process
import pytest
import second_walk
from in_process import Program, running_program
from neighbours import neighbours
from oracle import (
    MINUTE,
    SECOND,
    CallRecord,
    CampaignSettings,
    Limit,
    ProgramSettings,
    World,
    known_calls,
    talks,
)
from worlds import random_world

from reconcile import queries
from reconcile.simulation import seconds

HISTORY = "create or replace temp table history_calls as select * from kept.calls limit 0"
NO_OWN_CALLS = "create or replace temp table own_calls (source varchar, call_id varchar)"
NEIGHBOURS = 60


def simulated(worlds: list[World], begin: datetime, end: datetime) -> second_walk.Walked:
    """What the program says of worlds beside each other, in the form of the naive walk."""
    zones = {number: zones for world in worlds for number, zones in world.zones.items()}
    with running_program(zones, is_large=True) as program:
        load(program, worlds, end)
        seconds.walk(program.connection, program.settings, from_at=begin, end_at=end)
        return told(program)


def load(program: Program, worlds: list[World], end: datetime) -> None:
    """Bring in the newest version of each call, and what is in force at last."""
    ever = datetime.max  # noqa: DTZ901
    sources = [{record.source for record in world.records} for world in worlds]
    rules = [world.settings[-1][1] for world in worlds]
    program.set_all_rules(
        [*zip(rules, sources, strict=True)],
        has_do_not_call=any(world.do_not_call for world in worlds),
    )
    program.set_directory(in_process._all_in_force(worlds, "directory", ever))
    program.set_do_not_call(in_process._all_in_force(worlds, "do_not_call", ever))
    program.connection.execute(HISTORY)
    program.connection.execute(NO_OWN_CALLS)
    calls = [
        as_kept(call) for world in worlds for call in known_calls(world.records, ever).values()
    ]
    rows = [
        (
            call.source, call.call_id, "", call.direction, call.number, call.number,
            call.number_class, call.dialled_number, call.queue, call.menu, call.started_at,
            call.wait_began_at, call.connected_at, call.last_connected_at,
            call.talk_ended_at, call.ended_at, call.last_place, call.end_reason, call.result,
            call.attempt_key, call.known_at, call.known_at, 0,
        )
        for call in calls
    ]  # fmt: skip
    program.insert("temp.history_calls", *rows)
    queries.run(program.connection, "commands.keep_simulated_calls", {"end_at": end})


def as_kept(call: CallRecord) -> CallRecord:
    """A call as the program keeps it once it is read: no number but one that can be dialled."""
    number = call.number if call.number_class in ("valid", "possible") else None
    connected_at, *_ = (*talks(call), None)
    last = None if connected_at is None else call.last_connected_at or connected_at
    return replace(call, number=number, connected_at=connected_at, last_connected_at=last)


def told(program: Program) -> second_walk.Walked:
    walked = second_walk.Walked()
    walked.accounts = {
        (source, call): (account, reason, episode)
        for source, call, account, reason, episode in program.fetch(
            "select source, call_id, account, reason, episode_id from kept.dropped_calls"
        )
    }
    dials: dict[str, list[datetime]] = {}
    for episode, at in program.fetch(
        "select episode_id, handed_out_at from kept.attempts order by attempt_number"
    ):
        dials.setdefault(episode, []).append(at)
    walked.episodes = {
        episode: second_walk.Ended(added, closed, reason, (*dials.get(episode, ()),))
        for episode, added, closed, reason in program.fetch(
            "select episode_id, added_at, closed_at, reason from kept.episodes"
        )
    }
    return walked


def differences(worlds: list[World]) -> list[str]:
    begin = worlds[0].runs[0] - 2 * 60 * MINUTE
    end = worlds[0].runs[-1] + 90 * MINUTE + SECOND
    worlds = [comparable(world) for world in worlds]
    for world in worlds:
        world.beside = [other.settings for other in worlds if other is not world]
    ours = simulated(worlds, begin, end)
    accounts, episodes = {}, {}
    for world in worlds:
        walked = second_walk.walk(world, begin, end)
        accounts |= {
            (*call,): (account, reason, episode and in_process._episode(episode))
            for call, (account, reason, episode) in walked.accounts.items()
        }
        episodes |= {
            in_process._episode(episode): ended for episode, ended in walked.episodes.items()
        }
    return [
        *in_process._differ("account", ours.accounts, accounts),
        *in_process._differ("episode", ours.episodes, episodes),
    ]


def comparable(world: World) -> World:
    """Without what a simulation leaves out, and under the last settings that have a campaign."""
    rules = [rules for _, rules in world.settings if rules.campaigns][-1]
    campaigns = tuple(
        replace(
            campaign,
            retry_on=(),
            stop_on=frozenset(),
            count_manual_attempts=False,
        )
        for campaign in rules.campaigns
    )
    rules = replace(rules, campaigns=campaigns)
    return replace(world, settings=[(world.runs[0] - timedelta(days=9), rules)], beside=[])


@pytest.mark.parametrize("seed", [1])
def test_a_simulation_does_to_each_of_many_what_a_walk_through_the_seconds_does(seed: int) -> None:
    assert differences(neighbours(seed, NEIGHBOURS)) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", [2, 4, *range(100, 130)])
def test_a_simulation_does_what_the_seconds_say_of_many_more(seed: int) -> None:
    assert differences(neighbours(seed, NEIGHBOURS)) == []


@pytest.mark.parametrize("seed", [25, 319])
def test_a_simulation_does_what_the_seconds_say_of_one_world(seed: int) -> None:
    assert differences([random_world(seed)]) == []


def test_a_dial_that_a_later_drop_put_off_still_counts_for_the_limits_of_the_next() -> None:
    """The dial of 10:10 leaves none for the episode of 10:25, though it was put off twice."""
    begin = datetime.fromisoformat("2026-03-10T10:00:00")
    calls = [("out", "09:09:06", 25), ("drop", "10:04:01", 9), ("drop", "10:09:06", 9)]
    calls += [("talk", "10:12:56", 20), ("drop", "10:25:31", 9), ("talk", "10:27:00", 20)]
    world = World(
        settings=[(begin, ProgramSettings((RESTARTING,)))],
        records=[a_call(place, *call) for place, call in enumerate(calls)],
        runs=[begin, begin + 40 * MINUTE],
    )
    assert differences([world]) == []


RESTARTING = CampaignSettings(
    "missed",
    dialled_numbers=frozenset({"+420200000410"}),
    ladder=(1, 3, 8),
    on_repeat="restart",
    count_from="previous_attempt",
    limits=(Limit(calls=1, hours=1),),
)


def a_call(place: int, kind: str, clock: str, seconds_long: int) -> CallRecord:
    """A talk that begins at an instant, or a drop that ends at it."""
    at = datetime.fromisoformat(f"2026-03-10T{clock}")
    is_drop = kind == "drop"
    began_at, ended_at = (
        (at - seconds_long * SECOND, at) if is_drop else (at, at + seconds_long * SECOND)
    )
    return CallRecord(
        source="pbx",
        call_id=f"{place}",
        known_at=ended_at,
        direction="out" if kind == "out" else "in",
        number="+420700610101",
        dialled_number="+420200000410",
        queue="sales",
        started_at=began_at,
        wait_began_at=began_at,
        connected_at=None if is_drop else at,
        talk_ended_at=None if is_drop else ended_at,
        ended_at=ended_at,
        last_place="queue",
        end_reason="caller",
    )
