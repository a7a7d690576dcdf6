"""Keep the answers of the phone number library in the state, so that each text is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile import phone_numbers, queries

if TYPE_CHECKING:
    import duckdb


def fill(connection: duckdb.DuckDBPyConnection) -> int:
    """Read what stands in `core.number_texts` and not yet in `raw.phone_numbers`, and store it.

    `core.number_texts(number_raw, region, numbers)` is made by the caller; a missing text counts
    as empty. Keys of sources with `numbers = "opaque"` are stored with the region `''`. Answers of
    another version of the library are deleted first. Returns the number of texts read.
    """
    if _is_empty(connection):
        # An idle run imports no library to learn its version.
        return 0
    version = phone_numbers.metadata_version()
    params = {"metadata_version": version}
    queries.run(connection, "commands.forget_old_numbers", params)
    texts = queries.rows(connection, "core.number_texts_new", params).rows
    with connection.appender("raw.phone_numbers") as appender:
        appender.append_rows(
            _row(raw, region, version, is_opaque=is_opaque) for raw, region, is_opaque in texts
        )
    return len(texts)


def _is_empty(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute("select 1 from core.number_texts limit 1").fetchall()
    return not found


def _row(raw: str, region: str, version: str, *, is_opaque: bool) -> tuple[str | None, ...]:
    number = phone_numbers.opaque(raw) if is_opaque else phone_numbers.parse(raw, region=region)
    return (
        raw,
        region,
        version,
        number.e164,
        number.number_class,
        number.extension,
        number.remark,
    )
