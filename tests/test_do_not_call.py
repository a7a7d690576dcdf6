"""Do-not-call lists through files: read whole, refused where they broke off, told of everywhere."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import checking
from reconcile.errors import ExitCode
from reconcile.explain import explain
from reconcile.explain.page import page
from reconcile.reports import rules
from reconcile.reports.tables import Zone

if TYPE_CHECKING:
    from subprocess import CompletedProcess

TESTS = Path(__file__).parent
KILLED_RUN = """
import sys
from datetime import datetime
from pathlib import Path
import crash_points
from reconcile import running, settings
loaded = settings.load(Path(sys.argv[1]))
crash_points.arm(sys.argv[3], crash_points.kill)
running.run(loaded, now=datetime.fromisoformat(sys.argv[2]))
"""
LIST = """
[sources.robinson]
kind = "table"
path = "robinson.csv"
do_not_call = "robinson.sql"
"""
SELECT = 'select phone as number, hash as number_hash, "from" as since, why as note from input\n'
HEADER = "phone,hash,from,why\n"
STRANGERS = "".join(f"+42070061020{n},,,\n" for n in range(10))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A small site with a list of ten strangers, and a client who dropped at 10:00:20."""
    site = Site.small(tmp_path / "site")
    settings = site.settings_file.read_text(encoding="utf-8")
    site.settings_file.write_text(settings + LIST, encoding="utf-8")
    (site.folder / "robinson.sql").write_text(SELECT, encoding="utf-8")
    put_on(site)
    site.drop("1.1", CLIENT, "10:00:20")
    return site


def put_on(site: Site, *entries: str, strangers: str = STRANGERS) -> None:
    """Write the list anew: ten strangers, and these."""
    text = HEADER + strangers + "".join(f"{entry}\n" for entry in entries)
    (site.folder / "robinson.csv").write_text(text, encoding="utf-8")


def listed(site: Site) -> list[str]:
    return [row[0] for row in site.fetch("select coalesce(number, '#') from kept.do_not_call")]


def told(site: Site, number: str) -> str:
    return " ".join(page(explain(site.settings, number), Zone()).split())


def test_a_client_put_on_the_list_is_removed_and_not_added_again(site: Site) -> None:
    site.replay("10:00", "10:06")
    put_on(site, "700 610 101,,1. 3. 2026,by post")
    site.replay("10:07", "10:10")
    site.drop("1.2", CLIENT, "10:11:00")
    site.replay("10:11", "10:14")
    assert site.commands() == [
        "10:06 dial +420700610101 1",
        "10:07 remove +420700610101 do_not_call",
    ]
    remove = site.payloads()[-1]
    assert remove["explanation"] == "The number is on the do-not-call list robinson"
    assert remove["proof"] == ["robinson/do_not_call"]
    text = told(site, CLIENT)
    assert (
        "On the do-not-call list `robinson` since 1. 3. 2026 (by post): no campaign calls it"
    ) in text
    assert (
        "remove `do_not_call`: the number is on the do-not-call list (robinson/do_not_call)" in text
    )
    assert "ignored `do_not_call`: the number is on the do-not-call list" in text


def test_a_number_taken_off_the_list_reopens_nothing(site: Site) -> None:
    put_on(site, "+420700610101,,,")
    site.replay("10:00", "10:03")
    put_on(site)
    site.replay("10:04", "10:10")
    assert site.commands() == []
    site.drop("1.2", CLIENT, "10:11:00")
    site.replay("10:11", "10:17")
    assert site.commands() == ["10:16 dial +420700610101 1"]


def test_a_number_is_found_by_its_hash(site: Site) -> None:
    put_on(site, f",{hashlib.sha256(CLIENT.encode()).hexdigest().upper()},,")
    site.replay("10:00", "10:06")
    assert site.commands() == []
    assert "On the do-not-call list `robinson`, by its hash: no campaign calls it" in told(
        site, CLIENT
    )


def test_entries_that_name_no_number_are_kept_aside_and_the_others_hold(site: Site) -> None:
    put_on(site, "linka 14,,,", ",torn,,", ",,,", "+420700610101,,not a date,")
    result = site.run("10:02")
    assert result.exit_code == ExitCode.DONE
    assert result.counts["rows rejected"] == 3
    assert len(listed(site)) == 11
    rejected = site.fetch("select stream, file, reason from raw.rejected order by line")
    assert rejected == [
        ("do_not_call", "robinson.csv",
         "`number` is no number to be called: letters that are no known extension mark"),
        ("do_not_call", "robinson.csv", "`number_hash` is no SHA-256 in 64 hexadecimal digits"),
        ("do_not_call", "robinson.csv", "it has neither `number` nor `number_hash`"),
    ]  # fmt: skip
    site.replay("10:03", "10:06")
    assert site.commands() == []


