"""One server of each kind for the session, and empty tables for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import servers
from table_place import KINDS, Place

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


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty table for commands, in each kind of database."""
    own = None if request.param == "sqlite" else request.getfixturevalue(request.param)
    return Place(request.param, tmp_path, own)


@pytest.fixture(params=["postgresql", "mariadb"])
def server_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty table for commands, in each kind of server."""
    return Place(request.param, tmp_path, request.getfixturevalue(request.param))
