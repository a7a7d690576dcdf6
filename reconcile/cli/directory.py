"""`duplicates`: numbers on two or more contacts, in the directory or after an import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconcile import streams
from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import RowFormat
from reconcile.cli.options import Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from reconcile.import_file.findings import ImportFindings
    from reconcile.settings import Settings

Import = Annotated[
    Path | None,
    typer.Option(
        "--import", metavar="FILE", show_default=False, help="Check this CSV of contacts."
    ),
]
Clean = Annotated[
    Path | None,
    typer.Option(
        "--clean", metavar="OUT", show_default=False, help="Write the clean rows, byte by byte."
    ),
]
Rejects = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="OUT", show_default=False, help="Write the others, with reasons."
    ),
]
Encoding = Annotated[str, typer.Option("--encoding", help="Of the CSV.")]
Delimiter = Annotated[
    str | None,
    typer.Option("--delimiter", show_default="found out", help="Between fields of the CSV."),
]
NumberColumns = Annotated[
    list[str] | None,
    typer.Option(
        "--number-column",
        metavar="NAME",
        show_default="by their names",
        help="A column with numbers; may be given more than once.",
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id-column",
        metavar="NAME",
        show_default=False,
        help="The column with the id of the contact that a row replaces.",
    ),
]
ShowsAll = Annotated[bool, typer.Option("--all", help="Show clean rows as well.")]


@app.command(
    short_help="Numbers on two contacts, now or after an import",
    epilog=example(
        "$ reconcile duplicates --import new_contacts.csv --clean clean.csv",
        "row  line  name         numbers            verdict",
        "  2     3  Mašek Radek  00420 700 610 113  +420700610113 is contact 1012",
    ),
)
def duplicates(
    *,
    settings: SettingsFiles = None,
    import_file: Import = None,
    clean: Clean = None,
    rejects: Rejects = None,
    encoding: Encoding = "utf-8",
    delimiter: Delimiter = None,
    number_columns: NumberColumns = None,
    id_column: IdColumn = None,
    shows_all: ShowsAll = False,
    format: Annotated[RowFormat, typer.Option("--format", help="How.")] = RowFormat.TABLE,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """Show the numbers on two or more contacts, or check a file before it is imported.

    A number on two contacts blocks its callers: nobody knows whom to call. `--import` checks a CSV
    against itself, the directory and the clients who wait for a call; it gives a verdict for each
    row and exit code 1 when there are findings. Nothing is written unless `--clean` or `--rejects`
    ask.
    """
    from reconcile.settings import load  # noqa: PLC0415 - help needs none of it

    with answers.in_json(format is RowFormat.JSON):
        loaded = load(the_one(settings))
        if import_file is None:
            if clean or rejects:
                raise UsageWrong("`--clean` and `--rejects` part an import file, and none is named")
            answers.write(_directory(loaded, format, zone), output)
            return ExitCode.DONE
        columns = {"number_columns": number_columns or [], "id_column": id_column}
        sign = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter)
        found = _checked(loaded, import_file, encoding=encoding, delimiter=sign, **columns)
        _part(found, clean, rejects)
        code = ExitCode.FINDINGS if found.has_findings else ExitCode.DONE
        answers.write(_verdicts(found, format, shows_all, code, zone), output)
    return code


def _directory(loaded: Settings, form: RowFormat, zone_name: str) -> str:
    from reconcile import duplicates as module  # noqa: PLC0415
    from reconcile import queries  # noqa: PLC0415
    from reconcile.reports import catalogue, text  # noqa: PLC0415
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415

    zone = zone_named(zone_name)
    with open_read_copy(loaded) as connection:
        rows = module.report(connection)
    sentence = queries.load("reports.duplicates").summary
    made = catalogue.Report("duplicates", sentence, rows)
    if form is RowFormat.JSON:
        return answers.envelope(text.report_data(made, catalogue.Period()))
    return text.report_text(made, zone, Format(form))


def _checked(loaded: Settings, file: Path, **how: Any) -> ImportFindings:  # noqa: ANN401
    from reconcile import duplicates as module  # noqa: PLC0415
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.reports.regions import region_of  # noqa: PLC0415

    with open_read_copy(loaded) as connection:
        return module.check_import(connection, file, region=region_of(loaded), **how)


def _part(found: ImportFindings, clean: Path | None, rejects: Path | None) -> None:
    from reconcile.import_file import output as parted  # noqa: PLC0415
    from reconcile.reports.labels import counted  # noqa: PLC0415

    for out in (clean, rejects):
        if out is not None and out.exists() and not out.is_file():
            raise UsageWrong(f"`{out}` is no file", follows="Nothing was written")
    if clean is not None:
        streams.note(f"{counted(parted.write_clean(found, clean), 'clean row')} in `{clean}`")
    if rejects is not None:
        streams.note(f"{counted(parted.write_rejects(found, rejects), 'row')} in `{rejects}`")


def _verdicts(
    found: ImportFindings, form: RowFormat, shows_all: bool, code: ExitCode, zone_name: str
) -> str:
    from reconcile import clock  # noqa: PLC0415
    from reconcile.queries import Rows  # noqa: PLC0415
    from reconcile.reports import text  # noqa: PLC0415
    from reconcile.reports.labels import counted  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415

    clean_count = sum(verdict.verdict == "clean" for verdict in found.verdicts)
    counts = found.kind_counts()
    if form is RowFormat.JSON:
        data = {
            "file": str(found.file.path),
            "row_count": len(found.verdicts),
            "clean_count": clean_count,
            "kind_counts": counts,
            "rows": [verdict.as_dict() for verdict in found.verdicts],
        }
        return answers.envelope(data, code)
    zone = zone_named(zone_name)
    when = clock.as_text if form is RowFormat.CSV else zone.text
    columns, rows = found.as_table(when, with_clean=shows_all or form is RowFormat.CSV)
    table = Rows(columns, [tuple(row) for row in rows])
    if form is RowFormat.CSV:
        return text.csv_text(table)
    sentence = f"{counted(len(found.verdicts), 'row')}, {clean_count:,} of them clean"
    if counts:
        sentence += ": " + ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    return text.page(str(found.file.path), sentence, table, zone, Format(form))
