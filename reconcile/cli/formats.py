"""Which format an answer has: the one asked for, else by the ending of its file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconcile.errors import UsageWrong
from reconcile.reports.formats import ENDINGS, Format

AnyFormat = Annotated[
    Format | None,
    typer.Option("--format", show_default="by the ending of --output, else table", help="How."),
]


def by_ending(form: Format | None, output: Path | None) -> Format:
    """The format asked for, or by the ending of the file. Raises UsageWrong for another ending."""
    if form is not None:
        return form
    if output is None:
        return Format.TABLE
    try:
        return ENDINGS[output.suffix.lower()]
    except KeyError:
        raise UsageWrong(
            f"the ending of `{output}` tells no format",
            hint=f"end it in {', '.join(ENDINGS)}, or name the format with `--format`",
        ) from None
