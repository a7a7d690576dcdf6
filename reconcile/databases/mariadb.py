"""MariaDB and MySQL, by PyMySQL.

It is pure Python: drivers that are faster need a compiler or come under another licence. How rows
pass all the same in good time is told in `mariadb_rows`.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from reconcile.databases import (
    LOCAL_TIME,
    NUMBER,
    TEXT,
    DatabaseFault,
    mariadb_rows,
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

_HOLDS = {
    **dict.fromkeys((1, 2, 3, 8, 9), NUMBER),
    **dict.fromkeys((7, 12), LOCAL_TIME),
    **dict.fromkeys((15, 252, 253, 254), TEXT),
}
"""What a column holds by the number of its type in the protocol."""
_HINTS = {
    "support SSL": NO_TLS,
    "CERTIFICATE_VERIFY_FAILED": WRONG_AUTHORITY,
    "max_statement_time": TOO_SLOW,
    "maximum statement execution time": TOO_SLOW,
    "timed out": TOO_SLOW,
    "Lock wait timeout": TOO_SLOW,
    "'cryptography' package is required": '`tls = "require"` is another way to keep the password '
    "secret from the network, as is a socket",
}


def connect(server: Server) -> MariadbSession:
    """Open a session. Raises DatabaseFault."""
    try:
        import pymysql  # noqa: PLC0415 - an extra, and only where a source needs it
    except ImportError:
        raise missing_driver("MariaDB", "mariadb") from None
    place: dict[str, Any] = {"host": server.host, "port": server.port}
    if server.host.startswith("/"):
        place = {"unix_socket": server.host}
    tls: dict[str, Any] = {"ssl_disabled": True}
    if server.tls != "off":
        tls = {"ssl": _context(server)}
    # A RuntimeError is the driver's word for a library that it lacks.
    with faults((*_errors(pymysql), RuntimeError), _HINTS):
        connection = pymysql.connect(
            **place,
            **tls,
            database=server.database,
            user=server.user,
            password=(server.password or "").encode(),  # else it is taken for Latin-1
            charset="utf8mb4",
            use_unicode=False,
            autocommit=True,
            connect_timeout=server.connect_seconds,
            read_timeout=server.statement_seconds + server.connect_seconds,
            write_timeout=server.statement_seconds + server.connect_seconds,
        )
    opened = MariadbSession(connection, pymysql)
    try:
        _bound(opened, server, is_mariadb="MariaDB" in connection.get_server_info())
    except DatabaseFault:
        opened.close()
        raise
    return opened


def _bound(opened: MariadbSession, server: Server, *, is_mariadb: bool) -> None:
    """Have the server refuse what would change anything, and give up what takes too long."""
    limit = f"max_execution_time = {server.statement_seconds * 1_000}"
    if is_mariadb:
        limit = f"max_statement_time = {server.statement_seconds}"
    mode = "only" if server.is_read_only else "write"
    opened.change(f"set session transaction read {mode}")
    opened.change(
        f"set session {limit}, session lock_wait_timeout = {server.statement_seconds}, "
        "session sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES')"
    )


class MariadbSession(ServerSession):
    """A session with a MariaDB or MySQL server."""

    def __init__(self, connection: Any, driver: Any) -> None:  # noqa: ANN401 - an extra has no types here
        super().__init__(connection, holds=_HOLDS, errors=_errors(driver), hints=_HINTS)
        self._driver = driver

    def quoted(self, *names: str) -> str:
        """Write names as one identifier."""
        return ".".join("`" + name.replace("`", "``") + "`" for name in names)

    def counter(self, table: Sequence[str]) -> str | None:
        """The column with `auto_increment`."""
        (name,) = one_row(
            self,
            ["min(column_name)"],
            f"from information_schema.columns where {_is(table)} and extra like '%auto_increment%'",
        )
        return name or None

    def is_indexed(self, table: Sequence[str], column: str) -> bool:
        """Whether an index begins with the column."""
        column = column.replace("'", "''")
        (count,) = one_row(
            self,
            ["count(*)"],
            f"from information_schema.statistics where {_is(table)} "
            f"and column_name = '{column}' and seq_in_index = 1",
        )
        return count != "0"

    def shown(self, column: str, holds: str, zone: str) -> str:  # noqa: ARG002 - it has no instants
        """A time as it is written, for all the server's times are local ones."""
        return column

    def records(self, columns: Sequence[str], rest: str) -> Iterator[bytes]:
        """The rows of a select as CSV."""
        with self._faults():
            yield from mariadb_rows.records(self._connection, self._driver, columns, rest)

    def is_unique(self, table: Sequence[str], column: str) -> bool:
        """Whether a unique index has this column alone, and the whole of it."""
        column = column.replace("'", "''")
        found = self.texts(
            "select index_name from information_schema.statistics "  # noqa: S608 - our own
            f"where {_is(table)} and non_unique = 0 group by index_name "
            f"having count(*) = 1 and max(column_name) = '{column}' and max(sub_part) is null",
            [],
        )
        return bool(found)

    def close(self) -> None:
        """Leave the server, in the middle of an answer too."""
        self._connection._force_close()


def _is(table: Sequence[str]) -> str:
    """The condition for a table in the catalogue."""
    *schema, name = (part.replace("'", "''") for part in table)
    owner = f"'{schema[0]}'" if schema else "database()"
    return f"table_schema = {owner} and table_name = '{name}'"


def _context(server: Server) -> ssl.SSLContext:
    """How TLS is spoken: `verify` the name and who signed it, `require` that it is spoken."""
    try:
        context = ssl.create_default_context(cafile=server.tls_ca)
    except (OSError, ssl.SSLError) as error:
        raise DatabaseFault(f"`{server.tls_ca}` cannot be used as `tls_ca`: {error}") from error
    if server.tls != "verify":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _errors(driver: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401
    return driver.Error, OSError
