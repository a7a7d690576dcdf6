from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sink_commands import DIAL, dials, outgoing

from reconcile.errors import SettingInvalid, SinkUnreachable
from reconcile.sinks import NO_MARK, OutgoingCommand, appended, open_sink
from reconcile.sinks.file import FileSink
from reconcile.sinks.records import Csv, Ndjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.sinks import Outcome, Sink

FORMATS = ["ndjson", "csv"]


def sink_at(path: Path, form: str = "ndjson") -> Sink:
    return open_sink("file", {"path": path, "format": form})


def short_dials(*keys: str) -> list[OutgoingCommand]:
    return [outgoing({"version": 1, "command": "dial", "number": "1", "key": key}) for key in keys]


def keys_in(path: Path) -> list[str]:
    """Keys of all lines in order; a line that is no command is an error."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n") or not text
    lines = text.split("\n")[:-1]
    if path.suffix == ".csv":
        return [str(Csv().key_of(line.encode())) for line in lines[1:]]
    return [json.loads(line)["key"] for line in lines]


def states(outcomes: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]


def test_each_command_is_one_line_in_the_order_given(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    outcomes, _ = sink_at(path).deliver(dials(3), NO_MARK)
    assert states(outcomes) == ["delivered"] * 3
    assert path.read_text(encoding="utf-8") == "".join(f"{c.payload_json}\n" for c in dials(3))


def test_missing_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "out" / "today" / "commands.ndjson"
    sink_at(path).deliver(dials(1), NO_MARK)
    assert keys_in(path) == ["dial|1"]


def test_no_commands_make_no_file(tmp_path: Path) -> None:
    path = tmp_path / "out" / "commands.ndjson"
    assert sink_at(path).deliver([], "as it was") == ([], "as it was")
    assert not path.parent.exists()


@pytest.mark.parametrize("form", FORMATS)
def test_a_second_delivery_is_appended(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"commands.{form}"
    sink = sink_at(path, form)
    _, mark = sink.deliver(dials(2), NO_MARK)
    sink.deliver(dials(2, first=3), mark)
    assert keys_in(path) == ["dial|1", "dial|2", "dial|3", "dial|4"]


def test_a_payload_of_several_lines_becomes_one(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    text = json.dumps({"key": "dial|1", "contact_name": "two\nlines"}, indent=1)
    sink_at(path).deliver([OutgoingCommand("dial|1", "dial", "1", text)], NO_MARK)
    assert json.loads(path.read_bytes()) == {"key": "dial|1", "contact_name": "two\nlines"}
    assert path.read_bytes().count(b"\n") == 1


def test_a_payload_that_is_no_object_is_refused_for_good_and_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "commands.csv"
    broken = OutgoingCommand("dial|0", "dial", "1", "[1]")
    outcomes, _ = sink_at(path, "csv").deliver([broken, *dials(1)], NO_MARK)
    assert states(outcomes) == ["refused_for_good", "delivered"]
    assert keys_in(path) == ["dial|1"]


# A kill while a run delivers.


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("is_first", [True, False], ids=["first-delivery", "later-delivery"])
def test_a_kill_at_any_byte_of_a_write_loses_and_repeats_nothing(
    tmp_path: Path, form: str, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _handle: None)  # hundreds of deliveries
    path = tmp_path / f"commands.{form}"
    sink = sink_at(path, form)
    before, during = short_dials("dial|0"), short_dials("dial|1", "dial|ž", 'dial|"3')
    mark, start = NO_MARK, 0
    if not is_first:
        _, mark = sink.deliver(before, NO_MARK)
        start = path.stat().st_size
    sink.deliver(during, mark)
    written = path.read_bytes()
    for length in range(start, len(written) + 1):
        path.write_bytes(written[:length])
        taken = sink.recover([c.key for c in during], mark)
        left = [c for c in during if c.key not in taken]
        outcomes, _ = sink.deliver(left, mark)
        assert states(outcomes) == ["delivered"] * len(left)
        assert path.read_bytes() == written, f"killed after {length} bytes"


def _deliver_for_ever(path: Path, form: str) -> None:
    sink = sink_at(path, form)
    for number in range(1, 100_000, 50):
        sink.deliver(dials(50, first=number), NO_MARK)


@pytest.mark.parametrize("form", FORMATS)
def test_a_killed_process_leaves_a_file_that_goes_on_without_gap_or_repeat(
    tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"commands.{form}"
    child = multiprocessing.get_context("spawn").Process(
        target=_deliver_for_ever, args=(path, form)
    )
    child.start()
    while not path.exists() or path.stat().st_size < 100_000:
        time.sleep(0.01)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    sink = sink_at(path, form)
    wanted = dials(5_000)
    taken = sink.recover([c.key for c in wanted], NO_MARK)
    sink.deliver([c for c in wanted if c.key not in taken], NO_MARK)
    assert keys_in(path)[:5_000] == [c.key for c in wanted]
    assert len(set(keys_in(path))) == len(keys_in(path))


def test_a_broken_last_line_is_cut_and_whole_lines_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    path.write_text('a remark of somebody\n{"key": "other"}\n{"vers')
    sink_at(path).deliver(short_dials("dial|1"), NO_MARK)
    lines = path.read_text().splitlines()
    assert lines[:2] == ["a remark of somebody", '{"key": "other"}']
    assert json.loads(lines[2])["key"] == "dial|1"
    assert len(lines) == 3


def test_zeros_left_by_a_power_cut_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    path.write_bytes(b'{"key": "a"}\n' + bytes(100))
    sink_at(path).deliver(short_dials("b"), NO_MARK)
    assert keys_in(path) == ["a", "b"]


@pytest.mark.parametrize(("form", "text"), [("ndjson", "my notes"), ("csv", "name;phone")])
def test_a_last_line_that_is_not_ours_is_not_cut(tmp_path: Path, form: str, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text)
    outcomes, mark = sink_at(path, form).deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]
    assert outcomes[0].detail.endswith("its last line is no command and has no line feed")
    assert (path.read_text(), mark) == (text, NO_MARK)


def test_recovering_gives_a_whole_last_line_its_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    path.write_bytes(b'{"key": "dial|1"}')
    assert sink_at(path).recover(["dial|1", "dial|2"], NO_MARK) == {"dial|1"}
    assert path.read_bytes() == b'{"key": "dial|1"}\n'


def test_only_what_lies_behind_the_mark_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(2), NO_MARK)
    sink.deliver(dials(1, first=3), mark)
    assert sink.recover(["dial|2", "dial|3"], mark) == {"dial|3"}


def test_nothing_is_recovered_where_no_file_was_ever_made(tmp_path: Path) -> None:
    assert sink_at(tmp_path / "out" / "commands.ndjson").recover(["dial|1"], NO_MARK) == set()
    assert not (tmp_path / "out").exists()


# The file is rotated between the kill and the next run.


def test_a_file_renamed_after_the_kill_is_found_by_its_inode(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    sink.deliver(dials(1, first=2), mark)
    path.rename(tmp_path / "archive-of-yesterday")
    assert sink.recover(["dial|1", "dial|2", "dial|3"], mark) == {"dial|2"}


def test_a_file_renamed_before_the_kill_is_no_reason_to_miss_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    path.rename(tmp_path / "commands.ndjson.1")
    sink.deliver(dials(1, first=2), mark)
    assert sink.recover(["dial|1", "dial|2"], mark) == {"dial|2"}


def test_a_file_rotated_twice_is_found(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    path.rename(tmp_path / "commands.ndjson.2")
    sink.deliver(dials(1, first=2), mark)
    path.rename(tmp_path / "commands.ndjson.1")
    path.touch()
    assert sink.recover(["dial|1", "dial|2"], mark) == {"dial|2"}


def test_a_half_written_line_in_a_renamed_file_is_cut_there(tmp_path: Path) -> None:
    path, rotated = tmp_path / "commands.ndjson", tmp_path / "commands.ndjson.1"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    with path.open("a") as stream:
        stream.write('{"version":1,"comm')
    path.rename(rotated)
    assert sink.recover(["dial|2"], mark) == set()
    assert keys_in(rotated) == ["dial|1"]


def test_a_file_copied_and_truncated_is_found_in_its_copy(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    sink.deliver(dials(1, first=2), mark)
    (tmp_path / "commands.ndjson.1").write_bytes(path.read_bytes())
    os.truncate(path, 0)
    assert sink.recover(["dial|2", "dial|3"], mark) == {"dial|2"}


def test_a_file_truncated_and_grown_again_is_searched_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)
    os.truncate(path, 0)
    sink.deliver(dials(3, first=2), mark)
    assert sink.recover([f"dial|{n}" for n in range(1, 6)], mark) == {"dial|2", "dial|3", "dial|4"}


def test_files_of_the_folder_that_are_not_ours_are_never_written(tmp_path: Path) -> None:
    neighbour = tmp_path / "commands-of-another-program.ndjson"
    neighbour.write_text('{"half')
    (tmp_path / "commands.ndjson").touch()
    sink_at(tmp_path / "commands.ndjson").recover(["dial|1"], NO_MARK)
    assert neighbour.read_text() == '{"half'


def test_a_file_reached_through_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real" / "today.ndjson", tmp_path / "commands.ndjson"
    real.parent.mkdir()
    link.symlink_to(real)
    sink = sink_at(link)
    _, mark = sink.deliver(dials(1), NO_MARK)
    sink.deliver(dials(1, first=2), mark)
    real.rename(real.parent / "yesterday.ndjson")
    assert sink.recover(["dial|2"], mark) == {"dial|2"}


def test_a_file_deleted_while_it_is_written_leaves_its_commands_unsure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "commands.ndjson"
    repair = appended.repair

    def delete_after_repair(handle: int, form: Ndjson) -> None:
        repair(handle, form)
        path.unlink()

    monkeypatch.setattr(appended, "repair", delete_after_repair)
    outcomes, mark = sink_at(path).deliver(dials(1), "the old mark")
    assert (states(outcomes), mark) == (["unsure"], "the old mark")


# A reader beside it.


def test_a_reader_beside_it_sees_whole_lines_each_once(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    path.touch()
    seen: list[str] = []
    is_over = threading.Event()

    def follow() -> None:
        with path.open("rb") as stream:
            rest = b""
            while True:
                was_over = is_over.is_set()
                *lines, rest = (rest + stream.read()).split(b"\n")
                seen.extend(json.loads(line)["key"] for line in lines)
                if was_over:
                    return

    reader = threading.Thread(target=follow)
    reader.start()
    sink, mark = sink_at(path), NO_MARK
    for number in range(1, 400, 20):
        _, mark = sink.deliver(dials(20, first=number), mark)
    is_over.set()
    reader.join()
    assert seen == [f"dial|{number}" for number in range(1, 401)]


# The outer world says no.


@contextmanager
def files_no_longer_than(length: int) -> Iterator[None]:
    """Let the system stop a write in the middle, as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("form", FORMATS)
