"""Runs beside mluvii that are killed while it is asked leave nothing lost and nothing twice.

The stand-in kills the run: before it carries out a request, or behind it, before it answers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from mluvii_server import Dropped, talked
from site_folder import CLIENT, at
from test_mluvii import ROOT, Beside, dropped, site

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["site"]

SESSIONS, CONTACTS = "GET /api/v1/Sessions", "GET /api/v1/Contacts"
LIST = "GET /api/v1/Campaigns/7/identities"
ADD, DELETE = "POST /api/v1/Campaigns/7/identities", "DELETE /api/v1/Campaigns/7/identities"
BEFORE, BEHIND = "before it is carried out", "behind it"


def run_and_kill(site: Beside, time: str, request: str, nth: int, side: str) -> None:
    """A process runs at a minute and is killed with its nth request that begins so."""
    site.mluvii.now = at(time)
    child = subprocess.Popen(
        [sys.executable, "-m", "reconcile", "run", "--settings", str(site.settings_file), "--now",
         f"{at(time).isoformat()}Z"],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    count = [0]

    def kill(found: str) -> bool:
        count[0] += found.startswith(request)
        if count[0] == nth and found.startswith(request):
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            return True
        return False

    def before(found: str) -> None:
        if kill(found):
            raise Dropped

    hook: Callable[[str], object] = before if side == BEFORE else kill
    setattr(site.mluvii, "on_request" if side == BEFORE else "on_done", hook)
    assert child.wait(timeout=60) == -signal.SIGKILL, f"{count[0]} requests came"
    site.mluvii.on_request = site.mluvii.on_done = lambda _: None


@pytest.mark.parametrize(
    ("request_begin", "nth", "side"),
    [
        (SESSIONS, 1, BEFORE),
        pytest.param(SESSIONS, 3, BEHIND, marks=pytest.mark.slow),
        pytest.param(CONTACTS, 2, BEFORE, marks=pytest.mark.slow),
        (LIST, 1, BEFORE),
        (ADD, 1, BEFORE),
        (ADD, 1, BEHIND),
        (LIST, 2, BEFORE),
        pytest.param(LIST, 3, BEHIND, marks=pytest.mark.slow),
    ],
)
def test_a_first_dial_is_added_once_whenever_its_run_is_killed(
    site: Beside, request_begin: str, nth: int, side: str
) -> None:
    site.put(dropped())
    site.minute("10:02")
    run_and_kill(site, "10:06", request_begin, nth, side)
    for time in ("10:06", "10:07"):
        assert site.minute(time).exit_code == 0
    assert site.mluvii.changes() == ["POST [1001]"]
    assert site.fetch("select number, attempt_number from kept.attempts") == [(CLIENT, 1)]
    assert site.fetch("select state from kept.commands") == [("delivered",)]


@pytest.mark.parametrize(
    ("request_begin", "side"), [(DELETE, BEFORE), (DELETE, BEHIND), (ADD, BEFORE), (ADD, BEHIND)]
)
def test_a_later_dial_is_added_once_whenever_its_run_is_killed(
    site: Beside, request_begin: str, side: str
) -> None:
    site.put(dropped())
    for time in ("10:02", "10:06"):
        site.minute(time)
    site.mluvii.identities[7][1001]["state"] = "DIAL_FAILED"
    site.minute("10:08")
    run_and_kill(site, "10:16", request_begin, 1, side)
    for time in ("10:16", "10:17"):
        assert site.minute(time).exit_code == 0
    assert site.mluvii.changes().count("POST [1001]") == 2
    assert site.mluvii.states() == {1001: "INITIAL"}
    assert site.fetch("select count(*) from kept.attempts") == [(2,)]


@pytest.mark.parametrize("side", [BEFORE, BEHIND])
def test_a_remove_takes_the_contact_out_whenever_its_run_is_killed(site: Beside, side: str) -> None:
    site.put(dropped())
    for time in ("10:02", "10:06"):
        site.minute(time)
    site.put(talked(73, at("10:06:10"), at("10:06:20"), at("10:06:50")))
    run_and_kill(site, "10:07", DELETE, 1, side)
    for time in ("10:07", "10:08"):
        assert site.minute(time).exit_code == 0
    assert site.mluvii.states() == {}
    assert site.fetch("select kind, state from kept.commands order by all") == [
        ("dial", "delivered"),
        ("remove", "delivered"),
    ]
