"""Alerts: counted at their hours, told when they begin and when they are over."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at
from webhook_receiver import Receiver, answers

from reconcile import alerting, cli, running
from reconcile.errors import ExitCode, SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.run_record import RunResult

ALERT = """
[alerts.drops]
report = "dropped_calls_list"
rows_over = 1
schedule = "*/10 * * * *"
"""
FIRST_LINE = "the alert `drops`: the report `dropped_calls_list` has more than 1 rows"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two dropped calls, one more than the alert allows, not counted yet."""
    site = Site.small(tmp_path_factory.mktemp("alerts") / "site")
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write(ALERT)
    site.drop("1.1", CLIENT, "10:00:20")
    site.drop("1.2", OTHER, "10:00:30")
    site.run("10:02")
    return site


@pytest.fixture
def site(prepared: Site, tmp_path: Path) -> Site:
    return prepared.copy(tmp_path / "site")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def next_day(site: Site) -> RunResult:
    """A run at a slot from which the day looked back over has no dropped call."""
    return running.run(site.settings, now=at("11:30") + timedelta(days=1))


def of_alerts(result: RunResult) -> list[str]:
    return [lines[0] for lines in result.messages if "alert" in lines[0]]


def test_an_alert_is_told_when_it_begins_once_an_hour_and_when_it_is_over(site: Site) -> None:
    assert site.run("10:09").exit_code == ExitCode.DONE
    raised = site.run("10:10")
    assert raised.exit_code == ExitCode.FINDINGS
    assert raised.messages == [
        [
            FIRST_LINE,
            "It had 2 at 2026-11-20T10:10:00Z; they are counted at `*/10 * * * *`",
            "hint: `reconcile report dropped_calls_list --from 2026-11-19T10:10:00Z` lists them",
        ]
    ]
    between = site.run("10:11")
    assert (between.exit_code, between.messages) == (ExitCode.FINDINGS, [])
    assert of_alerts(site.run("11:11")) == [f"{FIRST_LINE} (since 2026-11-20 10:10 UTC)"]
    over = next_day(site)
    assert of_alerts(over) == [f"ended after 25 h: {FIRST_LINE}"]
    assert over.exit_code == ExitCode.DONE


def test_as_many_rows_as_allowed_are_no_alert(site: Site) -> None:
    site.change_settings("rows_over = 1", "rows_over = 2")
    site.run("10:08")
    assert site.run("10:10").exit_code == ExitCode.DONE


def test_what_happened_since_the_last_publishing_is_counted(site: Site) -> None:
    site.change_settings('region = "CZ"', 'region = "CZ"\npublish_schedule = "0 3 * * *"')
    site.change_settings("rows_over = 1", "rows_over = 2")
    site.run("10:03")
    site.drop("1.3", "+420700610103", "10:04:20")
    site.run("10:06")
    assert site.run("10:10").exit_code == ExitCode.FINDINGS


def test_between_its_slots_nothing_is_counted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.run("10:10")

    def fail(*_: object) -> None:
        raise AssertionError("counted")

    monkeypatch.setattr(alerting, "count", fail)
    assert site.run("10:19").exit_code == ExitCode.FINDINGS


def test_an_idle_run_between_its_slots_loads_nothing_for_it(site: Site) -> None:
    site.run("10:10")
    site.run("10:11")
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from reconcile import running, settings\n"
        f"result = running.run(settings.load(Path({str(site.settings_file)!r})), "
        f"now=datetime.fromisoformat({at('10:12').isoformat()!r}))\n"
        "print(result.is_idle, sorted({'reconcile.alerting', 'reconcile.report_files', "
        "'smtplib', 'http.client', 'pyarrow'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    ).stdout
    assert told == "True []\n"


def test_an_alert_that_is_taken_out_of_the_settings_is_over(site: Site) -> None:
    site.run("10:10")
    site.change_settings(ALERT, "")
    result = site.run("10:11")
    assert result.exit_code == ExitCode.DONE
    assert of_alerts(result) == [f"ended after 1 min: {FIRST_LINE}"]


