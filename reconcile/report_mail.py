"""A report as a mail: a subject and a text in words, the file beside them."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from reconcile import clock
from reconcile.errors import SettingInvalid
from reconcile.mail_exchange import MailServer
from reconcile.plain_text import plain
from reconcile.reports import catalogue
from reconcile.reports.tables import zone_named

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from reconcile.settings import ScheduledReport, Settings

_TYPES = {".parquet": "application/vnd.apache.parquet", ".md": "text/markdown"}


def server_of(settings: Settings) -> MailServer | None:
    """The mail server of the settings; None where no report is mailed."""
    if settings.mail is None or not any(report.mail_to for report in settings.reports):
        return None
    return MailServer(settings.mail, settings.folder)


def message_of(
    settings: Settings, report: ScheduledReport, slot_at: datetime, file: Path, sender: str
) -> EmailMessage:
    """Make the mail of a slot (UTC) with the file attached.

    Its Message-ID is the same however often it is made for one slot, so that a mail system can
    tell a repeat. Raises SettingInvalid for a file that cannot be read.
    """
    from email.message import EmailMessage  # noqa: PLC0415 - only who mails pays
    from email.policy import SMTP  # noqa: PLC0415
    from email.utils import format_datetime  # noqa: PLC0415

    zone = zone_named(settings.time_zone)
    from_at = slot_at - timedelta(days=report.days)
    name = plain(report.name)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Report {name}, {zone.text(slot_at)}"
    message["From"] = sender
    message["To"] = ", ".join(report.mail_to)
    message["Date"] = format_datetime(clock.utc_now().replace(tzinfo=UTC))
    message["Message-ID"] = _message_id(settings, report, slot_at, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"{catalogue.summary(report.report)}\n\n"
        f"From {zone.text(from_at)} up to {zone.text(slot_at)}.\n"
        f"The report `{report.report}` is attached as {plain(file.name)}.\n\n"
        f"Sent by reconcile at the hours of `[reports.{name}]`.\n"
    )
    kind = _TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0]
    main, _, sub = (kind or "application/octet-stream").partition("/")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SettingInvalid(
            f"the report `{report.name}` cannot be read from `{file}`: {error.strerror}",
            follows="It is not mailed, and tried again in each run",
        ) from error
    message.add_attachment(data, maintype=main, subtype=sub, filename=plain(file.name))
    return message


def _message_id(settings: Settings, report: ScheduledReport, slot_at: datetime, sender: str) -> str:
    what = f"{settings.state_folder.absolute()}\n{report.name}\n{clock.as_text(slot_at)}"
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    return f"<{digest}@{sender.partition('@')[2]}>"
