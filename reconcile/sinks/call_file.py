"""Have an Asterisk on this machine dial by call files: written beside, moved into its spool."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconcile import clock
from reconcile.errors import SinkUnreachable
from reconcile.sinks import (
    Outcome,
    OutgoingCommand,
    appended,
    asterisk_dial,
    asterisk_values,
    call_file_text,
)
from reconcile.sinks.dial_ledger import DialLedger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from reconcile.sinks.asterisk_dial import AsteriskDial

_SUFFIX = ".call"
_LEDGER = "ledger"
_TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class CallFileSink:
    """The spool folder of an Asterisk, and a staging folder beside it on the same file system.

    A dial is on its way in this order, each step on the disk before the next: staged, noted in the
    ledger, moved. So a note without a staged file says that it was moved, and nothing else does.
    """

    options: Mapping[str, Any]
    spool: Path
    staging: Path
    can_tell_repeats: bool = True
    waits_for_network: bool = False
    promise: str = (
        "each dial is put into `outgoing` exactly once, as long as the staging folder is kept. A "
        "remove takes a file back that Asterisk has not begun with; it begins within a second "
        "while it runs. Files whose time is over, and those that a killed Asterisk would dial "
        "again, are taken back by the next run"
    )

    @property
    def _outgoing(self) -> Path:
        return self.spool / "outgoing"

    @property
    def _ledger(self) -> DialLedger:
        return DialLedger(self.staging / _LEDGER)

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Put a file for each dial, take back those of removes and those whose time is over."""
        self.tend()
        return [self._hand_over(command) for command in commands], mark

    def recover(self, keys: Collection[str], mark: str) -> set[str]:  # noqa: ARG002 - the ledger is
        """Tell which files were moved; what was only staged is thrown away.

        Raises SinkUnreachable where the folders cannot be read.
        """
        found = set()
        try:
            for key in keys:
                if key.startswith("dial|"):
                    name = asterisk_values.dial_name(key)
                    if self._is_moved(name):
                        found.add(key)
                    else:
                        self._withdraw(name)
        except OSError as error:
            raise SinkUnreachable(
                self._fault(error), follows="Dials of a killed run stay in doubt"
            ) from error
        return found

    def check(self) -> str:
        """Say whether files can be put into `outgoing`, touching nothing."""
        try:
            self._check_folders()
            self._owner()
        except (OSError, ValueError) as error:
            raise SinkUnreachable(self._fault(error)) from error
        return f"`{self._outgoing}` can be written, files are staged in `{self.staging}`"

    def tend(self) -> None:
        """Take back files whose time is over, as after hours in which Asterisk did not run."""
        now = clock.utc_now()
        with suppress(OSError):  # a folder that is not there is told by the commands
            for path in self._files("reconcile-"):
                with suppress(FileNotFoundError):  # Asterisk is done with it
                    self._take_back_if_stale(path, now)

    def _hand_over(self, command: OutgoingCommand) -> Outcome:
        try:
            if command.kind == "remove":
                for path in self._files(asterisk_values.episode_name(command.key)):
                    self._take_back_unless_started(path)
                return Outcome(command.key, "delivered")
            return self._dial(command)
        except asterisk_values.ValueRefused as error:
            return Outcome(command.key, "refused_for_good", str(error))
        except OSError as error:
            return Outcome(command.key, "refused_now", self._fault(error))

    def _dial(self, command: OutgoingCommand) -> Outcome:
        try:
            dial = asterisk_dial.dial_of(command, self.options)
            told = call_file_text.lines(dial, self.options["account"])
            text = call_file_text.encode(told, dial.expires_at)
        except ValueError as error:
            return Outcome(command.key, "refused_for_good", f"it cannot be dialled: {error}")
        if self._is_moved(dial.name):
            return Outcome(command.key, "delivered", "it was handed over before")
        if dial.is_expired:
            return Outcome(command.key, "refused_now", "its time is over")
        self._check_folders()
        try:
            self._put(dial, text)
        except (OSError, ValueError) as error:
            self._withdraw(dial.name)
            return Outcome(command.key, "refused_now", self._fault(error))
        with suppress(OSError):  # where the move is lost by a power cut, the staged file is back
            appended.sync_folder(self._outgoing)
            appended.sync_folder(self.staging)
        return Outcome(command.key, "delivered")

    def _put(self, dial: AsteriskDial, text: bytes) -> None:
        """Stage, note, move. Raises OSError: then it was not moved."""
        staged = self.staging / (dial.name + _SUFFIX)
        if not self.staging.is_dir():
            appended.make_folder(self.staging)
        handle = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            owner = self._owner()
            if owner is not None:
                os.fchown(handle, *owner)
            os.fchmod(handle, int(self.options["mode"], 8))
            written = os.write(handle, text)
            if written != len(text):
                raise OSError("the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)
        appended.sync_folder(self.staging)
        self._ledger.note(dial.name, dial.expires_at.date())
        staged.rename(self._outgoing / staged.name)

    def _is_moved(self, name: str) -> bool:
        file = name + _SUFFIX
        is_staged = (self.staging / file).exists()
        folders = (self._outgoing, self.spool / "outgoing_done")
        is_there = any((folder / file).exists() for folder in folders)
        return is_there or (not is_staged and self._ledger.has(name))

    def _withdraw(self, name: str) -> None:
        """Leave nothing of a dial that was not moved: the note first, as long as a file stands."""
        self._ledger.forget(name)
        (self.staging / (name + _SUFFIX)).unlink(missing_ok=True)

    def _files(self, beginning: str) -> Iterator[Path]:
        """Find the files in `outgoing` whose names begin so."""
        with os.scandir(self._outgoing) as entries:
            names = [entry.name for entry in entries]
        for name in sorted(names):
            if name.startswith(beginning) and name.endswith(_SUFFIX):
                yield self._outgoing / name

    def _take_back_if_stale(self, path: Path, now: datetime) -> None:
        if call_file_text.is_stale(path.read_bytes(), self.options["ring_seconds"], now):
            self._take_back(path)

    def _take_back_unless_started(self, path: Path) -> None:
        with suppress(FileNotFoundError):  # Asterisk is done with it
            if call_file_text.started_at(path.read_bytes()) is None:
                self._take_back(path)

    def _take_back(self, path: Path) -> None:
        """Move a file out of the spool in one step, and away."""
        appended.make_folder(self.staging / _TAKEN_BACK)
        aside = self.staging / _TAKEN_BACK / path.name
        path.rename(aside)
        aside.unlink()

    def _check_folders(self) -> None:
        """Raise OSError where a file could not be moved from the one into the other."""
        if not os.access(self._outgoing, os.R_OK | os.W_OK | os.X_OK):
            reason = "cannot be written by this user" if self._outgoing.is_dir() else "is not there"
            raise OSError(f"`{self._outgoing}` {reason}")
        folder = next(each for each in (self.staging, *self.staging.parents) if each.is_dir())
        if folder.stat().st_dev != self._outgoing.stat().st_dev:
            raise OSError(f"`{self.staging}` lies on another file system than `{self._outgoing}`")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(f"`{folder}` cannot be written by this user")

    def _owner(self) -> tuple[int, int] | None:
        """Whom the files are given to. Raises ValueError where that cannot be."""
        name = self.options["owner"]
        if name is None:
            return None
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            raise ValueError(f"there is no user `{name}`, who is to own the files") from None
        if os.geteuid() not in (0, user.pw_uid):
            raise ValueError(f"only root and `{name}` can give files to `{name}`")
        return user.pw_uid, user.pw_gid

    def _fault(self, error: Exception) -> str:
        if isinstance(error, OSError) and error.strerror:
            return f"`{error.filename or self._outgoing}`: {error.strerror}"
        return str(error)


def open_sink(options: Mapping[str, Any]) -> CallFileSink:
    """Make the sink from the keys of `CallFileSink` of the settings."""
    spool = options["folder"] / options["spool"]
    staging = options["staging_folder"]
    folder = spool / "reconcile" if staging is None else options["folder"] / staging
    return CallFileSink(options, spool, folder)
