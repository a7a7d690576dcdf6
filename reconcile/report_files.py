"""Write the reports that have a schedule, each to its file, whole or not at all."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reconcile import report_mail
from reconcile.errors import Problem, SettingInvalid, SinkUnreachable, UsageWrong
from reconcile.files_out import write_whole
from reconcile.reports import catalogue, text
from reconcile.reports.formats import ENDINGS, Format
from reconcile.reports.read_copy import open_read_copy
from reconcile.reports.tables import zone_named
from reconcile.settings.schedules import PAGE_ENDING
from reconcile.settings.toml_text import FOLLOWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from reconcile.mail_exchange import MailServer
    from reconcile.queries import Query
    from reconcile.settings import ScheduledReport, Settings


def write_due(
    settings: Settings, slots: Mapping[str, datetime]
) -> tuple[list[str], dict[str, Problem]]:
    """Write the reports named with their slots, and mail them; give those done, and what was wrong.

    One that was written and not mailed is not done. One that some of its recipients cannot get is:
    the others are not to have it twice.
    """
    done: list[str] = []
    problems: dict[str, Problem] = {}
    server = report_mail.server_of(settings)
    for report in settings.reports:
        if report.name not in slots:
            continue
        slot_at = slots[report.name]
        try:
            place = write(settings, report, slot_at)
            if server is not None and report.mail_to:
                problems.update(_mail(settings, report, slot_at, place, server))
            done.append(report.name)
        except Problem as problem:
            problems[report.name] = problem
    return done, problems


def _mail(
    settings: Settings,
    report: ScheduledReport,
    slot_at: datetime,
    place: Path,
    server: MailServer,
) -> dict[str, Problem]:
    """Mail a file; give what is wrong with some of its recipients. Raises Problem otherwise."""
    message = report_mail.message_of(settings, report, slot_at, place, server.sender)
    try:
        refused = server.send(message, report.mail_to)
    except SinkUnreachable as problem:
        raise SinkUnreachable(
            f"the report `{report.name}` is not mailed: {problem.what}",
            follows=f"{problem.follows}\n"
            f"It is written to `{place}`, and both are tried again in each run",
        ) from problem
    if not refused:
        return {}
    told = "; ".join(f"{who}: {what}" for who, what in refused.items())
    return {
        report.name: SinkUnreachable(
            f"the report `{report.name}` is mailed, but not to all: {told}",
            follows="It is not sent again for this slot",
        )
    }


def write(settings: Settings, report: ScheduledReport, slot_at: datetime) -> Path:
    """Write one report of the days up to its slot (UTC) from what was published; give its place.

    Raises SettingInvalid where the file cannot be written.
    """
    place = place_of(settings, report, slot_at)
    period = catalogue.Period(slot_at - timedelta(days=report.days), slot_at)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if report.report == catalogue.PAGE:
            from reconcile.pages.report import report_page  # noqa: PLC0415 - few ask for a page

            zone = zone_named(settings.time_zone)
            page = report_page(settings, period, zone, show_numbers=report.show_numbers)
            write_whole(place, page)
        else:
            _write_rows(settings, catalogue.find(report.report), period, place)
    except OSError as error:
        raise SettingInvalid(
            f"the report `{report.name}` cannot be written to `{place}`: {error.strerror}",
            follows="It stays due and is tried again in each run",
        ) from error
    return place


def _write_rows(settings: Settings, query: Query, period: catalogue.Period, place: Path) -> None:
    form = ENDINGS[place.suffix.lower()]
    with open_read_copy(settings) as connection:
        if form is Format.PARQUET:
            catalogue.write_parquet(connection, query, period, settings, path=place)
            return
        made = catalogue.make(connection, query, period, settings)
    write_whole(place, text.document(made, period, zone_named(settings.time_zone), form))


def check(settings: Settings) -> None:
    """Raise SettingInvalid for a name that no report has, in a report or an alert.

    Also for a report that the file of its path cannot be.
    """
    for report in settings.reports:
        _check_ending(report)
        _check_numbers(report)
    named = [
        *((f"reports.{one.name}.report", one.report) for one in settings.reports),
        *((f"alerts.{one.name}.report", one.report) for one in settings.alerts),
    ]
    for key, name in named:
        if name == catalogue.PAGE and key.startswith("reports."):
            continue
        try:
            catalogue.find(name)
        except UsageWrong as wrong:
            raise SettingInvalid(
                f"`{key}`: {wrong.what}",
                follows=FOLLOWS,
                hint=wrong.hint,
            ) from None


def _check_ending(report: ScheduledReport) -> None:
    is_page = report.report == catalogue.PAGE
    if is_page != report.path.lower().endswith(PAGE_ENDING):
        raise SettingInvalid(
            f"`reports.{report.name}` writes the report `{report.report}` to `{report.path}`: "
            f"the report `{catalogue.PAGE}`, and no other, ends in `{PAGE_ENDING}`",
            follows=FOLLOWS,
        )


def _check_numbers(report: ScheduledReport) -> None:
    if report.show_numbers and report.report != catalogue.PAGE:
        raise SettingInvalid(
            f"`reports.{report.name}.show_numbers` is a key of the report `{catalogue.PAGE}`, and "
            f"this one is `{report.report}`, which has its numbers in full",
            follows=FOLLOWS,
            hint="leave it out",
        )


def place_of(settings: Settings, report: ScheduledReport, slot_at: datetime) -> Path:
    """Give the file of a slot: date and time are those of the settings' zone."""
    local = slot_at.replace(tzinfo=UTC).astimezone(ZoneInfo(settings.time_zone))
    name = report.path.replace("{date}", f"{local:%Y-%m-%d}").replace("{time}", f"{local:%H%M}")
    return settings.path(name)
