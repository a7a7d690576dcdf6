"""Real servers of Debian on loopback: made in a folder of their own, started and stopped by pid.

PostgreSQL and MariaDB refuse to run as root; then they run as the users that their packages made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import real_parts

from reconcile.databases import DatabaseFault, Server, session

if TYPE_CHECKING:
    from collections.abc import Sequence

# ruff: noqa: S105 - of servers that live as long as the tests
PASSWORD = "Tr%ck'y \"pass\\word ř"
SECONDS = 60
INSTALL = "apt-get install postgresql mariadb-server openssl"
SERVERS = ["postgresql", "mariadb", pytest.param("mysql", marks=pytest.mark.slow)]
"""Fixtures, each a server. MySQL is spoken to as the kind `mariadb`."""
DATABASES = [*SERVERS, "sqlite"]


def found(program: str, *folders: str) -> str:
    """The path of a program; without it the test is skipped, or fails where CI is set."""
    places = [path for folder in folders for path in sorted(Path("/").glob(f"{folder}/{program}"))]
    path = str(places[-1]) if places else shutil.which(program)
    if path is None:
        real_parts.missing(f"this test needs `{program}`", f"as root: `{INSTALL}`")
    return path


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_listening(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Own:
    """A server of this test session; `folder` is removed at its end."""

    folder: Path
    user: str
    port: int
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})

    kind = ""
    database = "asterisk"
    tls = "off"

    @property
    def ca(self) -> Path:
        return self.folder / "server.crt"

    def server(self, **changed: object) -> Server:
        """How it is reached, as the user who made it."""
        known: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "database": self.database,
            "user": "owner",
            "password": PASSWORD,
            "tls": self.tls,
            "is_read_only": False,
            "statement_seconds": 600,
        }
        return Server(**{**known, **changed})  # type: ignore[arg-type]

    def settings(self) -> str:
        """How it is reached, as lines of the settings."""
        return (
            f'kind = "{self.kind}"\nhost = "127.0.0.1"\nport = {self.port}\n'
            f'database = "{self.database}"\nuser = "reader"\npassword = {{ file = "password" }}\n'
            + (f'tls = "{self.tls}"\n' if self.tls != "off" else "")
        )

    def execute(self, *statements: str) -> None:
        with session(self.kind, self.server()) as opened:
            for statement in statements:
                opened.change(statement)

    def as_user(self, *command: str) -> list[str]:
        """The command as the server's own user, where we are root."""
        return real_parts.bound_to_us(*command, user=self.user if os.geteuid() == 0 else None)

    def check_call(self, *command: str, **options: str) -> None:
        subprocess.run(
            self.as_user(*command),
            check=True,
            capture_output=True,
            env={**self.environment, **options},
            cwd=self.folder,
        )

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def start(self) -> None:
        """Start it and wait until it lets the owner in."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.as_user(*self.command()),
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.folder,
            )

    def wait(self, **changed: object) -> None:
        deadline = time.monotonic() + SECONDS
        # PyMySQL leaves a socket behind where nobody listens yet.
        while not is_listening(self.port) and time.monotonic() < deadline:
            time.sleep(0.1)
        while True:
            try:
                with session(self.kind, self.server(**changed)):
                    return
            except DatabaseFault as fault:
                if time.monotonic() > deadline:
                    log = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise AssertionError(f"{fault.what}\n{log}") from fault
                time.sleep(0.1)

    def kill(self) -> None:
        """End it as a power cut would, with all processes that it has made itself."""
        assert self.process is not None
        pids = _with_children(self.process.pid)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(SECONDS)
        self.process = None


def _with_children(pid: int) -> list[int]:
    """A process and all below it, the lowest last."""
    found = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], check=True, capture_output=True, text=True
    ).stdout
    parents = {int(one): int(above) for one, above in map(str.split, found.splitlines())}
    pids = [pid]
    for known in pids:
        pids += [one for one, above in parents.items() if above == known]
    return pids


class Postgresql(Own):
    kind = "postgresql"

    def make(self) -> None:
        initdb = found("initdb", "usr/lib/postgresql/*/bin")
        (self.folder / "secret").write_text(PASSWORD, encoding="utf-8")
        give(self.folder, self.user)
        data = str(self.folder / "data")
        self.check_call(
            *(initdb, "-D", data, "-U", "owner", "-A", "scram-sha-256", "--no-sync"),
            *("-E", "UTF8", "--locale", "C.UTF-8", "--pwfile", str(self.folder / "secret")),
        )
        self.start()
        self.wait(database="postgres")
        with session(self.kind, self.server(database="postgres")) as opened:
            opened.change("create database asterisk")
        password = PASSWORD.replace("'", "''")
        self.execute(
            f"create user reader password '{password}'",
            "grant pg_read_all_data to reader",
        )

    def command(self) -> Sequence[str]:
        postgres = found("postgres", "usr/lib/postgresql/*/bin")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": self.folder / "server.crt",
            "ssl_key_file": self.folder / "server.key",
        }
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [postgres, "-D", str(self.folder / "data"), *given]


class Mariadb(Own):
    kind = "mariadb"

    def make(self) -> None:
        install = found("mariadb-install-db")
        give(self.folder, self.user)
        self.check_call(
            *(install, "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        )
        self.start()
        root: dict[str, object] = {"user": "root", "password": "", "database": "mysql"}
        self.wait(**root, host=str(self.folder / "socket"))
        password = PASSWORD.replace("'", "''")
        with session(self.kind, self.server(**root, host=str(self.folder / "socket"))) as opened:
            for statement in (
                "create database asterisk character set utf8mb4",
                f"create user owner@'127.0.0.1' identified by '{password}'",
                "grant all on *.* to owner@'127.0.0.1'",
                f"create user reader@'127.0.0.1' identified by '{password}'",
                "grant select on *.* to reader@'127.0.0.1'",
            ):
                opened.change(statement)

    def command(self) -> Sequence[str]:
        return [
            *(found("mariadbd", "usr/sbin"), "--no-defaults", f"--datadir={self.folder / 'data'}"),
            *(f"--socket={self.folder / 'socket'}", f"--port={self.port}"),
            *("--bind-address=127.0.0.1", f"--pid-file={self.folder / 'pid'}"),
            *("--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2"),
            *(
                f"--ssl-cert={self.folder / 'server.crt'}",
                f"--ssl-key={self.folder / 'server.key'}",
            ),
        ]


def of(request: pytest.FixtureRequest, name: str) -> Own | None:
    """The server that a fixture gives; None for SQLite, which has none."""
    return None if name == "sqlite" else request.getfixturevalue(name)


def give(folder: Path, user: str) -> None:
    """Have a folder and what is in it belong to the server's user, where we are root."""
    if os.geteuid() == 0:
        owner = pwd.getpwnam(user)
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def make(kind: type[Own], user: str) -> Own:
    """A new server that runs."""
    # Not in pytest's folder: another user has to reach it.
    folder = Path(tempfile.mkdtemp(prefix=f"reconcile-{kind.kind}-"))
    openssl = found("openssl")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", "server.key", "-out", "server.crt", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "server.key").chmod(0o600)
    one = kind(folder, user, free_port())
    try:
        one.make()
    except BaseException:
        dispose(one)
        raise
    return one


def dispose(one: Own) -> None:
    if one.process is not None:
        one.kill()
    shutil.rmtree(one.folder, ignore_errors=True)
