"""What tests need and a machine may lack: told loudly, and under `CI=true` a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    """End a test that needs a real part: skipped, or failed where `CI` is set."""
    text = f"{what}; {install}"
    if os.environ.get("CI"):
        pytest.fail(f"CI must run this test: {text}", pytrace=False)
    pytest.skip(text)
