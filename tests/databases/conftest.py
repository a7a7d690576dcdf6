"""One server of each kind for the session, and empty tables for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import servers

if TYPE_CHECKING:
    from collections.abc import Iterator


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
