"""What tests need and a machine may lack: told loudly, and under `CI=true` a failure."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    """End a test that needs a real part: skipped, or failed where `CI` is set."""
    text = f"{what}; {install}"
    if os.environ.get("CI"):
        pytest.fail(f"CI must run this test: {text}", pytrace=False)
    pytest.skip(text)


def bound_to_us(*command: str, user: str | None = None) -> list[str]:
    """The command, killed by the kernel when this process ends in whatever way; as this user.

    Where there is no `setpriv` (outside Linux) it is the command itself, and ends with its test.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        assert user is None, "`setpriv` of util-linux starts programs as another user"
        return [*command]
    owner = () if user is None else (f"--reuid={user}", f"--regid={user}", "--init-groups")
    return [setpriv, "--pdeathsig=KILL", *owner, "--", *command]
