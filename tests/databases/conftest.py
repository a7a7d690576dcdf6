"""One server of each kind for the session, and empty tables for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mysql_server
import pytest
import servers
from servers import DATABASES, SERVERS
from table_place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = {"postgresql", "mariadb", "sqlite"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each case of a test marked `in_turn` run on one database, the cases in turn on all.

    What such a test tries is the same code for each of them. With `--slow` all run on all.
    """
    if config.getoption("--slow"):
        return
    cases: dict[tuple[str, ...], list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("in_turn") and not item.get_closest_marker("slow"):
            parts = item.name.rstrip("]").split("[")[1].split("-")
            others = [part for part in parts if part not in KINDS]
            cases.setdefault((item.nodeid.split("[")[0], *others), []).append(item)
    for turn, case in enumerate(cases.values()):
        for item in case[: turn % len(case)] + case[turn % len(case) + 1 :]:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[servers.Own]:
    one = servers.make(servers.Postgresql, "postgres")
    yield one
    servers.dispose(one)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[servers.Own]:
    one = servers.make(servers.Mariadb, "mysql")
    yield one
    servers.dispose(one)


@pytest.fixture(scope="session")
def mysql() -> Iterator[servers.Own]:
    one = servers.make(mysql_server.Mysql, "root")
    yield one
    servers.dispose(one)


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty table for commands, in each database."""
    return Place(tmp_path, servers.of(request, request.param))


@pytest.fixture(params=SERVERS)
def server_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty table for commands, in each server."""
    return Place(tmp_path, servers.of(request, request.param))
