"""`export`: the rows of a table in any period, to a file for any tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile import streams
from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.figures import To, period_of
from reconcile.cli.options import SettingsFiles, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.files_out import beside
from reconcile.reports.formats import TEXT_EXPORTS, ExportFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.reports.catalogue import Period
    from reconcile.reports.export import Export

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="TIME",
        show_default="the beginning",
        help="From this instant on, UTC, however long ago.",
    ),
]

_STDOUT = Path("-")
_HINT = "end it in " + ", ".join(f".{form}" for form in ExportFormat) + ", or use `--format`"


@app.command(
    short_help="Calls, episodes, decisions, … of any period, to a file",
    epilog=example(
        "$ reconcile export calls calls.xlsx --from 2026-11-01 --to 2026-12-01",
        "$ reconcile export decisions - --format ndjson | jq .reason",
    ),
)
def export(
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="calls, dropped-calls, episodes, attempts, decisions, commands, copies, "
            "witnesses, duplicates, runs or settings.",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Where to, whole or not at all; `-` is stdout.", show_default=False
        ),
    ],
    settings: SettingsFiles = None,
    from_time: From = None,
    to_time: To = None,
    format: Annotated[
        ExportFormat | None,
        typer.Option("--format", show_default="by the ending of FILE", help="How."),
    ] = None,
    all_versions: Annotated[
        bool, typer.Option("--all-versions", help="Each row as it ever was, not only as it is.")
    ] = False,
) -> int:
    """Write all that was kept of a table, from the audit files and the last published copy.

    A row counts by its time: when a call began or was dropped, an episode was added, a dial was
    handed out, a decision was first made, a command was issued, a duplicate was found, a run stood.
    Times are UTC, phone numbers are shown in full. In CSV and Excel no text can run as a formula,
    and numbers are texts that keep their `+` and their zeros.
    """
    form = _form(format, file)
    period = period_of(from_time, to_time)
    _export(the_one(settings), what, period, file, form, has_all_versions=all_versions)
    return ExitCode.DONE


def _form(form: ExportFormat | None, file: Path) -> ExportFormat:
    if form is None:
        try:
            form = ExportFormat(file.suffix.lower().removeprefix("."))
        except ValueError:
            raise UsageWrong(f"the ending of `{file}` tells no format", hint=_HINT) from None
    if file == _STDOUT and form not in TEXT_EXPORTS:
        raise UsageWrong(f"{form} is no text", hint="name a file in the place of `-`")
    return form


def _export(
    settings_file: Path,
    what: str,
    period: Period,
    file: Path,
    form: ExportFormat,
    *,
    has_all_versions: bool,
) -> None:
    from reconcile.audit_files.reading import table_named  # noqa: PLC0415 - help needs none of it
    from reconcile.reports.export import Export  # noqa: PLC0415
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    table, loaded = table_named(what), load(settings_file)
    with open_read_copy(loaded) as connection:
        found = Export(
            connection, table, loaded.state_folder, period, has_all_versions=has_all_versions
        )
        if file == _STDOUT:
            _print(found, form)
            return
        with answers.writing(file) as place:
            _write(found, form, place)


def _print(found: Export, form: ExportFormat) -> None:
    from reconcile.reports.export import TEXTS  # noqa: PLC0415 - help needs none of it

    for text in TEXTS[form](found.columns(), found.portions()):
        if not streams.out(text):
            return  # the reader has what it wanted


def _write(found: Export, form: ExportFormat, place: Path) -> None:
    """Write beside the place and rename, so that no part of a file is ever seen there."""
    from reconcile.reports.export import TEXTS  # noqa: PLC0415 - help needs none of it

    with beside(place) as part:
        if form is ExportFormat.PARQUET:
            found.write_parquet(part)
        elif form is ExportFormat.XLSX:
            from reconcile.reports.workbook import write_workbook  # noqa: PLC0415

            cut = write_workbook(found.name, found.columns(), _shown(found), part)
            if cut:
                answers.warning([f"{cut:,} texts are longer than a cell of Excel and end in `…`"])
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(TEXTS[form](found.columns(), _shown(found)))


def _shown(found: Export) -> Iterator[list[tuple[object, ...]]]:
    """The portions, with a bar on a terminal."""
    return streams.progress(found.portions(), total=None, label=f"exporting {found.name}")
