"""Kind `table`: files of rows, through a select of the user, to calls, contacts or a list."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from reconcile.errors import Problem
from reconcile.sources.bad_files import divided, noted, remembered
from reconcile.sources.batch import Batch, Contact, Listed, Load, Rejected
from reconcile.sources.canonical import CALLS, CONTACTS, DO_NOT_CALL, Target
from reconcile.sources.forward import BATCH_LINES, read_forward
from reconcile.sources.mapping import read_mapping
from reconcile.sources.table_forward import Destination, Folding, mapped_batches
from reconcile.sources.table_rows import call_row, contact, listed
from reconcile.sources.table_whole import made_of_files, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from reconcile.sources.batch import Row, StoredRow
    from reconcile.sources.mapped_rows import Mapped
    from reconcile.sources.mapping import Mapping
    from reconcile.sources.marks import Mark
    from reconcile.sources.table_form import TableForm


def read_calls(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    *,
    folder: Path,
    source: str,
    select: str | Mapping,
    form: TableForm,
    fold_key: str | None = None,
    stored_rows: Callable[[Iterable[str]], list[StoredRow]] | None = None,
    fingerprint: str | None = None,
    stream: str = "calls",
    batch_lines: int = BATCH_LINES,
) -> Iterator[Batch]:
    """Yield the calls that the select in the file `select` makes of new rows, for raw.table_calls.

    csv and ndjson files are read forward: the select sees the new rows. With `fold_key`, a column,
    it sees all rows of each call that has a new one: `stored_rows` (keys → rows) gives those of the
    batches and runs before. json and parquet files are read whole once their fingerprint is not the
    given one. A wrong select is a fault, and nothing is passed over.
    """
    try:
        mapping = read_mapping(folder, select, CALLS)
    except Problem as problem:
        yield Batch(stream, faults=(problem,), is_last=True)
        return
    yield from table_batches(
        patterns,
        marks,
        mapping,
        Destination("raw.table_calls", partial(call_row, source, stream)),
        folder=folder,
        source=source,
        form=form,
        fingerprint=fingerprint,
        stream=stream,
        batch_lines=batch_lines,
        folding=Folding(source, fold_key, stored_rows or _none_stored) if fold_key else None,
    )


def read_contacts(
    patterns: str | Sequence[str],
    *,
    folder: Path,
    select: str | Mapping,
    form: TableForm,
    fingerprint: str | None = None,
    stream: str = "contacts",
) -> Iterator[Batch]:
    """Yield the whole directory in one batch, once its fingerprint is not the given one.

    `Batch.contacts` is None where nothing has changed, and where the directory cannot be read in
    full: then there is a fault, and the last good one stays in force.
    """
    yield _snapshot(
        patterns, CONTACTS, _contacts, folder=folder, select=select, form=form,
        fingerprint=fingerprint, stream=stream,
    )  # fmt: skip


def read_do_not_call(
    patterns: str | Sequence[str],
    *,
    folder: Path,
    select: str,
    form: TableForm,
    fingerprint: str | None = None,
    stream: str = "do_not_call",
) -> Iterator[Batch]:
    """Yield the whole do-not-call list in one batch, as `read_contacts` does the directory."""
    yield _snapshot(
        patterns, DO_NOT_CALL, listed, folder=folder, select=select, form=form,
        fingerprint=fingerprint, stream=stream,
    )  # fmt: skip


def _snapshot(
    patterns: str | Sequence[str],
    target: Target,
    builder: Callable[[str], Callable[[Mapped], Row]],
    *,
    folder: Path,
    select: str | Mapping,
    form: TableForm,
    fingerprint: str | None,
    stream: str,
) -> Batch:
    """The batch of all that is read as a whole: the field of its stream stays None if unchanged."""
    try:
        mapping = read_mapping(folder, select, target)
        found = whole(patterns, folder, form, mapping)
        faults = (*found.matched.faults, *found.matched.aside, *(one.problem for one in found.bad))
        if faults:
            raise faults[0]
        if found.fingerprint == fingerprint:
            return Batch(stream, fingerprint=fingerprint, is_last=True)
        rows: list[Row] = []
        kept_aside: list[Rejected] = []
        for given in made_of_files(found.files, mapping, builder, folder=folder, form=form):
            rows += given.rows
            kept_aside += given.rejected
    except Problem as problem:
        return Batch(stream, faults=(problem,), is_last=True)
    read = Batch(stream, rejected=tuple(kept_aside), fingerprint=found.fingerprint, is_last=True)
    if target is CONTACTS:
        return replace(read, contacts=cast("tuple[Contact, ...]", tuple(rows)))
    return replace(read, do_not_call=cast("tuple[Listed, ...]", tuple(rows)))


def table_batches(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    mapping: Mapping,
    destination: Destination,
    *,
    folder: Path,
    source: str,
    form: TableForm,
    fingerprint: str | None,
    stream: str,
    batch_lines: int,
    folding: Folding | None = None,
) -> Iterator[Batch]:
    """Read files forward or whole, as their form allows, and map their rows."""
    if not form.is_read_forward:
        return _whole_batches(
            patterns, marks, mapping, destination, folder=folder, source=source, form=form,
            fingerprint=fingerprint, stream=stream,
        )  # fmt: skip
    known = list(marks)
    portions = read_forward(
        patterns, known, form.parser(known), folder=folder, source=source, stream=stream,
        encoding=form.encoding, batch_lines=batch_lines,
    )  # fmt: skip
    return mapped_batches(
        portions, mapping, destination, folder=folder, stream=stream, folding=folding
    )


def _whole_batches(
    patterns: str | Sequence[str],
    marks: Iterable[Mark],
    mapping: Mapping,
    destination: Destination,
    *,
    folder: Path,
    source: str,
    form: TableForm,
    fingerprint: str | None,
    stream: str,
) -> Iterator[Batch]:
    """Yield what a select makes of files that are read whole, once their fingerprint is new.

    The marks are those of damaged files: they tell what is wrong until a file changes.
    """
    damaged = {mark.state: mark for mark in marks}
    try:
        found = whole(patterns, folder, form, mapping)
        bad = list(found.bad)
        if found.fingerprint != fingerprint:
            for given in made_of_files(
                found.files, mapping, destination.builder, folder=folder, form=form, bad=bad
            ):
                load = Load(destination.table, given.rows)
                yield Batch(stream, (load,), tuple(given.rejected), given.unknown_words)
        else:
            bad += remembered(found.files, damaged)
    except Problem as problem:
        yield Batch(stream, faults=(problem,), is_last=True)
        return
    faults, aside = divided(bad, found.matched)
    yield Batch(
        stream,
        marks=noted(source, stream, bad) if bad or damaged else None,
        fingerprint=found.fingerprint,
        faults=faults,
        aside=aside,
        is_last=True,
    )


def _contacts(file: str) -> Callable[[Mapped], Contact]:  # noqa: ARG001 - the form is given
    return contact


def _none_stored(keys: Iterable[str]) -> list[StoredRow]:  # noqa: ARG001 - the form is given
    return []
