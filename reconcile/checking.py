"""Look at the set-up before it runs: what is usable, what it cannot show, what would be dialled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import feeds, run_start, running
from reconcile.errors import ExitCode, Problem, SinkUnreachable
from reconcile.settings import NO_DIALLER
from reconcile.settings.asterisk_logs import AsteriskLogs

if TYPE_CHECKING:
    from reconcile.settings import Settings, Source


def report(settings: Settings) -> tuple[list[str], int]:
    """Read the beginning of each source, ask each sink, decide once on a copy; change nothing.

    Returns lines for a person and the exit code: 0 all usable, 3 a source is not, 5 a sink is not.
    """
    exit_codes = [int(ExitCode.DONE)]
    lines: list[str] = []
    for source in settings.sources:
        for stream in feeds.streams(source):
            line, is_usable = _stream(settings, source, stream)
            lines.append(line)
            if not is_usable:
                exit_codes.append(ExitCode.SOURCE)
    for name, sink in run_start.open_sinks(settings).items():
        try:
            lines.append(f"sink `{name}`: {sink.check()}; promise: {sink.promise}")
        except SinkUnreachable as problem:
            exit_codes.append(ExitCode.SINK)
            lines.append(f"sink `{name}`: {problem.what}")
    lines += [f"cannot be seen: {text}" for text in blind_spots(settings)]
    lines += [f"warning: {text}" for text in settings.warnings]
    if ExitCode.SOURCE not in exit_codes:
        lines += _at_once(settings)
    return lines, max(exit_codes)


def _stream(settings: Settings, source: Source, stream: str) -> tuple[str, bool]:
    """Read one batch of a stream as if nothing had been read before."""
    place = f"source `{source.name}`, {stream}"
    try:
        for batch in feeds.batches(settings, source, stream):
            if batch.faults:
                return f"{place}: {batch.faults[0].what}", False
            count = sum(len(load.rows) for load in batch.loads)
            if batch.contacts is not None:
                ids = {contact.contact_id for contact in batch.contacts}
                return f"{place}: readable, {len(ids):,} contacts", True
            if count or batch.rejected:
                aside = f", {len(batch.rejected):,} kept aside" if batch.rejected else ""
                return f"{place}: readable, {count:,} rows at the beginning{aside}", True
    except Problem as problem:
        return f"{place}: {problem.what}", False
    return f"{place}: readable, nothing in it yet", True


def blind_spots(settings: Settings) -> list[str]:
    """What this set-up cannot show, in words, to be known before it is trusted."""
    spots: list[str] = []
    for source in settings.sources:
        if isinstance(source.detail, AsteriskLogs):
            spots += [f"{text} (source `{source.name}`)" for text in _asterisk(source.detail)]
    if not any(source.gives_contacts for source in settings.sources):
        spots.append("duplicates and names, since no source gives contacts")
    for campaign in settings.campaigns:
        if campaign.dialler == NO_DIALLER:
            spots.append(f"`{campaign.name}` has no dialler: it only decides and reports")
        if campaign.starts_at is None:
            spots.append(
                f"calls dropped before the first run of `{campaign.name}` are counted, not dialled "
                "(`starts_at` is not set)"
            )
    return spots


def _asterisk(logs: AsteriskLogs) -> list[str]:
    spots = []
    if logs.cdr is None:
        spots.append("hang-ups in the menu and outgoing calls, since no `cdr` is read")
    else:
        spots.append("an outgoing call before it is over, since the CDR is written at its end")
        if "linkedid" not in logs.cdr.columns:
            spots.append("which legs belong to one call, since the CDR has no `linkedid`")
        if logs.dialled_number is None:
            spots.append("on which line a client called, since `dialled_number` is not set")
    if logs.queue_log is None:
        spots.append("who waits in a queue right now, since no `queue_log` is read")
    if not logs.menus:
        spots.append("hang-ups in the menu, since `menus` lists none")
    return spots


def _at_once(settings: Settings) -> list[str]:
    """How many would be dialled by a run right now, found out on a copy."""
    result = running.run(settings, is_dry=True)
    dials = sum(count for name, count in result.decisions.items() if name.startswith("dial "))
    blocked = sum(count for name, count in result.decisions.items() if name.startswith("blocked "))
    removes = sum(count for name, count in result.decisions.items() if name.startswith("remove "))
    open_count = sum(result.decisions.values()) - removes
    return [
        f"a run right now would dial {dials:,} of {open_count:,} open episodes at once and remove "
        f"{removes:,}; {blocked:,} are blocked",
    ]
