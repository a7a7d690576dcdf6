"""A company over many minutes: calls, operators, a dialler, and all that goes wrong around them.

Everything passes through files, minute by minute, and the clock is one of the things that go wrong.
What happens is drawn from one seed, so that a fault can be played again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from site_folder import Site

from reconcile import running
from reconcile.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from reconcile.run_record import RunResult

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
BEGIN = datetime.fromisoformat("2026-11-20T06:00:00")
CLIENTS = tuple(f"+42070061{place:04}" for place in range(101, 121))
QUEUES = ("sales", "support")
QUIET_MINUTES = 25
"""At the end nothing goes wrong any more, so that all that is owed can be made good."""

HEAD = """\
region = "CZ"
{program}
[sources.pbx]
kind = "asterisk"
queue_log = "queue_log*"

[sources.directory]
kind = "table"
path = "contacts.csv"
contacts = "contacts.sql"

[sources.dialler]
kind = "results"
path = "results.ndjson"

[sinks.file]
path = "out/commands.ndjson"

[campaigns.sales]
starts_at = 2026-11-20T00:00:00Z
queues = ["sales"]
dialler = "file"
{sales}
"""
SUPPORT = """\
[campaigns.support]
starts_at = 2026-11-20T00:00:00Z
queues = ["support"]
dialler = "file"
{support}
"""
PROGRAM = ("", "dials_per_run = 2", "limits = [{ calls = 3, hours = 2 }]", "dials_waiting_max = 3")
RULES = (
    "",
    "retry_minutes = [2, 4]",
    "retry_minutes = [5, 15, 60]\nretry_on.busy = { minutes = 2, times = 1 }",
    'count_from = "previous_attempt"\nretry_minutes = [3, 4, 9]',
    'on_repeat = "restart"',
    "give_up_after_minutes = 30",
    'stop_on = ["busy"]',
    "min_talk_seconds = 30",
    'duplicates = "dial_once"',
    'duplicate_scope = "contact"',
    'reach = "contact"',
    'calling_hours = ["daily 06:00-14:00"]\ntime_zone = "Europe/Prague"',
    'hold_without_operators_in = ["sales"]',
)
RESULTS = ("busy", "no_answer", "no_answer", "failed", "machine", "answered")


@dataclass
class SimulatedSite:
    """What a company does each minute, and a run of the program behind it."""

    site: Site
    chance: Random
    now: datetime = BEGIN
    calls: int = 0
    late: list[tuple[datetime, str]] = field(default_factory=list)
    answers: list[tuple[datetime, str]] = field(default_factory=list)
    answered: int = 0
    broken: dict[str, datetime] = field(default_factory=dict)
    is_quiet: bool = False

    @classmethod
    def of_seed(cls, folder: Path, seed: int) -> SimulatedSite:
        site = Site.small(folder)
        made = cls(site, Random(seed))  # noqa: S311 - no secret
        (folder / "results.ndjson").touch()
        made.write_settings()
        made.write_contacts()
        return made

    def minute(self) -> RunResult:
        """Let a minute pass, with what happens in it, and run."""
        self.now += MINUTE * self.jump()
        self.happen()
        return self.run()

    def run(self) -> RunResult:
        """As cron starts it: at the clock's instant, which a test shows it."""
        return running.run(self.site.settings, now=None)

    def jump(self) -> int:
        """How far the clock moves: a minute, hours after an outage, back now and then."""
        if self.is_quiet or not self.one_in(60):
            return 1
        return self.chance.choice((2, 45, 180, -10, -1))

    def one_in(self, often: int) -> bool:
        return self.chance.randrange(often) == 0

    # what happens

    def happen(self) -> None:
        if not self.is_quiet:
            for _ in range(self.chance.choice((0, 0, 1, 1, 2))):
                self.call()
            if self.one_in(40):
                self.operator()
            self.go_wrong()
        self.mend()
        self.write_what_is_late()
        self.dialler()

    def call(self) -> None:
        """A client calls one of the queues: hangs up, or talks; its lines may come late."""
        self.calls += 1
        number = self.chance.choice(CLIENTS[: self.chance.choice((3, 20))])
        begin = self.now - SECOND * self.chance.randrange(60, 240)
        waited = self.chance.randrange(1, 59)
        head = f"{int(begin.replace(tzinfo=UTC).timestamp())}.{self.calls}"
        queue = self.chance.choice(QUEUES)
        lines = [self.line(begin, head, queue, "NONE", "ENTERQUEUE", "", number, "1")]
        over = begin + SECOND * waited
        if self.one_in(3):
            member = self.chance.choice(("SIP/1", "SIP/2"))
            lines.append(self.line(over, head, queue, member, "CONNECT", str(waited), "1.1", "1"))
            talked = self.chance.choice((5, 40, 200))
            end = over + SECOND * talked
            lines.append(
                self.line(end, head, queue, member, "COMPLETEAGENT", str(waited), str(talked), "1")
            )
        else:
            lines.append(self.line(over, head, queue, "NONE", "ABANDON", "1", "1", str(waited)))
        delay = MINUTE * self.chance.choice((0, 0, 0, 1, 7, 20))
        self.late += [(self.now + delay, line) for line in lines]
        if self.one_in(20):  # the same lines twice
            self.late += [(self.now + delay + 3 * MINUTE, line) for line in lines]

    def operator(self) -> None:
        event = self.chance.choice(("PAUSE", "UNPAUSE", "ADDMEMBER", "REMOVEMEMBER"))
        member = self.chance.choice(("SIP/1", "SIP/2"))
        queue = self.chance.choice(QUEUES)
        self.late.append((self.now, self.line(self.now, "NONE", queue, member, event, "")))

    @staticmethod
    def line(at: datetime, *parts: str) -> str:
        return "|".join((str(int(at.replace(tzinfo=UTC).timestamp())), *parts)) + "\n"

    def write_what_is_late(self) -> None:
        """What is due by now goes to the log, at times with half a line behind it."""
        if "queue_log" in self.broken:
            return
        due = [line for at, line in self.late if at <= self.now]
        self.late = [(at, line) for at, line in self.late if at > self.now]
        with self.site.queue_log.open("a", encoding="utf-8") as log:
            log.write("".join(due))
            if self.one_in(30):  # nonsense among the good
                log.write("no line of a queue_log\n")

    def dialler(self) -> None:
        """It answers for some dials, some minutes later, in its own file."""
        if "out" in self.broken:
            return
        payloads = self.site.payloads()
        for payload in payloads[self.answered :]:
            if payload["command"] == "dial" and not self.one_in(4):
                self.answers.append(
                    (self.now + MINUTE * self.chance.choice((0, 1, 1, 12)), payload["key"])
                )
        self.answered = len(payloads)
        due = [key for at, key in self.answers if at <= self.now]
        self.answers = [(at, key) for at, key in self.answers if at > self.now]
        with (self.site.folder / "results.ndjson").open("a", encoding="utf-8") as file:
            for key in due:
                result = self.chance.choice(RESULTS)
                told = (
                    [("ended", result)]
                    if result != "answered"
                    else [("answered", None), ("ended", result)]
                )
                for event, word in told:
                    entry = {
                        "key": key,
                        "at": f"{self.now.isoformat()}Z",
                        "event": event,
                        "result": word,
                    }
                    file.write(json.dumps(entry) + "\n")

    # what goes wrong, and is mended

    def go_wrong(self) -> None:
        until = self.now + MINUTE * self.chance.choice((1, 3, 12))
        if self.one_in(50) and "queue_log" not in self.broken:
            self.site.queue_log.rename(self.site.folder / "away")
            self.site.queue_log.mkdir()
            self.broken["queue_log"] = until
        if self.one_in(50) and "out" not in self.broken:
            out = self.site.folder / "out"
            if out.is_dir():
                out.rename(self.site.folder / "out_away")
            out.write_text("a file where a folder should be", encoding="utf-8")
            self.broken["out"] = until
        if self.one_in(60):
            self.write_contacts(broken=self.one_in(2))
        if self.one_in(80):
            self.write_settings()
        if self.one_in(90) and "queue_log" not in self.broken:
            self.site.queue_log.rename(self.site.folder / f"queue_log.{self.calls}")
            self.site.queue_log.touch()

    def mend(self) -> None:
        for what, until in list(self.broken.items()):
            if until > self.now and not self.is_quiet:
                continue
            del self.broken[what]
            if what == "queue_log":
                self.site.queue_log.rmdir()
                (self.site.folder / "away").rename(self.site.queue_log)
                continue
            (self.site.folder / "out").unlink()
            if (self.site.folder / "out_away").is_dir():
                (self.site.folder / "out_away").rename(self.site.folder / "out")
        if self.is_quiet:
            self.write_contacts()

    def write_settings(self) -> None:
        rules = {"sales": self.chance.choice(RULES), "support": self.chance.choice(RULES)}
        text = HEAD.format(program=self.chance.choice(PROGRAM), sales=rules["sales"])
        if not self.one_in(6):
            text += SUPPORT.format(support=rules["support"])
        self.site.settings_file.write_text(text, encoding="utf-8")

    def write_contacts(self, *, broken: bool = False) -> None:
        """Each client on a contact, at times one on two; broken: cut off in the middle."""
        rows = [f"c{place},{number}\n" for place, number in enumerate(CLIENTS)]
        rows += [
            f"c{place + 50},{number}\n" for place, number in enumerate(CLIENTS) if self.one_in(9)
        ]
        text = "id,phone\n" + "".join(rows)
        self.site.directory.write_text("" if broken else text, encoding="utf-8")


def allowed(exit_code: int) -> bool:
    """What may become of a run while sources and sinks fail; a broken promise never."""
    return exit_code in {ExitCode.DONE, ExitCode.SOURCE, ExitCode.SINK}
