"""Kind `results`: what a dialler reports back of the commands it was given, to raw.results."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reconcile.errors import Problem
from reconcile.sources.batch import Batch
from reconcile.sources.canonical import REPORTS
from reconcile.sources.forward import BATCH_LINES
from reconcile.sources.mapping import Mapping, read_mapping
from reconcile.sources.table import table_batches
from reconcile.sources.table_forward import Destination
from reconcile.sources.table_rows import report_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from reconcile.sources.marks import Mark
    from reconcile.sources.table_form import TableForm

_AS_THEY_ARE = Mapping("select * from input", "results", REPORTS)


def read_results(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    form: TableForm,
    select: str | Mapping | None = None,
    fingerprint: str | None = None,
    stream: str = "results",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield the reports behind the marks, for raw.results.

    Their columns are `key`, `at`, `event` and, if there is one, `result`, or the select in the file
    `select` makes these of the rows; others are passed over. `at` is an instant with its offset, or
    UTC. csv and ndjson files are read forward, json and parquet ones whole once their fingerprint
    is not the given one. A wrong select is a fault, and nothing is passed over.
    """
    try:
        mapping = read_mapping(folder, select, REPORTS) if select else _AS_THEY_ARE
    except Problem as problem:
        yield Batch(stream, faults=(problem,), is_last=True)
        return
    yield from table_batches(
        patterns,
        marks,
        mapping,
        Destination("raw.results", partial(report_row, source, stream)),
        folder=folder,
        source=source,
        form=form,
        fingerprint=fingerprint,
        stream=stream,
        batch_lines=batch_lines,
    )
