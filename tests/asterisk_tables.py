"""The real Asterisk of the tests with its logs in a real MariaDB, written there by Asterisk itself.

It has its own modules for that: `res_config_odbc` for the realtime queue log, `cdr_adaptive_odbc`
and `cel_odbc`. They come with Debian's Asterisk, and the driver with `odbc-mariadb`, unpacked
beside it. The files are written as well, for tests that look at what happened; the source of the
settings reads the tables alone.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import asterisk_packages
import real_asterisk
from servers import PASSWORD, Mariadb

from reconcile.databases import session
from reconcile.settings.cdr_columns import CDR_COLUMNS
from reconcile.settings.cel_columns import CEL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_QUEUE_LOG = ("callid", "queuename", "agent", "event", *(f"data{place}" for place in range(1, 6)))
_TIMES = {"time": "datetime(6)", "eventtime": "datetime(6)"} | dict.fromkeys(
    ("start", "answer", "end"), "datetime"
)
_NUMBERS = dict.fromkeys(("duration", "billsec", "sequence"), "int")
_CONFIGURATION = {
    "res_odbc.conf": "[asterisk]\nenabled => yes\ndsn => asterisk\nusername => asterisk\n"
    f"password => {real_asterisk.PASSWORD}\npre-connect => yes\n",
    "extconfig.conf": "[settings]\nqueue_log => odbc,asterisk\n",
    "cdr_adaptive_odbc.conf": "[cdr]\nconnection = asterisk\ntable = cdr\nusegmtime = yes\n",
    "cel_odbc.conf": "[general]\n\n[cel]\nconnection = asterisk\ntable = cel\nusegmtime = yes\n",
    "logger.conf": "[general]\ndateformat = %F %T.%3q\nqueue_log = yes\nqueue_log_to_file = yes\n\n"
    "[logfiles]\nmessages.log => notice,warning,error,verbose(3)\n",
}
_WHERE = """\
kind = "mariadb"
host = "127.0.0.1"
port = {port}
database = "asterisk"
user = "reader"
password = {{ file = "{password}" }}
queue_log = {{ table = "queue_log", time_zone = "UTC" }}
cdr = {{ table = "cdr", time_zone = "UTC" }}
cel = {{ table = "cel", time_zone = "UTC" }}
"""


@contextmanager
def phone_system(server: Mariadb) -> Iterator[real_asterisk.PhoneSystem]:
    """Start the phone system with new tables in this server."""
    _make_tables(server)
    password = server.folder / "password-of-reader"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    with real_asterisk.phone_system(
        extra=_CONFIGURATION,
        environment=_odbc(server.folder, server.port),
        where=_WHERE.format(port=server.port, password=password),
    ) as phones:
        yield phones


def _make_tables(server: Mariadb) -> None:
    """Asterisk's tables by its own names of columns, and a user who may add rows to them."""
    server.execute(
        *(f"drop table if exists {table}" for table in ("queue_log", "cdr", "cel")),
        _table("queue_log", ("time", *_QUEUE_LOG)),
        _table("cdr", CDR_COLUMNS),
        # cel_odbc calls the last one so, which the shipped cel_custom.conf calls `eventextra`.
        _table("cel", ("extra" if name == "eventextra" else name for name in CEL_COLUMNS)),
    )
    root = server.server(user="root", password="", host=str(server.folder / "socket"))
    user = "asterisk@'127.0.0.1'"
    with session(server.kind, root) as opened:
        opened.change(f"create or replace user {user} identified by '{real_asterisk.PASSWORD}'")
        opened.change(f"grant select, insert on asterisk.* to {user}")


def _table(name: str, columns: Iterable[str]) -> str:
    typed = (
        f"`{column}` {(_TIMES | _NUMBERS).get(column, 'varchar(200)')}" for column in columns
    )
    counter = "id bigint not null auto_increment primary key"
    return f"create table {name} ({', '.join((counter, *typed))})"


def _odbc(folder: Path, port: int) -> dict[str, str]:
    """Write what the driver manager reads; it is told where by the environment of Asterisk."""
    root = asterisk_packages.installed().root
    driver = next(root.glob("usr/lib/*/odbc/libmaodbc.so"))
    odbc = folder / "odbc"
    odbc.mkdir(exist_ok=True)
    (odbc / "odbcinst.ini").write_text(f"[MariaDB]\nDriver = {driver}\n", encoding="utf-8")
    (odbc / "odbc.ini").write_text(
        f"[asterisk]\nDriver = MariaDB\nServer = 127.0.0.1\nPort = {port}\nDatabase = asterisk\n",
        encoding="utf-8",
    )
    return {"ODBCSYSINI": str(odbc), "ODBCINI": str(odbc / "odbc.ini")}
