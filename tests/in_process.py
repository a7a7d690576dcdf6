"""Drive the program in process over a world of the oracle, run by run, and tell both apart.

The records of a world enter as raw.table_calls, the commands leave into a sink in memory; all that
lies between is the program's own: the SQL files, the pipeline and the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby, zip_longest
from types import SimpleNamespace

import duckdb
import oracle
import pytest

from reconcile import (
    database,
    number_cache,
    openings,
    outbox,
    phone_numbers,
    pipeline,
    queries,
    running,
)
from reconcile.moment import Moment
from reconcile.settings import Campaign, Holidays, hours
from reconcile.sinks import Outcome

ROWS_AT_ONCE = 100
SETTINGS_TABLES = (
    *("program", "sources", "campaigns"),
    *("ladder", "redials", "campaign_words", "limits"),
)


@dataclass
class MemorySink:
    """Takes commands, or refuses them for now while it is down."""

    can_tell_repeats: bool = True
    waits_for_network: bool = False
    promise: str = "exactly once, in memory"
    is_down: bool = False
    taken: list[str] = field(default_factory=list)
    payloads: list[str] = field(default_factory=list)

    def deliver(self, commands, mark):
        """Take all of them or none."""
        if self.is_down:
            return [Outcome(command.key, "refused_now", "down") for command in commands], mark
        self.taken += [command.key for command in commands]
        self.payloads += [command.payload_json for command in commands]
        return [Outcome(command.key, "delivered") for command in commands], mark

    def recover(self, keys, mark):  # noqa: ARG002 - the interface of sinks
        """Tell which of these were taken."""
        return set(keys) & set(self.taken)


class Program:
    """The program on a state in memory.

    A run in which nothing is new decides nothing, by the program's own rule, as it would beside a
    phone system. `idle_count` tells how many did.
    """

    def __init__(self, *, is_large: bool = False) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("set TimeZone = 'UTC'; set threads = 1")
        if not is_large:  # planning costs more than running, and no plan may matter to the rules
            self.connection.execute("pragma disable_optimizer")
        database.migrate(self.connection)
        self.state = SimpleNamespace(connection=self.connection)
        self.sink = MemorySink()
        self.run_id = 0
        self.idle_count = 0
        self.is_changed = True
        self.settings = SimpleNamespace(campaigns=[])
        self.contacts: list[tuple[str, str]] = []
        self.do_not_call: list[str] = []
        self.pauses: list[tuple] = []
        self.versions = 0  # of its settings

    def close(self) -> None:
        self.connection.close()

    def run(self, now: datetime) -> list[tuple[str, str]]:
        """One run at `now` over what is stored; returns what the audits found."""
        self.run_id += 1
        moment = Moment(now=now, run_id=self.run_id, is_strict=True)
        silent = outbox.recover(self.state, {"file": self.sink}, moment)
        self.connection.execute("begin")
        is_idle = self._is_idle(moment)
        findings = []
        if not is_idle:
            findings = pipeline.decide(self.connection, self.settings, moment)
        pipeline.clear(self.connection)
        self.connection.execute(
            "insert into ops.runs (run_id, run_at, started_at, ended_at, version, settings_hash, "
            "has_changes) values ($1, $2, $2, $2, 'test', 'test', $3)",
            [self.run_id, now, not is_idle],
        )
        self.connection.execute("commit")
        if not is_idle:
            self.delivery = outbox.deliver(self.state, {"file": self.sink}, moment, silent=silent)
        return findings

    def _is_idle(self, moment: Moment) -> bool:
        run = SimpleNamespace(
            connection=self.connection,
            moment=moment,
            feeds=[SimpleNamespace(is_changed=self.is_changed)],
        )
        self.is_changed = False
        is_idle = running._is_idle(run)
        self.idle_count += is_idle
        return is_idle

    def insert(self, table: str, *rows: tuple) -> None:
        """Put rows into a table, in the order of its columns; the last ones may be left out."""
        if not rows:
            return
        found = self.connection.execute(f"describe {table}").fetchall()
        for width, alike in groupby(rows, key=len):
            columns = ", ".join(column[0] for column in found[:width])
            left = [*alike]
            while left:
                some, left = left[:ROWS_AT_ONCE], left[ROWS_AT_ONCE:]
                values = ", ".join([f"({', '.join('?' * width)})"] * len(some))
                cells = [cell for row in some for cell in row]
                self.connection.execute(f"insert into {table} ({columns}) values {values}", cells)

    def fetch(self, statement: str) -> list[tuple]:
        return self.connection.execute(statement).fetchall()

    # what a world holds

    def load_records(self, records: list[oracle.CallRecord]) -> None:
        """Store the records; of two versions with one known_at the greater one counts."""
        rows = [
            (
                record.source, None, None, 0, None, record.known_at, place, record.call_id, "",
                record.direction, f"{record.number or ''}#{record.number_class}",
                record.dialled_number, record.queue, record.menu, record.started_at,
                record.wait_began_at, record.connected_at, record.last_connected_at,
                record.talk_ended_at, record.ended_at, record.last_place, record.end_reason,
                record.result, record.attempt_key,
            )
            for place, record in enumerate(sorted(records, key=oracle._version))
        ]  # fmt: skip
        self.insert("raw.table_calls", *rows)

    def load_operator_lines(self, lines: list[oracle.OperatorLine]) -> None:
        """Store what a queue log tells of members, as its lines, each with its figure in place."""
        data = {
            "ADDMEMBER": lambda figure: ["PAUSED" if figure else ""],
            "RINGNOANSWER": lambda figure: [str(figure * 1000)],
            "CONNECT": lambda figure: ["7", "1.7", str(figure)],
            "COMPLETEAGENT": lambda figure: ["7", str(figure), "1"],
        }
        for place, line in enumerate(lines):
            known_at, told = line.known_at or line.at, data.get(line.event, lambda _: [])
            row = ("test", place, 0, None, known_at, place, "NONE", line.queue, line.member)
            row = (line.source, *row, line.event, line.at, told(line.figure))
            self.insert("raw.queue_log", row)

    def set_rules(
        self, rules: oracle.ProgramSettings, sources: set[str], *, has_do_not_call: bool = False
    ) -> None:
        """Bring settings into their tables, as `reconcile.settings.tables` would."""
        self.set_all_rules([(rules, sources)], has_do_not_call=has_do_not_call)

    def set_all_rules(
        self,
        all_rules: list[tuple[oracle.ProgramSettings, set[str]]],
        *,
        has_do_not_call: bool = False,
        now: datetime | None = None,
    ) -> None:
        """Bring in the settings of several worlds, each with its sources; the first one's are those
        that a program has but once. With `now` they are told as those in force from then on."""
        self.is_changed = True
        self.versions += 1
        version = f"version {self.versions}"
        if now is not None:
            told = settings_json([rules for rules, _ in all_rules])
            self.insert("ops.settings", (version, told, now))
        (first, _), *_ = all_rules
        rows: dict[str, list[tuple]] = {table: [] for table in SETTINGS_TABLES}
        rows["program"] = [
            (
                version, "", first.clock_tolerance_seconds, 20, 35, 3,
                first.dials_per_run, first.dials_waiting_max,
            )
        ]  # fmt: skip
        self.settings.campaigns = []
        for rules, sources in all_rules:
            limit_minutes = rules.open_call_limit_minutes
            rows["sources"] += [
                (source, "table", "", None, "e164", limit_minutes, 5, True, False, False)
                for source in sorted(sources)
            ]
            for campaign in rules.campaigns:
                self._add_campaign(campaign, rows)
                rows["limits"] += [
                    (campaign.name, limit.calls, limit.hours, limit.per)
                    for limit in {*rules.limits, *campaign.limits}
                ]
        if has_do_not_call:
            limit_minutes = first.open_call_limit_minutes
            rows["sources"].append(
                ("robinson", "table", "", None, "e164", limit_minutes, 5, False, False, True)
            )
        for table, its_rows in rows.items():
            self.connection.execute(f"delete from settings.{table}")
            self.insert(f"settings.{table}", *its_rows)
        openings.forget(self.connection)
        queries.run(self.connection, "commands.forget_operator_signs", {})

    def _add_campaign(
        self, campaign: oracle.CampaignSettings, rows: dict[str, list[tuple]]
    ) -> None:
        hours_keys = {**hours_of(campaign.hours), "hours_of": campaign.hours_of}
        written = Campaign(name=campaign.name, **hours_keys)
        in_force = hours.of(written)
        self.settings.campaigns.append(written)
        rows["campaigns"].append(
            (
                campaign.name, len(rows["campaigns"]) + 1, campaign.starts_at, len(campaign.ladder),
                campaign.dialled_numbers is not None, campaign.queues is not None,
                campaign.menus is not None,
                campaign.settle_seconds, campaign.short_drop_seconds, campaign.min_gap_minutes,
                campaign.confirm_within_minutes, campaign.give_up_after_minutes,
                campaign.count_from, campaign.on_repeat,
                campaign.unknown_callers, campaign.duplicates, campaign.drop_after_talk,
                campaign.dialler, campaign.dials_per_run, campaign.dials_waiting_max,
                campaign.priority, campaign.count_manual_attempts, campaign.min_talk_seconds,
                in_force and in_force.hours_key, in_force and in_force.time_zone,
                campaign.reach, campaign.duplicate_scope, campaign.hours_of,
                campaign.shared_telephony,
            )
        )  # fmt: skip
        rows["redials"] += [(campaign.name, *redial) for redial in campaign.retry_on]
        rows["ladder"] += [(campaign.name, *step) for step in enumerate(campaign.ladder, start=1)]
        words = {
            "dialled_number": campaign.dialled_numbers or (),
            "queue": campaign.queues or (),
            "menu": campaign.menus or (),
            "dropped_in": {*campaign.dropped_in, "queue"},
            "remove_on": campaign.remove_on,
            "stop_on": campaign.stop_on,
            "operator_queue": campaign.hold_without_operators_in,
        }
        rows["campaign_words"] += [
            (campaign.name, kind, word) for kind, values in words.items() for word in sorted(values)
        ]

    def set_directory(self, contacts: list[tuple[str, str]]) -> None:
        """Put a directory in the place of the last one, if it differs."""
        if contacts == self.contacts:
            return
        self.contacts, self.is_changed = contacts, True
        self.connection.execute("delete from kept.contacts")
        rows = [
            ("directory", contact_id, "", number, number, "valid", None)
            for contact_id, number in contacts
        ]
        self.insert("kept.contacts", *rows)

    def set_do_not_call(self, entries: list[str]) -> None:
        """Put a do-not-call list in the place of the last one, if it differs."""
        if entries == self.do_not_call:
            return
        self.do_not_call, self.is_changed = entries, True
        self.connection.execute("delete from kept.do_not_call")
        for entry in entries:
            number, number_hash = (entry, None) if entry.startswith("+") else (None, entry)
            self.insert("kept.do_not_call", ("robinson", number, number, number_hash))

    def set_pauses(
        self, pauses: list[tuple[datetime, datetime, str | None]], now: datetime
    ) -> None:
        """Have the pauses that are on at `now`, if they are others than before."""
        on = [(campaign, begin, None, "") for begin, end, campaign in pauses if begin <= now < end]
        if on == self.pauses:
            return
        self.pauses, self.is_changed = on, True
        self.connection.execute("delete from kept.pauses")
        self.insert("kept.pauses", *on)

    def close_by_hand(self, campaign: str, number: str, at: datetime) -> None:
        self.is_changed = True
        params = {"campaign": campaign, "number": number, "now": at, "why": "test"}
        queries.run(self.connection, "commands.close_by_hand", params)


def settings_json(programs: list[oracle.ProgramSettings]) -> str:
    """The settings of several worlds as the program keeps them for readers."""
    campaigns = [asdict(one) for rules in programs for one in rules.campaigns]
    told = {"sources": {}, "campaigns": campaigns, "sinks": {}, "reports": {}}
    return json.dumps(told, default=_plain)


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)


def hours_of(hours: oracle.Hours | None) -> dict[str, object]:
    """Calling hours of the oracle as the settings have them, written in short."""
    if hours is None:
        return {}
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    days = ",".join(names[day] for day in sorted(hours.weekdays))
    entries = [
        f"{days} {begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
        for begin, end in hours.ranges
    ]
    closed = tuple(sorted(day.isoformat() for day in hours.closed))
    return {
        "calling_hours": tuple(entries),
        "time_zone": hours.time_zone,
        "holidays": Holidays(dates=closed) if closed else None,
    }


def read_numbers_as_given(connection: duckdb.DuckDBPyConnection) -> int:
    """Stand in for the phone number library: `NUMBER#CLASS` is that number of that class.

    As there, only what can be dialled has a number.
    """
    connection.execute(
        "insert into raw.phone_numbers "
        "with parts as (select distinct number_raw, region, "
        "split_part(number_raw, '#', 1) as number, "
        "case when contains(number_raw, '#') then split_part(number_raw, '#', 2) else 'valid' end "
        "as number_class from core.number_texts) "
        "select number_raw, region, 'test', "
        "case when number_class in ('valid', 'possible') then nullif(number, '') end, "
        "number_class, null, null from parts "
        "where not exists (select 1 from raw.phone_numbers as known "
        "where known.number_raw = parts.number_raw)"
    )
    return 0


@contextmanager
def running_program(
    zones: dict[str, tuple[str, ...]] | None = None, *, is_large: bool = False
) -> Iterator[Program]:
    """A program that reads no phone numbers; `zones` stand in for what the library tells."""
    program = Program(is_large=is_large)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(number_cache, "fill", read_numbers_as_given)
        patch.setattr(phone_numbers, "time_zones", lambda number: (zones or {}).get(number, ()))
        yield program
    program.close()


Compared = Callable[[Sequence[oracle.World], list[oracle.Outcome], Program], list[str]]
"""Give what a comparison of worlds that were played finds to be different, in words."""


@contextmanager
def played(*worlds: oracle.World) -> Iterator[tuple[Program, list[oracle.Outcome], list[str]]]:
    """Play worlds with the oracle and with the program; what they decide differently, in words.

    The oracle plays each world alone, the program all of them beside each other: several must have
    the same runs and outages, and no name of their own in common (neighbours.py).
    """
    outcomes = [oracle.play(world) for world in worlds]
    zones = {number: zones for world in worlds for number, zones in world.zones.items()}
    with running_program(zones, is_large=len(worlds) > 1) as program:
        yield program, outcomes, _decisions_differ(worlds, outcomes, program)


def differences(*worlds: oracle.World, also: Compared | None = None) -> list[str]:
    """What the oracle and the program say differently of worlds, run by run and at the end.

    `also` compares more of worlds that both have played alike.
    """
    with played(*worlds) as (program, outcomes, found):
        alike = found or _ends_differ(outcomes, program)
        return alike or (also(worlds, outcomes, program) if also else [])


def _decisions_differ(worlds, outcomes, program: Program) -> list[str]:
    """Stop at the first run in which they differ; what follows would follow from it."""
    for world in worlds:
        program.load_records(world.records)
        program.load_operator_lines(world.operator_lines)
    sources = [
        {record.source for record in [*world.records, *world.operator_lines]} for world in worlds
    ]
    has_do_not_call = any(world.do_not_call for world in worlds)
    rules, lifted = [], set()
    for place, now in enumerate(worlds[0].runs):
        in_force = [oracle._in_force(world.settings, now) for world in worlds]
        if any(ours is not theirs for ours, theirs in zip_longest(in_force, rules)):
            rules = in_force
            program.set_all_rules(
                [*zip(rules, sources, strict=True)], has_do_not_call=has_do_not_call, now=now
            )
        program.set_directory(_all_in_force(worlds, "directory", now))
        program.set_do_not_call(_all_in_force(worlds, "do_not_call", now))
        program.set_pauses([pause for world in worlds for pause in world.pauses], now)
        for at, campaign, number in (each for world in worlds for each in world.hand_closings):
            if at <= now and (at, campaign, number) not in lifted:
                lifted.add((at, campaign, number))
                program.close_by_hand(campaign, number, at)
        program.sink.is_down = now in worlds[0].outages
        findings = program.run(now)
        if findings:
            return [f"{now}: audit {finding}" for finding in findings]
        ours = program.fetch(
            "select episode_id, decision || ' ' || reason, promised_at, due_at "
            "from kept.decisions "
            f"where last_run_at is null or run_id = {program.run_id}"
        )
        theirs = [one for outcome in outcomes for one in outcome.runs[place].decisions]
        different = _differ(
            f"{now} decision",
            {episode: tuple(rest) for episode, *rest in ours},
            {_episode(one.episode): _decided(one) for one in theirs},
        )
        if different:
            return different
    return []


def _all_in_force(worlds, timeline: str, now: datetime) -> list:
    """The entries of all worlds at an instant, out of a timeline that each of them has."""
    return [
        entry for world in worlds for entry in oracle._in_force(getattr(world, timeline), now) or []
    ]


def _decided(decision) -> tuple:
    return (f"{decision.decision} {decision.reason}", decision.promised_at, decision.due_at)


def _ends_differ(outcomes, program: Program) -> list[str]:
    accounts = program.fetch(
        "select source, call_id, account, case when is_late then 'late' else reason end, "
        "episode_id from kept.dropped_calls where account != 'withdrawn'"
    )
    episodes = program.fetch(
        "select episode_id, added_at, closed_at, cut_at, reason from kept.episodes"
    )
    attempts = program.fetch(
        "select episode_id, attempt_number, redial_number, handed_out_at, "
        "coalesce(result, case when call_id is null then 'in_doubt' else 'up' end), "
        "call_source, call_id, is_regret from kept.attempts"
    )
    commands = program.fetch(
        "select command_key, issued_at, state, case when state = 'delivered' then offered_at end "
        "from kept.commands"
    )
    return [
        *_differ(
            "account",
            {(source, call): tuple(rest) for source, call, *rest in accounts},
            {
                (*call,): (one.account, one.reason, one.episode and _episode(one.episode))
                for outcome in outcomes
                for call, one in outcome.accounts.items()
            },
        ),
        *_differ(
            "episode",
            {episode: tuple(rest) for episode, *rest in episodes},
            {
                _episode(one.id): (one.added_at, one.closed_at, one.cut, one.reason)
                for outcome in outcomes
                for one in outcome.episodes
            },
        ),
        *_differ(
            "attempt",
            {(episode, number, redial): tuple(rest) for episode, number, redial, *rest in attempts},
            {
                (_episode(one.episode), one.k, one.redial): (
                    one.handed_out_at,
                    one.result,
                    *(one.call or (None, None)),
                    one.is_regret,
                )
                for outcome in outcomes
                for one in outcome.attempts
            },
        ),
        *_differ(
            "command",
            {key: tuple(rest) for key, *rest in commands},
            {
                one.key: (one.issued_at, one.state, one.handed_out_at)
                for outcome in outcomes
                for one in outcome.commands
            },
        ),
    ]


def _episode(episode) -> str:
    return oracle.command_key("", episode).removeprefix("|")


def _differ(what: str, ours: dict, theirs: dict) -> list[str]:
    return [
        f"{what} {key}: program {ours.get(key)}, oracle {theirs.get(key)}"
        for key in sorted({*ours, *theirs}, key=str)
        if ours.get(key) != theirs.get(key)
    ]
