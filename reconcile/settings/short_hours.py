"""Calling hours as they are written: a preset, cron expressions, or short ones made into some."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconcile.settings.forms import Form, Unfit, listed
from reconcile.settings.hour_presets import HOUR_PRESETS

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Names of days and months, last and nearest weekday. Not `r`, by which each run would be told
# other hours, and not `h`.
_CRON_WORDS = {*_DAYS, *_MONTHS, "l", "w"}
_CRON = re.compile(r"[0-9a-z*,/#-]+( [0-9a-z*,/#-]+){4}")
RANGE_TO_ITSELF = re.compile(r"\b(\w+)-\1\b")
_DAY_LIST = r"(?:daily|[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*)"
_CLOCK = r"(\d{1,2})(?::(\d\d))?"
_SHORT = re.compile(rf"({_DAY_LIST}) {_CLOCK}-{_CLOCK}")
_ALONE = "; a preset stands alone, for hours that are added to it would lift it"
_HOUR_MINUTES = 60
_DAY_MINUTES = 1440


def written_hours() -> Form:
    """Accept a preset, or a list of hours; `reconcile.calling_hours` checks these to the letter."""
    expected = (
        'a list of hours such as "mon-fri 08:30-17:45" or of cron expressions such as '
        f'"* 8-19 * * mon-fri", or a preset: {listed(tuple(HOUR_PRESETS))}'
    )

    def read(value: object) -> tuple[str, ...]:
        # The values in force are told as a list, and can be read as one.
        preset = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(preset, str) and preset in HOUR_PRESETS:
            return (preset,)
        if not isinstance(value, list) or not value:
            raise Unfit(value, expected)
        entries: list[str] = []
        for one in value:
            entry = " ".join(one.lower().split()) if isinstance(one, str) else ""
            fault = _ALONE if entry in HOUR_PRESETS else _fault(entry)
            if fault is not None:
                raise Unfit(one, f"{expected}{fault}")
            if entry in entries:
                raise Unfit(one, f"{expected}, each once")
            entries.append(entry)
        return tuple(entries)

    return Form(expected, read)


def _fault(entry: str) -> str | None:
    """What is wrong with an entry: more words for what was expected, or None."""
    if _CRON.fullmatch(entry):
        return _fault_of_cron(entry)
    found = _SHORT.fullmatch(entry)
    if not found:
        return ""
    if not _weekdays(found[1]):
        return f"; days are {', '.join(_DAYS[1:])} and sun, or `daily`"
    begin, end = _minute(found[2], found[3]), _minute(found[4], found[5])
    if begin is None or end is None or begin == _DAY_MINUTES:
        return "; times lie from 00:00 to 24:00"
    if begin == end:
        return "; it begins and ends at the same time (the whole day is `00:00-24:00`)"
    return None


def _fault_of_cron(entry: str) -> str | None:
    if RANGE_TO_ITSELF.search(entry):
        return "; a range from a value to itself is read as every value"
    if all(word in _CRON_WORDS for word in re.findall(r"[a-z]+", entry)):
        return None
    return "; names are those of days and months, and `L`"


def expressions(entry: str) -> tuple[str, ...]:
    """Give an entry as cron expressions, which match the minutes in which it is open.

    >>> expressions("mon-fri 08:30-17:45")
    ('30-59 8 * * 1-5', '* 9-16 * * 1-5', '0-44 17 * * 1-5')
    >>> expressions("fri 22:00-02:00")
    ('* 22-23 * * 5', '* 0-1 * * 6')
    """
    if entry in HOUR_PRESETS:
        return tuple(part for one in HOUR_PRESETS[entry].hours for part in expressions(one))
    found = _SHORT.fullmatch(entry)
    if not found:
        return (entry,)
    days = _weekdays(found[1])
    begin, end = _minute(found[2], found[3]), _minute(found[4], found[5])
    if begin is None or end is None:
        return ()
    if begin < end:
        return tuple(_of_a_day(begin, end, days))
    # Over midnight: the rest belongs to the days that follow.
    following = {(day + 1) % len(_DAYS) for day in days}
    rest = _of_a_day(0, end, following) if end else ()
    return (*_of_a_day(begin, _DAY_MINUTES, days), *rest)


def _of_a_day(begin: int, end: int, days: set[int]) -> Iterator[str]:
    """The expressions of [begin, end) in minutes of a day: the broken hours and the whole ones."""
    day_field = _day_field(days)
    (first, at), (last, until) = divmod(begin, _HOUR_MINUTES), divmod(end, _HOUR_MINUTES)
    if first == last:
        yield f"{_field(at, until)} {first} * * {day_field}"
        return
    if at:
        yield f"{_field(at, _HOUR_MINUTES)} {first} * * {day_field}"
        first += 1
    if first < last:
        yield f"* {_field(first, last)} * * {day_field}"
    if until:
        yield f"{_field(0, until)} {last} * * {day_field}"


def _field(first: int, end: int) -> str:
    """The values from first to before end; `9-9` would be read as every one."""
    return str(first) if end == first + 1 else f"{first}-{end - 1}"


def _day_field(days: set[int]) -> str:
    if len(days) == len(_DAYS):
        return "*"
    in_order = sorted(days)
    if in_order[-1] - in_order[0] == len(days) - 1:
        return _field(in_order[0], in_order[-1] + 1)
    return ",".join(map(str, in_order))


def _weekdays(text: str) -> set[int]:
    """The days of `mon-fri` or `sat,sun`, Sunday is 0; empty where a name is none of them."""
    if text == "daily":
        return set(range(len(_DAYS)))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            return set()
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        days |= {(begin + step) % len(_DAYS) for step in range((end - begin) % len(_DAYS) + 1)}
    return days


def _minute(hour: str, minute: str | None) -> int | None:
    """The minute of the day, 24:00 the last one; None for none."""
    found = int(hour) * _HOUR_MINUTES + int(minute or 0)
    return found if int(minute or 0) < _HOUR_MINUTES and found <= _DAY_MINUTES else None
