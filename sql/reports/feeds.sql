-- Every stream of every source: when it was last read without a fault, and what stands in the way.
-- Grain:  one row per source and stream
-- Reads:  ops.feeds, ops.runs
-- Params: none
--
-- behind: how far that lies before the last run. last rows: how many the last reading gave.
with last_run as (
    select max(runs.run_at) as run_at
    from ops.runs as runs
)

select
    feeds.source,
    feeds.stream,
    feeds.read_at,
    epoch(last_run.run_at - feeds.read_at)::bigint as behind_seconds,
    feeds.row_count as last_row_count,
    feeds.fault
from ops.feeds as feeds
cross join last_run
order by
    feeds.source,
    feeds.stream
