"""What a person may do to commands and copies that no sink has taken: retry them, discard them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from reconcile import by_hand, clock, queries
from reconcile.errors import UsageWrong
from reconcile.reports import reasons
from reconcile.reports.labels import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from reconcile.settings import Settings

    Verdict = dict[str, Any]

_CHANGES = (
    "commands.forget_untaken_attempts",
    "commands.give_up_attempts",
    "commands.change_commands_by_hand",
    "commands.change_copies_by_hand",
    "commands.note_deliveries_by_hand",
    "commands.look_again",
)
_DONE = {"retry": "retried", "discard": "discarded"}


def retry(
    settings: Settings, keys: Sequence[str], sink: str | None, *, is_not_taken: bool = False
) -> list[str]:
    """Have removes and copies offered again, and tell what becomes of each kind.

    Without keys all that is undelivered is meant, of the sink if one is named; what cannot be
    retried of it is left. With `is_not_taken` a dial that may have been taken leaves again, where
    the next run still says so. Raises UsageWrong for a key that cannot be retried, and then
    changes nothing.
    """
    return _act(settings, "retry", keys, sink, is_not_taken=is_not_taken)


def discard(settings: Settings, keys: Sequence[str], sink: str | None, why: str) -> list[str]:
    """Take removes and copies out of the outbox, give up dials in doubt, mark the dead as seen.

    Raises UsageWrong for a key that cannot be discarded, and then changes nothing, and without a
    reason.
    """
    return _act(settings, "discard", keys, sink, why=by_hand.reason(why))


def _act(
    settings: Settings,
    act: str,
    keys: Sequence[str],
    sink: str | None,
    *,
    is_not_taken: bool = False,
    why: str | None = None,
) -> list[str]:
    who = by_hand.user()
    params = {
        "act": act,
        "command_keys": [*keys],
        "sink": sink,
        "is_not_taken": is_not_taken,
        "now": clock.utc_now(),
        "who": who,
        "why": why,
        "said": None if why is None else f"discarded{f' by {who}' if who else ''}: {why}",
    }
    with by_hand.opened(settings) as connection:
        connection.execute("begin")
        verdicts = _verdicts(connection, params)
        if not verdicts:
            _refuse_unknown(settings, sink)
        if keys:
            _refuse(act, verdicts)
        for name in _CHANGES:
            queries.run(connection, name, params)
        connection.execute("drop table core.delivery_verdicts")
        connection.execute("commit")
    return [*_told(verdicts)] or ["nothing is undelivered" + (f" of `{sink}`" if sink else "")]


def _refuse_unknown(settings: Settings, sink: str | None) -> None:
    """What waits for a sink that is gone from the settings can still be named by it."""
    names = [one.name for one in settings.sinks]
    if sink is not None and sink not in names:
        raise UsageWrong(
            f"there is no sink `{sink}`",
            hint="the settings have " + ", ".join(f"`{name}`" for name in names)
            if names
            else "the settings have none",
        )


def _verdicts(connection: duckdb.DuckDBPyConnection, params: dict[str, Any]) -> list[Verdict]:
    queries.run(connection, "core.delivery_verdicts", params)
    return queries.rows(connection, "core.delivery_verdicts", params).as_dicts()


def _refuse(act: str, verdicts: Sequence[Verdict]) -> None:
    """Raise UsageWrong for the first that was named and may not be; one to be left harms not."""
    refused = [
        one
        for one in verdicts
        if one["becomes"] is None and one["verdict"] in reasons.DELIVERY_REFUSALS
    ]
    if not refused:
        return
    first, *others = refused
    text, hint = reasons.DELIVERY_REFUSALS[first["verdict"]]
    more = f"; nor can {counted(len(others), 'other')}" if others else ""
    raise UsageWrong(
        f"`{first['command_key']}` cannot be {_DONE[act]}: {text}{more}",
        follows="Nothing was changed",
        hint=hint,
    )


def _told(verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each thing that is done, or left, and how many it is done to."""
    kinds = Counter((verdict["verdict"], verdict["kind"]) for verdict in verdicts)
    return [
        f"{counted(count, kind)}: {_words(verdict)}" for (verdict, kind), count in kinds.items()
    ]


def _words(verdict: str) -> str:
    if verdict in reasons.DELIVERIES_BY_HAND:
        return reasons.DELIVERIES_BY_HAND[verdict]
    return f"left, {reasons.DELIVERY_REFUSALS[verdict][0]}"
