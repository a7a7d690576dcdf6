"""PostgreSQL, by psycopg 3: the server itself writes the CSV (`copy … to stdout`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.databases import (
    INSTANT,
    LOCAL_TIME,
    NUMBER,
    TEXT,
    DatabaseFault,
    missing_driver,
    one_row,
)
from reconcile.databases.server_session import (
    NO_TLS,
    TOO_SLOW,
    WRONG_AUTHORITY,
    ServerSession,
    faults,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconcile.databases import Server

_TLS = {"verify": "verify-full", "require": "require", "off": "disable"}
_HOLDS = {
    **dict.fromkeys((20, 21, 23), NUMBER),
    **dict.fromkeys((25, 1042, 1043), TEXT),
    1184: INSTANT,
    1114: LOCAL_TIME,
}
"""What a column holds by the number of its type, which never changes."""
_HINTS = {
    "server does not support SSL": NO_TLS,
    "certificate verify failed": WRONG_AUTHORITY,
    "root certificate": WRONG_AUTHORITY,
    "statement timeout": TOO_SLOW,
    "lock timeout": TOO_SLOW,
}
_TIME_LENGTH = len("2026-11-20 08:53:57.123456")


def connect(server: Server) -> PostgresqlSession:
    """Open a session. Raises DatabaseFault."""
    try:
        import psycopg  # noqa: PLC0415 - an extra, and only where a source needs it
    except ImportError:
        raise missing_driver("PostgreSQL", "postgresql") from None
    options = {
        "host": server.host,
        "port": server.port,
        "dbname": server.database,
        "user": server.user,
        "password": server.password or "",
        "sslmode": _TLS[server.tls],
        "sslrootcert": server.tls_ca or ("system" if server.tls == "verify" else ""),
        "gssencmode": "disable",
        "connect_timeout": max(2, server.connect_seconds),
        "tcp_user_timeout": (server.statement_seconds + server.connect_seconds) * 1_000,
        "client_encoding": "UTF8",
        "application_name": "reconcile",
    }
    with faults((psycopg.Error,), _HINTS):
        connection = psycopg.connect(autocommit=True, **options)  # type: ignore[arg-type]
    opened = PostgresqlSession(connection, psycopg)
    milliseconds = server.statement_seconds * 1_000
    mode = "read only" if server.is_read_only else "read write"
    try:
        opened.change(
            f"set session characteristics as transaction {mode}; set time zone 'UTC'; "
            f"set datestyle = 'ISO'; set statement_timeout = {milliseconds}; "
            f"set lock_timeout = {milliseconds}"
        )
    except DatabaseFault:
        opened.close()
        raise
    return opened


class PostgresqlSession(ServerSession):
    """A session with a PostgreSQL server."""

    def __init__(self, connection: Any, driver: Any) -> None:  # noqa: ANN401 - an extra has no types here
        super().__init__(connection, holds=_HOLDS, errors=(driver.Error,), hints=_HINTS)

    def quoted(self, *names: str) -> str:
        """Write names as one identifier."""
        return ".".join('"' + name.replace('"', '""') + '"' for name in names)

    def counter(self, table: Sequence[str]) -> str | None:
        """The column that counts up by itself: an identity, or one whose default is a sequence."""
        named = self.quoted(*table).replace("'", "''")
        (name,) = one_row(
            self,
            ["min(attname)"],
            "from pg_attribute left join pg_attrdef on attrelid = adrelid and attnum = adnum "
            f"where attrelid = '{named}'::regclass and attnum > 0 and not attisdropped and "
            "(attidentity != '' or pg_get_expr(adbin, adrelid) like 'nextval(%')",
        )
        return name or None

    def is_indexed(self, table: Sequence[str], column: str) -> bool:
        """Whether an index begins with the column."""
        named = self.quoted(*table).replace("'", "''")
        column = column.replace("'", "''")
        (count,) = one_row(
            self,
            ["count(*)"],
            "from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0] "
            f"where indrelid = '{named}'::regclass and attname = '{column}' and indisvalid "
            "and indpred is null",
        )
        return count != "0"

    def shown(self, column: str, holds: str, zone: str) -> str:
        """A time as text, an instant in the zone."""
        if holds == INSTANT:
            zone = zone.replace("'", "''")
            return f"left(({column} at time zone '{zone}')::text, {_TIME_LENGTH})"
        return f"left({column}::text, {_TIME_LENGTH})" if holds == LOCAL_TIME else column

    def records(self, columns: Sequence[str], rest: str) -> Iterator[bytes]:
        """The rows of a select as CSV; the server sends one record after the other."""
        select = f"select {', '.join(columns)} {rest}"
        with (
            self._faults(),
            self._connection.cursor() as cursor,
            cursor.copy(f"copy ({select}) to stdout (format csv)") as copy,
        ):
            yield from map(bytes, copy)

    def is_unique(self, table: Sequence[str], column: str) -> bool:
        """Whether an index that is in force at once has this column alone."""
        found = self.texts(
            "select count(*) from pg_index join pg_attribute "
            "on attrelid = indrelid and attnum = indkey[0] "
            "where indrelid = ?::regclass and attname = ? and indisunique and indisvalid "
            "and indimmediate and indpred is null and indnkeyatts = 1",
            [self.quoted(*table), column],
        )
        return found != ["0"]

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()
