"""`reconcile simulate`: its figures on the recording, its alternatives; that it changes nothing.

That it does what the law says of every second is test_simulated_seconds' part.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reconcile import database, queries, running, settings, shipped
from reconcile.cli import app
from reconcile.clock import parse_instant

LADDER = "campaigns.missed-calls.retry_minutes"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, in a folder of their own, in which no run has been."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(shipped.folder("samples"), folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def site_after_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples after some runs, the last one behind the end of the recording."""
    folder = tmp_path_factory.mktemp("site-after-runs")
    shutil.copytree(shipped.folder("samples"), folder, dirs_exist_ok=True)
    loaded = settings.load(folder / "reconcile.toml")
    for minute in ("09:05", "09:15"):
        running.run(loaded, now=parse_instant(f"2026-11-20T{minute}:00Z"))
    return folder


@cache
def simulate(folder: Path, *words: str) -> dict[str, object]:
    result = CliRunner().invoke(
        app, ["simulate", "--json", "--settings", str(folder / "reconcile.toml"), *words]
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["data"]


def refused(folder: Path, *words: str) -> Exception:
    result = CliRunner().invoke(
        app, ["simulate", "--settings", str(folder / "reconcile.toml"), *words]
    )
    assert result.exception is not None
    return result.exception


def state_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def the_recording(told: dict[str, object]) -> dict[str, object]:
    """What was written down of the recording beside it, by those who made it."""
    names = ("dropped", "opened", "joined", "ignored", "due", "removed", "open")
    return {name: told[name] for name in names}


TRUTH = {
    "dropped": 37,
    "opened": 31,
    "joined": 4,
    "ignored": 2,
    "due": [19, 7, 0],
    "removed": {"reached": 10},
    "open": 21,
}


def test_it_finds_in_the_recording_what_its_makers_wrote_down(site: Path) -> None:
    told = simulate(site)
    assert the_recording(told) == TRUTH
    assert told["history"] == "sources"
    assert told["ignored_by_reason"] == {"number_withheld": 2}


@pytest.mark.parametrize("kind", ["state", "audit", "sources"])
def test_what_runs_have_published_tells_the_same(site_after_runs: Path, kind: str) -> None:
    told = simulate(site_after_runs, "--history", kind)
    assert told["history"] == kind
    assert the_recording(told) == TRUTH


def test_it_changes_no_file(site_after_runs: Path) -> None:
    before = state_of(site_after_runs)
    for kind in ("state", "audit", "sources"):
        simulate.__wrapped__(site_after_runs, "--history", kind, "--set", f"{LADDER}=15")
    assert state_of(site_after_runs) == before


def test_several_settings_stand_side_by_side(site: Path) -> None:
    told = simulate(site, "--set", f"{LADDER}=3,10,30", "--set", f"{LADDER}=15")
    first, second = told["alternatives"]
    assert the_recording(told) == the_recording(first)
    assert told["present"]["dials"] == 26
    assert first["set"] == f"{LADDER} = [3, 10, 30]"
    assert first["dials_more_than_present"] == first["dials"] - 26 > 0
    assert second["due"] == [7]
    assert second["removed"]["exhausted"] == 7


def test_one_settings_can_differ_in_two_keys(site: Path) -> None:
    both = f"{LADDER}=3,10,30;campaigns.missed-calls.dropped_in=queue"
    (told,) = simulate(site, "--set", both)["alternatives"]
    assert told["ignored_by_reason"] == {"ivr_not_enabled": 5, "number_withheld": 2}
    assert told["set"] == (
        f'{LADDER} = [3, 10, 30]; campaigns.missed-calls.dropped_in = ["queue"]'
    )


def test_the_alternative_of_the_present_settings_is_the_same(site: Path) -> None:
    told = simulate(site, "--set", f"{LADDER}=5,15,60")
    (same,) = told["alternatives"]
    assert the_recording(same) == the_recording(told["present"])


def test_a_limit_holds_dials_until_it_lets_them_leave(site: Path) -> None:
    limit = "campaigns.missed-calls.limits=[{calls=1,hours=1}]"
    told = simulate(site, "--to", "2026-11-20T12:00:00Z", "--set", limit)
    (limited,) = told["alternatives"]
    assert told["present"]["due"] == [22, 19, 19]
    assert limited["held_by_limits"] > 0
    assert sum(limited["due"]) < 60
    assert limited["opened"] == limited["open"] + sum(limited["removed"].values())


def test_a_real_call_stands_for_the_dial_that_it_proves(site: Path) -> None:
    assert the_recording(simulate(site, "--assume", "observed")) == TRUTH
    stop = ("--set", "campaigns.missed-calls.stop_on=busy")
    assert "exhausted" not in simulate(site, *stop)["removed"]
    told = simulate(site, "--assume", "observed", *stop)
    assert told["removed"]["exhausted"] > 0
    assert sum(told["due"]) < 26


def test_a_later_end_lets_the_ladders_run_out(site: Path) -> None:
    told = simulate(site, "--to", "2026-11-20T12:00:00Z")
    assert told["due"] == [22, 19, 19]
    assert told["removed"] == {"exhausted": 19, "reached": 10}
    assert told["open"] == 2  # the two that are blocked


def test_an_earlier_end_knows_nothing_of_what_follows(site: Path) -> None:
    told = simulate(site, "--from", "2026-11-20T08:54:30Z", "--to", "2026-11-20T08:57:03Z")
    assert told["dropped"] == 7
    assert told["removed"] == {}  # the first talk is at 08:57:03


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (f"{LADDER}=30,10", "`--set` is `[30, 10]`, expected a list of 1 to 20 whole minutes"),
        (f"{LADDER}=", "changes nothing"),
        (";", "changes nothing"),
        ("campaigns.missed.retry_minutes=5", "there is no campaign `missed`"),
        ("campaigns.missed-calls.retry_minuts=5", "the nearest is `retry_minutes`"),
        ("sources.pbx.cdr=x", "no decision about a history asks it"),
        ("state=elsewhere", "no decision about a history asks it"),
        ("a b=1", "is no key"),
        ("campaigns.missed-calls.dialler=nowhere", "`campaigns.missed-calls.dialler` in `--set`"),
    ],
)
def test_settings_that_are_none_are_refused(site: Path, change: str, words: str) -> None:
    assert words in str(refused(site, "--set", change))


