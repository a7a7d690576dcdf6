"""Kind `results`: what a dialler reports back of the commands it was given, to raw.results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.sources.canonical import REPORTS
from reconcile.sources.forward import BATCH_LINES, read_forward
from reconcile.sources.mapping import Mapping
from reconcile.sources.table import whole_batches
from reconcile.sources.table_forward import Destination, mapped_batches
from reconcile.sources.table_rows import report_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from reconcile.sources.batch import Batch, Row
    from reconcile.sources.mapped_rows import Mapped
    from reconcile.sources.marks import Mark
    from reconcile.sources.table_form import TableForm

_MAPPING = Mapping("select * from input", "results", REPORTS)


def read_results(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    form: TableForm,
    fingerprint: str | None = None,
    stream: str = "results",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield the reports behind the marks, for raw.results.

    Their columns are `key`, `at`, `event` and, if there is one, `result`; others are passed over.
    `at` is an instant with its offset, or UTC. csv and ndjson files are read forward, json and
    parquet ones whole once their fingerprint is not the given one.
    """

    def builder(file: str) -> Callable[[Mapped], Row]:
        return report_row(source, stream, file)

    destination = Destination("raw.results", builder)
    if not form.is_read_forward:
        yield from whole_batches(
            patterns, _MAPPING, destination, folder=folder, form=form, fingerprint=fingerprint,
            stream=stream,
        )  # fmt: skip
        return
    known_marks = list(marks)
    portions = read_forward(
        patterns, known_marks, form.parser(known_marks), folder=folder, source=source,
        stream=stream, encoding=form.encoding, batch_lines=batch_lines,
    )  # fmt: skip
    yield from mapped_batches(portions, _MAPPING, destination, folder=folder, stream=stream)
