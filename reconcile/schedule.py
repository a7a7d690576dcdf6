"""When a schedule comes round: cron expressions to instants in UTC.

A fixed time in the hour that autumn repeats comes once, at its first occurrence, and one in the
hour that spring leaves out comes when the clock has jumped: as Debian's cron does it. A schedule
with `*` in its minutes or hours follows time as it passes, on both days.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconcile.errors import SettingInvalid
from reconcile.settings.short_hours import RANGE_TO_ITSELF
from reconcile.settings.toml_text import FOLLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.settings import Settings

# Slots behind this are only looked at where none is nearer.
_NEAR = timedelta(days=2)


def next_slot(schedule: str, time_zone: str, after: datetime) -> datetime:
    """Give the first instant (UTC) later than `after` (UTC) at which a schedule comes round."""
    return next(_slots(schedule, time_zone, after))


def last_slot(schedule: str, time_zone: str, first: datetime, now: datetime) -> datetime:
    """Give the last instant (UTC) up to `now` at which a schedule came round, at least `first`.

    Counted forwards: the library's way back does not always come to an end.
    """
    last = first
    for since in (max(first, now - _NEAR), first):
        for slot in _slots(schedule, time_zone, since):
            if slot > now:
                break
            last = slot
        if last > first:
            break
    return last


def _slots(schedule: str, time_zone: str, after: datetime) -> Iterator[datetime]:
    from croniter import croniter  # noqa: PLC0415 - an idle run needs none of it

    local = after.replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))
    slots = croniter(schedule, local)
    while True:
        found: datetime = slots.get_next(datetime)
        if not (found.fold and _is_fixed(schedule)):
            yield found.astimezone(UTC).replace(tzinfo=None)


def _is_fixed(schedule: str) -> bool:
    minutes, hours, *_ = schedule.split()
    return not (minutes.startswith("*") or hours.startswith("*"))


def check(settings: Settings) -> None:
    """Read every schedule strictly. Raises SettingInvalid that names each one that is none."""
    from croniter import CroniterError, croniter  # noqa: PLC0415 - only when settings changed

    faults = []
    for job, schedule in settings.schedules.items():
        if found := RANGE_TO_ITSELF.search(schedule):
            faults.append(
                f"the schedule `{schedule}` of `{job}` has `{found[0]}`, which is read as every "
                f"value; write `{found[1]}`"
            )
            continue
        try:
            croniter.expand(schedule, strict=True)
        except CroniterError as error:
            faults.append(f"the schedule `{schedule}` of `{job}` is no cron expression: {error}")
    if faults:
        first, *others = faults
        raise SettingInvalid(
            first,
            *others,
            follows=FOLLOWS,
            hint="five fields: minute, hour, day of the month, month, day of the week",
        )
