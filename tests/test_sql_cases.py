"""Golden cases: `tests/sql/<folder>/<file>.case` holds those of `sql/<folder>/<file>.sql`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import case_format
import case_runner
import pytest

if TYPE_CHECKING:
    import duckdb

FOLDER = Path(__file__).parent / "sql"


def _collected() -> list[object]:
    """One parameter for each case; a file that cannot be read is one that fails."""
    found: list[object] = []
    for path in sorted(FOLDER.glob("*/*.case")):
        name = f"{path.parent.name}.{path.stem}"
        try:
            file = case_format.parse(path.read_text(encoding="utf-8"), path)
        except case_format.CaseMalformed as error:
            found.append(pytest.param(name, error, 0, id=f"{name}-malformed"))
            continue
        found.extend(
            pytest.param(name, file, place, id=f"{name}-{case.sentence}")
            for place, case in enumerate(file.cases)
        )
    return found


@pytest.mark.parametrize(("name", "file", "place"), _collected())
def test_a_case_gives_what_it_expects(
    name: str,
    file: case_format.CaseFile | case_format.CaseMalformed,
    place: int,
    connection: duckdb.DuckDBPyConnection,
    request: pytest.FixtureRequest,
) -> None:
    if isinstance(file, case_format.CaseMalformed):
        pytest.fail(str(file), pytrace=False)
    try:
        differences = case_runner.run_case(connection, name, file, file.cases[place])
    except case_format.CaseMalformed as error:
        pytest.fail(str(error), pytrace=False)
    if differences and request.config.getoption("--accept"):
        _accept(file.path, place, differences)
    elif differences:
        pytest.fail("\n\n".join(found.text for found in differences), pytrace=False)


def _accept(path: Path, place: int, differences: list[case_runner.Difference]) -> None:
    """Rewrite the expectations of one case; earlier cases of the file may have moved its lines."""
    for found in differences:
        text = path.read_text(encoding="utf-8")
        wanted = found.expectation.name
        case = case_format.parse(text, path).cases[place]
        expectation = next(e for e in case.expectations if e.name == wanted)
        path.write_text(
            case_format.replace_expectation(text, expectation, found.body), encoding="utf-8"
        )
