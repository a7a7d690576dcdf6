"""A key of the settings, described once: form, default, unit and meaning stand on its field."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from functools import cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconcile.settings.forms import Form

_MARK = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is known of one key.

    `default` is MISSING where a value must be given. `default_words` tells a default that is no
    constant, or what leaving the key out means. `example` stands in the file of `init` where no
    default can.
    """

    name: str
    form: Form
    meaning: str
    unit: str
    default: object
    default_words: str
    example: object = field(hash=False)  # it can be a table

    @property
    def is_required(self) -> bool:
        """Whether the settings are refused without it."""
        return self.default is MISSING


def key(
    form: Form,
    meaning: str,
    *,
    default: object = MISSING,
    unit: str = "",
    default_words: str = "",
    example: object = None,
) -> Any:  # noqa: ANN401 - stands for the type of the field it describes
    """Make a dataclass field that is also a key of the TOML file."""
    described = partial(
        Key,
        form=form,
        meaning=meaning,
        unit=unit,
        default_words=default_words,
        example=example,
    )
    return field(default=default, metadata={_MARK: described})


@cache
def keys_of(table: type) -> tuple[Key, ...]:
    """List the keys of one table, in the order in which its class names them."""
    return tuple(
        one.metadata[_MARK](name=one.name, default=one.default)
        for one in fields(table)
        if _MARK in one.metadata
    )
