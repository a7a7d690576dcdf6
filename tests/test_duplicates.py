from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import database, duplicates, phone_numbers, queries, spreadsheet
from reconcile.clock import parse_instant
from reconcile.errors import UsageWrong
from reconcile.import_file import findings, output
from reconcile.reports import tables

RECORDING = Path(__file__).parent.parent / "samples" / "recording"
NEW_CONTACTS = RECORDING / "new_contacts.csv"

# The file's own row by row truth; a row that is clean may still carry a remark.
EXPECTED = {
    1: ("clean", "clean"),
    2: ("finding", "+420700610113 is contact 1012"),
    3: ("clean", "clean"),
    4: ("finding", "+420700610132 is contact 1029"),
    5: (
        "finding",
        "+447700900108 is contact 1008; phone: possible, but in no numbering plan",
    ),
    6: ("finding", "+420700610303 also in row 7"),
    7: ("finding", "+420700610303 also in row 6"),
    8: (
        "finding",
        "+420200500134 is contact 1031; would newly block +420200500134, who waits for a call "
        "since 2026-11-20T09:06:15Z in `missed-calls`",
    ),
    9: ("finding", "+420700610304 also in row 10"),
    10: ("finding", "+420700610304 also in row 9"),
    11: ("finding", "+420700610120 is contact 1017, 1018, 1019, already a duplicate group"),
    12: ("finding", "phone: wrong length"),
    13: ("finding", "phone: damaged by a spreadsheet"),
    14: ("clean", "phone: extension 12, read as +420200500306"),
    15: ("finding", "phone: letters that are no known extension mark"),
    16: ("finding", "phone: empty"),
    17: ("clean", "line break inside quotes"),
    18: ("clean", "clean"),
    19: ("clean", "+420700610309: same number twice in one row, no duplicate"),
    20: ("finding", "+420700610203 is contact 1049"),
    21: ("clean", "clean"),
    22: ("clean", "phone: possible, but in no numbering plan"),
    23: ("clean", "phone: possible, but in no numbering plan"),
    24: ("finding", "+420700610314 also in row 25"),
    25: ("finding", "+420700610314 also in row 24"),
    26: ("finding", "phone: formula sign in front, read as +420700610315"),
}


@pytest.fixture
def connection():
    with database.connect(":memory:") as opened:
        database.migrate(opened)
        yield opened


@pytest.fixture
def check(connection, tmp_path):
    def run(text, **options):
        path = tmp_path / "new.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return duplicates.check_import(connection, path, region="CZ", **options)

    return run


def add_contact(connection, contact_id, raw, *, source="directory", name=None):
    number = phone_numbers.parse(raw, region="CZ")
    with connection.appender("kept.contacts") as appender:
        appender.append_row(
            source, contact_id, name, number.e164, raw, number.number_class, number.extension
        )


