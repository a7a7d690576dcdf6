"""Worlds of one program have nothing in common, and are what they were under other names."""

from __future__ import annotations

from itertools import combinations

import pytest
from neighbours import OwnNames, neighbours
from oracle import World, play
from worlds import random_beat, random_neighbour

SEEDS = range(12)


def names(world: World) -> set[str]:
    """What must not stand in two worlds of one program."""
    campaigns = {each for _, rules in world.settings for each in rules.campaigns}
    return {
        *(record.source for record in world.records),
        *(record.number for record in world.records if record.number),
        *(record.queue for record in world.records if record.queue),
        *(line for campaign in campaigns for line in campaign.dialled_numbers or ()),
        *(menu for campaign in campaigns for menu in campaign.menus or ()),
        *(campaign.name for campaign in campaigns),
        *(entry for _, entries in world.do_not_call for entry in entries),
        *(text for _, rows in world.directory for row in rows for text in row),
        *(line.source for line in world.operator_lines),
    }


def test_neighbours_share_their_runs_and_no_name() -> None:
    worlds = neighbours(7, 8)
    assert all(one.runs == worlds[0].runs for one in worlds)
    assert all(one.outages == worlds[0].outages for one in worlds)
    assert all(names(one).isdisjoint(names(other)) for one, other in combinations(worlds, 2))
    assert neighbours(7, 8) == worlds
    assert neighbours(8, 8) != worlds


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_under_other_names_is_the_same_world(seed: int) -> None:
    world = random_neighbour(f"{seed}", random_beat(f"{seed}"))
    renamed = OwnNames(3).world(world)
    before, after = play(world), play(renamed)
    told = [
        [
            [(one.decision, one.reason, one.due_at, one.attempt_number) for one in run.decisions]
            for run in outcome.runs
        ]
        for outcome in (before, after)
    ]
    assert told[0] == told[1]
    assert [one.result for one in before.attempts] == [one.result for one in after.attempts]
    with_key = [
        {one.key for one in outcome.attempts if one.key} & {one.attempt_key for one in of.records}
        for outcome, of in ((before, world), (after, renamed))
    ]
    assert len(with_key[0]) == len(with_key[1])
