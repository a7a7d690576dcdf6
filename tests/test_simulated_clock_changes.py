"""Simulations on the two days of a year on which the clock changes, in both ways to simulate.

Hours are those of the wall: what of them does not exist is never open, what exists twice is open
twice. Instants of attempts are distances, and know no clock.
"""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import in_process
import pytest
from oracle import MINUTE, SECOND, CallRecord, CampaignSettings, Hours, ProgramSettings, World
from test_simulated_seconds import differences

from reconcile import database, settings
from reconcile.clock import parse_instant
from reconcile.simulation import history, minutes, seconds
from reconcile.simulation.kinds import Kind

PRAGUE = ZoneInfo("Europe/Prague")
SPRING = parse_instant("2026-03-29T01:00:00Z")  # 02:00+01:00 is 03:00+02:00
AUTUMN = parse_instant("2026-10-25T01:00:00Z")  # 03:00+02:00 is 02:00+01:00
CHANGES = pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])

SETTINGS = """\
region = "CZ"

[sources.calls]
kind = "table"
path = "calls.csv"
calls = "calls.sql"

[sources.directory]
kind = "table"
path = "contacts.csv"
contacts = "contacts.sql"

[campaigns.across]
dialled_numbers = ["+420200000410"]
calling_hours = ["daily 01:30-02:20", "daily 03:10-05:00"]
time_zone = "Europe/Prague"
retry_minutes = [5, 15, 30]
give_up_after_minutes = 60
confirm_within_minutes = 1
dialler = "none"

[campaigns.within]
dialled_numbers = ["+420200000420"]
calling_hours = ["daily 02:10-02:50"]
time_zone = "Europe/Prague"
retry_minutes = [5, 15, 30]
give_up_after_minutes = 60
confirm_within_minutes = 1
dialler = "none"
"""
CALLS = """\
select
    call_id, 'in' as direction, number, line as dialled_number, 'sales' as queue,
    began_at::timestamp as started_at, began_at::timestamp as wait_began_at,
    ended_at::timestamp as ended_at, 'queue' as last_place, 'caller' as end_reason, file, line
from input
"""
ACROSS, WITHIN, TWICE = "+420200000410", "+420200000420", "+420700610109"
"""Lines, and a number that stands on two contacts."""


DROPS = {
    SPRING: [
        (ACROSS, "+420700610101", "01:20+01:00"),
        (ACROSS, "+420700610102", "01:50+01:00"),
        (ACROSS, "+420700610103", "01:59+01:00"),
        (ACROSS, "+420700610104", "03:02+02:00"),
        (ACROSS, TWICE, "01:40+01:00"),
        (WITHIN, "+420700610105", "01:58+01:00"),
    ],
    AUTUMN: [
        (ACROSS, "+420700610101", "01:50+02:00"),
        (ACROSS, "+420700610102", "02:30+02:00"),
        (ACROSS, "+420700610103", "02:10+01:00"),
        (WITHIN, "+420700610104", "02:00+02:00"),
        (WITHIN, "+420700610105", "02:40+02:00"),
        (WITHIN, TWICE, "02:00+02:00"),
    ],
}
"""When who hung up on which line, by the clock in Prague."""

TOLD = {
    SPRING: """
        +420700610101  29 01:30+01:00  opens before its clock changes
        +420700610101  29 01:39+01:00
        +420700610101  29 01:53+01:00
        +420700610102  29 01:55+01:00
        +420700610102  29 03:10+02:00  due at 03:05, ten minutes behind the first
        +420700610102  29 03:24+02:00
        +420700610103  29 03:10+02:00  five minutes behind 01:59 is 03:04
        +420700610103  29 03:19+02:00
        +420700610103  29 03:33+02:00
        +420700610104  29 03:10+02:00
        +420700610104  29 03:19+02:00
        +420700610104  29 03:33+02:00
        +420700610109  29 03:50+02:00  given up: open for 20 minutes before 02:00, 40 after 03:10
        +420700610105  30 02:10+02:00  there is no 02:10 the day before
        +420700610105  30 02:19+02:00
        +420700610105  30 02:33+02:00
    """,
    AUTUMN: """
        +420700610101  25 01:55+02:00
        +420700610101  25 02:05+02:00
        +420700610101  25 02:00+01:00  due at 02:20, when they close for the first time
        +420700610102  25 02:00+01:00
        +420700610102  25 02:09+01:00
        +420700610102  25 03:10+01:00
        +420700610103  25 02:15+01:00
        +420700610103  25 03:10+01:00
        +420700610103  25 03:24+01:00
        +420700610104  25 02:10+02:00
        +420700610104  25 02:19+02:00
        +420700610104  25 02:33+02:00
        +420700610105  25 02:45+02:00
        +420700610105  25 02:10+01:00  due at 02:55, between the two
        +420700610105  25 02:24+01:00
        +420700610109  25 02:30+01:00  given up: open for 40 minutes, and again for 20
    """,
}
"""Dials, and who is given up when, by the day and the clock in Prague."""


