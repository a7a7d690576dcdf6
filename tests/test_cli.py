"""The command line as a person meets it: exit code, stdout and stderr, one snapshot each.

A file `cli/NAME.out` begins with the command line; `--accept` rewrites what stands below it.
Where the line has `(before the first run)` there is a settings file and nothing else.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from reading_folder import LAST_RUN, SETTINGS, fill

from reconcile import (
    __version__,
    by_hand,
    checking,
    cli,
    clock,
    publishing,
    running,
    streams,
)
from reconcile.errors import DatabaseBusy, SourceUnreadable
from reconcile.masking import masked
from reconcile.reports import rules as rules_module
from reconcile.run_record import RunResult
from reconcile.settings.template import template

if TYPE_CHECKING:
    from reconcile.settings import Settings

ROOT = Path(__file__).parent.parent
CASES = sorted((Path(__file__).parent / "cli").glob("*.out"))
FRESH = " (before the first run)"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests, filled once and copied for each."""
    folder = tmp_path_factory.mktemp("filled")
    fill(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder, empty; help is eighty columns wide, and nothing comes from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("RECONCILE_SETTINGS", raising=False)
    monkeypatch.delenv("RECONCILE_ZONE", raising=False)
    monkeypatch.setattr(streams, "_gone", set())
    return tmp_path


def answer(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.answer(arguments)
    out, err = capfd.readouterr()
    return code, out, err


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_command_answers_as_it_did(
    path: Path,
    filled: Path,
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    if FRESH in first:
        shutil.rmtree(folder / "state")
    line = first.replace(FRESH, "").removeprefix("$ reconcile")
    code, out, err = answer(shlex.split(line), capfd)
    told = f"{first}\nexit {code}\n--- stdout\n{out}--- stderr\n{err}".replace(
        str(folder), "FOLDER"
    )
    if request.config.getoption("--accept"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


# What does not fit a snapshot.


@dataclass
class FakeRun:
    """Stands for `reconcile.running.run`: answers by settings file, remembers how it was called."""

    answers: dict[str, object] = field(default_factory=dict)
    calls: list[dict[str, object]] = field(default_factory=list)

    def __call__(self, settings: Settings, **how: object) -> RunResult:
        self.calls.append({"file": settings.file.name, **how})
        found = self.answers.get(settings.file.name, RunResult(7, LAST_RUN))
        if isinstance(found, BaseException):
            raise found
        return found


@pytest.fixture
def fake_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    """A run that does nothing, in a folder with settings `reconcile.toml` and `b.toml`."""
    for name in ("reconcile.toml", "b.toml"):
        (folder / name).write_text(SETTINGS, encoding="utf-8")
    fake = FakeRun()
    monkeypatch.setattr(running, "run", fake)
    return fake


def dial(number: str) -> dict[str, object]:
    return {
        "command": "dial",
        "number": number,
        "reason": "attempt_1_of_3",
        "campaign": "missed-calls",
        "contact_name": "Jana Beranová",
    }


def test_a_run_that_ends_well_says_nothing(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = RunResult(7, LAST_RUN, commands=[dial("+420700610101")])
    assert answer(["run"], capfd) == (0, "", "")


def test_options_of_a_run_reach_it(fake_run: FakeRun, capfd: pytest.CaptureFixture[str]) -> None:
    answer(["run", "--now", "2026-03-02T11:16:00+01:00", "--accept-clock"], capfd)
    assert fake_run.calls == [
        {
            "file": "reconcile.toml",
            "now": LAST_RUN,
            "is_dry": False,
            "accepts_clock": True,
            "takes_over": False,
            "is_watched": False,
        }
    ]


def test_a_dry_run_prints_the_commands_and_says_that_nothing_changed(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = RunResult(7, LAST_RUN, commands=[dial("+420700610101")])
    code, out, err = answer(["run", "--dry-run"], capfd)
    assert (code, fake_run.calls[0]["is_dry"]) == (0, True)
    assert out == "dial    +420700610101    attempt_1_of_3  missed-calls  Jana Beranová\n"
    assert err == "1 command would leave, nothing was changed\n"


def test_a_name_cannot_move_the_terminal_of_a_dry_run(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    named = dial("+420700610101") | {"contact_name": "Jana\x1b[2J\u202e\nx"}
    fake_run.answers["reconcile.toml"] = RunResult(
        7, LAST_RUN, commands=[named], messages=[["`a\x1b[2J` is gone", "x\x9by"]], exit_code=3
    )
    _, out, err = answer(["run", "--dry-run"], capfd)
    assert out.splitlines()[0].endswith("missed-calls  Jana�[2J� x")
    assert err.startswith("reconcile: error: `a�[2J` is gone\nx�y\n")


def test_the_faults_of_a_run_stand_in_its_json_and_its_details_though_told_before(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = ["no file fits `a`", "Other sources were read", "hint: mend it"]
    fake_run.answers["reconcile.toml"] = RunResult(
        7, LAST_RUN, faults={"source pbx/cdr": lines}, exit_code=3
    )
    code, out, err = answer(["run", "--json", "-v"], capfd)
    assert code == 3
    assert json.loads(out)["errors"] == [
        {"code": "source_unreadable", "message": "no file fits `a`", "hint": "mend it"}
    ]
    assert 'run_id=7 fault="source pbx/cdr" what="no file fits `a`"' in err.splitlines()


def test_verbose_lines_have_the_run_and_masked_numbers(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = RunResult(
        7,
        LAST_RUN,
        counts={"core.plans": 2, "core.holds": 0},
        decisions={"wait not_due": 2},
        commands=[dial("+420700610101")],
        delivered=["key"],
    )
    code, out, err = answer(["run", "-v"], capfd)
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "run_id=7 settings=reconcile.toml run_at=2026-03-02T10:16:00Z is_idle=false exit_code=0",
        "run_id=7 step=core.plans rows=2",
        "run_id=7 decision=wait reason=not_due episodes=2",
        "run_id=7 command=dial number=+420*******01 reason=attempt_1_of_3 campaign=missed-calls",
        "run_id=7 commands=1 delivered=1",
    ]


def test_messages_of_a_run_go_to_stderr_with_its_exit_code(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = ["the sink `file` did not take +420700610101", "It waits"]
    fake_run.answers["reconcile.toml"] = RunResult(7, LAST_RUN, messages=[lines], exit_code=5)
    code, out, err = answer(["run"], capfd)
    assert (code, out) == (5, "")
    assert err == "reconcile: error: the sink `file` did not take +420*******01\nIt waits\n"


def test_the_end_of_a_fault_is_no_error(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = RunResult(7, LAST_RUN, messages=[["ended after 3 min: x"]])
    assert answer(["run"], capfd)[2] == "reconcile: warning: ended after 3 min: x\n"


def test_one_settings_file_that_fails_stops_no_other(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = SourceUnreadable("`a` is gone", hint="look")
    code, out, err = answer(["run", "-s", "reconcile.toml", "-s", "b.toml"], capfd)
    assert [call["file"] for call in fake_run.calls] == ["reconcile.toml", "b.toml"]
    assert (code, out) == (3, "")
    assert err == "reconcile: error: `reconcile.toml`: `a` is gone\nhint: look\n"


def test_settings_files_of_the_environment_are_parted_by_colons(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_SETTINGS", "reconcile.toml:b.toml")
    answer(["run"], capfd)
    assert [call["file"] for call in fake_run.calls] == ["reconcile.toml", "b.toml"]


def test_the_worst_exit_code_counts_and_busy_is_none_of_the_worst(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = DatabaseBusy("held")
    fake_run.answers["b.toml"] = RunResult(7, LAST_RUN, exit_code=4)
    assert answer(["run", "-s", "reconcile.toml", "-s", "b.toml"], capfd)[0] == 4


def test_a_fault_that_nobody_foresaw_is_told_with_its_traceback_and_the_next_file_goes_on(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = ZeroDivisionError("number +420700610101")
    code, out, err = answer(["run", "-s", "reconcile.toml", "-s", "b.toml"], capfd)
    assert (code, out, len(fake_run.calls)) == (70, "", 2)
    first, second, _, hint, *trace = err.splitlines()
    assert first.startswith("reconcile: error: `reconcile.toml`: unexpected: ZeroDivisionError in")
    assert (second, trace[-1]) == ("ZeroDivisionError: number +420*******01",) * 2
    assert (hint[:6], trace[0]) == ("hint: ", "Traceback (most recent call last):")


def test_the_json_of_a_run_is_one_object_with_all_settings_files(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = SourceUnreadable("`a` is gone", hint="look")
    fake_run.answers["b.toml"] = RunResult(
        7, LAST_RUN, commands=[dial("+420700610101")], findings=[("audits.x", "broken")]
    )
    code, out, _ = answer(["run", "--json", "-s", "reconcile.toml", "-s", "b.toml"], capfd)
    told = json.loads(out)
    assert (code, told["exit_code"], told["status"], told["version"]) == (3, 3, "source", 1)
    assert told["errors"] == [
        {"code": "source_unreadable", "message": "`a` is gone", "hint": "look"}
    ]
    (run,) = told["data"]["runs"]
    assert (run["settings"], run["run_at"]) == ("b.toml", "2026-03-02T10:16:00Z")
    assert run["findings"] == [{"audit": "audits.x", "detail": "broken"}]
    assert run["commands"][0]["number"] == "+420700610101"


def test_json_and_a_stdout_sink_do_not_mix(
    fake_run: FakeRun, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = SETTINGS.replace('dialler = "file"', 'dialler = "stdout"') + "[sinks.stdout]\n"
    (folder / "reconcile.toml").write_text(text, encoding="utf-8")
    code, _, err = answer(["run", "--json"], capfd)
    assert (code, fake_run.calls) == (2, [])
    assert "would both write to stdout" in err


def busy_since(folder: Path, minutes: int) -> None:
    """Say in the status of the folder that the last run ended so long ago."""
    ended = clock.utc_now() - timedelta(minutes=minutes)
    (folder / "state").mkdir(exist_ok=True)
    status = {"run_at": clock.as_text(ended), "ended_at": clock.as_text(ended)}
    publishing.write_status(folder / "state", status)


def test_busy_is_silent_while_runs_end(
    fake_run: FakeRun, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = DatabaseBusy("another run holds the state")
    busy_since(folder, minutes=4)
    assert answer(["run"], capfd) == (75, "", "")


def test_busy_before_the_end_of_the_first_run_is_silent(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = DatabaseBusy("another run holds the state")
    assert answer(["run"], capfd) == (75, "", "")


def test_busy_for_long_is_told_once_and_once_more_when_it_is_over(
    fake_run: FakeRun, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = DatabaseBusy("another run holds the state")
    busy_since(folder, minutes=6)
    code, out, err = answer(["run"], capfd)
    assert (code, out) == (75, "")
    assert err.startswith("reconcile: error: another run holds the state\nThe last run that ended")
    assert answer(["run"], capfd) == (75, "", "")
    del fake_run.answers["reconcile.toml"]
    code, _, err = answer(["run"], capfd)
    assert code == 0
    assert err.startswith("reconcile: warning: ended after 0 min: another run holds the state")
    assert answer(["run"], capfd) == (0, "", "")


def test_an_unexpected_error_is_one_json_object_too_where_json_is_asked_for(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rules_module, "data", broken)
    code, out, err = answer(["rules", "--format", "json"], capfd)
    told = json.loads(out)
    assert (code, told["exit_code"], told["errors"][0]["code"]) == (70, 70, "unexpected")
    assert err.startswith("Traceback")


def test_status_looks_at_every_settings_file_though_one_is_damaged_in_any_way(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("good", "copy", "broken"):
        (folder / name).mkdir()
        fill(folder / name)
    (folder / "copy" / "state" / "read.duckdb").write_bytes(b"x" * 9000)
    (folder / "broken" / "reconcile.toml").write_text("region = [", encoding="utf-8")
    files = [f"-s{name}/reconcile.toml" for name in ("missing", "broken", "copy", "good")]
    now = ["--now", "2026-03-02T10:16:30Z"]
    code, out, err = answer(["status", *files, *now], capfd)
    assert code == 2
    assert [line.partition(": ")[0] for line in out.splitlines() if line[0] != " "] == [
        "copy/reconcile.toml", "good/reconcile.toml"
    ]  # fmt: skip
    assert "the read copy `" in out
    assert "remove it, and the next run publishes it anew" in out
    assert "error: missing/reconcile.toml: " in err
    assert "error: broken/reconcile.toml: " in err
    code, out, _ = answer(["status", *files, *now, "--json"], capfd)
    told = json.loads(out)
    assert (code, len(told["data"]["states"]), len(told["errors"])) == (2, 2, 2)


def test_an_interrupted_command_is_quiet(
    fake_run: FakeRun, capfd: pytest.CaptureFixture[str]
) -> None:
    fake_run.answers["reconcile.toml"] = KeyboardInterrupt()
    assert answer(["run"], capfd) == (130, "", "")


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("pause missed-calls --why x", ("pause", "missed-calls", "x")),
        ("pause --why x", ("pause", None, "x")),
        ("resume missed-calls", ("resume", "missed-calls")),
        ("close '700 610 101' --why x", ("close", "700 610 101", None, "x")),
        ("close 1 --why x --campaign c", ("close", "1", "c", "x")),
    ],
)
@pytest.mark.usefixtures("fake_run")
def test_what_a_person_may_do_is_handed_on_and_its_sentence_printed(
    line: str,
    called: tuple[object, ...],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[tuple[object, ...]] = []
    for name in ("pause", "resume", "close"):
        monkeypatch.setattr(
            by_hand, name, lambda _, *given, name=name: found.append((name, *given)) or "done so"
        )
    assert answer(shlex.split(line), capfd) == (0, "done so\n", "")
    assert found == [called]


@pytest.mark.usefixtures("fake_run")
def test_check_prints_its_lines_and_leaves_with_its_code(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "report", lambda _: (["source `pbx`: gone", "sink: well"], 3))
    assert answer(["check"], capfd) == (3, "source `pbx`: gone\nsink: well\n", "")


def test_init_writes_a_file_that_explains_every_key(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = answer(["init", "new.toml"], capfd)
    assert (code, out) == (0, "")
    assert (folder / "new.toml").read_text(encoding="utf-8") == template()
    assert err.startswith("`new.toml` is written")


@pytest.mark.usefixtures("folder")
def test_the_version_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert answer(["--version"], capfd) == (0, f"reconcile {__version__}\n", "")


def test_a_report_goes_to_a_file_in_the_format_of_its_ending(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    assert answer(["report", "feeds", "--output", "feeds.json"], capfd) == (0, "", "")
    assert json.loads((folder / "feeds.json").read_text(encoding="utf-8"))["status"] == "done"
    assert answer(["report", "feeds", "-o", "feeds.csv"], capfd) == (0, "", "")
    assert (folder / "feeds.csv").read_text(encoding="utf-8").startswith("source,stream,")


def test_a_file_that_cannot_be_written_is_told(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    code, out, err = answer(["report", "feeds", "-o", "no/where.csv"], capfd)
    assert (code, out) == (2, "")
    assert err == "reconcile: error: `no/where.csv` cannot be written: No such file or directory\n"
    code, _, err = answer(["report", "feeds", "-o", "no/where.parquet"], capfd)
    assert (code, "cannot be written" in err) == (2, True)
    code, _, err = answer(["report", "feeds", "-o", "x.docx"], capfd)
    assert (code, "the ending of `x.docx` tells no format" in err) == (2, True)


@pytest.mark.parametrize("name", ["report feeds -o", "report feeds --format parquet -o"])
def test_a_device_is_not_replaced_by_a_file(
    name: str, filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    os.mkfifo(folder / "pipe.csv")
    code, _, err = answer([*name.split(), "pipe.csv"], capfd)
    assert (code, err.splitlines()[0]) == (2, "reconcile: error: `pipe.csv` is no file")
    assert (folder / "pipe.csv").is_fifo()


def test_a_report_goes_where_a_link_leads(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    (folder / "target.csv").touch()
    (folder / "link.csv").symlink_to("target.csv")
    answer(["report", "feeds", "-o", "link.csv"], capfd)
    assert (folder / "link.csv").is_symlink()
    assert (folder / "target.csv").read_text(encoding="utf-8").startswith("source,")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`+420700610101` is", "`+420*******01` is"),
        ("a|+420700610101|pbx/1795165231.195|1", "a|+420*******01|pbx/1795165231.195|1"),
        ("00420700610101,700610101", "0042********01,7006***01"),
        ("tag 700610102/1", "tag 7006***02/1"),
        ("at 2026-03-02T10:00:00Z, run 1234567", "at 2026-03-02T10:00:00Z, run 1234567"),
        ("/var/spool/1795165231/x-123456789.csv", "/var/spool/1795165231/x-123456789.csv"),
        ("1795165231.195", "1795165231.195"),
    ],
)
def test_phone_numbers_are_masked_and_other_digits_are_not(text: str, told: str) -> None:
    assert masked(text) == told


def test_the_check_of_an_import_gives_a_verdict_for_each_row_and_parts_the_file(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    (folder / "new.csv").write_text(
        "name,phone\nJana,700 610 101\nNový,700610190\n", encoding="utf-8"
    )
    line = "duplicates --import new.csv --clean clean.csv --rejects rejects.csv"
    code, out, err = answer(line.split(), capfd)
    assert code == 1
    assert "+420700610101 is contact 1001" in out
    assert "Nový" not in out
    assert err == "1 clean row in `clean.csv`\n1 row in `rejects.csv`\n"
    clean = (folder / "clean.csv").read_text(encoding="utf-8")
    assert clean == "name,phone\nNový,700610190\n"
    (folder / "new.csv").write_text(clean, encoding="utf-8")
    assert answer(["duplicates", "--import", "new.csv", "--all"], capfd)[0] == 0


def test_json_of_an_import_check_has_every_row(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    (folder / "new.csv").write_text("name,phone\nJana,700610101\nB,700610190\n", encoding="utf-8")
    code, out, _ = answer(["duplicates", "--import", "new.csv", "--format", "json"], capfd)
    told = json.loads(out)
    assert (code, told["exit_code"], told["status"]) == (1, 1, "findings")
    assert [row["verdict"] for row in told["data"]["rows"]] == ["finding", "clean"]


def test_readers_leave_every_file_as_it_was(
    filled: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    for line in ("status -v", "due", "explain 1003", "report episodes", "duplicates", "rules"):
        answer(line.split(), capfd)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


# In a process of its own.


def run_alone(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LANG": "C", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment,
        **options,
    )


def test_the_command_line_loads_nothing_heavy() -> None:
    heavy = [
        "duckdb",
        "pandas",
        "numpy",
        "pyarrow",
        "tabulate",
        "rich",
        "pydantic",
        "croniter",
        "phonenumbers",
    ]
    done = run_alone(
        "-c", f"import reconcile.cli, sys; print(*sorted(set(sys.modules) & set({heavy})))"
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def test_a_command_in_a_process_of_its_own_speaks_utf8_and_gives_its_exit_code(
    filled: Path,
) -> None:
    done = run_alone("-m", "reconcile", "explain", "1002", cwd=filled)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Dvořák" in done.stdout
    assert run_alone("-m", "reconcile", "report", "none", cwd=filled).returncode == 2


def test_a_reader_that_leaves_early_ends_the_command_quietly(filled: Path) -> None:
    line = f"{shlex.quote(sys.executable)} -m reconcile report decisions --format csv | head -c 1"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=filled,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("f", "")
