"""The values in force, as JSON for people and as a hash for every decision."""

from __future__ import annotations

import hashlib
import json
from dataclasses import is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.settings.keys import keys_of

if TYPE_CHECKING:
    from reconcile.settings.keys import Key
    from reconcile.settings.program import Settings
    from reconcile.settings.sinks import Sink
    from reconcile.settings.sources import Source

_HASH_DIGITS = 16


def as_json(settings: Settings) -> str:
    """Write all values in force as indented JSON, defaults too, paths as they were written.

    Campaigns are a list, for their order counts; a source and a sink stand under their name.
    """
    return json.dumps(_values(settings), ensure_ascii=False, indent=2)


def settings_hash(settings: Settings) -> str:
    """Name the values in force shortly: 16 hexadecimal digits of a SHA-256.

    The same for any order of keys, any comments and any folder the file stands in, and for any
    `figures`, by which nothing is decided.
    """
    values = {name: value for name, value in _values(settings).items() if name != "figures"}
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:_HASH_DIGITS]


def _values(settings: Settings) -> dict[str, object]:
    return {
        **_table(settings, type(settings)),
        "sources": {one.name: _with_detail(one) for one in settings.sources},
        "campaigns": [{"name": one.name, **_table(one, type(one))} for one in settings.campaigns],
        "sinks": {one.name: _with_detail(one) for one in settings.sinks},
        "reports": {one.name: _table(one, type(one)) for one in settings.reports},
        "alerts": {one.name: _table(one, type(one)) for one in settings.alerts},
    }


def _with_detail(part: Source | Sink) -> dict[str, object]:
    return {**_table(part, type(part)), **_table(part.detail, type(part.detail))}


def _table(part: object, table: type) -> dict[str, object]:
    return {key.name: _of_key(key, getattr(part, key.name)) for key in keys_of(table)}


def _of_key(key: Key, value: Any) -> object:  # noqa: ANN401 - of any form
    """Give a value plainly; tables that stand under names by their name."""
    return {one.name: _plain(one) for one in value} if key.form.names else _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return clock.as_text(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return _table(value, type(value)) if is_dataclass(value) else value
