"""Append commands to a file, as NDJSON or CSV, and find them there again after a kill."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.sinks import Outcome, OutgoingCommand, State, appended
from reconcile.sinks.records import FORMS, Form

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class FileSink:
    """A growing file that a dialler reads, or a person."""

    path: Path
    form: Form
    can_tell_repeats: bool = True
    waits_for_network: bool = False
    promise: str = (
        "each command is written to the file exactly once, as long as the state is kept and the "
        "file is only appended to, renamed or copied within its folder; where the file is deleted, "
        "edited, compressed or moved out between a killed run and the next one, that run's "
        "commands can be written again, and all of them where the state is deleted, with the same "
        "keys"
    )

    def deliver(self, commands: Sequence[OutgoingCommand], mark: str) -> tuple[list[Outcome], str]:
        """Append one line for each command and flush them to the disk.

        On a full disk the lines that stand whole are delivered and the rest refused. While an
        outcome is unsure the mark stays where it was, so that `recover` looks there.
        """
        lines, refused = self._lines(commands)
        if not lines:
            return [refused[command.key] for command in commands], mark
        outcomes, new_mark = self._append(lines, mark)
        return [{**refused, **outcomes}[command.key] for command in commands], new_mark

    def recover(self, keys: Collection[str], mark: str) -> set[str]:
        """Look behind the mark for keys, and give a whole last line its line feed.

        Follows the file through renaming. Raises SinkUnreachable where it can't be read.
        """
        wanted = {self.form.stored_key(key): key for key in keys}
        found: set[str] = set()
        try:
            for place in appended.places_behind(self.path, appended.Mark.read(mark)):
                if place.is_ours:
                    self._mend(place.file)
                found.update(self._keys_in(place))
        except OSError as error:
            raise SinkUnreachable(
                self._fault(error, "cannot be searched for commands of a killed run"),
                follows="They stay in doubt; the next run looks again",
            ) from error
        return {wanted[key] for key in found & set(wanted)}

    def check(self) -> str:
        """Say whether the file, or the folder it will be made in, can be written."""
        try:
            return self._check_file() if self.path.exists() else self._check_folder()
        except OSError as error:
            raise SinkUnreachable(self._fault(error)) from error

    def _check_folder(self) -> str:
        folder = next(parent for parent in self.path.absolute().parents if parent.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise SinkUnreachable(f"`{self.path}` cannot be made: `{folder}` takes no files")
        return f"`{self.path}` will be made with the first command; `{folder}` can be written"

    def _check_file(self) -> str:
        if not self.path.is_file():
            raise SinkUnreachable(f"`{self.path}` is no plain file")
        if not os.access(self.path, os.R_OK | os.W_OK):
            raise SinkUnreachable(f"`{self.path}` cannot be read and written by this user")
        with self.path.open("rb") as stream:
            fault = self._foreign_header(stream.fileno())
        if fault:
            raise SinkUnreachable(f"`{self.path}` {fault}", hint="move the file away")
        return f"`{self.path}` can be written, {self.path.stat().st_size:,} bytes stand in it"

    def _lines(
        self, commands: Sequence[OutgoingCommand]
    ) -> tuple[dict[str, bytes], dict[str, Outcome]]:
        """One line for each key; a payload that cannot be written is refused for good."""
        lines, refused = {}, {}
        for command in commands:
            try:
                lines[command.key] = self.form.line(command.payload_json)
            except ValueError as error:
                refused[command.key] = Outcome(
                    command.key, "refused_for_good", f"its payload is no JSON object: {error}"
                )
        return lines, refused

    def _append(self, lines: Mapping[str, bytes], mark: str) -> tuple[dict[str, Outcome], str]:
        try:
            with appended.opened(self.path) as handle:
                appended.repair(handle, self.form)
                fault = self._foreign_header(handle)
                if fault:
                    raise appended.FileRefused(fault)
                return self._append_to(handle, lines, mark)
        except OSError as error:
            return _all(lines, "refused_now", self._fault(error)), mark

    def _append_to(
        self, handle: int, lines: Mapping[str, bytes], mark: str
    ) -> tuple[dict[str, Outcome], str]:
        try:
            result = appended.append(handle, self.form.header, list(lines.values()))
        except OSError as error:
            return _all(lines, "unsure", self._fault(error, "was not flushed to the disk")), mark
        if os.fstat(handle).st_nlink == 0:
            text = f"`{self.path}` was deleted while it was written"
            return _all(lines, "unsure", text), mark
        keys = list(lines)
        outcomes = _all(keys[: result.line_count], "delivered")
        if result.fault:
            left = keys[result.line_count :]
            outcomes |= _all(left, "refused_now", self._fault(result.fault))
            if not result.is_cut:
                outcomes |= _all(left[:1], "unsure", self._fault(result.fault))
                return outcomes, mark
        return outcomes, appended.Mark.of(handle).text()

    def _foreign_header(self, handle: int) -> str:
        if not self.form.header or not os.fstat(handle).st_size:
            return ""
        is_ours = appended.first_line(handle) == self.form.header
        return "" if is_ours else "begins with other columns than this version writes"

    def _mend(self, file: Path) -> None:
        """Repair a file before it is searched; one that was rotated may be closed to us."""
        try:
            with appended.opened(file) as handle:
                appended.repair(handle, self.form)
        except appended.FileRefused:
            pass  # its last line is not ours, and its other lines can still be read
        except OSError:
            if file == self.path.resolve():
                raise

    def _keys_in(self, place: appended.Place) -> set[str]:
        with place.file.open("rb") as stream:
            stream.seek(place.start)
            keys = (self.form.key_of(line.removesuffix(b"\n")) for line in stream)
            return {key for key in keys if key is not None}

    def _fault(self, error: OSError, what: str = "cannot be written") -> str:
        if isinstance(error, appended.FileRefused):
            return f"`{self.path}` {what}: {error}"
        return f"`{self.path}` {what}: {error.strerror or error}"


def open_sink(options: Mapping[str, Any]) -> FileSink:
    """Make the sink from `path` and `format`: `ndjson` or `csv`, by default as the path ends."""
    path = Path(options["path"])
    name = options.get("format") or ("csv" if path.suffix.lower() == ".csv" else "ndjson")
    if name not in FORMS:
        raise SettingInvalid(
            f'`format = "{name}"` of the sink `{path}` is unknown, expected `ndjson` or `csv`'
        )
    return FileSink(path, FORMS[name]())


def _all(keys: Collection[str], state: State, detail: str = "") -> dict[str, Outcome]:
    return {key: Outcome(key, state, detail) for key in keys}
