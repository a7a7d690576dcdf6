"""The settings file: what can be set, what is set, and what is wrong with it.

Each key is described once, on its field in `program`, `sources`, `campaigns`, `sinks` or
`schedules`: form, default, unit, meaning. `reading` makes the objects, `contradictions` compares
keys, `template` writes the file of `init` and the rows of the README, `tables` the rows that SQL
joins.
To add a key, add its field; to add a kind of source or sink, add its class and its line in
SOURCE_KINDS or SINK_KINDS.
"""

from __future__ import annotations

from reconcile.settings.asterisk_logs import (
    AsteriskLogs,
    AttemptKey,
    CdrFile,
    DialledNumber,
    Incoming,
)
from reconcile.settings.campaigns import NO_DIALLER, Campaign
from reconcile.settings.effective import as_json, settings_hash
from reconcile.settings.figures import Figures
from reconcile.settings.hours import Holidays, Hours
from reconcile.settings.limits import Limit
from reconcile.settings.program import Settings
from reconcile.settings.reading import load
from reconcile.settings.schedules import ScheduledReport
from reconcile.settings.sinks import FileSink, Sink, StdoutSink
from reconcile.settings.sources import ResultFiles, Source, TableFiles

__all__ = [
    "NO_DIALLER",
    "AsteriskLogs",
    "AttemptKey",
    "Campaign",
    "CdrFile",
    "DialledNumber",
    "Figures",
    "FileSink",
    "Holidays",
    "Hours",
    "Incoming",
    "Limit",
    "ResultFiles",
    "ScheduledReport",
    "Settings",
    "Sink",
    "Source",
    "StdoutSink",
    "TableFiles",
    "as_json",
    "load",
    "settings_hash",
]
