"""Every SQL file works on an empty state, and cases show its relations as they really are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import case_format
import case_runner
import pytest

from reconcile import database, queries

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

FOLDER = Path(__file__).parent / "sql"
FOLDERS = ("staging", "core", "commands", "audits", "reports")
NAMES = [name for folder in FOLDERS for name in queries.names(folder)]
CASE_FILES = sorted(FOLDER.glob("*/*.case"))
NOTHING = {"timestamp": "2026-03-02 10:00:00", "boolean": "false", "varchar": ""}


def case_file(path: Path) -> case_format.CaseFile | None:
    """A case file; None where it is missing or malformed, which another test tells."""
    try:
        return case_format.parse(path.read_text(encoding="utf-8"), path)
    except (OSError, case_format.CaseMalformed):
        return None


def relations_read(name: str) -> list[str]:
    """What a file reads of the layers that each run makes anew."""
    reads = (entry.split()[0] for entry in queries.load(name).reads)
    return [read for read in reads if read.partition(".")[0] in case_runner.REBUILT]


def params(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """Some value of the declared type for each parameter."""
    return {
        key: connection.execute(
            f"select cast($1 as {kind})", ["[]" if kind.endswith("[]") else NOTHING.get(kind, "0")]
        ).fetchall()[0][0]
        for key, kind in case_runner.declared_params(queries.load(name)).items()
    }


@dataclass(slots=True)
class Layers:
    """A state on which `core` and `staging` are built bit by bit, each relation once."""

    connection: duckdb.DuckDBPyConnection
    done: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def layers() -> Iterator[Layers]:
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        yield Layers(connection)


def build(layers: Layers, relation: str, reader: str) -> None:
    """Make a relation of `core` or `staging`, empty: by its file and what that one reads.

    A relation without a file is made by Python; its columns are those that the cases of its reader
    show.
    """
    if relation in layers.done:
        return
    if relation in NAMES:
        for read in relations_read(relation):
            build(layers, read, relation)
        queries.run(layers.connection, relation, params(layers.connection, relation))
        layers.done.add(relation)
        return
    file = case_file(FOLDER / f"{reader.replace('.', '/')}.case")
    if file is None or not file.columns_of(relation):
        pytest.skip(f"`{relation}` has no SQL file, and no case of `{reader}` shows its columns")
    layers.connection.execute(f"drop table if exists {relation}")
    case_runner.create_relation(layers.connection, relation, file)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_runs_on_an_empty_state(name: str, layers: Layers) -> None:
    for relation in relations_read(name):
        build(layers, relation, name)
    connection = layers.connection
    connection.execute("begin")
    try:
        case_runner.run_query(connection, queries.load(name), params(connection, name))
    finally:
        connection.execute("rollback")


def shown(file: case_format.CaseFile) -> Iterator[str]:
    """Relations of `core` and `staging` that a case file shows and that have an SQL file."""
    sections = [file.background, *file.cases]
    named = {table.name for section in sections for table in section.tables}
    named |= {relation for section in sections for relation in section.shapes}
    return (name for name in sorted(named) if name in NAMES)


def type_name(connection: duckdb.DuckDBPyConnection, kind: str) -> str:
    return str(connection.execute(f"select typeof(cast(null as {kind}))").fetchall()[0][0])


def family(kind: str) -> str:
    """Whole numbers of any width are one: a sum is wider than what it adds."""
    return re.sub(r"^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?\b", "whole number", kind)


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_cases_show_relations_with_their_real_columns_and_types(path: Path, layers: Layers) -> None:
    file = case_file(path)
    assert file is not None
    connection = layers.connection
    for relation in shown(file):
        build(layers, relation, relation)
        real = {
            name: family(kind)
            for name, (kind, _) in case_runner.columns_of(connection, relation).items()
        }
        claimed = {
            name: family(type_name(connection, kind or case_runner.infer_type(name)))
            for name, kind in file.columns_of(relation).items()
        }
        assert {
            name: f"shown as {kind}, is {real.get(name, 'no column')}"
            for name, kind in claimed.items()
            if real.get(name) != kind
        } == {}, relation
