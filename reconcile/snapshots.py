"""Put a whole directory or do-not-call list in the place of the last one, or refuse it (A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconcile import number_cache, queries
from reconcile.errors import Problem, SourceUnreadable
from reconcile.sources import loading
from reconcile.sources.batch import Rejected, rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from reconcile.moment import Moment
    from reconcile.sources.batch import Batch, Contact, Listed


class Kept(NamedTuple):
    """How a snapshot was taken: rows told of a list, records kept aside, why it was refused."""

    row_count: int
    rejected_count: int
    refusal: Problem | None


def rows(batch: Batch) -> Sequence[Contact | Listed] | None:
    """The whole directory or list that a batch is; None where it is none, or as it was."""
    return batch.contacts if batch.do_not_call is None else batch.do_not_call


def keep(connection: duckdb.DuckDBPyConnection, source: str, batch: Batch, moment: Moment) -> Kept:
    """Keep what a batch has, unless it is refused; the last good one stays then."""
    if batch.do_not_call is None:
        refusal = _keep_directory(connection, source, batch.contacts or (), moment)
        moment.has_new_directory = moment.has_new_directory or refusal is None
        return Kept(0, 0, _problem(f"the directory `{source}`", refusal))
    refusal, aside = _keep_do_not_call(connection, source, batch.do_not_call, moment)
    loading.keep_aside(
        connection, source, batch.stream, aside, run_id=moment.run_id, now=moment.now
    )
    count = len(batch.do_not_call) - len(aside)
    return Kept(count, len(aside), _problem(f"the do-not-call list `{source}`", refusal))


def _keep_directory(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    contacts: Sequence[Contact],
    moment: Moment,
) -> str | None:
    with connection.appender("raw.contacts") as appender:
        appender.append_rows(
            (source, one.contact_id, one.name, one.number, one.extension) for one in contacts
        )
    params = {**moment.params(), "source": source}
    refusal: str | None = queries.rows(connection, "core.directory_verdict", params).rows[0][1]
    if refusal is None:
        _read_numbers(connection, "core.contact_texts")
        queries.run(connection, "core.read_contacts", params)
        queries.run(connection, "commands.keep_contact_changes", params)
        queries.run(connection, "commands.forget_contacts", params)
        queries.run(connection, "commands.keep_contacts", params)
    queries.run(connection, "commands.clear_read_contacts", {})
    return refusal


def _keep_do_not_call(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    entries: Sequence[Listed],
    moment: Moment,
) -> tuple[str | None, list[Rejected]]:
    with connection.appender("raw.do_not_call") as appender:
        appender.append_rows((source, *entry) for entry in entries)
    params = {**moment.params(), "source": source}
    _read_numbers(connection, "core.listed_texts")
    queries.run(connection, "core.listed_entries", {})
    refusal: str | None = queries.rows(connection, "core.do_not_call_verdict", params).rows[0][1]
    aside = [rejected(*row) for row in queries.rows(connection, "core.listed_rejects", {}).rows]
    if refusal is None:
        queries.run(connection, "commands.keep_do_not_call_changes", params)
        queries.run(connection, "commands.forget_do_not_call", params)
        queries.run(connection, "commands.keep_do_not_call", params)
    queries.run(connection, "commands.clear_read_do_not_call", {})
    return refusal, aside


def _read_numbers(connection: duckdb.DuckDBPyConnection, texts: str) -> None:
    """Have the phone number library read what stands in a snapshot, each text once."""
    queries.run(connection, texts, {})
    connection.execute(f"create or replace table core.number_texts as select * from {texts}")  # noqa: S608 - our own names
    number_cache.fill(connection)


def _problem(what: str, refusal: str | None) -> Problem | None:
    if refusal is None:
        return None
    return SourceUnreadable(
        f"{what} was refused: {refusal}",
        follows="The last good one stays in force",
        hint="mend the export, or raise `max_shrink_percent` for one run",
    )
