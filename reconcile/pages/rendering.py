"""Fill the templates of `parts/`: each value escaped, each page closed to the network."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.errors import UsageWrong
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2
    import markupsafe

_PARTS = Path(__file__).parent / "parts"
_CODE = re.compile(r"`([^`]+)`")


def part(name: str) -> str:
    """The text of a file of `parts/`."""
    return (_PARTS / name).read_text(encoding="utf-8")


def render(template: str, *, scripts: Sequence[str] = (), **values: object) -> str:
    """Fill a template; `scripts` are all that its page may run.

    Every value is escaped, but for those that the template itself calls safe: what this package
    made. Raises UsageWrong where the template engine is not installed.
    """
    page = _environment().get_template(template)
    return page.render(policy=_policy(scripts), style=part("page.css"), **values)


def not_installed(error: ImportError) -> UsageWrong:
    """What to say where a library that makes pages is missing."""
    return UsageWrong(
        f"pages need `{error.name}`, which is not installed",
        hint="`pip install 'reconcile[charts]'` installs it",
    )


@cache
def _environment() -> jinja2.Environment:
    try:
        import jinja2  # noqa: PLC0415 - only pages need it
    except ImportError as error:
        raise not_installed(error) from error
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PARTS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = plain
    environment.filters["sentence"] = _sentence
    return environment


def _sentence(text: str) -> markupsafe.Markup:
    """A sentence of ours with values between backticks, harmless and set as code."""
    import markupsafe  # noqa: PLC0415 - comes with the template engine

    escaped = str(markupsafe.escape(plain(text)))
    return markupsafe.Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped above


def _policy(scripts: Sequence[str]) -> str:
    """Forbid every request, and every script but these."""
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
