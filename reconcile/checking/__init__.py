"""Look at the set-up before it runs: what is usable, what it cannot show, what would be dialled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import clock, feeds, run_start
from reconcile.checking import blind_spots, mail, newest, rehearsal, state_folder
from reconcile.errors import ExitCode, Problem, SinkUnreachable
from reconcile.settings.asterisk_logs import AsteriskLogs
from reconcile.sources import registry

if TYPE_CHECKING:
    from reconcile.settings import Settings, Source


def report(settings: Settings) -> tuple[list[str], int]:
    """Read each source, ask each sink, look at the state, decide once on a copy; change nothing.

    Returns lines for a person and the exit code: 0 all usable, 3 a source is not, 5 a sink or the
    mail server is not, 70 the state is not.
    """
    exit_codes = [int(ExitCode.DONE)]
    lines: list[str] = []
    for source in settings.sources:
        for stream in feeds.streams(source):
            told, is_usable = _stream(settings, source, stream)
            lines += told
            if not is_usable:
                exit_codes.append(ExitCode.SOURCE)
    for name, sink in run_start.open_sinks(settings).items():
        try:
            lines.append(f"sink `{name}`: {sink.check()}; promise: {sink.promise}")
        except SinkUnreachable as problem:
            exit_codes.append(ExitCode.SINK)
            lines.append(f"sink `{name}`: {problem.what}")
    told, is_usable = mail.report(settings)
    lines += told
    exit_codes += [ExitCode.SINK] * (not is_usable)
    of_state = state_folder.faults(settings.state_folder)
    lines += [f"state: {text}" for text in of_state]
    lines += [f"cannot be seen: {text}" for text in blind_spots.of(settings)]
    lines += [f"warning: {text}" for text in (*settings.warnings, *_lines_of_letters(settings))]
    if of_state:
        exit_codes.append(ExitCode.UNEXPECTED)
    else:
        told, faults = rehearsal.report(settings)
        lines += [line for line in (*faults, *told) if line not in lines]
        exit_codes += [ExitCode.SOURCE] * bool(faults)
    return lines, max(exit_codes)


def _stream(settings: Settings, source: Source, stream: str) -> tuple[list[str], bool]:
    """Read one batch of a stream as if nothing had been read before, and the newest rows."""
    place = f"source `{source.name}`, {stream}"
    try:
        if source.kind in registry.PULLED:
            look = registry.looker(source.kind)
            told, is_usable = look(settings, source, stream, clock.utc_now()), True
        else:
            told, is_usable = _beginning(settings, source, stream)
        doubts = newest.doubts(settings, source, stream)
    except Problem as problem:
        first, *others = problem.lines()
        return [f"{place}: {first}", *(f"    {other}" for other in others)], False
    return [f"{place}: {text}" for text in (*told, *doubts)], is_usable and not doubts


def _beginning(settings: Settings, source: Source, stream: str) -> tuple[list[str], bool]:
    for batch in feeds.batches(settings, source, stream):
        for fault in batch.faults:
            raise fault
        count = sum(len(load.rows) for load in batch.loads if load.table != "raw.table_rows")
        aside = f", {len(batch.rejected):,} kept aside" if batch.rejected else ""
        if batch.contacts is not None:
            ids = {contact.contact_id for contact in batch.contacts}
            said, count = f"readable, {len(ids):,} contacts{aside}", len(batch.contacts)
        elif batch.do_not_call is not None:
            count = len(batch.do_not_call)
            said = f"readable, {count:,} entries{aside}"
        else:
            said = f"readable, {count:,} rows at the beginning{aside}"
        if count or batch.rejected:
            if isinstance(source.detail, AsteriskLogs):
                return [said], True  # what counts are its newest rows, which are looked at apart
            doubts = newest.mostly_kept_aside(count, batch.rejected, "at the beginning")
            return [said, *doubts], not doubts
    return ["readable, nothing in it yet"], True


def _lines_of_letters(settings: Settings) -> list[str]:
    """Dialled numbers that are none: calls can hold such a word, but hardly do."""
    from reconcile.phone_numbers import parse  # noqa: PLC0415 - only checked on demand

    if any(source.numbers == "opaque" for source in settings.sources):
        return []
    return [
        f"`campaigns.{campaign.name}.dialled_numbers` has `{line}`, which is no telephone number: "
        "only a call whose dialled number is written exactly so is taken"
        for campaign in settings.campaigns
        for line in campaign.dialled_numbers
        if parse(line, region=settings.region).number_class in {"letters", "impossible", "damaged"}
    ]
