"""Rows of a real MariaDB, and with `--slow` of MySQL, as records of CSV.

What tables of an Asterisk have is tried in `test_pulling_tables`; here, what no Asterisk writes.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
import servers

from reconcile.databases import DatabaseFault, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.databases import Session

BETWEEN = "\x1f"
"""The character by which the server is asked to join the values of a row."""


@pytest.fixture(params=[name for name in servers.SERVERS if name != "postgresql"])
def opened(request: pytest.FixtureRequest) -> Iterator[Session]:
    with session("mariadb", request.getfixturevalue(request.param).server()) as found:
        found.change("drop table if exists held")
        yield found


def rows(opened: Session, *columns: str, rest: str = "from held") -> list[list[str]]:
    data = b"".join(opened.records(columns, rest)).decode()
    return list(csv.reader(data.splitlines(keepends=True)))


def test_values_with_the_character_between_them_arrive_as_they_are(opened: Session) -> None:
    opened.change(
        "create table held (n int, a varchar(99), b varchar(99) collate utf8mb4_unicode_ci, "
        "c varchar(99) character set latin2)"
    )
    wanted = [
        ["1", "plain", "plain", "plain"],
        ["2", f"{BETWEEN}a", "", ""],
        ["3", "", f"b{BETWEEN}", f"{BETWEEN}{BETWEEN}"],
        ["4", f'"{BETWEEN}","', "two\nlines", "ř"],
        ["5", "after", "the", "odd"],
    ]
    for row in wanted:
        opened.change("insert into held values (?, ?, ?, ?)", row)
    opened.change("insert into held values (6, null, ?, null)", [f"as many{BETWEEN} as were it"])
    wanted.append(["6", "", f"as many{BETWEEN} as were it", ""])
    assert sorted(rows(opened, "n", "a", "b", "c")) == wanted
    of_query = "from (select a as d, b from held where n = 2) as pulled"
    assert rows(opened, "d", "b", rest=of_query) == [[f"{BETWEEN}a", ""]]


def test_columns_of_several_character_sets_pass_in_one_row(opened: Session) -> None:
    opened.change(
        "create table held (a varchar(9) character set latin2, b varchar(9) character set cp1250, "
        "c varchar(9) character set latin1, d varchar(9) collate utf8mb4_bin)"
    )
    opened.change("insert into held values (?, ?, ?, ?)", ["ř", "ž", "é", "𝄞"])
    assert rows(opened, "a", "b", "c", "d") == [["ř", "ž", "é", "𝄞"]]


def test_each_type_is_written_as_the_server_writes_it(opened: Session) -> None:
    opened.change(
        "create table held (a datetime, b datetime(6), c timestamp(3) null, d time, e date, "
        "f decimal(9, 3), g double, h bigint unsigned, i boolean, j varchar(9), k int)"
    )
    wanted = ["2026-11-20 08:53:57", "2026-11-20 08:53:57.000100", "2026-11-20 08:53:57.120"]
    wanted += ["-12:00:01", "2026-11-20", "-1.500", "0.1", "18446744073709551615", "1", "", ""]
    opened.change(f"insert into held values ({'?, ' * 9}null, null)", wanted[:9])
    assert rows(opened, *"abcdefghijk") == [wanted]


@pytest.fixture
def long_fields() -> Iterator[None]:
    """Let this process read fields of any length; the module of the standard library has one
    limit for all, which other tests need as it is."""
    before = csv.field_size_limit(1 << 26)
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize("length", [0, 1, 250, 251, 65_535, 65_536, 300_000, 5_000_000])
@pytest.mark.usefixtures("long_fields")
def test_long_texts_pass_and_the_next_select_begins_behind_them(
    opened: Session, length: int
) -> None:
    opened.change("create table held (n int, text longtext)")
    for n in range(3):
        opened.change(f"insert into held values ({n}, repeat('ab', {length}))")
    text = "ab" * length
    assert rows(opened, "n", "text") == [[str(n), text] for n in range(3)]
    assert rows(opened, "count(*)") == [["3"]]
    assert opened.texts("select n from held where n > ?", [1]) == ["2"]


def test_a_row_that_is_longer_than_an_answer_may_be_is_a_fault(opened: Session) -> None:
    opened.change("create table held (a longtext, b longtext)")
    opened.change("insert into held values (repeat('a', 9000000), repeat('b', 9000000))")
    with pytest.raises(DatabaseFault, match="max_allowed_packet"):
        rows(opened, "a", "b")


def test_a_fault_among_the_rows_is_told_in_the_words_of_the_server(opened: Session) -> None:
    opened.change("create table held (n int)")
    opened.change(f"insert into held values {', '.join(f'({n})' for n in range(20_000))}")
    wrong = "from held where n < 19000 or (select a.n from held as a where a.n in (1, 2)) = n"
    with pytest.raises(DatabaseFault, match="more than 1 row"):
        rows(opened, "n", rest=wrong)


@pytest.mark.slow
def test_a_password_that_needs_another_library_without_tls_is_a_fault_that_says_so(
    request: pytest.FixtureRequest,
) -> None:
    """MySQL's own way to tell passwords, `caching_sha2_password`, is such a one."""
    mysql = request.getfixturevalue("mysql")
    user = "create user if not exists unseen@'127.0.0.1' identified by 'unseen'"
    mysql.execute("drop user if exists unseen@'127.0.0.1'", user)
    given = mysql.server(user="unseen", password="unseen", tls="off")  # noqa: S106
    with pytest.raises(DatabaseFault, match="cryptography") as caught, session("mariadb", given):
        pass
    assert '`tls = "require"`' in caught.value.hint