@pytest.mark.parametrize(
    ("strangers", "reason"),
    [
        ("", "it is empty"),
        ("linka 14,,,\n", "none of its entries names a number"),
        (STRANGERS[: len(STRANGERS) // 10 * 7], "it shrank from 11 entries to 7, by more than 20"),
    ],
)
def test_a_list_that_broke_off_is_refused_and_the_last_good_one_stays(
    site: Site, strangers: str, reason: str
) -> None:
    put_on(site, "+420700610101,,,")
    site.run("10:00")
    put_on(site, strangers=strangers)
    result = site.run("10:02")
    assert result.exit_code == ExitCode.SOURCE
    (fault,) = result.faults.values()
    assert fault[0].startswith(f"the do-not-call list `robinson` was refused: {reason}")
    assert CLIENT in listed(site)
    assert site.fetch("select account, reason from kept.dropped_calls") == [
        ("ignored", "do_not_call")
    ]
    site.drop("1.2", OTHER, "10:03:00")
    site.replay("10:04", "10:08")
    assert site.decisions() == {OTHER: "wait feed_stale"}
    put_on(site, "+420700610101,,,")
    assert site.run("10:09").exit_code == ExitCode.DONE
    assert site.commands() == [f"10:09 dial {OTHER} 1"]


def test_a_list_that_is_gone_stays_in_force_and_holds_all_dials_once_it_is_old(site: Site) -> None:
    put_on(site, "+420700610101,,,")
    site.run("10:00")
    (site.folder / "robinson.csv").unlink()
    site.drop("1.2", OTHER, "10:00:30")
    assert site.run("10:05").exit_code == ExitCode.SOURCE
    assert site.decisions() == {OTHER: "wait not_due"}
    site.run("10:06")
    assert site.decisions() == {OTHER: "wait feed_stale"}
    assert site.commands() == []


def test_a_list_that_was_never_read_holds_all_dials(site: Site) -> None:
    (site.folder / "robinson.csv").unlink()
    site.replay("10:00", "10:06")
    assert site.decisions() == {CLIENT: "wait feed_stale"}


def test_a_list_that_left_the_settings_counts_no_more(site: Site) -> None:
    put_on(site, "+420700610101,,,")
    site.replay("10:00", "10:03")
    site.change_settings(LIST, "")
    site.drop("1.2", CLIENT, "10:04:00")
    site.replay("10:04", "10:09")
    assert site.commands() == ["10:09 dial +420700610101 1"]


def test_a_list_that_has_not_changed_costs_no_run_anything(site: Site) -> None:
    site.replay("10:00", "10:06")
    assert site.replay("10:12", "10:14") == {"10:13", "10:14"}


def test_a_number_on_the_list_alone_is_told(site: Site) -> None:
    site.run("10:00")
    text = told(site, "+420 700 610 205")
    assert "On the do-not-call list `robinson`: no campaign calls it" in text
    assert "No source has shown a call with this number." in text


def test_check_rules_and_the_report_name_the_list(site: Site) -> None:
    put_on(site, f",{hashlib.sha256(CLIENT.encode()).hexdigest()},,", "linka 14,,,")
    lines, exit_code = checking.report(site.settings)
    assert exit_code == ExitCode.DONE
    assert "source `robinson`, do_not_call: readable, 12 entries" in lines
    assert (
        "do-not-call list `robinson`: in force 11, of these by their hash alone 1; without a "
        "number and kept aside (`reconcile rejected`) 1"
    ) in lines
    (campaign,) = site.settings.campaigns
    (rule,) = (rule for rule in rules.rules(campaign, site.settings) if "do-not-call" in rule.rule)
    assert rule.when == "not added, and removed once it is listed: robinson"


def test_a_select_that_names_no_number_is_told_what_a_list_needs(site: Site) -> None:
    (site.folder / "robinson.sql").write_text("select why as note from input\n", encoding="utf-8")
    (fault,) = site.run("10:00").faults.values()
    assert fault[0] == "`robinson.sql` gives none of `number`, `number_hash`"
    assert fault[1].startswith(
        "hint: the columns of a do-not-call entry are: number text; number_hash text; since text"
    )


# Runs that are killed.


def killed(site: Site, time: str, point: str) -> CompletedProcess[str]:
    """A run in a process of its own that is killed at the point."""
    return subprocess.run(
        [sys.executable, "-c", KILLED_RUN, str(site.settings_file), at(time).isoformat(), point],
        env={"PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "point",
    [
        "after reading",
        "after the commit of the decisions",
        pytest.param("in the sink in the middle of a line", marks=pytest.mark.slow),
        pytest.param("after the commit of the outcome", marks=pytest.mark.slow),
        "before the read copy is renamed",
    ],
)
def test_a_run_that_reads_the_list_and_is_killed_changes_nothing_in_the_end(
    site: Site, point: str
) -> None:
    """In the run that is killed a client on the list is removed and another one is dialled."""
    site.drop("1.2", OTHER, "10:01:30")
    site.replay("10:03", "10:06")
    put_on(site, "+420700610101,,,", "linka 14,,,")
    child = killed(site, "10:07", point)
    assert child.returncode == -signal.SIGKILL, child.stderr
    for time in ("10:07", "10:08"):
        site.run(time)
        assert site.commands() == [
            f"10:06 dial {CLIENT} 1",
            f"10:07 remove {CLIENT} do_not_call",
            f"10:07 dial {OTHER} 1",
        ]
        assert len(listed(site)) == 11
        assert site.fetch("select count(*) from raw.rejected") == [(1,)]
