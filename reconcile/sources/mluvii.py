"""Kind `mluvii`: pull telephone sessions and contacts into the spool, as they are received.

What they mean is told by the selects `mluvii_*.sql` in `sql/staging`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import Problem, SourceUnreadable
from reconcile.mluvii.access import client_of
from reconcile.mluvii.campaign import Campaign, has_arrived
from reconcile.mluvii.contacts import Contacts
from reconcile.mluvii.faults import Fault
from reconcile.mluvii.ledger import Ledger
from reconcile.mluvii.paging import read_list
from reconcile.settings.mluvii import MluviiSource
from reconcile.sources.canonical import CALLS, CONTACTS, REPORTS
from reconcile.sources.mapping import Mapping, shipped_mapping

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from reconcile.mluvii.client import Client
    from reconcile.settings import Settings, Source
    from reconcile.sources.spool import Spool

FOLD_KEY = "session_id"
"""The field of a spooled row that tells the session."""
_SESSIONS = "/api/v1/Sessions"
_NOT_OVER = ("CREATED", "IN_QUEUE", "WAITING", "ACTIVE", "ACW", "BCW")
_WINDOW = timedelta(hours=6)
"""So much is asked for at once where much is to be made up for; what is whole is kept."""
_OPEN_FOR = timedelta(days=1)
"""Sessions that are older and not over are not asked for any more."""


def select(detail: MluviiSource, stream: str) -> Mapping:
    """The select that is shipped for a stream, with the keys of the settings that it needs."""
    if stream == "calls":
        keys = (("dialled_number_parameter", detail.dialled_number_parameter),)
        return shipped_mapping("staging.mluvii_calls", CALLS, keys)
    if stream == "results":
        return shipped_mapping("staging.mluvii_results", REPORTS)
    fields = (("phone_field", detail.phone_field), ("name_field", detail.name_field))
    return shipped_mapping("staging.mluvii_contacts", CONTACTS, fields)


def pull(
    settings: Settings, source: Source, spools: abc.Mapping[str, Spool], now: datetime
) -> dict[str, Problem]:
    """Spool what is new; a stream that cannot be pulled stops no other."""
    client, detail = _opened(settings, source)
    problems: dict[str, Problem] = {}
    pullers = {
        "calls": partial(_pull_calls, client, detail),
        "contacts": partial(_pull_contacts, client, detail),
        "results": partial(_pull_results, client, detail, settings.folder),
    }
    for stream, spool in spools.items():
        try:
            pullers[stream](spool, now)
        except Fault as fault:
            problems[stream] = _problem(source, fault)
    return problems


def look(settings: Settings, source: Source, stream: str, now: datetime) -> list[str]:
    """What `check` says of a stream, by asking for little of it. Raises SourceUnreadable."""
    client, detail = _opened(settings, source)
    try:
        if stream == "calls":
            rows = _asked(client, detail, **_range("Created", now - timedelta(hours=1), now))
            return [f"reachable, {len(rows):,} sessions began within the last hour"]
        if stream == "contacts":
            for department in detail.departments:
                Contacts(client, department).first()
            return ["reachable, read as a whole and taken over whenever something has changed"]
        found = Campaign(client, detail.campaign_id or 0).identities().values()
    except Fault as fault:
        raise _problem(source, fault) from fault
    counts = Counter(identity.state for identity in found)
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
    return [f"reachable, in campaign {detail.campaign_id} stand: {told or 'no contacts'}"]


def _opened(settings: Settings, source: Source) -> tuple[Client, MluviiSource]:
    detail = source.detail
    assert isinstance(detail, MluviiSource)  # noqa: S101 - as the registry names it
    options = {name: getattr(detail, name) for name in detail.__dataclass_fields__}
    return client_of(options, settings.folder), detail


def _problem(source: Source, fault: Fault) -> SourceUnreadable:
    return SourceUnreadable(f"the source `{source.name}`: {fault.what}", hint=fault.hint)


def _pull_calls(client: Client, detail: MluviiSource, spool: Spool, now: datetime) -> None:
    """Ask window by window, each with the lookback before it, for what began or ended in it.

    The last one ends now, and sessions that are not over are asked for as well, whenever they
    began. Only what differs from what was seen is spooled, so that a quiet minute stays idle.
    """
    until = spool.position.get("until")
    begin = clock.parse_instant(until) if until else now - timedelta(days=detail.first_days)
    begin = min(begin, now)
    lookback = timedelta(minutes=detail.lookback_minutes)
    while True:
        end = min(begin + _WINDOW, now)
        rows = _window(client, detail, begin - lookback, end)
        if end == now:
            rows |= _asked(
                client, detail, Status=_NOT_OVER, **_range("Created", now - _OPEN_FOR, now)
            )
        named = {str(number): row for number, row in rows.items()}
        _spool_new(spool, FOLD_KEY, named, {"until": clock.as_text(end)}, now)
        if end == now:
            return
        begin = end


def _window(
    client: Client, detail: MluviiSource, begin: datetime, end: datetime
) -> dict[int, dict[str, Any]]:
    """Sessions that began or ended in a window."""
    rows = _asked(client, detail, **_range("Created", begin, end))
    return rows | _asked(client, detail, **_range("Ended", begin, end))


def _asked(client: Client, detail: MluviiSource, **params: Any) -> dict[int, dict[str, Any]]:  # noqa: ANN401
    of_all = {"Channel": "Phone", "DepartmentId": detail.departments or None}
    return read_list(client, _SESSIONS, {**of_all, **params}, page_rows=detail.page_rows)


def _range(name: str, begin: datetime, end: datetime) -> dict[str, str]:
    return {f"{name}.Min": clock.as_text(begin), f"{name}.Max": clock.as_text(end)}


def _pull_results(
    client: Client, detail: MluviiSource, folder: Path, spool: Spool, now: datetime
) -> None:
    """Read the list of the campaign, and spool what it says of the dials that were added to it.

    The ledger of the sink tells which dial a contact stands there for.
    """
    ledger = Ledger.read(folder / detail.ledger)
    campaign = Campaign(client, detail.campaign_id or 0)
    found: dict[str, dict[str, Any]] = {}
    for contact, identity in campaign.identities().items():
        note = ledger.adder(contact, campaign.campaign_id)
        if note is not None and has_arrived(note.before, identity):
            found[note.key] = {"id": contact, **asdict(identity)}
    _spool_new(spool, "key", found, {}, now)


def _spool_new(
    spool: Spool,
    name: str,
    rows: dict[str, dict[str, Any]],
    position: dict[str, Any],
    now: datetime,
) -> None:
    """Write the rows that differ from what was seen, and keep what is seen now with a position."""
    seen = spool.position.get("seen", {})
    seen_now = {identity: _hash(row) for identity, row in rows.items()}
    new = [identity for identity in rows if seen.get(identity) != seen_now[identity]]
    files = []
    if new:
        pulled_at = clock.as_text(now)
        lines = (
            {name: identity, "pulled_at": pulled_at, "record": rows[identity]}
            for identity in sorted(new)
        )
        files = [_written(spool, lines)]
    if new or position or seen != seen_now:
        spool.keep({**position, "seen": seen_now}, files)


def _pull_contacts(
    client: Client,
    detail: MluviiSource,
    spool: Spool,
    now: datetime,  # noqa: ARG001 - the form is given
) -> None:
    """Read all contacts of the departments, and spool them as a whole where they have changed."""
    records = [
        (department, record)
        for department in detail.departments
        for _, record in sorted(
            Contacts(client, department).all(page_rows=detail.page_rows).items()
        )
    ]
    digest = _hash(records)
    if spool.files() and spool.position.get("contacts") == digest:
        return
    lines = ({"department_id": department, "record": record} for department, record in records)
    spool.keep({"contacts": digest}, [_written(spool, lines)], is_whole=True)


def _written(spool: Spool, lines: Iterable[dict[str, Any]]) -> Any:  # noqa: ANN401
    path = spool.new_file(".ndjson")
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return path


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
