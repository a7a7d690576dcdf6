"""The values of a campaign as they were in force, shortly: those that are no defaults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconcile.settings import Campaign
from reconcile.settings.keys import keys_of
from reconcile.settings.literals import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALWAYS = "retry_minutes"


def told(settings: str) -> str:
    """Write the values of `settings`, a campaign as JSON, as they stand in a TOML file.

    A value that is the default of this version of the program is left out, but for the ladder; a
    key that this version does not know any more is told.
    """
    values: Mapping[str, object] = json.loads(settings)
    defaults = {key.name: key.default for key in keys_of(Campaign)}
    return ", ".join(
        f"{name} = {literal(value)}"
        for name, value in values.items()
        if name != "name" and (name == _ALWAYS or not _is_default(name, value, defaults))
    )


def _is_default(name: str, value: object, defaults: Mapping[str, object]) -> bool:
    if name not in defaults:
        return False
    default = defaults[name]
    if value in ([], {}, None) and not default:
        return True
    return value == (list(default) if isinstance(default, tuple) else default)
