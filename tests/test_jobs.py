"""Parts of a run with a schedule of their own: taken at their slot, once, whatever was missed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site

from reconcile import settings
from reconcile.errors import ExitCode, SettingInvalid
from reconcile.reports import jobs as job_list
from reconcile.reports.formats import ENDINGS
from reconcile.reports.read_copy import open_read_copy
from reconcile.settings.schedules import PAGE_ENDING, REPORT_ENDINGS

if TYPE_CHECKING:
    from pathlib import Path

DIRECTORY = "[sources.directory]"
REPORT = """
[reports.morning]
report = "dropped_calls_list"
schedule = "5 * * * *"
path = "out/drops-{date}-{time}.csv"
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.small(tmp_path / "site")


def top(site: Site, line: str) -> None:
    """Put a key at the top of the settings."""
    site.change_settings('region = "CZ"', f'region = "CZ"\n{line}')


def contacts(site: Site) -> int:
    return site.fetch("select count(distinct contact_id) from kept.contacts")[0][0]


def add_contact(site: Site) -> None:
    with site.directory.open("a", encoding="utf-8") as file:
        file.write(f"{2000 + contacts(site)},+420700610150\n")


def test_a_source_is_read_at_its_slot_and_not_before(site: Site) -> None:
    site.change_settings(DIRECTORY, f'{DIRECTORY}\nschedule = "*/15 * * * *"')
    site.run("10:01")
    add_contact(site)
    site.run("10:02")
    site.run("10:14")
    assert contacts(site) == 10
    site.run("10:15")
    assert contacts(site) == 11


def test_slots_that_were_missed_are_made_up_for_once(site: Site) -> None:
    site.change_settings(DIRECTORY, f'{DIRECTORY}\nschedule = "*/15 * * * *"')
    site.run("10:01")
    add_contact(site)
    site.run("11:07")
    assert contacts(site) == 11
    add_contact(site)
    site.run("11:08")
    assert contacts(site) == 11
    assert site.fetch("select last_slot_at::varchar, is_caught_up from ops.jobs") == [
        ("2026-11-20 11:00:00", True)
    ]


def test_a_source_that_could_not_be_read_stays_due_and_is_stale_only_then(site: Site) -> None:
    site.change_settings(DIRECTORY, f'{DIRECTORY}\nschedule = "*/15 * * * *"')
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    away = site.directory.rename(site.folder / "away")
    assert site.run("10:14").exit_code == ExitCode.DONE  # nobody looks before the slot
    assert site.run("10:15").exit_code == ExitCode.SOURCE
    site.drop("1.2", OTHER, "10:15:20")
    site.run("10:20")
    site.run("10:21")
    assert site.decisions()[OTHER] == "wait feed_stale"
    away.rename(site.directory)
    assert site.run("10:22").exit_code == ExitCode.DONE
    assert site.fetch("select next_slot_at::varchar from ops.jobs") == [("2026-11-20 10:30:00",)]


def test_readers_get_what_changed_at_the_slot(site: Site) -> None:
    top(site, 'publish_schedule = "*/5 * * * *"')
    site.run("10:01")  # without a copy there is nothing to read: the first one is not waited for
    site.drop("1.1", CLIENT, "10:01:20")
    site.run("10:03")
    assert published_drops(site) == 0
    site.run("10:05")
    assert published_drops(site) == 1


def published_drops(site: Site) -> int:
    with open_read_copy(site.settings) as connection:
        return connection.execute("select count(*) from kept.dropped_calls").fetchall()[0][0]


def test_old_rows_are_swept_out_at_the_slot(site: Site) -> None:
    top(site, 'time_zone = "Europe/Prague"\nretention_schedule = "30 11 * * *"')
    site.run("10:29")
    assert site.fetch("select swept_on from ops.clock") == [(None,)]
    site.run("10:30")
    assert site.fetch("select swept_on::varchar from ops.clock") == [("2026-11-20",)]


