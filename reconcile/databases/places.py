"""What the settings say of a database, brought to where a session begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.databases import DatabaseFile, Server
from reconcile.settings.database_access import SqliteAccess
from reconcile.settings.secrets import read_secret

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.settings.database_access import DatabaseAccess


def place_of(
    folder: Path, access: DatabaseAccess, where: str, *, is_read_only: bool = True
) -> Server | DatabaseFile:
    """Where a database is; `where` is the place of its keys, such as `sources.pbx`.

    Paths count from `folder`, that of the settings. Raises SettingInvalid where its password is
    not where it is to be.
    """
    if isinstance(access, SqliteAccess):
        return DatabaseFile(
            path=folder / access.path,
            statement_seconds=access.statement_seconds,
            is_read_only=is_read_only,
        )
    password = None
    if access.password is not None:
        password = read_secret(access.password, folder, name=f"{where}.password")
    return Server(
        host=access.host,
        port=access.port or access.default_port,
        database=access.database,
        user=access.user,
        password=password,
        tls=access.tls_in_force,
        tls_ca=folder / access.tls_ca if access.tls_ca else None,
        connect_seconds=access.connect_seconds,
        statement_seconds=access.statement_seconds,
        is_read_only=is_read_only,
    )
