"""Worlds that hurt, for Hypothesis and from a seed; both are built by the same pieces.

`worlds()` is a Hypothesis strategy, `random_world(seed)` the same from a seeded generator; those of
`random_neighbour` share their runs, to be played beside each other (neighbours.py). A world
is plain data: the answers to the dials are made by playing it, looking at what was handed out, and
adding the outgoing calls; as they become known after the hand-out, they change nothing before it.

What the worlds keep to, so that only the rules are tested and not the sources: a record is known
no earlier than anything it tells; number, class, direction, start and attempt key of a call are
the same in all its versions; the directory never shrinks by a tenth (A12 is not played here).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from oracle import (
    MINUTE,
    SECOND,
    Attempt,
    CallRecord,
    CampaignSettings,
    Hours,
    Limit,
    OperatorLine,
    ProgramSettings,
    World,
    play,
)

Option = TypeVar("Option")

LINES = ("+420200000410", "+420200000420")
OTHER_LINE = "+420200000499"
STRANGER = "+420700610199"  # calls nobody
QUEUES = ("sales", "helpdesk")
MENUS = ("welcome", "night")
MENU_LISTS = (frozenset({"welcome"}), frozenset({"night"}), frozenset(MENUS), None)
OPERATORS = ("Agent One", "Agent Two")
OPERATOR_EVENTS = (
    *("PAUSE", "PAUSE", "PAUSE", "UNPAUSE", "REMOVEMEMBER", "ADDMEMBER", "RINGNOANSWER"),
    *("CONNECT", "COMPLETEAGENT", "PAUSEALL", "UNPAUSEALL", "AGENTLOGOFF", "AGENTLOGIN"),
)
FOR_ALL_QUEUES = ("PAUSEALL", "UNPAUSEALL", "AGENTLOGOFF", "AGENTLOGIN")
NUMBERS = ("+420700610101", "+420700610102", "+447700900103", "+420200500104")
NO_CLIENTS = (
    (None, "withheld"),
    ("+420200000410", "own"),
    ("112", "short"),
    ("+4209", "impossible"),
)
BEGINNINGS = ("2026-03-10T10:00:00", "2026-03-10T23:30:00")  # an hour of day, and midnight
LADDERS = ((1, 3, 8), (5, 15, 60), (1, 2), (2,), (0, 4), (3, 5, 6, 9))
FILLERS = [(f"F{index}", f"+4202005009{index:02}") for index in range(40)]
BLINKS = (0, 0, 1, 5, 20, 60, 150)  # seconds a phase of a call takes
DELAYS = (0, 0, 0, 0, 1, 30, 60, 200, 600, 1500)  # seconds until a record stands in its source
ANSWER_ROUNDS = 6
ZONES = ("UTC", "Europe/Prague", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
ZONE_SETS = (
    (),
    ("America/New_York",),
    ("Europe/London", "Europe/Prague"),
    ("Asia/Kathmandu", "Australia/Lord_Howe"),
)
FAR_APART = ((), ("Asia/Tokyo",), ("America/Phoenix", "Asia/Tokyo"), ("Africa/Lagos", "UTC"))
"""No clock of these changes, so that those who are never open together in March never are."""
DAY_MINUTES = 1440


class Pick(Protocol):
    """Where the choices come from; the first option is the simplest."""

    def of(self, options: Sequence[Option]) -> Option: ...

    def apart(self, name: str) -> Pick: ...


@dataclass(frozen=True)
class SeededPick:
    seed: str
    random: Random

    @classmethod
    def by(cls, seed: str) -> SeededPick:
        return cls(seed, Random(seed))  # noqa: S311 - no secret

    def of(self, options: Sequence[Option]) -> Option:
        return self.random.choice(options)

    def apart(self, name: str) -> SeededPick:
        """Choices of their own for one rule, so that the worlds without it stay what they were."""
        return SeededPick.by(f"{self.seed} {name}")


@dataclass(frozen=True)
class DrawnPick:
    draw: Callable[[st.SearchStrategy[Any]], Any]

    def of(self, options: Sequence[Option]) -> Option:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def apart(self, _: str) -> DrawnPick:
        return self


@dataclass(frozen=True)
class Beat:
    """When a program runs, and in which of its runs the sink is down: all that neighbours share."""

    begin: datetime
    minutes: int
    runs: tuple[datetime, ...]
    outages: frozenset[datetime]


def random_world(seed: int) -> World:
    """The same world for the same seed."""
    return build_world(SeededPick(str(seed), Random(seed)))  # noqa: S311 - no secret


def random_beat(name: str) -> Beat:
    """The same beat for the same name; sometimes it goes on after hours, or a day later.

    It is no long one: a run of many worlds costs seconds, and an hour shows little more than half.
    """
    builder = _Builder(SeededPick.by(name))
    builder.minutes = builder.pick.of((10, 20, 40))
    runs = builder.runs()
    outages = builder.outages(runs)
    if builder.one_in(2):
        runs += builder.later_runs(runs[-1], (6 * 60, 12 * 60, 24 * 60))
    return Beat(builder.begin, builder.minutes, tuple(runs), frozenset(outages))


def random_neighbour(name: str, beat: Beat) -> World:
    """The same world for the same name, for a program that has others beside it.

    Of its own are all its campaigns, lines, sources, clients and settings. What a program has but
    once, it does not draw: other runs, limits on the dials of all campaigns together, and campaigns
    that take whatever line was dialled.
    """
    return _Builder(SeededPick.by(name), beat).build()


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> World:
    return build_world(DrawnPick(draw))


def build_world(pick: Pick) -> World:
    return _Builder(pick).build()


@dataclass(frozen=True)
class _Client:
    number: str | None
    number_class: str


class _Builder:
    def __init__(self, pick: Pick, beat: Beat | None = None) -> None:
        self.pick = pick
        self.beat = beat
        self.begin = beat.begin if beat else datetime.fromisoformat(pick.of(BEGINNINGS))
        self.minutes = beat.minutes if beat else pick.of((10, 20, 40, 90))
        self.instants = [self.begin]  # for ties to the second
        self.calls = 0
        self.client: _Client | None = None  # of a story that is being told
        self.clock = self.begin  # and when its next call begins
        self.zones: list[str] = []  # of all clients
        self.clients = [
            _Client(number, pick.of(("valid", "valid", "possible")))
            for number in NUMBERS[: pick.of((1, 2, 2, 3, 4))]
        ]

    def build(self) -> World:
        records: list[CallRecord] = []
        for _ in range(self.pick.of((1, 2, 4, 8, 12))):
            records += self.pick.of(CALLS)(self)
        for _ in range(self.pick.of((0, 1, 1, 2, 3))):
            records += self.story()
        world = World(
            settings=self.settings(),
            records=records,
            runs=[*self.beat.runs] if self.beat else self.runs(),
            directory=self.directory(),
            hand_closings=self.hand_closings(),
            pauses=self.pauses(),
        )
        world.outages = {*self.beat.outages} if self.beat else self.outages(world.runs)
        pick, self.pick = self.pick, self.pick.apart("limits")
        self.limit(world)
        self.pick = pick.apart("stops")
        if self.one_in(4):
            world.settings = self.changed_rules(world, self.with_stops)
        self.pick = pick.apart("redials")
        if self.one_in(4):
            world.settings = self.changed_rules(world, self.with_redials)
        self.pick = pick.apart("do not call")
        self.list_numbers(world)
        self.pick = pick.apart("shortest talk")
        self.ask_for_longer_talks(world)
        self.pick = pick.apart("hours")
        self.open_and_close(world)
        self.pick = pick.apart("client zones")
        self.open_by_clients(world)
        self.pick = pick.apart("contacts")
        self.reach(world)
        self.pick = pick.apart("operators")
        self.wait_for_operators(world)
        self.pick = pick.apart("menus")
        self.enter_menus(world)
        self.pick = pick
        self.answer_dials(world)
        world.records = self.shuffled(world.records)
        return world

    # choices

    def one_in(self, chances: int) -> bool:
        return self.pick.of((False,) * (chances - 1) + (True,))

    def seconds(self, options: Sequence[int]) -> timedelta:
        return self.pick.of(options) * SECOND

    def moment(self) -> datetime:
        """Anywhere around the runs; often a tie, or some steps of a ladder after something."""
        nearby = self.pick.of(("no", "tie", "after"))
        if nearby == "tie":
            return self.pick.of(self.instants)
        if nearby == "after":
            minutes = self.pick.of((1, 2, 3, 4, 5, 8, 10, 15)) * MINUTE
            instant = self.pick.of(self.instants) + minutes + self.seconds((0, 1, -1, 20))
        else:
            minute = self.pick.of(range(self.minutes + 5)) - 5
            instant = self.begin + minute * MINUTE + self.seconds((0, 0, 59, 1, 20, 30))
        self.instants.append(instant)
        return instant

    def shuffled(self, records: list[Option]) -> list[Option]:
        """Rows in any order, some twice."""
        records = [*records, *(record for record in records if self.one_in(6))]
        for left in range(len(records) - 1, 0, -1):
            right = self.pick.of(range(left + 1))
            records[left], records[right] = records[right], records[left]
        return records

    # settings, runs and what people do

    def settings(self) -> list[tuple[datetime, ProgramSettings]]:
        shared = {"settle_seconds": self.pick.of((60, 60, 0, 90))}
        first = self.campaign("billing", (LINES[0],), shared)
        campaigns = [first]
        if self.one_in(3):
            lines = self.pick.of((self.any_line(), frozenset(LINES)))
            campaigns = [replace(first, dialled_numbers=lines)]
        else:
            second_lines = self.pick.of(((LINES[1],), LINES, None))
            campaigns.append(self.campaign("support", second_lines, shared))
        program = ProgramSettings(
            tuple(campaigns), open_call_limit_minutes=self.pick.of((120, 10, 3))
        )
        timeline = [(self.begin - 60 * MINUTE, program)]
        while self.one_in(3):
            changed = self.pick.of((self.changed_ladder, self.without_a_campaign))(program)
            timeline.append((timeline[-1][0] + (60 + self.pick.of((5, 10, 20))) * MINUTE, changed))
        return timeline

    def campaign(
        self, name: str, lines: tuple[str, ...] | None, shared: dict[str, Any]
    ) -> CampaignSettings:
        of = self.pick.of
        both = frozenset({"incoming", "outgoing"})
        return CampaignSettings(
            name,
            dialled_numbers=self.any_line() if lines is None else frozenset(lines),
            queues=of((None,) * 7 + (frozenset({"sales"}),)),
            dropped_in=of((("queue", "ivr"), ("queue",), ("queue", "ivr", "timeout", "ringing"))),
            ladder=of(LADDERS),
            remove_on=of((both, both, both, frozenset({"incoming"}), frozenset({"outgoing"}))),
            short_drop_seconds=of((0, 0, 0, 5)),
            min_gap_minutes=of((5, 1, 0)),
            confirm_within_minutes=of((5, 1, 2)),
            give_up_after_minutes=of((480, 480, 12, 30)),
            count_from=of(("added", "added", "previous_attempt")),
            on_repeat=of(("join", "join", "restart")),
            count_manual_attempts=of((False, False, True)),
            unknown_callers=of(("dial", "dial", "block")),
            duplicates=of(("block", "block", "dial_once")),
            drop_after_talk=of((True, True, False)),
            starts_at=of((self.begin - 60 * MINUTE, None, self.begin + 5 * MINUTE)),
            dialler=of(("file",) * 8 + ("none",)),
            **shared,
        )

    def any_line(self) -> frozenset[str] | None:
        """Whatever line was dialled; beside others each that is its own."""
        return frozenset({*LINES, OTHER_LINE}) if self.beat else None

    def changed_ladder(self, program: ProgramSettings) -> ProgramSettings:
        first, *others = program.campaigns
        return replace(program, campaigns=(replace(first, ladder=self.pick.of(LADDERS)), *others))

    def without_a_campaign(self, program: ProgramSettings) -> ProgramSettings:
        kept = self.pick.of((program.campaigns[1:], program.campaigns[:-1]))
        return replace(program, campaigns=kept)

    # limits and pacing

    def limit(self, world: World) -> None:
        """Sometimes limits with calls by hand that reach them, sometimes pacing, or both."""
        if self.one_in(3):
            world.settings = self.changed_rules(world, self.with_limits)
            for _ in range(self.pick.of((0, 1, 3, 6))):
                world.records += self.manual_call()
            while self.one_in(2):  # so long before that it leaves the window in between
                (*_, call) = self.outgoing_versions(self.by_hand())
                hours = self.pick.of((1, 1, 2, 24)) * 60 * MINUTE
                to = self.pick.of(self.clients)
                call = replace(call, number=to.number, number_class=to.number_class)
                world.records.append(moved(call, -hours))
            if self.one_in(2):
                world.directory = [(at, self.joined_up(rows)) for at, rows in world.directory]
        if self.one_in(3):
            world.settings = self.changed_rules(world, self.with_pacing)
            world.records += self.rush()

    def rush(self) -> list[CallRecord]:
        """All clients hang up within seconds, so that all are due in one run."""
        records, began = [], self.moment()
        for client in self.clients:
            self.client, self.clock = client, began + self.seconds((0, 0, 1, 10))
            records += self.drop()
        self.client = None
        return records

    def changed_rules(
        self, world: World, change: Callable[[Any], Any]
    ) -> list[tuple[datetime, ProgramSettings]]:
        """The same change of rules at all times, or another one at each."""
        made: dict[str, Any] = {}
        timeline = []
        for at, program in world.settings:
            if self.one_in(4):
                made = {}
            parts = []
            for part in (program, *program.campaigns):
                name = getattr(part, "name", "")
                made.setdefault(name, change(name))
                parts.append(replace(part, **made[name]))
            whole, *campaigns = parts
            timeline.append((at, replace(whole, campaigns=tuple(campaigns))))
        return timeline

    def with_limits(self, _: str) -> dict[str, Any]:
        return {
            "limits": tuple(
                Limit(*self.pick.of(((1, 1), (2, 1), (3, 24), (2, 2))), per)
                for per in self.pick.of(
                    ((), ("number",), ("contact",), ("contact",), ("number", "contact"))
                )
            )
        }

    def with_pacing(self, name: str) -> dict[str, Any]:
        pacing: dict[str, Any] = {
            "dials_per_run": self.pick.of((None, None, 1, 2)),
            "dials_waiting_max": self.pick.of((None, None, 1, 2, 3)),
        }
        if name:
            pacing["priority"] = self.pick.of((0, 0, 1, -1))
        elif self.beat:
            return {}
        return pacing

    def with_stops(self, name: str) -> dict[str, Any]:
        stops = self.pick.of((frozenset(), frozenset({"busy"}), frozenset({"busy", "machine"})))
        return {"stop_on": stops} if name else {}

    def with_redials(self, name: str) -> dict[str, Any]:
        again = self.pick.of(
            (
                (),
                (("busy", 2, 1),),
                (("no_answer", 1, 2), ("busy", 2, 1)),
                (("no_answer", 1, 1), ("busy", 1, 1), ("machine", 1, 2)),
                (("no_answer", 12, 1),),
            )
        )
        return {"retry_on": again} if name else {}

    # talks that are none, for they are too short

    def ask_for_longer_talks(self, world: World) -> None:
        """Sometimes a shortest talk, often as long as a talk of these worlds to the second."""
        if not self.one_in(3):
            return
        shortest: dict[str, int] = {}
        timeline = []
        for at, program in world.settings:
            campaigns = []
            for campaign in program.campaigns:
                seconds = shortest.setdefault(campaign.name, self.pick.of((0, 1, 20, 21, 60, 150)))
                campaigns.append(replace(campaign, min_talk_seconds=seconds))
            timeline.append((at, replace(program, campaigns=tuple(campaigns))))
        world.settings = timeline

    # do-not-call

    def list_numbers(self, world: World) -> None:
        """Sometimes a list, now and then another one; numbers as they are or hashed."""
        if not self.one_in(3):
            return
        first = self.pick.of((self.begin - 60 * MINUTE, self.begin))
        timeline = [(first, self.pick.of(([STRANGER], self.listed())))]
        for _ in range(self.pick.of((1, 2, 4))):
            timeline.append((self.moment(), self.pick.of((self.listed(), [STRANGER]))))
        world.do_not_call = sorted(timeline, key=lambda entry: entry[0])

    def listed(self) -> list[str]:
        entries = [STRANGER]
        for number in NUMBERS:
            if self.one_in(2):
                hashed = hashlib.sha256(number.encode()).hexdigest()
                entries += self.pick.of(((number,), (hashed,), (number, hashed)))
        return entries

    # calling hours

    def open_and_close(self, world: World) -> None:
        """Sometimes hours that open or close while the runs go on, and a few runs a day later."""
        if not self.one_in(3):
            return
        world.settings = self.changed_rules(world, self.with_hours)
        if self.one_in(2):
            world.records += self.rush()
        if self.one_in(3):
            self.run_on(world, (12 * 60, 24 * 60))

    def run_on(self, world: World, after_minutes: Sequence[int]) -> None:
        """Runs again after a long pause."""
        if self.beat is None:
            world.runs += self.later_runs(world.runs[-1], after_minutes)

    def later_runs(self, last: datetime, after_minutes: Sequence[int]) -> list[datetime]:
        later = last + self.pick.of(after_minutes) * MINUTE
        return [later + minute * MINUTE for minute in range(self.pick.of((1, 8)))]

    def with_hours(self, name: str, zones: Sequence[str] = ZONES) -> dict[str, Any]:
        if not name or self.one_in(5):
            return {}
        zone = self.pick.of(zones)
        local = self.begin.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        first = local.hour * 60 + local.minute + self.pick.of((-30, 0, 2, 5, 7, 15, 30))
        length = self.pick.of((1, 3, 10, 40))
        closed = {minute % DAY_MINUTES for minute in range(first, first + length)}
        if self.one_in(4):
            closed = {minute for minute in range(DAY_MINUTES) if minute % 7 < 3}
        weekday = (local.weekday() + self.pick.of((0, 1))) % 7
        holiday = local.date() + self.pick.of((0, 1)) * timedelta(days=1)
        hours = Hours(
            ranges=ranges_of(set(range(DAY_MINUTES)) - closed),
            weekdays=frozenset(range(7)) - self.pick.of((set(), set(), set(), {weekday})),
            closed=frozenset(self.pick.of(((), (), (), (holiday,)))),
            time_zone=zone,
        )
        return {"hours": hours}

    # operators

    def wait_for_operators(self, world: World) -> None:
        """Sometimes a campaign waits while nobody is there to answer, as far as the lines show."""
        if not self.one_in(4):
            return
        world.settings = self.changed_rules(world, self.with_operators)
        for member in OPERATORS[: self.pick.of((0, 1, 1, 2))]:
            before = self.begin - 30 * MINUTE
            if self.one_in(2):  # else a static one
                world.operator_lines.append(self.operator_line("ADDMEMBER", member, before))
            for _ in range(self.pick.of((0, 1, 3))):
                event = self.pick.of(("PAUSE", "PAUSE", "REMOVEMEMBER"))
                world.operator_lines.append(self.operator_line(event, member, before + SECOND))
            for _ in range(self.pick.of((1, 2, 4, 8))):
                event, at = self.pick.of(OPERATOR_EVENTS), self.moment()
                world.operator_lines.append(self.operator_line(event, member, at))
                while self.one_in(4):  # in the same second
                    event = self.pick.of(OPERATOR_EVENTS)
                    world.operator_lines.append(self.operator_line(event, member, at))
        if self.one_in(4):
            at = self.moment()
            world.operator_lines.append(OperatorLine("pbx", at, "NONE", "NONE", "QUEUESTART"))
        world.operator_lines = self.shuffled(world.operator_lines)

    def with_operators(self, name: str) -> dict[str, Any]:
        queues = self.pick.of((("sales",), ("sales",), QUEUES, ()))
        return {"hold_without_operators_in": queues} if name else {}

    def operator_line(self, event: str, member: str, at: datetime) -> OperatorLine:
        figures = {"ADDMEMBER": (0, 0, 1), "RINGNOANSWER": (5, 20, 0), "CONNECT": (5, 20, 0)}
        return OperatorLine(
            source=self.pick.of(("pbx", "pbx", "pbx", "old|pbx")),
            at=at,
            queue="NONE" if event in FOR_ALL_QUEUES else self.pick.of(("sales", *QUEUES)),
            member=member,
            event=event,
            figure=self.pick.of(figures.get(event, (0, 60))),
            known_at=at + self.seconds(DELAYS),
        )

    # calling hours by the clock of the client

    def open_by_clients(self, world: World) -> None:
        """Sometimes clients have zones, by which the hours are read; some are narrow."""
        if not self.one_in(3):
            return
        change, sets = self.pick.of(
            ((self.with_client_hours, ZONE_SETS), (self.with_narrow_hours, FAR_APART))
        )
        world.zones = {number: self.pick.of(sets) for number in NUMBERS}
        self.zones = sorted({zone for zones in world.zones.values() for zone in zones}) or ["UTC"]
        world.settings = self.changed_rules(world, change)
        if self.one_in(2):
            world.records += self.rush()
        if self.one_in(4):
            self.run_on(world, (6 * 60, 24 * 60))

    def with_client_hours(self, name: str) -> dict[str, Any]:
        hours = self.with_hours(name, self.zones)
        return {**hours, "hours_of": self.pick.of(("client", "client", "campaign"))} if name else {}

    def with_narrow_hours(self, name: str) -> dict[str, Any]:
        if not name or self.one_in(5):
            return {}
        local = self.begin.replace(tzinfo=UTC).astimezone(ZoneInfo(self.pick.of(self.zones)))
        first = local.hour * 60 + local.minute + self.pick.of((-298, -55, -2, 5, 15))
        length = self.pick.of((60, 300, 600))
        opened = {minute % DAY_MINUTES for minute in range(first, first + length)}
        hours = Hours(ranges=ranges_of(opened), time_zone=self.pick.of(ZONES))
        return {"hours": hours, "hours_of": self.pick.of(("client", "client", "campaign"))}

    # menus, and shared telephony

    def enter_menus(self, world: World) -> None:
        """Sometimes it counts in which menu a client hung up, or came to a queue through it."""
        if not self.one_in(4):
            return
        menus = {
            call_id: self.pick.of(MENUS)
            for call_id in dict.fromkeys(
                record.id for record in world.records if record.direction == "in"
            )
        }
        hung_up = {record.id for record in world.records if record.last_place == "ivr"}
        world.records = [
            replace(record, menu=menus[record.id])
            if record.id in hung_up or menus.get(record.id) == MENUS[0]
            else record
            for record in world.records
        ]
        change = self.with_shared_telephony if self.one_in(3) else self.with_menus
        world.settings = self.changed_rules(world, change)

    def with_menus(self, name: str) -> dict[str, Any]:
        if not name:
            return {}
        dropped_in = self.pick.of((("queue", "ivr"), ("ivr", "queue", "timeout")))
        return {"menus": self.pick.of(MENU_LISTS), "dropped_in": dropped_in}

    def with_shared_telephony(self, name: str) -> dict[str, Any]:
        if not name:
            return {}
        queues = self.pick.of((frozenset({"sales"}), frozenset({"helpdesk"}), None))
        menus = self.pick.of(MENU_LISTS)
        if self.beat and queues is menus is None:  # nobody else's
            queues = frozenset(QUEUES)
        return {
            **self.with_menus(name),
            "shared_telephony": True,
            "dialled_numbers": None,
            "queues": queues,
            "menus": menus,
        }

    # contacts with several numbers

    def reach(self, world: World) -> None:
        """Sometimes talks of a contact's other numbers count, or its other numbers block it."""
        if not self.one_in(2):
            return
        world.settings = self.changed_rules(world, self.with_contacts)
        self.clients += [_Client(number, "valid") for number in NUMBERS[len(self.clients) : 3]]
        while self.one_in(2):
            later = world.directory[-1][0] + self.pick.of((1, 5, 12, 65)) * MINUTE
            world.directory.append((later + self.seconds((0, 30)), self.contacts()))
        world.directory = [(at, self.families(rows)) for at, rows in world.directory]
        for _ in range(self.pick.of((1, 2, 3))):
            world.records += self.family_story()

    def with_contacts(self, name: str) -> dict[str, Any]:
        if not name:
            return {}
        return {
            "reach": self.pick.of(("contact", "contact", "contact", "number")),
            "duplicate_scope": self.pick.of(("number", "contact")),
        }

    def families(self, rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Some numbers on one contact; one of them perhaps on a second one, or all as before."""
        together = self.pick.of((NUMBERS[:2], NUMBERS[:2], NUMBERS[:3], NUMBERS[1:3], ()))
        rows = [row for row in rows if row[1] not in together or self.one_in(6)]
        rows = [*(("family", number) for number in together), *rows]
        return (
            rows if self.one_in(3) else [*rows, *self.pick.of(((), (), (("other", NUMBERS[1]),)))]
        )

    def family_story(self) -> list[CallRecord]:
        """One drops, and another of the family talks, or is on the phone."""
        first, second = self.pick.of(((0, 1), (1, 0), (2, 1)))
        self.clock = self.moment()
        records: list[CallRecord] = []
        for call in self.pick.of(STORIES):
            is_talk = call not in (_Builder.drop, _Builder.seen_drop, _Builder.drop_withdrawn)
            self.client = self.clients[second if is_talk != self.one_in(4) else first]
            records += call(self)
            self.clock += self.pick.of((60, 20, 0, 61, 150, 240)) * SECOND
        self.client = None
        return records

    def joined_up(self, rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Several numbers on one contact; one of them perhaps on a second contact, too."""
        others = rows if self.one_in(4) else [row for row in rows if row[1] != NUMBERS[0]]
        return [("C11", NUMBERS[0]), *others, ("C11", NUMBERS[2])]

    def runs(self) -> list[datetime]:
        first = self.begin + self.seconds((0, 0, 0, 17))
        runs = [first + minute * MINUTE for minute in range(self.minutes + 1)]
        if self.one_in(4):  # an outage of the program
            down = self.pick.of(range(1, self.minutes))
            del runs[down : down + self.pick.of((3, 8, 30, 100))]
        if self.one_in(4):  # cron is late, or someone runs it by hand
            runs += [run + self.seconds((1, 25, 59)) for run in runs if self.one_in(5)]
        return sorted(set(runs))

    def outages(self, runs: list[datetime]) -> set[datetime]:
        if not self.one_in(3):
            return set()
        down = self.pick.of(range(len(runs)))
        return set(runs[down : down + self.pick.of((1, 3, 10))])

    def directory(self) -> list[tuple[datetime, list[tuple[str, str]]]]:
        timeline = [(self.begin - 60 * MINUTE, self.contacts())]
        while self.one_in(2):
            last, _ = timeline[-1]
            later = max(last, self.begin) + self.pick.of((1, 5, 12, 30)) * MINUTE
            timeline.append((later + self.seconds((0, 30)), self.contacts()))
        return timeline

    def contacts(self) -> list[tuple[str, str]]:
        rows = []
        for index, number in enumerate(NUMBERS):
            contacts = self.pick.of(
                ((1,), (1,), (1,), (1, 2), (), (1, 1))
            )  # (1, 1) is no duplicate
            rows += [(f"C{index}{contact}", number) for contact in contacts]
        return rows + FILLERS

    def hand_closings(self) -> list[tuple[datetime, str, str]]:
        closings = []
        while self.one_in(4):
            campaign = self.pick.of(("billing", "support"))
            number = self.pick.of(self.clients).number
            closings.append((self.moment() + self.seconds((0, 0, 17, 45)), campaign, number))
        return sorted(closings)

    def pauses(self) -> list[tuple[datetime, datetime, str | None]]:
        pauses = []
        while self.one_in(4):
            paused = self.moment()
            resumed = paused + self.pick.of((1, 4, 15)) * MINUTE
            pauses.append((paused, resumed, self.pick.of((None, "billing", "support"))))
        return sorted(pauses, key=lambda pause: pause[0])

    # calls: a phase begins where the one before ended; a version is known once it tells no future

    def blink(self) -> timedelta:
        return self.seconds(BLINKS)

    def new_call(self, direction: str, **columns: Any) -> CallRecord:
        self.calls += 1
        client = self.client or self.pick.of(self.clients)
        began = self.clock if self.client else self.moment()
        if self.client is None and self.one_in(20):
            client = _Client(*self.pick.of(NO_CLIENTS))
        return CallRecord(
            source=self.pick.of(("pbx", "pbx", "old|pbx")),
            call_id=f"{self.pick.of(('c', 'c', 'a~', 'b|'))}{self.calls}",
            known_at=began,
            direction=direction,
            number=client.number,
            number_class=client.number_class,
            started_at=began,
            **columns,
        )

    def incoming(self) -> CallRecord:
        """Waiting in a queue."""
        call = self.new_call(
            "in",
            dialled_number=self.pick.of((*LINES * 6, OTHER_LINE)),
            queue=self.pick.of(QUEUES),
            last_place="queue",
        )
        return replace(call, wait_began_at=call.started_at + self.blink())

    def known(self, call: CallRecord, *, after: datetime | None = None) -> CallRecord:
        """The record with the instant from which it stands in its source, sometimes late."""
        told = (
            call.started_at,
            call.wait_began_at,
            call.last_connected_at or call.connected_at,
            call.ended_at,
            after,
        )
        earliest = max(instant for instant in told if instant is not None)
        self.instants.append(earliest)
        return replace(call, known_at=earliest + self.seconds(DELAYS))

    def hung_up(self, call: CallRecord, place: str = "queue", end: str = "caller") -> CallRecord:
        ended = (call.last_connected_at or call.wait_began_at or call.started_at) + self.blink()
        return replace(call, ended_at=ended, last_place=place, end_reason=end)

    def talked(self, call: CallRecord) -> CallRecord:
        """Connected, and still talking."""
        connected = (call.wait_began_at or call.started_at) + self.blink()
        return replace(call, connected_at=connected, last_connected_at=connected, last_place="desk")

    def over(self, call: CallRecord) -> CallRecord:
        ended = (call.last_connected_at or call.started_at) + self.seconds((20, 60, 1, 900))
        return replace(call, talk_ended_at=ended, ended_at=ended, end_reason="caller")

    def versions(self, *calls: CallRecord) -> list[CallRecord]:
        """Each version known no earlier than the one before."""
        known: list[CallRecord] = []
        for call in calls:
            known.append(self.known(call, after=known[-1].known_at if known else None))
        return known

    def drop(self) -> list[CallRecord]:
        return self.versions(self.hung_up(self.incoming()))

    def seen_drop(self) -> list[CallRecord]:
        call = self.incoming()
        return [replace(call, known_at=call.wait_began_at), *self.versions(self.hung_up(call))]

    def menu_drop(self) -> list[CallRecord]:
        call = replace(self.incoming(), queue=None)
        return self.versions(self.hung_up(call, place="ivr"))

    def other_end(self) -> list[CallRecord]:
        ends = (
            ("queue", "restart"),
            ("voicemail", "timeout"),
            ("voicemail", "exit_key"),
            ("queue", "empty"),
            ("desk", "caller"),
            ("voicemail", "caller"),
            ("announcement", "caller"),
        )
        return self.versions(self.hung_up(self.incoming(), *self.pick.of(ends)))

    def talk(self) -> list[CallRecord]:
        return self.versions(self.over(self.talked(self.incoming())))

    def seen_talk(self) -> list[CallRecord]:
        talking = self.talked(self.incoming())
        return self.versions(talking, self.over(talking))

    def late_talk(self) -> list[CallRecord]:
        """Known only when dials may have gone out."""
        (talk,) = self.talk()
        return [replace(talk, known_at=talk.known_at + self.pick.of((3, 6, 12)) * MINUTE)]

    def talk_in_error(self) -> list[CallRecord]:
        """Known at once, withdrawn soon."""
        talk, *others = self.talk_withdrawn()
        ended = talk.ended_at or talk.started_at
        known = [replace(talk, known_at=ended)]
        for other in others:
            later = known[-1].known_at + self.seconds((30, 90, 300))
            known.append(replace(other, known_at=later))
        return known

    def endless(self) -> list[CallRecord]:
        call = self.incoming()
        return self.versions(self.pick.of((call, self.talked(call))))

    def transferred(self) -> list[CallRecord]:
        """Talked, waits again, and hangs up or talks again."""
        first = self.talked(self.incoming())
        waiting = replace(
            first, wait_began_at=first.connected_at + self.seconds((30, 1)), last_place="queue"
        )
        again = waiting.wait_began_at + self.blink()
        second = replace(waiting, last_connected_at=again, last_place="desk")
        dropped = replace(waiting, ended_at=again, end_reason="caller")
        return self.versions(first, self.pick.of((dropped, dropped, self.over(second))))

    def drop_withdrawn(self) -> list[CallRecord]:
        """A drop that was none; sometimes it was one after all."""
        call = self.incoming()
        dropped = self.hung_up(call)
        other = self.pick.of(
            (
                self.over(self.talked(call)),
                replace(dropped, last_place="voicemail", end_reason="timeout"),
                replace(dropped, last_place="announcement"),
            )
        )
        return self.versions(*self.pick.of(((dropped, other), (dropped, other, dropped))))

    def talk_withdrawn(self) -> list[CallRecord]:
        """A talk that was none; sometimes it was one after all."""
        call = self.pick.of((self.incoming, self.by_hand))()
        talk = self.over(self.talked(call))
        other = replace(
            talk,
            connected_at=None,
            last_connected_at=None,
            talk_ended_at=None,
            last_place=self.pick.of(("voicemail", "queue")),
            result="no_answer" if call.direction == "out" else None,
        )
        return self.versions(*self.pick.of(((talk, other), (talk, other, talk))))

    def line_learnt(self) -> list[CallRecord]:
        dropped = self.hung_up(self.incoming())
        unknown = replace(dropped, dialled_number=None)
        return self.versions(*self.pick.of(((unknown,), (unknown, dropped))))

    def end_corrected(self) -> list[CallRecord]:
        dropped = self.hung_up(self.incoming())
        return self.versions(dropped, replace(dropped, ended_at=dropped.ended_at + SECOND))

    def by_hand(self) -> CallRecord:
        return self.new_call("out", last_place="desk")

    def manual_call(self) -> list[CallRecord]:
        return self.outgoing_versions(self.by_hand())

    def inside(self) -> list[CallRecord]:
        return self.versions(self.over(self.talked(self.new_call("internal"))))

    def outgoing_versions(self, call: CallRecord) -> list[CallRecord]:
        """Answered or not, known when it rings, when it is over, or never over."""
        unanswered = replace(
            self.hung_up(call, place="desk"), result=self.pick.of(("no_answer", "busy", "machine"))
        )
        if unanswered.result == "machine":  # which some systems call connected
            if self.pick.apart(f"left alone {call.call_id}").of((False, True)):
                unanswered = replace(unanswered, result="client_alone")
            unanswered = replace(unanswered, connected_at=unanswered.ended_at)
        talking = replace(self.talked(call), result="answered")
        return self.versions(
            *self.pick.of(
                (
                    (unanswered,),
                    (unanswered,),
                    (call, unanswered),
                    (self.over(talking),),
                    (call, talking, self.over(talking)),
                    (talking,),
                    (call,),
                )
            )
        )

    # stories: several calls of one client, minutes apart

    def story(self) -> list[CallRecord]:
        self.client, self.clock = self.pick.of(self.clients), self.moment()
        records: list[CallRecord] = []
        for call in self.pick.of(STORIES):
            records += call(self)
            self.clock += self.pick.of((60, 20, 0, 61, 150, 240)) * SECOND
        self.client = None
        return records

    # the answers to the dials

    def answer_dials(self, world: World) -> None:
        answered: set[str] = set()
        for _ in range(ANSWER_ROUNDS):
            dials = [each for each in play(world).attempts if each.key not in {None, *answered}]
            for dial in dials:
                answered.add(dial.key)
                world.records += self.answer(dial)
            if not dials:
                return

    def answer(self, dial: Attempt) -> list[CallRecord]:
        """No call, one, or two, with the key, without, or with a foreign one; at the edges too."""
        records = []
        for _ in range(self.pick.of((1, 1, 1, 0, 2))):
            started = dial.handed_out_at + self.seconds(
                (2, 10, 0, -5, -6, -1, 60, 120, 121, 295, 300, 301)
            )
            call = replace(
                self.by_hand(),
                number=dial.episode.number,
                number_class=next(
                    each.number_class for each in self.clients if each.number == dial.episode.number
                ),
                started_at=started,
                attempt_key=self.pick.of((None, None, None, dial.key, "dial|elsewhere|1")),
            )
            first, *others = self.outgoing_versions(call)
            first = replace(first, known_at=max(first.known_at, dial.handed_out_at + SECOND))
            records += [
                first,
                *(replace(o, known_at=max(o.known_at, first.known_at)) for o in others),
            ]
        return records


def ranges_of(opened: set[int]) -> tuple[tuple[int, int], ...]:
    """Minutes of a day as half-open ranges."""
    runs = groupby(range(DAY_MINUTES), key=lambda minute: minute in opened)
    ranges = [(*minutes,) for is_open, minutes in runs if is_open]
    return tuple((minutes[0], minutes[-1] + 1) for minutes in ranges)


def moved(call: CallRecord, by: timedelta) -> CallRecord:
    """The same call earlier or later."""
    at = {
        name: value + by
        for name in (column.name for column in fields(call))
        if isinstance(value := getattr(call, name), datetime)
    }
    return replace(call, **at)


CALLS = (
    _Builder.drop,
    _Builder.drop,
    _Builder.drop,
    _Builder.seen_drop,
    _Builder.menu_drop,
    _Builder.talk,
    _Builder.seen_talk,
    _Builder.transferred,
    _Builder.manual_call,
    _Builder.other_end,
    _Builder.endless,
    _Builder.drop_withdrawn,
    _Builder.talk_withdrawn,
    _Builder.line_learnt,
    _Builder.end_corrected,
    _Builder.inside,
)

STORIES = (
    (_Builder.drop, _Builder.drop),  # on one line or on two
    (_Builder.drop, _Builder.talk, _Builder.drop),
    (_Builder.drop, _Builder.drop, _Builder.talk),
    (_Builder.drop, _Builder.late_talk, _Builder.drop),
    (_Builder.drop, _Builder.late_talk, _Builder.drop, _Builder.drop),
    (_Builder.drop, _Builder.talk_in_error),
    (_Builder.drop, _Builder.talk_in_error, _Builder.drop),
    (_Builder.drop_withdrawn, _Builder.drop),
    (_Builder.drop, _Builder.manual_call, _Builder.manual_call),
    (_Builder.drop, _Builder.transferred, _Builder.drop),
    (_Builder.drop, _Builder.seen_talk, _Builder.seen_drop, _Builder.drop),
)
