"""What a set-up cannot show, in words, to be known before it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.settings import NO_DIALLER, limits
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.settings.mluvii import MluviiSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings import Settings


def of(settings: Settings) -> list[str]:
    """All that these settings cannot show, one thing a line."""
    spots: list[str] = []
    for source in settings.sources:
        if isinstance(source.detail, AsteriskLogs):
            spots += [f"{text} (source `{source.name}`)" for text in _asterisk(source.detail)]
        if isinstance(source.detail, MluviiSource) and source.gives_calls:
            spots += [f"{text} (source `{source.name}`)" for text in _mluvii(source.detail)]
    if not any(source.gives_contacts for source in settings.sources):
        spots.append("duplicates and names, since no source gives contacts")
    for campaign in settings.campaigns:
        if limits.in_force(settings, campaign) and not _shows_outgoing(settings):
            spots.append(
                f"calls by hand, so the limits of `{campaign.name}` count only the dials handed out"
            )
        if campaign.dialler == NO_DIALLER:
            spots.append(f"`{campaign.name}` has no dialler: it only decides and reports")
        if campaign.starts_at is None:
            spots.append(
                f"calls dropped before the first run of `{campaign.name}` are counted, not dialled "
                "(`starts_at` is not set)"
            )
    return spots


def _shows_outgoing(settings: Settings) -> bool:
    """Whether a source can show outgoing calls; what a select gives is not known beforehand."""
    return any(
        source.gives_calls
        and (not isinstance(source.detail, AsteriskLogs) or source.detail.shows_outgoing)
        for source in settings.sources
    )


def _mluvii(detail: MluviiSource) -> Iterator[str]:
    if detail.dialled_number_parameter is None:
        yield "on which line a client called, since `dialled_number_parameter` is not set"


def _asterisk(logs: AsteriskLogs) -> Iterator[str]:
    if not logs.shows_channels:
        yield (
            "hang-ups in the menu, calls of desks and outgoing calls, since neither `cdr` nor "
            "`cel` is read"
        )
        yield "on which line a client called, since neither `cdr` nor `cel` is read"
    else:
        yield from _channels(logs)
    if logs.queue_log is None:
        yield from _queues(logs)


def _channels(logs: AsteriskLogs) -> Iterator[str]:
    """What CDR and CEL leave dark, one of them or both."""
    if logs.cel is None:
        yield "an outgoing call before it is over, since the CDR is written at its end"
        yield "who is in the menu or at a desk right now, since no `cel` is read"
    if logs.cdr is None:
        yield (
            "whom a dialler called that calls the client first, since no `cdr` is read: CEL has "
            "no number for it, only a key where `cel_attempt_key` finds one"
        )
    elif "linkedid" not in logs.cdr.columns and logs.cel is None:
        yield "which legs belong to one call, since the CDR has no `linkedid`"
    if logs.dialled_number is None and logs.cel_dialled_number is None:
        name = "cel_dialled_number" if logs.cdr is None else "dialled_number"
        yield f"on which line a client called, since `{name}` is not set"
    if not logs.menus:
        yield "hang-ups in the menu, since `menus` lists none"
    if not logs.trunks:
        yield "outgoing calls, since `trunks` lists none"


def _queues(logs: AsteriskLogs) -> Iterator[str]:
    """What is dark without a queue_log."""
    if logs.cel is None:
        yield "who waits in a queue right now, since no `queue_log` is read"
        yield (
            "a client who hung up in a queue before its call is in the CDR, and none at all on a "
            "line that does not answer, where the CDR leaves unanswered calls out "
            "(`unanswered = no`), since no `queue_log` is read"
        )
    yield (
        "whether a queue let a client go for want of agents, since no `queue_log` is read: it "
        "counts as `timeout`"
    )
    yield "which operators are logged in or paused, since no `queue_log` is read"
