"""The figures of reports say what the naive ones say of generated histories.

Those of many worlds beside each other are compared in test_oracle, where these are played.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING

import in_process
import oracle
import pytest
from oracle_client_figures import ClientFigures
from oracle_dial_figures import DialFigures
from worlds import random_world

from reconcile import settings
from reconcile.reports import catalogue
from reconcile.reports.catalogue import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

ZONE = "Australia/Lord_Howe"  # an offset of half an hour
# Won back by attempt 1 and 2 and by the dial of another episode, by hand, regrets, clients left
# alone, dials that were removed too late, redials.
SEEDS = (119, 223, 224, 1983)
MANY = 50  # so many worlds beside each other have something to tell in every report
BANDS = (1, 5, 15, 60)
FIGURES = settings.Figures(
    recovery_minutes=BANDS,
    punctual_seconds=45,
    often_dropped_calls=2,
    repeat_days=1,
)

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
    "recall": "lost_caller_count recalled_count recall_rate_percent least_seconds greatest_seconds",
    "effort": "episode_count won_back_count attempt_count won_back_attempt_count dial_count "
    "regret_count",
}
"""The columns that are compared of each report that is split."""


class Naive(ClientFigures, DialFigures):
    """All of them."""


class Reports:
    """The reports of a program that has played worlds, as rows by their first columns."""

    def __init__(self, program: in_process.Program) -> None:
        self.connection = program.connection
        self.settings = SimpleNamespace(time_zone=ZONE, state_folder=None, figures=FIGURES)

    def rows(self, name: str, keys: str, columns: str) -> dict[tuple, tuple]:
        made = catalogue.make(
            self.connection, catalogue.find(name), Period(), self.settings
        ).rows.as_dicts()
        if name == "limits_near":
            made = [{**row, "whose": row["contact"] or row["number"]} for row in made]
        return {
            tuple(str(row[key]) for key in keys.split()): tuple(
                _told(column, row[column]) for column in columns.split()
            )
            for row in made
            if row[keys.rsplit(maxsplit=1)[-1]] is not None
        }


def _told(column: str, value: object) -> object:
    """A value as the naive figures have it: of a change its key alone."""
    return [each.partition(":")[0] for each in value] if column == "changed" else value


def close(row: tuple | None, columns: list[str]) -> tuple | None:
    """A naive row, equal up to the rounding of the reports: whole seconds and minutes, tenths."""
    if row is None:
        return None
    whole = ("_seconds", "_minutes")
    slack = [0.51 if column.endswith(whole) else 0.051 for column in columns]
    return tuple(
        pytest.approx(value, abs=most) if isinstance(value, float) else value
        for value, most in zip(row, slack, strict=True)
    )


def compared(naive: Naive) -> Iterator[tuple[str, str, str, dict[tuple, tuple]]]:
    """Each report with its first columns, those that are compared, and the naive rows."""
    for name, columns in SPLIT.items():
        yield name, "split value", columns, getattr(naive, name)()
    yield (
        "drops",
        "split value",
        "other_count short_count median_waited_seconds p90_waited_seconds longest_waited_seconds",
        naive.waits(),
    )
    yield (
        "recovery_bands",
        "campaign within_minutes",
        "episode_count talked_count self_count won_back_count",
        naive.recovery_bands(BANDS),
    )
    yield (
        "wasted_dials",
        "day campaign",
        "dial_count redial_count regret_count unseen_count",
        naive.wasted_dials(),
    )
    yield "unmanaged", "day", "caller_count unmanaged_count called_in_count", naive.unmanaged()
    yield (
        "commanded",
        "campaign",
        "commanded_count withdrawn_count handed_out_count",
        naive.commanded(),
    )
    yield (
        "punctuality",
        "campaign attempt_number",
        "dial_count punctual_count punctual_percent mean_late_seconds median_late_seconds "
        "p90_late_seconds latest_seconds",
        naive.punctuality(within=FIGURES.punctual_seconds),
    )
    yield (
        "callbacks",
        "day campaign",
        "attempt_count redial_count declined_count attempted_count connected_count abandoned_count "
        "failed_count won_back_count",
        naive.callbacks(),
    )
    yield (
        "outbound_abandonment",
        "day campaign",
        "dial_count answered_count abandoned_count machine_count of_answered_percent "
        "of_dials_percent is_shown",
        naive.outbound_abandonment(),
    )
    yield "dial_faults", "call command_key fault", "number campaign", naive.dial_faults()
    yield (
        "limits_near",
        "limit_count hours per whose",
        "call_count left_count",
        naive.limits_near(near=FIGURES.near_limit_calls),
    )
    yield (
        "closings",
        "campaign outcome",
        "episode_count share_percent dropped_count dial_count no_dial_count blocked_count "
        "talked_later_count open_minutes",
        naive.closings(),
    )
    yield (
        "blocked",
        "campaign number",
        "blocked_at age_hours reason dropped_count waited_seconds",
        naive.blocked(),
    )
    yield (
        "frequent_callers",
        "number",
        "dropped_count day_count waited_seconds episode_count recovered_count first_dropped_at "
        "last_dropped_at last_talked_at",
        naive.frequent_callers(often=FIGURES.often_dropped_calls),
    )
    yield (
        "feed_lag",
        "day source",
        "call_count median_late_seconds p90_late_seconds latest_seconds p90_written_late_seconds",
        naive.feed_lag(),
    )
    yield (
        "settings_effects",
        "first_run_at campaign",
        "episode_count recovered_percent self_percent won_back_percent dial_count regret_count "
        "to_attempt_seconds changed",
        naive.settings_effects(),
    )


def unlike(reports: Reports, naive: Naive) -> Iterator[str]:
    """Each row of a report that says something else than the naive figures."""
    for name, keys, columns, theirs in compared(naive):
        ours = reports.rows(name, keys, columns)
        if name == "drops":  # the oracle keeps no campaign of a drop
            ours = {key: row for key, row in ours.items() if key[0] != "campaign"}
        yield from differences(name, columns, ours, theirs)
        if len(naive.worlds) > MANY and not any(map(any, theirs.values())):
            yield f"{name}: these worlds have nothing to tell"


def differences(
    name: str, columns: str, ours: dict[tuple, tuple], theirs: dict[tuple, tuple]
) -> Iterator[str]:
    """Each row that is another one, in words."""
    for key in sorted({*ours, *theirs}, key=str):
        if ours.get(key) != close(theirs.get(key), columns.split()):
            yield f"{name} {key}: report {ours.get(key)}, naive {theirs.get(key)}"


def first_contacts_differ(program: in_process.Program, naive: Naive) -> Iterator[str]:
    """As of a run that stands a day behind the middle of the talks, and reads nothing new."""
    ends = sorted(call.ended_at for call in naive.calls if call.ended_at and oracle.talks(call))
    if not ends:
        return
    days = FIGURES.repeat_days
    now = max(ends[len(ends) // 2] + timedelta(days=days), naive.last_run)
    columns = "contact_count repeated_count first_contact_percent"
    program.connection.execute("begin")
    program.insert("ops.runs", (program.run_id + 1, now, now, now, "", "", "", "", 0, False))
    ours = Reports(program).rows("first_contact", "day", columns)
    program.connection.execute("rollback")
    yield from differences("first_contact", columns, ours, naive.first_contact(days=days, now=now))


def figures_differ(worlds, outcomes, program: in_process.Program) -> list[str]:
    """What reports say otherwise than the naive figures of worlds that were played."""
    naive = Naive(worlds, outcomes, ZONE)
    return [*unlike(Reports(program), naive), *first_contacts_differ(program, naive)]


@pytest.mark.parametrize("seed", SEEDS)
def test_reports_say_what_the_naive_figures_say(seed: int) -> None:
    assert in_process.differences(random_world(seed), also=figures_differ) == []


# Ringings: worlds have no queue log of calls, so calls that ring phones are told here.

RINGS = ("CONNECT", "RINGNOANSWER", "RINGCANCELED")


def test_ringings_are_those_of_the_calls_that_rang() -> None:
    random, begin = Random(5), datetime.fromisoformat("2026-03-10T10:00")  # noqa: S311
    expected: dict[tuple[str, str], Counter[str]] = {}
    lines = []
    for number in range(200):
        at = begin + timedelta(minutes=7 * number)
        queue = random.choice(("sales", "helpdesk"))
        rings = random.choices(RINGS[1:], k=random.randrange(4))
        rings += ["CONNECT"] * random.randrange(2)
        day = f"{at + timedelta(hours=11):%Y-%m-%d}"  # Lord Howe's in March
        expected.setdefault((day, queue), Counter()).update(["calls", *rings])
        for event in ("ENTERQUEUE", *rings, "ABANDON"):
            row = ("pbx", "", len(lines), 1, 1, at, len(lines), f"{number}", queue, "NONE")
            lines.append((*row, event, at, []))
    program = in_process.Program()
    program.insert("raw.queue_log", *lines)
    columns = "call_count ringing_count answered_count unanswered_count per_call"
    found = Reports(program).rows("ringing", "day queue", columns)
    program.close()
    naive = {
        row: (
            (calls := of["calls"]),
            (rings := of.total() - calls),
            of["CONNECT"],
            rings - of["CONNECT"],
            round(rings / calls, 2),
        )
        for row, of in expected.items()
    }
    assert found == naive
    assert len(found) > 3
