"""Make a client from the keys that every source and sink of mluvii has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconcile.http_peer import Peer
from reconcile.mluvii.client import Client
from reconcile.settings.secrets import read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def client_of(options: Mapping[str, Any], folder: Path) -> Client:
    """A client that has asked nothing yet, from the keys of `reconcile.settings.mluvii.Access`.

    Its secret is read when it first signs in.
    """
    return Client(
        options["url"].rstrip("/"),
        options["client_id"],
        lambda: read_secret(options["client_secret"], folder, name="client_secret"),
        Peer.of({**options, "folder": folder}),
        budget_seconds=options["budget_seconds"],
    )