def test_a_report_is_written_at_its_slot_with_all_that_run_knew(site: Site) -> None:
    top(site, 'time_zone = "Europe/Prague"\npublish_schedule = "0 3 * * *"')
    site.settings_file.write_text(site.settings_file.read_text() + REPORT)
    site.run("10:00")
    site.drop("1.1", CLIENT, "10:01:20")
    site.run("10:04")
    assert not list(site.folder.glob("out/drops*"))
    site.run("10:05")
    (written,) = site.folder.glob("out/drops*")
    assert written.name == "drops-2026-11-20-1105.csv"
    assert len(written.read_text().splitlines()) == 2
    written.unlink()
    site.run("10:06")
    assert not written.exists()


def test_a_report_that_cannot_be_written_stays_due_and_is_told(site: Site) -> None:
    site.settings_file.write_text(site.settings_file.read_text() + REPORT)
    site.run("10:00")
    (site.folder / "out").write_text("in the way")
    result = site.run("10:05")
    assert result.exit_code == ExitCode.SINK
    assert "the report `morning` cannot be written" in result.messages[0][0]
    (site.folder / "out").unlink()
    assert site.run("10:07").exit_code == ExitCode.DONE
    assert [path.name for path in site.folder.glob("out/*.csv")] == ["drops-2026-11-20-1005.csv"]


def test_a_wrong_schedule_or_report_is_refused_before_anything_is_read(site: Site) -> None:
    site.settings_file.write_text(site.settings_file.read_text() + REPORT)
    site.change_settings('"5 * * * *"', '"65 * * * *"')
    with pytest.raises(SettingInvalid, match="`65 \\* \\* \\* \\*` of `report morning`"):
        site.run("10:00")
    site.change_settings('"65 * * * *"', '"5 * * * *"')
    site.change_settings("dropped_calls_list", "droped_calls")
    with pytest.raises(SettingInvalid, match="there is no report `droped_calls`"):
        site.run("10:01")
    assert not site.commands_file.exists()


def test_a_report_can_be_written_in_every_format_that_the_settings_take() -> None:
    assert set(REPORT_ENDINGS) == {*ENDINGS, PAGE_ENDING}


def test_the_schedule_lists_every_part_with_its_reason(site: Site) -> None:
    site.change_settings(DIRECTORY, f'{DIRECTORY}\nschedule = "*/15 * * * *"')
    site.run("10:01")
    found = {job.job: job for job in job_list.listed(settings.load(site.settings_file))}
    assert list(found) == ["source pbx", "source directory", "retention", "publish"]
    assert (found["source pbx"].schedule, found["source pbx"].why) == (
        "each run",
        "it has no schedule",
    )
    assert f"{found['source directory'].next_slot_at:%H:%M}" == "10:15"
    assert found["source directory"].why == "waits for its slot"
    status = json.loads((site.state / "status.json").read_text())
    assert [entry["job"] for entry in status["schedule"]] == ["source directory"]


PAGE = """
[reports.page]
report = "page"
schedule = "5 * * * *"
path = "out/page-{date}.html"
"""


def test_a_page_is_written_at_its_slot_of_the_days_before_it(site: Site) -> None:
    site.settings_file.write_text(site.settings_file.read_text() + PAGE)
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:04")
    assert site.run("10:05").exit_code == ExitCode.DONE
    page = (site.folder / "out" / "page-2026-11-20.html").read_text(encoding="utf-8")
    assert '<h1 id="period">20 November 2026</h1>' in page
    assert CLIENT not in page


def test_numbers_are_shown_on_a_page_alone(site: Site) -> None:
    text = f"{PAGE}show_numbers = true\n"
    site.settings_file.write_text(site.settings_file.read_text() + text)
    site.run("10:00")
    site.change_settings('"page"', '"dropped_calls"')
    site.change_settings("out/page-{date}.html", "out/page-{date}.csv")
    with pytest.raises(SettingInvalid, match=r"`reports\.page\.show_numbers` is a key of the"):
        site.run("10:01")


@pytest.mark.parametrize(
    ("report", "path"), [("page", "out/page.csv"), ("dropped_calls", "out/page.html")]
)
def test_only_the_page_ends_in_html(report: str, path: str, site: Site) -> None:
    page = PAGE.replace('"page"', f'"{report}"').replace("out/page-{date}.html", path)
    site.settings_file.write_text(site.settings_file.read_text() + page)
    with pytest.raises(SettingInvalid, match=r"`page`, and no other, ends in `\.html`"):
        site.run("10:00")
