"""Records of calls for tests, told by the clock of one day: a drop, a talk, an unanswered call."""

from __future__ import annotations

from datetime import datetime, timedelta

from oracle import MINUTE, CallRecord, CampaignSettings

LINE_A, LINE_B = "+420200000410", "+420200000420"
CLIENT = "+420700610101"
EARLY = datetime.fromisoformat("2026-03-10T00:00:00")
CAMPAIGN = CampaignSettings("missed", starts_at=EARLY)
TWO_CAMPAIGNS = (
    CampaignSettings("a", dialled_numbers=frozenset({LINE_A}), starts_at=EARLY),
    CampaignSettings("b", dialled_numbers=frozenset({LINE_B}), starts_at=EARLY),
)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-10T{clock if clock.count(':') == 2 else clock + ':00'}")


def minutes(first: str, last: str) -> list[datetime]:
    count = (at(last) - at(first)) // MINUTE
    return [at(first) + minute * MINUTE for minute in range(count + 1)]


def call(call_id: str, direction: str, started: str, known: str, **columns) -> CallRecord:
    columns = {
        name: at(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in columns.items()
    }
    number = columns.pop("number", CLIENT)
    return CallRecord(
        source="pbx",
        call_id=call_id,
        known_at=at(known),
        direction=direction,
        number=number,
        started_at=at(started),
        **columns,
    )


def drop(call_id: str, ended: str, known: str | None = None, **columns) -> CallRecord:
    columns = {
        "dialled_number": LINE_A,
        "queue": "sales",
        "last_place": "queue",
        "end_reason": "caller",
        **columns,
    }
    started = (at(ended) - timedelta(seconds=20)).strftime("%H:%M:%S")
    return call(call_id, "in", started, known or ended, ended_at=ended, **columns)


def talk(
    call_id: str, connected: str, ended: str | None, known: str | None = None, **columns
) -> CallRecord:
    direction = columns.pop("direction", "in")
    started = columns.pop("started", connected)
    known = known or ended or connected
    return call(
        call_id, direction, started, known, connected_at=connected, ended_at=ended, **columns
    )


def unanswered(
    call_id: str, started: str, ended: str | None, known: str | None = None, **columns
) -> CallRecord:
    return call(call_id, "out", started, known or ended or started, ended_at=ended, **columns)
