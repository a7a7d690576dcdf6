"""The demo as a newcomer runs it: once for all tests that look at the recording played in minutes.

Workers of one session share it. Who changes what stands in the folder takes a copy.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from site_folder import Site

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class PlayedDemo:
    """`reconcile demo` run in `folder`: what it printed, and the site that it left there."""

    folder: Path

    @property
    def output(self) -> str:
        return (self.folder / "printed.txt").read_text(encoding="utf-8")

    @property
    def site(self) -> Site:
        return Site(self.folder / "reconcile-demo")


def played(tmp_path_factory: pytest.TempPathFactory) -> PlayedDemo:
    """Run the demo, unless another worker of this session has."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "played-demo"
    folder.mkdir(exist_ok=True)
    demo = PlayedDemo(folder)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder / "printed.txt").exists():
            printed = reconcile("demo", folder=folder)
            (folder / "printed.txt").write_text(printed, encoding="utf-8")
    return demo


def reconcile(*arguments: str, folder: Path) -> str:
    """What the command line prints."""
    done = subprocess.run(
        [sys.executable, "-m", "reconcile", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
