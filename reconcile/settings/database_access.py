"""The keys by which a database is reached, for sources and for sinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reconcile.settings import forms
from reconcile.settings.keys import key
from reconcile.settings.secrets import Secret, secret

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_SECONDS_MAX = 600


@dataclass(frozen=True, kw_only=True)
class ServerAccess:
    """A database server: where it is, who asks, and for how long."""

    default_port: ClassVar[int]

    host: str = key(
        forms.text("a host name, an address, or the path of a socket"),
        "The server; what begins with `/` is its socket (of PostgreSQL the folder of it).",
        default="localhost",
        example="db.example.com",
    )
    port: int | None = key(
        forms.whole(1, 65_535),
        "Its port.",
        default=None,
        default_words="5432 of PostgreSQL, 3306 of MariaDB",
        example=5432,
    )
    database: str = key(forms.text(), "The database.", example="asterisk")
    user: str = key(forms.text(), "Who asks: a user that may only read.", example="reconcile")
    password: Secret | None = secret("Where his password is kept.")
    tls: str | None = key(
        forms.one_of("verify", "require", "off"),
        "How the line is secured: `verify` that it is this server, `require` that nobody reads "
        "along, or not at all.",
        default=None,
        default_words='"off" on this machine, else "verify"',
        example="verify",
    )
    tls_ca: str | None = key(
        forms.text("a path"),
        "The file with the authority that signed the server's certificate.",
        default=None,
        default_words="those that the system trusts",
        example="/etc/reconcile/ca.pem",
    )
    connect_seconds: int = key(
        forms.whole(1, _SECONDS_MAX),
        "How long it may take to be let in.",
        default=5,
        unit="seconds",
    )
    statement_seconds: int = key(
        forms.whole(1, _SECONDS_MAX),
        "How long one answer may take.",
        default=30,
        unit="seconds",
    )

    @property
    def tls_in_force(self) -> str:
        """How the line is secured, given or by where the server is."""
        is_here = self.host in _HERE or self.host.startswith("/")
        return self.tls or ("off" if is_here else "verify")


@dataclass(frozen=True, kw_only=True)
class PostgresqlAccess(ServerAccess):
    """A PostgreSQL server."""

    default_port = 5432


@dataclass(frozen=True, kw_only=True)
class MariadbAccess(ServerAccess):
    """A MariaDB or MySQL server."""

    default_port = 3306


@dataclass(frozen=True, kw_only=True)
class SqliteAccess:
    """An SQLite file."""

    path: str = key(forms.text("a path"), "The file.", example="/var/log/asterisk/master.db")
    statement_seconds: int = key(
        forms.whole(1, _SECONDS_MAX),
        "How long one answer may take, waiting for a writer too.",
        default=30,
        unit="seconds",
    )


DatabaseAccess = PostgresqlAccess | MariadbAccess | SqliteAccess
