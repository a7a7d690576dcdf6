from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from reconcile import streams


def run(code: str, *, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
    """Run a piece of code in a process of its own, as cron would: `LANG=C`, no terminal."""
    return subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", f"from reconcile import streams\n{code}"],
        env={"PATH": os.environ["PATH"], "LANG": "C", "PYTHONCOERCECLOCALE": "0"},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


def test_data_goes_to_stdout_with_one_line_feed(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.out("a")
    assert streams.out("b\n")
    assert capsys.readouterr() == ("a\nb\n", "")


def test_an_error_names_the_program_and_goes_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    streams.error(["`a` has no `queue`", "The others were stored", "hint: look at `a`"])
    assert capsys.readouterr() == (
        "",
        "reconcile: error: `a` has no `queue`\nThe others were stored\nhint: look at `a`\n",
    )


def test_a_warning_a_hint_and_a_note_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    streams.warning(["late"])
    streams.hint("wait")
    streams.note("run=1 rows=2")
    assert capsys.readouterr() == ("", "reconcile: warning: late\nhint: wait\nrun=1 rows=2\n")


def test_names_with_accents_leave_as_utf8_under_any_locale() -> None:
    done = run(r"streams.out('Jana Beranov\u00e1'); streams.error(['Jana Beranov\u00e1'])")
    assert done.stdout == "Jana Beranová\n".encode()
    assert done.stderr == "reconcile: error: Jana Beranová\n".encode()


def test_half_a_surrogate_from_a_file_name_ends_nothing() -> None:
    done = run(r"streams.out('a\udcffb')")
    assert (done.returncode, done.stdout) == (0, b"a?b\n")


def test_data_comes_before_what_is_said_of_it() -> None:
    done = run(
        "import sys; sys.stdout.write('data '); streams.error(['talk'])",
        stderr=subprocess.STDOUT,
    )
    assert done.stdout == b"data reconcile: error: talk\n"


def test_a_closed_pipe_is_told_by_the_answer_and_by_nothing_else() -> None:
    code = (
        "import sys; sys.stdin.read()\n"
        "answers = [streams.out('a') for _ in range(3)]\n"
        "streams.note(str(answers))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", f"from reconcile import streams\n{code}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate(b"")
    assert (process.returncode, told) == (0, b"[False, False, False]\n")


def test_closed_streams_are_no_fault() -> None:
    done = subprocess.run(
        [
            "sh",
            "-c",
            '"$0" -c "$1" >&- 2>&-',
            sys.executable,
            "from reconcile import streams; streams.error(['a']); exit(streams.out('b'))",
        ],
        check=False,
    )
    assert done.returncode == 0


PROGRESS = "print(list(streams.progress([1, 2], total=2, label='reading [b]all[/b]')))"
TOLD = "with streams.progress_told('reading [b]all[/b]') as tell: tell(1, 2)\nprint([1, 2])"


@pytest.mark.parametrize("code", [PROGRESS, TOLD])
def test_progress_imports_nothing_without_a_terminal(code: str) -> None:
    done = run(f"{code}\nimport sys; print('rich' in sys.modules)")
    assert (done.stdout, done.stderr) == (b"[1, 2]\nFalse\n", b"")


@pytest.mark.parametrize("code", [PROGRESS, TOLD])
def test_progress_is_shown_on_a_terminal(code: str) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", f"from reconcile import streams\n{code}"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert done.stdout == b"[1, 2]\n"
    assert b"reading [b]all[/b]" in shown


def test_a_page_is_no_wider_than_the_terminal_it_is_shown_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert (streams.fitting(100), streams.fitting(70)) == (80, 70)
    monkeypatch.setenv("COLUMNS", "20")
    assert streams.fitting(100) == 60
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    assert streams.fitting(100) == 100