def test_on_a_full_disk_whole_lines_count_and_the_rest_waits(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"commands.{form}"
    sink = sink_at(path, form)
    _, mark = sink.deliver(dials(1), NO_MARK)
    before = path.stat().st_size
    sink.deliver(dials(1, first=2), mark)
    line_length = path.stat().st_size - before
    with files_no_longer_than(before + 3 * line_length - 1):
        outcomes, mark = sink.deliver(dials(3, first=3), mark)
    assert states(outcomes) == ["delivered", "refused_now", "refused_now"]
    assert outcomes[1].detail == f"`{path}` cannot be written: File too large"
    assert keys_in(path) == ["dial|1", "dial|2", "dial|3"]
    outcomes, _ = sink.deliver(dials(2, first=4), mark)
    assert states(outcomes) == ["delivered"] * 2
    assert keys_in(path) == [f"dial|{number}" for number in range(1, 6)]


def test_a_disk_that_is_full_within_the_header_leaves_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "commands.csv"
    with files_no_longer_than(10):
        outcomes, _ = sink_at(path, "csv").deliver(dials(1), NO_MARK)
    assert (states(outcomes), path.read_bytes()) == (["refused_now"], b"")


def test_a_part_that_cannot_be_cut_off_is_unsure_and_mended_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "commands.ndjson"

    def refuse(_handle: int, _length: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch, files_no_longer_than(100):
        patch.setattr(os, "ftruncate", refuse)
        outcomes, mark = sink_at(path).deliver(dials(2), NO_MARK)
    assert (states(outcomes), mark) == (["unsure", "refused_now"], NO_MARK)
    assert sink_at(path).recover(["dial|1"], mark) == set()
    sink_at(path).deliver(dials(2), mark)
    assert keys_in(path) == ["dial|1", "dial|2"]


def test_commands_that_were_not_flushed_are_unsure_and_keep_the_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "commands.ndjson"
    sink = sink_at(path)
    _, mark = sink.deliver(dials(1), NO_MARK)

    def refuse(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    outcomes, new_mark = sink.deliver(dials(1, first=2), mark)
    assert (states(outcomes), new_mark) == (["unsure"], mark)
    assert outcomes[0].detail == f"`{path}` was not flushed to the disk: Input/output error"
    assert sink.recover(["dial|2"], new_mark) == {"dial|2"}


@pytest.fixture
def as_somebody_else(closed_folder: Path) -> Iterator[None]:  # noqa: ARG001 - made before
    """Act as a user without rights, also where the tests run as root."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield
    if is_root:
        os.seteuid(0)


@pytest.fixture
def closed_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "commands.ndjson").touch()
    folder.chmod(0)
    return folder


@pytest.mark.usefixtures("as_somebody_else")
def test_without_permission_commands_are_refused_for_now(closed_folder: Path) -> None:
    path = closed_folder / "commands.ndjson"
    outcomes, mark = sink_at(path).deliver(dials(1), NO_MARK)
    assert (states(outcomes), mark) == (["refused_now"], NO_MARK)
    assert outcomes[0].detail == f"`{path}` cannot be written: Permission denied"


@pytest.mark.usefixtures("as_somebody_else")
def test_without_permission_nothing_is_said_of_a_killed_run(closed_folder: Path) -> None:
    sink = sink_at(closed_folder / "commands.ndjson")
    with pytest.raises(SinkUnreachable, match="cannot be searched for commands of a killed run"):
        sink.recover(["dial|1"], NO_MARK)


@pytest.mark.usefixtures("as_somebody_else")
def test_without_permission_the_check_says_so(closed_folder: Path) -> None:
    with pytest.raises(SinkUnreachable, match="Permission denied"):
        sink_at(closed_folder / "commands.ndjson").check()


def test_a_folder_in_its_place_is_refused_for_now(tmp_path: Path) -> None:
    outcomes, _ = sink_at(tmp_path).deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]
    assert outcomes[0].detail == f"`{tmp_path}` cannot be written: Is a directory"


def test_a_file_in_the_place_of_its_folder_is_refused_for_now(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    outcomes, _ = sink_at(tmp_path / "out" / "commands.ndjson").deliver(dials(1), NO_MARK)
    assert states(outcomes) == ["refused_now"]


def test_a_pipe_in_its_place_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    outcomes, _ = sink_at(tmp_path / "pipe").deliver(dials(1), NO_MARK)
    assert outcomes[0].detail.endswith("cannot be written: it is no plain file")


def test_a_file_that_another_run_holds_is_refused_for_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appended, "_LOCK_PAUSE_SECONDS", 0)
    path = tmp_path / "commands.ndjson"
    with appended.opened(path):
        outcomes, _ = sink_at(path).deliver(dials(1), NO_MARK)
    assert outcomes[0].detail == (f"`{path}` cannot be written: another program holds a lock on it")


# CSV.


def test_a_csv_file_has_its_header_once(tmp_path: Path) -> None:
    path = tmp_path / "commands.csv"
    sink = sink_at(path, "csv")
    for number in (1, 2):
        sink.deliver(dials(1, first=number), NO_MARK)
    assert path.read_bytes().count(Csv().header) == 1
    assert path.read_bytes().startswith(Csv().header)


def test_a_csv_file_with_other_columns_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "commands.csv"
    path.write_text("command,key\ndial,1\n")
    outcomes, _ = sink_at(path, "csv").deliver(dials(1), NO_MARK)
    assert outcomes[0].detail == (
        f"`{path}` cannot be written: begins with other columns than this version writes"
    )
    assert path.read_text() == "command,key\ndial,1\n"
    with pytest.raises(SinkUnreachable, match="begins with other columns"):
        sink_at(path, "csv").check()


def test_a_key_with_a_line_feed_is_recovered_from_csv(tmp_path: Path) -> None:
    path = tmp_path / "commands.csv"
    sink = sink_at(path, "csv")
    sink.deliver(short_dials("dial|a\nb"), NO_MARK)
    assert sink.recover(["dial|a\nb", "dial|c"], NO_MARK) == {"dial|a\nb"}
    assert path.read_bytes().count(b"\n") == 2


# What a person asks of it.


def test_the_format_follows_the_ending_of_the_path(tmp_path: Path) -> None:
    forms = [
        open_sink("file", {"path": tmp_path / name})
        for name in ("a.csv", "a.CSV", "a.ndjson", "a.txt")
    ]
    assert [type(sink.form) for sink in forms if isinstance(sink, FileSink)] == [
        Csv,
        Csv,
        Ndjson,
        Ndjson,
    ]


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="expected `ndjson` or `csv`"):
        sink_at(tmp_path / "a", "xml")


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingInvalid, match=r"expected one of .*`file`.*`stdout`"):
        open_sink("pigeon", {})


def test_the_check_of_a_new_file_names_its_folder_and_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out" / "commands.ndjson"
    assert sink_at(path).check() == (
        f"`{path}` will be made with the first command; `{tmp_path}` can be written"
    )
    assert not path.parent.exists()


def test_the_check_of_a_file_tells_its_size_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    path.write_text('{"half')
    assert sink_at(path).check() == f"`{path}` can be written, 6 bytes stand in it"
    assert path.read_text() == '{"half'


def test_the_check_refuses_what_is_no_plain_file(tmp_path: Path) -> None:
    with pytest.raises(SinkUnreachable, match="is no plain file"):
        sink_at(tmp_path).check()


def test_the_promise_says_on_what_it_depends(tmp_path: Path) -> None:
    sink = sink_at(tmp_path / "a")
    assert sink.can_tell_repeats
    assert "exactly once, as long as the state is kept" in sink.promise


def test_a_dial_of_the_program_passes_through_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "commands.ndjson"
    sink_at(path).deliver([outgoing(DIAL)], NO_MARK)
    assert json.loads(path.read_bytes()) == DIAL
