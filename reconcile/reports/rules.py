"""A campaign as the table of rules that an administrator of a contact centre would recognise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reconcile.queries import Rows
from reconcile.reports.tables import Zone
from reconcile.reports.values import jsonable
from reconcile.settings import NO_DIALLER, forms, hours, limits
from reconcile.settings.hour_presets import HOUR_PRESETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.reports.pauses import Pause
    from reconcile.settings import Campaign, Settings

COLUMNS = ["times", "rule", "when", "sql_file"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how often it stands there, what it does, when, and the file that holds it."""

    times: str
    rule: str
    when: str
    sql_file: str


def rules(campaign: Campaign, settings: Settings) -> list[Rule]:
    """The rules of a campaign with the values in force: the three kinds, then what limits them."""
    return [
        _add(campaign),
        _call_again(campaign),
        _remove(campaign),
        *_ends(campaign),
        *_do_not_call(settings),
        *_holds(campaign, settings),
        *_hours(campaign),
        *_limits(campaign, settings),
        *_pacing(campaign, settings),
    ]


def heading(campaign: Campaign, pause: Pause | None = None, zone: Zone | None = None) -> str:
    """What the campaign is, in one sentence, and in another one that a person paused it."""
    dialler = (
        "no dialler: it decides and reports only"
        if campaign.dialler == NO_DIALLER
        else f"dialler `{campaign.dialler}`"
    )
    if campaign.copies and campaign.dialler != NO_DIALLER:
        dialler += f", copies to {forms.listed(campaign.copies)}"
    starts = f", from {campaign.starts_at:%Y-%m-%d %H:%M} UTC on" if campaign.starts_at else ""
    about = f"Goal: none, the campaign is endless; {dialler}{starts}"
    return f"{about}. {pause.text(zone or Zone())}" if pause else about


def rows(found: list[Rule]) -> Rows:
    """The rules as rows for a table."""
    return Rows(COLUMNS, [(rule.times, rule.rule, rule.when, rule.sql_file) for rule in found])


def all_rows(campaigns: Sequence[Campaign], settings: Settings) -> Rows:
    """The rules of several campaigns as rows for a file."""
    return Rows(
        ["campaign", *COLUMNS],
        [(one.name, *row) for one in campaigns for row in rows(rules(one, settings)).rows],
    )


def data(campaign: Campaign, settings: Settings, pause: Pause | None = None) -> dict[str, Any]:
    """The rules for JSON."""
    found = [asdict(rule) for rule in rules(campaign, settings)]
    return {
        "campaign": campaign.name,
        "about": heading(campaign),
        "paused_at": jsonable(pause.paused_at) if pause else None,
        "paused_why": pause.why if pause else None,
        "rules": found,
    }


def _add(campaign: Campaign) -> Rule:
    when = [
        f"dropped session: {', '.join(campaign.dropped_in)}",
        f"dialled number: {', '.join(campaign.dialled_numbers) or 'any'}",
    ]
    if campaign.queues:
        when.append(f"queue: {', '.join(campaign.queues)}")
    if campaign.menus:
        when.append(f"menu: {', '.join(campaign.menus)}")
    return Rule("1×", "Add contact to campaign", "; ".join(when), "core/accounts.sql")


def _call_again(campaign: Campaign) -> Rule:
    origin = "the contact was added" if campaign.count_from == "added" else "the attempt before"
    count = len(campaign.retry_minutes)
    numbers = ", ".join(str(number) for number in range(1, count + 1))
    minutes = ", ".join(f"{minutes:,}" for minutes in campaign.retry_minutes)
    return Rule(
        f"{count}×",
        "Call again",
        f"attempts equals {numbers}; result is not Answered; {minutes} min after {origin}",
        "core/plans.sql",
    )


def _remove(campaign: Campaign) -> Rule:
    sources = ", ".join(campaign.remove_on) or "own attempts only"
    whose = ", with any number of the contact," if campaign.reach == "contact" else ""
    shortest = f" of at least {campaign.min_talk_seconds:,} s" if campaign.min_talk_seconds else ""
    return Rule(
        "1×",
        "Remove contact from campaign",
        f"source: {sources} call with an operator{whose}{shortest}".removesuffix(","),
        "core/closings.sql",
    )


def _ends(campaign: Campaign) -> Iterator[Rule]:
    yield Rule("", "Give up", _give_up(campaign), "core/closings.sql")
    repeat = {
        "join": "joins the contact already added, nothing moves",
        "restart": "restarts the steps that are left",
    }
    yield Rule(
        "", "Dropped again", repeat.get(campaign.on_repeat, campaign.on_repeat), "core/accounts.sql"
    )
    by_hand = "is the next attempt" if campaign.count_manual_attempts else "counts for limits only"
    yield Rule("", "Unanswered call by hand", by_hand, "core/calls_by_hand.sql")
    for redial in campaign.retry_on:
        times = "once" if redial.times == 1 else f"up to {redial.times:,} times"
        yield Rule(
            "", "Again within the attempt",
            f"result is {redial.name}: {times}, {redial.minutes:,} min after the call, unless the "
            "next step is due by then", "core/redials.sql",
        )  # fmt: skip
    if campaign.stop_on:
        stop = f"result is {' or '.join(campaign.stop_on)}"
        yield Rule("", "No further attempt", stop, "core/closings.sql")
    short = campaign.short_drop_seconds
    ignored = [f"shorter than {short:,} s"] if short else []
    ignored += [] if campaign.drop_after_talk else ["after a talk in the same call"]
    if ignored:
        yield Rule("", "Not added", f"dropped {' or '.join(ignored)}", "core/accounts.sql")


