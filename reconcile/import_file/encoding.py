"""The bytes of an import file as text, in the encoding that was named or that a mark tells."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from reconcile.errors import SourceUnreadable, UsageWrong
from reconcile.import_file.columns import is_number_column
from reconcile.import_file.records import DELIMITERS

if TYPE_CHECKING:
    from pathlib import Path

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before utf-16: its mark begins with that one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = ("utf-8", "cp1250", "utf-16", "utf-16-be")
"""What a file is likely to be, where it is not what was said."""

_HEADER_BYTES = 4_096


def decoded(path: Path, encoding: str) -> tuple[bytes, str, str]:
    """Give the mark in front of the file, the codec and the text; undecodable bytes stay in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"`{path}` cannot be read: {error.strerror}") from error
    asked = _codec(encoding)
    bom, codec = next(
        ((mark, name) for mark, name in _BOMS if data.startswith(mark)),
        (b"", asked),
    )
    body = data[len(bom) :]
    try:
        return bom, codec, body.decode(codec, "surrogateescape")
    except UnicodeError as error:
        # Only encodings of more than one byte a sign come here: their rows cannot be told apart.
        before = body[: getattr(error, "start", 0)].decode(codec, "ignore")
        line = before.count("\n") + 1
        raise SourceUnreadable(
            f"line {line} of `{path}` is not {codec}", hint=encoding_hint(path, codec)
        ) from None


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "\n".encode(name)
    except LookupError:
        raise UsageWrong(
            f"there is no encoding `{encoding}`", hint="for example `utf-8`, `cp1250`, `utf-16`"
        ) from None
    # What is written must not begin with a second mark.
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


def encoding_hint(path: Path, codec: str) -> str:
    """Name an encoding in which the first line has a column of numbers; else say nothing."""
    with path.open("rb") as stream:
        head = stream.read(_HEADER_BYTES)
    for name in _ENCODINGS:
        line = next(iter(head.decode(name, "ignore").splitlines()), "")
        names = re.split("[" + re.escape("".join(DELIMITERS)) + "]", line)
        if _codec(name) != codec and any(map(is_number_column, names)):
            return f"read with `--encoding {name}` it has a column of numbers"
    return ""
