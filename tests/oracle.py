"""The law once more, naively: the oracle that the SQL is compared with (design.md, I9).

Written from design.md and episode-states.md alone: one number at a time, a loop over its facts in
event order, no SQL, nothing of `reconcile`, nothing fast. `play(world)` runs the program at each
instant of `world.runs` over stored history: a record counts from the first run at or after its
`known_at`. Section numbers (s3, s6.7) and A-numbers in the comments are those of
episode-states.md; "choice" marks a place where the law is silent or can be read in two ways.

Seams, not built yet, each marked `SEAM` where it belongs: clock going back, stale feeds and A12,
audits, results reported by a sink, a sink that refuses for good or whose answer is lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

Value = TypeVar("Value")

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ALWAYS_DROPPED = ("queue", "ivr")
TALKLESS = ("machine", "client_alone")  # somebody or something answered, no operator talked
NUMBER_IGNORED = {
    "withheld": "number_withheld",
    "impossible": "number_invalid",
    "damaged": "number_invalid",
    "letters": "number_invalid",
    "short": "number_internal",
    "own": "number_internal",
}


# --- what goes in ---------------------------------------------------------------------------------


class CallId(NamedTuple):
    """A call: its source and its id there."""

    source: str
    call_id: str


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """One version of the record of a call; the order of the columns breaks ties of known_at."""

    source: str
    call_id: str
    known_at: datetime
    direction: str  # in | out | internal
    number: str | None  # E.164; None: withheld
    number_class: str = "valid"
    dialled_number: str | None = None
    queue: str | None = None
    started_at: datetime
    wait_began_at: datetime | None = None
    connected_at: datetime | None = None
    last_connected_at: datetime | None = None
    talk_ended_at: datetime | None = None
    ended_at: datetime | None = None  # None: going on
    last_place: str | None = None  # queue | ivr | desk | voicemail | announcement
    end_reason: str | None = None  # caller | operator | timeout | exit_key | empty | restart
    result: str | None = None  # of an outgoing call
    attempt_key: str | None = None
    menu: str | None = None  # in which the client hung up

    @property
    def id(self) -> CallId:
        return CallId(self.source, self.call_id)


@dataclass(frozen=True)
class OperatorLine:
    """A line of a queue log that tells of a member of a queue."""

    source: str
    at: datetime
    queue: str  # NONE: all queues of the member
    member: str
    event: str
    figure: int = 0  # how long it rang, or how long the talk was, in seconds; ADDMEMBER: 1 = PAUSED
    known_at: datetime | None = None  # None: at once

    def is_known(self, now: datetime) -> bool:
        return (self.known_at or self.at) <= now


@dataclass(frozen=True)
class Limit:
    """So many calls within so many hours to a number, or to all numbers of its contact."""

    calls: int
    hours: int
    per: str = "number"  # number | contact

    @property
    def window(self) -> timedelta:
        return self.hours * 60 * MINUTE


@dataclass(frozen=True)
class Hours:
    """Calling hours: half-open ranges of minutes of a local day, Monday is 0 (design s3.10)."""

    ranges: tuple[tuple[int, int], ...]
    weekdays: frozenset[int] = frozenset(range(7))
    closed: frozenset[date] = frozenset()
    time_zone: str = "UTC"
    zones: tuple[str, ...] = ()  # of the client: open is what is open in all of them

    def is_open(self, at: datetime) -> bool:
        return _is_minute_open(self, at.replace(second=0, microsecond=0))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open minute after a closed instant, looked for minute by minute.

        Choice: no further than three weeks, which no world of ours needs.
        """
        return _next_open_minute(self, at.replace(second=0, microsecond=0))

    def open_time(self, begin: datetime, end: datetime) -> timedelta:
        """How much of [begin, end) is open."""
        total, at = timedelta(), begin
        while at < end:
            until = min(end, at.replace(second=0, microsecond=0) + MINUTE)
            total += until - at if self.is_open(at) else timedelta()
            at = until
        return total


@cache
def _next_open_minute(hours: Hours, minute: datetime) -> datetime | None:
    for _ in range(21 * 1440):
        minute += MINUTE
        if hours.is_open(minute):
            return minute
    return None


@cache
def _is_minute_open(hours: Hours, minute: datetime) -> bool:
    return all(
        local.weekday() in hours.weekdays
        and local.date() not in hours.closed
        and any(begin <= local.hour * 60 + local.minute < end for begin, end in hours.ranges)
        for zone in hours.zones or (hours.time_zone,)
        for local in [minute.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))]
    )


@dataclass(frozen=True)
class CampaignSettings:
    name: str
    dialled_numbers: frozenset[str] | None = None  # None: any
    queues: frozenset[str] | None = None  # None: any, also none
    menus: frozenset[str] | None = None  # None: any
    shared_telephony: bool = False
    dropped_in: tuple[str, ...] = ("queue", "ivr")  # `queue` is always on
    ladder: tuple[int, ...] = (5, 15, 60)  # minutes
    remove_on: frozenset[str] = frozenset({"incoming", "outgoing"})
    settle_seconds: int = 60
    short_drop_seconds: int = 0
    min_talk_seconds: int = 0
    min_gap_minutes: int = 5
    confirm_within_minutes: int = 5
    give_up_after_minutes: int = 480
    count_from: str = "added"  # added | previous_attempt
    on_repeat: str = "join"  # join | restart
    count_manual_attempts: bool = False
    stop_on: frozenset[str] = frozenset()
    retry_on: tuple[tuple[str, int, int], ...] = ()  # result, minutes, times
    unknown_callers: str = "dial"  # dial | block
    duplicates: str = "block"  # block | dial_once
    duplicate_scope: str = "number"  # number | contact
    reach: str = "number"  # number | contact
    drop_after_talk: bool = True
    starts_at: datetime | None = None  # None: the campaign's first run
    dialler: str = "file"  # file | none
    limits: tuple[Limit, ...] = ()
    priority: int = 0
    dials_per_run: int | None = None  # None: any number
    dials_waiting_max: int | None = None
    hours: Hours | None = None  # None: always open
    hold_without_operators_in: tuple[str, ...] = ()  # queues
    hours_of: str = "campaign"  # campaign | client

    @property
    def steps(self) -> tuple[timedelta, ...]:
        return tuple(offset * MINUTE for offset in self.ladder)

    @property
    def min_gap(self) -> timedelta:
        return self.min_gap_minutes * MINUTE

    @property
    def confirm_within(self) -> timedelta:
        return self.confirm_within_minutes * MINUTE

    @property
    def give_up_after(self) -> timedelta:
        return self.give_up_after_minutes * MINUTE

    @property
    def settle(self) -> timedelta:
        """s3: never later than the first offset of the ladder."""
        return min(self.settle_seconds * SECOND, self.steps[0])


@dataclass(frozen=True)
class ProgramSettings:
    campaigns: tuple[CampaignSettings, ...]
    clock_tolerance_seconds: int = 5
    open_call_limit_minutes: int = 120
    limits: tuple[Limit, ...] = ()
    dials_per_run: int | None = None
    dials_waiting_max: int | None = None

    @property
    def clock_tolerance(self) -> timedelta:
        return self.clock_tolerance_seconds * SECOND

    @property
    def open_call_limit(self) -> timedelta:
        return self.open_call_limit_minutes * MINUTE


