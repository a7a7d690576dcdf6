"""Files are read forward: each line once, however they are written, rotated, copied or cut."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_folder import LogFolder

from reconcile.sources import marks as marks_module
from reconcile.sources.files import LOST_MARKS
from reconcile.sources.forward import Parsed, read_forward
from reconcile.sources.lines import LINE_BYTES, read_lines


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    return LogFolder(tmp_path)


def lines(first: int, end: int) -> bytes:
    return b"".join(b"line %d\n" % number for number in range(first, end))


def texts(first: int, end: int) -> list[str]:
    return [f"line {number}" for number in range(first, end)]


# Reading on.


def test_a_second_run_gives_only_what_was_appended(log: LogFolder) -> None:
    log.write(lines(0, 3))
    assert log.read() == texts(0, 3)
    log.write(lines(3, 5))
    assert log.read() == texts(3, 5)


def test_line_numbers_go_on_where_the_last_run_stopped(log: LogFolder) -> None:
    log.write(lines(0, 3))
    log.read()
    log.write(lines(3, 5))
    assert log.places() == [("log", 4), ("log", 5)]


def test_an_unchanged_file_is_not_opened(log: LogFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write(lines(0, 3))
    log.read()

    def refuse(found: object) -> None:
        raise AssertionError(f"{found} was opened")

    monkeypatch.setattr("reconcile.sources.files.open_content", refuse)
    monkeypatch.setattr("reconcile.sources.forward.open_content", refuse)
    [last] = log.portions()
    assert (last.is_last, last.marks, last.faults) == (True, None, ())


def test_a_file_that_was_only_touched_gives_nothing(log: LogFolder) -> None:
    log.write(lines(0, 3))
    log.read()
    log.touch()
    assert log.read() == []


def test_an_empty_file_gives_nothing_and_is_no_fault(log: LogFolder) -> None:
    log.write(b"")
    assert log.portions()[-1].faults == ()


def test_batches_are_marked_one_by_one(log: LogFolder) -> None:
    log.write(lines(0, 50_000))
    *batches, last = log.portions(batch_lines=20_000)
    assert len(batches) > 1
    assert [portion.marks[0].line for portion in batches if portion.marks] == [
        sum(len(each.parsed.rows) for each in batches[: n + 1] if each.parsed)
        for n in range(len(batches))
    ]
    assert last.is_last


def test_a_run_stopped_after_a_batch_goes_on_behind_it(log: LogFolder) -> None:
    log.write(lines(0, 50_000))
    first = log.portions(batch_lines=20_000)[0]
    assert first.parsed
    assert first.marks
    log.marks = first.marks
    assert log.read() == texts(len(first.parsed.rows), 50_000)


def test_a_long_file_is_not_held_at_once(log: LogFolder) -> None:
    """Its lines would take 60 MB."""
    log.write(lines(0, 200_000))

    def count_lines(lines: list, mark: object, is_final: bool) -> Parsed:  # noqa: ARG001
        return Parsed(len(lines), [(len(lines),)], [], {})

    tracemalloc.start()
    count = 0
    for portion in read_forward(
        "log", [], count_lines, folder=log.path, source="pbx", stream="log"
    ):
        count += sum(row[0] for row in portion.parsed.rows) if portion.parsed else 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200_000
    assert peak < 30_000_000


# The last line.


def test_a_line_still_being_written_waits(log: LogFolder) -> None:
    log.write(b"whole\nhal")
    assert log.read() == ["whole"]
    log.write(b"f\n")
    assert log.read() == ["half"]


def test_a_last_line_without_line_feed_is_taken_once_the_file_has_not_grown(log: LogFolder) -> None:
    log.write(b"whole\nlast")
    assert log.read() == ["whole"]
    assert log.read() == ["last"]
    assert log.read() == []


def test_a_line_still_growing_waits_on(log: LogFolder) -> None:
    log.write(b"a")
    assert log.read() == []
    log.write(b"b")
    assert log.read() == []
    assert log.read() == ["ab"]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_line_feed_behind_a_taken_line_gives_nothing_new(log: LogFolder, line_end: bytes) -> None:
    log.write(b"whole\nlast")
    log.read()
    assert log.read() == ["last"]
    log.write(line_end + b"next\n")
    assert log.places() == [("log", 3)]


def test_a_taken_line_that_goes_on_comes_again_as_a_whole(log: LogFolder) -> None:
    log.write(b"whole\nla")
    log.read()
    assert log.read() == ["la"]
    log.write(b"st\n")
    assert log.places() == [("log", 2)]


def test_the_last_line_of_a_rotated_file_is_taken_at_once(log: LogFolder) -> None:
    log.write(b"whole\nlast")
    log.rename("log", "log.1")
    log.write(b"new\n")
    assert log.read() == ["whole", "last", "new"]


# Rotation.


def test_a_renamed_file_is_read_on_under_its_new_name(log: LogFolder) -> None:
    log.write(lines(0, 3))
    log.read()
    log.write(lines(3, 5))
    log.rename("log", "log.1")
    log.write(lines(5, 7))
    assert log.places() == [("log.1", 4), ("log.1", 5), ("log", 1), ("log", 2)]


def test_copytruncate_reads_the_copy_on_and_the_original_anew(log: LogFolder) -> None:
    log.write(lines(0, 3))
    log.read()
    log.write(lines(3, 5))
    log.copy("log", "log.1")
    log.truncate()
    log.write(lines(5, 6))
    assert sorted(log.read()) == texts(3, 6)


def test_a_copy_beside_its_original_gives_nothing_twice(log: LogFolder) -> None:
    log.write(lines(0, 3))
    log.read()
    log.write(lines(3, 5))
    log.copy("log", "log.1")
    assert log.read() == texts(3, 5)
    log.truncate()
    log.write(lines(5, 6))
    assert log.read() == texts(5, 6)


def test_what_was_written_between_copy_and_cut_and_read_then_is_not_read_again(
    log: LogFolder,
) -> None:
    log.write(lines(0, 3))
    log.copy("log", "log.1")
    log.write(lines(3, 5))
    assert log.read() == texts(0, 5)
    log.truncate()
    assert log.read() == []
    log.write(lines(5, 6))
    assert log.read() == texts(5, 6)


def test_a_copy_with_an_unfinished_line_leaves_it_to_the_original(log: LogFolder) -> None:
    log.write(b"whole\nhal")
    log.copy("log", "log.1")
    assert log.read() == ["whole"]
    log.write(b"f\n")
    assert log.read() == ["half"]
    assert log.read() == []


def test_an_unfinished_line_that_only_the_copy_still_holds_is_taken(log: LogFolder) -> None:
    log.write(b"whole\nlast")
    log.copy("log", "log.1")
    assert log.read() == ["whole"]
    log.truncate()
    log.write(b"new\n")
    assert sorted(log.read()) == ["last", "new"]


def test_a_compressed_file_is_the_same_content(log: LogFolder) -> None:
    log.write(lines(0, 300))
    log.rename("log", "log.1")
    log.write(lines(300, 301))
    log.read()
    log.compress("log.1")
    assert log.read() == []


def test_a_compressed_file_is_read_on(log: LogFolder) -> None:
    log.write(lines(0, 300))
    log.read()
    log.write(lines(300, 400))
    log.rename("log", "log.1")
    log.compress("log.1")
    log.write(lines(400, 402))
    assert log.read() == texts(300, 402)


def test_a_file_and_its_compressed_copy_are_read_once(log: LogFolder) -> None:
    log.write(lines(0, 300))
    log.read()
    log.write(lines(300, 400))
    log.rename("log", "log.1")
    log.compress("log.1", keep=True)
    assert sorted(log.read()) == sorted(texts(300, 400))
    (log.path / "log.1").unlink()
    assert log.read() == []


def test_a_replaced_file_is_read_from_its_beginning(log: LogFolder) -> None:
    log.write(lines(0, 100))
    log.read()
    log.replace(lines(200, 400))
    assert log.read() == texts(200, 400)


def test_a_file_cut_and_grown_beyond_its_old_length_is_read_from_its_beginning(
    log: LogFolder,
) -> None:
    log.write(lines(0, 100))
    log.read()
    log.truncate()
    log.write(lines(200, 400))
    assert log.read() == texts(200, 400)


def test_a_file_that_comes_back_is_told_again(log: LogFolder) -> None:
    log.write(lines(0, 100))
    log.read()
    log.rename("log", "away")
    assert log.portions()[-1].faults
    log.rename("away", "log.5")
    assert log.read() == []


def test_two_files_with_the_same_first_line_are_two(log: LogFolder) -> None:
    log.write(b"number;name\n", "log.a")
    log.read()
    log.write(b"1;a\n", "log.a")
    log.write(b"number;name\n2;b\n", "log.b")
    found = log.read()
    assert sorted(found) == ["1;a", "2;b"]


def test_files_are_read_oldest_first(log: LogFolder) -> None:
    log.write(lines(2, 3), "log.b")
    log.write(lines(3, 4), "log.a")
    log.write(lines(4, 5), "log")
    log.write(lines(0, 1), "log.z")
    os.utime(log.path / "log.z", (1, 1))
    assert log.read() == [*texts(0, 1), *texts(2, 5)]


def test_with_equal_times_a_rotated_file_comes_before_the_live_one(log: LogFolder) -> None:
    log.write(lines(0, 1), "log.1")
    log.write(lines(1, 2), "log")
    for name in ("log", "log.1"):
        os.utime(log.path / name, (5, 5))
    assert log.read() == texts(0, 2)


def test_marks_of_lost_contents_are_bounded(log: LogFolder) -> None:
    for number in range(LOST_MARKS + 20):
        log.replace(b"content %d\n" % number)
        log.read()
    assert len(log.marks) == LOST_MARKS + 1


# Any history of a log: each line that ever stood whole in a file comes exactly once.

BETWEEN = st.sampled_from(["", "r", "w", "wr", "rw", "rwr", "p", "pr", "pwr"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 400)),
        st.tuples(st.just("run"), st.just(0)),
        st.tuples(st.just("rename"), st.booleans()),
        st.tuples(
            st.just("copytruncate"),
            st.sampled_from(["", "r", "w", "wr", "rw", "rwr", "p", "pr", "pwr"]),
        ),
        st.tuples(st.just("compress"), st.booleans()),
        st.tuples(st.just("touch"), st.just(0)),
    ),
    max_size=25,
)


class History:
    """Writes numbered lines of different lengths byte by byte and remembers what must be read."""

    def __init__(self, path: Path) -> None:
        self.log = LogFolder(path)
        self.delivered: list[str] = []
        self.unread_between: list[str] = []
        self.number = 0
        self.left = b""
        self.rotated = 0
        self.log.write(b"")

    def line(self) -> bytes:
        self.number += 1
        return b"%d:" % self.number + b"x" * (self.number * 37 % 211) + b";\n"

    def run(self) -> None:
        self.delivered += self.log.read(batch_lines=3)

    def write(self, count: int, name: str = "log") -> None:
        data = b""
        while len(data) < count:
            self.left = self.left or self.line()
            part = self.left[: count - len(data)]
            self.left = self.left[len(part) :]
            data += part
        self.log.write(data, name)

    def finish_line(self, name: str = "log") -> None:
        if self.left:
            self.write(len(self.left), name)

    def next_name(self) -> str:
        self.rotated += 1
        return f"log.{self.rotated:03d}"

    def rename(self, is_read_between: bool) -> None:
        """The writer still holds the renamed file and ends its line there."""
        name = self.next_name()
        self.log.rename("log", name)
        if is_read_between:
            self.run()
        self.finish_line(name)
        self.log.write(b"")

    def copytruncate(self, between: str) -> None:
        self.finish_line()
        name = self.next_name()
        if between.startswith("p"):
            # The copy is seen while it is being made.
            data = (self.log.path / "log").read_bytes()
            self.log.replace(data[: len(data) // 2], name)
            self.run()
        self.log.copy("log", name)
        lost_from, is_read = self.number, True
        for step in between.removeprefix("p"):
            if step == "r":
                self.run()
                is_read = True
            else:
                self.write(150)
                self.finish_line()
                is_read = False
        if not is_read:
            # What nobody read before the cut is lost by copytruncate itself.
            self.unread_between += [str(n) for n in range(lost_from + 1, self.number + 1)]
        self.log.truncate()

    def compress(self, keep: bool) -> None:
        name = f"log.{self.rotated:03d}"
        if (self.log.path / name).exists():
            self.log.compress(name, keep=keep)

    def expected(self) -> set[str]:
        return {str(n) for n in range(1, self.number + 1)} - set(self.unread_between)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_history_of_a_log_gives_each_line_exactly_once(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    history = History(tmp_path_factory.mktemp("log"))
    for name, argument in steps:
        match name:
            case "write":
                history.write(argument)
            case "run":
                history.run()
            case "rename":
                history.rename(bool(argument))
            case "copytruncate":
                history.copytruncate(str(argument))
            case "compress":
                history.compress(bool(argument))
            case "touch":
                history.log.touch()
    history.finish_line()
    history.run()
    history.run()
    whole = [text.partition(":")[0] for text in history.delivered if text.endswith(";")]
    assert sorted(whole) == sorted(set(whole))
    assert set(whole) >= history.expected()


# Faults.


def test_a_pattern_that_matches_nothing_is_a_fault(log: LogFolder) -> None:
    [last] = log.portions()
    [fault] = last.faults
    assert fault.what == f"no file fits `log*` in `{log.path}`"


def test_a_folder_in_the_place_of_a_file_is_a_fault(log: LogFolder) -> None:
    (log.path / "log").mkdir()
    log.pattern = "log"
    assert log.portions()[-1].faults[0].what == "`log` is no file, expected a file"


def test_a_folder_beside_files_of_a_pattern_is_passed_over(log: LogFolder) -> None:
    (log.path / "log.d").mkdir()
    log.write(lines(0, 1))
    last = log.portions()[-1]
    assert last.faults == ()


def test_a_file_that_cannot_be_opened_is_a_fault_and_the_others_go_on(
    log: LogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(lines(0, 1), "log.a")
    log.write(lines(1, 2), "log.b")
    real = marks_module.open_content

    def guarded(found: marks_module.Found) -> object:
        if found.name == "log.a":
            raise PermissionError(13, "Permission denied")
        return real(found)

    monkeypatch.setattr("reconcile.sources.files.open_content", guarded)
    *batches, last = log.portions()
    assert [row[2] for each in batches if each.parsed for row in each.parsed.rows] == texts(1, 2)
    assert last.faults[0].what == "`log.a` cannot be read: Permission denied"
    monkeypatch.undo()
    assert log.read() == texts(0, 1)


def test_a_link_to_nowhere_is_a_fault(log: LogFolder) -> None:
    (log.path / "log").symlink_to(log.path / "nowhere")
    assert "cannot be read" in log.portions()[-1].faults[0].what


def test_a_pipe_is_not_opened(log: LogFolder) -> None:
    os.mkfifo(log.path / "log")
    log.pattern = "log"
    assert log.portions()[-1].faults[0].what == "`log` is no file, expected a file"


def test_compressed_data_that_ends_too_early_is_a_fault(log: LogFolder) -> None:
    data = gzip.compress(lines(0, 5_000))
    log.write(data[: len(data) // 2], "log.1.gz")
    assert log.portions()[-1].faults[0].what == (
        "`log.1.gz` cannot be read: its compressed data ends too early"
    )


HOUR = 3_600


def test_an_old_file_that_is_damaged_is_set_aside_and_the_stream_counts_as_read(
    log: LogFolder,
) -> None:
    data = gzip.compress(lines(0, 5_000))
    log.write(data[: len(data) // 2], "log.1.gz")
    log.seconds += HOUR + 1
    log.write(lines(5_000, 5_001))
    assert log.read()[-1:] == texts(5_000, 5_001)
    log.write(lines(5_001, 5_002))
    *batches, last = log.portions()
    assert [row[2] for each in batches if each.parsed for row in each.parsed.rows] == texts(
        5_001, 5_002
    )
    what = "`log.1.gz` cannot be read: its compressed data ends too early"
    assert (last.faults, [one.what for one in last.aside]) == ((), [what])


def test_a_file_changed_within_an_hour_of_the_newest_is_a_live_one(log: LogFolder) -> None:
    log.write(b"no gzip", "log.1.gz")
    log.seconds += HOUR - 1
    log.write(lines(0, 1))
    last = log.portions()[-1]
    assert [one.what for one in last.faults] == [
        "`log.1.gz` cannot be read: Not a gzipped file (b'no')"
    ]
    assert last.aside == ()


def test_a_damaged_file_is_not_opened_again_until_it_changes(
    log: LogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(b"no gzip", "log.1.gz")
    log.write(lines(0, 1))
    log.portions()
    opened = []
    real = marks_module.open_content

    def noting(found: marks_module.Found) -> object:
        opened.append(found.name)
        return real(found)

    for module in ("files", "forward"):
        monkeypatch.setattr(f"reconcile.sources.{module}.open_content", noting)
    last = log.portions()[-1]
    assert (opened, last.marks, len(last.faults)) == ([], None, 1)
    log.replace(gzip.compress(lines(7, 8)), "log.1.gz")
    assert log.read() == texts(7, 8)
    assert log.portions()[-1].faults == ()


def test_a_folder_that_cannot_be_looked_into_is_told_as_that(
    log: LogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (log.path / "logs").mkdir()
    real = os.scandir

    def guarded(place: object) -> object:
        if str(place).endswith("logs"):
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr("os.scandir", guarded)
    log.pattern = "logs/log*"
    place = f"`{log.path / 'logs'}` cannot be looked into"
    assert [one.what for one in log.portions()[-1].faults] == [f"{place}: Permission denied"]
    log.pattern = "gone/log*"
    place = f"`{log.path / 'gone'}` cannot be looked into"
    assert [one.what for one in log.portions()[-1].faults] == [
        f"{place}: No such file or directory"
    ]


def test_a_pattern_that_only_folders_fit_is_a_fault(log: LogFolder) -> None:
    (log.path / "log.d").mkdir()
    [fault] = log.portions()[-1].faults
    assert fault.what == f"no file fits `log*` in `{log.path}`, only folders do"


def test_what_is_no_file_among_files_is_told_and_the_files_are_read(log: LogFolder) -> None:
    log.write(lines(0, 1))
    os.mkfifo(log.path / "log.pipe")
    (log.path / "log.loop").symlink_to(log.path / "log.loop")
    *batches, last = log.portions()
    assert [row[2] for each in batches if each.parsed for row in each.parsed.rows] == texts(0, 1)
    assert last.faults == ()
    assert [one.what for one in last.aside] == [
        "`log.loop` cannot be read: Too many levels of symbolic links",
        "`log.pipe` is no file, expected a file",
    ]


def test_a_file_that_goes_away_between_listing_and_looking_is_no_fault(
    log: LogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(lines(0, 1))
    monkeypatch.setattr("reconcile.sources.files._names", lambda *_: ["log", "log.gone"])
    *_, last = log.portions()
    assert (last.faults, last.aside) == ((), ())


# Bytes.


def read_all(log: LogFolder, data: bytes) -> list[str]:
    log.write(data)
    return [*log.read(), *log.read()]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\n\n\nb\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"a\xff\xfeb\n", ["a\\xff\\xfeb"]),
        (b"caf\xc3\xa9\n", ["café"]),
        (b"a\0b\n", ["a\\x00b"]),
        (b"\0\0\0a\n", ["a"]),
        (b"a\x0b\x0c\xe2\x80\xa8b\n", ["a\x0b\x0c\u2028b"]),
        (b"last", ["last"]),
    ],
)
def test_bytes_become_lines(log: LogFolder, data: bytes, expected: list[str]) -> None:
    assert read_all(log, data) == expected


def test_a_line_longer_than_the_cap_is_cut_and_the_next_one_is_whole(log: LogFolder) -> None:
    log.write(b"first\n" + b"x" * (3 * LINE_BYTES) + b"\nlast\n")
    with (log.path / "log").open("rb") as handle:
        found = [
            line
            for portion in read_lines(handle, offset=0, line=0, limit=None, codec="utf-8")
            for line in portion
        ]
    assert [(line.number, bool(line.fault)) for line in found] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert len(found[1].text) < 5_000
    assert found[2].text == "last"


def test_a_hole_of_nul_bytes_hides_no_line(log: LogFolder) -> None:
    """What a writer leaves that goes on at its old place after a copytruncate."""
    assert read_all(log, b"\0" * (2 * LINE_BYTES) + b"a\nb\n") == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read_forward(tmp_path: Path, encoding: str) -> None:
    log = LogFolder(tmp_path, encoding=encoding)
    # ਊĀ holds the bytes of a line feed across two characters, ਊ within one.
    data = "a ਊĀ\r\nb ਊਊ\nč\n".encode(encoding)
    log.write(data[:-8])
    first = log.read()
    log.write(data[-8:])
    assert [*first, *log.read()] == ["a ਊĀ", "b ਊਊ", "č"]


def test_a_code_page_is_read_with_its_codec(tmp_path: Path) -> None:
    log = LogFolder(tmp_path, encoding="cp1250")
    assert read_all(log, "Dvořák\n".encode("cp1250")) == ["Dvořák"]
