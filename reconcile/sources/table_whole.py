"""Files of a table that are read whole when they have changed: directories, JSON, Parquet."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from reconcile.errors import SourceUnreadable
from reconcile.sources import mapped_rows
from reconcile.sources.bad_files import UNREADABLE, BadFile, bad_file
from reconcile.sources.files import find_files
from reconcile.sources.lines import read_lines
from reconcile.sources.mapped_rows import InputRow
from reconcile.sources.mapping import Mapping, workshop
from reconcile.sources.marks import Mark, open_content
from reconcile.sources.parquet import offer_parquet
from reconcile.sources.table_input import FieldNames, json_rows
from reconcile.sources.table_rows import Made, made
from reconcile.sources.text import codec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from reconcile.sources.batch import Rejected, Row
    from reconcile.sources.files import Matched
    from reconcile.sources.lines import Line
    from reconcile.sources.mapped_rows import Mapped
    from reconcile.sources.marks import Found
    from reconcile.sources.table_form import TableForm

_BOM_BYTES = 4
_PORTION = 20_000


class Whole(NamedTuple):
    """The files of a source that is read whole, and those that cannot be opened.

    `fingerprint` changes when one of the files, the form or the select does.
    """

    files: list[Found]
    bad: list[BadFile]
    matched: Matched
    fingerprint: str


def whole(patterns: str | Sequence[str], folder: Path, form: TableForm, mapping: Mapping) -> Whole:
    """Find what the patterns match; what cannot be opened is bad."""
    matched = find_files(patterns, folder)
    files: list[Found] = []
    bad: list[BadFile] = []
    for found in (found for group in matched.groups for found in group):
        try:
            found.path.open("rb").close()
        except FileNotFoundError:
            continue  # gone in this very moment
        except OSError as error:
            bad.append(bad_file(found, error))
            continue
        files.append(found)
    text = repr(([each.state for each in files], astuple(form), mapping.text, *mapping.keys))
    fingerprint = blake2b(text.encode(), digest_size=16).hexdigest()
    return Whole(files, bad, matched, fingerprint)


def made_of_files(
    files: Sequence[Found],
    mapping: Mapping,
    builder: Callable[[str], Callable[[Mapped], Row]],
    *,
    folder: Path,
    form: TableForm,
    bad: list[BadFile] | None = None,
) -> Iterator[Made]:
    """Yield what the select makes of all rows of the files, some at a time, rejects first.

    Files that cannot be read are added to `bad` and the others go on; without it, the first one
    raises its SourceUnreadable. Raises SqlFileInvalid. All this before anything is given.
    `builder` makes what builds a row; it is told the file where there is only one.
    """
    file = files[0].name if len(files) == 1 else ""
    build = builder(file)
    with workshop(folder) as connection:
        found_bad: list[BadFile] = []
        kept_aside = _offer_files(connection, files, form, found_bad)
        if bad is None and found_bad:
            raise found_bad[0].problem
        if bad is not None:
            bad += found_bad
        if len(found_bad) == len(files):
            return
        kept_aside += mapped_rows.run(connection, mapping)
        yield Made([], kept_aside, Counter())
        results = mapped_rows.results(connection, mapping.target)
        while portion := list(islice(results, _PORTION)):
            yield made(portion, mapping.target, build, file)


def _offer_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Found],
    form: TableForm,
    bad: list[BadFile],
) -> list[Rejected]:
    """Make `input` of all rows of the files; returns the records that are no rows."""
    if form.format == "parquet":
        offer_parquet(connection, files, bad)
        return []
    names = FieldNames(())
    rows: list[InputRow] = []
    kept_aside: list[Rejected] = []
    for found in files:
        try:
            header, own_rows, rejects = _rows(found, form)
        except UNREADABLE as error:
            bad.append(bad_file(found, error))
            continue
        except SourceUnreadable as problem:
            bad.append(BadFile(found, problem, is_damaged=True))
            continue
        places = names.places(header)
        kept_aside += rejects
        if places == list(range(len(header))):
            rows += own_rows
        else:
            rows += [each._replace(values=_spread(each.values, places)) for each in own_rows]
    mapped_rows.fill(connection, names.names, rows)
    return kept_aside


def _rows(found: Found, form: TableForm) -> tuple[Sequence[str], list[InputRow], list[Rejected]]:
    with open_content(found) as handle:
        codec = codec_of(form.encoding, handle.read(_BOM_BYTES))
        if form.format == "json":
            handle.seek(0)
            text = handle.read().decode(codec, "backslashreplace").removeprefix("\ufeff")
            return json_rows(text, found.name)
        lines: list[Line] = []
        for portion in read_lines(handle, offset=0, line=0, limit=None, codec=codec):
            lines += portion
    mark = Mark("", "", found.name, found.inode, found.size_bytes, found.modified_ns)
    parsed = form.parser()(lines, mark, True)
    if parsed.header is None:
        raise SourceUnreadable(f"`{found.name}` is empty, expected a header")
    return parsed.header, parsed.rows, parsed.rejected  # type: ignore[return-value]


def _spread(values: Sequence[str | None], places: Sequence[int]) -> list[str | None]:
    """Values at the places of their names among the names of all files."""
    spread: list[str | None] = [None] * (max(places, default=-1) + 1)
    for value, place in zip(values, places, strict=False):
        spread[place] = value
    return spread
