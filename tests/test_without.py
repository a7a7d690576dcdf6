"""The empty tables of `reconcile.without` are those that the steps would make."""

from __future__ import annotations

from datetime import datetime

import in_process
import pytest

from reconcile import folding, pipeline, queries, without
from reconcile.moment import Moment

NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - UTC


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("staging.asterisk_queue_log", without.QUEUE_LOG),
        ("staging.asterisk_cdr", without.CDR),
        ("staging.asterisk_channels", without.CEL),
        ("staging.asterisk", without.ASTERISK),
        ("staging.table_calls", without.TABLE_CALLS),
        ("staging.calls", without.CALLS),
        ("core.operator_queues", without.OPERATORS),
    ],
)
def test_what_has_no_records_leaves_the_same_table_empty(name: str, empty: str) -> None:
    steps = (
        *folding.TOUCH,
        *folding.FOLD_QUEUE_LOG,
        *folding.FOLD_CDR,
        *folding.FOLD_CEL,
        *folding.FOLD_ASTERISK,
        *folding.FOLD_TABLES,
        *folding.FOLD,
        *pipeline.WATCH,
    )
    with in_process.running_program() as program:
        for step in steps:
            queries.run(program.connection, step, Moment(NOON, 1).params())
        asked_for = program.fetch(f"describe {name}")
        program.connection.execute(empty)
        assert program.fetch(f"describe {name}") == asked_for
