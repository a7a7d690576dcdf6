"""Where a password or another secret is kept: never in the settings themselves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile.errors import SettingInvalid
from reconcile.settings import forms
from reconcile.settings.forms import HIDDEN, Form, Unfit
from reconcile.settings.keys import key

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = 'a table such as `{ env = "NAME" }` or `{ file = "PATH" }`: no secret stands in here'

_EXAMPLE = {"env": "PASSWORD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret by its place: `env` or else `file`, exactly one of them."""

    env: str | None = key(
        forms.text("the name of an environment variable"),
        "The environment variable that holds it.",
        default=None,
        example="PASSWORD",
    )
    file: str | None = key(
        forms.text("a path"),
        "The file whose first line is it.",
        default=None,
        example="/etc/reconcile/password",
    )


def secret(meaning: str, *, is_needed: bool = False) -> Any:  # noqa: ANN401 - stands for the field
    """Make a dataclass field that is a key with a `Secret`, None where it may be left out."""
    form = Form(EXPECTED, _refused, Secret)
    if is_needed:
        return key(form, meaning, example=_EXAMPLE)
    return key(form, meaning, default=None, default_words="none", example=_EXAMPLE)


def _refused(_: object) -> object:
    raise Unfit(HIDDEN, EXPECTED)


def read_secret(where: Secret, folder: Path, *, name: str) -> str:
    """Read a secret now; `folder` is that of the settings, `name` its key for an error.

    Raises SettingInvalid where it is not there, is empty, or where not exactly one place is named.
    The text of the error never has the secret.
    """
    if (where.env is None) == (where.file is None):
        raise SettingInvalid(f"`{name}` needs exactly one of `env` and `file`")
    if where.env is not None:
        value = os.environ.get(where.env, "")
        if not value:
            raise SettingInvalid(
                f"`{name}` is to stand in the environment variable `{where.env}`, which is not "
                "set or empty",
                hint="cron passes on only what its table sets; `file` needs no environment",
            )
        return value
    path = folder / str(where.file)
    try:
        value = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        raise SettingInvalid(f"`{name}` is to stand in `{path}`: {reason}") from None
    if not value:
        raise SettingInvalid(f"`{name}` is to stand in `{path}`, whose first line is empty")
    return value
