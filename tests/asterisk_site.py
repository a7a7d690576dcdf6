"""A folder beside the real Asterisk of the tests: its logs are read, and one sink dials there.

    site = AsteriskSite(tmp_path, phones, asterisk_ways.sink(phones, ARI, CUSTOMER_FIRST))
    phones.call(CLIENT, stays=2); phones.settle()
    site.run()                                               # as cron would, by the clock

Only calls that were dropped after the site was made open an episode, so that tests can share an
Asterisk whose start they pay for once. Each test takes clients of its own from `clients`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from real_asterisk import MENU_LINE, PASSWORD, QUEUE_LINE, until

from reconcile import by_hand, clock, database, running, settings
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from real_asterisk import PhoneSystem

    from reconcile.run_record import RunResult

PASSWORD_VARIABLE = "ASTERISK_PASSWORD"  # noqa: S105 - its name
"""Where a sink of a test finds `PASSWORD`; set for this process and its children."""
ROOT = Path(__file__).parent.parent
_CDR_USERFIELD = 17
SECOND_STEP = timedelta(minutes=10)
"""After the first one; far enough that no test that is slow comes to it."""

_SETTINGS = """\
region = "CZ"

{logs}
[campaigns.missed-calls]
dialled_numbers = ["{queue_line}", "{menu_line}"]
dropped_in = ["queue", "ivr"]
retry_minutes = [0, {second_step_minutes}]
min_gap_minutes = 0
settle_seconds = 0
starts_at = {starts_at}
dialler = "asterisk"

{sink}
"""


def clients() -> Iterator[str]:
    """Numbers that nobody holds, each once."""
    return (f"+420700610{place:03}" for place in count(200))


@dataclass
class AsteriskSite:
    """Settings and state of one test."""

    folder: Path
    phones: PhoneSystem
    sink: str

    def __post_init__(self) -> None:
        os.environ[PASSWORD_VARIABLE] = PASSWORD
        self.folder.mkdir(parents=True, exist_ok=True)
        text = _SETTINGS.format(
            logs=self.phones.logs,
            queue_line=QUEUE_LINE,
            menu_line=MENU_LINE,
            starts_at=clock.as_text(clock.utc_now()),
            second_step_minutes=SECOND_STEP // timedelta(minutes=1),
            sink=self.sink,
        )
        self.settings_file.write_text(text, encoding="utf-8")

    @property
    def settings_file(self) -> Path:
        return self.folder / "reconcile.toml"

    def run(self, now: datetime | None = None) -> RunResult:
        """A run of the program in this process."""
        result = running.run(settings.load(self.settings_file), now=now)
        assert result.exit_code == ExitCode.DONE, result.messages
        return result

    def run_with_fault(self) -> str:
        """A run whose sink did not take all; what is said of it."""
        result = running.run(settings.load(self.settings_file))
        assert result.exit_code == ExitCode.SINK
        return "\n".join("\n".join(lines) for lines in result.messages)

    def run_as_cron(self) -> None:
        """A run of the program as a command, which is silent when all is well."""
        done = self._child("-m", "reconcile", "run", "--settings", str(self.settings_file))
        said = (done.returncode, done.stdout, done.stderr)
        assert said == (0, "", ""), said

    def run_child(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A run in another process, by a script that gets the settings file and arguments."""
        return self._child(str(script), str(self.settings_file), *arguments)

    def fetch(self, statement: str) -> list[tuple]:
        """Rows of the state, between two runs."""
        file = self.folder / "state" / database.STATE_FILE
        with database.connect(file, read_only=True) as connection:
            return connection.execute(statement).fetchall()

    def commands(self, client: str) -> list[str]:
        """The commands about a client, as `dial 1 delivered` or `remove reached delivered`."""
        rows = self.fetch(
            "select kind, attempt_number, payload ->> 'reason', state from kept.commands "
            f"where number = '{client}' order by sequence"
        )
        return [
            f"{kind} {attempt if kind == 'dial' else reason} {state}"
            for kind, attempt, reason, state in rows
        ]

    def attempts(self, client: str) -> list[tuple[str | None, str | None, bool]]:
        """Result, detail and whether its call was matched by the key, of each attempt."""
        return self.fetch(
            "select result, detail, is_matched_by_key from kept.attempts "
            f"where number = '{client}' order by attempt_number"
        )

    def tags(self, client: str) -> list[str]:
        """The `userfield` of each dial's call records, as the commands of a client name it."""
        digests = {
            f"callback/{digest}"
            for (digest,) in self.fetch(
                "select payload ->> 'key_digest' from kept.commands "
                f"where number = '{client}' and kind = 'dial'"
            )
        }
        fields = [row[_CDR_USERFIELD] for row in self.phones.call_records()]
        return [field for field in fields if field in digests]

    def close(self, client: str) -> None:
        """Close the episode of a client by hand."""
        by_hand.close(settings.load(self.settings_file), client, None, "a test")

    def drop(self, *callers: str, line: str = QUEUE_LINE) -> None:
        """Clients call, wait and hang up, and their calls are in the logs."""
        for client in callers:
            self.phones.call(client, stays=2, line=line)
        self.phones.settle()

    def seen_ringing(self, client: str) -> None:
        """Wait until the phone of a client rings."""
        until(f"the phone of {client} rings", lambda: client in self.phones.ringing())

    def _child(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env={"PYTHONPATH": str(ROOT), PASSWORD_VARIABLE: PASSWORD, "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
