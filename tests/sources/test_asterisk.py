"""Asterisk's logs become rows as received; what is no record is kept aside and stops nothing."""

from __future__ import annotations

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import SettingInvalid
from reconcile.settings.cdr_columns import CDR_COLUMNS
from reconcile.sources.asterisk import read_cdr, read_queue_log
from reconcile.sources.batch import RECORD_CHARACTERS, Batch

at = datetime.fromisoformat
RECORDING = Path(__file__).parents[2] / "samples" / "recording"
QUEUE_LOG = ("source", "file", "line", "known_at", "content_hash", "call_id")
QUEUE_LOG += ("queue", "member", "event", "event_at", "data")
CDR = ("source", "file", "line", "known_at", "content_hash", "call_id", *CDR_COLUMNS[:9])
CDR += ("start_at", "answer_at", "end_at", "duration_seconds", "billsec_seconds")
CDR += CDR_COLUMNS[14:]


def rows(batches: list[Batch], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        dict(zip(names, row, strict=True))
        for batch in batches
        for load in batch.loads
        for row in load.rows
    ]


def rejects(batches: list[Batch]) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for batch in batches for each in batch.rejected]


def queue_log(folder: Path, data: str | bytes) -> list[Batch]:
    """What a queue_log with this content gives, its last line as well."""
    (folder / "queue_log").write_bytes(data.encode() if isinstance(data, str) else data)
    first = list(read_queue_log("queue_log", [], folder=folder, source="pbx"))
    marks = first[-1].marks or first[0].marks or ()
    return [*first, *read_queue_log("queue_log", marks, folder=folder, source="pbx")]


def cdr(
    folder: Path,
    data: str | bytes,
    *,
    columns: tuple[str, ...] = CDR_COLUMNS,
    time_zone: str = "UTC",
) -> list[Batch]:
    """What a Master.csv with this content gives, its last record as well."""
    (folder / "Master.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    batches: list[Batch] = []
    marks: tuple[Any, ...] = ()
    for _ in range(2):
        for batch in read_cdr(
            "Master.csv",
            marks,
            folder=folder,
            source="pbx",
            columns=columns,
            time_zone=time_zone,
        ):
            marks = batch.marks if batch.marks is not None else marks
            batches.append(batch)
    return batches


def record(**values: object) -> str:
    """One line of a CDR as cdr_csv writes it, of 21 columns."""
    fields = {
        "src": "+420700610101",
        "dst": "s",
        "dcontext": "menu",
        "channel": "IAX2/world-1",
        "start": "2026-11-20 08:53:50",
        "answer": "2026-11-20 08:53:50",
        "end": "2026-11-20 08:54:20",
        "duration": 30,
        "billsec": 30,
        "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION",
        "uniqueid": "1795164830.0",
        "linkedid": "1795164830.0",
        "sequence": 0,
    } | values
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n").writerow(
        [fields.get(name, "") for name in CDR_COLUMNS]
    )
    return text.getvalue()


# The recording.


def recorded(
    name: str, *, columns: tuple[str, ...] = CDR_COLUMNS, time_zone: str = "UTC"
) -> list[Batch]:
    """What a CDR file of the recording gives."""
    return list(
        read_cdr(
            name,
            [],
            folder=RECORDING,
            source="pbx",
            columns=columns,
            time_zone=time_zone,
        )
    )


def test_the_recording_is_read_whole() -> None:
    events = list(read_queue_log("queue_log", [], folder=RECORDING, source="pbx"))
    legs = recorded("Master.csv")
    assert (len(rows(events, QUEUE_LOG)), rejects(events)) == (218, [])
    assert (len(rows(legs, CDR)), rejects(legs)) == (233, [])
    assert [batch.unknown_words for batch in [*events, *legs] if batch.unknown_words] == []


def test_local_times_of_the_recording_are_the_same_instants() -> None:
    utc = rows(recorded("Master.csv"), CDR)
    prague = rows(recorded("Master-local.csv", time_zone="Europe/Prague"), CDR)
    own = {"file", "content_hash"}
    assert [{name: row[name] for name in CDR if name not in own} for row in prague] == [
        {name: row[name] for name in CDR if name not in own} for row in utc
    ]


