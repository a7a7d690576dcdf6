"""The keys of `[reports.NAME]`, and what every schedule has in common: a cron expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconcile.settings import forms
from reconcile.settings.forms import Form, Unfit
from reconcile.settings.keys import key
from reconcile.settings.mail import mail_to_key

PAGE_ENDING = ".html"
REPORT_ENDINGS = (".csv", ".json", ".md", ".txt", ".parquet", PAGE_ENDING)
"""Those of the formats in which a report can be written, and of a page."""

PUBLISH = "publish"
RETENTION = "retention"

_FIELDS = re.compile(r"[0-9A-Za-z*,/#-]+( [0-9A-Za-z*,/#-]+){4}")


def source_job(name: str) -> str:
    """Name the job of reading a source, in SQL too."""
    return f"source {name}"


def report_job(name: str) -> str:
    """Name the job of writing a report."""
    return f"report {name}"


def alert_job(name: str) -> str:
    """Name the job of counting the rows of an alert."""
    return f"alert {name}"


def schedule() -> Form:
    """Accept five fields of cron; `reconcile.schedule` checks them to the letter when they change.

    The library that reads them costs more than all else an idle run does.
    """
    expected = 'a cron expression of five fields, such as "*/15 6-20 * * mon-fri"'

    def read(value: object) -> str:
        if not isinstance(value, str) or not _FIELDS.fullmatch(" ".join(value.split())):
            raise Unfit(value, expected)
        return " ".join(value.split())

    return Form(expected, read)


def time_zone() -> Form:
    """Accept a name of the time zone database."""
    expected = 'a time zone such as "Europe/Prague"'

    def read(value: object) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - most are UTC

        try:
            return ZoneInfo(str(value)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Unfit(value, expected) from None

    return Form(expected, read)


def report_path() -> Form:
    """Accept a path whose ending names a format."""
    *most, last = REPORT_ENDINGS
    expected = f'a path that ends in {", ".join(most)} or {last}, such as "out/drops-{{date}}.csv"'

    def read(value: object) -> str:
        path = str(forms.text(expected).read(value))
        if not path.lower().endswith(REPORT_ENDINGS):
            raise Unfit(value, expected)
        return path

    return Form(expected, read)


def report_name() -> Form:
    """Accept what may be the name of a report; whether there is one is seen by who makes it."""
    return forms.text("the name of a report, as `reconcile report` lists them")


def days_key() -> int:
    """Make the key `days` of what is made at its hours."""
    days: int = key(
        forms.whole(1, 3660),
        "How many days before the slot the report looks back.",
        default=1,
        default_words="one",
        unit="days",
    )
    return days


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledReport:
    """One report that is written to a file at its hours."""

    name: str
    report: str = key(
        report_name(),
        "Which report; `page` is that of `reconcile report --html`, its path ends in .html.",
        example="dropped_calls",
    )
    schedule: str = key(schedule(), "When it is written.", example="0 7 * * mon-fri")
    path: str = key(
        report_path(),
        "The file, replaced as a whole; `{date}` and `{time}` are those of the slot. Its ending "
        "tells the format.",
        example="out/dropped_calls-{date}.csv",
    )
    days: int = days_key()
    show_numbers: bool = key(
        forms.flag(),
        "Whether a page shows numbers and names; else it masks the ones and leaves out the others. "
        "Of `page` only: any other report has its numbers in full.",
        default=False,
    )
    mail_to: tuple[str, ...] = mail_to_key()
