"""Write a value the way it stands in a TOML file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

_LONGEST_SHOWN = 80


def literal(value: object) -> str:
    """Write a value as TOML on one line: `"text"`, `5`, `true`, `["a", "b"]`, `{ path = "x" }`."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # a datetime is a date as well
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_name(name)} = {literal(part)}" for name, part in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(part) for part in value)}]"
    return str(value)


def shown(value: object) -> str:
    """Write a value for a message: its TOML form in backticks, shortened in the middle if long."""
    text = literal(value)
    if len(text) > _LONGEST_SHOWN:
        half = _LONGEST_SHOWN // 2
        text = f"{text[:half]} … {text[-half // 2 :]}"
    return f"`{text}`"


def dotted(path: tuple[str, ...]) -> str:
    """Write a key with all its tables: `campaigns.missed-calls.retry_minutes`."""
    return ".".join(_name(part) for part in path)


def _name(part: str) -> str:
    is_bare = part.isascii() and part.replace("-", "").replace("_", "").isalnum()
    return part if is_bare else literal(part)
