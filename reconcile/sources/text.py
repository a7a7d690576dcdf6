"""Bytes to text: nothing fails, nothing is lost to sight."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from reconcile.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BOM = "\ufeff"
_EIGHT_BITS = 1


def codec_of(encoding: str, head: bytes) -> str:
    """The codec of a file: `encoding`, with the byte order its first bytes show.

    Raises SettingInvalid when no codec has that name.
    """
    try:
        name = codecs.lookup(encoding).name
        line_feed(name)
    except LookupError:
        raise SettingInvalid(
            f"there is no encoding `{encoding}`", hint="for example `utf-8`, `cp1250`, `utf-16`"
        ) from None
    if name in {"utf-16", "utf-32"}:
        found = (codec for bom, codec in _BOMS if codec.startswith(name) and head.startswith(bom))
        return next(found, f"{name}-le")
    return "utf-8" if name == "utf-8-sig" else name


def line_feed(codec: str) -> bytes:
    """The line feed in that codec; its length is the width to which line ends are aligned."""
    return "\n".encode(codec)


def decoder(codec: str) -> Callable[[bytes, bool], str]:
    r"""Make a function (bytes of a line, is it the file's first) → text, without its line end.

    A byte that is no text in the codec stays visible as `\xff`, NUL as `\x00`. NULs before the
    first character (a hole left by a power cut) and a byte order mark are no part of the line.
    """
    is_wide = len(line_feed(codec)) > _EIGHT_BITS
    bom = _BOM.encode(codec) if is_wide else codecs.BOM_UTF8

    def decode(data: bytes, is_first: bool) -> str:
        if is_first:
            data = data.removeprefix(bom)
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            text = data.decode(codec, "backslashreplace")
        if text.endswith("\r"):
            text = text[:-1]
        if "\0" in text:
            text = text.lstrip("\0").replace("\0", "\\x00")
        return text

    return decode


def storable(text: str) -> str:
    r"""The same text with what no UTF-8 can hold (lone surrogates, NUL) as escapes `\ud800`."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