def test_the_shipped_18_columns_have_no_linkedid() -> None:
    legs = rows(recorded("Master-defaults.csv", columns=CDR_COLUMNS[:18]), CDR)
    assert len(legs) == 227
    assert {leg["linkedid"] for leg in legs} == {None}
    assert all(leg["call_id"] == leg["uniqueid"] for leg in legs)


# queue_log.


def test_an_event_is_stored_as_received(tmp_path: Path) -> None:
    [row] = rows(
        queue_log(tmp_path, "1795164901|pbx1-1795164897.39|sales|Tomáš Říha|CONNECT|4|x.40|4\n"),
        QUEUE_LOG,
    )
    assert row | {"content_hash": 0} == {
        "source": "pbx",
        "file": "queue_log",
        "line": 1,
        "known_at": at("2026-11-20 08:55:01"),
        "content_hash": 0,
        "call_id": "pbx1-1795164897.39",
        "queue": "sales",
        "member": "Tomáš Říha",
        "event": "CONNECT",
        "event_at": at("2026-11-20 08:55:01"),
        "data": ["4", "x.40", "4"],
    }


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("1|1.1|q|NONE|ENTERQUEUE||+420700610172|X|1", ["", "+420700610172", "X", "1"]),
        ("1|1.1|q|NONE|ENTERQUEUE|||1", ["", "", "1"]),
        ("1|NONE|NONE|NONE|QUEUESTART|", []),
        ("1|NONE|NONE|NONE|CONFIGRELOAD", []),
        ("1|1.1|q|NONE|ABANDON|1|1|6", ["1", "1", "6"]),
        ("1|1.1|q|NONE|ABANDON|1|1|", ["1", "1", ""]),
    ],
)  # fmt: skip
def test_all_parameters_are_kept_so_that_they_can_be_counted_from_the_end(
    tmp_path: Path, line: str, data: list[str]
) -> None:
    [row] = rows(queue_log(tmp_path, line + "\n"), QUEUE_LOG)
    assert row["data"] == data


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("|1.1|q|NONE|ABANDON|1|1|6", "`` is no time, expected seconds since 1970"),
        ("x|1.1|q|NONE|ABANDON|1|1|6", "`x` is no time, expected seconds since 1970"),
        ("-5|1.1|q|NONE|ABANDON", "`-5` is no time, expected seconds since 1970"),
        ("١٧|1.1|q|NONE|ABANDON", "`١٧` is no time, expected seconds since 1970"),
        ("17951648591|1.1|q|NONE|A", "`17951648591` is no time, expected seconds since 1970"),
        ("1795164859|1795164836.4|help", "3 fields, expected at least 5"),
        ("1795164859|1.1|q|NONE||1", "no event"),
        ("garbage", "1 fields, expected at least 5"),
    ],
)
def test_a_line_that_is_no_event_is_kept_aside(tmp_path: Path, line: str, reason: str) -> None:
    found = queue_log(tmp_path, f"1|1.1|q|NONE|PAUSE|\n{line}\n2|1.1|q|NONE|PAUSE|\n")
    assert [row["line"] for row in rows(found, QUEUE_LOG)] == [1, 3]
    assert rejects(found) == [(2, reason)]


def test_an_unknown_event_is_stored_and_counted(tmp_path: Path) -> None:
    found = queue_log(tmp_path, "1|1.1|q|NONE|MYEVENT|a\n2|1.1|q|NONE|MYEVENT|b\n")
    assert [row["event"] for row in rows(found, QUEUE_LOG)] == ["MYEVENT", "MYEVENT"]
    assert found[0].unknown_words == {("event", "MYEVENT"): 2}


def test_unknown_events_of_a_torn_file_are_counted_within_bounds(tmp_path: Path) -> None:
    found = queue_log(tmp_path, "".join(f"1|1.1|q|NONE|E{n}|\n" for n in range(1_000)))
    assert len(found[0].unknown_words) == 101
    assert sum(found[0].unknown_words.values()) == 1_000


