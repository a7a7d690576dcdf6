"""The figures of reports say what the naive ones say of generated histories.

Those of many worlds beside each other are compared in test_oracle, where these are played.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import in_process
import pytest
from oracle_figures import Figures
from worlds import random_world

from reconcile import settings
from reconcile.reports import catalogue
from reconcile.reports.catalogue import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = "Australia/Lord_Howe"  # an offset of half an hour
SEEDS = (41, 115)  # won back by attempt 1 and 2, by hand, regrets
BANDS = (1, 5, 15, 60)

SPLIT = {
    "drops": "dropped_count queue_count menu_count caller_count withheld_count",
    "incoming": "incoming_count caller_count offered_count answered_count abandoned_count "
    "menu_count missed_count sent_on_count going_on_count",
    "abandonment": "abandoned_percent without_short_percent with_menu_percent "
    "with_menu_without_short_percent",
    "service_level": "credited_percent of_answered_percent of_all_percent without_early_percent "
    "short_credited_percent",
    "recovery": "episode_count recovered_percent self_count won_back_1_count won_back_2_count "
    "won_back_3_count later_count by_hand_count never_count waiting_count",
    "times": "episode_count attempted_count to_attempt_median_seconds to_attempt_p90_seconds "
    "talked_count to_talk_median_seconds to_talk_p90_seconds",
    "recall": "lost_caller_count recalled_count recall_rate_percent least_seconds "
    "greatest_seconds",
    "effort": "episode_count won_back_count attempt_count won_back_attempt_count dial_count "
    "regret_count",
}
"""The columns that are compared of each report that is split."""


class Reports:
    """The reports of a program that has played worlds, as rows by their first columns."""

    def __init__(self, program: in_process.Program) -> None:
        self.connection = program.connection
        self.settings = SimpleNamespace(
            time_zone=ZONE, state_folder=None, figures=settings.Figures(recovery_minutes=BANDS)
        )

    def rows(self, name: str, keys: str, columns: str) -> dict[tuple, tuple]:
        made = catalogue.make(
            self.connection, catalogue.find(name), Period(), self.settings
        ).rows.as_dicts()
        return {
            tuple(str(row[key]) for key in keys.split()): tuple(
                row[column] for column in columns.split()
            )
            for row in made
            if row[keys.rsplit(maxsplit=1)[-1]] is not None
        }


def close(row: tuple | None, columns: list[str]) -> tuple | None:
    """A naive row, equal up to the rounding of the reports: whole seconds, tenths of a percent."""
    if row is None:
        return None
    slack = [0.51 if column.endswith("_seconds") else 0.051 for column in columns]
    return tuple(
        pytest.approx(value, abs=most) if isinstance(value, float) else value
        for value, most in zip(row, slack, strict=True)
    )


def unlike(reports: Reports, naive: Figures) -> Iterator[str]:
    """Each row of a report that says something else than the naive figures."""
    compared = [
        *(
            (name, "split value", columns, getattr(naive, name)())
            for name, columns in SPLIT.items()
        ),
        (
            "recovery_bands",
            "campaign within_minutes",
            "episode_count talked_count self_count won_back_count",
            naive.recovery_bands(BANDS),
        ),
        (
            "wasted_dials",
            "day campaign",
            "dial_count redial_count regret_count unseen_count",
            naive.wasted_dials(),
        ),
        ("unmanaged", "day", "caller_count unmanaged_count called_in_count", naive.unmanaged()),
        (
            "commanded",
            "campaign",
            "commanded_count withdrawn_count handed_out_count",
            naive.commanded(),
        ),
    ]
    for name, keys, columns, theirs in compared:
        ours = reports.rows(name, keys, columns)
        if name == "drops":  # the oracle keeps no campaign of a drop
            ours = {key: row for key, row in ours.items() if key[0] != "campaign"}
        for key in sorted({*ours, *theirs}, key=str):
            if ours.get(key) != close(theirs.get(key), columns.split()):
                yield f"{name} {key}: report {ours.get(key)}, naive {theirs.get(key)}"


def figures_differ(worlds, outcomes, program: in_process.Program) -> list[str]:
    """What reports say otherwise than the naive figures of worlds that were played."""
    return [*unlike(Reports(program), Figures(worlds, outcomes, ZONE))]


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_say_what_the_naive_figures_say(seed: int) -> None:
    assert in_process.differences(random_world(seed), also=figures_differ) == []
