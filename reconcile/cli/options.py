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
        help="The settings file; `:` parts several in the variable.",
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
ShowNumbers = Annotated[
    bool, typer.Option("--show-numbers", help="Do not mask phone numbers in what is told.")
]


def chosen(files: list[Path] | None) -> list[Path]:
    """The settings files asked for, each once; `reconcile.toml` here where none is."""
    return list(dict.fromkeys(files)) if files else [DEFAULT_FILE]


def the_one(files: list[Path] | None) -> Path:
    """The only settings file. Raises UsageWrong where several are named."""
    found = chosen(files)
    if len(found) > 1:
        raise UsageWrong(
            f"this command takes one settings file, {len(found)} are named",
            hint="name one with `--settings`",
        )
    return found[0]
