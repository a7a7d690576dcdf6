"""Reports as tables, CSV, Markdown and Parquet, from the read copy and from the audit files."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from reading_folder import fill
from site_folder import CLIENT, Site, at

from reconcile import database, queries
from reconcile.audit_files import writing
from reconcile.audit_files.tables import AUDIT_TABLES
from reconcile.errors import UsageWrong
from reconcile.queries import Rows
from reconcile.reports import catalogue, read_copy, reasons
from reconcile.reports.catalogue import Period
from reconcile.reports.tables import Zone, text_table, zone_named
from reconcile.reports.text import csv_text, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings import Settings

UTC = Zone()
AT = datetime.fromisoformat("2026-03-02T10:05:20")
SQL = queries.folder()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a folder as a run leaves it."""
    return fill(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def copy(site: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with read_copy.open_read_copy(site) as connection:
        yield connection


def make(
    connection: duckdb.DuckDBPyConnection, name: str, site: Settings, period: Period | None = None
) -> catalogue.Report:
    return catalogue.make(connection, catalogue.find(name), period or Period(), site)


# Tables.


def test_a_table_that_fits_has_full_times_and_says_their_zone() -> None:
    table = text_table(Rows(["dropped_at", "waited_seconds"], [(AT, 1234)]), UTC)
    assert table.text.splitlines() == [
        "dropped              waited s",
        "-------------------  --------",
        "2026-03-02 10:05:20     1,234",
    ]
    assert table.notes == ["Times are UTC"]


def test_times_are_shown_in_the_zone_asked_for_on_both_sides_of_a_clock_change() -> None:
    rows = Rows(
        ["at_at"], [(datetime.fromisoformat(f"2026-03-29T{t}"),) for t in ("00:59", "01:00")]
    )
    table = text_table(rows, zone_named("Europe/Prague"))
    assert table.text.splitlines()[2:] == ["2026-03-29 01:59:00", "2026-03-29 03:00:00"]
    assert table.notes == ["Times are Europe/Prague"]


def test_times_lose_what_all_of_them_share_where_room_is_short() -> None:
    rows = Rows(["a_at", "text"], [(AT, "x" * 10), (AT, "y" * 10)])
    table = text_table(rows, UTC, width=25)
    assert table.text.splitlines()[2] == "10:05:20  xxxxxxxxxx"
    assert table.notes == ["Times are UTC, of 2026-03-02"]


def test_times_of_two_days_keep_the_day() -> None:
    rows = Rows(["a_at", "text"], [(AT, "x" * 10), (AT + timedelta(days=1), "y" * 10)])
    table = text_table(rows, UTC, width=28)
    assert table.text.splitlines()[2] == "03-02 10:05:20  xxxxxxxxxx"
    assert table.notes == ["Times are UTC, of 2026"]


def test_what_all_rows_share_is_told_once_where_room_is_short() -> None:
    rows = Rows(["campaign", "text"], [("missed", "x" * 30), ("missed", "y" * 30)])
    table = text_table(rows, UTC, width=32)
    assert table.text.splitlines()[2] == "x" * 30
    assert table.notes == ["All rows: campaign missed"]


def test_the_last_columns_are_left_out_before_texts_become_illegible() -> None:
    rows = Rows(["a", "b", "episode_id"], [("x" * 40, 12345, "z" * 40)])
    table = text_table(rows, UTC, width=30)
    assert table.notes == ["Left out here: episode id"]
    assert table.text.splitlines()[2] == "xxxxxxxxxxx…xxxxxxxxxxx  12345"


def test_sentences_are_wrapped_between_words() -> None:
    rows = Rows(["a"], [("one two three four five six seven",)])
    lines = text_table(rows, UTC, width=14).text.splitlines()
    assert lines[2:] == ["one two three", "four five six", "seven"]


def test_a_record_cannot_move_the_terminal() -> None:
    rows = Rows(["record"], [("a\x1b[2Jb\r\nc\u202ed",)])
    assert text_table(rows, UTC).text.splitlines()[2] == "a�[2Jb c�d"


def test_no_rows_are_told_as_such() -> None:
    assert text_table(Rows(["a"], []), UTC).text == "(none)"


def test_yes_and_no_and_nothing_look_different_enough() -> None:
    rows = Rows(["is_regret", "b"], [(True, None), (False, 0)])
    assert text_table(rows, UTC).text.splitlines()[2:] == ["yes", "        0"]


# CSV and Markdown.


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("@cmd", "'@cmd"),
        ("-1+2", "'-1+2"),
        ("+420 700", "'+420 700"),
        ("\tx", "' x"),
        ("+420700610101", "+420700610101"),
        ("420700610101", "420700610101"),
        (-5, "-5"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        (AT, "2026-03-02T10:05:20Z"),
        (date(2026, 3, 2), "2026-03-02"),
        (["a", "b"], "a;b"),
        ("", ""),
    ],
)
def test_a_cell_of_csv_is_safe_for_a_spreadsheet(value: object, cell: str) -> None:
    assert csv_text(Rows(["a", "b"], [(value, 1)])) == f"a,b\n{cell},1\n"


def test_a_cell_of_markdown_is_no_markdown() -> None:
    rows = Rows(["a"], [("x|y <b> [l](u) *s* `c` a_b",)])
    assert markdown_table(rows, UTC).splitlines()[2] == (r"| x\|y \<b> \[l](u) \*s\* \`c\` a_b |")


# The catalogue.


def test_every_file_of_reports_is_listed_or_belongs_to_a_command() -> None:
    listed = {query.name for query in catalogue.listed()}
    others = {name for name in queries.names("reports") if name not in listed}
    parts = {name for name in others if name.startswith(("reports.explain_", "reports.page_"))}
    assert others - parts == {"reports.due", "reports.import_findings"}


def test_a_report_is_found_with_hyphens_too() -> None:
    assert catalogue.find("dropped-calls").name == "reports.dropped_calls"


def test_a_wrong_name_is_answered_with_a_near_one() -> None:
    with pytest.raises(UsageWrong) as caught:
        catalogue.find("episode")
    assert "`episodes` is one" in caught.value.hint


def test_rows_come_in_the_order_of_the_report(
    copy: duckdb.DuckDBPyConnection, site: Settings
) -> None:
    words = [row[3] for row in make(copy, "unknown_words", site).rows.rows]
    assert words == ["TELEPORT", "=cmd()"]
    issued = [row[0] for row in make(copy, "commands", site).rows.rows]
    assert issued == sorted(issued)


def test_the_duplicates_of_report_are_those_of_their_command(
    copy: duckdb.DuckDBPyConnection, site: Settings
) -> None:
    numbers = [row[1] for row in make(copy, "duplicates", site).rows.rows]
    assert numbers == ["+420200500103", "+420700610102"]


@pytest.mark.parametrize("name", ["dropped_calls", "duplicates", "decisions"])
def test_parquet_has_every_row_and_typed_columns(
    name: str, copy: duckdb.DuckDBPyConnection, site: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "it's.parquet"
    query = catalogue.find(name)
    catalogue.write_parquet(copy, query, Period(), site, path=path)
    found = duckdb.connect().execute("from read_parquet($1)", [str(path)])
    assert found.fetchall() == make(copy, name, site).rows.rows
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_of_a_period_holds_the_period(
    copy: duckdb.DuckDBPyConnection, site: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "x.parquet"
    period = Period(datetime.fromisoformat("2026-03-02T10:05"))
    query = catalogue.find("dropped_calls_list")
    catalogue.write_parquet(copy, query, period, site, path=path)
    rows = duckdb.connect().execute("from read_parquet($1)", [str(path)]).fetchall()
    assert rows == make(copy, "dropped_calls_list", site, period).rows.rows
    assert len(rows) == 2


def test_a_copy_of_another_version_is_not_read(tmp_path: Path) -> None:
    loaded = fill(tmp_path)
    with database.connect(tmp_path / "state" / "read.duckdb") as connection:
        connection.execute("delete from main.migrations where number = 1")
    with (
        pytest.raises(UsageWrong, match="another version"),
        read_copy.open_read_copy(loaded),
    ):
        pass


# What was swept out of the state stands in the audit files.


@pytest.fixture
def swept(tmp_path: Path) -> Settings:
    """A folder whose read copy has lost all rows of the morning, after they went into the audit."""
    site = fill(tmp_path)
    state = site.state_folder
    with database.connect(state / "read.duckdb") as connection:
        pending = writing.write_changes(
            connection,
            state,
            after=0,
            run_id=16,
            now=datetime.fromisoformat("2026-03-02T10:16:00"),
        )
        pending.rename_in()
        for table in AUDIT_TABLES.values():
            if table.relation.startswith("kept."):
                connection.execute(f"delete from {table.relation}")
        connection.execute("update ops.clock set swept_on = date '2026-05-01'")
    return site


def report_of(site: Settings, name: str, period: Period) -> list[tuple[object, ...]]:
    with read_copy.open_read_copy(site) as connection:
        return make(connection, name, site, period).rows.rows


def test_a_report_with_a_beginning_brings_back_what_was_swept_out(
    swept: Settings, site: Settings, copy: duckdb.DuckDBPyConnection
) -> None:
    period = Period(datetime.fromisoformat("2026-03-01"))
    for name in ("dropped_calls_list", "attempts", "commands", "decisions", "outcomes", "drops"):
        assert report_of(swept, name, period) == make(copy, name, site, period).rows.rows


def test_a_report_without_a_beginning_tells_what_the_read_copy_holds(swept: Settings) -> None:
    assert report_of(swept, "commands", Period()) == []


def test_a_period_that_the_read_copy_covers_reads_no_audit_file(swept: Settings) -> None:
    period = Period(datetime.fromisoformat("2026-04-28"))
    for path in swept.state_folder.glob("audit/*/*/*.parquet"):
        path.write_text("torn")
    assert report_of(swept, "commands", period) == []


def test_a_row_that_is_still_here_is_not_told_twice(swept: Settings) -> None:
    with database.connect(swept.state_folder / "read.duckdb") as connection:
        connection.execute(
            "insert into kept.commands from read_parquet($1, hive_partitioning = false) "
            "where kind = 'remove'",
            [str(swept.state_folder / "audit/commands/*/*.parquet")],
        )
        connection.execute("update kept.commands set state = 'dead'")
    period = Period(datetime.fromisoformat("2026-03-01"))
    rows = report_of(swept, "commands", period)
    assert len(rows) == 4
    assert [row[7] for row in rows].count("dead") == 1


def test_the_audit_files_hold_each_version_of_the_settings_that_a_decision_names(
    tmp_path: Path,
) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:02")
    site.change_settings("[sinks.file]", "priority = 3\n[sinks.file]")
    site.run("10:06")
    site.run("10:07")
    audit = site.state / "audit"
    assert len(list(audit.glob("settings/*/*.parquet"))) == 2  # none for the run that changed none
    found = duckdb.sql(
        f"select distinct versions.settings::json -> 'campaigns' -> 0 -> 'priority' as priority "
        f"from '{audit}/decisions/*/*.parquet' as decisions "
        f"join '{audit}/settings/*/*.parquet' as versions using (settings_hash) order by priority"
    ).fetchall()
    assert found == [("0",), ("3",)]


# Words.


def reason_codes() -> list[str]:
    """Every code that the rules give, as it stands in their SQL."""
    holds = "".join(
        (SQL / "core" / f"{name}.sql").read_text(encoding="utf-8")
        for name in ("holds", "closings", "decisions", "next_attempts")
    )
    return sorted(
        {
            *re.findall(r"'([a-z_]+)' as reason", holds),
            *re.findall(r"then '([a-z]+_[a-z_]+)'", holds),
        }
        - {"attempt_"}
    )


def account_codes() -> list[str]:
    text = (SQL / "core" / "accounts.sql").read_text(encoding="utf-8")
    return sorted({*re.findall(r"then '([a-z]+_[a-z_]+)'", text), "other_line", "line_unknown"})


def test_every_reason_of_a_decision_has_its_words() -> None:
    assert [code for code in reason_codes() if code not in reasons.DECISIONS] == []
    assert "duplicate" in reason_codes()
    assert reasons.decision("attempt_2_of_3") == "nothing holds attempt 2 of 3"
    assert reasons.decision("some_new_code") == "some_new_code"


def test_every_reason_to_ignore_a_dropped_call_has_its_words() -> None:
    assert [code for code in account_codes() if code not in reasons.ACCOUNTS] == []
    assert "short_drop" in account_codes()


# Runs that changed nothing.


def test_idle_runs_after_the_last_publishing_stand_in_the_reports_of_runs_and_feeds(
    tmp_path: Path,
) -> None:
    site = Site.small(tmp_path / "site")
    site.drop("1.1", CLIENT, "10:00:20")
    idle = site.replay("10:00", "10:04")
    assert {"10:03", "10:04"} <= idle
    with read_copy.open_read_copy(site.settings) as connection:
        for period in (Period(), Period(at("09:00"), at("12:00"))):
            runs = catalogue.make(
                connection, catalogue.find("runs"), period, site.settings
            ).rows.as_dicts()
            assert [f"{run['run_at']:%H:%M}" for run in runs] == [
                f"10:0{minute}" for minute in range(5)
            ]
            assert runs[-1]["outcome"] == "idle"
        feeds = catalogue.make(
            connection, catalogue.find("feeds"), Period(), site.settings
        ).rows.as_dicts()
        assert {feed["behind_seconds"] for feed in feeds} == {0}
        assert connection.execute("select count(*) from ops.marks").fetchall() == [(1,)]


def test_a_fault_that_begins_in_an_idle_run_stands_in_the_report_of_feeds(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.replay("10:00", "10:02")
    site.queue_log.rename(site.folder / "away")
    assert site.run("10:03").is_idle
    with read_copy.open_read_copy(site.settings) as connection:
        feeds = connection.execute("select read_at, fault from ops.feeds order by 1").fetchall()
    fault = f"no file fits `queue_log*` in `{site.folder}`"
    assert feeds == [(at("10:02"), fault), (at("10:03"), None)]


def test_a_run_that_publishes_takes_the_idle_runs_into_the_copy(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.replay("10:00", "10:02")
    assert (site.state / "idle_runs.ndjson").is_file()
    site.drop("1.1", CLIENT, "10:02:20")
    site.run("10:04")
    assert not (site.state / "idle_runs.ndjson").exists()
    with read_copy.open_read_copy(site.settings) as connection:
        assert connection.execute("select count(*) from ops.runs").fetchall() == [(4,)]


def test_a_torn_line_of_idle_runs_hides_no_other(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    site.replay("10:00", "10:02")
    file = site.state / "idle_runs.ndjson"
    file.write_text('{"run_id": 2, "run_' + "\n" + file.read_text(encoding="utf-8").splitlines()[1])
    with read_copy.open_read_copy(site.settings) as connection:
        assert connection.execute("select max(run_id) from ops.runs").fetchall() == [(3,)]
