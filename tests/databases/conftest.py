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
