"""Runs with a remote source: pulled before the state is opened, read as files are.

The source here is a list of log lines; real servers stand in tests/databases.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from site_folder import CLIENT, OTHER, Site, at

from reconcile import reading
from reconcile.errors import ExitCode, SourceUnreadable
from reconcile.sources import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.errors import Problem
    from reconcile.sources.spool import Spool


class Remote:
    """A phone system far away: it has what stands in `queue_log` and gives what is new of it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.fault = ""
        self.breaks_after_rows = False
        self.asked: list[str] = []

    def pull(
        self, _: object, source: Any, spools: Mapping[str, Spool], now: object
    ) -> dict[str, Problem]:
        self.asked.append(f"{now:%H:%M}")
        assert str(self.site.state / "state.duckdb") not in open_files()
        if self.fault:
            raise SourceUnreadable(self.fault)
        spool = spools["queue_log"]
        begin = spool.position.get("bytes", 0)
        data = self.site.queue_log.read_bytes()[begin:]
        if data:
            file = spool.new_file(".log")
            file.write_bytes(data)
            if self.breaks_after_rows:
                raise SourceUnreadable(f"`{source.name}` broke off")
            spool.keep({"bytes": begin + len(data)}, [file])
        return {}


def open_files() -> set[str]:
    """What this process has open, where the system tells it."""
    own = Path("/proc/self/fd")
    if not own.is_dir():
        return set()
    return {os.path.realpath(link) for link in own.iterdir()}


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remote:
    site = Site.small(tmp_path / "site")
    found = Remote(site)
    monkeypatch.setitem(registry.PULLED, "asterisk", "asterisk")
    monkeypatch.setattr(registry, "puller", lambda _: found.pull)
    return found


def spooled(site: Site) -> list[str]:
    folder = site.state / "pulled" / "pbx" / "queue_log"
    return sorted(path.name for path in folder.glob("*.log"))


def test_what_was_pulled_is_read_once_and_swept(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    assert site.run("10:01").counts["rows read"] == 2
    assert spooled(site) == []
    assert site.run("10:02").counts["rows read"] == 0
    site.drop("1.2", OTHER, "10:02:20")
    assert site.run("10:04").counts["rows read"] == 2
    assert set(site.decisions()) == {CLIENT, OTHER}


def test_rows_name_the_file_of_the_spool(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    files = site.fetch("select distinct file from raw.queue_log")
    assert files == [("state/pulled/pbx/queue_log/000000001.log",)]


def test_with_nothing_new_a_run_is_idle_and_writes_nothing_into_the_spool(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    site.replay("10:01", "10:02")
    record = site.state / "pulled" / "pbx" / "queue_log" / "pulled.json"
    before = record.stat().st_mtime_ns
    assert site.replay("10:03", "10:04") == {"10:03", "10:04"}
    assert record.stat().st_mtime_ns == before


def test_a_source_that_is_down_is_a_fault_and_the_others_go_on(remote: Remote) -> None:
    site = remote.site
    site.change_settings("[sources.pbx]", "[sources.pbx]\nmax_feed_lag_minutes = 3")
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    remote.fault = "`pbx` cannot be reached"
    result = site.run("10:02")
    assert result.exit_code == ExitCode.SOURCE
    assert result.messages == [
        [
            "`pbx` cannot be reached",
            "Other sources were read and removes go on; dials wait once it is older than its "
            "`max_feed_lag_minutes`",
        ]
    ]
    assert result.feeds["pbx/queue_log"]["read_at"] == at("10:01")
    assert result.feeds["directory/contacts"]["read_at"] == at("10:02")
    site.replay("10:03", "10:06")
    assert site.decisions() == {CLIENT: "wait feed_stale"}
    remote.fault = ""
    assert site.run("10:07").messages[0][0] == "ended after 5 min: `pbx` cannot be reached"
    assert site.commands() == [f"10:07 dial {CLIENT} 1"]


def test_what_broke_off_counts_only_once_it_came_whole(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    remote.breaks_after_rows = True
    assert site.run("10:01").counts["rows read"] == 0
    remote.breaks_after_rows = False
    assert site.run("10:02").counts["rows read"] == 2
    assert site.fetch("select count(*) from raw.queue_log") == [(2,)]


def test_a_run_killed_before_its_commit_reads_what_was_pulled_again(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    real = reading.read_sources

    def dies(*given: object, **options: object) -> None:
        real(*given, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(reading, "read_sources", dies)
        site.run("10:01")
    assert spooled(site) == ["000000001.log"]
    assert site.run("10:02").counts["rows read"] == 2
    assert spooled(site) == []


def test_a_source_is_pulled_at_its_hours(remote: Remote) -> None:
    site = remote.site
    site.change_settings("[sources.pbx]", '[sources.pbx]\nschedule = "*/5 * * * *"')
    site.replay("10:01", "10:11")
    assert remote.asked == ["10:01", "10:05", "10:10"]


def test_a_source_that_could_not_be_pulled_at_its_hour_is_asked_in_each_run(remote: Remote) -> None:
    site = remote.site
    site.change_settings("[sources.pbx]", '[sources.pbx]\nschedule = "*/5 * * * *"')
    site.run("10:01")
    remote.fault = "`pbx` cannot be reached"
    site.replay("10:05", "10:06")
    remote.fault = ""
    site.replay("10:07", "10:08")
    assert remote.asked == ["10:01", "10:05", "10:06", "10:07"]


def test_a_source_whose_status_is_not_known_is_pulled(remote: Remote) -> None:
    site = remote.site
    site.change_settings("[sources.pbx]", '[sources.pbx]\nschedule = "*/5 * * * *"')
    site.run("10:01")
    (site.state / "status.json").unlink()
    site.run("10:02")
    assert remote.asked == ["10:01", "10:02"]


def test_a_dry_run_pulls_beside_and_leaves_all_as_it_is(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    site.drop("1.2", OTHER, "10:01:20")
    before = site.files()
    result = site.run("10:03", is_dry=True)
    assert sum(result.decisions.values()) == 2
    assert site.files() == before


def test_the_position_is_kept_in_plain_json(remote: Remote) -> None:
    site = remote.site
    site.drop("1.1", CLIENT, "10:00:20")
    site.run("10:01")
    record = site.state / "pulled" / "pbx" / "queue_log" / "pulled.json"
    assert json.loads(record.read_text(encoding="utf-8"))["position"] == {
        "bytes": site.queue_log.stat().st_size
    }