def test_the_same_line_has_the_same_hash_wherever_it_stands(tmp_path: Path) -> None:
    found = rows(
        queue_log(tmp_path, "1|1.1|q|a|PAUSE|\n2|1.1|q|a|PAUSE|\n1|1.1|q|a|PAUSE|\n"), QUEUE_LOG
    )
    hashes = [row["content_hash"] for row in found]
    assert hashes[0] == hashes[2] != hashes[1]
    assert all(0 <= each < 2**64 for each in hashes)


def test_a_rejected_record_is_kept_cut(tmp_path: Path) -> None:
    [kept] = [each for batch in queue_log(tmp_path, "x" * 50_000 + "\n") for each in batch.rejected]
    assert len(kept.record) == RECORD_CHARACTERS + 1


# CDR: records.


def test_a_record_is_stored_as_received(tmp_path: Path) -> None:
    [row] = rows(cdr(tmp_path, record(clid='"Jana" <1>', lastdata="sales,t,,,40")), CDR)
    assert row["clid"] == '"Jana" <1>'
    assert row["lastdata"] == "sales,t,,,40"
    assert (row["duration_seconds"], row["billsec_seconds"]) == (30, 30)
    assert row["sequence"] == "0"
    assert row["accountcode"] == ""


def test_a_record_is_known_from_its_end(tmp_path: Path) -> None:
    [row] = rows(cdr(tmp_path, record()), CDR)
    assert row["known_at"] == row["end_at"] == at("2026-11-20 08:54:20")


@pytest.mark.parametrize(
    ("ids", "call_id"),
    [
        ({"linkedid": "1.1", "uniqueid": "2.2"}, "1.1"),
        ({"linkedid": "", "uniqueid": "2.2"}, "2.2"),
        ({"linkedid": "", "uniqueid": 'cb 1;x="y"'}, 'cb 1;x="y"'),
    ],
)
def test_a_call_is_told_by_linkedid_and_else_by_uniqueid(
    tmp_path: Path, ids: dict[str, str], call_id: str
) -> None:
    assert [row["call_id"] for row in rows(cdr(tmp_path, record(**ids)), CDR)] == [call_id]


def test_backslashes_in_a_clid_are_text(tmp_path: Path) -> None:
    line = record().replace('"menu","",', r'"menu","""Doe, John \""JD\"""" <+420700610101>",')
    [row] = rows(cdr(tmp_path, line), CDR)
    assert row["clid"] == r'"Doe, John \"JD\"" <+420700610101>'


@pytest.mark.parametrize("clid", ['"" <>', '""" <x>', "=cmd|' /C calc'!A0", "x" * 5_000, "ačž"])
def test_hostile_names_arrive_whole(tmp_path: Path, clid: str) -> None:
    [row] = rows(cdr(tmp_path, record(clid=clid)), CDR)
    assert row["clid"] == clid


def test_bytes_that_are_no_text_stay_visible(tmp_path: Path) -> None:
    data = record(clid="Xname").encode().replace(b"X", b"\xe8\0")
    [row] = rows(cdr(tmp_path, data), CDR)
    assert row["clid"] == "\\xe8\\x00name"


def test_a_record_goes_on_in_the_next_lines_inside_quotes(tmp_path: Path) -> None:
    found = cdr(tmp_path, record(lastdata="a\nb\nc") + record(sequence=1))
    assert [(row["line"], row["lastdata"]) for row in rows(found, CDR)] == [(1, "a\nb\nc"), (4, "")]


def test_a_record_over_more_lines_than_allowed_is_kept_aside(tmp_path: Path) -> None:
    found = cdr(tmp_path, record(lastdata="a\n" * 6) + record(sequence=1))
    assert [row["sequence"] for row in rows(found, CDR)] == ["1"]
    assert rejects(found)[0] == (1, "a quote is opened and not closed")


@pytest.mark.parametrize("gap", [1, 2, 3, 5, 8])
def test_two_broken_quotes_swallow_no_row_between_them(tmp_path: Path, gap: int) -> None:
    broken = record(userfield="x").replace('"x"', '"x')
    good = "".join(record(sequence=n) for n in range(gap))
    found = cdr(tmp_path, broken + good + broken + good)
    assert len(rows(found, CDR)) == 2 * gap
    assert [line for line, _ in rejects(found)] == [1, gap + 2]


