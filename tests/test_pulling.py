"""Runs with a remote source: pulled before the state is opened, read as files are.

The source here is a list of log lines; real servers stand in tests/databases.
"""

from __future__ import annotations

import json
import shutil
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from remote_source import Remote
from site_folder import CLIENT, OTHER, Site, at

from reconcile import pulling, reading, running, settings
from reconcile.errors import ExitCode, SettingInvalid, SourceUnreadable
from reconcile.sources import registry

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.sources.spool import Spool


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remote:
    site = Site.small(tmp_path / "site")
    found = Remote(site)
    found.put(monkeypatch.setitem, monkeypatch.setattr)
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


# Several sources, and whose they are.

SEVERAL = """region = "CZ"
[sources.first]
kind = "asterisk"
queue_log = "first"
[sources.second]
kind = "asterisk"
queue_log = "second"
[campaigns.missed-calls]
[sinks.file]
path = "out.ndjson"
"""


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    """Two remote sources."""
    monkeypatch.setitem(registry.PULLED, "asterisk", "asterisk")
    (tmp_path / "reconcile.toml").write_text(SEVERAL, encoding="utf-8")
    return settings.load(tmp_path / "reconcile.toml")


def test_sources_are_pulled_side_by_side_and_told_of_in_their_order(
    several: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_ask, one_is_done = Barrier(2, timeout=20), Barrier(2, timeout=20)

    def pull(_: object, source: Any, spools: dict[str, Spool], __: object) -> dict[str, Any]:
        both_ask.wait()
        if source.name == "first":
            one_is_done.wait()
            raise SourceUnreadable("`first` is slow")
        spools["queue_log"].keep({"rows": 1})
        one_is_done.wait()
        return {"queue_log": SourceUnreadable("`second` broke off")}

    monkeypatch.setattr(registry, "puller", lambda _: pull)
    pulled = pulling.pull(several, at("10:01"))
    assert list(pulled.spools) == [("first", "queue_log"), ("second", "queue_log")]
    assert [str(problem) for problem in pulled.faults.values()] == [
        "`first` is slow",
        "`second` broke off",
    ]
    assert pulled.spools["second", "queue_log"].position == {"rows": 1}


def test_what_is_unexpected_of_one_source_is_raised_once_the_others_are_done(
    several: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_failed = Barrier(2, timeout=20)
    kept = []

    def pull(_: object, source: Any, spools: dict[str, Spool], __: object) -> dict[str, Any]:
        has_failed.wait()
        if source.name == "first":
            raise OSError(28, "No space left on device")
        spools["queue_log"].keep({"rows": 1})
        kept.append(source.name)
        return {}

    monkeypatch.setattr(registry, "puller", lambda _: pull)
    with pytest.raises(OSError, match="No space left"):
        pulling.pull(several, at("10:01"))
    assert kept == ["second"]


def test_settings_that_do_not_own_the_state_pull_nothing_into_it(remote: Remote) -> None:
    site = remote.site
    site.run("10:01")
    other = site.folder / "other.toml"
    shutil.copy(site.settings_file, other)
    with pytest.raises(SettingInvalid, match="belongs to"):
        running.run(settings.load(other), now=at("10:02"))
    assert remote.asked == ["10:01"]
    running.run(settings.load(other), now=at("10:03"), takes_over=True)
    with pytest.raises(SettingInvalid, match="belongs to"):
        site.run("10:04")
    assert remote.asked == ["10:01", "10:03"]
