"""A phone system far away, for whole runs: a list of log lines that is pulled; no server."""

from __future__ import annotations

import os
import time
from operator import setitem
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile.errors import SourceUnreadable
from reconcile.sources import registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from site_folder import Site

    from reconcile.errors import Problem
    from reconcile.sources.spool import Spool


class Remote:
    """A phone system far away: it has what stands in `queue_log` and gives what is new of it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.fault = ""
        self.breaks_after_rows = False
        self.asked: list[str] = []
        self.is_slow = lambda: False

    def put(self, set_item: Any = setitem, set_attribute: Any = setattr) -> None:
        """Have it in the place of the log files of an Asterisk."""
        set_item(registry.PULLED, "asterisk", "asterisk")
        set_attribute(registry, "puller", lambda _: self.pull)

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
            while self.is_slow():
                time.sleep(0.01)
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
