"""The text of a settings file, and what TOML makes of it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from reconcile.errors import SettingInvalid

if TYPE_CHECKING:
    from pathlib import Path

FOLLOWS = "No source was read and no command was made"
HINT = "`reconcile init` writes a file with every key explained"


def text_of(path: Path) -> str:
    """Read a settings file. Raises SettingInvalid where it cannot be read or is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")  # editors of Windows write the mark
    except OSError as error:
        raise SettingInvalid(
            f"the settings file `{path}` cannot be read: {error.strerror}", hint=HINT
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingInvalid(
            f"`{path.name}`, line {line}, is not UTF-8", follows=FOLLOWS
        ) from error


def values_of(text: str, path: Path) -> dict[str, object]:
    """Read the text as TOML. Raises SettingInvalid, with the place, where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = _syntax_fault(str(error), path.name)
    except RecursionError:
        what = f"`{path.name}` is nested too deep"
    raise SettingInvalid(what, follows=FOLLOWS)


def _syntax_fault(message: str, file_name: str) -> str:
    fault, _, place = message.removesuffix(")").partition(" (at ")
    return f"`{file_name}`, {place}, is no TOML: {fault[:1].lower()}{fault[1:]}"
