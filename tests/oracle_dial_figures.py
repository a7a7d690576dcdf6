"""The figures of reports on dials once more, naively: when they left, and what came of them.

As oracle_figures, from what the oracle says; the definitions are those beside the figures.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import oracle
from oracle_figures import Figures, middle_and_high, percent, seconds

if TYPE_CHECKING:
    from datetime import datetime

EVERY_ATTEMPT = 0


class DialFigures(Figures):
    """The figures of dials of worlds that were played beside each other."""

    def dials(self) -> list[oracle.Attempt]:
        return [one for one in self.attempts if one.key is not None]

    def call_of(self, dial: oracle.Attempt) -> oracle.CallRecord | None:
        return None if dial.call is None else self.call(dial.call)

    def punctuality(self, *, within: int) -> dict[tuple[str, str], tuple[object, ...]]:
        """By campaign and attempt, 0 for all: dials, punctual, in percent, how late they were."""
        lateness: dict[tuple[str, str], list[timedelta]] = defaultdict(list)
        promised = self._promises()
        for dial in self.dials():
            if not dial.redial:
                late = max(timedelta(), dial.handed_out_at - promised[dial.key])
                for k in (dial.k, EVERY_ATTEMPT):
                    lateness[dial.episode.campaign, str(k)].append(late)
        rows: dict[tuple[str, str], tuple[object, ...]] = {}
        for row, late in lateness.items():
            count, median, p90 = middle_and_high(late)
            punctual = sum(one <= timedelta(seconds=within) for one in late)
            mean = sum(map(seconds, late)) / len(late)
            shares = (percent(punctual, len(late)), mean, median, p90)
            rows[row] = (count, punctual, *shares, seconds(max(late)))
        return rows

    def _promises(self) -> dict[str | None, datetime | None]:
        """What each dial had been promised when it left."""
        return {
            command.key: one.promised_at
            for outcome in self.outcomes
            for command in outcome.commands
            for run in outcome.runs
            for one in run.decisions
            if run.now == command.handed_out_at
            and one.episode == command.episode
            and one.decision == "dial"
        }

    def callbacks(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """By day and campaign: attempts, redials, declined, attempted, connected, abandoned,
        failed, won back."""
        rows: dict[tuple[str, str], list[oracle.Attempt]] = defaultdict(list)
        for dial in self.dials():
            rows[self.day(dial.handed_out_at), dial.episode.campaign].append(dial)
        won_back = {
            (one.id, one.proof)
            for outcome in self.outcomes
            for one in outcome.episodes
            if one.reason == "reached"
        }
        return {
            row: (
                sum(not one.redial for one in dials),
                sum(one.redial > 0 for one in dials),
                0,  # no sink of these worlds refuses for good
                sum(one.call is not None for one in dials),
                sum(one.result == "answered" for one in dials),
                sum(self._met(one) == "client_alone" for one in dials),
                sum(
                    one.result == "unanswered" and self._met(one) != "client_alone" for one in dials
                ),
                sum((one.episode, one.call) in won_back for one in dials),
            )
            for row, dials in rows.items()
        }

    def outbound_abandonment(self) -> dict[tuple[str, str], tuple[object, ...]]:
        """By day and campaign: dials, answered, abandoned, machines, the two rates, shown."""
        rows: dict[tuple[str, str], list[oracle.Attempt]] = defaultdict(list)
        shown = set()
        for dial in self.dials():
            rows[self.day(dial.handed_out_at), dial.episode.campaign].append(dial)
            if self._met(dial) in oracle.TALKLESS:
                shown.add(dial.episode.campaign)
        found: dict[tuple[str, str], tuple[object, ...]] = {}
        for (day, campaign), dials in rows.items():
            abandoned = sum(self._met(one) == "client_alone" for one in dials)
            machines = sum(self._met(one) == "machine" for one in dials)
            answered = abandoned + sum(one.result == "answered" for one in dials)
            is_shown = campaign in shown
            found[day, campaign] = (
                len(dials),
                answered,
                abandoned,
                machines,
                percent(abandoned, answered) if is_shown else None,
                percent(abandoned, len(dials)) if is_shown else None,
                is_shown,
            )
        return found

    def _met(self, dial: oracle.Attempt) -> str | None:
        call = self.call_of(dial)
        return call and call.result

    def dial_faults(self, *, tolerance: int = 5) -> dict[tuple[str, str, str], tuple[object, ...]]:
        """By call, key and fault: number, campaign."""
        slack = timedelta(seconds=tolerance)
        dials = {dial.key: dial for dial in self.dials()}
        taken = {dial.call for dial in dials.values()}
        removed = {
            command.episode: command.handed_out_at
            for outcome in self.outcomes
            for command in outcome.commands
            if command.kind == "remove" and command.handed_out_at is not None
        }
        found: dict[tuple[str, str, str], tuple[object, ...]] = {}
        for dial in dials.values():
            where = (dial.episode.number, dial.episode.campaign)
            call = self.call_of(dial)
            if call is None and dial.result == "unseen":
                found["None", str(dial.key), "never_dialled"] = where
            gone = removed.get(dial.episode)
            if call is not None and gone is not None and call.started_at > gone:
                found[told(call), str(dial.key), "removed_too_late"] = where
        for call in self.calls:
            if call.direction != "out" or call.attempt_key is None:
                continue
            dial = dials.get(call.attempt_key)
            if (
                dial is None
                or dial.episode.number != call.number
                or dial.handed_out_at > call.started_at + slack
            ):
                row = (told(call), call.attempt_key, "without_command")
                found[row] = (call.number, dial and dial.episode.campaign)
            elif call.id not in taken:
                row = (told(call), call.attempt_key, "dialled_twice")
                found[row] = (call.number, dial.episode.campaign)
        return found

    def limits(self) -> set[oracle.Limit]:
        """Those of each campaign, and of its program, at the last run."""
        return {
            limit
            for world in self.worlds
            for rules in [oracle._in_force(world.settings, self.last_run)]
            for campaign in rules.campaigns
            for limit in (*rules.limits, *campaign.limits)
        }

    def directory(self) -> list[tuple[str, str]]:
        """Contact and number of all worlds at the last run."""
        return [
            row
            for world in self.worlds
            for row in oracle._in_force(world.directory, self.last_run) or []
        ]

    def limits_near(self, *, near: int) -> dict[tuple[str, ...], tuple[object, ...]]:
        """By limit, its hours, of whom, and whose: the most calls, and how many were left."""
        called: dict[str, list[datetime]] = defaultdict(list)
        for call in self.calls:
            if call.direction == "out" and self.is_client(call):
                called[str(call.number)].append(call.started_at)
        for dial in self.dials():
            if dial.call is None:
                called[dial.episode.number].append(dial.handed_out_at)
        found: dict[tuple[str, ...], tuple[object, ...]] = {}
        directory = self.directory()
        for limit in self.limits():
            for whose, numbers in _limited(limit, called, directory).items():
                calls = [at for number in numbers for at in called.get(number, [])]
                most = max(
                    (sum(first <= at < first + limit.window for at in calls) for first in calls),
                    default=0,
                )
                if calls and most >= limit.calls - near:
                    row = (str(limit.calls), str(limit.hours), limit.per, whose)
                    found[row] = (most, limit.calls - most)
        return found


def told(call: oracle.CallRecord) -> str:
    return f"{call.source}/{call.call_id}"


def _limited(
    limit: oracle.Limit, called: dict[str, list[datetime]], directory: list[tuple[str, str]]
) -> dict[str, set[str]]:
    """The numbers that a limit counts together, by the contact or the number."""
    found: dict[str, set[str]] = {}
    for number in {*called, *(its for _, its in directory)}:
        contacts = {contact for contact, its in directory if its == number}
        if limit.per == "contact" and len(contacts) == 1:
            [contact] = contacts
            found[f"directory/{contact}"] = {its for one, its in directory if one == contact}
        else:
            found[number] = {number}
    return found
