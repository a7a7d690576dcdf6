"""`duplicates`: numbers on two or more contacts, in the directory or after an import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconcile import streams
from reconcile.cli import answers
from reconcile.cli.app import app, example
from reconcile.cli.formats import AnyFormat, by_ending
from reconcile.cli.giving import Findings, give, give_report
from reconcile.cli.options import Output, SettingsFiles, ZoneName, the_one
from reconcile.errors import ExitCode, UsageWrong
from reconcile.reports.formats import Format

if TYPE_CHECKING:
    from reconcile.import_file.findings import ImportFindings

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
    format: AnyFormat = None,
    output: Output = None,
    zone: ZoneName = "UTC",
) -> int:
    """Show the numbers on two or more contacts, or check a file before it is imported.

    A number on two contacts blocks its callers: nobody knows whom to call. `--import` checks a CSV
    against itself, the directory and the clients who wait for a call; it gives a verdict for each
    row and exit code 1 when there are findings. Nothing is written unless `--clean` or `--rejects`
    ask.
    """
    form = by_ending(format, output)
    with answers.in_json(form is Format.JSON):
        file = the_one(settings)
        if import_file is None:
            if clean or rejects:
                raise UsageWrong("`--clean` and `--rejects` part an import file, and none is named")
            _directory(file, form, output, zone)
            return ExitCode.DONE
        columns = {"number_columns": number_columns or [], "id_column": id_column}
        sign = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter)
        found = _checked(file, import_file, encoding=encoding, delimiter=sign, **columns)
        told = _verdicts(found, shows_all, zone)
        _part(found, clean, rejects)
        code = ExitCode.FINDINGS if found.has_findings else ExitCode.DONE
        give(told, form, output, code)
    return code


def _directory(file: Path, form: Format, output: Path | None, zone_name: str) -> None:
    from reconcile.reports.catalogue import Period  # noqa: PLC0415 - help needs none of it

    give_report("duplicates", file, Period(), form, output=output, zone_name=zone_name)


def _checked(settings: Path, file: Path, **how: Any) -> ImportFindings:  # noqa: ANN401
    from reconcile import duplicates as module  # noqa: PLC0415
    from reconcile.reports.read_copy import open_read_copy  # noqa: PLC0415
    from reconcile.reports.regions import region_of  # noqa: PLC0415
    from reconcile.settings import load  # noqa: PLC0415

    loaded = load(settings)
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


def _verdicts(found: ImportFindings, shows_all: bool, zone_name: str) -> Findings:
    from reconcile.queries import Rows  # noqa: PLC0415
    from reconcile.reports import text  # noqa: PLC0415
    from reconcile.reports.tables import zone_named  # noqa: PLC0415

    zone = zone_named(zone_name)

    def page(form: Format) -> str:
        columns, rows = found.as_table(zone.text, with_clean=shows_all)
        table = Rows(columns, [tuple(row) for row in rows])
        return text.page(str(found.file.path), _sentence(found), table, zone, form)

    def rows() -> Rows:
        columns, rows = found.as_table()
        return Rows(columns, [tuple(row) for row in rows])

    def data() -> dict[str, object]:
        return {
            "file": str(found.file.path),
            "row_count": len(found.verdicts),
            "clean_count": found.clean_count,
            "kind_counts": found.kind_counts(),
            "rows": [verdict.as_dict() for verdict in found.verdicts],
        }

    return Findings(page, rows, data)


def _sentence(found: ImportFindings) -> str:
    from reconcile.reports.labels import counted  # noqa: PLC0415

    sentence = f"{counted(len(found.verdicts), 'row')}, {found.clean_count:,} of them clean"
    counts = found.kind_counts()
    if counts:
        sentence += ": " + ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    return sentence
