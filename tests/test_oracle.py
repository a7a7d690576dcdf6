"""The SQL and the oracle say the same of every world (design.md, I9), run by run.

The oracle itself stands in test_oracle_self.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import in_process
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from neighbours import neighbours
from oracle import World
from test_oracle_figures import figures_differ
from worlds import random_world, worlds

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

# By themselves: short ones with what neighbours cannot have of their own (limits on all dials of a
# program, campaigns for any line, pauses of all campaigns), later attempts, and two that once told
# the two apart.
SEEDS, SLOW_SEEDS = (25, 51, 319, 1036), (33, 58, 431, 810)
# Seeds of groups with few runs, and how many neighbours each has.
GROUPS, SLOW_GROUPS, NEIGHBOURS = (3, 7), (8,), 70
# With 10,000 neighbours in all: each of these groups has been run and agrees.
MANY, AT_ONCE = 300, 50
MANY_GROUPS, MANY_NEIGHBOURS = range(1, 41), 250


def slow(seeds: tuple[int, ...]) -> list[ParameterSet]:
    """The same for longer runs only."""
    return [pytest.param(seed, marks=pytest.mark.slow) for seed in seeds]


short = settings(
    max_examples=3,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
long = settings(short, max_examples=300, derandomize=False)


@pytest.mark.parametrize("seed", [*SEEDS, *slow(SLOW_SEEDS)])
def test_the_program_does_what_the_oracle_says(seed: int) -> None:
    world = random_world(seed)
    assert in_process.differences(world) == []


@pytest.mark.parametrize("seed", [*GROUPS, *slow(SLOW_GROUPS)])
def test_the_program_does_to_each_of_many_what_the_oracle_says_of_it_alone(seed: int) -> None:
    assert in_process.differences(*neighbours(seed, NEIGHBOURS), also=figures_differ) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, MANY, AT_ONCE))
def test_the_program_does_what_the_oracle_says_of_many_worlds(first: int) -> None:
    seeded = {seed: random_world(seed) for seed in range(first, first + AT_ONCE)}
    found = {
        seed: in_process.differences(world, also=figures_differ) for seed, world in seeded.items()
    }
    assert {seed: differences for seed, differences in found.items() if differences} == {}


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", MANY_GROUPS)
def test_the_program_does_to_each_of_thousands_what_the_oracle_says(seed: int) -> None:
    assert in_process.differences(*neighbours(seed, MANY_NEIGHBOURS), also=figures_differ) == []


@given(worlds())
@short
def test_no_drawn_world_tells_the_program_from_the_oracle(world: World) -> None:
    assert in_process.differences(world) == []


@pytest.mark.slow
@pytest.mark.timeout(7200)
@given(worlds())
@long
def test_no_drawn_world_of_many_tells_the_program_from_the_oracle(world: World) -> None:
    assert in_process.differences(world) == []
