from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.errors import SourceUnreadable, UsageWrong
from reconcile.import_file import reading
from reconcile.import_file.records import LINES_MAX


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "new.csv"

    def read(content, **options):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return reading.read(path, **options)

    return read


def fields(found):
    return [row.fields for row in found.rows]


def kinds(found):
    return [[fault.kind for fault in row.faults] for row in found.rows]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_the_header_most(file, sign):
    found = file(f"name{sign}phone{sign}a.b\nAda{sign}700610301{sign}x\n")
    assert (found.delimiter, fields(found)) == (sign, [["Ada", "700610301", "x"]])


def test_a_first_line_of_excel_names_the_delimiter(file):
    found = file("sep=;\r\nphone;a,b,c\r\n700610301;x\r\n")
    assert (found.delimiter, found.rows[0].line) == (";", 3)


def test_a_named_delimiter_wins(file):
    assert file("phone;x,y\n1;2,3\n", delimiter=",").header == ["phone;x", "y"]


@pytest.mark.parametrize("sign", ["", ";;", '"', "\n"])
def test_a_delimiter_that_parts_nothing_is_refused(file, sign):
    with pytest.raises(UsageWrong, match="parts no fields"):
        file("phone\n", delimiter=sign)


def test_a_byte_order_mark_is_no_part_of_the_first_name(file):
    found = file(b"\xef\xbb\xbfphone,name\n700610301,Ada\n", encoding="cp1250")
    assert (found.header, found.encoding, found.bom) == (
        ["phone", "name"],
        "utf-8",
        b"\xef\xbb\xbf",
    )


def test_a_mark_tells_utf_16(file):
    found = file(b"\xff\xfe" + "phone\tname\r\n700610301\tŽofie\r\n".encode("utf-16-le"))
    assert fields(found) == [["700610301", "Žofie"]]


def test_another_encoding_is_read_when_it_is_named(file):
    found = file("phone;name\n700610301;Žofie\n".encode("cp1250"), encoding="cp1250")
    assert (fields(found), kinds(found)) == ([["700610301", "Žofie"]], [[]])


def test_a_line_break_inside_quotes_keeps_the_row_whole_and_the_lines_counted(file):
    found = file('phone,note\n1,"a\nb"\n2,c\n')
    assert [(row.line, row.fields) for row in found.rows] == [(2, ["1", "a\nb"]), (4, ["2", "c"])]
    assert kinds(found) == [["line_break"], []]


@pytest.mark.parametrize(
    "content",
    [
        'phone,a,b,c\n1,x,y,"open\n2,x,y,z\n3,x,y,z\n',
        'phone,a,b,c\n1,x,y,"open\n2,x,y,"z"\n3,x,y,z\n',
        'phone,a,b,c\n1,x,"open,z\n2,x,y,z\n3,"x",y,z\n',
    ],
)
def test_a_quote_that_is_not_closed_costs_its_own_row_only(file, content):
    found = file(content)
    assert kinds(found) == [["quote"], [], []]
    assert [row.is_whole for row in found.rows] == [False, True, True]
    assert [row.fields[0] for row in found.rows[1:]] == ["2", "3"]


def test_a_quote_not_closed_on_the_last_line_is_found(file):
    assert kinds(file('phone,a\n1,x\n2,"open')) == [[], ["quote"]]


def test_a_quote_not_closed_within_the_limit_of_lines_is_given_up(file):
    rest = "".join(f"{number},x\n" for number in range(LINES_MAX + 10))
    found = file(f'phone,a\n1,"open\n{rest}9,"x"\n')
    assert kinds(found)[0] == ["quote"]
    assert len(found.rows) == LINES_MAX + 12


def test_a_row_with_too_few_or_too_many_fields_is_kept_with_its_fault(file):
    found = file("phone,a\n1\n2,x,y\n3,x\n")
    assert kinds(found) == [["field_count"], ["field_count"], []]
    assert found.rows[0].faults[0].detail == "1 fields, the header has 2"


def test_a_bad_byte_is_a_fault_of_its_row(file):
    found = file(b"phone,name\n1,Jan\xe1\n2,Ada\n")
    assert found.rows[0].faults[0].detail == "byte 0xE1 is not utf-8"
    assert [row.is_whole for row in found.rows] == [True, True]


