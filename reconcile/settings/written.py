"""Settings as they were once in force, read back from the JSON that was kept of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconcile.settings.effective import as_json
from reconcile.settings.findings import Findings
from reconcile.settings.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.settings.program import Settings


def of_json(text: str, file: Path) -> Settings | None:
    """Read what `as_json` has written; paths count from the folder of `file`.

    None where this version of the program would not take every value as it was.
    """
    written = json.loads(text)
    campaigns = {
        campaign["name"]: {name: value for name, value in campaign.items() if name != "name"}
        for campaign in written["campaigns"]
    }
    try:
        settings = read(_set({**written, "campaigns": campaigns}), file, Findings())
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return settings if _holds(json.loads(as_json(settings)), written) else None


def _set(values: Any) -> Any:  # noqa: ANN401 - as JSON has it
    """Without the keys that were not set, and tables of any names, kept as pairs, as tables."""
    if isinstance(values, Mapping):
        return {name: _set(value) for name, value in values.items() if value is not None}
    if isinstance(values, list) and values and all(map(_is_pair, values)):
        return {name: _set(value) for name, value in values}
    return values


def _is_pair(value: Any) -> bool:  # noqa: ANN401 - as JSON has it
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)  # noqa: PLR2004 - a pair


def _holds(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - as JSON has it
    """Whether all that is wanted is found, beside keys that are newer."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(name in found and _holds(found[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(map(_holds, found, wanted))
    return bool(found == wanted)
