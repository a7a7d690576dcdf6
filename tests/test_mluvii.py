"""Whole runs beside mluvii: pulled over HTTP, decided, dialled through its campaign, seen again.

The stand-in is no mluvii: it is built from published models, faults included.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mluvii_server
import pytest
from mluvii_server import CLIENT_SECRET, Fault, MluviiServer, left_queue, session, talked
from site_folder import CLIENT, OTHER, Site, at

from reconcile import checking
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = """\
region = "CZ"

[sources.mluvii]
kind = "mluvii"
url = "{url}"
client_id = "reconcile"
client_secret = {{ file = "secret" }}
gives = ["calls", "contacts", "results"]
campaign_id = 7
departments = [1]
dialled_number_parameter = "dialled_number"
connect_seconds = 1
answer_seconds = 1
budget_seconds = 1

[campaigns.missed-calls]
dialled_numbers = ["+420200000410"]
dropped_in = ["queue", "ivr"]
starts_at = 2026-11-20T08:00:00Z
dialler = "mluvii"

[sinks.mluvii]
url = "{url}"
client_id = "reconcile"
client_secret = {{ file = "secret" }}
campaign_id = 7
create_contacts = true
region = "CZ"
connect_seconds = 1
answer_seconds = 1
budget_seconds = 1
"""
SESSIONS = "GET /api/v1/Sessions"
ROOT = Path(__file__).parent.parent


class Beside(Site):
    """A folder beside a stand-in."""

    mluvii: MluviiServer

    def minute(self, time: str) -> Any:
        """Run at a minute, with the clock of the stand-in set to it."""
        self.mluvii.now = at(time)
        return self.run(time)

    def put(self, *sessions: dict[str, Any]) -> None:
        """Let sessions stand in mluvii, in the place of those with their ids."""
        kept = {one["id"]: one for one in [*self.mluvii.sessions, *sessions]}
        self.mluvii.sessions = list(kept.values())

    def closings(self) -> list[tuple[str, str | None]]:
        return self.fetch("select number, reason from kept.episodes order by all")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Beside]:
    with mluvii_server.running() as mluvii:
        mluvii.add_campaign()
        mluvii.add_contact(1001, CLIENT)
        mluvii.add_contact(2**53 + 1, "700 610 102", is_flat=True)
        folder = tmp_path / "site"
        folder.mkdir()
        site = Beside(folder)
        site.mluvii = mluvii
        site.settings_file.write_text(SETTINGS.format(url=mluvii.url), encoding="utf-8")
        (folder / "secret").write_text(CLIENT_SECRET + "\n", encoding="utf-8")
        yield site


def dropped(number: int = 71, time: str = "10:00:20", **changes: Any) -> dict[str, Any]:
    """A client who hung up in the queue after half a minute."""
    return left_queue(number, at(time) - timedelta(seconds=30), at(time), **changes)


def test_a_dropped_session_is_dialled_and_the_answered_one_closes_it(site: Beside) -> None:
    site.put(session(71, at("10:00:20")))
    site.minute("10:01")
    assert site.closings() == []  # still waiting in the queue
    site.put(left_queue(71, at("10:00:20"), at("10:01:30")))
    for time in ("10:02", "10:03", "10:04", "10:05", "10:06"):
        site.minute(time)
    assert site.mluvii.changes() == []
    site.minute("10:07")
    assert site.mluvii.states() == {1001: "INITIAL"}
    site.mluvii.identities[7][1001]["state"] = "CALL_IN_PROGRESS"
    campaign = {"source": "Campaign", "campaignId": 7, "outboundDialResult": "ANSWERED"}
    site.put(talked(72, at("10:07:05"), at("10:07:20"), None, **campaign))
    site.minute("10:08")
    assert site.closings() == [(CLIENT, "reached")]
    site.mluvii.identities[7][1001]["state"] = "SUCCESS"
    site.put(talked(72, at("10:07:05"), at("10:07:20"), at("10:09:00"), **campaign))
    site.minute("10:10")
    (attempt,) = site.fetch("select call_id, result from kept.attempts")
    assert attempt == ("72", "answered")
    assert site.mluvii.changes() == ["POST [1001]"]


def test_a_talk_before_the_dial_takes_nothing_into_the_campaign(site: Beside) -> None:
    site.put(dropped())
    site.minute("10:02")
    site.put(talked(72, at("10:03:00"), at("10:03:10"), at("10:04:00")))
    for time in ("10:05", "10:06", "10:07"):
        site.minute(time)
    assert site.closings() == [(CLIENT, "reached")]
    assert site.mluvii.changes() == []


def test_the_ladder_adds_the_contact_anew_and_a_talk_takes_it_out(site: Beside) -> None:
    site.put(dropped())
    for time in ("10:02", "10:06"):
        site.minute(time)
    site.mluvii.identities[7][1001]["state"] = "DIAL_FAILED"
    failed = {"source": "Campaign", "campaignId": 7, "outboundDialResult": "NO_ANSWER"}
    site.put(
        session(72, at("10:06:30"), status="CLOSED", ended=f"{at('10:07:00')}+00:00", **failed)
    )
    for time in ("10:08", "10:15", "10:16"):
        site.minute(time)
    assert site.mluvii.changes() == ["POST [1001]", "DELETE [1001]", "POST [1001]"]
    site.put(talked(73, at("10:16:10"), at("10:16:20"), at("10:16:50")))
    site.minute("10:17")
    assert site.mluvii.states() == {}
    assert site.mluvii.changes()[-1] == "DELETE [1001]"


def test_a_dial_that_no_session_tells_of_ends_by_the_list_of_the_campaign(site: Beside) -> None:
    site.put(dropped())
    for time in ("10:02", "10:06"):
        site.minute(time)
    site.mluvii.identities[7][1001]["state"] = "CALLING"
    site.minute("10:07")
    assert site.fetch("select result from kept.attempts") == [(None,)]
    site.mluvii.identities[7][1001]["state"] = "INVALID_RECORD"
    for time in ("10:08", "10:09"):
        site.minute(time)
    assert site.fetch("select result, detail from kept.attempts") == [
        ("unanswered", "no_such_number")
    ]


def test_an_id_of_64_bits_comes_through_directory_and_dial(site: Beside) -> None:
    site.put(dropped(phoneCallbackNumber=OTHER))
    for time in ("10:02", "10:06"):
        site.minute(time)
    assert site.mluvii.states() == {2**53 + 1: "INITIAL"}


def test_a_number_on_two_contacts_is_blocked_and_stands_in_no_campaign(site: Beside) -> None:
    site.mluvii.add_contact(1003, "00420700610101")
    site.put(dropped())
    for time in ("10:02", "10:06", "10:20"):
        site.minute(time)
    assert site.decisions() == {CLIENT: "blocked duplicate"}
    assert site.mluvii.changes() == []


def test_a_client_who_left_the_menu_and_one_of_another_line(site: Beside) -> None:
    other_line = {"guest": {"callParams": {"dialled_number": "+420200000420"}}}
    site.put(
        dropped(71, guestLeftSession="LeftBeforeQueue"),
        dropped(72, phoneCallbackNumber=OTHER, **other_line),
    )
    for time in ("10:02", "10:06"):
        site.minute(time)
    assert site.mluvii.states() == {1001: "INITIAL"}


def test_an_unknown_caller_gets_a_contact(site: Beside) -> None:
    number = "+420700610109"
    site.put(dropped(phoneCallbackNumber=number))
    for time in ("10:02", "10:06"):
        site.minute(time)
    (made,) = site.mluvii.states()
    assert site.mluvii.contacts[1][made]["data"]["oo1_guest_phone"] == [number]
    site.minute("10:07")
    found = site.fetch(f"select contact_id from kept.contacts where number = '{number}'")
    assert found == [(str(made),)]


def test_a_quiet_minute_spools_nothing_and_is_idle(site: Beside) -> None:
    site.put(talked(71, at("09:58:00"), at("09:58:10"), at("09:59:00")))
    assert not site.minute("10:01").is_idle
    assert site.minute("10:02").is_idle
    assert site.minute("10:20").is_idle


def test_words_that_nobody_knows_are_counted_and_nobody_is_dialled(site: Beside) -> None:
    site.put(
        dropped(71, guestLeftSession="LeftSpaceship"),
        dropped(72, phoneCallbackNumber=OTHER, source="Telepathy"),
    )
    for time in ("10:02", "10:10"):
        assert site.minute(time).exit_code == ExitCode.DONE
    words = site.fetch("select column_name, word from ops.unknown_words order by all")
    assert ("last_place", "guestLeftSession LeftSpaceship") in words
    assert ("direction", "source Telepathy") in words
    assert site.mluvii.changes() == []


@pytest.mark.parametrize("kind", ["429", "cut", "login"])
def test_a_service_that_fails_is_a_fault_of_the_source_and_loses_nothing(
    site: Beside, kind: str
) -> None:
    site.minute("10:00")
    site.put(dropped())
    site.mluvii.faults = [Fault(SESSIONS, kind, times=50, headers={"Retry-After": "60"})]
    result = site.minute("10:02")
    assert result.exit_code == ExitCode.SOURCE
    assert "the source `mluvii`" in str(result.messages)
    site.mluvii.faults.clear()
    for time in ("10:03", "10:06"):
        site.minute(time)
    assert site.mluvii.states() == {1001: "INITIAL"}


def test_a_token_that_expires_in_the_middle_is_renewed(site: Beside) -> None:
    site.put(dropped())

    def expire(request: str) -> None:
        if request.startswith(SESSIONS) and len(site.mluvii.asked) == 4:
            site.mluvii.expire_tokens()

    site.mluvii.on_request = expire
    assert site.minute("10:02").exit_code == ExitCode.DONE
    assert site.fetch("select count(*) from kept.dropped_calls") == [(1,)]


def test_what_is_to_be_made_up_for_is_kept_window_by_window(site: Beside) -> None:
    site.minute("09:00")
    site.put(*(dropped(n, f"{10 + n // 10}:{n % 10:02}:20") for n in range(1, 60)))
    asked = [0]

    def break_later(request: str) -> None:
        asked[0] += request.startswith(SESSIONS)
        if asked[0] > 6:
            site.mluvii.faults = [Fault(SESSIONS, "500", times=50)]

    site.mluvii.on_request = break_later
    assert site.minute("23:00").exit_code == ExitCode.SOURCE
    some = site.fetch("select count(*) from kept.calls")[0][0]
    site.mluvii.on_request, site.mluvii.faults = lambda _: None, []
    assert site.minute("23:01").exit_code == ExitCode.DONE
    assert 0 < some < 59
    assert site.fetch("select count(*) from kept.calls") == [(59,)]


def test_a_directory_that_lost_most_of_its_contacts_is_refused(site: Beside) -> None:
    for contact in range(1100, 1200):
        site.mluvii.add_contact(contact)
    site.minute("10:00")
    site.mluvii.contacts[1] = {1001: site.mluvii.contacts[1][1001]}
    result = site.minute("10:01")
    assert result.exit_code == ExitCode.SOURCE
    assert "was refused" in str(result.messages)


def test_a_sink_that_is_down_keeps_the_dial_in_the_outbox(site: Beside) -> None:
    site.put(dropped())
    site.minute("10:02")
    site.mluvii.faults = [Fault(r"\w+ /api/v1/Campaigns", "503", times=50)]
    result = site.minute("10:06")
    assert result.exit_code == ExitCode.SINK
    assert site.mluvii.changes() == []
    site.mluvii.faults.clear()
    assert site.minute("10:07").exit_code == ExitCode.DONE
    assert site.mluvii.changes() == ["POST [1001]"]


def test_the_rows_are_kept_as_they_were_received(site: Beside) -> None:
    site.put(dropped())
    site.minute("10:02")
    ((values,),) = site.fetch("select field_values from raw.table_rows")
    assert json.loads(values[-1]) == site.mluvii.sessions[0]


def test_check_looks_at_source_and_campaign_and_warns_of_rules(site: Beside) -> None:
    site.mluvii.add_campaign(ruleId=3)
    lines, exit_code = checking.report(site.settings)
    text = "\n".join(lines)
    assert exit_code == ExitCode.DONE, text
    assert "source `mluvii`, calls: reachable, " in text
    assert "source `mluvii`, results: reachable, in campaign 7 stand: no contacts" in text
    assert "sink `mluvii`: campaign 7 (`Missed calls`) can be read" in text
    assert "warning: it has rules of its own (`ruleId` 3)" in text


def test_check_says_that_the_service_cannot_be_reached(site: Beside) -> None:
    site.mluvii.faults = [Fault(r"\w+ /", "503", times=99)]
    lines, exit_code = checking.report(site.settings)
    assert exit_code == ExitCode.SINK
    assert any("source `mluvii`, contacts: the source `mluvii`: `http" in line for line in lines)
    assert any("sink `mluvii`: `http" in line and "answered 503" in line for line in lines)


def test_what_would_merge_the_duplicates_is_prepared_and_not_sent(site: Beside) -> None:
    site.mluvii.add_contact(1003, "00420700610101")
    site.minute("10:00")
    asked = len(site.mluvii.asked)
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", "report", "mluvii_merges", "--format", "json",
         "--settings", str(site.settings_file)],
        env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (row,) = json.loads(done.stdout)["data"]["rows"]
    assert json.loads(row["payload"])["ids"] == [1001, 1003]
    assert len(site.mluvii.asked) == asked
