"""The figures of reports once more, naively: what the SQL of reports is compared with.

Counted from what the oracle says (oracle.py), call by call and episode by episode; no SQL, nothing
of `reconcile`, nothing fast. The definitions are those that stand beside the figures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import oracle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CLIENTS = ("valid", "possible")
SET_ASIDE = ("not_dropped", "do_not_call", "campaign_ended", "closed_by_hand")
RECOVERED = ("self_recovered", "won_back", "reached_by_hand")


@dataclass(frozen=True)
class Told:
    """An episode with what it came to."""

    campaign: str
    number: str
    opening: oracle.CallId
    added_at: datetime
    closed_at: datetime | None
    drops: list[oracle.CallRecord]  # that the records still say are some
    decided: list[tuple[datetime, oracle.Decision]]  # run by run
    outcome: str
    reached_attempt: int | None
    attempts: int
    dials: int
    regrets: int
    first_attempt: timedelta | None
    talked: timedelta | None
    talked_in: bool | None  # the client called

    @property
    def is_recoverable(self) -> bool:
        return self.outcome not in SET_ASIDE


class Figures:
    """The figures of worlds that were played beside each other, in one zone."""

    def __init__(
        self,
        worlds: Iterable[oracle.World],
        outcomes: list[oracle.Outcome],
        zone: str,
        *,
        short: int = 10,
        in_time: int = 20,
    ) -> None:
        self.zone = ZoneInfo(zone)
        self.short, self.in_time = short, in_time
        self.worlds, self.outcomes = [*worlds], outcomes
        self.calls = [call for outcome in outcomes for call in outcome.calls.values()]
        self.accounts = [one for outcome in outcomes for one in outcome.accounts.values()]
        self.attempts = [one for outcome in outcomes for one in outcome.attempts]
        self.last_run = max(run.now for outcome in outcomes for run in outcome.runs)
        self.shortest_talks: dict[str, int] = {}
        for world in self.worlds:
            for at, program in sorted(world.settings, key=lambda one: one[0]):
                if at <= self.last_run:
                    for campaign in program.campaigns:
                        self.shortest_talks[campaign.name] = campaign.min_talk_seconds
        self.told = [told for outcome in outcomes for told in self._episodes(outcome)]

    def day(self, at: datetime) -> str:
        return f"{at.replace(tzinfo=UTC).astimezone(self.zone):%Y-%m-%d}"

    def hour(self, at: datetime) -> str:
        return f"{at.replace(tzinfo=UTC).astimezone(self.zone):%H:00}"

    # what each episode came to

    def _episodes(self, outcome: oracle.Outcome) -> Iterator[Told]:
        blocked = {
            one.episode for one in outcome.runs[-1].decisions if one.decision == "blocked"
        }
        decided: dict[oracle.EpisodeId, list[tuple[datetime, oracle.Decision]]] = defaultdict(list)
        for run in outcome.runs:
            for one in run.decisions:
                decided[one.episode].append((run.now, one))
        drops: dict[oracle.EpisodeId | None, list[oracle.CallRecord]] = defaultdict(list)
        for account in outcome.accounts.values():
            if oracle.drop_kind(outcome.calls[account.call]) is not None:
                drops[account.episode].append(outcome.calls[account.call])
        for episode in outcome.episodes:
            own = [one for one in outcome.attempts if one.episode == episode.id]
            dials = [one for one in own if one.key is not None]
            word, attempt = self._outcome(episode, outcome, is_blocked=episode.id in blocked)
            talked_at, talked_in = self._talk(episode, outcome)
            first = min((one.handed_out_at for one in dials), default=None)
            yield Told(
                campaign=episode.id.campaign,
                number=episode.id.number,
                opening=episode.id.opening,
                added_at=episode.added_at,
                closed_at=episode.closed_at,
                drops=drops[episode.id],
                decided=decided[episode.id],
                outcome=word,
                reached_attempt=attempt,
                attempts=sum(1 for one in own if not one.redial),
                dials=len(dials),
                regrets=sum(one.is_regret for one in own),
                first_attempt=first and first - episode.added_at,
                talked=talked_at and talked_at - episode.added_at,
                talked_in=talked_in,
            )

    def _outcome(
        self, episode: oracle.Episode, outcome: oracle.Outcome, *, is_blocked: bool
    ) -> tuple[str, int | None]:
        if episode.is_open:
            return ("blocked" if is_blocked else "open"), None
        if episode.reason != "reached":
            return str(episode.reason), None
        dials = [
            one for one in outcome.attempts if one.key is not None and one.call == episode.proof
        ]
        if dials:
            return "won_back", next((o.k for o in dials if o.episode == episode.id), None)
        if outcome.calls[episode.proof].direction == "in":
            return "self_recovered", None
        return "reached_by_hand", None

    def _talk(
        self, episode: oracle.Episode, outcome: oracle.Outcome
    ) -> tuple[datetime | None, bool | None]:
        if episode.reason == "reached":
            return episode.cut, outcome.calls[episode.proof].direction == "in"
        shortest = timedelta(seconds=self.shortest_talks[episode.id.campaign])
        found = []
        for call in self.calls:
            if call.number != episode.id.number or call.number_class not in CLIENTS:
                continue
            for at in oracle.talks(call):
                end = oracle.talk_end(call, at)
                lasted = not shortest or (end is not None and end - at >= shortest)
                if at > episode.added_at and lasted:
                    found.append((at, call.direction == "in"))
        return min(found, default=(None, None))

    # reports, each as a row by what it is split by

    def drops(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Dropped, in a queue, in a menu, callers, withheld."""
        rows: dict[tuple[str, str], list[oracle.Account]] = defaultdict(list)
        for one in self.accounts:
            call = self.call(one.call)
            if oracle.drop_kind(call) is None:  # the records now say that it was none
                continue
            for split in self._splits(one.dropped_at, call):
                rows[split].append(one)
        return {
            split: (
                len(ones),
                sum(one.kind == "queue" for one in ones),
                sum(one.kind == "ivr" for one in ones),
                len({number for one in ones if (number := self.number(one.call))}),
                sum(self.number(one.call) is None for one in ones),
            )
            for split, ones in rows.items()
        }

    def incoming(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Incoming, callers, offered, answered, abandoned, menu, missed, sent on, going on."""
        return {
            split: (
                len(calls),
                len({call.number for call in calls if self.is_client(call)}),
                sum(map(is_offered, calls)),
                *(
                    sum(came_to(call) in words for call in calls)
                    for words in (
                        ("answered",),
                        ("queue",),
                        ("ivr",),
                        ("ringing",),
                        ("timeout", "exit_key", "empty"),
                        ("going_on",),
                    )
                ),
            )
            for split, calls in self._incoming().items()
        }

    def abandonment(self) -> dict[tuple[str, str], tuple[float | None, ...]]:
        """The four variants, in percent."""
        rows = {}
        for split, calls in self._incoming().items():
            offered = sum(is_offered(call) and came_to(call) != "going_on" for call in calls)
            lost = [call for call in calls if came_to(call) == "queue"]
            menu = [call for call in calls if came_to(call) == "ivr"]
            short = sum(waited(call) < self.short for call in lost)
            short_menu = sum(waited(call) < self.short for call in menu)
            rows[split] = (
                percent(len(lost), offered),
                percent(len(lost) - short, offered - short),
                percent(len(lost) + len(menu), offered + len(menu)),
                percent(
                    len(lost) - short + len(menu) - short_menu,
                    offered - short + len(menu) - short_menu,
                ),
            )
        return rows

    def service_level(self) -> dict[tuple[str, str], tuple[float | None, ...]]:
        """The five formulas, in percent."""
        rows = {}
        for split, every in self._incoming().items():
            calls = [call for call in every if is_offered(call)]
            if not calls:
                continue
            answered = [waited(call) for call in calls if came_to(call) == "answered"]
            lost = [waited(call) for call in calls if came_to(call) == "queue"]
            quick = sum(seconds <= self.in_time for seconds in answered)
            early = sum(seconds <= self.in_time for seconds in lost)
            short = sum(seconds < self.short for seconds in lost)
            every_one = len(answered) + len(lost)
            rows[split] = (
                percent(quick + early, every_one),
                percent(quick, len(answered)),
                percent(quick, every_one),
                percent(quick, every_one - early),
                percent(quick + short, every_one),
            )
        return rows

    def recovery(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """Episodes, recovered %, by themselves, by attempt 1, 2, 3, by hand, never, waiting."""
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for split, told in self._told().items():
            words = Counter(one.outcome for one in told)
            won = Counter(one.reached_attempt for one in told if one.outcome == "won_back")
            rows[split] = (
                len(told),
                percent(
                    sum(words[word] for word in RECOVERED), sum(o.is_recoverable for o in told)
                ),
                words["self_recovered"],
                won[1],
                won[2],
                won[3],
                words["won_back"] - won[1] - won[2] - won[3],
                words["reached_by_hand"],
                words["exhausted"] + words["expired"],
                words["open"] + words["blocked"],
            )
        return rows

    def recovery_bands(self, bands: Iterable[int]) -> dict[tuple[str, str], tuple[int, ...]]:
        """By campaign and minutes: episodes old enough, talked, of these who called, won back."""
        rows = {}
        for minutes in bands:
            band = timedelta(minutes=minutes)
            for campaign in {one.campaign for one in self.told}:
                old = [
                    one
                    for one in self.told
                    if one.campaign == campaign
                    and one.is_recoverable
                    and one.added_at + band <= self.last_run
                ]
                talked = [one for one in old if one.talked is not None and one.talked <= band]
                if old:
                    rows[campaign, str(minutes)] = (
                        len(old),
                        len(talked),
                        sum(one.talked_in is True for one in talked),
                        sum(one.outcome == "won_back" for one in talked),
                    )
        return rows

    def times(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """Episodes, attempted, seconds to the attempt (median, p90), talked, to the talk."""
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for split, every in self._told().items():
            told = [one for one in every if one.is_recoverable]
            if told:
                to_attempt = [one.first_attempt for one in told if one.first_attempt is not None]
                to_talk = [one.talked for one in told if one.talked is not None]
                rows[split] = (len(told), *middle_and_high(to_attempt), *middle_and_high(to_talk))
        return rows

    def recall(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """Lost callers, recalled, in percent, and the least and greatest recall time."""
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for split, every in self._told().items():
            told = [one for one in every if one.is_recoverable]
            if told:
                ours = [one for one in told if one.talked_in is False]
                took = [seconds(one.talked) for one in ours if one.talked is not None]
                lost, recalled = {one.number for one in told}, {one.number for one in ours}
                rows[split] = (
                    len(lost),
                    len(recalled),
                    percent(len(recalled), len(lost)),
                    min(took, default=None),
                    max(took, default=None),
                )
        return rows

    def effort(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """Episodes, won back, attempts, of these for the won back, dials, regrets."""
        return {
            split: (
                len(told),
                sum(one.outcome == "won_back" for one in told),
                sum(one.attempts for one in told),
                sum(one.attempts for one in told if one.outcome == "won_back"),
                sum(one.dials for one in told),
                sum(one.regrets for one in told),
            )
            for split, told in self._told().items()
        }

    def wasted_dials(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """By day and campaign: dials, redials, regrets, unseen."""
        rows: dict[tuple[str, str], list[oracle.Attempt]] = defaultdict(list)
        for one in self.attempts:
            if one.key is not None:
                rows[self.day(one.handed_out_at), one.episode.campaign].append(one)
        return {
            row: (
                len(ones),
                sum(one.redial > 0 for one in ones),
                sum(one.is_regret for one in ones),
                sum(one.result == "unseen" for one in ones),
            )
            for row, ones in rows.items()
        }

    def unmanaged(self) -> dict[tuple[str], tuple[int, ...]]:
        """By day: callers, unmanaged ones, of these those who called us."""
        last: dict[tuple[str, str], oracle.CallRecord] = {}
        for call in sorted(self.calls, key=lambda call: (call.started_at, call.id)):
            is_over = call.ended_at is not None or bool(oracle.talks(call))
            if call.direction != "internal" and self.is_client(call) and is_over:
                last[self.day(call.started_at), str(call.number)] = call
        rows: dict[str, list[oracle.CallRecord]] = defaultdict(list)
        for (day, _), call in last.items():
            rows[day].append(call)
        return {
            (day,): (
                len(calls),
                sum(not oracle.talks(call) for call in calls),
                sum(not oracle.talks(call) and call.direction == "in" for call in calls),
            )
            for day, calls in rows.items()
        }

    def commanded(self) -> dict[tuple[str], tuple[int, ...]]:
        """By campaign: dials commanded, withdrawn, handed out."""
        rows: dict[str, Counter[str]] = defaultdict(Counter)
        for outcome in self.outcomes:
            for one in outcome.commands:
                if one.kind == "dial":
                    rows[one.episode.campaign][one.state] += 1
        return {
            (campaign,): (states.total(), states["withdrawn"], states["delivered"])
            for campaign, states in rows.items()
        }

    # parts

    def call(self, call_id: oracle.CallId) -> oracle.CallRecord:
        return next(o.calls[call_id] for o in self.outcomes if call_id in o.calls)

    def is_client(self, call: oracle.CallRecord) -> bool:
        return bool(call.number) and call.number_class in CLIENTS

    def number(self, call_id: oracle.CallId) -> str | None:
        call = self.call(call_id)
        return call.number if self.is_client(call) else None

    def _splits(self, at: datetime, call: oracle.CallRecord) -> list[tuple[str, str]]:
        return [
            ("all", ""),
            ("day", self.day(at)),
            ("hour", self.hour(at)),
            ("line", call.dialled_number or ""),
            ("queue", call.queue or ""),
        ]

    def _incoming(self) -> dict[tuple[str, str], list[oracle.CallRecord]]:
        rows: dict[tuple[str, str], list[oracle.CallRecord]] = defaultdict(list)
        for call in self.calls:
            if call.direction == "in":
                for split in self._splits(call.started_at, call):
                    rows[split].append(call)
        return rows

    def _told(self) -> dict[tuple[str, str], list[Told]]:
        rows: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for one in self.told:
            splits = self._splits(one.added_at, self.call(one.opening))
            for split in [*splits, ("campaign", one.campaign)]:
                rows[split].append(one)
        return rows


def came_to(call: oracle.CallRecord) -> str:
    """What an incoming call came to."""
    if oracle.talks(call):
        return "answered"
    if call.ended_at is None:
        return "going_on"
    return oracle.drop_kind(call) or "other"


def is_offered(call: oracle.CallRecord) -> bool:
    return call.queue is not None or call.last_place == "queue"


def waited(call: oracle.CallRecord) -> float:
    """How long the client waited until he was answered first, or until the end, in seconds."""
    until = min(oracle.talks(call), default=call.ended_at)
    assert until is not None
    began = call.wait_began_at
    if began is None or began > until:
        began = call.started_at
    return max(0.0, (until - began).total_seconds())


def percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def seconds(span: timedelta) -> float:
    return span.total_seconds()


def middle_and_high(spans: list[timedelta]) -> tuple[object, ...]:
    """How many, the median and what nine of ten do not exceed, in seconds."""
    found = sorted(map(seconds, spans))
    if len(found) < 2:
        return (len(found), *(found * 2 or (None, None)))
    tenths = quantiles(found, n=10, method="inclusive")
    return (len(found), tenths[4], tenths[8])
