"""Many minutes of a company in which much goes wrong: the promises hold in each of them.

Late, repeated and nonsense lines, rotations, an unreadable log, a sink that is down, a directory
that is cut off, settings that change, a clock that jumps; drawn from a seed (simulated_site.py).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from simulated_site import QUIET_MINUTES, SimulatedSite, allowed

from reconcile import clock

if TYPE_CHECKING:
    from pathlib import Path

SEEDS, MANY_SEEDS = (1,), range(100, 110)
SHORT_MINUTES, LONG_MINUTES = 40, 2_000

PROMISES = {
    "I3: each open episode has one decision in force": """
        select episodes.episode_id
        from kept.episodes as episodes
        left join kept.decisions as decisions
            on episodes.episode_id = decisions.episode_id and decisions.last_run_at is null
        where episodes.closed_at is null
        group by all
        having count(decisions.episode_id) != 1
    """,
    "I3: each dropped call stands once, opened and joined ones with their episode": """
        select source, call_id
        from kept.dropped_calls
        group by all
        having count(*) > 1 or bool_or(account in ('opened', 'joined') and episode_id is null)
    """,
    "opened = removed + open": """
        select episode_id
        from kept.episodes as episodes
        where
            closed_at is not null
            and not exists (
                select 1 from kept.commands as commands
                where commands.episode_id = episodes.episode_id and commands.kind = 'remove'
            )
    """,
    "I11: never two dials to one number on the way": """
        select number
        from (
            select number, command_key from kept.commands
            where kind = 'dial' and state in ('issued', 'offered', 'unsure')
            union
            select number, command_key from kept.attempts
            where result is null and not is_by_hand
        )
        where not exists (
            -- While the clock is back, what was unseen is in doubt again, and all dials are held.
            select 1 from ops.runs
            where run_at > (select arg_max(run_at, run_id) from ops.runs)
        )
        group by number
        having count(*) > 1
    """,
    "no audit finds a broken promise": "select audit, detail from ops.audit_findings",
}
LEFT_BEHIND = """
    select drops.call_id
    from kept.dropped_calls as drops
    inner join kept.episodes as episodes on drops.episode_id = episodes.episode_id
    where
        drops.account in ('opened', 'joined')
        and not drops.is_withdrawn
        and not episodes.is_closing_withdrawn
        and (
            drops.dropped_at > episodes.cut_at
            or drops.dropped_at = episodes.cut_at and episodes.reason = 'reached'
        )
"""
"""Dropped calls of a closed episode behind its last dial or its talk: none answers for them."""


def play(folder: Path, seed: int, minute_count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    company = SimulatedSite.of_seed(folder, seed)
    monkeypatch.setattr(clock, "utc_now", lambda: company.now)
    for minute in range(minute_count):
        company.is_quiet = minute >= minute_count - QUIET_MINUTES
        result = company.minute()
        where = f"seed {seed}, minute {minute}, {company.now}"
        assert allowed(result.exit_code), (where, result.exit_code, result.faults)
        with company.site.opened() as state:
            for promise, statement in PROMISES.items():
                assert state.execute(statement).fetchall() == [], (where, promise)
        if minute % 10 == 0:
            before = company.site.fetch("select count(*), max(sequence) from kept.commands")
            company.run()
            after = company.site.fetch("select count(*), max(sequence) from kept.commands")
            assert after == before, (where, "I1: a second run at the same instant adds nothing")
    check_the_end(company, f"seed {seed}, the end")


def check_the_end(company: SimulatedSite, where: str) -> None:
    """Nothing was lost of what was written, and what left the sink left once and in order."""
    (known,) = company.site.fetch("select count(*) from kept.calls")[0]
    assert (known, company.late) == (company.calls, []), (where, "calls known and written")
    assert company.site.fetch(LEFT_BEHIND) == [], (where, "I10")
    payloads = company.site.payloads()
    keys = Counter(payload["key"] for payload in payloads)
    assert [key for key, count in keys.items() if count > 1] == [], (where, "delivered twice")
    removed: set[str] = set()
    for payload in payloads:
        episode = payload["key"].split("|", 1)[1]
        if payload["command"] == "remove":
            removed.add(episode)
        else:
            assert episode.rpartition("|")[0] not in removed, (where, "a dial after its remove")
    undelivered = company.site.fetch(
        "select command_key from kept.commands where state in ('issued', 'offered') "
        "and kind = 'remove'"
    )
    assert undelivered == [], (where, "removes that did not leave")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_promises_hold_in_each_minute(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(tmp_path / "site", seed, SHORT_MINUTES, monkeypatch)


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_the_promises_hold_over_many_minutes(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(tmp_path / "site", seed, LONG_MINUTES, monkeypatch)
