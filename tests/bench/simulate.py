"""What a simulation of the seconds costs, and which of its steps cost most.

    python tests/bench/simulate.py --calls 1000000

Makes a year of calls in memory: some numbers call often, some are called, some talk. `--heavy` of
them come from one number. Prints what the walk took, its figures and its dearest steps.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from reconcile import database, queries, run_record, settings, shipped
from reconcile.settings import changes
from reconcile.simulation import seconds

if TYPE_CHECKING:
    import duckdb

BEGIN, END = datetime(2025, 1, 1), datetime(2026, 1, 2)  # noqa: DTZ001 - UTC, as everywhere inside
START = "campaigns.missed-calls.starts_at=2024-01-01T00:00:00Z"
STEPS_SHOWN = 16

MAKE_CALLS = """
    insert into kept.calls by name
    with dice as (
        select range as place, hash(range) as die, hash(range * 7 + 1) as other
        from range($calls)
    ),
    made as (
        select
            place, die % 5 = 0 as is_out,
            case
                when place < $heavy then '+420700610101'
                when die % 10 < 3 then '+4207' || lpad((other % 2000)::varchar, 8, '0')
                else '+4208' || lpad((other % ($calls // 3 + 1))::varchar, 8, '0')
            end as number,
            case when die % 5 = 0 then other % 2 = 0 else die % 100 >= 60 end as is_talk,
            $begin::timestamp + ((other // 7) % (365 * 24 * 3600))::bigint * interval 1 second
                as started_at
        from dice
    )
    select
        'pbx' as source, place::varchar as call_id, '' as system,
        if(is_out, 'out', 'in') as direction, number, number as number_raw,
        'valid' as number_class, '+420200000410' as dialled_number, 'sales' as queue, started_at,
        started_at + interval 10 second as wait_began_at,
        case when is_talk then started_at + interval 40 second end as connected_at,
        case when is_talk then started_at + interval 40 second end as last_connected_at,
        started_at + interval 90 second as ended_at, 'queue' as last_place,
        'caller' as end_reason, started_at + interval 90 second as known_at,
        started_at as first_seen_at, 1 as changed_run
    from made
    order by started_at
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--heavy", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="further changes of settings")
    options = parser.parse_args()
    changed = changes.read(
        ";".join([START, *options.set]), ("missed-calls",), frozenset({"limits"})
    )
    loaded = settings.load(shipped.folder("samples") / "reconcile.toml", changed)
    spent = time_steps()
    with database.connect(":memory:") as connection:
        database.migrate(connection)
        run_record.write_settings(connection, loaded)
        params = {"calls": options.calls, "heavy": options.heavy, "begin": BEGIN}
        connection.execute(MAKE_CALLS, params)
        print(f"{options.calls:,} calls: {walk(connection, loaded)}")
        for kind, name, figure in queries.rows(connection, "core.simulated_figures", {}).rows:
            print(f"{kind} {name}".ljust(24), f"{figure:>10,}")
    for name, times in sorted(spent.items(), key=lambda step: -sum(step[1]))[:STEPS_SHOWN]:
        print(f"{name:<42} {len(times):>4} x {sum(times):7.2f} s")


def walk(connection: duckdb.DuckDBPyConnection, loaded: settings.Settings) -> str:
    """Walk; the time by the clock and of the processors, and the most memory of the process."""
    began, worked = time.perf_counter(), time.process_time()
    seconds.walk(connection, loaded, from_at=BEGIN, end_at=END)
    queries.run(connection, "core.simulated_waits", {"end_at": END})
    took, cost = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return f"{took:.1f} s, processors {cost:.1f} s, {memory:.1f} GiB at most"


def time_steps() -> dict[str, list[float]]:
    """The seconds of each run of each file from now on, by its name."""
    spent: dict[str, list[float]] = defaultdict(list)
    execute = queries._execute

    def timed(connection, query, text, params):
        began = time.perf_counter()
        try:
            return execute(connection, query, text, params)
        finally:
            spent[query.name].append(time.perf_counter() - began)

    queries._execute = timed
    return spent


if __name__ == "__main__":
    main()
