"""How a command answers: text or one JSON object on stdout or in a file, errors on stderr."""

from __future__ import annotations

import errno
import json
import traceback
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reconcile import streams
from reconcile.errors import ExitCode, Problem, UsageWrong
from reconcile.masking import masked
from reconcile.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Unexpected(Problem):
    """Stands for an error that nobody foresaw, in the JSON object."""

    code = "unexpected"

    def __init__(self) -> None:
        super().__init__("unexpected, with a traceback on stderr")


VERSION = 1
"""Of the JSON object. New members may come; a change of meaning raises it."""

_SEVERITY = (
    ExitCode.DONE,
    ExitCode.BUSY,
    ExitCode.FINDINGS,
    ExitCode.SOURCE,
    ExitCode.AUDIT,
    ExitCode.SINK,
    ExitCode.USAGE,
    ExitCode.UNEXPECTED,
    ExitCode.INTERRUPTED,
)


def worst(codes: Sequence[int]) -> int:
    """Of several exit codes the one that needs a person most; BUSY mends itself."""
    return max(codes, key=lambda code: _SEVERITY.index(ExitCode(code)), default=ExitCode.DONE)


def envelope(data: object, exit_code: int = ExitCode.DONE, problems: Sequence[Problem] = ()) -> str:
    """Write the one JSON object that every command answers with on request."""
    answer = {
        "version": VERSION,
        "status": ExitCode(exit_code).name.lower(),
        "exit_code": int(exit_code),
        "data": data,
        "errors": [entry for problem in problems for entry in _errors(problem)],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


@contextmanager
def in_json(is_json: bool) -> Iterator[None]:
    """Let an error of ours be told in the JSON object too, where that was asked for."""
    try:
        yield
    except Problem as problem:
        if is_json:
            answer_in_json(problem)
        raise


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, told from its words: it may be wrong otherwise."""
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    return "--json" in words or "--format=json" in words or ("--format", "json") in pairwise(words)


def answer_in_json(problem: Problem) -> None:
    """Write the JSON object of an error to stdout, once."""
    if not problem.is_answered:
        problem.is_answered = True
        streams.out(envelope(None, problem.exit_code, [problem]))


def write(text: str, output: Path | None = None) -> None:
    """Write text to stdout or, whole or not at all, to a file.

    Raises UsageWrong where the file cannot be written, Problem where stdout takes nothing.
    """
    if output is not None:
        with writing(output) as place:
            from reconcile.files_out import write_whole  # noqa: PLC0415 - most answers are printed

            write_whole(place, text)
        return
    try:
        streams.out(text)
    except OSError as error:
        raise Problem(f"stdout takes nothing: {error.strerror}") from error


@contextmanager
def writing(output: Path) -> Iterator[Path]:
    """Give the place of a file that is replaced as a whole; say in words where it cannot be.

    A link is followed. Raises UsageWrong for what is no file: a rename would take the place of a
    device such as `/dev/null`.
    """
    if output.exists() and not output.is_file():
        raise UsageWrong(f"`{output}` is no file", hint="without `--output` it goes to stdout")
    try:
        yield output.resolve()
    except OSError as error:
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "unknown")
        raise UsageWrong(f"`{output}` cannot be written: {reason}") from error


def tell(problem: Problem, place: str = "") -> None:
    """Tell an error on stderr, numbers masked; `place` is its settings file, where several run."""
    error(problem.lines(), place)


def error(lines: Sequence[str], place: str = "") -> None:
    """Write an error to stderr, numbers masked."""
    streams.error(_placed(lines, place))


def warning(lines: Sequence[str], place: str = "") -> None:
    """Write a warning to stderr, numbers masked."""
    streams.warning(_placed(lines, place))


def tell_unexpected() -> None:
    """Write the traceback of what was not foreseen, numbers masked."""
    streams.note(masked(traceback.format_exc().rstrip()))


def _placed(lines: Sequence[str], place: str) -> list[str]:
    first, *rest = (plain(masked(line)) for line in lines)
    return [f"{place}: {first}" if place else first, *rest]


def _errors(problem: Problem) -> Iterator[dict[str, Any]]:
    texts = [problem.what, *getattr(problem, "others", ())]
    for text in texts:
        yield {"code": problem.code, "message": masked(text), "hint": problem.hint or None}
