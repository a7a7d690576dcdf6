"""A real MySQL on loopback. Debian's stable suites have none, so it is unpacked beside."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import debian_archive
from servers import PASSWORD, SECONDS, Mariadb

from reconcile.databases import session

if TYPE_CHECKING:
    from collections.abc import Sequence

WANTED = debian_archive.Wanted("mysql", ("sid",), ("mysql-server-core",))


class Mysql(Mariadb):
    """It is spoken to as a MariaDB is, over TLS: else its driver needs one library more."""

    tls = "require"

    def make(self) -> None:
        self.check_call(*self._program("--initialize-insecure"))
        self.start()
        self._wait_for_socket()
        root: dict[str, object] = {"user": "root", "password": "", "database": "mysql"}
        root |= {"host": str(self.folder / "socket"), "tls": "off"}
        self.wait(**root)
        password = PASSWORD.replace("'", "''")
        with session(self.kind, self.server(**root)) as opened:
            for statement in (
                "create database asterisk",
                f"create user owner@'127.0.0.1' identified by '{password}'",
                "grant all on *.* to owner@'127.0.0.1'",
                f"create user reader@'127.0.0.1' identified by '{password}'",
                "grant select on *.* to reader@'127.0.0.1'",
            ):
                opened.change(statement)

    def command(self) -> Sequence[str]:
        return self._program(
            *(f"--socket={self.folder / 'socket'}", f"--port={self.port}"),
            *("--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}"),
            *("--mysqlx=OFF", "--innodb-flush-log-at-trx-commit=2", "--disable-log-bin"),
            f"--ssl-cert={self.folder / 'server.crt'}",
            f"--ssl-key={self.folder / 'server.key'}",
        )

    def _wait_for_socket(self) -> None:
        """It comes after the port, and PyMySQL leaves something behind that came too early."""
        deadline = time.monotonic() + SECONDS
        while not (self.folder / "socket").exists() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _program(self, *options: str) -> list[str]:
        unpacked = debian_archive.unpacked(WANTED)
        return unpacked.command(
            *("usr/sbin/mysqld", "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *(f"--basedir={unpacked.root / 'usr'}", "--secure-file-priv=NULL"),
            *("--user=root", "--skip-name-resolve", *options),
        )
