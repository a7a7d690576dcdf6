"""`reconcile simulate --minutes`: what real runs on the recording do; agreement with the seconds.

Both agree where the law lets them: drops end on full minutes, talks are over before the next one,
nobody talks while the last dial is in doubt, and no drop restarts a ladder in the minute of a dial,
for it has to settle first (episode-states §8 tells of the rest).
"""

from __future__ import annotations

import csv
import hashlib
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from site_folder import Site

from reconcile import running, simulation
from reconcile.clock import parse_instant
from reconcile.errors import UsageWrong
from reconcile.simulation.kinds import Assume, Kind

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
START = parse_instant("2026-11-20T08:00:00Z")
COLUMNS = ("call_id", "number", "started_at", "wait_began_at", "connected_at", "ended_at")
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

[campaigns.missed-calls]
dialled_numbers = ["+420200000410"]
retry_minutes = [3, 7, 12]
confirm_within_minutes = 1
calling_hours = ["fri 08:00-08:20", "fri 08:24-12:00"]
dialler = "none"
"""
CALLS = """\
select
    call_id, 'in' as direction, number, '200000410' as dialled_number, 'sales' as queue,
    started_at::timestamp as started_at, wait_began_at::timestamp as wait_began_at,
    nullif(connected_at, '')::timestamp as connected_at, ended_at::timestamp as ended_at,
    'queue' as last_place, 'caller' as end_reason, file, line
from input
"""


def figures(outcome: simulation.Outcome) -> simulation.Outcome:
    """What both must agree in; the rows of returns hang on the instant of the end only."""
    return replace(outcome, returns=[])


def a_world(folder: Path, numbers: int = 30) -> None:
    """Drops on full minutes and talks in the midst of one, some numbers on two contacts."""
    dice = random.Random(7)  # noqa: S311 - a history, no secret
    rows = []
    for place in range(numbers):
        number = f"+4207006{place:05}"
        minutes = sorted(dice.sample(range(1, 18), dice.randint(1, 3)))
        for minute in minutes:
            ended_at = START + minute * MINUTE
            connected_at = None
            if dice.random() < 0.3 and minute != minutes[0]:
                ended_at += 50 * SECOND
                connected_at = ended_at - 20 * SECOND
            began_at = ended_at - 45 * SECOND
            rows.append((len(rows), number, began_at, began_at, connected_at, ended_at))
    with (folder / "calls.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    (folder / "calls.sql").write_text(CALLS)
    (folder / "contacts.sql").write_text("select id as contact_id, number from input")
    (folder / "contacts.csv").write_text(
        "id,number\n" + "".join(f"{place},+4207006{place // 2:05}\n" for place in range(6))
    )
    (folder / "reconcile.toml").write_text(SETTINGS)


@pytest.mark.parametrize(
    "ladder", ["[3, 7, 12]", pytest.param("[4, 9, 13]", marks=pytest.mark.slow)]
)
def test_runs_of_minutes_agree_with_the_seconds_where_the_law_lets_them(
    tmp_path: Path, ladder: str
) -> None:
    a_world(tmp_path)
    file = tmp_path / "reconcile.toml"
    file.write_text(SETTINGS.replace("[3, 7, 12]", ladder))
    period = (START, START + 32 * MINUTE)
    by_seconds = simulation.simulate(file, [], period, assume=Assume.OBSERVED)
    by_minutes = simulation.simulate(file, [], period, by_minutes=True)
    assert [*map(figures, by_minutes.outcomes)] == [*map(figures, by_seconds.outcomes)]
    present = by_minutes.present
    assert present.removed["reached"] > present.undialled["reached"] > 0
    assert present.removed["exhausted"] > 0
    assert present.still_open > 0  # the duplicates
    assert min(present.due) > 0


def site_after_runs(folder: Path) -> Path:
    site = Site.of_samples(folder)
    for minute in ("09:05", "09:15"):
        running.run(site.settings, now=parse_instant(f"2026-11-20T{minute}:00Z"))
    return folder / "reconcile.toml"


def hashes(folder: Path) -> dict[Path, str]:
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


PACED = "campaigns.missed-calls.dials_per_run=1;limits=[{calls=1,hours=1}]"


@pytest.mark.parametrize(
    ("kind", "sets"),
    [(Kind.STATE, []), pytest.param(Kind.SOURCES, [PACED], marks=pytest.mark.slow)],
)
def test_it_does_what_the_runs_of_the_recording_did(
    tmp_path: Path, kind: Kind, sets: list[str]
) -> None:
    file = site_after_runs(tmp_path)
    before = hashes(tmp_path)
    found, *others = simulation.simulate(file, sets, kind=kind, by_minutes=True).outcomes
    assert (found.dropped, found.opened, found.joined) == (37, 31, 4)
    assert found.ignored == {"number_withheld": 2}
    assert found.due == [19, 7, 0]
    assert found.removed == {"reached": 10}
    assert found.still_open == 21
    assert hashes(tmp_path) == before
    for paced in others:
        assert paced.rush == 1
        assert paced.held > 0
        assert sum(paced.due) < 19
        assert paced.opened == 31


def test_calls_from_before_the_time_are_not_counted(tmp_path: Path) -> None:
    file = site_after_runs(tmp_path)
    period = (parse_instant("2026-11-20T08:57:00Z"), parse_instant("2026-11-20T09:00:30Z"))
    by_seconds = simulation.simulate(file, [], period).present
    by_minutes = simulation.simulate(file, [], period, by_minutes=True).present
    assert by_minutes.dropped == by_seconds.dropped < 37
    assert by_minutes.opened + by_minutes.joined + by_minutes.settling == by_seconds.dropped
    assert by_minutes.settling > 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": Kind.AUDIT}, "audit files have calls, not the records"),
        ({"assume": Assume.UNANSWERED}, "runs of minutes see what real calls came to"),
    ],
)
def test_what_runs_of_minutes_cannot_do_is_told(
    tmp_path: Path, given: dict[str, object], words: str
) -> None:
    a_world(tmp_path)
    with pytest.raises(UsageWrong, match=words):
        simulation.simulate(tmp_path / "reconcile.toml", [], by_minutes=True, **given)
