"""Debian's cron runs `crontab.example` for three minutes beside a site, in a room of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real_parts import bound_to_us, missing
from site_folder import CLIENT, MINUTE, Site

from reconcile import running, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CRONTAB = Path(__file__).parent.parent / "crontab.example"
CRON = Path("/usr/sbin/cron")
WAIT = timedelta(minutes=3, seconds=50)
# The daemon sees a crontab, a mailer and a place for its pid that are the test's, and no other job
# of the machine; what it mounts is gone with it.
ROOM = """\
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount --bind "$1/crontabs" /var/spool/cron/crontabs
mount --bind "$1/empty" /etc/cron.d
mount --bind "$1/empty_file" /etc/crontab
mount --bind "$1/sbin" /usr/sbin
exec /usr/sbin/cron -f
"""
MAILER = """\
#!/bin/sh
exec cat >> "{mails}"
"""


@contextmanager
def running_cron(folder: Path, crontab: str) -> Iterator[Path]:
    """Debian's cron with this one crontab of root's; gives the file with all it would have mailed.

    It runs in a mount namespace of its own, and is stopped by its pid.
    """
    if os.geteuid() != 0 or not CRON.is_file() or shutil.which("unshare") is None:
        missing("this test needs Debian's cron, and root", "`apt-get install cron util-linux`")
    mails = folder / "mails.txt"
    for name in ("crontabs", "empty", "sbin"):
        (folder / name).mkdir(parents=True)
    (folder / "empty_file").touch()
    (folder / "crontabs" / "root").write_text(crontab, encoding="utf-8")
    (folder / "crontabs" / "root").chmod(0o600)
    shutil.copy2(CRON, folder / "sbin" / "cron")
    mailer = folder / "sbin" / "sendmail"
    mailer.write_text(MAILER.format(mails=mails), encoding="utf-8")
    mailer.chmod(0o755)
    mails.touch()
    room = bound_to_us("unshare", "--mount", "sh", "-c", ROOM, "room", str(folder))
    with subprocess.Popen(room, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            yield mails
            assert daemon.poll() is None, f"cron ended by itself: {daemon.communicate()[1]}"
        finally:
            daemon.kill()


def adapted(site: Site) -> str:
    """The shipped crontab with the paths of this site, as its first lines ask for."""
    text = CRONTAB.read_text(encoding="utf-8")
    for shipped, here in (
        ("/opt/reconcile/.venv/bin", Path(sys.executable).parent),
        ("/etc/reconcile/reconcile.toml", site.settings_file),
    ):
        assert text.count(shipped) == 1
        text = text.replace(shipped, str(here))
    return text


def runs(site: Site) -> list[datetime]:
    """The instants of the runs so far, those that did nothing among them."""
    answer = subprocess.run(
        [Path(sys.executable).parent / "reconcile", "report", "runs", "--format", "json"],
        env={"RECONCILE_SETTINGS": str(site.settings_file)}, capture_output=True, check=False,
    )  # fmt: skip
    if answer.returncode:
        return []
    rows = json.loads(answer.stdout)["data"]["rows"]
    return sorted(datetime.fromisoformat(row["run_at"]) for row in rows)


def wait_for_runs(site: Site, count: int, until: datetime) -> list[datetime]:
    while len(found := runs(site)) < count:
        assert datetime.now(UTC) < until, f"{count} runs were to come by {until}, came: {found}"
        time.sleep(1)
    return found


@pytest.mark.timeout(400)
def test_debians_cron_runs_the_shipped_crontab_silently_and_mails_a_fault(tmp_path: Path) -> None:
    site = Site.small(tmp_path / "site")
    began = datetime.now(UTC)
    site.change_settings("starts_at = 2026-11-20T08:00:00Z", "retry_minutes = [0, 30]\n"
                         f"starts_at = {began - 5 * MINUTE:%Y-%m-%dT%H:%M:%SZ}")  # fmt: skip
    # As the README has it, the first run is by hand: until then `status` tells that there was none.
    running.run(settings.load(site.settings_file))
    ended = int((began - MINUTE).timestamp())
    site.queue_log.write_text(
        f"{ended - 9}|1.1|sales|NONE|ENTERQUEUE||{CLIENT}|1\n"
        f"{ended}|1.1|sales|NONE|ABANDON|1|1|9\n",
        encoding="utf-8",
    )
    with running_cron(tmp_path / "cron", adapted(site)) as mails:
        wait_for_runs(site, 3, began + WAIT)
        assert mails.read_text(encoding="utf-8") == ""
        keys = [json.loads(line)["key"] for line in site.commands_file.read_text().splitlines()]
        assert keys == [f"dial|missed-calls|{CLIENT}|pbx/1.1|1"]
        site.queue_log.rename(site.folder / "gone")
        _, *found = wait_for_runs(site, 4, began + WAIT)
        told = mails.read_text(encoding="utf-8")
    assert {later - earlier for earlier, later in pairwise(found)} <= {
        MINUTE - timedelta(seconds=1), MINUTE, MINUTE + timedelta(seconds=1)
    }  # fmt: skip
    assert "To: root" in told
    assert "reconcile: error" in told
    assert "queue_log" in told