def _do_not_call(settings: Settings) -> Iterator[Rule]:
    lists = ", ".join(source.name for source in settings.sources if source.gives_do_not_call)
    if lists:
        yield Rule(
            "", "Number on a do-not-call list",
            f"not added, and removed once it is listed: {lists}", "core/listed_numbers.sql",
        )  # fmt: skip


def _give_up(campaign: Campaign) -> str:
    counted = " of calling hours" if hours.of(campaign) else ""
    return f"{campaign.give_up_after_minutes:,} min{counted} after the last dropped call"


def _holds(campaign: Campaign, settings: Settings) -> Iterator[Rule]:
    duplicates = {
        "block": "blocked until the directory is mended",
        "dial_once": "called once, without a contact",
    }
    yield Rule(
        "", "Number on two or more contacts",
        duplicates.get(campaign.duplicates, campaign.duplicates)
        + (", and all numbers of its contacts" if campaign.duplicate_scope == "contact" else ""),
        "core/holds.sql",
    )  # fmt: skip
    unknown = {"dial": "called", "block": "blocked"}
    yield Rule(
        "", "Number on no contact",
        unknown.get(campaign.unknown_callers, campaign.unknown_callers), "core/holds.sql",
    )  # fmt: skip
    yield Rule(
        "", "Distance of two attempts",
        f"at least {campaign.min_gap_minutes:,} min, and their steps", "core/plans.sql",
    )  # fmt: skip
    unseen = f"counted as made after {campaign.confirm_within_minutes:,} min"
    yield Rule("", "Call of an attempt not seen", unseen, "core/attempt_results.sql")
    lags = ", ".join(
        f"{source.name} {source.max_feed_lag_minutes:,} min"
        for source in settings.sources
        if source.gives_calls or source.gives_contacts or source.gives_do_not_call
    )
    yield Rule("", "No call while a source is stale", lags, "core/holds.sql")
    if campaign.hold_without_operators_in:
        where = f"in none of the queues {', '.join(campaign.hold_without_operators_in)}"
        yield Rule("", "No call while no operator is there", where, "core/operator_queues.sql")


def _hours(campaign: Campaign) -> Iterator[Rule]:
    if hours.of(campaign) is None:
        return
    written = [
        f"{', '.join(HOUR_PRESETS[one].hours)}, preset `{one}`" if one in HOUR_PRESETS else one
        for one in campaign.calling_hours
    ]
    zone = campaign.time_zone
    if campaign.hours_of == hours.OF_CLIENT:
        zone = f"in all zones of the client's number, where none is known {zone}"
    said = [f"{'; '.join(written) or 'any time'} ({zone})"]
    if holidays := campaign.holidays:
        place = f"{holidays.country}-{holidays.region}" if holidays.region else holidays.country
        said += [f"not on holidays of {place}"] if place else []
        said += [f"not on {', '.join(holidays.dates)}"] if holidays.dates else []
    for known in (HOUR_PRESETS[one] for one in campaign.calling_hours if one in HOUR_PRESETS):
        said += [f"as of {known.dated}: {known.source}"]
    yield Rule("", "Calling hours", "; ".join(said), "core/holds.sql")


def _limits(campaign: Campaign, settings: Settings) -> Iterator[Rule]:
    for limit, preset in limits.in_force(settings, campaign).items():
        calls = "1 call" if limit.calls == 1 else f"{limit.calls:,} calls"
        hours = "an hour" if limit.hours == 1 else f"{limit.hours:,} hours"
        of = {"number": "to the number", "contact": "to all numbers of the contact"}[limit.per]
        when = f"{calls} in {hours} {of}, whoever dialled"
        if preset:
            known = limits.PRESETS[preset]
            when += f"; preset `{preset}` (as of {known.dated}): {known.source}"
        yield Rule("", "Calls at most", when, "core/limit_counts.sql")


def _pacing(campaign: Campaign, settings: Settings) -> Iterator[Rule]:
    said = [
        f"{most:,} {what}{whose}"
        for paced, whose in ((campaign, ""), (settings, ", of all campaigns"))
        for most, what in (
            (paced.dials_per_run, "in a run"),
            (paced.dials_waiting_max, "on the way"),
        )
        if most is not None
    ]
    if campaign.priority:
        said.append(f"priority {campaign.priority:,}, the higher one goes first")
    if said:
        yield Rule("", "Dials at most", "; ".join(said), "core/turns.sql")