def test_an_open_quote_behind_which_nothing_stands_yet_waits(tmp_path: Path) -> None:
    first, second = record(lastdata="a\nb").splitlines(keepends=True)
    (tmp_path / "Master.csv").write_text(record() + first)
    options: dict[str, Any] = {
        "folder": tmp_path,
        "source": "pbx",
        "columns": CDR_COLUMNS,
        "time_zone": "UTC",
    }
    found = list(read_cdr("Master.csv", [], **options))
    assert (len(rows(found, CDR)), rejects(found)) == (1, [])
    with (tmp_path / "Master.csv").open("a") as file:
        file.write(second)
    found = list(read_cdr("Master.csv", found[0].marks or (), **options))
    assert [(row["line"], row["lastdata"]) for row in rows(found, CDR)] == [(2, "a\nb")]


def test_good_rows_behind_an_open_quote_do_not_wait(tmp_path: Path) -> None:
    (tmp_path / "Master.csv").write_text(
        record(userfield="x").replace('"x"', '"x') + record(sequence=1)
    )
    [batch, last] = read_cdr(
        "Master.csv",
        [],
        folder=tmp_path,
        source="pbx",
        columns=CDR_COLUMNS,
        time_zone="UTC",
    )
    assert [row["sequence"] for row in rows([batch], CDR)] == ["1"]
    assert [line for line, _ in rejects([batch, last])] == [1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,b,c\n", "3 columns, expected 21"),
        (record()[:-1] + ",1\n", "22 columns, expected 21"),
        (record().replace('"menu"', '"me"nu"'), """',' expected after '"'"""),
        (record(start=""), "`start` holds ``, expected YYYY-MM-DD HH:MM:SS"),
        (record(start="20.11.2026"), "`start` holds `20.11.2026`, expected YYYY-MM-DD HH:MM:SS"),
        (
            record(start="2026-13-20 08:53:50"),
            "`start` holds `2026-13-20 08:53:50`, expected YYYY-MM-DD HH:MM:SS",
        ),
        (
            record(start="2026-11-20T08:53:50"),
            "`start` holds `2026-11-20T08:53:50`, expected YYYY-MM-DD HH:MM:SS",
        ),
        (
            record(start="2026-11-20 08:53+01"),
            "`start` holds `2026-11-20 08:53+01`, expected YYYY-MM-DD HH:MM:SS",
        ),
        (record(answer="soon"), "`answer` holds `soon`, expected YYYY-MM-DD HH:MM:SS"),
        (record(end="0000-00-00 00:00:00", duration=""), "neither `end` nor `duration` is filled"),
        (record(duration="ANSWERED"), "`duration` holds `ANSWERED`, expected seconds"),
        (record(linkedid="", uniqueid=""), "neither `linkedid` nor `uniqueid` is filled"),
    ],
)  # fmt: skip
def test_a_record_that_is_none_is_kept_aside(tmp_path: Path, line: str, reason: str) -> None:
    found = cdr(tmp_path, record(sequence=1) + line + record(sequence=2))
    assert [row["sequence"] for row in rows(found, CDR)] == ["1", "2"]
    assert rejects(found) == [(2, reason)]


def test_an_unknown_disposition_is_stored_and_counted(tmp_path: Path) -> None:
    found = cdr(tmp_path, record(disposition="VANISHED"))
    assert rows(found, CDR)[0]["disposition"] == "VANISHED"
    assert found[0].unknown_words == {("disposition", "VANISHED"): 1}


# CDR: columns.


def test_columns_are_read_in_the_configured_order_and_some_are_passed_over(tmp_path: Path) -> None:
    columns = ("uniqueid", "-", "start", "duration", "src", "-")
    [row] = rows(
        cdr(tmp_path, "1.1,x,2026-11-20 08:53:50,30,+420700610101,\n", columns=columns), CDR
    )
    assert row["call_id"] == "1.1"
    assert row["end_at"] == at("2026-11-20 08:54:20")
    assert (row["dst"], row["linkedid"], row["billsec_seconds"]) == (None, None, None)


