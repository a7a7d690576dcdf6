"""What a person may do to a running campaign: pause, resume, close an episode.

`undelivered` does the like to what waits in the outbox. Each takes the lock like a run, for a
moment, and writes facts; the next run decides by them.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from reconcile import clock, database, ownership, publishing, queries
from reconcile.errors import UsageWrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from reconcile.settings import Settings

_BUSY = "Nothing was changed; try again when that run has ended"


def pause(settings: Settings, campaign: str | None, why: str) -> str:
    """Hold all dials of a campaign, or of all of them; removes go on. Returns what was done.

    Raises UsageWrong for a campaign the settings do not know, and without a reason.
    """
    why = reason(why)
    name = _known(settings, campaign)
    with opened(settings) as connection:
        params = {"campaign": campaign, "now": clock.utc_now(), "why": why, "who": user()}
        if not queries.run(connection, "commands.pause", params):
            return f"{name} was paused already"
        queries.run(connection, "commands.look_again", {})
    return f"{name} is paused from the next run on; `reconcile resume` ends it"


def resume(settings: Settings, campaign: str | None) -> str:
    """End the pause of a campaign, or without one that of all.

    What is due by then is dialled in the next run, each number once.
    """
    name = _known(settings, campaign)
    with opened(settings) as connection:
        params = {"campaign": campaign, "now": clock.utc_now()}
        if not queries.run(connection, "commands.resume", params):
            return f"{name} was not paused"
        queries.run(connection, "commands.look_again", {})
    return f"{name} goes on from the next run on"


def close(settings: Settings, number: str, campaign: str | None, why: str) -> str:
    """Close the open episodes of a number; the next run removes them with `closed_by_hand`.

    `number` in any notation. Raises UsageWrong when it has no open episode, and without a reason.
    """
    why = reason(why)
    if campaign is not None:
        _known(settings, campaign)
    from reconcile.phone_numbers import parse  # noqa: PLC0415 - only this command reads a number

    wanted = parse(number, region=settings.region).e164 or number
    with opened(settings) as connection:
        params = {"campaign": campaign, "number": wanted, "now": clock.utc_now(), "why": why}
        closed = queries.run(connection, "commands.close_by_hand", params)
        if not closed:
            raise UsageWrong(
                f"the number `{wanted}` has no open episode"
                + (f" in `{campaign}`" if campaign else ""),
                hint=f"`reconcile explain {number}` shows what became of it",
            )
        queries.run(connection, "commands.look_again", {})
    what = "episode" if closed == 1 else "episodes"
    return f"{closed} {what} of {wanted} will be removed by the next run"


def user() -> str | None:
    """Who calls, behind `sudo` too; None where the system has no name for him."""
    from getpass import getuser  # noqa: PLC0415

    try:
        return os.environ.get("SUDO_USER") or getuser()
    except (KeyError, OSError):
        return None


def reason(why: str) -> str:
    """The reason in one line. Raises UsageWrong for an empty one."""
    text = " ".join(why.split())
    if not text:
        raise UsageWrong(
            "`--why` is empty",
            hint='who asks later reads it, so say it in a few words: --why "phones are down"',
        )
    return text


def _known(settings: Settings, campaign: str | None) -> str:
    names = [one.name for one in settings.campaigns]
    if campaign is None:
        return "every campaign"
    if campaign not in names:
        raise UsageWrong(
            f"there is no campaign `{campaign}`",
            hint="the settings have " + ", ".join(f"`{name}`" for name in names),
        )
    return f"the campaign `{campaign}`"


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The state, locked and open; readers see what was done once it is closed."""
    folder = settings.state_folder
    with database.lock(folder, wait_seconds=settings.wait_seconds, follows=_BUSY):
        with database.open_state(folder, wait_seconds=settings.wait_seconds) as connection:
            ownership.claim(connection, settings)
            yield connection
        with suppress(OSError):  # it is done already, and the next run publishes it
            publishing.publish_copy(folder)
