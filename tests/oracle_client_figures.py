"""The figures of reports on clients and feeds once more, naively.

As oracle_figures, from what the oracle says; the definitions are those beside the figures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

import oracle
from oracle_figures import RECOVERED, Figures, Told, middle_and_high, percent, seconds

if TYPE_CHECKING:
    from datetime import datetime


class ClientFigures(Figures):
    """The figures of clients of worlds that were played beside each other."""

    def closings(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """By campaign and outcome: episodes, share, dropped calls, dials, without any, blocked,
        talked later, minutes until the closing."""
        rows: dict[tuple[str, str], list[Told]] = defaultdict(list)
        of_campaign: dict[str, int] = defaultdict(int)
        for one in self.told:
            rows[one.campaign, one.outcome].append(one)
            of_campaign[one.campaign] += 1
        return {
            (campaign, outcome): (
                len(ones),
                percent(len(ones), of_campaign[campaign]),
                sum(len(one.drops) for one in ones),
                sum(one.dials for one in ones),
                sum(not one.dials for one in ones),
                sum(blocked_since(one) is not None for one in ones),
                sum(self._talked_later(one) for one in ones),
                self._open_minutes(ones),
            )
            for (campaign, outcome), ones in rows.items()
        }

    def _talked_later(self, one: Told) -> bool:
        """After a closing that was no talk."""
        if one.closed_at is None or one.outcome in RECOVERED:
            return False
        shortest = timedelta(seconds=self.shortest_talks[one.campaign])
        return any(at > one.closed_at for at in self.talks_with(one.number, shortest))

    def talks_with(self, number: str, shortest: timedelta = timedelta()) -> list[datetime]:
        """The talks with a number that are known to have lasted so long."""
        return [
            at
            for call in self.calls
            if call.number == number and self.is_client(call)
            for at in oracle.talks(call)
            if not shortest or (oracle.talk_end(call, at) or at) - at >= shortest
        ]

    def _open_minutes(self, ones: list[Told]) -> float | None:
        took = [seconds(one.closed_at - one.added_at) / 60 for one in ones if one.closed_at]
        return median(took) if took else None

    def blocked(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """By campaign and number: since when, hours, reason, dropped calls, waited seconds."""
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for one in self.told:
            if one.outcome == "blocked":
                since = blocked_since(one)
                rows[one.campaign, one.number] = (
                    since,
                    seconds(self.last_run - since) / 3600,
                    one.decided[-1][1].reason,
                    len(one.drops),
                    sum(map(hung_on, one.drops)),
                )
        return rows

    def frequent_callers(self, *, often: int) -> dict[tuple[str], tuple[object, ...]]:
        """By number: dropped calls, days, waited, episodes, recovered, first and last drop."""
        drops: dict[str, list[oracle.Account]] = defaultdict(list)
        for one in self.accounts:
            if (number := self.number(one.call)) and oracle.drop_kind(self.call(one.call)):
                drops[number].append(one)
        rows: dict[tuple[str], tuple[object, ...]] = {}
        for number, ones in drops.items():
            if len(ones) >= often:
                told = [one for one in self.told if one.number == number]
                at = [one.dropped_at for one in ones]
                rows[number,] = (
                    len(ones),
                    len({self.day(each) for each in at}),
                    sum(hung_on(self.call(one.call)) for one in ones),
                    len(told),
                    sum(one.outcome in RECOVERED for one in told),
                    min(at),
                    max(at),
                    max(self.talks_with(number), default=None),
                )
        return rows

    def waits(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """Hung up otherwise, short ones, and how long they had waited: median, p90, longest."""
        rows: dict[tuple[str, str], list[oracle.Account]] = defaultdict(list)
        for one in self.accounts:
            call = self.call(one.call)
            if oracle.drop_kind(call) is not None:
                for split in self._splits(one.dropped_at, call):
                    rows[split].append(one)
        found: dict[tuple[str, str], tuple[object, ...]] = {}
        for split, ones in rows.items():
            waits = [hung_on(self.call(one.call)) for one in ones]
            _, middle, high = middle_and_high([timedelta(seconds=each) for each in waits])
            found[split] = (
                sum(one.kind not in ("queue", "ivr") for one in ones),
                sum(each < self.short for each in waits),
                middle,
                high,
                max(waits),
            )
        return found

    def first_contact(self, *, days: int, now: datetime) -> dict[tuple[str], tuple[object, ...]]:
        """By day of the talk: contacts, repeated, and the share of those that were not."""
        window = timedelta(days=days)
        rows: dict[str, list[bool]] = defaultdict(list)
        called: dict[str | None, list[oracle.CallRecord]] = defaultdict(list)
        for call in self.calls:
            if call.direction == "in":
                called[call.number].append(call)
        for call in self.calls:
            if not (self.is_client(call) and oracle.talks(call) and call.ended_at):
                continue
            if call.ended_at + window <= now:
                rows[self.day(min(oracle.talks(call)))].append(
                    any(
                        call.ended_at <= other.started_at < call.ended_at + window
                        for other in called[call.number]
                        if other.id != call.id
                    )
                )
        return {
            (day,): (len(again), sum(again), percent(len(again) - sum(again), len(again)))
            for day, again in rows.items()
        }

    def feed_lag(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """By day and source: calls, seconds late (median, p90, most), written late (p90)."""
        rows: dict[tuple[str, str], list[tuple[timedelta, timedelta | None]]] = defaultdict(list)
        for world, outcome in zip(self.worlds, self.outcomes, strict=True):
            for call in outcome.calls.values():
                if call.ended_at is None or call.ended_at < world.runs[0]:
                    continue
                seen, known_at = _read(world, call.id)
                late = max(timedelta(), seen - call.ended_at)
                written = timedelta() if not late else known_at - call.ended_at
                is_told = not late or known_at <= seen
                rows[self.day(call.ended_at), call.source].append(
                    (late, max(timedelta(), written) if is_told else None)
                )
        return {
            row: (
                *middle_and_high([late for late, _ in lags]),
                max(seconds(late) for late, _ in lags),
                middle_and_high([written for _, written in lags if written is not None])[2],
            )
            for row, lags in rows.items()
        }

    def settings_effects(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """By version (its first run) and campaign: episodes, recovered, self, won back in percent,
        dials, regrets, median seconds to the first dial, what was changed."""
        versions = self._versions()
        rows: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for one in self.told:
            first_run = one.decided[0][0]
            version = max(at for at in versions if at <= first_run)
            rows[str(version), one.campaign].append(one)
        changed = {str(at): told for at, told in versions.items()}
        found: dict[tuple[str, str], tuple[object, ...]] = {}
        for (version, campaign), ones in rows.items():
            recoverable = [one.outcome for one in ones if one.is_recoverable]
            took = [one.first_attempt for one in ones if one.first_attempt is not None]
            found[version, campaign] = (
                len(ones),
                percent(sum(word in RECOVERED for word in recoverable), len(recoverable)),
                percent(recoverable.count("self_recovered"), len(recoverable)),
                percent(recoverable.count("won_back"), len(recoverable)),
                sum(one.dials for one in ones),
                sum(one.regrets for one in ones),
                middle_and_high(took)[1],
                changed[version],
            )
        return found

    def _versions(self) -> dict[datetime, list[str]]:
        """From which run each version of the settings was in force, and what it changed."""
        found: dict[datetime, list[str]] = {}
        before: list[oracle.ProgramSettings] = []
        for now in self.worlds[0].runs:
            rules = [oracle._in_force(world.settings, now) for world in self.worlds]
            if not before or any(a is not b for a, b in zip(before, rules, strict=True)):
                found[now] = sorted(changes(before, rules)) if before else []
                before = rules
        return found


def _read(world: oracle.World, call: oracle.CallId) -> tuple[datetime, datetime]:
    """Which run read of a call first, and since when its record is as it has been read last."""
    records = [one for one in world.records if one.id == call]
    runs = [(run, oracle.known_calls(records, run).get(call)) for run in world.runs]
    seen = next(run for run, record in runs if record)
    read: oracle.CallRecord | None = None
    for _, record in runs:
        if record is not None and oracle.is_new(record, read):
            read = record
    assert read is not None
    return seen, read.known_at


def changes(before: list[oracle.ProgramSettings], after: list[oracle.ProgramSettings]) -> set[str]:
    """The keys of campaigns that are new, gone or otherwise."""
    old, new = (
        {
            (campaign.name, key.name): getattr(campaign, key.name)
            for program in programs
            for campaign in program.campaigns
            for key in fields(campaign)
        }
        for programs in (before, after)
    )
    return {
        f"campaigns {name} {key}"
        for name, key in {*old, *new}
        if key != "name" and old.get((name, key)) != new.get((name, key))
    }


def hung_on(call: oracle.CallRecord) -> float:
    """How long the caller of a dropped call had waited, in seconds."""
    assert call.ended_at is not None
    return max(0.0, seconds(call.ended_at - (call.wait_began_at or call.started_at)))


def blocked_since(one: Told) -> datetime | None:
    """Since when an episode is blocked now, or was when it closed; None: it is not."""
    since = None
    for at, decision in reversed(one.decided):
        if decision.decision == "remove":
            continue
        if decision.decision != "blocked":
            break
        since = at
    return since
