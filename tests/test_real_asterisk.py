"""The Asterisk of the tests itself: what it writes of three calls is what the tests rely on."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
import real_asterisk
from real_asterisk import MENU_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITS, IN_MENU, SERVED = "+420700610101", "+420700610102", "+420700610103"


@pytest.fixture(scope="module")
def phones() -> Iterator[real_asterisk.PhoneSystem]:
    with real_asterisk.phone_system() as phones:
        phones.call(WAITS, stays=2)
        phones.call(IN_MENU, line=MENU_LINE, stays=2)
        phones.settle()
        phones.log_in("101", "Petra Dvořáková")
        phones.call(SERVED, stays=4)
        phones.settle()
        yield phones


def test_its_queue_log_tells_who_gave_up_and_who_was_served(
    phones: real_asterisk.PhoneSystem,
) -> None:
    lines = [line.split("|") for line in phones.queue_log.read_text(encoding="utf-8").splitlines()]
    told = {}
    for _, call_id, _, agent, event, *data in lines:
        if event == "ENTERQUEUE":
            told[data[1]] = [call_id]
        elif event in ("ABANDON", "CONNECT", "COMPLETECALLER"):
            next(seen for seen in told.values() if seen[0] == call_id).extend((agent, event))
    assert {number: seen[1:] for number, seen in told.items()} == {
        WAITS: ["NONE", "ABANDON"],
        SERVED: ["Petra Dvořáková", "CONNECT", "Petra Dvořáková", "COMPLETECALLER"],
    }


def test_its_call_records_tell_callers_by_the_channel_of_the_world(
    phones: real_asterisk.PhoneSystem,
) -> None:
    with phones.cdr_file.open(encoding="utf-8", newline="") as stream:
        rows = [(row[1], row[3], row[5].partition("-")[0], row[17]) for row in csv.reader(stream)]
    assert (IN_MENU, "menu", "IAX2/world", "did:+420200000420") in rows
    assert (WAITS, "from-trunk", "IAX2/world", "did:+420200000410") in rows


def test_its_channel_events_show_the_same_callers(phones: real_asterisk.PhoneSystem) -> None:
    with phones.cel_file.open(encoding="utf-8", newline="") as stream:
        began = {row[3] for row in csv.reader(stream) if row[0] == "CHAN_START"}
    assert {WAITS, IN_MENU, SERVED} <= began
