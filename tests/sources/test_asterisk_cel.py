"""Channel events (CEL) become rows as received, their instants from whatever the site writes."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reconcile.errors import SettingInvalid
from reconcile.settings.cel_columns import CEL_COLUMNS
from reconcile.sources.asterisk import read_cel
from reconcile.sources.batch import Batch

RECORDING = Path(__file__).parents[2] / "samples" / "recording"
TWENTY = CEL_COLUMNS[:20]
ROW = ("source", "file", "line", "known_at", "content_hash", "call_id", "eventtype", "event_at")
ROW += tuple(name for name in CEL_COLUMNS if name not in {"eventtype", "eventtime"})


def at(text: str, microsecond: int) -> datetime:
    return datetime.fromisoformat(text).replace(microsecond=microsecond)


def event(**values: object) -> str:
    """One line as cel_custom writes it, with the twenty columns of the shipped file."""
    fields = {
        "eventtype": "ANSWER",
        "eventtime": "1795164830.311518",
        "cid_num": "+420700610101",
        "exten": "s",
        "context": "menu",
        "channame": "IAX2/world-2287",
        "appname": "Answer",
        "uniqueid": "1795164830.0",
        "linkedid": "1795164830.0",
    } | values
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(
        [fields.get(name, "") for name in TWENTY]
    )
    return text.getvalue()


def cel(
    folder: Path,
    data: str | bytes,
    *,
    columns: tuple[str, ...] = TWENTY,
    time_zone: str | None = None,
) -> list[Batch]:
    """What a file with this content gives, its last record as well."""
    (folder / "cel.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    batches: list[Batch] = []
    marks: tuple[Any, ...] = ()
    for _ in range(2):
        for batch in read_cel(
            "cel.csv", marks, folder=folder, source="pbx", columns=columns, time_zone=time_zone
        ):
            marks = batch.marks if batch.marks is not None else marks
            batches.append(batch)
    return batches


def rows(batches: list[Batch]) -> list[dict[str, Any]]:
    return [
        dict(zip(ROW, row, strict=True))
        for batch in batches
        for load in batch.loads
        for row in load.rows
    ]


def rejects(batches: list[Batch]) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for batch in batches for each in batch.rejected]


def words(batches: list[Batch]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for batch in batches:
        for key, count in batch.unknown_words.items():
            found[key] = found.get(key, 0) + count
    return found


def test_the_recording_is_read_whole() -> None:
    batches = list(read_cel("cel.csv.gz", [], folder=RECORDING, source="pbx", columns=TWENTY))
    found = rows(batches)
    assert (len(found), rejects(batches), words(batches)) == (2132, [], {})
    assert len({row["call_id"] for row in found}) == 70
    assert {load.table for batch in batches for load in batch.loads} == {"raw.cel"}


def test_an_event_is_stored_as_received_to_the_microsecond(tmp_path: Path) -> None:
    [row] = rows(cel(tmp_path, event(cid_name='Nová, "J.D."', eventextra='{"digit":"1"}')))
    began = at("2026-11-20T08:53:50", 311518)
    assert (row["known_at"], row["event_at"], row["eventtype"]) == (began, began, "ANSWER")
    assert (row["source"], row["file"], row["line"]) == ("pbx", "cel.csv", 1)
    assert (row["cid_name"], row["eventextra"]) == ('Nová, "J.D."', '{"digit":"1"}')
    assert (row["context"], row["channame"], row["peeraccount"]) == (
        "menu",
        "IAX2/world-2287",
        None,
    )


@pytest.mark.parametrize(
    ("time", "microsecond"),
    [("1795164830", 0), ("1795164830.5", 500_000), ("1795164830.123456789", 123_456)],
)
def test_seconds_since_1970_have_any_fraction(tmp_path: Path, time: str, microsecond: int) -> None:
    [row] = rows(cel(tmp_path, event(eventtime=time)))
    assert row["event_at"] == at("2026-11-20T08:53:50", microsecond)


def test_local_times_are_told_by_their_look_and_need_a_zone(tmp_path: Path) -> None:
    text = event(eventtime="2026-11-20 09:53:50.250000") + event()
    found = rows(cel(tmp_path, text, time_zone="Europe/Prague"))
    assert [row["event_at"] for row in found] == [
        at("2026-11-20T08:53:50", 250_000),
        at("2026-11-20T08:53:50", 311_518),
    ]
    batches = cel(tmp_path, text)
    assert rejects(batches) == [
        (1, "`eventtime` holds a local time, and `cel.time_zone` is not set")
    ]
    assert len(rows(batches)) == 1


@pytest.mark.parametrize(
    ("uniqueid", "hour"), [("1792891800.1", 1), ("1792888200.1", 0), ("cb-17", 0)]
)
def test_in_the_hour_that_comes_twice_the_uniqueid_decides(
    tmp_path: Path, uniqueid: str, hour: int
) -> None:
    """02:30 in Prague is 00:30 and 01:30 UTC on that night."""
    line = event(eventtime="2026-10-25 02:30:10.5", uniqueid=uniqueid, linkedid=uniqueid)
    [row] = rows(cel(tmp_path, line, time_zone="Europe/Prague"))
    assert row["event_at"] == at(f"2026-10-25T0{hour}:30:10", 500_000)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"eventtime": ""}, "`eventtime` holds ``, expected seconds since 1970 or"),
        ({"eventtime": "soon"}, "`eventtime` holds `soon`, expected"),
        ({"eventtime": "1795164830.x"}, "`eventtime` holds `1795164830.x`"),
        ({"eventtime": "١٧٩٥١٦٤٨٣٠"}, "`eventtime` holds"),
        ({"eventtype": ""}, "no event in `eventtype`"),
        ({"uniqueid": "", "linkedid": ""}, "neither `linkedid` nor `uniqueid` is filled"),
    ],
)
def test_what_is_no_event_is_kept_aside_and_stops_nothing(
    tmp_path: Path, values: dict[str, str], reason: str
) -> None:
    batches = cel(tmp_path, event(**values) + event())
    [(line, told)] = rejects(batches)
    assert (line, told[: len(reason)]) == (1, reason)
    assert len(rows(batches)) == 1


def test_a_torn_line_and_one_of_another_width_are_kept_aside(tmp_path: Path) -> None:
    batches = cel(tmp_path, event() + '"ANSWER","1795\n' + "a,b\n" + event(uniqueid="2.2"))
    assert [line for line, _ in rejects(batches)] == [2, 3]
    assert len(rows(batches)) == 2


def test_hostile_fields_stay_text(tmp_path: Path) -> None:
    name = '=cmd|"/c calc"!A1\n2nd line'
    number = "+420700610101'); drop table raw.cel; --"
    [row] = rows(cel(tmp_path, event(cid_name=name, cid_num=number, channame="IAX2/a,b|c")))
    assert (row["cid_name"], row["cid_num"], row["channame"]) == (name, number, "IAX2/a,b|c")


def test_bytes_that_are_no_utf_8_lose_no_event(tmp_path: Path) -> None:
    batches = cel(tmp_path, event().encode().replace(b"menu", b"m\xffnu") + event().encode())
    assert rejects(batches) == []
    assert [row["context"] for row in rows(batches)] == ["m\\xffnu", "menu"]


def test_without_a_linkedid_the_uniqueid_names_the_call(tmp_path: Path) -> None:
    [row] = rows(cel(tmp_path, event(linkedid="", uniqueid="pbx1-1795164830.7")))
    assert row["call_id"] == "pbx1-1795164830.7"


def test_columns_may_stand_in_any_order_and_be_skipped(tmp_path: Path) -> None:
    columns = ("linkedid", "-", "eventtime", "eventtype", "uniqueid")
    [row] = rows(cel(tmp_path, "1.1,x,1795164830.25,HANGUP,1.2\n", columns=columns))
    assert (row["call_id"], row["uniqueid"], row["eventtype"]) == ("1.1", "1.2", "HANGUP")
    assert (row["channame"], row["eventextra"]) == (None, None)


def test_unknown_events_are_stored_and_counted_but_for_those_of_the_dialplan(
    tmp_path: Path,
) -> None:
    text = event(eventtype="TELEPATHY") + event(eventtype="TELEPATHY", exten="2")
    text += event(eventtype="IVR_ENTER", userdeftype="IVR_ENTER") + event(eventtype="4")
    batches = cel(tmp_path, text)
    assert len(rows(batches)) == 4
    assert words(batches) == {("eventtype", "TELEPATHY"): 2, ("eventtype", "4"): 1}


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="there is no time zone"):
        cel(tmp_path, event(), time_zone="Mars/Olympus")