def test_empty_lines_are_no_rows_and_count_as_lines(file):
    found = file("\n\nphone,a\r\n\r\n1,x\r\n")
    assert [(row.number, row.line) for row in found.rows] == [(1, 5)]


def test_a_field_longer_than_the_csv_module_takes_is_a_fault(file):
    assert kinds(file("phone,a\n1," + "x" * 200_000 + "\n2,y\n")) == [["quote"], []]


@pytest.mark.parametrize(
    "name", ["Phone", "phone2", "NUMBER", "Telefon", "tel.", "mobil", "MSISDN"]
)
def test_columns_that_begin_like_a_number_hold_numbers(file, name):
    assert file(f"id,{name},company\n").number_positions == [1]


def test_named_columns_hold_the_numbers_instead(file):
    found = file("phone,Fax,id,name\n", number_columns=["fax", "FAX"], id_column="ID")
    assert (found.number_positions, found.id_position, found.name_position) == ([1], 2, 3)


@pytest.mark.parametrize(
    ("content", "options", "error", "text"),
    [
        (b"", {}, SourceUnreadable, "is empty"),
        (b"\n\n", {}, SourceUnreadable, "is empty"),
        (b"sep=;\n", {}, SourceUnreadable, "line 2 .* is no header line"),
        (b"t\xe9l\xe9phone\n", {}, SourceUnreadable, "line 1 .* is no header line in utf-8"),
        (b'"phone\n1\n', {}, SourceUnreadable, "is no header line"),
        (b"\xff\xfep\x00\n\x00\x00\xd8", {}, SourceUnreadable, "line 2 .* is not utf-16-le"),
        (b"name,fax\n", {}, UsageWrong, "read as utf-8, is known to hold numbers: `name`, `fax`"),
        (b"phone,=1+1\n", {}, UsageWrong, "line 1 .* names a column `=1.1`, which begins like"),
        (
            b"phone\n",
            {"number_columns": ["fax"]},
            UsageWrong,
            "has no column `fax`; it has `phone`",
        ),
        (b"phone\n", {"id_column": "id"}, UsageWrong, "has no column `id`"),
        (b"phone\n", {"encoding": "klingon"}, UsageWrong, "there is no encoding `klingon`"),
        (b"phone\n", {"encoding": "base64"}, UsageWrong, "there is no encoding `base64`"),
    ],
)
def test_a_file_that_cannot_be_checked_says_why(file, content, options, error, text):
    with pytest.raises(error, match=text):
        file(content, **options)


@pytest.mark.parametrize(
    ("content", "read_as", "other"),
    [
        ("name;phone\nŽofie;700610301\n".encode(), "utf-16", "utf-8"),
        ("name;phone\nŽofie;7006103010\n".encode(), "utf-16", "utf-8"),
        ("name,phone\nAda,700610301\n".encode("utf-16-le"), "utf-8", "utf-16"),
        ("phone,jméno\n700610301,Ada\n".encode("cp1250"), "utf-8", "cp1250"),
    ],
)
def test_a_wrong_encoding_is_told_by_one_that_fits(file, content, read_as, other):
    with pytest.raises((SourceUnreadable, UsageWrong)) as caught:
        file(content, encoding=read_as)
    assert len(caught.value.what) < 250
    assert caught.value.hint == f"read with `--encoding {other}` it has a column of numbers"


def test_many_and_long_columns_are_not_all_named(file):
    with pytest.raises(UsageWrong, match=r"`c0`, .*`c7` and 13 more$"):
        file(",".join(f"c{place}" for place in range(20)) + ",x\n")


def test_a_mark_tells_utf_32(file):
    content = "phone,name\n700610301,Žofie\n".encode("utf-32")
    assert fields(file(content)) == [["700610301", "Žofie"]]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(SourceUnreadable, match="cannot be read: No such file"):
        reading.read(tmp_path / "none.csv")


@settings(max_examples=300)
@given(
    st.binary(max_size=200) | st.text('abc"1,;\n\r ', max_size=60).map(lambda text: text.encode()),
    st.sampled_from(["utf-8", "cp1250", "latin-1"]),
)
def test_the_rows_of_any_bytes_give_the_bytes_again(tmp_path_factory, content, encoding):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"phone,a\n" + content)
    found = reading.read(path, encoding=encoding)
    written = found.as_bytes(found.head + "".join(row.text for row in found.rows))
    assert written.translate(None, b"\r\n") == path.read_bytes().translate(None, b"\r\n")
