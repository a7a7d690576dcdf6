"""Options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconcile.errors import UsageWrong

DEFAULT_FILE = Path("reconcile.toml")

SettingsFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--settings",
        "-s",
        metavar="FILE",
        envvar="RECONCILE_SETTINGS",
        show_default=str(DEFAULT_FILE),
        help="The settings file, or a folder of them; `:` parts several in the variable.",
    ),
]
ZoneName = Annotated[
    str,
    typer.Option(
        "--zone",
        metavar="ZONE",
        envvar="RECONCILE_ZONE",
        help="The zone of times that people read, such as `Europe/Prague`; CSV, JSON and Parquet "
        "always have UTC.",
    ),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="TIME",
        show_default="the clock",
        help="The instant taken for now: `2026-11-20T09:15:00Z`, or with an offset; UTC without.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        show_default="stdout",
        help="Write to a file, whole or not at all.",
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        show_default=False,
        help="Write it as one self-contained page for a browser.",
    ),
]
ShowNumbers = Annotated[
    bool, typer.Option("--show-numbers", help="Do not mask phone numbers in what is told.")
]


def chosen(files: list[Path] | None) -> list[Path]:
    """The settings files asked for, each once; `reconcile.toml` here where none is.

    A folder stands for the `*.toml` in it and the `reconcile.toml` of each folder in it, in the
    order of their names. Raises UsageWrong where it has none.
    """
    found = [file for path in files or [DEFAULT_FILE] for file in _settings_files(path)]
    return list(dict.fromkeys(found))


def _settings_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [
        file
        for pattern in ("*.toml", f"*/{DEFAULT_FILE}")
        for file in path.glob(pattern)
        if not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not found:
        raise UsageWrong(
            f"the folder `{path}` holds no settings",
            follows="Nothing was done",
            hint=f"expected `*.toml` in it, or folders with a `{DEFAULT_FILE}`",
        )
    return sorted(found)


def the_one(files: list[Path] | None) -> Path:
    """The only settings file. Raises UsageWrong where several are named."""
    found = chosen(files)
    if len(found) > 1:
        raise UsageWrong(
            f"this command takes one settings file, {len(found)} are named",
            hint="name one with `--settings`",
        )
    return found[0]
