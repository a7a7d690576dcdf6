"""A real Asterisk and a world round it, on loopback: two processes that talk IAX2 to each other.

`PhoneSystem` is the whole: `pbx` is the Asterisk under test, with queue, menu, trunk and desks;
`world` plays clients and telephones. Their configuration is `tests/asterisk/`. A test says:

    @pytest.fixture(scope="module")
    def phones() -> Iterator[PhoneSystem]:
        with real_asterisk.phone_system() as phones:   # skipped where no Asterisk can be had
            yield phones

    phones.call(CLIENT, stays=4)                       # waits in the queue `sales`, hangs up
    phones.call(CLIENT, line=MENU_LINE, stays=3)       # hangs up in the menu
    phones.log_in("101"); phones.call(CLIENT, stays=6) # gets through
    phones.behave(CLIENT, "busy")                      # what he does when he is called
    phones.settle()                                    # until all calls are over and logged

`phones.logs` are the settings of `[sources.pbx]` that read its logs; `phones.pbx.http_port`,
`.ami_port`, `.folder / "spool/outgoing"` and `PASSWORD` (of the users `reconcile` and `onlooker`)
are the doors by which it is told to dial: `IAX2/trunk/NUMBER` is a client, `Local/101@desks/n` a
desk, the context `outgoing` leads from a desk to a client, `callback,s,1` a client to the queue.
"""

from __future__ import annotations

import csv
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import asterisk_packages
import real_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TEMPLATES = Path(__file__).parent / "asterisk"
PASSWORD = "only-for-tests"  # noqa: S105 - of servers that live for a test
QUEUE_LINE, MENU_LINE = "+420200000410", "+420200000420"
START_SECONDS, STOP_SECONDS = 60, 20

FILES = """\
kind = "asterisk"
queue_log = "{log}/queue_log*"
cdr = {{ path = "{log}/cdr-csv/Master.csv", columns = "21", time_zone = "UTC" }}
"""
LOGS = """\
[sources.pbx]
{where}incoming = {{ contexts = ["from-trunk", "menu"] }}
trunks = ["IAX2/trunk-*"]
menus = ["menu"]
dialled_number = {{ column = "userfield", pattern = "^did:(.+)$" }}
attempt_key = {{ column = "userfield", pattern = "^callback/(.+)$" }}
own_numbers = ["{queue_line}", "{menu_line}"]
"""


class NotInTime(AssertionError):
    """Something that was to happen has not."""


