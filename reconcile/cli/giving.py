"""Give what a command found in the format that was asked for, the same way for all of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.cli import answers
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reconcile.queries import Rows
    from reconcile.reports.catalogue import Period


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: as a page for people, as rows for files, as data for JSON."""

    page: Callable[[Format], str]
    rows: Callable[[], Rows]
    data: Callable[[], object]


@contextmanager
def parquet_place(output: Path | None) -> Iterator[Path]:
    """Give the place of a Parquet file. Raises UsageWrong where none is named or takes it."""
    if output is None:
        raise UsageWrong("Parquet is no text", hint="name a file with `--output`")
    with answers.writing(output) as place:
        yield place


def give(
    found: Findings, form: Format, output: Path | None, code: ExitCode = ExitCode.DONE
) -> None:
    """Write what was found to stdout or a file, whole or not at all.

    Raises UsageWrong where the file cannot be written, or Parquet is asked for without one.
    """
    if form is Format.PARQUET:
        with parquet_place(output) as place:
            from reconcile.reports.parquet import write_rows  # noqa: PLC0415 - loads pyarrow

            write_rows(found.rows(), place)
    elif form is Format.JSON:
        answers.write(answers.envelope(found.data(), code), output)
    elif form is Format.CSV:
        from reconcile.reports.text import csv_text  # noqa: PLC0415 - help needs none of it

        answers.write(csv_text(found.rows()), output)
    else:
        answers.write(found.page(form), output)


def give_report(
    name: str, file: Path, period: Period, form: Format, *, output: Path | None, zone_name: str
) -> None:
    """Make a report by its name and write it; as Parquet with the types of its SQL."""
    from reconcile.reports import catalogue, text  # noqa: PLC0415 - help needs none of it
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    zone = zone_named(zone_name)
    query = catalogue.find(name)
    loaded = load(file)
    with open_read_copy(loaded) as connection:
        if form is Format.PARQUET:
            with parquet_place(output) as place:
                catalogue.write_parquet(connection, query, period, loaded, path=place)
            return
        made = catalogue.make(connection, query, period, loaded)
    found = Findings(
        page=lambda form: text.report_text(made, zone, form),
        rows=lambda: made.rows,
        data=lambda: text.report_data(made, period),
    )
    give(found, form, output)
