"""What a page has to say of worlds of the oracle, counted naively: one fact at a time, no SQL."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oracle import CallId, drop_kind, takes

from reconcile.pages import charts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oracle import Account, Attempt, CallRecord, Episode, Outcome, World


@dataclass
class Where:
    """Where and when something was, by the clock of a zone."""

    campaign: str | None
    line: str | None
    queue: str | None
    at: datetime

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass
class Choice:
    """A filter; None: all."""

    campaign: str | None = None
    line: str | None = None
    queue: str | None = None
    from_day: date = date.min
    to_day: date = date.max

    def has(self, where: Where) -> bool:
        wanted = (
            (self.campaign, where.campaign),
            (self.line, where.line),
            (self.queue, where.queue),
        )
        return self.from_day <= where.day <= self.to_day and all(
            value is None or value == (there or "") for value, there in wanted
        )


@dataclass
class Lost:
    """An episode and what it came to."""

    where: Where
    result: str
    is_due: bool
    dials: list[Attempt]
    dialled_after: timedelta | None
    reached_after: timedelta | None
    blocked_for: timedelta | None


@dataclass
class Truth:
    """All facts of some worlds that a page tells of."""

    lost: list[Lost] = field(default_factory=list)
    drops: list[tuple[Where, str, int]] = field(default_factory=list)
    calls: list[tuple[Where, str, int]] = field(default_factory=list)
    """Calls that came to a queue: where, how they ended, how long the caller waited."""

    def figures(self, choice: Choice) -> dict[str, int]:
        """The figures on top, by their names."""
        lost = [each for each in self.lost if choice.has(each.where)]
        results = Counter(each.result for each in lost)
        dials = [dial for each in lost for dial in each.dials]
        return {
            "dropped": sum(choice.has(where) for where, _, _ in self.drops),
            "clients": len(lost),
            **{each.code: results[each.code] for each in charts.RESULTS},
            "dials": len(dials),
            "regrets": sum(dial.is_regret for dial in dials),
        }

    def abandonment(self, choice: Choice) -> tuple[int, int]:
        """Calls that were abandoned, and those that were offered."""
        ends = [end for where, end, _ in self.calls if choice.has(where)]
        return ends.count("abandoned"), len(ends)

    def spreads(self, choice: Choice) -> dict[str, tuple[float, float] | None]:
        """The median and what nine of ten do not exceed, in seconds; None where there is none."""
        lost = [each for each in self.lost if choice.has(each.where)]
        times = {
            "waited": [waited for where, _, waited in self.drops if choice.has(where)],
            "to_attempt": [each.dialled_after.total_seconds() for each in lost if each.dials],
            "to_contact": [
                each.reached_after.total_seconds()
                for each in lost
                if each.reached_after is not None
            ],
        }
        return {name: _middle_and_high(sorted(found)) for name, found in times.items()}

    def tables(self, choice: Choice) -> dict[str, Counter[tuple[str, str]]]:
        """Each chart as its table has it: what stands in a row and a column, where it is not 0."""
        lost = [each for each in self.lost if choice.has(each.where)]
        names = {each.code: each.name for each in charts.RESULTS}
        drops = [(where, waited) for where, _, waited in self.drops if choice.has(where)]
        answered = [
            waited for where, end, waited in self.calls if end == "answered" and choice.has(where)
        ]
        waits = Counter((_bound(waited, "seconds"), "Hung up") for _, waited in drops)
        waits.update((_bound(waited, "seconds"), "Answered") for waited in answered)
        dialled = [each for each in lost if each.dialled_after is not None]
        return {
            "days": Counter((str(each.where.day), names[each.result]) for each in lost),
            "hours": Counter((f"{each.where.at:%H}:00", names[each.result]) for each in lost),
            "week": Counter((f"{where.at:%a}", f"{where.at:%H}") for where, _ in drops),
            "waits": waits,
            "funnel": +Counter(
                {
                    ("Dropped", "Clients"): len(lost),
                    ("Due", "Clients"): sum(each.is_due for each in lost),
                    ("Dialled", "Clients"): len(dialled),
                    ("Reached", "Clients"): sum(each.result == "won_back" for each in dialled),
                }
            ),
            "duplicates": Counter(
                (_bound(each.blocked_for.total_seconds() / 3600, "hours"), "Clients")
                for each in lost
                if each.blocked_for is not None
            ),
            "recovery": _curve(lost),
        }


def _middle_and_high(found: list[float]) -> tuple[float, float] | None:
    if len(found) < 2:
        return (found[0], found[0]) if found else None
    tenths = quantiles(found, n=10, method="inclusive")
    return tenths[4], tenths[8]


def _curve(lost: list[Lost]) -> Counter[tuple[str, str]]:
    chart = next(chart for chart in charts.CHARTS if chart.name == "recovery")
    times = {
        "Won back by us": [each.reached_after for each in lost if each.result == "won_back"],
        "Called back by themselves": [each.reached_after for each in lost if each.result == "self"],
        "Reached otherwise": [each.reached_after for each in lost if each.result == "otherwise"],
        "First dial handed out": [each.dialled_after for each in lost],
    }
    return +Counter(
        {
            (name, series): sum(
                after is not None and after <= timedelta(minutes=bound) for after in found
            )
            for series, found in times.items()
            for bound, name in chart.keys
        }
    )


def _bound(value: float, unit: str) -> str:
    """The name of the bar in which a value stands."""
    name, bounds = {
        "seconds": ("waits", charts.SECOND_BOUNDS),
        "hours": ("duplicates", charts.HOUR_BOUNDS),
    }[unit]
    chart = next(chart for chart in charts.CHARTS if chart.name == name)
    return chart.keys[bisect_left(bounds, value)][1]


def truth_of(played: Iterable[tuple[World, Outcome]], now: datetime, zone: str) -> Truth:
    """Count what has been seen of the worlds by the run at `now`."""
    truth = Truth()
    for world, outcome in played:
        truth.lost += [_lost(episode, outcome, now, zone) for episode in _episodes(outcome)]
        for call_id, account in outcome.accounts.items():
            call = outcome.calls.get(call_id)
            if call is not None and drop_kind(call) is not None:
                campaign = _campaign(account, call, world)
                where = _where(campaign, call, account.dropped_at, zone)
                truth.drops.append((where, account.account, _waited(call)))
        for call in outcome.calls.values():
            is_offered = call.queue is not None or call.last_place == "queue"
            is_over = call.ended_at is not None or call.connected_at is not None
            if call.direction == "in" and is_offered and is_over:
                truth.calls.append(_offered(call, zone))
    return truth


def _episodes(outcome: Outcome) -> list[Episode]:
    return [episode for episode in outcome.episodes if episode.reason != "not_dropped"]


def _lost(episode: Episode, outcome: Outcome, now: datetime, zone: str) -> Lost:
    told = [
        (run.now, decision)
        for run in outcome.runs
        for decision in run.decisions
        if decision.episode == episode.id
    ]
    promised = min(
        (one.promised_at for _, one in told if one.attempt_number == 1 and one.promised_at),
        default=None,
    )
    dials = [each for each in outcome.attempts if each.episode == episode.id and each.key]
    first = min((each.handed_out_at for each in dials), default=None)
    result = _result(episode, outcome)
    reached_at = episode.cut if episode.reason == "reached" else None
    end = reached_at or episode.closed_at or now
    blocked_for = None
    if result == "blocked" and told[-1][1].reason == "duplicate":
        since = now
        for run_at, one in reversed(told):
            if one.decision != "blocked":
                break
            since = run_at
        blocked_for = now - since
    return Lost(
        where=_where(
            episode.id.campaign,
            outcome.calls[CallId(episode.id.source, episode.id.call_id)],
            episode.added_at,
            zone,
        ),
        result=result,
        is_due=first is not None or (promised is not None and promised <= end),
        dials=dials,
        dialled_after=first - episode.added_at if first else None,
        reached_after=reached_at - episode.added_at if reached_at else None,
        blocked_for=blocked_for,
    )


def _result(episode: Episode, outcome: Outcome) -> str:
    if episode.closed_at is None:
        last = [one for one in outcome.runs[-1].decisions if one.episode == episode.id]
        return "blocked" if last[0].decision == "blocked" else "open"
    if episode.reason != "reached":
        return "lost"
    if any(each.call == episode.proof and each.key for each in outcome.attempts if each.call):
        return "won_back"
    call = outcome.calls.get(episode.proof) if episode.proof else None
    return "self" if call is not None and call.direction == "in" else "otherwise"


def _campaign(account: Account, call: CallRecord, world: World) -> str | None:
    """That of the episode; of a call that was ignored the first on whose line it came in."""
    if account.episode is not None:
        return account.episode.campaign
    if account.reason in ("other_line", "line_unknown"):
        return None
    campaigns = world.settings[-1][1].campaigns
    return next((each.name for each in campaigns if takes(each, call)), None)


def _where(campaign: str | None, call: CallRecord, at: datetime, zone: str) -> Where:
    wall = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return Where(campaign, call.dialled_number, call.queue, wall)


def _waited(call: CallRecord) -> int:
    assert call.ended_at is not None
    waited = call.ended_at - (call.wait_began_at or call.started_at)
    return max(0, int(waited.total_seconds()))


def _offered(call: CallRecord, zone: str) -> tuple[Where, str, int]:
    until = call.connected_at or call.ended_at
    assert until is not None
    began = call.wait_began_at
    since = began if began is not None and began <= until else call.started_at
    end = "abandoned" if drop_kind(call) == "queue" else "other"
    if call.connected_at is not None:
        end = "answered"
    waited = max(0, int((until - since).total_seconds()))
    return _where(None, call, call.started_at, zone), end, waited
