"""The keys at the top of the file, and all settings together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconcile.settings import forms
from reconcile.settings.figures import Figures
from reconcile.settings.keys import key
from reconcile.settings.limits import Limit, limits_key, presets_key
from reconcile.settings.mail import Mail
from reconcile.settings.regions import region
from reconcile.settings.schedules import (
    PUBLISH,
    RETENTION,
    alert_job,
    report_job,
    schedule,
    source_job,
    time_zone,
)

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.settings.alerts import Alert
    from reconcile.settings.campaigns import Campaign
    from reconcile.settings.schedules import ScheduledReport
    from reconcile.settings.sinks import Sink
    from reconcile.settings.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force. Paths are kept as written and count from `folder`.

    Sources, campaigns and sinks stand in the order of the file, which counts for campaigns: a
    call that fits two goes to the first.
    """

    file: Path
    sources: tuple[Source, ...]
    campaigns: tuple[Campaign, ...]
    sinks: tuple[Sink, ...]
    reports: tuple[ScheduledReport, ...] = ()
    alerts: tuple[Alert, ...] = ()
    warnings: tuple[str, ...] = ()
    state: str = key(
        forms.text("a path"),
        "The folder of the state, the read copy, the audit files and what was kept aside. Keep it: "
        "a state built anew does not know which commands have left.",
        default="state",
    )
    region: str = key(
        region(),
        "Country of the numbers that have no country code. Required, unless every source has its "
        "own or takes no phone numbers.",
        default="",
        default_words="none",
        example="CZ",
    )
    clock_tolerance_seconds: int = key(
        forms.whole(0, 3600),
        "How far two clocks may be apart when calls are matched.",
        default=5,
        unit="seconds",
    )
    limits: tuple[Limit, ...] = limits_key()
    presets: tuple[str, ...] = presets_key()
    dials_per_run: int | None = key(
        forms.whole(1, 1_000_000),
        "The most dials that one run hands out, for all campaigns together.",
        default=None,
        default_words="any number",
        example=50,
    )
    dials_waiting_max: int | None = key(
        forms.whole(1, 1_000_000),
        "The most dials handed out whose call is not over or not seen yet, of all campaigns.",
        default=None,
        default_words="any number",
        example=100,
    )
    max_shrink_percent: int = key(
        forms.whole(0, 100),
        "A directory or do-not-call list that shrank by more is refused, and the last good one "
        "stays.",
        default=20,
        unit="percent",
    )
    hot_days: int = key(
        forms.whole(1, 3660),
        "Calls younger than this are kept in the state; older ones stay in the audit files.",
        default=35,
        unit="days",
    )
    raw_days: int = key(
        forms.whole(1, 3660),
        "Records as received are kept so long, to fold late rows of a call with its earlier ones.",
        default=3,
        unit="days",
    )
    last_talk_days: int = key(
        forms.whole(0, 3660),
        "How far back a dial tells when an operator and the client last talked.",
        default=7,
        unit="days",
    )
    time_zone: str = key(
        time_zone(),
        "The zone in which schedules and calling hours are read.",
        default="UTC",
        example="Europe/Prague",
    )
    figures: Figures = key(  # noqa: RUF009 - `key` makes a dataclass field
        forms.sub_table(Figures, "a table `[figures]`"),
        "By what the figures of reports are counted, from the next report on, for all days.",
        default=Figures(),
        default_words="each key has its own",
        example={"service_level_seconds": 20, "recovery_minutes": [5, 15, 60, 1440]},
    )
    publish_schedule: str = key(
        schedule(),
        "When readers get a new read copy and audit files: a cron expression.",
        default="",
        default_words="after each run that changed something",
        example="*/5 * * * *",
    )
    retention_schedule: str = key(
        schedule(),
        "When rows older than `hot_days` and `raw_days` are swept out, at most once a day (UTC).",
        default="",
        default_words="in the first run of a day",
        example="15 3 * * *",
    )
    wait_seconds: int = key(
        forms.whole(0, 3600),
        "How long a run waits for another one to end.",
        default=20,
        unit="seconds",
    )

    mail: Mail | None = key(  # noqa: RUF009 - `key` makes a dataclass field
        forms.sub_table(Mail, "a table `[mail]`"),
        "The server over which reports are mailed.",
        default=None,
        default_words="none: no report is mailed",
        example={"server": "mail.example.com", "sender": "reconcile@example.com"},
    )

    @property
    def schedules(self) -> dict[str, str]:
        """The cron expression of each part of a run that has one, by the name of the job."""
        jobs = {
            **{source_job(source.name): source.schedule for source in self.sources},
            PUBLISH: self.publish_schedule,
            RETENTION: self.retention_schedule,
            **{report_job(report.name): report.schedule for report in self.reports},
            **{alert_job(alert.name): alert.schedule for alert in self.alerts},
        }
        return {job: schedule for job, schedule in jobs.items() if schedule}

    @property
    def folder(self) -> Path:
        """The folder of the settings file, from which all paths are counted."""
        return self.file.parent

    @property
    def state_folder(self) -> Path:
        """Where the state stands."""
        return self.path(self.state)

    def path(self, written: str) -> Path:
        """Resolve a path that has no `*` in it."""
        return self.folder / written
