"""The SQL and the oracle say the same of every world (design.md, I9), run by run.

Worlds in which calls by hand count as attempts are left out here: the program does so with a later
change. The oracle itself stands in test_oracle_self.
"""

from __future__ import annotations

import in_process
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from oracle import World
from worlds import random_world, worlds

# Small worlds and great ones that between them meet every reason, account and result but those of
# calls by hand; chosen from the first 300 so that together they take a minute.
SEEDS = (1, 3, 4, 8, 11, 12, 13, 14, 18, 19)
MANY = range(1_000)

short = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
long = settings(short, max_examples=300, derandomize=False)


def counts_calls_by_hand(world: World) -> bool:
    return any(
        campaign.count_manual_attempts
        for _, program in world.settings
        for campaign in program.campaigns
    )


def without_calls_by_hand(world: World) -> bool:
    return not counts_calls_by_hand(world)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_does_what_the_oracle_says(seed: int) -> None:
    world = random_world(seed)
    assert not counts_calls_by_hand(world)
    assert in_process.differences(world) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_the_program_does_what_the_oracle_says_of_many_worlds(seed: int) -> None:
    world = random_world(seed)
    if counts_calls_by_hand(world):
        pytest.skip("calls by hand do not count yet")
    assert in_process.differences(world) == []


@given(worlds().filter(without_calls_by_hand))
@short
def test_no_drawn_world_tells_the_program_from_the_oracle(world: World) -> None:
    assert in_process.differences(world) == []


@pytest.mark.slow
@pytest.mark.timeout(7200)
@given(worlds().filter(without_calls_by_hand))
@long
def test_no_drawn_world_of_many_tells_the_program_from_the_oracle(world: World) -> None:
    assert in_process.differences(world) == []
