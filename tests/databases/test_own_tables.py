"""Any table of a database: calls by a watermark, a directory as a whole, through selects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import servers
from phone_tables import place_of
from servers import DATABASES, PASSWORD
from site_folder import CLIENT, OTHER, Site

from reconcile import settings
from reconcile.errors import ExitCode, SettingInvalid

if TYPE_CHECKING:
    from phone_tables import Place

SETTINGS = """\
region = "CZ"

[sources.calls]
{place}{calls}
[sources.directory]
{place}{directory}
[campaigns.missed-calls]
starts_at = 2026-11-20T08:00:00Z
dialler = "file"

[sinks.file]
path = "out/commands.ndjson"
"""
CALLS = 'table = "calls"\nwatermark = "changed_at"\ncalls = "calls.sql"\n'
DIRECTORY = 'query = "contacts_of_crm.sql"\ncontacts = "contacts.sql"\n'
CALLS_SQL = """
select
    id as call_id, 'in' as direction, caller as number, queue, started_at,
    started_at as wait_began_at, ended_at, 'queue' as last_place, 'caller' as end_reason
from (
    select * replace (
        started_at::timestamp as started_at, nullif(ended_at, '')::timestamp as ended_at
    ) from input
)
"""


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A call log and a directory of one's own, empty, in each database."""
    found = place_of(servers.of(request, request.param), tmp_path)
    time = {"sqlite": "text", "mariadb": "datetime", "postgresql": "timestamp"}[found.kind]
    found.execute(
        "drop table if exists calls",
        "drop table if exists people",
        f"create table calls (id varchar(50), caller varchar(50), queue varchar(50), "
        f"started_at {time}, ended_at {time}, changed_at {time})",
        "create table people (id integer, phone varchar(50), active integer)",
        f"insert into people values (1001, '{CLIENT}', 1), (1002, '{OTHER}', 1), (1003, 'x', 0)",
    )
    return found


@pytest.fixture
def site(place: Place, tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    found = Site(folder)
    text = SETTINGS.format(place=place.settings(), calls=CALLS, directory=DIRECTORY)
    found.settings_file.write_text(text, encoding="utf-8")
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    (folder / "calls.sql").write_text(CALLS_SQL, encoding="utf-8")
    (folder / "contacts.sql").write_text(
        "select id as contact_id, phone as number from input\n", encoding="utf-8"
    )
    (folder / "contacts_of_crm.sql").write_text(
        "-- 100 %\nselect id, phone from people where active = 1; \n", encoding="utf-8"
    )
    return found


def call(place: Place, name: str, number: str, began: str, ended: str | None) -> None:
    end = f"'2026-11-20 {ended}'" if ended else "null"
    place.execute(
        f"insert into calls values ('{name}', '{number}', 'sales', '2026-11-20 {began}', {end}, "
        f"'2026-11-20 {ended or began}')"
    )


def test_calls_and_contacts_of_a_table_are_called_back(place: Place, site: Site) -> None:
    call(place, "c1", CLIENT, "10:00:00", "10:00:20")
    site.run("10:01")
    call(place, "c2", OTHER, "10:01:00", "10:01:20")
    assert site.run("10:03").counts["rows read"] == 1
    site.replay("10:04", "10:07")
    assert site.commands() == [f"10:06 dial {CLIENT} 1", f"10:07 dial {OTHER} 1"]
    assert site.payloads()[0]["contact_id"] == "1001"


@pytest.mark.in_turn
def test_a_row_that_changes_is_pulled_again_and_its_call_is_the_later_one(
    place: Place, site: Site
) -> None:
    call(place, "c1", CLIENT, "10:00:00", None)
    site.run("10:01")
    place.execute(
        "update calls set ended_at = '2026-11-20 10:00:20', changed_at = '2026-11-20 10:01:30'"
    )
    assert site.run("10:02").counts["rows read"] == 1
    assert site.fetch("select call_id, ended_at is not null from kept.calls") == [("c1", True)]


@pytest.mark.in_turn
def test_with_nothing_new_a_run_is_idle(place: Place, site: Site) -> None:
    call(place, "c1", CLIENT, "10:00:00", "10:00:20")
    site.replay("10:01", "10:02")
    assert site.run("10:03").is_idle
    place.execute(
        "delete from people where id = 1002", f"insert into people values (1002, '{OTHER}', 1)"
    )
    assert site.run("10:04").is_idle  # another order of the rows is no other directory


@pytest.mark.in_turn
def test_a_directory_that_has_changed_is_taken_up_and_an_empty_one_refused(
    place: Place, site: Site
) -> None:
    call(place, "c1", CLIENT, "10:00:00", "10:00:20")
    site.run("10:01")
    place.execute("update people set id = 2001 where id = 1001")
    site.run("10:02")
    place.execute("delete from people")
    result = site.run("10:03")
    assert result.exit_code == ExitCode.SOURCE
    assert "directory" in result.messages[0][0]
    site.replay("10:04", "10:06")
    assert [payload["contact_id"] for payload in site.payloads()] == ["2001"]


@pytest.mark.in_turn
def test_a_watermark_that_is_none_is_a_fault(place: Place, site: Site) -> None:
    call(place, "c1", CLIENT, "10:00:00", "10:00:20")
    site.change_settings('watermark = "changed_at"', 'watermark = "id"')
    (told, *_) = site.run("10:01").messages[0]
    assert told == (
        "`calls` gives no `calls`: the column `id` holds `c1`, expected a time such as "
        "`2026-11-20 08:53:57`, or a whole number"
    )
    site.change_settings('watermark = "id"', 'watermark = "nowhere"')
    messages = site.run("10:02").messages
    assert [lines[0] for lines in messages if "nowhere" in lines[0]] == [
        "`calls` gives no `calls`: there is no column `nowhere`, which `watermark` names"
    ]


def test_a_table_without_a_column_to_tell_new_rows_by_is_a_fault(place: Place, site: Site) -> None:
    call(place, "c1", CLIENT, "10:00:00", "10:00:20")
    site.change_settings('watermark = "changed_at"\n', "")
    (told, *_) = site.run("10:01").messages[0]
    assert told == "`calls` gives no `calls`: the table has no column that the server counts up"


# Settings.


def refused(folder: Path, calls: str) -> list[str]:
    text = SETTINGS.format(
        place='kind = "postgresql"\ndatabase = "d"\nuser = "u"\n', calls=calls, directory=DIRECTORY
    )
    (folder / "reconcile.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingInvalid) as caught:
        settings.load(folder / "reconcile.toml")
    return caught.value.lines()


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ('calls = "c.sql"\n', "has neither `table` nor `query`, expected one of them"),
        (
            'table = "t"\nquery = "q.sql"\ncalls = "c.sql"\n',
            "has both `table` and `query`, expected one of them",
        ),
        ('query = "q.sql"\ncalls = "c.sql"\n', "lacks `watermark`"),
        ('table = "t"\n', "has none of `contacts`, `calls` and `do_not_call`"),
        ('table = "t"\ncalls = "c.sql"\npassword = "p"\n', "no secret stands in here"),
        ('cdr = { table = "cdr" }\n', "lacks `time_zone`"),
        ("", "has neither `queue_log` nor `cdr`"),
        (
            'cdr = { table = "cdr", time_zone = "UTC", names = { begin = "x" } }\n',
            "expected a table such as `{ accountcode",
        ),
    ],
)
def test_settings_of_a_database_that_cannot_be_meant_are_refused(
    calls: str, expected: str, tmp_path: Path
) -> None:
    lines = refused(tmp_path, calls)
    assert any(expected in line for line in lines), lines


