"""Cases that public documents tell of calling back, played by the program as written there.

When a caller is owed a call and when not: the call centre manual of Accolades, "Callback,
description" (help.accolades.ro/en/call_center/callback). Three calls in 24 hours that may not be
got round at midnight stand in test_limits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import in_process
import pytest
from call_records import CAMPAIGN, at, drop, minutes, talk
from oracle import ProgramSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle import CallRecord

WEEK = timedelta(days=7)


def left(records: Sequence[CallRecord], until: str) -> tuple[list[str], list[tuple]]:
    """The dials that left until then, by the clock, and why each closed episode was removed."""
    with in_process.running_program() as program:
        program.load_records(list(records))
        program.set_rules(ProgramSettings((CAMPAIGN,)), {"pbx"})
        for now in minutes("10:00", until):
            assert program.run(now) == []
        dials = program.fetch("select handed_out_at from kept.attempts order by handed_out_at")
        closed = program.fetch("select reason from kept.episodes where reason is not null")
    return [f"{handed_out_at:%H:%M}" for (handed_out_at,) in dials], closed


def test_six_unanswered_calls_in_a_row_are_one_duty_to_call() -> None:
    calls = [drop(f"d{minute}", f"10:0{minute}:10") for minute in range(6)]
    assert left(calls, "10:10") == (["10:06"], [])


def test_who_talked_and_was_then_lost_again_is_due() -> None:
    calls = [
        drop("d1", "10:00:10"),
        talk("t", "10:02:00", "10:03:00", dialled_number="+420200000410"),
        drop("d2", "10:04:10"),
    ]
    assert left(calls, "10:10") == (["10:10"], [("reached",)])


def test_who_was_answered_in_another_queue_is_not_due() -> None:
    answered = talk("t", "10:02:00", "10:03:00", queue="helpdesk", dialled_number="+420200000420")
    assert left([drop("d", "10:00:10"), answered], "10:10") == ([], [("reached",)])


def test_who_was_called_by_an_agent_since_is_not_due() -> None:
    called = talk("o", "10:02:00", "10:03:00", direction="out")
    assert left([drop("d", "10:00:10"), called], "10:10") == ([], [("reached",)])


@pytest.mark.parametrize(
    ("give_up_after_minutes", "reason"), [(480, "too_old"), (30 * 1440, "before_start")]
)
def test_who_was_lost_last_week_is_not_due(give_up_after_minutes: int, reason: str) -> None:
    call = drop("d", "10:00:10")
    earlier = replace(
        call,
        started_at=call.started_at - WEEK,
        ended_at=call.ended_at - WEEK,
        known_at=call.known_at - WEEK,
    )
    campaign = replace(CAMPAIGN, give_up_after_minutes=give_up_after_minutes)
    with in_process.running_program() as program:
        program.load_records([earlier])
        program.set_rules(ProgramSettings((campaign,)), {"pbx"})
        assert program.run(at("10:00")) == []
        assert program.fetch("select account, reason from kept.dropped_calls") == [
            ("ignored", reason)
        ]
