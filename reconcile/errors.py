"""Every error a person can meet, with its exit code.

    Problem
    ├── AlertRaised         1   a report has more rows than an alert allows
    ├── UsageWrong          2   the command line
    ├── SettingInvalid      2   keys of the settings, all that are wrong at once
    ├── SqlFileInvalid      2   a file of sql/ or a mapping select
    ├── SourceUnreadable    3   a source that cannot be read at all
    ├── ClockWrong          3   the clock lies before an earlier run
    ├── AuditFailed         4   a promise the data breaks
    ├── SinkUnreachable     5   a sink that takes nothing
    ├── StateUnusable      70   the disk is full, the state is damaged or cannot be written
    └── DatabaseBusy       75   another run holds the state
        └── StateHeld      75   another program has opened it

A text has up to three sentences, one a line, without a final stop: what is wrong, with value and
place; what follows and what was kept; what to do (the hint).
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes, a contract with cron and with scripts."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    SOURCE = 3
    AUDIT = 4
    SINK = 5
    UNEXPECTED = 70
    BUSY = 75
    INTERRUPTED = 130


class Problem(Exception):
    """An error with its place, what follows and what to do."""

    code = "problem"
    exit_code = ExitCode.UNEXPECTED
    is_answered = False
    """Whether the JSON object that was asked for has been written with it."""

    def __init__(self, what: str, *, follows: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.follows = follows
        self.hint = hint

    def lines(self) -> list[str]:
        """Give the text as lines for stderr, without the program's name."""
        text = [self.what, *self.follows.splitlines()]
        if self.hint:
            text.append(f"hint: {self.hint}")
        return text


class AlertRaised(Problem):
    """A report has more rows than an alert allows."""

    code = "alert_raised"
    exit_code = ExitCode.FINDINGS


class UsageWrong(Problem):
    """The command line asks for something that does not exist."""

    code = "usage_wrong"
    exit_code = ExitCode.USAGE


class SettingInvalid(Problem):
    """Keys of the settings are not accepted: `what` tells the first, `others` all further ones."""

    code = "setting_invalid"
    exit_code = ExitCode.USAGE

    def __init__(self, what: str, *others: str, follows: str = "", hint: str = "") -> None:
        super().__init__(what, follows=follows, hint=hint)
        self.others = others

    def lines(self) -> list[str]:
        """Give each fault as a line, then what follows and the hint."""
        first, *rest = super().lines()
        return [first, *self.others, *rest]


class SqlFileInvalid(Problem):
    """A file of SQL breaks the form that the program relies on."""

    code = "sql_file_invalid"
    exit_code = ExitCode.USAGE


class SourceUnreadable(Problem):
    """A source gives nothing at all; other sources go on."""

    code = "source_unreadable"
    exit_code = ExitCode.SOURCE


class ClockWrong(Problem):
    """The clock went back; dials wait."""

    code = "clock_wrong"
    exit_code = ExitCode.SOURCE


class AuditFailed(Problem):
    """The data breaks a promise; the dials concerned are held."""

    code = "audit_failed"
    exit_code = ExitCode.AUDIT


class SinkUnreachable(Problem):
    """A sink takes nothing for now; its commands stay in the outbox."""

    code = "sink_unreachable"
    exit_code = ExitCode.SINK


class DatabaseBusy(Problem):
    """Another run holds the state for longer than this one would wait."""

    code = "database_busy"
    exit_code = ExitCode.BUSY


class StateHeld(DatabaseBusy):
    """Another program has opened the state file."""

    code = "state_held"


class StateUnusable(Problem):
    """The disk is full, or the state is damaged, gone or cannot be written."""

    code = "state_unusable"