@dataclass
class World:
    """All that the program can meet; the three timelines are in the order of their instants."""

    settings: list[tuple[datetime, ProgramSettings]]
    records: list[CallRecord]
    runs: list[datetime]  # strictly rising; a gap is an outage of the program
    directory: list[tuple[datetime, list[tuple[str, str]]]] = field(default_factory=list)
    do_not_call: list[tuple[datetime, list[str]]] = field(default_factory=list)  # or SHA-256
    hand_closings: list[tuple[datetime, str, str]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime, str | None]] = field(default_factory=list)  # half open
    outages: set[datetime] = field(default_factory=set)  # runs in which the sink refuses for now
    operator_lines: list[OperatorLine] = field(default_factory=list)
    zones: dict[str, tuple[str, ...]] = field(default_factory=dict)  # where a number can be
    beside: list[list[tuple[datetime, ProgramSettings]]] = field(default_factory=list)
    """The settings of other worlds in the same program, that share no number and no line."""


# --- what comes out -------------------------------------------------------------------------------


class EpisodeId(NamedTuple):
    """A1; the generation is above 1 only where the same drop opens again (s6.7)."""

    campaign: str
    number: str
    source: str
    call_id: str
    generation: int = 1

    @property
    def opening(self) -> CallId:
        return CallId(self.source, self.call_id)


@dataclass
class Account:
    """What became of a dropped call: opened, joined, ignored or settling."""

    call: CallId
    account: str
    reason: str | None  # why ignored; `late` for a call joined to a closed episode
    episode: EpisodeId | None
    kind: str
    dropped_at: datetime  # kept as it was when the call was first accounted for


@dataclass
class Episode:
    id: EpisodeId
    added_at: datetime
    opened_run: datetime
    closed_run: datetime | None = None
    closed_at: datetime | None = None
    cut: datetime | None = None
    reason: str | None = None
    proof: CallId | None = None  # the call that closed it
    is_withdrawn: bool = False  # the record that closed it said otherwise later, or for a while

    @property
    def is_open(self) -> bool:
        return self.reason is None


@dataclass
class Attempt:
    """A dial handed out, or (key None) a call by hand that counts as an attempt."""

    episode: EpisodeId
    k: int
    key: str | None
    handed_out_at: datetime
    call: CallId | None = None
    result: str = "in_doubt"  # in_doubt | up | unanswered | answered | unseen
    is_regret: bool = False
    redial: int = 0  # 1, 2: dialled again within attempt k


@dataclass
class Command:
    key: str
    kind: str  # dial | remove
    number: str
    episode: EpisodeId
    issued_at: datetime
    state: str = "issued"  # issued | delivered | withdrawn
    handed_out_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    campaign: str
    number: str
    episode: EpisodeId
    decision: str  # dial | wait | remove | blocked
    reason: str
    attempt_number: int | None = None  # the next attempt; None: no step left, or removed
    promised_at: datetime | None = None
    due_at: datetime | None = None
    proof: tuple[CallId, ...] = ()


@dataclass(frozen=True)
class RunResult:
    now: datetime
    decisions: list[Decision]
    hanging: list[tuple[str, str]]  # (number, key): dials undelivered or in doubt after the run


@dataclass
class Outcome:
    runs: list[RunResult]
    accounts: dict[CallId, Account]
    episodes: list[Episode]
    attempts: list[Attempt]
    commands: list[Command]
    calls: dict[CallId, CallRecord]  # as known in the last run
    tied: set[tuple[str, str, str]]  # campaign, number, and another one that once spoke for it
    silent: frozenset[str]  # campaigns without a dialler


def command_key(kind: str, episode: EpisodeId, k: int | None = None, redial: int = 0) -> str:
    """s7: made from facts frozen at the opening; no part can hold a bare separator."""
    call = f"{_escaped(episode.source)}/{_escaped(episode.call_id)}"
    if episode.generation > 1:
        call += f"~{episode.generation}"
    parts = [kind, _escaped(episode.campaign), _escaped(episode.number), call]
    if k is not None:
        parts.append(f"{k}.{redial}" if redial else str(k))
    return "|".join(parts)


def _escaped(part: str) -> str:
    for sign, written in (("%", "%25"), ("|", "%7C"), ("/", "%2F"), ("~", "%7E")):
        part = part.replace(sign, written)
    return part


# --- what one call says ---------------------------------------------------------------------------


def known_calls(records: Iterable[CallRecord], now: datetime) -> dict[CallId, CallRecord]:
    """The newest version of each call that stands in its source at `now` (A3)."""
    calls: dict[CallId, CallRecord] = {}
    for record in records:
        if record.known_at <= now:
            calls[record.id] = max(calls.get(record.id, record), record, key=_version)
    return calls


def is_new(call: CallRecord, before: CallRecord | None) -> bool:
    """The record says something that the one before did not."""
    return before is None or replace(before, known_at=call.known_at) != call


def _version(record: CallRecord) -> tuple[object, ...]:
    """Newest first, then the greatest tuple, in which None is the smallest value."""
    values = (getattr(record, column.name) for column in fields(record))
    return (record.known_at, *((value is not None, value) for value in values))


def talks(call: CallRecord) -> list[datetime]:
    """The instants at which an operator and the client got through: first and last connection."""
    if call.direction == "internal" or call.connected_at is None or call.result in TALKLESS:
        return []
    return sorted({call.connected_at, call.last_connected_at or call.connected_at})


def talk_end(call: CallRecord, at: datetime) -> datetime | None:
    """When the connection at `at` was over; None: it goes on, or the end is not known.

    At the latest when the next one came, or the client waited again.
    """
    ends = [end for end in (call.talk_ended_at, call.ended_at) if end is not None and end >= at]
    ends += [
        next_began
        for next_began in (call.last_connected_at, call.wait_began_at)
        if next_began is not None and next_began > at
    ]
    return min(ends, default=None)


def drop_kind(call: CallRecord) -> str | None:
    """How the client was lost, or None where he was not (design s2)."""
    last_talk = call.last_connected_at or call.connected_at
    served = last_talk is not None and last_talk >= (call.wait_began_at or call.started_at)
    if call.direction != "in" or call.ended_at is None or served:
        return None
    if call.end_reason in ("timeout", "exit_key", "empty"):
        return call.end_reason
    return {
        ("queue", "caller"): "queue",
        ("queue", "restart"): "queue",
        ("ivr", "caller"): "ivr",
        ("desk", "caller"): "ringing",
    }.get((call.last_place or "", call.end_reason or ""))


def last_sign(call: CallRecord) -> datetime:
    """The latest instant at which a call without an end is known to have lived."""
    signs = (call.started_at, call.wait_began_at, call.connected_at, call.last_connected_at)
    return max(sign for sign in signs if sign is not None)


def takes(campaign: CampaignSettings, call: CallRecord) -> bool:
    """Whether the line of the call, where it has one to tell, and its place are the campaign's."""
    lines = campaign.dialled_numbers
    return (lines is None or call.dialled_number in lines) and is_of_place(campaign, call)


def is_of_place(campaign: CampaignSettings, call: CallRecord) -> bool:
    """A queue of the campaign, or a menu of it.

    Choice: a menu stands for a queue to which the client never came; with shared telephony both
    stand for the line, where the campaign names any.
    """
    queues, menus = campaign.queues, campaign.menus
    is_its_queue = queues is not None and call.queue in queues
    is_its_menu = menus is not None and call.menu in menus
    if campaign.shared_telephony:
        return queues is menus is None or is_its_queue or is_its_menu
    return queues is None or is_its_queue or (call.queue is None and is_its_menu)


# --- the program ----------------------------------------------------------------------------------


def play(world: World) -> Outcome:
    """Run the program at each of the world's instants and tell all that it did."""
    program = _Program(world)
    runs = [program.run(now) for now in world.runs]
    accounts = {**program.accounts, **program.settling()}
    campaigns = program.campaigns.values()
    return Outcome(
        runs,
        accounts,
        program.episodes,
        program.attempts,
        program.commands,
        program.calls,
        program.tied,
        frozenset(campaign.name for campaign in campaigns if campaign.dialler == "none"),
    )


