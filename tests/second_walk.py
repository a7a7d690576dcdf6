"""A simulation once more, naively: second by second.

As `oracle.py` it uses no SQL and nothing of `reconcile`. What a single call or a directory says is
asked from the oracle; what is decided when, stands here. Every dial is over at once, not answered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import oracle
from oracle import MINUTE, SECOND, CallId, CallRecord, CampaignSettings, EpisodeId, World


class Ended(NamedTuple):
    added_at: datetime
    closed_at: datetime | None
    reason: str | None
    dials: tuple[datetime, ...]


@dataclass
class Walked:
    """What became of each dropped call and of each episode."""

    accounts: dict[CallId, tuple[str, str | None, EpisodeId | None]] = field(default_factory=dict)
    episodes: dict[EpisodeId, Ended] = field(default_factory=dict)


def walk(world: World, begin: datetime, end: datetime) -> Walked:
    """Simulate the facts of a world, under its last settings, directory and lists."""
    law = _law(world, end)
    walked = Walked()
    drops = defaultdict(list)
    for call in sorted(law.calls.values(), key=lambda call: call.id):
        if not law.needs_account(call) or not begin <= call.ended_at < end:
            continue
        campaign = law.campaign_of(call)
        reason = law.ignored_because(campaign, oracle.drop_kind(call), call)
        if reason is None:
            drops[campaign.name, call.number].append(call)
        else:
            walked.accounts[call.id] = ("ignored", reason, None)
    stays = [
        _Stay(law, law.campaigns[name], number, calls, walked)
        for (name, number), calls in drops.items()
    ]
    at = begin
    while at < end and any(stay.is_alive(at) for stay in stays):
        if not any(stay.episode for stay in stays):
            at = min(drop for stay in stays for drop in stay.drops if drop >= at)
        _second(law, stays, at, begin)
        at += SECOND
    for stay in stays:
        if stay.episode:
            walked.episodes[stay.episode] = Ended(stay.added_at, None, None, (*stay.dials,))
    return walked


def _second(law: oracle._Program, stays: list[_Stay], at: datetime, begin: datetime) -> None:
    """One second of all numbers: drops, dials, talks, and what a talk of that second leaves."""
    for stay in stays:
        if at not in stay.talks:  # a drop comes before the dial of its second
            stay.take(at, stay.campaign.starts_at or begin)
    _dial(law, stays, at)
    for stay in stays:
        if at in stay.talks:
            if stay.episode and stay.added_at < at:
                stay.close(at, "reached")
            stay.take(at, stay.campaign.starts_at or begin)
        elif stay.episode and stay.is_given_up():
            stay.close(at, "expired")
    _dial(law, stays, at)
    for stay in stays:
        stay.open_seconds += stay.is_open(at) * SECOND


def _dial(law: oracle._Program, stays: list[_Stay], at: datetime) -> None:
    """Dials of a second in their turns; what has been dialled counts for the limits at once."""
    while ready := [stay for stay in stays if stay.is_ready(at)]:
        stay = min(
            ready,
            key=lambda one: (-one.campaign.priority, one.promised(), one.number, one.name()),
        )
        if _is_full(law, stays, stay, at):
            stay.held_at = at
        else:
            stay.dial(at)


def _is_full(law: oracle._Program, stays: list[_Stay], stay: _Stay, at: datetime) -> bool:
    for limit in {*law.settings.limits, *stay.campaign.limits}:
        numbers = {stay.number}
        contacts = law.contacts_of(stay.number)
        if limit.per == "contact" and len(contacts) == 1:
            numbers |= {number for contact, number in law.directory if contact in contacts}
        called = [
            call.started_at
            for call in law.calls.values()
            if call.direction == "out" and call.number in numbers
        ]
        called += [dial for one in stays if one.number in numbers for dial in one.all_dials]
        if sum(began <= at < began + limit.window for began in called) >= limit.calls:
            return True
    return False


def _law(world: World, end: datetime) -> oracle._Program:
    """The oracle as it stands in a run at the end, with nothing decided so far."""
    law = oracle._Program(world)
    law.now, law.ties, law.changed = end, {}, set()
    law.calls = {
        call.id: cut_off(call, end)
        for call in oracle.known_calls(world.records, datetime.max).values()  # noqa: DTZ901
        if call.started_at < end
    }
    law.settings = oracle._in_force(world.settings, datetime.max)  # noqa: DTZ901
    law.all_campaigns = [*law.settings.campaigns]
    for timeline in world.beside:
        law.all_campaigns += oracle._in_force(timeline, datetime.max).campaigns  # noqa: DTZ901
    law.directory = oracle._in_force(world.directory, datetime.max) or []  # noqa: DTZ901
    law.do_not_call = frozenset(
        oracle._in_force(world.do_not_call, datetime.max) or []  # noqa: DTZ901
    )
    law.campaigns = {campaign.name: campaign for campaign in law.settings.campaigns}
    law.judge_drops({})
    return law


def cut_off(call: CallRecord, end: datetime) -> CallRecord:
    """A call as it stood just before `end`."""
    instants = ("wait_began_at", "connected_at", "last_connected_at", "talk_ended_at", "ended_at")
    known = {
        name: at
        for name in instants
        for at in [getattr(call, name)]
        if at is None or at < end
    }
    if "last_connected_at" not in known:
        known["last_connected_at"] = known.get("connected_at")
    values = {name: known.get(name) for name in instants}
    return oracle.replace(call, **values)


class _Stay:
    """One number in one campaign, from its first second to its last."""

    def __init__(
        self,
        law: oracle._Program,
        campaign: CampaignSettings,
        number: str,
        calls: list[CallRecord],
        walked: Walked,
    ) -> None:
        self.law, self.campaign, self.number, self.walked = law, campaign, number, walked
        self.drops = defaultdict(list)
        for call in calls:
            self.drops[call.ended_at].append(call)
        watched = {number, *law.other_numbers(campaign.name, number)}
        self.talks = {
            at
            for call in law.calls.values()
            if call.number in watched and call.direction != "internal"
            if law.is_asked_for(call, campaign.name)
            for at in law.talks(call, campaign.name)
        }
        self.hours = law.hours_for(campaign, number)
        self.is_blocked = self.blocked()
        self.episode: EpisodeId | None = None
        self.open_seconds = timedelta()  # since its last drop
        self.held_at: datetime | None = None
        self.all_dials: list[datetime] = []

    def blocked(self) -> bool:
        contacts = self.law.contacts_of(self.number)
        if self.campaign.duplicates == "block" and len(contacts) > 1:
            return True
        if self.campaign.duplicates == "block" and self.campaign.duplicate_scope == "contact":
            others = {n for contact, n in self.law.directory if contact in contacts}
            if any(len(self.law.contacts_of(other)) > 1 for other in others):
                return True
        return self.campaign.unknown_callers == "block" and not contacts

    def is_alive(self, at: datetime) -> bool:
        return bool(self.episode) or any(drop >= at for drop in self.drops)

    def name(self) -> str:
        return oracle.command_key("", self.episode)

    def take(self, at: datetime, starts_at: datetime) -> None:
        for call in self.drops.get(at, []):
            if self.episode:
                account = ("joined", None, self.episode)
            elif at < starts_at:
                account = ("ignored", "before_start", None)
            else:
                self.episode = EpisodeId(self.campaign.name, self.number, *call.id)
                self.added_at, self.dials = at, []
                account = ("opened", None, self.episode)
            if self.episode:
                self.last_drop, self.open_seconds = at, timedelta()
            self.walked.accounts[call.id] = account

    def is_ready(self, at: datetime) -> bool:
        """Due, and not held by a limit in this very second.

        Choice: steps that are due at once leave in one second, for each is over at once.
        """
        if not self.episode or self.is_blocked or self.held_at == at or not self.is_open(at):
            return False
        return not self.is_given_up() and at >= self.due()

    def dial(self, at: datetime) -> None:
        self.dials.append(at)
        self.all_dials.append(at)
        if len(self.dials) == len(self.campaign.ladder):
            self.close(at, "exhausted")

    def promised(self) -> datetime:
        base = self.last_drop if self.campaign.on_repeat == "restart" else self.added_at
        return base + self.campaign.steps[len(self.dials)]

    def due(self) -> datetime:
        """s4, but for the calling hours."""
        campaign, made, steps = self.campaign, len(self.dials), self.campaign.steps
        if not made:
            return self.promised()
        last = self.dials[-1]  # its end as well
        if campaign.count_from == "previous_attempt":
            return max(self.promised(), last + steps[made])
        distance = steps[made] - steps[made - 1] - MINUTE
        return max(self.promised(), last + distance, last + campaign.min_gap)

    def is_open(self, at: datetime) -> bool:
        return self.hours is None or self.hours.is_open(at)

    def is_given_up(self) -> bool:
        return self.open_seconds >= self.campaign.give_up_after

    def close(self, at: datetime, reason: str) -> None:
        self.walked.episodes[self.episode] = Ended(self.added_at, at, reason, (*self.dials,))
        self.episode = None
