from __future__ import annotations

import duckdb
import pytest

from reconcile import database, scratch


def test_core_can_be_made_beside_a_database_that_is_read_only(tmp_path):
    path = tmp_path / 'the "read" copy\'s.duckdb'
    with database.connect(path) as connection:
        database.migrate(connection)
    before = path.read_bytes()
    with database.connect(path, read_only=True) as connection, scratch.core_room(connection):
        connection.execute("create table core.duplicates as select 1 as number")
        found = connection.execute(
            "select duplicates.number, (select count(*) from kept.contacts) from core.duplicates"
        ).fetchall()
    assert found == [(1, 0)]
    assert path.read_bytes() == before


def test_what_was_made_is_gone_afterwards_and_can_be_made_again():
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        for _ in range(2):
            with scratch.core_room(connection):
                connection.execute("create table core.made_here as select 1 as number")
        with pytest.raises(duckdb.CatalogException):
            connection.execute("from core.made_here")


def test_the_room_is_left_when_the_work_in_it_fails():
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        with pytest.raises(ZeroDivisionError), scratch.core_room(connection):
            raise ZeroDivisionError
        assert connection.execute("select count(*) from kept.contacts").fetchall() == [(0,)]
        assert connection.execute("select current_setting('search_path')").fetchall() == [("",)]
