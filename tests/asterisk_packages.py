"""A real Asterisk of Debian, from the first of its suites that has one (about 270 MB unpacked).

Another version is tried with `RECONCILE_TEST_SUITE=bullseye`, which is 16.28.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import debian_archive

if TYPE_CHECKING:
    from pathlib import Path

WANTED = debian_archive.Wanted(
    # 22 in the first two, 16 in the last; bookworm has none.
    "asterisk",
    ("forky", "sid", "bullseye"),
    ("asterisk", "odbc-mariadb"),
)


@dataclass(frozen=True)
class Installation(debian_archive.Unpacked):
    """An unpacked Asterisk."""

    @property
    def modules(self) -> Path:
        """The folder of its modules: by architecture or not."""
        patterns = ("usr/lib/*/asterisk/modules", "usr/lib/asterisk/modules")
        return next(path for pattern in patterns for path in sorted(self.root.glob(pattern)))


def installed() -> Installation:
    """Give the Asterisk of the tests, made at the first call; skip or fail where it can't be."""
    wanted = WANTED
    if suite := os.environ.get("RECONCILE_TEST_SUITE"):
        wanted = wanted.of(suite)
    return Installation(debian_archive.unpacked(wanted).root)