def test_values_are_toml_or_plain_words(site: Path) -> None:
    hours = 'campaigns.missed-calls.calling_hours=["mon-fri 09:00-17:00"]'
    zone = "campaigns.missed-calls.time_zone=Europe/Prague"
    (told,) = simulate(site, "--set", f"{hours};{zone}")["alternatives"]
    assert told["due"] == [19, 7, 0]
    later = 'campaigns.missed-calls.calling_hours=["mon-fri 11:00-17:00"]'
    (told,) = simulate(site, "--set", f"{later};{zone}")["alternatives"]
    assert told["due"] == [0, 0, 0]


def test_a_history_without_calls_is_refused(tmp_path: Path) -> None:
    shutil.copytree(shipped.folder("samples"), tmp_path, dirs_exist_ok=True)
    (tmp_path / "recording" / "queue_log").write_text("")
    (tmp_path / "recording" / "Master.csv").write_text("")
    assert "the history has no call" in str(refused(tmp_path))


def test_a_time_without_an_instant_is_refused(site: Path) -> None:
    words = ("--from", "2026-11-20T09:00:00Z", "--to", "2026-11-20T09:00:00Z")
    assert "no time lies between" in str(refused(site, *words))


def test_audit_files_that_are_not_there_are_told(site: Path) -> None:
    assert "no run has published anything" in str(refused(site, "--history", "audit"))


# Remission times in weeks of 21 patients with acute leukaemia under 6-MP (Freireich and others,
# Blood 21, 1963), + censored; the estimates and Greenwood's errors are printed in Kalbfleisch and
# Prentice and in most textbooks: S(6) = 0.857 (0.0764), S(10) = 0.753 (0.0963), S(23) = 0.448
# (0.1346), with the log-minus-log interval (0.620, 0.952) at 6.
FREIREICH = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


def test_shares_of_returns_are_those_of_a_published_table() -> None:
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        connection.execute(
            "create table core.simulated_waits "
            "(episode_id varchar, campaign varchar, wait_seconds bigint, has_returned boolean)"
        )
        for each in FREIREICH.split():
            connection.execute(
                "insert into core.simulated_waits values ('', 'missed', $1, $2)",
                [60 * int(each.strip("+")) - 1, not each.endswith("+")],
            )
        for place, week in enumerate((6, 10, 23), start=1):
            connection.execute(
                "insert into settings.ladder values ('missed', $1, $2)", [place, week]
            )
        rows = queries.rows(connection, "core.simulated_returns", {"z": 1.96}).as_dicts()
    found = [round(1 - row["return_share"], 3) for row in rows]
    assert found == [0.857, 0.753, 0.448]
    assert [round(1 - rows[0][side], 3) for side in ("high_share", "low_share")] == [0.620, 0.952]


def test_a_person_reads_a_page(site: Path) -> None:
    words = ["simulate", "--settings", str(site / "reconcile.toml"), "--set", f"{LADDER}=3,10,30"]
    page = CliRunner().invoke(app, words).stdout
    assert "dials, attempt 1                   19  21" in page
    assert "A: campaigns.missed-calls.retry_minutes = [3, 10, 30]." in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 100
    rows = CliRunner().invoke(app, [*words, "--format", "csv"]).stdout.splitlines()
    assert len(rows) == 3