def told(change: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """What is said by hand to happen before an instant."""
    rows = [line.split()[:3] for line in TOLD[change].strip().splitlines()]
    said = [(number, instant(change, clock, day)) for number, day, clock in rows]
    return sorted((number, at) for number, at in said if at < until)


def instant(change: datetime, clock: str, day: str = "") -> datetime:
    day = f"{change:%Y-%m}-{day or change.day}"
    return datetime.fromisoformat(f"{day}T{clock}").astimezone(UTC).replace(tzinfo=None)


def site(folder: Path, change: datetime) -> Path:
    rows = []
    for place, (line, number, clock) in enumerate(DROPS[change]):
        ended_at = instant(change, clock)
        rows.append((place, number, line, ended_at - 20 * SECOND, ended_at))
    with (folder / "calls.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("call_id", "number", "line", "began_at", "ended_at"), *rows])
    (folder / "calls.sql").write_text(CALLS)
    (folder / "contacts.sql").write_text("select id as contact_id, number from input")
    (folder / "contacts.csv").write_text(f"id,number\n1,{TWICE}\n2,{TWICE}\n")
    (folder / "reconcile.toml").write_text(SETTINGS)
    return folder / "reconcile.toml"


@pytest.mark.parametrize(
    ("change", "by_minutes"),
    [
        pytest.param(SPRING, False, id="spring, seconds"),
        pytest.param(AUTUMN, False, id="autumn, seconds"),
        pytest.param(SPRING, True, id="spring, minutes", marks=pytest.mark.slow),
        pytest.param(AUTUMN, True, id="autumn, minutes"),
    ],
)
def test_a_change_of_the_clock_moves_openings_and_no_distance(
    tmp_path: Path, change: datetime, by_minutes: bool
) -> None:
    loaded = settings.load(site(tmp_path, change))
    period = (change - 90 * MINUTE, change + (90 if by_minutes else 26 * 60) * MINUTE)
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        span, _ = history.load(connection, loaded, Kind.SOURCES, period, has_records=by_minutes)
        if by_minutes:
            minutes.play(connection, loaded, span, label="")
        else:
            seconds.walk(connection, loaded, from_at=span.begin, end_at=span.end)
        found = connection.execute(
            "select number, handed_out_at from kept.attempts union all "
            "select number, closed_at from kept.episodes where reason = 'expired'"
        ).fetchall()
    assert sorted(found) == told(change, span.end)


# --- against the oracle ---------------------------------------------------------------------------

CAMPAIGNS = {
    "across": CampaignSettings("", hours=Hours(((60, 240),))),
    "within": CampaignSettings("", hours=Hours(((130, 170),)), give_up_after_minutes=70),
    "edges": CampaignSettings(
        "", hours=Hours(((60, 150), (195, 300))), count_from="previous_attempt", ladder=(5, 15, 25)
    ),
    "from the change on": CampaignSettings(
        "", hours=Hours(((120, 121), (180, 240))), on_repeat="restart", give_up_after_minutes=45
    ),
    "by the clock of the client": CampaignSettings(
        "", hours=Hours(((90, 150), (185, 260))), hours_of="client", give_up_after_minutes=90
    ),
}
ABROAD = ("Europe/Prague", "Europe/Helsinki")


def world(change: datetime, numbers: int = 8) -> World:
    """Who hangs up, again, and talks, round a change of the clock."""
    dice = random.Random(f"{change}")  # noqa: S311 - a history, no secret
    campaigns, records, zones = [], [], {}
    for place, name in enumerate(CAMPAIGNS):
        line = f"+42020020{place:04}"
        campaigns.append(
            replace(
                CAMPAIGNS[name],
                name=name,
                dialled_numbers=frozenset({line}),
                hours=replace(CAMPAIGNS[name].hours, time_zone="Europe/Prague"),
            )
        )
        for other in range(numbers):
            number = f"+42070061{place}{other:03}"
            zones[number] = dice.choice((("Europe/Prague",), ("Europe/Helsinki",), ABROAD))
            for _ in range(dice.randint(1, 3)):
                began_at = change + dice.randint(-110 * 60, 100 * 60) * SECOND
                is_talk = dice.random() < 0.25
                ended_at = began_at + dice.choice((40, 60)) * SECOND
                records.append(
                    CallRecord(
                        source="pbx",
                        call_id=f"{len(records)}",
                        known_at=ended_at,
                        direction="in",
                        number=number,
                        dialled_number=line,
                        queue="sales",
                        started_at=began_at,
                        wait_began_at=began_at,
                        connected_at=began_at + 20 * SECOND if is_talk else None,
                        talk_ended_at=ended_at if is_talk else None,
                        ended_at=ended_at,
                        last_place="queue",
                        end_reason="operator" if is_talk else "caller",
                    )
                )
    begin = change - 110 * MINUTE
    return World(
        settings=[(begin, ProgramSettings(tuple(campaigns)))],
        records=records,
        runs=[begin + 17 * place * MINUTE for place in range(15)],
        zones=zones,
    )


@CHANGES
def test_a_simulation_does_what_the_seconds_say_when_the_clock_changes(change: datetime) -> None:
    assert differences([world(change)]) == []


@pytest.mark.slow
@CHANGES
def test_runs_do_what_the_oracle_says_when_the_clock_changes(change: datetime) -> None:
    assert in_process.differences(world(change)) == []
