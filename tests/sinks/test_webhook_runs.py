"""Whole runs whose commands go to a webhook: refused, in doubt, killed, and others beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import crash_points
import pytest
import webhook_receiver as wr
from site_folder import CLIENT, OTHER, Site, at
from webhook_receiver import Receiver, answers

from reconcile import checking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook_receiver import Connection

ROOT = Path(__file__).parent.parent.parent
DIAL = f"dial|missed-calls|{CLIENT}|pbx/1.1|1"
KNOWS = "receiver_knows_repeats = true"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def site_with(folder: Path, receiver: Receiver, lines: str = "") -> Site:
    """A client who hung up at 10:00:20 and is dialled at 10:06, through the webhook."""
    site = Site.small(folder)
    site.change_settings('dialler = "file"', 'dialler = "webhook"')
    site.change_settings(
        '[sinks.file]\npath = "out/commands.ndjson"\n',
        f'[sinks.webhook]\nurl = "{receiver.url}"\nanswer_seconds = 1\n{lines}\n',
    )
    site.drop("1.1", CLIENT, "10:00:20")
    return site


def states(site: Site) -> list[tuple[str, str]]:
    return site.fetch("select kind, state from kept.commands order by sequence")


def attempts(site: Site) -> list[tuple[str, str | None]]:
    rows = site.fetch("select handed_out_at, result from kept.attempts order by handed_out_at")
    return [(f"{handed_out_at:%H:%M}", result) for handed_out_at, result in rows]


def test_a_dial_and_a_remove_reach_the_receiver(tmp_path: Path, receiver: Receiver) -> None:
    site = site_with(tmp_path / "site", receiver)
    site.replay("10:04", "10:06")
    site.talk("2.1", CLIENT, "10:07:10")
    site.replay("10:07", "10:09")
    assert receiver.taken == [DIAL, f"remove|missed-calls|{CLIENT}|pbx/1.1"]
    assert states(site) == [("dial", "delivered"), ("remove", "delivered")]


def test_a_dial_that_was_not_taken_leaves_in_a_later_run_that_still_wants_it(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    receiver.play(answers(500), answers(429, "Retry-After: 0"), wr.takes)
    site.replay("10:04", "10:05")
    results = [site.run(f"10:0{minute}") for minute in (6, 7, 8)]
    assert [result.exit_code for result in results] == [5, 5, 0]
    assert results[0].faults["sink webhook"][0] == (
        f"the sink `webhook` did not take commands: http://127.0.0.1:{receiver.port}: "
        "it answered 500"
    )
    assert attempts(site) == [("10:08", None)]
    expires = [request.commands[0]["expires_at"] for request in receiver.requests]
    assert len({*expires}) == 3  # the same key, and what was known in each run


def test_a_dial_that_is_refused_for_good_stays_visible_and_the_next_attempt_is_made(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    receiver.play(answers(422, "Content-Type: text/plain", body=b"no such line"), wr.takes)
    site.replay("10:04", "10:06")
    site.replay("10:15", "10:16")
    assert states(site) == [("dial", "dead"), ("dial", "delivered")]
    details = site.fetch("select detail from kept.commands where state = 'dead'")
    assert details == [(f"http://127.0.0.1:{receiver.port}: it answered 422: no such line",)]
    assert attempts(site) == [("10:06", "refused"), ("10:16", None)]


def test_a_dial_whose_answer_was_lost_stays_in_doubt_and_is_not_repeated(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    receiver.play(wr.takes_and_cuts, wr.takes)
    site.replay("10:05", "10:07")
    assert states(site) == [("dial", "unsure")]
    assert attempts(site) == [("10:06", None)]
    site.replay("10:11", "10:12")
    assert attempts(site) == [("10:06", "unseen")]
    assert [request.keys for request in receiver.requests] == [[DIAL]]


def test_a_dial_whose_answer_was_lost_is_sent_again_to_a_receiver_that_knows_repeats(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver, KNOWS)
    receiver.play(wr.takes_and_cuts, wr.is_silent, wr.takes_and_says_409_to_repeats)
    site.replay("10:05", "10:09")
    assert states(site) == [("dial", "delivered")]
    assert [request.keys for request in receiver.requests] == [[DIAL]] * 3
    assert receiver.taken == [DIAL]


def test_a_remove_whose_answer_was_lost_is_sent_again_to_any_receiver(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    site.talk("2.1", CLIENT, "10:03:10")
    receiver.play(wr.takes_and_cuts, wr.takes)
    site.replay("10:04", "10:06")
    assert states(site) == [("remove", "delivered")]
    assert len(receiver.requests) == 2


# kill -9


def killed(site: Site, receiver: Receiver, point: str) -> None:
    """A run of 10:06 that dies at a point; `nowhere`: by the receiver, while it has the request."""
    child = subprocess.Popen(
        [
            sys.executable,
            crash_points.__file__,
            site.settings_file,
            at("10:06").isoformat(),
            point,
        ],
        env={"PYTHONPATH": str(ROOT)},
    )

    def kills(connection: Connection) -> None:
        receiver.take(connection.request())
        os.kill(child.pid, signal.SIGKILL)

    if point == "nowhere":
        receiver.play(kills, wr.takes)
    assert child.wait(timeout=60) == -signal.SIGKILL


BEFORE = ["after commands were marked as offered", "before the request is sent"]
AFTER = ["nowhere", "after its answer has come", "before the outcome is kept"]


@pytest.mark.parametrize("point", [*BEFORE, *AFTER])
def test_a_killed_run_loses_nothing_at_a_receiver_that_knows_repeats(
    tmp_path: Path, receiver: Receiver, point: str
) -> None:
    site = site_with(tmp_path / "site", receiver, KNOWS)
    site.run("10:02")
    killed(site, receiver, point)
    assert len(receiver.requests) == (point in AFTER)
    receiver.play(wr.takes_and_says_409_to_repeats)
    site.replay("10:06", "10:08")
    assert receiver.taken == [DIAL]
    assert {request.headers["idempotency-key"] for request in receiver.requests} == {DIAL}
    assert len(receiver.requests) == 1 + (point in AFTER)
    assert states(site) == [("dial", "delivered")]


@pytest.mark.parametrize("point", [*BEFORE, *AFTER])
def test_a_killed_run_repeats_no_dial_at_any_other_receiver(
    tmp_path: Path, receiver: Receiver, point: str
) -> None:
    site = site_with(tmp_path / "site", receiver)
    site.run("10:02")
    killed(site, receiver, point)
    for time_of_day in ("10:06", "10:07", "10:11", "10:12"):
        site.run(time_of_day)
    assert receiver.taken == [DIAL] * (point in AFTER)
    assert len(receiver.requests) == (point in AFTER)
    assert attempts(site) == [("10:06", "unseen")]
    site.run("10:16")
    assert receiver.taken[-1] == DIAL.removesuffix("1") + "2"


def test_a_kill_after_the_outcome_is_kept_changes_nothing(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    site.run("10:02")
    killed(site, receiver, "after the outcome is kept")
    site.replay("10:06", "10:08")
    assert receiver.taken == [DIAL]
    assert len(receiver.requests) == 1
    assert states(site) == [("dial", "delivered")]


# Beside others.


def test_a_receiver_that_is_silent_keeps_no_other_sink_from_its_commands(
    tmp_path: Path, receiver: Receiver
) -> None:
    site = site_with(tmp_path / "site", receiver)
    second = (
        '[campaigns.second]\nstarts_at = 2026-11-20T08:00:00Z\ndialler = "file"\n'
        'queues = ["sales"]\n\n[sinks.file]\npath = "out/commands.ndjson"\n\n[sinks.webhook]'
    )
    site.change_settings('dialler = "webhook"\n', 'dialler = "webhook"\nqueues = ["support"]\n')
    site.change_settings("[sinks.webhook]", second)
    text = site.queue_log.read_text(encoding="utf-8").replace("|sales|", "|support|")
    site.queue_log.write_text(text, encoding="utf-8")
    site.drop("1.2", OTHER, "10:00:25")
    receiver.play(wr.is_silent)
    site.replay("10:04", "10:05")
    began = time.monotonic()
    site.run("10:06")
    assert time.monotonic() - began < 5
    assert site.commands() == [f"10:06 dial {OTHER} 1"]
    assert sorted(site.fetch("select sink, state from kept.commands")) == [
        ("file", "delivered"),
        ("webhook", "unsure"),
    ]


def test_check_tells_of_the_webhook_and_its_promise(tmp_path: Path, receiver: Receiver) -> None:
    site = site_with(tmp_path / "site", receiver, KNOWS)
    lines, _ = checking.report(site.settings)
    (line,) = [line for line in lines if line.startswith("sink `webhook`")]
    assert line.startswith(
        f"sink `webhook`: http://127.0.0.1:{receiver.port} takes connections; commands are POSTed "
        "one by one, not signed; promise: each command is POSTed at least once"
    )
    assert receiver.requests == []