class _Program:
    """The kept rows, and one method for each paragraph of the law."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts: dict[CallId, Account] = {}
        self.episodes: list[Episode] = []
        self.attempts: list[Attempt] = []
        self.commands: list[Command] = []
        self.campaigns: dict[str, CampaignSettings] = {}  # as last seen, also of those gone
        self.first_runs: dict[str, datetime] = {}
        self.calls: dict[CallId, CallRecord] = {}
        self.asked_for: dict[CallId, bool] = {}  # by the settings of the run that judged the call
        self.tied: set[tuple[str, str, str]] = set()
        self.hours: dict[tuple[Hours, str], Hours] = {}

    # s2: the order inside a run

    def run(self, now: datetime) -> RunResult:
        self.now = now
        self.decisions: list[Decision] = []
        before, self.calls = self.calls, known_calls(self.world.records, now)
        calls = self.calls.values()
        self.ties: dict[str | None, set[str]] = {}
        self.changed = {call.id for call in calls if is_new(call, before.get(call.id))}
        self.settings = _in_force(self.world.settings, now)
        self.all_campaigns = [*self.settings.campaigns]
        for timeline in self.world.beside:
            self.all_campaigns += _in_force(timeline, now).campaigns
        self.directory = _in_force(self.world.directory, now) or []
        self.do_not_call = frozenset(_in_force(self.world.do_not_call, now) or [])
        for campaign in self.settings.campaigns:
            self.campaigns[campaign.name] = campaign
            self.first_runs.setdefault(campaign.name, now)
        self.judge_drops(before)
        self.forget_withdrawn_drops()
        numbers = {call.number for call in self.calls.values()}
        for number in sorted(numbers, key=lambda number: number or ""):
            self.match_calls_to_attempts(number)
            self.withdraw_closings(number)
            self.walk(number)
            self.close_what_else_must(number)
        self.mark_regrets()
        self.decide()
        self.hand_out()
        self.decisions.sort(key=lambda decision: decision.episode)
        return RunResult(now, self.decisions, self.hanging())

    # A15: which outgoing call proves which attempt; anew in each run, from all that is known, but
    # for a call with the key: a second one with the same key changes nothing (s6.6)

    def match_calls_to_attempts(self, number: str | None) -> None:
        attempts = [attempt for attempt in self.attempts if attempt.episode.number == number]
        dials = sorted(
            (attempt for attempt in attempts if attempt.key is not None),
            key=lambda dial: dial.handed_out_at,
        )
        by_hand = {attempt.call for attempt in attempts if attempt.key is None}
        for dial in dials:
            if dial.call is not None and not self.has_key(self.calls[dial.call], dial):
                dial.call = None
        outgoing = self.outgoing_calls(number)
        for fits in (self.has_key, self.in_window):  # a key is a better proof than the time
            for call in outgoing:
                if call.id in by_hand or call.id in {dial.call for dial in dials}:
                    continue
                for dial in dials:  # earliest call to earliest attempt
                    if dial.call is None and fits(call, dial):
                        dial.call = call.id
                        break
        for attempt in attempts:
            attempt.result = self.result(attempt)

    def outgoing_calls(self, number: str | None) -> list[CallRecord]:
        calls = (c for c in self.calls.values() if c.direction == "out" and c.number == number)
        return sorted(calls, key=lambda call: (call.started_at, call.id))

    def has_key(self, call: CallRecord, dial: Attempt) -> bool:
        return call.attempt_key is not None and call.attempt_key == dial.key

    def in_window(self, call: CallRecord, dial: Attempt) -> bool:
        confirm_within = self.campaigns[dial.episode.campaign].confirm_within
        return (
            call.attempt_key is None
            and dial.handed_out_at - self.settings.clock_tolerance <= call.started_at
            and call.started_at <= dial.handed_out_at + confirm_within
        )

    def result(self, attempt: Attempt) -> str:
        """s6: what is known of an attempt by now."""
        # SEAM: results reported by a sink
        if attempt.call is None:
            confirm_within = self.campaigns[attempt.episode.campaign].confirm_within
            return "in_doubt" if self.now < attempt.handed_out_at + confirm_within else "unseen"
        call = self.calls[attempt.call]
        if self.talks(call, attempt.episode.campaign):
            return "answered"
        if call.ended_at is not None:
            return "unanswered"
        return "up" if self.is_going_on(call) else "unseen"

    def talks(self, call: CallRecord, campaign: str) -> list[datetime]:
        """The connections of a call that last, or have lasted by now, as long as is asked for.

        Choice: a connection that is too short is no talk, and all the same no want of an operator:
        it closes nothing, and what it ends is no dropped call. It is a talk from its beginning as
        soon as it has lasted; until then the call only holds, as any call that goes on.
        """
        shortest = self.campaigns[campaign].min_talk_seconds * SECOND
        return [
            at
            for at in talks(call)
            if not shortest or (talk_end(call, at) or self.now) - at >= shortest
        ]

    def is_going_on(self, call: CallRecord) -> bool:
        """A13: a call without an end counts until `open_call_limit` after its last sign."""
        return call.ended_at is None and self.now < last_sign(call) + self.settings.open_call_limit

    # s2.3: the facts of one number in event order

    def walk(self, number: str | None) -> None:
        calls = [call for call in self.calls.values() if call.number == number]
        facts = [(at, "a_talk", call.id) for call in calls for at in talks(call)]
        facts += [(at, "drop", call.id) for call in calls for at in self.to_account(call)]
        others = self.numbers_tied_to(number)
        calls = [call for call in self.calls.values() if call.number in others]
        facts += [(at, "a_talk", call.id) for call in calls for at in talks(call)]
        carried: dict[CallId, Episode] = {}  # what a closing leaves behind takes its turn once more
        heapify(facts)
        while facts:
            at, fact, call_id = heappop(facts)  # a talk before a drop, then call id
            if fact == "a_talk":
                for closed in self.apply_talk(at, self.calls[call_id], number):
                    for drop in self.left_behind(closed):
                        carried[drop.call] = closed
                        heappush(facts, (drop.dropped_at, "drop", drop.call))
            elif closed := carried.pop(call_id, None):
                self.carry_over(self.accounts[call_id], closed)
            else:
                self.account(at, self.calls[call_id])

    def to_account(self, call: CallRecord) -> Iterator[datetime]:
        """When the call dropped, if it has to be accounted for in this run, now or again."""
        account = self.accounts.get(call.id)
        if account is None:
            if self.needs_account(call) and self.now >= call.ended_at + self.settle(call):
                yield call.ended_at
        elif self.line_became_known(account, call) or self.closing_was_withdrawn(account):
            yield account.dropped_at

    def judge_drops(self, before: dict[CallId, CallRecord]) -> None:
        """Which calls need an account. Choice: a call of which nobody asked for an account when its
        record came needs none later, when the settings change; one that settles is judged anew.
        """
        for call in self.calls.values():
            settles = self.asked_for.get(call.id) and call.id not in self.accounts
            if settles or is_new(call, before.get(call.id)):
                kind, campaign = drop_kind(call), self.campaign_of(call)
                self.asked_for[call.id] = kind in ALWAYS_DROPPED or (
                    campaign is not None and kind in campaign.dropped_in
                )

    def needs_account(self, call: CallRecord) -> bool:
        return self.asked_for[call.id]

    def campaign_of(self, call: CallRecord) -> CampaignSettings | None:
        return next((each for each in self.settings.campaigns if takes(each, call)), None)

    def settle(self, call: CallRecord) -> timedelta:
        """A8. Choice: a drop on nobody's line settles as long as the slowest campaign's do.

        Where there is no campaign, not at all.
        """
        campaign = self.campaign_of(call)
        campaigns = [campaign] if campaign else self.all_campaigns
        return max((each.settle for each in campaigns), default=0 * MINUTE)

    def settling(self) -> dict[CallId, Account]:
        return {
            call.id: Account(call.id, "settling", None, None, drop_kind(call), call.ended_at)
            for call in self.calls.values()
            if call.id not in self.accounts and self.needs_account(call)
        }

    # s3: accounting for a dropped call, once

    def account(self, at: datetime, call: CallRecord) -> None:
        campaign, kind = self.campaign_of(call), drop_kind(call)
        reason = self.ignored_because(campaign, kind, call)  # rows 1 to 6
        if reason is not None:
            self.accounts[call.id] = Account(call.id, "ignored", reason, None, kind, at)
        elif episode := self.open_episode(campaign.name, call.number):  # row 7
            self.accounts[call.id] = Account(call.id, "joined", None, episode.id, kind, at)
        elif episode := self.answering_episode(campaign.name, call.number, at):  # row 8
            self.accounts[call.id] = Account(call.id, "joined", "late", episode.id, kind, at)
        elif reason := self.out_of_time(campaign, call.number, at):  # row 9
            self.accounts[call.id] = Account(call.id, "ignored", reason, None, kind, at)
        else:  # row 10
            self.open(campaign.name, call, kind, at)

    def ignored_because(
        self, campaign: CampaignSettings | None, kind: str | None, call: CallRecord
    ) -> str | None:
        """The first of rows 1 to 6 that fits."""
        if campaign is None:
            return "line_unknown" if self.is_line_unknown(call) else "other_line"
        number_is_no_good = NUMBER_IGNORED.get(call.number_class)
        if number_is_no_good is None and call.number is None:
            number_is_no_good = "number_withheld"
        length = call.ended_at - (call.wait_began_at or call.started_at)
        rows = (
            (
                kind == "ivr"
                and (
                    "ivr" not in campaign.dropped_in
                    or call.menu not in (campaign.menus or {call.menu})
                ),
                "ivr_not_enabled",
            ),
            (number_is_no_good is not None, number_is_no_good),
            (length < campaign.short_drop_seconds * SECOND, "short_drop"),
            (self.talks(call, campaign.name) and not campaign.drop_after_talk, "after_talk"),
            (self.is_listed(call.number), "do_not_call"),
        )
        return next((reason for fits, reason in rows if fits), None)

    def is_listed(self, number: str | None) -> bool:
        """s3 row 6, s5 line 3: on a do-not-call list, as it is written or hashed."""
        return number is not None and not self.do_not_call.isdisjoint(
            {number, hashlib.sha256(number.encode()).hexdigest()}
        )

    def is_line_unknown(self, call: CallRecord) -> bool:
        """Choice: no dialled number, and for some dialled number a campaign would fit."""
        return call.dialled_number is None and any(
            is_of_place(campaign, call) for campaign in self.all_campaigns
        )

    def open_episode(self, campaign: str, number: str | None) -> Episode | None:
        return next((each for each in self.open_on(number) if each.id.campaign == campaign), None)

    def open_on(self, number: str | None) -> list[Episode]:
        """The open episodes of a number, at most one for each campaign."""
        episodes = [each for each in self.episodes if each.id.number == number and each.is_open]
        return sorted(episodes, key=lambda episode: episode.id)

    def answering_episode(self, campaign: str, number: str | None, at: datetime) -> Episode | None:
        """The closed episode that answers for a drop at `at`: of several, that of the first cut."""
        answering = [
            episode
            for episode in self.episodes
            if (episode.id.campaign, episode.id.number) == (campaign, number)
            and not episode.is_open
            and (at < episode.cut or (at == episode.cut and episode.reason == "exhausted"))
            and not episode.is_withdrawn
        ]
        return min(answering, key=lambda episode: (episode.cut, episode.id), default=None)

    def out_of_time(self, campaign: CampaignSettings, number: str, at: datetime) -> str | None:
        if self.has_given_up(campaign, number, at):
            return "too_old"
        if at < (campaign.starts_at or self.first_runs[campaign.name]):
            return "before_start"
        return None

    def open(self, campaign: str, call: CallRecord, kind: str | None, at: datetime) -> Episode:
        # choice: counted over all campaigns
        generation = 1 + sum(episode.id.opening == call.id for episode in self.episodes)
        episode_id = EpisodeId(campaign, call.number, *call.id, generation)
        episode = Episode(episode_id, added_at=at, opened_run=self.now)
        self.episodes.append(episode)
        self.accounts[call.id] = Account(call.id, "opened", None, episode.id, kind, at)
        return episode

    # s6.2, s6.7: what a newer version of a record changes

    def is_still_dropped(self, account: Account) -> bool:
        """By the newest record; what the settings now ask for does not undo an account."""
        call = self.calls[account.call]
        return self.needs_account(call) or drop_kind(call) == account.kind

    def forget_withdrawn_drops(self) -> None:
        """A call that is no dropped call any more has no account; one that opened is kept (A1)."""
        self.accounts = {
            call_id: account
            for call_id, account in self.accounts.items()
            if account.account == "opened" or self.is_still_dropped(account)
        }

    def drops_of(self, episode: Episode) -> list[Account]:
        """The calls that opened or joined an episode and are dropped calls still, in order."""
        drops = (
            account
            for account in self.accounts.values()
            if account.episode == episode.id and self.is_still_dropped(account)
        )
        return sorted(drops, key=lambda account: (account.dropped_at, account.call))

    def line_became_known(self, account: Account, call: CallRecord) -> bool:
        return account.reason == "line_unknown" and call.dialled_number is not None

    def withdraw_closings(self, number: str | None) -> None:
        """s6.7. Choice: what said otherwise once does so for good, whatever it says later."""
        for episode in self.episodes:
            if episode.id.number == number and not episode.is_open and self.says_otherwise(episode):
                episode.is_withdrawn = True

    def says_otherwise(self, episode: Episode) -> bool:
        """The record that closed the episode does not say so any more."""
        if episode.reason == "reached":
            proof = self.calls[episode.proof]
            return all(at <= episode.added_at for at in self.talks(proof, episode.id.campaign))
        return episode.reason == "not_dropped" and self.is_still_dropped(
            self.accounts[episode.id.opening]
        )

    def closing_was_withdrawn(self, account: Account) -> bool:
        """s6.7: and neither a dial nor a talk came after this drop.

        Choice: looked at when a record of the number, or of the call that closed it, is new.
        """
        episode = next((each for each in self.episodes if each.id == account.episode), None)
        return (
            episode is not None
            and episode.is_withdrawn
            and any(
                self.calls[call].number == episode.id.number or call == episode.proof
                for call in self.changed
            )
            and self.is_still_dropped(account)
            and not self.is_answered_for(episode, account.dropped_at)
        )

    def is_answered_for(self, episode: Episode, at: datetime) -> bool:
        """A dial of the campaign to the number at or after `at`, or a talk after it."""
        dials = (dial for dial in self.attempts if dial.key and dial.episode[:2] == episode.id[:2])
        return any(dial.handed_out_at >= at for dial in dials) or any(
            talk > at and self.counts(call, episode)
            for call in self.calls.values()
            for talk in self.talks(call, episode.id.campaign)
        )

    # closings

    def counts(self, call: CallRecord, episode: Episode) -> bool:
        """Whether a talk in this call closes the episode: remove_on, and A11 for attempts.

        Choice: A11 holds for all that the campaign dialled to the number, also for an earlier
        episode; for a talk with another number of the contact it is remove_on alone.
        """
        if call.number != episode.id.number:
            return self.reaches(call, episode.id)
        return self.is_asked_for(call, episode.id.campaign) or self.is_own(call, episode.id)

    def is_own(self, call: CallRecord, episode: EpisodeId) -> bool:
        """The campaign dialled this call to the number, or a call by hand counts as its attempt."""
        return any(
            attempt.call == call.id and attempt.episode[:2] == episode[:2]
            for attempt in self.attempts
        )

    # design s3.4: a talk with any number of the contact, never through one that several share

    def reaches(self, call: CallRecord, episode: EpisodeId) -> bool:
        """With `reach = "contact"`, by the directory of the run; not once the campaign is gone."""
        return (
            call.number in self.other_numbers(episode.campaign, episode.number)
            and call.direction != "internal"
            and self.is_asked_for(call, episode.campaign)
        )

    def other_numbers(self, campaign: str, number: str) -> set[str]:
        if self.is_gone(campaign) or self.campaigns[campaign].reach != "contact":
            return set()
        others = self.numbers_tied_to(number)
        self.tied |= {(campaign, number, other) for other in others}
        return others

    def numbers_tied_to(self, number: str | None) -> set[str]:
        """The other numbers of the one contact that has it, which only that contact has."""
        if number not in self.ties:  # the directory of a run does not change
            contacts = self.contacts_of(number)
            self.ties[number] = {
                other
                for contact, other in self.directory
                if contacts == {contact} and other != number and self.contacts_of(other) == contacts
            }
        return self.ties[number]

    def contacts_of(self, number: str | None) -> set[str]:
        return {contact for contact, each in self.directory if each == number}

    def is_asked_for(self, call: CallRecord, campaign: str) -> bool:
        """remove_on. Choice: for a campaign that is gone any talk counts."""
        source = {"in": "incoming", "out": "outgoing"}[call.direction]
        return self.is_gone(campaign) or source in self.campaigns[campaign].remove_on

    def is_gone(self, campaign: str) -> bool:
        return campaign not in {each.name for each in self.settings.campaigns}

    def apply_talk(self, at: datetime, call: CallRecord, number: str | None) -> Iterator[Episode]:
        """Yield the episodes that it closes."""
        for episode in self.open_on(number):
            lasted = at in self.talks(call, episode.id.campaign)
            if episode.added_at < at and lasted and self.counts(call, episode):
                self.close(episode, "reached", closed_at=at, cut=at, proof=call.id)
                yield episode

    def close_what_else_must(self, number: str | None) -> None:
        """s5, lines 2 to 7; an episode that a closing opens is looked at as well."""
        while closing := next(filter(None, map(self.closing, self.open_on(number))), None):
            self.close(*closing)
            episode, *_ = closing
            for drop in self.left_behind(episode):
                self.carry_over(drop, episode)

    def closing(
        self, episode: Episode
    ) -> tuple[Episode, str, datetime, datetime, CallId | None] | None:
        campaign = self.campaigns[episode.id.campaign]
        self.count_calls_by_hand(episode, campaign)
        drops = self.drops_of(episode)
        last_drop = max([drop.dropped_at for drop in drops], default=episode.added_at)
        if not drops:
            return episode, "not_dropped", self.now, self.now, episode.id.opening
        if reason := self.closed_by_others(episode, campaign):
            return episode, reason, self.now, self.now, None
        made = self.attempts_of(episode)
        is_over = attempt_count(made) >= len(campaign.ladder) and self.redial_of(episode) is None
        is_over = is_over or any(map(self.stops, made))
        if is_over and not any(map(is_hanging, made)):
            end, cut = self.end_of_ladder(made[-1], campaign), made[-1].handed_out_at
            return episode, "exhausted", end, cut, made[-1].call
        if self.has_given_up(campaign, episode.id.number, last_drop):
            return episode, "expired", self.now, self.now, None
        return None

    def closed_by_others(self, episode: Episode, campaign: CampaignSettings) -> str | None:
        """Lines 3 to 5: a list, the settings or a person."""
        lines = (
            (self.is_listed(episode.id.number), "do_not_call"),
            (campaign not in self.settings.campaigns, "campaign_ended"),
            (self.is_closed_by_hand(episode), "closed_by_hand"),
        )
        return next((reason for applies, reason in lines if applies), None)

    def is_closed_by_hand(self, episode: Episode) -> bool:
        """Choice: a hand closes what was open when it was lifted, nothing that opened later.

        A hand lifted in the second of a run was lifted before it.
        """
        return any(
            (campaign, number) == episode.id[:2] and episode.opened_run < at <= self.now
            for at, campaign, number in self.world.hand_closings
        )

    def stops(self, attempt: Attempt) -> bool:
        """Its result is one after which the campaign makes no further attempt."""
        return (
            attempt.result == "unanswered"
            and self.calls[attempt.call].result in self.campaigns[attempt.episode.campaign].stop_on
        )

    def attempts_of(self, episode: Episode) -> list[Attempt]:
        attempts = [attempt for attempt in self.attempts if attempt.episode == episode.id]
        return sorted(
            attempts, key=lambda attempt: (attempt.handed_out_at, attempt.k, attempt.redial)
        )

    def redial_of(self, episode: Episode) -> tuple[int, int, datetime] | None:
        """Which attempt is dialled again, for the how-manieth time, and when; None if none is.

        `retry_on`: by how the last dial ended, if a dial it was.
        """
        made = self.attempts_of(episode)
        last = max(made, key=lambda attempt: (attempt.k, attempt.redial), default=None)
        if last is None or last.key is None or last.result != "unanswered":
            return None
        ended = self.calls[last.call]
        for result, minutes, times in self.campaigns[episode.id.campaign].retry_on:
            if ended.result == result and last.redial < times:
                return last.k, last.redial + 1, ended.ended_at + minutes * MINUTE
        return None

    def end_of(self, attempt: Attempt) -> datetime | None:
        return self.calls[attempt.call].ended_at if attempt.call else None

    def end_of_ladder(self, last: Attempt, campaign: CampaignSettings) -> datetime:
        return self.end_of(last) or last.handed_out_at + campaign.confirm_within

    def close(
        self,
        episode: Episode,
        reason: str,
        closed_at: datetime,
        cut: datetime,
        proof: CallId | None,
    ) -> None:
        """Close, withdraw what no sink has taken, and remove."""
        episode.closed_run, episode.closed_at, episode.cut = self.now, closed_at, cut
        episode.reason, episode.proof = reason, proof
        self.withdraw_dial(episode)
        if self.campaigns[episode.id.campaign].dialler != "none":
            self.issue("remove", episode)
        proofs = () if proof is None else (proof,)
        self.decisions.append(Decision(*episode.id[:2], episode.id, "remove", reason, proof=proofs))
        if reason == "not_dropped":
            for dial in self.attempts_of(episode):
                dial.is_regret = dial.is_regret or dial.key is not None

    # design s3.13: dials that would not have been handed out, had everything been known

    def mark_regrets(self) -> None:
        """A talk lies before the hand-out and no dropped call between the two, whenever learnt."""
        for dial in self.attempts:
            if dial.key is None or dial.is_regret:
                continue
            earlier = [
                at
                for call in self.calls.values()
                if call.id != dial.call
                for at in self.talks(call, dial.episode.campaign)
                if at < dial.handed_out_at and self.counts_for(call, dial.episode)
            ]
            if earlier:
                dial.is_regret = not any(
                    max(earlier) <= account.dropped_at <= dial.handed_out_at
                    for account in self.accounts.values()
                    if account.episode is not None
                    and account.episode[:2] == dial.episode[:2]
                    and self.is_still_dropped(account)
                )

    def counts_for(self, call: CallRecord, episode: EpisodeId) -> bool:
        """As `counts`, for all that the campaign ever dialled to the number.

        Choice: once its campaign is gone any talk does whose record is new; one with another number
        of the contact when its record is new, and not when the directory is.
        """
        if self.is_gone(episode.campaign) and call.id not in self.changed:
            return False
        if call.number != episode.number:
            return call.id in self.changed and self.reaches(call, episode)
        return self.is_asked_for(call, episode.campaign) or self.is_own(call, episode)

    def left_behind(self, episode: Episode) -> list[Account]:
        """A2: the drops for which a closed episode does not answer, in order."""
        return [
            drop
            for drop in self.drops_of(episode)
            if drop.dropped_at > episode.cut
            or (drop.dropped_at == episode.cut and episode.reason == "reached")
        ]

    def carry_over(self, drop: Account, episode: Episode) -> None:
        """A2: no dropped call is forgotten by a closing; it joins what is open, or opens.

        Choice: the dials of the closed episode since the opening count, whichever drop opened.
        """
        following = self.open_episode(episode.id.campaign, episode.id.number)
        if following is None:
            call = self.calls[drop.call]
            following = self.open(episode.id.campaign, call, drop.kind, drop.dropped_at)
        else:
            drop.account, drop.reason, drop.episode = "joined", None, following.id
        after_it = [
            attempt
            for attempt in self.attempts_of(episode)
            if attempt.key is not None and attempt.handed_out_at >= following.added_at
        ]
        places = {k: place for place, k in enumerate(sorted({one.k for one in after_it}), start=1)}
        seen: Counter[int] = Counter()
        for attempt in after_it:  # their keys stay
            attempt.episode, attempt.k = following.id, places[attempt.k]
            attempt.redial = seen[attempt.k]
            seen[attempt.k] += 1

    def count_calls_by_hand(self, episode: Episode, campaign: CampaignSettings) -> None:
        """s6.2: with `count_manual_attempts`, an unanswered call by hand is attempt k."""
        if not campaign.count_manual_attempts or self.is_gone(campaign.name):
            return
        dials = [attempt for attempt in self.attempts if attempt.key is not None]
        taken = {dial.call for dial in dials} | {each.call for each in self.attempts_of(episode)}
        for call in self.outgoing_calls(episode.id.number):
            k = attempt_count(self.attempts_of(episode)) + 1
            if (
                call.started_at > episode.added_at
                and call.ended_at is not None
                and not talks(call)  # choice: one that is too short is no call in vain either
                and call.id not in taken
                and call.attempt_key not in {dial.key for dial in dials}
                and k <= len(campaign.ladder)
            ):
                by_hand = Attempt(episode.id, k, None, call.started_at, call.id, "unanswered")
                self.attempts.append(by_hand)
                self.withdraw_dial(episode)  # choice: its step was made by hand

    # s4: when the next attempt is due

    def due(self, episode: Episode) -> tuple[int | None, int, datetime | None, datetime | None]:
        """Which attempt is next, its redial, its promise, from when it may leave but for the hours.

        Choice: a redial belongs to its attempt, so it moves no step; it comes unless the next step
        may leave by then.
        """
        k, promised, earliest = self.next_step(episode)
        if redial := self.redial_of(episode):
            again_k, again, at = redial
            if earliest is None or at < earliest:
                return again_k, again, at, at
        return k, 0, promised, earliest

    def next_step(self, episode: Episode) -> tuple[int | None, datetime | None, datetime | None]:
        """The next step of the ladder, its promise, from when it may leave but for the hours."""
        campaign, made = self.campaigns[episode.id.campaign], self.attempts_of(episode)
        count = attempt_count(made)
        if count >= len(campaign.ladder):
            return None, None, None
        step, base = campaign.steps[count], episode.added_at
        if campaign.on_repeat == "restart":  # A16
            base = max([drop.dropped_at for drop in self.drops_of(episode)], default=base)
        promised = base + step
        earliest = [promised]
        if made:
            last = made[-1]
            end = self.end_of(last) or last.handed_out_at
            if campaign.count_from == "previous_attempt":
                earliest.append(end + step)
            else:
                first_of_last = next(one for one in made if one.k == last.k)
                distance = step - campaign.steps[count - 1] - MINUTE  # A5
                earliest += [first_of_last.handed_out_at + distance, end + campaign.min_gap]
        return count + 1, promised, max(earliest)

    def in_hours(self, episode: Episode, at: datetime | None) -> datetime | None:
        """The instant, or the next opening where it lies outside the calling hours."""
        hours = self.hours_for(self.campaigns[episode.id.campaign], episode.id.number)
        if at is None or hours is None or hours.is_open(at):
            return at
        return hours.next_opening(at)

    def hours_for(self, campaign: CampaignSettings, number: str) -> Hours | None:
        """The campaign's hours, by the clock of the client where it says so and his zone is known.

        Choice: zones that are not open together within three weeks never are.
        """
        hours, zones = campaign.hours, self.world.zones.get(number)
        if hours is None or campaign.hours_of == "campaign" or not zones:
            return hours
        if (hours, number) not in self.hours:
            together = replace(hours, zones=zones)
            is_ever_open = together.next_opening(self.world.runs[0]) is not None
            self.hours[hours, number] = together if is_ever_open else hours
        return self.hours[hours, number]

    def has_given_up(self, campaign: CampaignSettings, number: str, since: datetime) -> bool:
        """A10: so much time has passed, counted only while the campaign may dial."""
        hours = self.hours_for(campaign, number)
        passed = hours.open_time(since, self.now) if hours else self.now - since
        return passed >= campaign.give_up_after

    # s5: which decision

    def decide(self) -> None:
        """Lines 8 to 23 for each episode still open, in the order of their turns.

        Choice: higher priority, older promise, number, episode. Each sees what was decided before
        it, so what is held takes no place that another could have.
        """
        self.decided: set[EpisodeId] = set()
        waiting = [(self.due(each), each) for each in self.episodes if each.is_open]
        for (k, redial, _, _), episode in waiting:
            self.withdraw_other_redials(episode, command_key("dial", episode.id, k, redial))

        def order(entry: tuple[tuple, Episode]) -> tuple[object, ...]:
            (_, _, promised, _), episode = entry
            priority = self.campaigns[episode.id.campaign].priority
            return (
                promised is None,
                -priority,
                promised or self.now,
                episode.id.number,
                episode.id,
            )

        for (k, redial, promised, due), episode in sorted(waiting, key=order):
            drops = tuple(drop.call for drop in self.drops_of(episode))
            decision, reason, proof = next(self.lines(episode, k, promised, due))
            if decision == "dial" and redial:
                reason += f"_redial_{redial}"
            leaves_at = self.in_hours(episode, due)
            if reason == "limit":
                leaves_at = self.limits_free_at(episode) or leaves_at
            if reason == "outside_hours":
                leaves_at = self.in_hours(episode, self.now)
            told = (decision, reason, k, promised, leaves_at, proof or drops)
            self.decisions.append(Decision(*episode.id[:2], episode.id, *told))
            if decision == "dial" and self.campaigns[episode.id.campaign].dialler != "none":
                self.issue("dial", episode, k, redial)
                self.decided.add(episode.id)

    def lines(
        self, episode: Episode, k: int | None, promised: datetime | None, due: datetime | None
    ) -> Iterator[tuple[str, str, tuple[CallId, ...]]]:
        """The lines that apply, in order: the first one is the decision."""
        campaign, number = self.campaigns[episode.id.campaign], episode.id.number
        made = self.attempts_of(episode)
        if campaign.duplicates == "block" and self.is_duplicate(number, campaign.duplicate_scope):
            yield "blocked", "duplicate", ()
        if campaign.unknown_callers == "block" and not self.contacts_of(number):
            yield "blocked", "not_in_directory", ()
        if any(attempt.result == "in_doubt" for attempt in made):
            yield "wait", "attempt_in_doubt", ()
        if up := [attempt.call for attempt in made if attempt.result == "up"]:
            yield "wait", "attempt_up", tuple(up)
        yield from self.too_early(self.hours_for(campaign, number), promised, due)
        if self.is_paused(campaign.name):
            yield "wait", "paused", ()
        # SEAM: clock_back, feed_stale, audit_failed
        if self.is_nobody_there(campaign):
            yield "wait", "no_operator", ()
        if going_on := self.going_on(campaign.name, number):
            yield "wait", "on_call_now", tuple(going_on)
        if full := self.full(episode):
            yield "wait", full, ()
        yield "dial", f"attempt_{k}_of_{len(campaign.ladder)}", ()

    def too_early(
        self, hours: Hours | None, promised: datetime, due: datetime
    ) -> Iterator[tuple[str, str, tuple[CallId, ...]]]:
        """Lines 12 to 14."""
        if self.now < promised:
            yield "wait", "not_due", ()
        if self.now < due:
            yield "wait", "spacing", ()
        elif hours is not None and not hours.is_open(self.now):
            yield "wait", "outside_hours", ()

    def going_on(self, campaign: str, number: str) -> list[CallId]:
        numbers = {number, *self.other_numbers(campaign, number)}
        return sorted(
            call.id
            for call in self.calls.values()
            if call.number in numbers and call.direction != "internal" and self.is_going_on(call)
        )

    # who answers: choice, for the law does not know of operators

    def is_nobody_there(self, campaign: CampaignSettings) -> bool:
        """Somebody was seen in one of its queues, and nobody is there now."""
        lines = [
            line for line in self.world.operator_lines if (line.known_at or line.at) <= self.now
        ]
        seen = {
            (line.source, line.queue, line.member)
            for line in lines
            if line.queue in campaign.hold_without_operators_in
        }
        return bool(seen) and not any(is_there(lines, *each) for each in seen)

    def is_duplicate(self, number: str, scope: str) -> bool:
        """Design s3.8: on two contacts, or with scope contact another number of a contact is."""
        contacts = self.contacts_of(number)
        numbers = {each for contact, each in self.directory if contact in contacts}
        return any(
            len(self.contacts_of(each)) >= 2
            for each in ({number} if scope == "number" else numbers)
        )

    def is_paused(self, campaign: str) -> bool:
        return any(
            begin <= self.now < end and paused in (None, campaign)
            for begin, end, paused in self.world.pauses
        )

    def is_number_busy(self, episode: Episode) -> bool:
        """A7: a dial of another episode is issued or undelivered, in doubt or up."""
        dials = [*filter(is_hanging, self.attempts), *filter(is_undelivered_dial, self.commands)]
        return any(
            dial.episode.number == episode.id.number and dial.episode != episode.id
            for dial in dials
        )

    # design s3.11, lines 21 and 22: limits and pacing

    def full(self, episode: Episode) -> str | None:
        """Lines 20 to 22: what calls and dials leave no room for another one."""
        if self.is_number_busy(episode):
            return "number_busy"
        campaign = self.campaigns[episode.id.campaign]
        if self.reached(episode):
            return "limit"
        return "pacing" if campaign.dialler != "none" and self.is_paced(campaign) else None

    def limits_free_at(self, episode: Episode) -> datetime | None:
        return max(filter(None, map(self.free_at, self.reached(episode))), default=None)

    def reached(self, episode: Episode) -> list[tuple[Limit, list[datetime]]]:
        """The limits that leave no dial to the episode, each with its calls, newest first.

        A dial decided in this run counts as a call of now: for a limit per contact, to another of
        its numbers.
        """
        campaign, found = self.campaigns[episode.id.campaign], []
        for limit in {*self.settings.limits, *campaign.limits}:
            numbers = {episode.id.number}
            contacts = {each for each, number in self.directory if number == episode.id.number}
            if limit.per == "contact" and len(contacts) == 1:
                numbers |= {number for each, number in self.directory if each in contacts}
            calls = [at for at in self.called(numbers) if self.now < at + limit.window]
            decided = sum(one.number in numbers for one in self.decided)
            if len(calls) + decided >= limit.calls:
                found.append((limit, sorted(calls, reverse=True)))
        return found

    def called(self, numbers: set[str]) -> list[datetime]:
        """When these numbers were called by anybody: calls, and dials whose call is not seen."""
        calls = [call.started_at for number in numbers for call in self.outgoing_calls(number)]
        return calls + [
            dial.handed_out_at
            for dial in self.attempts
            if dial.key is not None and dial.call is None and dial.episode.number in numbers
        ]

    def free_at(self, reached: tuple[Limit, list[datetime]]) -> datetime | None:
        """When a limit lets the next dial leave; None where only dials of this run reach it."""
        limit, calls = reached
        return calls[limit.calls - 1] + limit.window if len(calls) >= limit.calls else None

    def is_paced(self, campaign: CampaignSettings) -> bool:
        """No place is left: in this run, or among the dials on their way.

        Choice: on their way are dials in doubt or up, of closed episodes too; one that no sink has
        taken has its place from being decided again.
        """
        on_the_way = [dial.episode for dial in self.attempts if dial.key and is_hanging(dial)]
        for of in (self.settings, campaign):
            decided, hanging = [
                sum(of is self.settings or one.campaign == campaign.name for one in episodes)
                for episodes in (self.decided, on_the_way)
            ]
            if of.dials_per_run is not None and decided >= of.dials_per_run:
                return True
            if of.dials_waiting_max is not None and decided + hanging >= of.dials_waiting_max:
                return True
        return False

    # s7: commands

    def issue(self, kind: str, episode: Episode, k: int | None = None, redial: int = 0) -> None:
        """Write the row once; a dial decided again is the same row."""
        key = command_key(kind, episode.id, k, redial)
        if not any(command.key == key for command in self.commands):
            self.commands.append(Command(key, kind, episode.id.number, episode.id, self.now))

    def withdraw_dial(self, episode: Episode) -> None:
        for command in filter(is_undelivered_dial, self.commands):
            if command.episode == episode.id:
                command.state = "withdrawn"

    def withdraw_other_redials(self, episode: Episode, planned: str) -> None:
        """An undelivered redial that is no longer the next dial, for the settings changed."""
        for command in filter(is_undelivered_dial, self.commands):
            last_part = command.key.rsplit("|", 1)[1]
            if command.episode == episode.id and "." in last_part and command.key != planned:
                command.state = "withdrawn"

    def hand_out(self) -> None:
        """A4, A6: a dial leaves only if decided in this run; nothing overtakes on one number."""
        if self.now in self.world.outages:
            return
        stuck = set()
        for command in self.commands:
            if command.state != "issued":
                continue
            if is_undelivered_dial(command) and command.episode not in self.decided:
                stuck.add(command.number)
            if command.number in stuck:
                continue
            command.state, command.handed_out_at = "delivered", self.now
            if command.kind == "dial":
                k, _, redial = command.key.rsplit("|", 1)[1].partition(".")
                attempt = Attempt(command.episode, int(k), command.key, self.now)
                attempt.redial = int(redial or 0)
                self.attempts.append(attempt)

    def hanging(self) -> list[tuple[str, str]]:
        """The dials that may still become a call, for the invariants."""
        in_doubt = [dial for dial in self.attempts if dial.key and dial.result == "in_doubt"]
        undelivered = [*filter(is_undelivered_dial, self.commands)]
        return sorted((dial.episode.number, dial.key) for dial in [*in_doubt, *undelivered])


def is_there(lines: list[OperatorLine], source: str, queue: str, member: str) -> bool:
    """Whether a member of a queue stands in it, logged in and not paused, by these lines."""
    told = [
        line
        for line in lines
        if (line.source, line.member) == (source, member) and line.queue in (queue, "NONE")
    ]
    said = [each for line in told for each in said_of_a_member(line)]
    starts = [line.at for line in lines if (line.source, line.event) == (source, "QUEUESTART")]
    if not any(line.event == "ADDMEMBER" for line in told):
        # Asterisk keeps the pauses of those only who were added.
        last_start = max(starts, default=datetime.min)  # noqa: DTZ901 - naive UTC
        said = [each for each in said if each[0] != "free" or each[3] or each[1] > last_start]
    matters = [[each[1:] for each in said if each[0] == matter] for matter in OPERATOR_MATTERS]
    return all(max(signs)[2] for signs in matters if signs)


OPERATOR_MATTERS = ("stands there", "free", "logged in")


def said_of_a_member(line: OperatorLine) -> Iterator[tuple[str, datetime, bool, bool]]:
    """The matter, since when, whether the line is a word on the matter itself, yes or no.

    In this order they count: of one second a word on the matter more than what only follows from a
    line, and then what lets the dial leave.
    """
    rang = line.at - (line.figure + 1) * SECOND  # figures are cut to seconds
    match line.event:
        case "ADDMEMBER":
            yield "stands there", line.at, True, True
            yield "free", line.at, False, not line.figure
        case "REMOVEMEMBER":
            yield "stands there", line.at, True, False
        case "PAUSE" | "UNPAUSE":
            yield "stands there", line.at, False, True
            yield "free", line.at, True, line.event == "UNPAUSE"
        case "PAUSEALL" | "UNPAUSEALL":
            yield "free", line.at, True, line.event == "UNPAUSEALL"
        case "CONNECT" | "RINGNOANSWER":
            yield "stands there", rang, False, True
            yield "free", rang, False, True
        case "COMPLETEAGENT":
            yield "stands there", line.at - line.figure * SECOND, False, True
        case "AGENTLOGIN" | "AGENTLOGOFF":
            yield "logged in", line.at, True, line.event == "AGENTLOGIN"


def attempt_count(made: list[Attempt]) -> int:
    """How many steps of the ladder are made: a redial is none."""
    return sum(not attempt.redial for attempt in made)


def is_hanging(attempt: Attempt) -> bool:
    return attempt.result in ("in_doubt", "up")


def is_undelivered_dial(command: Command) -> bool:
    return command.kind == "dial" and command.state == "issued"


def _in_force(timeline: list[tuple[datetime, Value]], now: datetime) -> Value | None:
    """The last entry that began at or before `now`, None before the first."""
    begun = [value for begins_at, value in timeline if begins_at <= now]
    return begun[-1] if begun else None


# --- what must always hold ------------------------------------------------------------------------


def broken_promises(outcome: Outcome) -> list[str]:
    """What of design.md section 4 an outcome breaks, in words; nothing when all is well."""
    checks = (
        each_open_episode_has_one_decision,
        each_dropped_call_is_accounted_for_once,
        opened_is_removed_plus_open,
        no_dial_follows_its_remove,
        one_number_has_one_dial_hanging,
        no_dial_leaves_before_it_is_due,
        each_drop_is_answered_for,
    )
    return [f"{check.__name__}: {fault}" for check in checks for fault in check(outcome)]


def each_open_episode_has_one_decision(outcome: Outcome) -> Iterator[str]:
    """I3."""
    for run in outcome.runs:
        decided = sorted(decision.episode for decision in run.decisions)
        alive = sorted(
            episode.id
            for episode in outcome.episodes
            if episode.opened_run <= run.now
            and (episode.closed_run is None or run.now <= episode.closed_run)
        )
        if decided != alive:
            yield f"at {run.now} decided {decided}, open {alive}"


def each_dropped_call_is_accounted_for_once(outcome: Outcome) -> Iterator[str]:
    """I3: dropped = opened + joined + ignored + settling; once is the shape of `accounts`."""
    calls = outcome.calls
    surely = {call_id for call_id, call in calls.items() if drop_kind(call) in ALWAYS_DROPPED}
    at_most = {call_id for call_id, call in calls.items() if drop_kind(call) is not None}
    opened = {key for key, account in outcome.accounts.items() if account.account == "opened"}
    if missing := surely - outcome.accounts.keys():
        yield f"no account of {sorted(missing)}"
    if invented := outcome.accounts.keys() - at_most - opened:
        yield f"an account of what is no dropped call: {sorted(invented)}"
    for call_id, account in outcome.accounts.items():
        owned = account.account in ("opened", "joined")
        if owned != (account.episode is not None):
            yield f"{call_id} is {account.account} with episode {account.episode}"


def opened_is_removed_plus_open(outcome: Outcome) -> Iterator[str]:
    """One episode for each call that opened, or opened again; one remove for each closed one."""
    for call_id, account in outcome.accounts.items():
        if account.account == "opened" and account.episode.opening != call_id:
            yield f"{call_id} opened {account.episode}"
    if len({episode.id for episode in outcome.episodes}) != len(outcome.episodes):
        yield "an episode id stands twice"
    removed = [command.episode for command in outcome.commands if command.kind == "remove"]
    closed = [each.id for each in outcome.episodes if not each.is_open]
    if sorted(removed) != sorted(each for each in closed if each.campaign not in outcome.silent):
        yield f"removed {sorted(removed)}, closed {sorted(closed)}"


def no_dial_follows_its_remove(outcome: Outcome) -> Iterator[str]:
    """Design s3.7, and a command is one row."""
    keys = [command.key for command in outcome.commands]
    if len(set(keys)) != len(keys):
        yield "a key stands twice"
    removed: set[EpisodeId] = set()
    for command in outcome.commands:
        if command.kind == "remove":
            removed.add(command.episode)
        elif command.episode in removed:
            yield f"{command.key} was issued after its remove"
    closed_runs = {episode.id: episode.closed_run for episode in outcome.episodes}
    for command in outcome.commands:
        closed_run = closed_runs[command.episode]
        handed_out = command.kind == "dial" and command.state == "delivered"
        if handed_out and closed_run is not None and command.handed_out_at >= closed_run:
            yield f"{command.key} left after its episode closed"
        if command.kind == "dial" and command.state == "issued" and closed_run is not None:
            yield f"{command.key} still waits, its episode is closed"


def one_number_has_one_dial_hanging(outcome: Outcome) -> Iterator[str]:
    """I11: at most one dial of a number is undelivered or in doubt, over all campaigns."""
    for run in outcome.runs:
        numbers = [number for number, _ in run.hanging]
        if len(set(numbers)) != len(numbers):
            yield f"at {run.now}: {run.hanging}"


def no_dial_leaves_before_it_is_due(outcome: Outcome) -> Iterator[str]:
    """Nor twice in one run, nor without a decision in the run in which it leaves."""
    decided = set()
    for run in outcome.runs:
        for decision in run.decisions:
            if decision.decision == "dial":
                decided.add((run.now, decision.episode))
                if not decision.promised_at <= decision.due_at <= run.now:
                    yield f"at {run.now}: {decision}"
    for command in outcome.commands:
        left = (command.handed_out_at, command.episode)
        if command.kind == "dial" and command.state == "delivered" and left not in decided:
            yield f"{command.key} left undecided"


def each_drop_is_answered_for(outcome: Outcome) -> Iterator[str]:
    """I10: after each drop comes a dial, a talk, or a closing that a person can read."""
    episodes = {episode.id: episode for episode in outcome.episodes}
    calls = outcome.calls
    for call_id, account in outcome.accounts.items():
        episode = episodes.get(account.episode)
        if episode is None or episode.reason not in ("reached", "exhausted"):
            continue
        dialled = any(
            dial.key is not None or dial.result != "in_doubt"
            for dial in outcome.attempts
            if dial.episode[:2] == episode.id[:2] and dial.handed_out_at >= account.dropped_at
        )
        talked = any(
            talk > account.dropped_at
            for call in calls.values()
            if call.number == episode.id.number or (*episode.id[:2], call.number) in outcome.tied
            for talk in talks(call)
        )
        withdrawn = account.account == "opened" and drop_kind(calls[call_id]) is None
        if not (dialled or talked or withdrawn):
            yield f"{call_id} of {episode.id}"