# CDR: times.


@pytest.mark.parametrize("text", ["2026-11-20 08:53:50.123456", "2026-11-20 08:53:50.9"])
def test_fractions_of_seconds_are_cut(tmp_path: Path, text: str) -> None:
    [row] = rows(cdr(tmp_path, record(start=text)), CDR)
    assert row["start_at"] == at("2026-11-20 08:53:50")


@pytest.mark.parametrize("text", ["", "0000-00-00 00:00:00"])
def test_a_call_that_was_not_answered_has_no_answer(tmp_path: Path, text: str) -> None:
    [row] = rows(cdr(tmp_path, record(answer=text, billsec=0)), CDR)
    assert row["answer_at"] is None


# In Prague 2026-10-25 the hour from 02:00 to 03:00 comes twice: from 00:00Z and from 01:00Z.
AUTUMN = at("2026-10-25 00:00:00")


def epoch(instant: datetime) -> int:
    return int((instant - at("1970-01-01 00:00:00")).total_seconds())


def local(instant: datetime, zone: str = "Europe/Prague") -> str:
    aware = instant.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return aware.strftime("%Y-%m-%d %H:%M:%S")


def local_record(
    start: datetime, answer: datetime | None, end: datetime, *, began: datetime | None
) -> str:
    """A record with the wall times of Prague, of a channel made at `began` (None: own name)."""
    uniqueid = f"pbx-1-{epoch(began)}.7" if began else "cb-17"
    return record(
        start=local(start),
        answer=local(answer) if answer else "",
        end=local(end),
        duration=int((end - start).total_seconds()),
        billsec=int((end - answer).total_seconds()) if answer else 0,
        uniqueid=uniqueid,
        linkedid=uniqueid,
    )


def test_a_row_over_the_end_of_summer_time_has_its_true_length(tmp_path: Path) -> None:
    """It starts 02:59:58 and ends 02:00:00."""
    start = AUTUMN.replace(hour=0, minute=59, second=58)
    end = start + timedelta(seconds=2)
    line = local_record(start, start, end, began=start)
    assert '"2026-10-25 02:59:58","2026-10-25 02:59:58","2026-10-25 02:00:00"' in line
    [row] = rows(cdr(tmp_path, line, time_zone="Europe/Prague"), CDR)
    assert (row["start_at"], row["answer_at"], row["end_at"]) == (start, start, end)


@given(
    start=st.integers(-7_200, 10_800),
    wait=st.integers(0, 1_800),
    talk=st.none() | st.integers(0, 5_400),
    age=st.integers(-2, 900),
)
def test_the_channel_tells_the_two_autumn_hours_apart(
    start: int, wait: int, talk: int | None, age: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    began = AUTUMN + timedelta(seconds=start)
    start_at = began + timedelta(seconds=age)
    answer_at = start_at + timedelta(seconds=wait) if talk is not None else None
    end_at = start_at + timedelta(seconds=wait + (talk or 0))
    folder = tmp_path_factory.mktemp("cdr")
    line = local_record(start_at, answer_at, end_at, began=began)
    [row] = rows(cdr(folder, line, time_zone="Europe/Prague"), CDR)
    assert (row["start_at"], row["answer_at"], row["end_at"]) == (start_at, answer_at, end_at)


def test_without_a_time_in_its_id_a_row_takes_the_first_of_two_hours(tmp_path: Path) -> None:
    start = AUTUMN.replace(hour=1, minute=30)
    line = local_record(start, None, start + timedelta(seconds=5), began=None)
    [row] = rows(cdr(tmp_path, line, time_zone="Europe/Prague"), CDR)
    assert row["start_at"] == start - timedelta(hours=1)


def test_the_length_tells_the_hours_apart_where_the_id_does_not(tmp_path: Path) -> None:
    """It ends at 03:00:03, which comes once."""
    start = AUTUMN.replace(hour=1, minute=59, second=58)
    line = local_record(start, None, start + timedelta(seconds=5), began=None)
    [row] = rows(cdr(tmp_path, line, time_zone="Europe/Prague"), CDR)
    assert row["start_at"] == start


def test_a_time_that_spring_leaves_out_is_shifted_forward(tmp_path: Path) -> None:
    text = "2026-03-29 02:30:00"
    line = record(start=text, answer="", end=text, duration=0, billsec=0)
    [row] = rows(cdr(tmp_path, line, time_zone="Europe/Prague"), CDR)
    assert row["start_at"] == at("2026-03-29 01:30:00")


def test_a_row_over_the_beginning_of_summer_time_has_its_true_length(tmp_path: Path) -> None:
    start = at("2026-03-29 00:59:58")
    line = local_record(start, None, start + timedelta(seconds=5), began=start)
    [row] = rows(cdr(tmp_path, line, time_zone="Europe/Prague"), CDR)
    assert row["end_at"] == at("2026-03-29 01:00:03")


def test_a_zone_of_half_hours_is_right(tmp_path: Path) -> None:
    [row] = rows(cdr(tmp_path, record(), time_zone="Asia/Kolkata"), CDR)
    assert row["start_at"] == at("2026-11-20 03:23:50")


def test_an_unknown_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="there is no time zone `Europe/Nowhere`"):
        cdr(tmp_path, record(), time_zone="Europe/Nowhere")