def add_directory(connection):
    with (RECORDING / "contacts.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for raw in filter(None, (row["phone"], row["phone2"])):
                add_contact(connection, row["id"], raw, name=row["name"])


def add_episode(connection, number, added_at, **more):
    values = {
        "episode_id": f"missed-calls/{number}",
        "campaign": "missed-calls",
        "number": number,
        "opening_source": "pbx",
        "opening_call_id": "1.1",
        "generation": 1,
        "added_at": added_at,
        "opened_at": added_at,
        "is_closing_withdrawn": False,
        "changed_run": 1,
        **more,
    }
    names = ", ".join(f"${name} as {name}" for name in values)
    connection.execute(f"insert into kept.episodes by name select {names}", values)


def add_drop(connection, call_id, number):
    values = {
        "source": "pbx",
        "call_id": call_id,
        "number": number,
        "kind": "queue",
        "dropped_at": parse_instant("2026-11-20 09:00:42"),
        "account": "opened",
        "episode_id": f"missed-calls/{number}",
        "is_late": False,
        "is_withdrawn": False,
        "opened_count": 1,
        "first_seen_at": parse_instant("2026-11-20 09:01:00"),
        "changed_run": 1,
    }
    names = ", ".join(f"${name} as {name}" for name in values)
    connection.execute(f"insert into kept.dropped_calls by name select {names}", values)


def texts(found):
    return [verdict.text() for verdict in found.verdicts]


def verdicts(found):
    return [verdict.verdict for verdict in found.verdicts]


@pytest.fixture(scope="module")
def scene():
    """A state that generated examples fill and empty again."""
    with database.connect(":memory:") as opened:
        database.migrate(opened)
        yield opened


@pytest.fixture(scope="module")
def recording():
    with database.connect(":memory:") as opened:
        database.migrate(opened)
        add_directory(opened)
        add_episode(opened, "+420200500134", parse_instant("2026-11-20 09:06:15"))
        yield opened


@pytest.fixture(scope="module")
def recorded(recording):
    return duplicates.check_import(recording, NEW_CONTACTS, region="CZ")


@pytest.mark.parametrize("row", EXPECTED)
def test_the_sample_import_gives_its_known_finding(recorded, row):
    verdict = recorded.verdicts[row - 1]
    assert (verdict.verdict, verdict.text()) == EXPECTED[row]


def test_rows_are_named_with_their_file_line(recorded):
    lines = [(verdict.row.number, verdict.row.line) for verdict in recorded.verdicts]
    assert lines == [*((n, n + 1) for n in range(1, 18)), *((n, n + 2) for n in range(18, 27))]


def test_the_sample_import_has_findings_and_counts_them(recorded):
    assert recorded.has_findings
    assert recorded.kind_counts()["on_contact"] == 5
    assert recorded.kind_counts()["other_row"] == 6


def test_verdicts_go_into_a_table_and_into_json(recorded):
    columns, rows = recorded.as_table(with_clean=False)
    assert columns == ["row", "line", "name", "numbers", "verdict"]
    assert rows[0] == [*(2, 3, "Mašek Radek", "00420 700 610 113", "+420700610113 is contact 1012")]
    assert len(rows) == 26 - 4
    eighth = json.loads(json.dumps(recorded.verdicts[7].as_dict()))
    assert eighth["findings"][1]["kind"] == "would_block"
    assert eighth["findings"][1]["added_at"] == "2026-11-20T09:06:15Z"
    assert eighth["verdict"] == "finding"


def test_the_clean_rows_are_written_byte_for_byte(recorded, tmp_path):
    out = tmp_path / "clean.csv"
    assert output.write_clean(recorded, out) == 9
    lines = NEW_CONTACTS.read_bytes().splitlines(keepends=True)
    kept = (1, 2, 4, 15, 18, 19, 20, 21, 23, 24, 25)
    assert out.read_bytes() == b"".join(lines[number - 1] for number in kept)


def test_the_clean_rows_bring_no_duplicate(recorded, recording, tmp_path):
    output.write_clean(recorded, tmp_path / "clean.csv")
    again = duplicates.check_import(recording, tmp_path / "clean.csv", region="CZ")
    assert not again.has_findings


def test_rejected_rows_come_with_their_reason_and_no_formula(recorded, tmp_path):
    out = tmp_path / "rejects.csv"
    assert output.write_rejects(recorded, out) == 17
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == ["row", "line", "reason", "finding", "name", "phone", "phone2", "company"]
    assert rows[-1] == [
        *("26", "28", "formula_sign", "phone: formula sign in front, read as +420700610315"),
        *("Jitka Jasanová", "'=700610315", "", "Jasan"),
    ]
    assert not any(spreadsheet.is_formula(cell) for row in rows for cell in row)


def test_the_checked_file_is_never_written_over(recorded):
    before = NEW_CONTACTS.read_bytes()
    with pytest.raises(UsageWrong, match="is the file that is checked"):
        output.write_clean(recorded, RECORDING / ".." / "recording" / "new_contacts.csv")
    assert NEW_CONTACTS.read_bytes() == before


def test_a_place_that_takes_no_file_is_told_and_leaves_nothing(recorded, tmp_path):
    with pytest.raises(UsageWrong, match="cannot be written"):
        output.write_rejects(recorded, tmp_path / "none" / "rejects.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_check_works_on_a_read_only_copy_and_changes_it_not(tmp_path):
    path = tmp_path / "read.duckdb"
    with database.connect(path) as opened:
        database.migrate(opened)
        add_directory(opened)
    before = path.read_bytes()
    with database.connect(path, read_only=True) as opened:
        found = duplicates.check_import(opened, NEW_CONTACTS, region="CZ")
        assert len(duplicates.report(opened).rows) == 6
    assert found.verdicts[1].text() == "+420700610113 is contact 1012"
    assert path.read_bytes() == before


def test_a_client_of_no_contact_who_waits_is_blocked_by_two_rows_of_the_file(connection, check):
    add_episode(connection, "+420700610126", parse_instant("2026-11-20 09:02:11"))
    found = check("name,phone\nA,700610126\nB,700 610 126\n")
    assert [[f.kind for f in verdict.findings] for verdict in found.verdicts] == [
        ["other_row", "would_block"],
        ["other_row", "would_block"],
    ]


def test_a_row_that_replaces_its_own_contact_is_clean(connection, check):
    add_contact(connection, "17", "700610101")
    found = check("id,phone\n17,700610101\n18,700610102\n18,700 610 102\n", id_column="id")
    assert texts(found) == ["clean", "clean", "clean"]


def test_the_same_row_without_the_name_of_its_id_is_on_a_contact(connection, check):
    add_contact(connection, "17", "700610101")
    assert texts(check("id,phone\n17,700610101\n")) == ["+420700610101 is contact 17"]


def test_long_lists_are_cut_and_counted(connection, check):
    for contact_id in range(100, 115):
        add_contact(connection, str(contact_id), "700610101")
    found = check("phone\n" + "700610101\n" * 14, shown_count=3)
    assert found.verdicts[0].text() == (
        "+420700610101 is contact 100, 101, 102 and 12 more, already a duplicate group; "
        "+420700610101 also in rows 2, 3, 4 and 10 more"
    )
    assert found.verdicts[2].findings[1].other_rows == (1, 2, 4)


def test_numbers_ruined_alike_are_no_duplicates_of_each_other(check):
    found = check("phone\n4.2073E+11\n4.2073E+11\n")
    assert texts(found) == ["phone: damaged by a spreadsheet"] * 2


def test_a_formula_in_any_column_is_a_finding(check):
    found = check(
        "phone,note\n700610301,=1+1\n700610302,@SUM(1)\n700610303,+cmd|' /C calc'!A0\n"
        "700610304,-5\n700610305,+420 (700) 610-101\n700610306,+420700610306 ext. 2\n"
        "700610307,-\n"
    )
    assert verdicts(found) == ["finding"] * 3 + ["clean"] * 4
    assert found.verdicts[0].text() == "note: a spreadsheet could run it as a formula"


@pytest.mark.parametrize(
    "name", ["-2+3+cmd|' /C calc'!A0", "+A1", "-j", "\t=1+1", "＝1+1", " =1+1", "\n=1+1", "a;=1+1"]
)
def test_what_the_sinks_quote_is_no_clean_row(check, name):
    assert verdicts(check(f'name,phone\n"{name}",700610301\n')) == ["finding"]


@pytest.mark.parametrize("sign", ["\0", "\x08", "\x7f"])
def test_a_row_with_a_control_character_is_not_clean(check, sign):
    found = check(f"name,phone\nA{sign}da,700610301\n")
    assert texts(found) == [f"control character 0x{ord(sign):02X}"]


def test_an_import_file_tells_its_times_in_the_zone_asked_for(connection, check):
    add_episode(connection, "+420700610126", parse_instant("2026-11-20 09:02:11"))
    found = check("name,phone\nA,700610126\nB,700 610 126\n")
    told = found.verdicts[0].text(tables.zone_named("Europe/Prague").text)
    assert "since 2026-11-20 10:02:11 Europe/Prague in" in told


def test_a_text_that_is_no_number_and_a_short_one_are_findings(check):
    found = check("phone\nunknown\n1001\n")
    assert texts(found) == ["phone: no number", "phone: extension, emergency or service number"]


def test_broken_rows_are_findings_and_the_others_are_judged(connection, check):
    add_contact(connection, "1012", "700610113")
    found = check(
        b"name,phone,a,b\n"
        b'Quote,700610301,x,"open\n'
        b"Short,700610302\n"
        b"Byte\xe1,700610303,x,y\n"
        b"Good,700610113,x,y\n"
        b"NUL\x00,700\x00610304,x,y\n"
    )
    assert texts(found) == [
        "a quote is opened and not closed",
        "2 fields, the header has 4",
        "byte 0xE1 is not utf-8",
        "+420700610113 is contact 1012",
        "control character 0x00; phone: a control character",
    ]
    assert found.verdicts[2].name == "Byte\\udce1"


def test_broken_rows_are_written_to_the_rejects_with_their_bytes(check, tmp_path):
    found = check(b"phone;name\r\n700610301;J\xe1n\r\n700610302;Ada\r\n700610303\r\n")
    output.write_clean(found, tmp_path / "clean.csv")
    output.write_rejects(found, tmp_path / "rejects.csv")
    assert (tmp_path / "clean.csv").read_bytes() == b"phone;name\r\n700610302;Ada\r\n"
    assert (tmp_path / "rejects.csv").read_bytes() == (
        b"row;line;reason;finding;phone;name\r\n"
        b"1;2;encoding;byte 0xE1 is not utf-8;700610301;J\xe1n\r\n"
        b"3;4;field_count;1 fields, the header has 2;700610303\r\n"
    )


def test_an_own_encoding_takes_names_of_the_directory_it_has_no_letters_for(
    connection, check, tmp_path
):
    add_contact(connection, "Ж1", "700610113")
    found = check("phone;name\n700610113;Ž\n".encode("cp1250"), encoding="cp1250")
    output.write_rejects(found, tmp_path / "rejects.csv")
    assert "is contact \\u04161" in (tmp_path / "rejects.csv").read_text(encoding="cp1250")


def test_a_mark_in_front_of_the_file_stands_in_front_of_what_is_written(check, tmp_path):
    content = b"\xff\xfe" + "phone\tname\n700610301\tŽofie\n".encode("utf-16-le")
    output.write_clean(check(content), tmp_path / "clean.csv")
    assert (tmp_path / "clean.csv").read_bytes() == content


def test_an_empty_file_of_contacts_is_clean(check):
    found = check("name,phone\n")
    assert (found.has_findings, found.verdicts) == (False, ())


def test_every_kind_has_its_sentence():
    text = queries.load("reports.import_findings").text
    kinds = dict(re.findall(r"\([0-9]+, '([a-z_]+)', '(finding|remark)'\)", text))
    classes = {"possible", "withheld", "damaged", "letters", "short", "impossible"}
    assert classes < set(kinds)
    assert set(kinds) == set(findings.SENTENCES)


_NUMBERS = st.integers(101, 106).map(lambda tail: f"700610{tail}")
_CONTACTS = st.sets(st.tuples(st.integers(1, 6).map(str), _NUMBERS), max_size=14)
_ROWS = st.lists(
    st.tuples(st.integers(1, 6).map(str) | st.just(""), _NUMBERS, _NUMBERS), max_size=6
)


def fill_directory(connection, contacts):
    connection.execute("delete from kept.contacts")
    for contact_id, raw in sorted(contacts):
        add_contact(connection, contact_id, raw)


@given(_CONTACTS, _ROWS)
def test_an_import_meets_what_a_naive_search_meets(tmp_path_factory, scene, contacts, rows):
    fill_directory(scene, contacts)
    path = tmp_path_factory.getbasetemp() / "generated.csv"
    path.write_text("id,phone,phone2\n" + "".join(f"{','.join(row)}\n" for row in rows))
    found = duplicates.check_import(scene, path, region="CZ", id_column="id")
    for place, (contact_id, *numbers) in enumerate(rows):
        met = set()
        for number in set(numbers):
            holders = {holder for holder, raw in contacts if raw == number}
            if holders - {contact_id}:
                met.add((f"+420{number}", "on_duplicate" if len(holders) > 1 else "on_contact"))
            if any(
                number in others and not (other_id and other_id == contact_id)
                for other, (other_id, *others) in enumerate(rows)
                if other != place
            ):
                met.add((f"+420{number}", "other_row"))
        if len(set(numbers)) == 1:
            met.add((f"+420{numbers[0]}", "twice_in_row"))
        assert {(f.number, f.kind) for f in found.verdicts[place].findings} == met


@given(_CONTACTS)
def test_the_report_groups_as_a_naive_search_does(scene, contacts):
    fill_directory(scene, contacts)
    holders = {}
    for contact_id, raw in contacts:
        holders.setdefault(f"+420{raw}", set()).add(contact_id)
    shared = {number: ids for number, ids in holders.items() if len(ids) > 1}
    groups = set()
    for number, ids in shared.items():
        reached, known = {number}, set(ids)
        for _ in shared:
            reached |= {other for other, its_ids in shared.items() if its_ids & known}
            known = set().union(*(shared[other] for other in reached))
        groups.add(frozenset(reached))
    by_number = {}
    for row in duplicates.report(scene).as_dicts():
        by_number.setdefault(row["group_number"], set()).add(row["number"])
    assert {frozenset(numbers) for numbers in by_number.values()} == groups
    assert sorted(by_number) == list(range(1, len(groups) + 1))


def test_the_report_shows_groups_and_what_ties_and_waits(connection):
    add_directory(connection)
    add_episode(
        connection,
        "+420700610122",
        parse_instant("2026-11-20 09:00:42"),
        blocked_since=parse_instant("2026-11-20 09:01:00"),
    )
    add_drop(connection, "s27", "+420700610122")
    rows = duplicates.report(connection).as_dicts()
    assert [(row["group_number"], row["number"]) for row in rows] == [
        (1, "+420200500151"),
        (1, "+420700610122"),
        (2, "+420700610120"),
        (3, "+420700610170"),
        (4, "+420700610172"),
        (5, "+447700900171"),
    ]
    assert rows[1] == {
        "group_number": 1,
        "number": "+420700610122",
        "duplicate_class": "same_after_normalising",
        "contact_count": 2,
        "contacts": ["1021 Matěj Brož", "1022 Brož Servis"],
        "directory_texts": ["+420 700 610 122", "00420700610122"],
        "linked_through": ["1022"],
        "waiting_drop_count": 1,
        "blocked_since": parse_instant("2026-11-20 09:01:00"),
    }


def test_a_chain_and_a_hub_of_many_contacts_are_grouped_whole(connection):
    size = 20_000
    rows = [
        *((f"c{link}", f"+4207{link + end:08d}") for link in range(size) for end in (0, 1)),
        *((f"h{spoke}", "+420200500100") for spoke in range(size)),
    ]
    with connection.appender("kept.contacts") as appender:
        appender.append_rows(("d", one, "", number, "", "valid", None) for one, number in rows)
    found = duplicates.report(connection, shown_count=3).rows
    assert len(found) == size
    assert {row[0] for row in found} == {1, 2}
