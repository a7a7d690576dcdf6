"""Other values for some keys, as they are written on a command line: `KEY=VALUE;KEY=VALUE`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.errors import UsageWrong
from reconcile.settings.campaigns import Campaign
from reconcile.settings.keys import keys_of
from reconcile.settings.literals import dotted, literal
from reconcile.settings.program import Settings

if TYPE_CHECKING:
    from reconcile.settings.places import KeyPath

PLACE = "--set"
_PARTS = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^;"'])+""")
_HINT = (
    "expected `campaigns.NAME.KEY=VALUE`; a second change of the same settings stands behind a "
    "`;`, other settings have a `--set` of their own"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Some keys with other values, as TOML has them, and the text that they were written as."""

    text: str
    values: dict[KeyPath, object]

    def put_into(self, values: dict[str, Any]) -> tuple[KeyPath, ...]:
        """Put the values in the place of those read from a file; tells which keys they are of."""
        for path, value in self.values.items():
            table = values
            for name in path[:-1]:
                table = table.setdefault(name, {})
            table[path[-1]] = value
        return tuple(self.values)


def read(text: str, campaigns: tuple[str, ...], changeable: frozenset[str]) -> Changes:
    """Read one alternative.

    VALUE is TOML, or plain words with commas between them: `retry_minutes=3,10,30`. Keys of
    campaigns can be changed, and the top-level ones of `changeable`. Raises UsageWrong for a text
    that is no such thing, for a campaign that does not exist and for a key that nothing here asks.
    """
    values: dict[KeyPath, object] = {}
    for part in _PARTS.findall(text):
        key, sign, value = part.partition("=")
        if not sign or not value.strip():
            raise UsageWrong(f"`{PLACE} {text}` changes nothing", hint=_HINT)
        path = _path(key.strip(), text)
        _check(path, campaigns, changeable)
        values[path] = _value(value.strip(), path)
    if not values:
        raise UsageWrong(f"`{PLACE} {text}` changes nothing", hint=_HINT)
    return Changes("; ".join(f"{dotted(p)} = {literal(v)}" for p, v in values.items()), values)


def _path(key: str, text: str) -> KeyPath:
    """The parts of a dotted key, quoted ones too, as TOML reads them."""
    try:
        found: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        raise UsageWrong(f"`{key}` in `{PLACE} {text}` is no key", hint=_HINT) from None
    parts = []
    while isinstance(found, Mapping):
        ((name, found),) = found.items()
        parts.append(name)
    return tuple(parts)


def _check(path: KeyPath, campaigns: tuple[str, ...], changeable: frozenset[str]) -> None:
    if path[0] == "campaigns" and path[2:]:
        if path[1] not in campaigns:
            raise UsageWrong(
                f"there is no campaign `{path[1]}` to be changed by `{PLACE}`",
                hint=f"expected one of `{'`, `'.join(campaigns)}`",
            )
    elif path[0] not in changeable:
        raise UsageWrong(
            f"`{dotted(path)}` cannot be changed by `{PLACE}`: no decision about a history asks it",
            hint=f"{_HINT}; without a campaign, one of `{'`, `'.join(sorted(changeable))}`",
        )


def _value(text: str, path: KeyPath) -> object:
    """A value as TOML has it; where it is none, words between commas, each TOML or a text."""
    is_list = _is_list(path)
    found = _toml(text)
    if found is None and "," in text:
        return [_plain(word.strip()) for word in text.split(",")]
    value = text if found is None else found
    return [value] if is_list and not isinstance(value, list) else value


def _plain(word: str) -> object:
    found = _toml(word)
    return word if found is None else found


def _toml(text: str) -> object | None:
    try:
        found: object = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return None
    return found


def _is_list(path: KeyPath) -> bool:
    """Whether the key takes a list, so that one word stands for a list of one."""
    keys = keys_of(Campaign if path[0] == "campaigns" else Settings)
    name = path[2] if path[0] == "campaigns" else path[0]
    return any(key.name == name and isinstance(key.default, tuple) for key in keys)
