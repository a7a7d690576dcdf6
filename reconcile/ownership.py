"""A state belongs to one settings file: two that share one would end each other's campaigns."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reconcile import publishing
from reconcile import settings as settings_module
from reconcile.errors import SettingInvalid

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from reconcile.settings import Settings


def claim(
    connection: duckdb.DuckDBPyConnection, settings: Settings, *, takes_over: bool = False
) -> None:
    """Make these settings the owner of the state, where nobody else is.

    The owner is kept as a path from the state folder, so a folder that moves as a whole keeps it.
    A file that is gone, or has another state by now, owns it no more. Raises SettingInvalid for
    another owner, unless these settings take over.
    """
    folder, mine = settings.state_folder, written(settings)
    found = connection.execute("select settings_file from ops.owner").fetchall()
    if found == [(mine,)]:
        return
    if found and not takes_over:
        owner = folder.resolve() / found[0][0]
        if _still_owns(owner, folder):
            raise SettingInvalid(
                f"the state `{folder}` belongs to `{os.path.normpath(owner)}`, "
                f"not to `{settings.file}`",
                follows="Nothing was done: each would end the campaigns of the other",
                hint="give this one a `state` of its own; if it takes the other's place, "
                "`reconcile run --take-over` once",
            )
    connection.execute("delete from ops.owner")
    connection.execute("insert into ops.owner values ($1)", [mine])


def is_last(settings: Settings) -> bool:
    """Whether the last run was one of these settings, so that the state need not be asked."""
    status = publishing.read_status(settings.state_folder) or {}
    return status.get("settings_file") == written(settings)


def written(settings: Settings) -> str:
    """How the settings file is called from the state folder."""
    return os.path.relpath(settings.file.resolve(), settings.state_folder.resolve())


def _still_owns(file: Path, folder: Path) -> bool:
    if not file.is_file():
        return False
    try:
        return settings_module.load(file).state_folder.resolve() == folder.resolve()
    except SettingInvalid:
        return True  # broken for the moment, it may be mended
