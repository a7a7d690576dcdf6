"""How far a table was pulled: a column that rises with new rows, a counter or a time.

Rows do not come in its order. A transaction that took its number or its time first may commit last,
and a call detail record bears the time at which its call began though it is written at its end. So
each pull looks back behind the highest value by as much as rows may be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from reconcile.databases import INSTANT, LOCAL_TIME, NUMBER, TEXT, DatabaseFault
from reconcile.sources.local_time import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Value: TypeAlias = Any
"""An `int`, or a `datetime` as the database holds it, in whole seconds; all of a column alike."""

USABLE = frozenset({NUMBER, INSTANT, LOCAL_TIME, TEXT})
_CLOCKS = timedelta(minutes=5)
"""How far the clocks of two machines may be apart; a time later than that tells nothing."""
_SECONDS_LENGTH = len("2026-11-20 08:53:57")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """A column, what it holds, and how far below its highest value rows may still come.

    `zone` is that of times without an offset.
    """

    column: str
    holds: str
    zone: str
    lookback: timedelta
    lookback_rows: int

    def read(self, text: str) -> Value:
        """Read a value as the database shows it. Raises DatabaseFault for what is none."""
        try:
            if self.holds == NUMBER:
                return int(text)
            return datetime.fromisoformat(text[:_SECONDS_LENGTH]).replace(tzinfo=None)
        except ValueError:
            raise DatabaseFault(
                f"the column `{self.column}` holds `{text[:80]}`, expected a time such as "
                "`2026-11-20 08:53:57`, or a whole number",
                "`watermark` names a column by which new rows can be told",
            ) from None

    def written(self, value: Value, like: str = "") -> str:
        """Write a value into a statement, in the form of `like`, a value of the column."""
        if isinstance(value, int):
            return str(value)
        between = "T" if like[10:11] == "T" else " "
        return f"'{value.isoformat(sep=between, timespec='seconds')}'"

    def latest(self, now: datetime) -> datetime:
        """The latest time that can be told of by `now` (UTC), as the column has times."""
        return self.local(now) + _CLOCKS

    def local(self, instant: datetime) -> datetime:
        """An instant (UTC) as the column has times."""
        if self.holds == INSTANT:
            return instant
        return instant.replace(tzinfo=UTC).astimezone(zone_of(self.zone)).replace(tzinfo=None)

    def back(self, value: Value) -> Value:
        """How far below a value rows may still come."""
        return value - self.lookback_rows if isinstance(value, int) else value - self.lookback

    def after(self, value: Value) -> Value:
        """The least value behind this one."""
        return value + 1 if isinstance(value, int) else value + timedelta(seconds=1)

    def spans(self, low: Value, high: Value, count: int) -> Iterator[tuple[Value, Value]]:
        """Cut what lies between into so many parts, each from its first value up to its second.

        The second one is no part of it.
        """
        if isinstance(low, int):
            step: Any = max(1, -(-(high - low) // count))
        else:
            step = timedelta(seconds=max(1, -(-int((high - low).total_seconds()) // count)))
        while low < high:
            end = min(low + step, high)
            yield low, end
            low = end
