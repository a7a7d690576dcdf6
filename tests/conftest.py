"""Options and fixtures that all tests share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest
from browser import Page, running_browser
from played_demo import PlayedDemo, played

from reconcile import database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    from browser import Browser


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the expectations of golden cases in place"
    )
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--accept"):
        return
    if os.environ.get("CI"):
        raise pytest.UsageError("--accept is refused where CI is set: expectations are read there")
    if config.getoption("numprocesses", None):
        raise pytest.UsageError("--accept rewrites files and runs in one process, without -n")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow, runs with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


# The tests are not timed: a busy machine makes no example wrong.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def _empty_state() -> Iterator[duckdb.DuckDBPyConnection]:
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        connection.execute("create schema if not exists staging; create schema if not exists core")
        yield connection


@pytest.fixture
def connection(_empty_state: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty state in memory at the newest schema, with `staging` and `core`.

    It stands in a transaction that is rolled back after the test: a test may neither begin one
    nor commit.
    """
    _empty_state.execute("begin")
    try:
        yield _empty_state
    finally:
        _empty_state.execute("rollback")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> PlayedDemo:
    """The recording after its last minute, as the demo leaves it. Not to be changed."""
    return played(tmp_path_factory)


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def tab(_browser: Browser) -> Iterator[Page]:
    """A tab of a real Chromium: whatever it complains of or asks a network for fails the test."""
    page = _browser.page()
    yield page
    assert page.complaints == []
    own = ("file:", "data:")  # with what Chromium draws its own controls
    assert [address for address in page.requests if not address.startswith(own)] == []
    page.close()