def test_an_alert_is_an_error_in_json_and_not_well_in_status(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    site.run("10:09")
    arguments = ["-s", str(site.settings_file), "--json"]
    assert cli.answer(["run", "--now", "2026-11-20T10:10:00", *arguments]) == ExitCode.FINDINGS
    (error,) = json.loads(capfd.readouterr().out)["errors"]
    assert (error["code"], error["message"]) == ("alert_raised", FIRST_LINE)
    assert cli.answer(["status", *arguments]) == ExitCode.FINDINGS
    assert FIRST_LINE in capfd.readouterr().out


def test_an_alert_over_a_report_that_is_none_is_refused(site: Site) -> None:
    site.change_settings('"dropped_calls_list"\nrows', '"dropped_cals"\nrows')
    with pytest.raises(SettingInvalid, match=r"`alerts\.drops\.report`: there is no report"):
        site.run("10:10")


# The webhook.


def with_webhook(site: Site, server: Receiver, more: str = "") -> None:
    url = f"http://127.0.0.1:{server.port}/hook?room=calls"
    site.change_settings(
        "rows_over = 1", f'rows_over = 1\nwebhook = {{ url = "{url}", connect_seconds = 1{more} }}'
    )
    site.run("10:03")


def test_a_webhook_is_told_the_beginning_and_the_end_once_and_can_verify_it(
    site: Site, server: Receiver
) -> None:
    (site.folder / "secret").write_text("s3cret", encoding="utf-8")
    server.play(answers(204))
    with_webhook(site, server, ', signing_secret = { file = "secret" }')
    site.run("10:10")
    site.run("10:20")
    next_day(site)
    begun, over = server.requests
    assert begun.line == "POST /hook?room=calls HTTP/1.1"
    assert json.loads(begun.body) == {
        "version": 1,
        "alert": "drops",
        "state": "raised",
        "report": "dropped_calls_list",
        "rows": 2,
        "rows_over": 1,
        "days": 1,
        "counted_at": "2026-11-20T10:10:00Z",
    }
    assert begun.headers["idempotency-key"] == "alert|drops|raised|2026-11-20T10:10:00Z"
    signed = f"{begun.headers['reconcile-timestamp']}.".encode() + begun.body
    digest = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert begun.headers["reconcile-signature"] == f"v1={digest}"
    assert json.loads(over.body)["state"] == "well"


def test_a_webhook_that_takes_nothing_fails_no_run_and_is_told_at_the_next_slot(
    site: Site, server: Receiver
) -> None:
    server.play(answers(500), answers(204))
    with_webhook(site, server)
    result = site.run("10:10")
    assert result.exit_code == ExitCode.FINDINGS  # that of the alert itself
    assert "did not take that it is raised" in str(result.messages)
    site.run("10:11")
    assert len(server.requests) == 1
    site.run("10:20")
    assert len(server.requests) == 2
    assert site.fetch("select count(*) from kept.episodes") == [(2,)]


def test_a_webhook_that_is_down_leaves_the_exit_code_as_it_is(
    site: Site,
) -> None:
    with Receiver() as server:
        server.play(answers(204))
        with_webhook(site, server)
        site.run("10:10")
    result = next_day(site)
    assert "cannot be reached" in str(result.messages)
    assert "alert drops" not in result.faults
    assert result.exit_code == ExitCode.DONE


def test_a_webhook_in_the_clear_over_a_network_is_warned_of(site: Site) -> None:
    site.change_settings(
        "rows_over = 1", 'rows_over = 1\nwebhook = { url = "http://chat.example/hook" }'
    )
    assert any("is not encrypted" in warning for warning in site.settings.warnings)


def test_the_example_of_the_readme_is_complete(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    example = readme.partition("<!-- alerts -->\n```toml\n")[2].partition("```")[0]
    site = Site.small(tmp_path / "site")
    before = site.settings.warnings
    with site.settings_file.open("a", encoding="utf-8") as file:
        file.write(f"\n{example}")
    (alert,) = site.settings.alerts
    assert (alert.report, alert.rows_over, alert.days) == ("pending", 10, 1)
    assert site.settings.warnings == before