# Ten thousand broken rows among ten thousand good ones.


def spoiled_event(line: str, luck: random.Random) -> str:
    kind = luck.randrange(5)
    if kind == 0:
        return "|" + line.partition("|")[2]
    if kind == 1:
        return line[: luck.randrange(1, 12)].rstrip("|") or "x"
    if kind == 2:
        return "\x01\x02\0garbage"
    if kind == 3:
        return line.replace("|", ";")
    return "12:00" + line


def test_ten_thousand_broken_events_among_ten_thousand_good_ones(tmp_path: Path) -> None:
    luck = random.Random(1)  # noqa: S311 - a game of chance to be played again
    good = [f"{1795164815 + n}|1.{n}|q|NONE|ABANDON|1|1|6" for n in range(10_000)]
    bad = [spoiled_event(line, luck) for line in good]
    lines = [*((text, True) for text in good), *((text, False) for text in bad)]
    luck.shuffle(lines)
    found = queue_log(tmp_path, "".join(f"{text}\n" for text, _ in lines))
    expected = {number for number, (_, is_good) in enumerate(lines, start=1) if is_good}
    assert {row["line"] for row in rows(found, QUEUE_LOG)} == expected
    assert len(rows(found, QUEUE_LOG)) == 10_000
    assert {line for line, _ in rejects(found)} == set(range(1, 20_001)) - expected
    assert len(rejects(found)) == 10_000


def spoiled_record(line: str, luck: random.Random) -> str:
    kind = luck.randrange(6)
    if kind == 0:
        return line.replace('"menu"', '"menu', 1)
    if kind == 1:
        return line[: luck.randrange(1, len(line) - 5)]
    if kind == 2:
        return line + ',"more"'
    if kind == 3:
        return line.replace("2026-11-20", "yesterday")
    if kind == 4:
        return '"'
    return line.replace('"s"', '"s"s"')


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_thousand_broken_records_among_ten_thousand_good_ones(
    tmp_path: Path, seed: int
) -> None:
    luck = random.Random(seed)  # noqa: S311 - a game of chance to be played again
    good = [record(sequence=n).rstrip("\n") for n in range(10_000)]
    lines = [(text, True) for text in good]
    lines += [(spoiled_record(text, luck), False) for text in good]
    luck.shuffle(lines)
    found = cdr(tmp_path, "".join(f"{text}\n" for text, _ in lines))
    expected = {number for number, (_, is_good) in enumerate(lines, start=1) if is_good}
    assert {row["line"] for row in rows(found, CDR)} == expected
    assert {line for line, _ in rejects(found)} == set(range(1, 20_001)) - expected
    assert (len(rows(found, CDR)), len(rejects(found))) == (10_000, 10_000)
