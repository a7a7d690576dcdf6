"""The figures of the shipped recording against the truth that was recorded beside its logs.

Counted from `recording_truth.csv` by plain loops: what each client did and when he was answered.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from site_folder import Site, at
from test_cel import COMBINATIONS, TRUTH, site_of

from reconcile.reports import catalogue
from reconcile.reports.catalogue import Period
from reconcile.reports.read_copy import open_read_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

INCOMING = [row for row in TRUTH if row["direction"] == "in"]
LINES = sorted({row["line"] for row in INCOMING})
DROPPED = ("abandoned_queue", "abandoned_ivr")
CLOSE_SECONDS = 2
"""A log may say one second more or less of each of two times."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recording with all its logs in one single run after its end."""
    made = site_of(tmp_path_factory.mktemp("recording") / "site", COMBINATIONS["all three"])
    made.run("09:15")
    return made


def rows(site: Site, name: str) -> list[dict[str, Any]]:
    with open_read_copy(site.settings) as connection:
        return catalogue.make(
            connection, catalogue.find(name), Period(), site.settings
        ).rows.as_dicts()


def of(site: Site, name: str, split: str, value: str) -> dict[str, Any]:
    """The one row of a split."""
    [row] = [
        row for row in rows(site, name) if (row["split"], row["value"]) == (split, value)
    ]
    return row


def count(expected: str, line: str | None = None, *, answered: bool | None = None) -> int:
    return sum(
        row["expected"] == expected
        and line in (None, row["line"])
        and answered in (None, bool(row["answered"]))
        for row in INCOMING
    )


@pytest.mark.parametrize("line", [None, *LINES])
def test_dropped_calls_are_those_that_were_made(site: Site, line: str | None) -> None:
    row = of(site, "drops", "line" if line else "all", line or "")
    assert (row["queue_count"], row["menu_count"], row["other_count"]) == (
        count("abandoned_queue", line),
        count("abandoned_ivr", line),
        0,
    )


@pytest.mark.parametrize("line", [None, *LINES])
def test_abandonment_is_that_of_the_calls_that_were_made(site: Site, line: str | None) -> None:
    """Whoever was answered, handed on and hung up then is dropped, and was not abandoned."""
    row = of(site, "incoming", "line" if line else "all", line or "")
    assert row["abandoned_count"] == count("abandoned_queue", line, answered=False)
    assert row["menu_count"] == count("abandoned_ivr", line)
    assert row["sent_on_count"] == count("timeout", line) + count("exit_key", line)
    assert row["missed_count"] == row["other_count"] == 0


def test_calls_that_had_ended_were_answered_or_not_as_was_recorded(site: Site) -> None:
    ended = {row["call_id"] for row in INCOMING if row["expected"] != "open"}
    told = {row["call"].removeprefix("pbx/"): row for row in rows(site, "incoming_calls")}
    assert {call for call in ended if told[call]["outcome"] == "answered"} == {
        row["call_id"] for row in INCOMING if row["answered"] and row["call_id"] in ended
    }


def walked() -> Iterator[tuple[str, datetime, tuple[datetime, str] | None]]:
    """Each stay of a number: the drop that began it, and the talk that ended it with its way."""
    facts = defaultdict(list)
    for row in TRUTH:
        if not row["number"]:
            continue
        if row["answered"] and row["expected"] != "outbound_noanswer":
            facts[row["number"]].append((at(row["answered"]), row["direction"]))
        if row["expected"] in DROPPED:
            facts[row["number"]].append((at(row["ended"]), "drop"))
    for number, ones in facts.items():
        dropped_at = None
        for instant, what in sorted(ones):
            if what == "drop":
                dropped_at = dropped_at or instant
            elif dropped_at:
                yield number, dropped_at, (instant, what)
                dropped_at = None
        if dropped_at:
            yield number, dropped_at, None


def test_clients_recovered_as_they_did(site: Site) -> None:
    """One run after all of it has dialled nobody, so who was called was called by others."""
    stays = list(walked())
    ways = [talk[1] if talk else None for _, _, talk in stays]
    row = of(site, "recovery", "all", "")
    assert (row["episode_count"], row["self_count"], row["by_hand_count"]) == (
        len(stays),
        ways.count("in"),
        ways.count("out"),
    )
    assert row["waiting_count"] == ways.count(None)


def test_the_time_to_each_talk_is_the_one_that_passed(site: Site) -> None:
    told = {(row["number"], row["added_at"]): row for row in rows(site, "outcomes")}
    for number, dropped_at, talk in walked():
        [row] = [
            row
            for (of_number, added_at), row in told.items()
            if of_number == number and abs((added_at - dropped_at).total_seconds()) <= 1
        ]
        took = (talk[0] - dropped_at).total_seconds() if talk else None
        if took is None:
            assert row["talked_after_seconds"] is None
        else:
            assert abs(row["talked_after_seconds"] - took) <= CLOSE_SECONDS