def until(what: str, is_so: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds; NotInTime with these words where it does not."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise NotInTime(f"not within {seconds} s: {what}")
        time.sleep(0.1)


@dataclass
class Asterisk:
    """One Asterisk process with a folder of its own: `etc`, `log`, `lib`, `spool`."""

    installation: asterisk_packages.Installation
    folder: Path
    run_folder: Path
    """For its control socket, whose path must be short."""
    ports: Mapping[str, int]
    """`PBX`, `CALLERS`, `CLIENTS` and `PHONES` for IAX2 (UDP), `AMI` and `HTTP` (TCP)."""
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def ami_port(self) -> int:
        return self.ports["AMI"]

    @property
    def http_port(self) -> int:
        return self.ports["HTTP"]

    def configure(self, template: str, extra: Mapping[str, str]) -> None:
        """Write its folders and its configuration; `extra` adds files or takes their place."""
        for part in ("log/cdr-csv", "log/cel-custom", "lib", "spool/outgoing", "spool/tmp"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "spool/outgoing_done").mkdir(exist_ok=True)
        (self.folder / "etc").mkdir(exist_ok=True)
        values = {
            "FOLDER": self.folder,
            "RUN": self.run_folder,
            "MODULES": self.installation.modules,
            "DATA": self.installation.root / "usr/share/asterisk",
            "PASSWORD": PASSWORD,
            **self.ports,
        }
        files = {
            path.name: path.read_text(encoding="utf-8")
            for part in ("both", template)
            for path in sorted((TEMPLATES / part).glob("*.conf"))
        }
        for name, template_text in (files | dict(extra)).items():
            text = re.sub(r"@([A-Z]+)@", lambda found: str(values[found[1]]), template_text)
            (self.folder / "etc" / name).write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it is fully booted."""
        assert self.process is None
        with (self.folder / "log/console").open("ab") as console:
            self.process = subprocess.Popen(
                real_parts.bound_to_us(*self._command("-f")),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={"PATH": "/usr/bin:/bin", "TZ": "UTC", **self.environment},
            )
        try:
            until("Asterisk is booted", self._is_booted, START_SECONDS)
        except NotInTime as error:
            self.kill()
            said = [
                path.read_text(encoding="utf-8", errors="replace")[-1500:]
                for path in (self.folder / "log/console", self.folder / "log/messages.log")
                if path.exists()
            ]
            raise NotInTime("\n".join([f"{error}; it said", *said])) from None

    def stop(self) -> None:
        """End it in order, and wait until it is gone."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End it as by a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have it stand still meanwhile: connections are made, and nothing answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def cli(self, command: str) -> str:
        """Give a command of its console and what it answers."""
        done = subprocess.run(
            self._command("-rx", command), capture_output=True, text=True, check=False, timeout=30
        )
        if done.returncode:
            raise AssertionError(f"`{command}`: {done.stderr or done.stdout}")
        return done.stdout

    def channels(self) -> list[list[str]]:
        """Each channel that is up, as the fields of `core show channels concise`."""
        return [line.split("!") for line in self.cli("core show channels concise").splitlines()]

    def _command(self, *arguments: str) -> list[str]:
        configuration = str(self.folder / "etc/asterisk.conf")
        return self.installation.command("usr/sbin/asterisk", "-C", configuration, *arguments)

    def _is_booted(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise NotInTime("Asterisk ended at once")
        if not (self.run_folder / "asterisk.ctl").exists():
            return False
        try:
            return "fully booted" in self.cli("core waitfullybooted")
        except AssertionError:
            return False


@dataclass
class PhoneSystem:
    """The Asterisk under test and the world that calls it and is called by it."""

    pbx: Asterisk
    world: Asterisk
    where: str = ""
    """Where its logs are, as lines of `[sources.pbx]`; else they are its files."""
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def queue_log(self) -> Path:
        return self.pbx.folder / "log/queue_log"

    @property
    def cdr_file(self) -> Path:
        return self.pbx.folder / "log/cdr-csv/Master.csv"

    @property
    def cel_file(self) -> Path:
        return self.pbx.folder / "log/cel-custom/Master.csv"

    @property
    def logs(self) -> str:
        """`[sources.pbx]` as TOML."""
        where = self.where or FILES.format(log=self.pbx.folder / "log")
        return LOGS.format(where=where, queue_line=QUEUE_LINE, menu_line=MENU_LINE)

    def call(
        self, client: str, *, stays: int, line: str = QUEUE_LINE, keys: str = "", name: str = ""
    ) -> None:
        """Have a client call a line, press keys, stay for so many seconds and hang up.

        Returns when the PBX has answered him; he hangs up by himself.
        """
        before = len(self.pbx.channels())
        text = "\n".join(
            [
                f"Channel: IAX2/pbx/{line}",
                f'CallerID: "{name}" <{client}>',
                "MaxRetries: 0",
                "WaitTime: 20",
                "Context: callers",
                "Extension: s",
                "Priority: 1",
                f"Setvar: STAYS={stays}",
                f"Setvar: KEYS={keys}",
                "",
            ]
        )
        self._drop_in(text)
        until(f"{client} is on the line", lambda: len(self.pbx.channels()) > before)

    def behave(self, party: str, how: str, *, talk_seconds: int = 3) -> None:
        """Say what a client or a phone does when it is called: answer, ring, busy or reject."""
        self.world.cli(f"database put client {party} {how}")
        self.world.cli(f"database put talk {party} {talk_seconds}")

    def log_in(self, desk: str, name: str = "") -> None:
        """Make a desk a member of the queue `sales`."""
        interface = f"Local/{desk}@desks/n"
        self.pbx.cli(
            f'queue add member {interface} to sales penalty 0 as "{name or f"Agent {desk}"}"'
        )

    def log_out(self, desk: str) -> None:
        self.pbx.cli(f"queue remove member Local/{desk}@desks/n from sales")

    def ringing(self) -> set[str]:
        """The clients and desks whose phones ring, as the world sees it."""
        return {fields[2] for fields in self.world.channels() if fields[4] == "Ring"}

    def answered(self) -> set[str]:
        """The clients and desks that have taken up the phone on which they were called."""
        return {fields[2] for fields in self.world.channels() if fields[4] == "Up"}

    def call_records(self) -> list[list[str]]:
        """The rows of the CDR so far, as its file has them."""
        if not self.cdr_file.exists():
            return []
        with self.cdr_file.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    def queue_log_of(self, client: str) -> list[str]:
        """The events of a client's last call that came to the queue."""
        lines = [
            line.split("|") for line in self.queue_log.read_text(encoding="utf-8").splitlines()
        ]
        entered = [fields[1] for fields in lines if fields[4] == "ENTERQUEUE" and client in fields]
        return [fields[4] for fields in lines if fields[1] in entered[-1:]]

    def hang_up_all(self) -> None:
        """End every call, and wait until they are over."""
        for asterisk in (self.world, self.pbx):
            asterisk.cli("channel request hangup all")
        self.settle()

    def settle(self, seconds: float = 30) -> None:
        """Wait until no call is up any more and the records of all are written."""
        until(
            "all calls are over", lambda: not self.pbx.channels() + self.world.channels(), seconds
        )
        until("all call records are written", self._is_recorded)

    def _is_recorded(self) -> bool:
        """Whether no call record is still kept open: below their heading there is no line."""
        _, _, listed = self.pbx.cli("cdr show active").partition("Duration")
        return not listed.strip()

    def _drop_in(self, text: str) -> None:
        name = f"{next(self._numbers)}.call"
        written = self.world.folder / "spool/tmp" / name
        written.write_text(text, encoding="utf-8")
        written.rename(self.world.folder / "spool/outgoing" / name)


@contextmanager
def phone_system(
    folder: Path | None = None,
    *,
    extra: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    where: str = "",
) -> Iterator[PhoneSystem]:
    """Start both and stop both; `extra` are configuration files of the PBX by name.

    `where` says where its logs are, if not in its files. `folder` keeps logs, configuration and
    spool; without it they go with the calls.
    """
    installation = asterisk_packages.installed()
    ports = _free_ports(socket.SOCK_DGRAM, "PBX", "CALLERS", "CLIENTS", "PHONES")
    ports |= _free_ports(socket.SOCK_STREAM, "AMI", "HTTP")
    with ExitStack() as stack:
        run_folder = Path(tempfile.mkdtemp(prefix="asterisk-"))
        stack.callback(shutil.rmtree, run_folder, ignore_errors=True)
        place = folder or run_folder
        asterisks = []
        for name in ("pbx", "world"):
            run = run_folder / f"{name}.run"
            run.mkdir()
            one = Asterisk(installation, place / name, run, ports, environment or {})
            one.configure(name, extra or {} if name == "pbx" else {})
            stack.callback(one.stop)
            one.start()
            asterisks.append(one)
        yield PhoneSystem(*asterisks, where=where)


def _free_ports(kind: socket.SocketKind, *names: str) -> dict[str, int]:
    """Ports of loopback that nobody holds now."""
    with ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket(socket.AF_INET, kind)) for name in names}
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in sockets.items()}
