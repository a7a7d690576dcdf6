"""A simulation once more, naively: one number of one campaign at a time, second by second.

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
    for (name, number), calls in drops.items():
        _Stay(law, law.campaigns[name], number, calls, walked).live(begin, end)
    return walked


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

    def blocked(self) -> bool:
        contacts = self.law.contacts_of(self.number)
        if self.campaign.duplicates == "block" and len(contacts) > 1:
            return True
        if self.campaign.duplicates == "block" and self.campaign.duplicate_scope == "contact":
            others = {n for contact, n in self.law.directory if contact in contacts}
            if any(len(self.law.contacts_of(other)) > 1 for other in others):
                return True
        return self.campaign.unknown_callers == "block" and not contacts

    def live(self, begin: datetime, end: datetime) -> None:
        starts_at = self.campaign.starts_at or begin
        at = min(self.drops)
        while at < end:
            if self.episode is None:
                later = [drop for drop in self.drops if drop >= at]
                if not later:
                    return
                at = min(later)
            has_talk = at in self.talks
            if not has_talk:  # a drop comes before the dial of its second
                self.take(at, starts_at)
            self.dial(at)
            if has_talk:
                if self.episode and self.added_at < at:
                    self.close(at, "reached")
                self.take(at, starts_at)
                self.dial(at)
            elif self.episode and self.is_given_up():
                self.close(at, "expired")
            self.open_seconds += self.is_open(at) * SECOND
            at += SECOND
        if self.episode:
            self.walked.episodes[self.episode] = Ended(self.added_at, None, None, (*self.dials,))

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

    def dial(self, at: datetime) -> None:
        """Choice: steps that are due at once leave in one second, for each is over at once."""
        while self.episode and not self.is_blocked and self.is_open(at):
            if self.is_given_up() or at < self.due():
                return
            self.dials.append(at)
            if len(self.dials) == len(self.campaign.ladder):
                self.close(at, "exhausted")

    def due(self) -> datetime:
        """s4, but for the calling hours."""
        campaign, made = self.campaign, len(self.dials)
        steps = campaign.steps
        base = self.last_drop if campaign.on_repeat == "restart" else self.added_at
        promised = base + steps[made]
        if not made:
            return promised
        last = self.dials[-1]  # its end as well
        if campaign.count_from == "previous_attempt":
            return max(promised, last + steps[made])
        distance = steps[made] - steps[made - 1] - MINUTE
        return max(promised, last + distance, last + campaign.min_gap)

    def is_open(self, at: datetime) -> bool:
        return self.hours is None or self.hours.is_open(at)

    def is_given_up(self) -> bool:
        return self.open_seconds >= self.campaign.give_up_after

    def close(self, at: datetime, reason: str) -> None:
        self.walked.episodes[self.episode] = Ended(self.added_at, at, reason, (*self.dials,))
        self.episode = None
